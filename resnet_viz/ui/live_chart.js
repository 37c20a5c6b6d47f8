// Keeps one plotly graph per mounted chart and updates it in place, so that zoom,
// legend and selection survive new data. Python side and contract: live_chart.py.

const charts = new WeakMap();
let plotlyLoading = null;

function loadPlotly(url) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  plotlyLoading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error("plotly.js did not load"));
    document.head.append(script);
  });
  return plotlyLoading;
}

// Colours of text, grid and paper are the page's, whatever the chart came with.
function themed(layout, root) {
  const style = getComputedStyle(root);
  const colour = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  const text = colour("--st-text-color", "#17212b");
  const line = colour("--st-border-color", "#dbe2e9");
  const paper = colour("--st-background-color", "#ffffff");
  const result = {
    ...layout,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { ...layout.font, color: text, family: colour("--st-font", "sans-serif") },
    hoverlabel: { ...layout.hoverlabel, bgcolor: paper, bordercolor: line, font: { color: text } },
    autosize: true,
  };
  delete result.width;
  delete result.height;
  for (const name of Object.keys(layout)) {
    if (!/^[xy]axis\d*$/.test(name)) continue;
    result[name] = { ...layout[name], gridcolor: line, linecolor: line, zerolinecolor: line, tickcolor: line };
  }
  for (const name of ["xaxis", "yaxis"]) {
    result[name] ??= { gridcolor: line, linecolor: line, zerolinecolor: line };
  }
  return { layout: result, paper };
}

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const quoted = (value) => {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

// The plotted numbers, one row a point: curves as name,x,y and maps as name,x,y,z.
function plottedCsv(graph) {
  const rows = [];
  let hasZ = false;
  for (const trace of graph._fullData) {
    if (trace.hoverinfo === "skip") continue;
    const name = trace.name ?? "";
    if (trace.z) {
      hasZ = true;
      Array.from(trace.z).forEach((row, j) =>
        Array.from(row).forEach((z, i) => rows.push([name, trace.x?.[i] ?? i, trace.y?.[j] ?? j, z])),
      );
    } else if (trace.y) {
      Array.from(trace.y).forEach((y, i) => rows.push([name, trace.x?.[i] ?? i, y]));
    }
  }
  const head = hasZ ? ["name", "x", "y", "z"] : ["name", "x", "y"];
  return [head, ...rows].map((row) => row.map(quoted).join(",")).join("\n") + "\n";
}

function savePicture(chart, Plotly) {
  const { graph } = chart;
  const style = getComputedStyle(graph);
  const paper = style.getPropertyValue("--st-background-color").trim() || "#ffffff";
  const size = { width: Math.max(graph.clientWidth, 480), height: Math.max(graph.clientHeight, 300) };
  const picture = { data: graph.data, layout: { ...graph.layout, paper_bgcolor: paper }, config: {} };
  Plotly.toImage(picture, { format: "png", scale: 2, ...size })
    .then((url) => fetch(url))
    .then((response) => response.blob())
    .then((blob) => download(blob, `${chart.name}.png`));
}

function draw(chart, Plotly) {
  const { graph, figure } = chart;
  const { layout } = themed(figure.layout, graph);
  const config = { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: "reset" };
  return Plotly.react(graph, figure.data, layout, config).then(() => {
    chart.updates += 1;
    graph.dataset.updates = String(chart.updates);
  });
}

function mount(root, url) {
  const graph = root.querySelector(".live-chart-graph");
  const chart = { graph, figure: null, text: "", updates: 0, name: "chart", drawing: Promise.resolve() };
  chart.redraw = () => {
    chart.drawing = chart.drawing.then(() => loadPlotly(url)).then((Plotly) => draw(chart, Plotly));
  };
  chart.observer = new ResizeObserver(() => {
    if (window.Plotly && graph.classList.contains("js-plotly-plot") && graph.clientWidth > 0) {
      window.Plotly.Plots.resize(graph);
    }
  });
  chart.observer.observe(graph);
  root.querySelector(".live-chart-png").onclick = () => loadPlotly(url).then((P) => savePicture(chart, P));
  root.querySelector(".live-chart-csv").onclick = () =>
    download(new Blob([plottedCsv(graph)], { type: "text/csv" }), `${chart.name}.csv`);
  root.querySelector(".live-chart-reset").onclick = () =>
    loadPlotly(url).then((P) => {
      const update = {};
      for (const name of Object.keys(graph._fullLayout)) {
        if (!/^[xy]axis\d*$/.test(name)) continue;
        const range = chart.figure.layout[name]?.range;
        if (range) update[`${name}.range`] = [...range];
        else update[`${name}.autorange`] = chart.figure.layout[name]?.autorange ?? true;
      }
      return P.relayout(graph, update);
    });
  return chart;
}

export default function ({ data: bytes, parentElement }) {
  const root = parentElement.querySelector(".live-chart");
  if (!root || !bytes) return;
  const [words, figure] = new TextDecoder().decode(bytes).split("\n", 2);
  const data = JSON.parse(words);
  if (!charts.has(root)) charts.set(root, mount(root, data.plotly));
  const chart = charts.get(root);
  chart.name = data.filename;
  root.querySelector(".live-chart-title").textContent = data.title;
  root.querySelector(".live-chart-how").textContent = data.how;
  chart.graph.style.height = `${data.height}px`;
  chart.graph.setAttribute("aria-label", data.alt);
  for (const [name, label] of Object.entries(data.labels)) {
    const button = root.querySelector(`.live-chart-${name}`);
    button.title = label;
    button.setAttribute("aria-label", label);
  }
  if (chart.text !== figure) {
    chart.text = figure;
    chart.figure = JSON.parse(figure);
    chart.figure.layout.uirevision ??= "kept";
  }
  chart.redraw();
  return () => {
    chart.observer.disconnect();
    charts.delete(root);
    if (window.Plotly) window.Plotly.purge(chart.graph);
  };
}
