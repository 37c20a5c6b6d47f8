// plotly.js takes a second to read, and its first drawing is slow; before the first chart there is time for both.
// plotly_page.js stands before it.

const whenIdle = window.requestIdleCallback ?? ((callback) => setTimeout(callback, 500));

function drawSomething(Plotly) {
  const place = document.createElement("div");
  place.style.cssText = "position: absolute; left: -999px; width: 300px; height: 200px; visibility: hidden";
  place.setAttribute("aria-hidden", "true");
  document.body.append(place);
  const layout = { grid: { rows: 2, columns: 1 }, yaxis: { type: "log" }, showlegend: true };
  const traces = [
    { y: [1, 2], name: "a" },
    { type: "heatmap", z: [[0, 1]], xaxis: "x2", yaxis: "y2" },
  ];
  Plotly.newPlot(place, traces, layout).then(() => {
    Plotly.purge(place);
    place.remove();
  });
}

export default function ({ data }) {
  if (window.Plotly) return;
  whenIdle(() => loadPlotly(new TextDecoder().decode(data)).then((Plotly) => whenIdle(() => drawSomething(Plotly))));
}
