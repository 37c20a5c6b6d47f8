// What all charts of the page share: one plotly.js, the page's colours, downloads.
// Put before the script of each component (live_chart.py, home/replay.py).

// On the window: every component is a module of its own, and the page needs one plotly.
function loadPlotly(url) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  window.resnetVizPlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error("plotly.js did not load"));
    document.head.append(script);
  });
  return window.resnetVizPlotly;
}

// On a phone letters of the size for a lecture room would leave no room for the plot.
const SMALL = window.matchMedia("(max-width: 640px)");
const SMALL_TYPE_PX = 13;
const isSmall = () => SMALL.matches;

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const isDark = (paper) => /^#[0-9a-f]{6}$/i.test(paper) && Math.max(...channels(paper)) < 128;

// A trace with each colour in `onDark` replaced, opaque or faint; arrays stay the same ones.
function lit(part, onDark) {
  if (typeof part === "string") {
    if (part in onDark) return onDark[part];
    const colour = part.startsWith("rgba(") && Object.keys(onDark).find((hex) => part.startsWith(`rgba(${channels(hex)},`));
    return colour ? part.replace(`${channels(colour)}`, `${channels(onDark[colour])}`) : part;
  }
  if (part === null || typeof part !== "object" || Array.isArray(part) || ArrayBuffer.isView(part)) return part;
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, lit(value, onDark)]));
}

// Colours of text, grid and paper are the page's, whatever the chart came with, and networks' colours
// are seen on it; letters have the size that fits the screen.
function themed(data, layout, root, onDark) {
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
    hoverlabel: { ...layout.hoverlabel, bgcolor: paper, bordercolor: line, font: { color: text, size: 15 } },
    autosize: true,
  };
  if (isSmall()) result.font.size = SMALL_TYPE_PX;
  delete result.width;
  delete result.height;
  for (const name of Object.keys(layout)) {
    if (!/^[xy]axis\d*$/.test(name)) continue;
    const { title } = layout[name];
    result[name] = { ...layout[name], gridcolor: line, linecolor: line, zerolinecolor: line, tickcolor: line };
    if (title) result[name].title = { ...title, font: { size: result.font.size } };
  }
  for (const name of ["xaxis", "yaxis"]) {
    result[name] ??= { gridcolor: line, linecolor: line, zerolinecolor: line };
  }
  return { data: isDark(paper) ? data.map((trace) => lit(trace, onDark)) : data, layout: result };
}

// The words of a chart and what its tools do.
function dress(root, { title, how, more, alt }, labels, actions) {
  root.querySelector(".live-chart-title").textContent = title;
  root.querySelector(".live-chart-how").textContent = how;
  root.querySelector(".live-chart-graph").setAttribute("aria-label", alt);
  root.querySelector(".live-chart-tools").setAttribute("aria-label", title);
  explain(root.querySelector(".live-chart-more"), how, more);
  for (const [tool, label] of Object.entries(labels)) {
    const button = root.querySelector(`.live-chart-${tool}`);
    button.onclick = actions[tool];
    button.title = label;
    button.setAttribute("aria-label", label);
  }
}

// What is behind the question mark; it closes as a menu does.
function explain(details, how, more) {
  const summary = details.querySelector("summary");
  [how, more.text].forEach((text, index) => {
    details.querySelectorAll("p")[index].textContent = text;
  });
  summary.title = more.label;
  summary.setAttribute("aria-label", more.label);
  details.onkeydown = (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    summary.focus();
  };
  details.onfocusout = ({ relatedTarget }) => {
    if (!details.contains(relatedTarget)) details.open = false;
  };
}

// Fits drawn graphs to their places; to be disconnected when they go.
function fitting(...graphs) {
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (window.Plotly && target.classList.contains("js-plotly-plot") && target.clientWidth > 0) {
        window.Plotly.Plots.resize(target);
      }
    }
  });
  graphs.forEach((graph) => observer.observe(graph));
  return observer;
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

function savePicture(graph, name, Plotly) {
  const style = getComputedStyle(graph);
  const paper = style.getPropertyValue("--st-background-color").trim() || "#ffffff";
  const size = { width: Math.max(graph.clientWidth, 480), height: Math.max(graph.clientHeight, 300) };
  const picture = { data: graph.data, layout: { ...graph.layout, paper_bgcolor: paper }, config: {} };
  Plotly.toImage(picture, { format: "png", scale: 2, ...size })
    .then((url) => fetch(url))
    .then((response) => response.blob())
    .then((blob) => download(blob, `${name}.png`));
}

const saveNumbers = (graph, name) => download(new Blob([plottedCsv(graph)], { type: "text/csv" }), `${name}.csv`);
