// Keeps one plotly graph per mounted chart and updates it in place, so that zoom,
// legend and selection survive new data. Python side and contract: live_chart.py;
// plotly_page.js stands before it.

const charts = new WeakMap();

// Below this width a chart takes its layout for narrow places, where it has one.
const NARROW_PX = 560;
const PHONE_PX = 640; // of the window: style.css has the same

function fittingLayout({ graph, figure }) {
  const narrow = graph.clientWidth > 0 && graph.clientWidth < NARROW_PX;
  return (narrow && figure.narrow) || figure.layout;
}

function draw(chart, Plotly) {
  const { graph, figure } = chart;
  chart.layout = fittingLayout(chart);
  const low = chart.layout === figure.narrow || window.innerWidth <= PHONE_PX;
  graph.style.height = `${low ? chart.heights.narrow : chart.heights.wide}px`;
  chart.small = isSmall();
  const { data, layout } = themed(figure.data, chart.layout, graph, chart.onDark);
  const config = { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: "reset" };
  return Plotly.react(graph, data, layout, config).then(() => {
    chart.updates += 1;
    graph.dataset.updates = String(chart.updates);
  });
}

// What a drawing depends on beside the figure: the page's colours, and room.
function lookOf({ graph, heights }) {
  const style = getComputedStyle(graph);
  const names = ["--st-text-color", "--st-border-color", "--st-background-color", "--st-font"];
  return [...names.map((name) => style.getPropertyValue(name)), heights.wide, heights.narrow].join();
}

function resetZoom({ graph, layout }, Plotly) {
  const update = {};
  for (const name of Object.keys(graph._fullLayout)) {
    if (!/^[xy]axis\d*$/.test(name)) continue;
    const range = layout[name]?.range;
    if (range) update[`${name}.range`] = [...range];
    else update[`${name}.autorange`] = layout[name]?.autorange ?? true;
  }
  return Plotly.relayout(graph, update);
}

function mount(root, url) {
  const graph = root.querySelector(".live-chart-graph");
  const chart = { graph, figure: null, text: "", updates: 0, name: "chart", drawing: Promise.resolve() };
  chart.redraw = () => {
    chart.drawing = chart.drawing.then(() => loadPlotly(url)).then((Plotly) => draw(chart, Plotly));
    return chart.drawing;
  };
  chart.take = (figure) => {
    chart.figure = { ...figure, layout: { ...figure.layout, uirevision: figure.layout.uirevision ?? "kept" } };
    pace.moved(chart);
  };
  chart.seen = inView(graph, () => pace.next());
  // With all that is known by now.
  const drawn = () => (pace.forget(chart) ? chart.redraw() : chart.drawing);
  chart.observer = fitting(graph);
  chart.turning = new ResizeObserver(() => {
    if (chart.layout && (fittingLayout(chart) !== chart.layout || isSmall() !== chart.small)) chart.redraw();
  });
  chart.turning.observe(graph);
  chart.actions = {
    csv: () => drawn().then(() => saveNumbers(graph, chart.name)),
    png: () => drawn().then(() => savePicture(graph, chart.name, window.Plotly)),
    reset: () => drawn().then(() => resetZoom(chart, window.Plotly)),
  };
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
  chart.onDark = data.onDark;
  dress(root, data, data.labels, chart.actions);
  chart.heights = { wide: data.height, narrow: data.narrowHeight };
  const [live, alt] = data.live ?? [];
  // What the page follows is newer than what the script has drawn.
  const isNew = chart.text !== figure && !liveParts.version(live);
  if (isNew) {
    chart.text = figure;
    chart.figure = JSON.parse(figure);
    chart.figure.layout.uirevision ??= "kept";
    chart.layout = null;
  }
  if (chart.live !== live) {
    chart.live = live;
    chart.leave?.();
    chart.leave = live ? liveParts.follow(live, chart.take) : null;
  }
  chart.leaveWords?.();
  chart.leaveWords = alt ? liveParts.follow(alt, (text) => chart.graph.setAttribute("aria-label", text)) : null;
  const look = lookOf(chart);
  if (isNew || look !== chart.look) {
    chart.look = look;
    pace.soon(chart);
  }
  return () => {
    chart.observer.disconnect();
    chart.turning.disconnect();
    chart.seen.disconnect();
    chart.leave?.();
    chart.leaveWords?.();
    pace.forget(chart);
    charts.delete(root);
    if (window.Plotly) window.Plotly.purge(chart.graph);
  };
}
