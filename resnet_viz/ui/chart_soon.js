// plotly.js takes a second to read; before the first chart there is time. plotly_page.js stands before it.

export default function ({ data }) {
  const later = window.requestIdleCallback ?? ((callback) => setTimeout(callback, 500));
  later(() => loadPlotly(new TextDecoder().decode(data)));
}
