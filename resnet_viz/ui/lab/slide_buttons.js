// Two buttons, each of which draws a chart out of sight and downloads the picture.
// Python side and contract: slide_buttons.py; plotly_page.js stands before it.

export default function ({ data: bytes, parentElement }) {
  const root = parentElement.querySelector(".slide-buttons");
  if (!root || !bytes) return;
  const [words, chart] = new TextDecoder().decode(bytes).split("\n", 2);
  const { plotly, filename, label, titles, size } = JSON.parse(words);
  root.setAttribute("aria-label", label);
  Object.entries(titles).forEach(([format, title], index) => {
    const button = root.children[index];
    button.textContent = title;
    button.dataset.format = format;
    button.onclick = () => {
      button.disabled = true;
      loadPlotly(plotly)
        .then((Plotly) => picture(Plotly, JSON.parse(chart), format, size))
        .then((blob) => download(blob, `${filename}.${format}`))
        .finally(() => (button.disabled = false));
    };
  });
}

function picture(Plotly, chart, format, size) {
  return Plotly.toImage({ ...chart, config: {} }, { format, ...size })
    .then((url) => fetch(url))
    .then((response) => response.blob());
}
