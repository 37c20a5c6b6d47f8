// Plays a recorded race: everything arrives once, and every frame is cut from it here.
// Python side and contract: replay.py; plotly_page.js stands before it.

const PLAY_S = 15;
const LEAST_MS_A_FRAME = 50;
const LONGEST_PAUSE_MS = 250; // in a hidden tab no time passes
const ARRAYS = { f4: Float32Array, f8: Float64Array, i4: Int32Array };
const ICONS = { play: "M7 4.5v15l12-7.5z", pause: "M8 5v14M16 5v14", again: "M4 12a8 8 0 1 0 2.5-5.8M4 4v4.5h4.5" };
const CONFIG = { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: "reset" };
const players = new WeakMap();

function unpacked(part) {
  if (Array.isArray(part)) return part.map(unpacked);
  if (part === null || typeof part !== "object") return part;
  if (!("bdata" in part)) {
    return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, unpacked(value)]));
  }
  const bytes = Uint8Array.from(atob(part.bdata), (letter) => letter.charCodeAt(0));
  return new ARRAYS[part.dtype](bytes.buffer);
}

// How many of the ascending `steps` are at most `step`.
function reached(steps, step) {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] <= step) low = middle + 1;
    else high = middle;
  }
  return low;
}

const filled = (template, values) => template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

// The lines alone, until plotly.js has come: it takes longer than all the rest.
function sketch(graph, data, layout) {
  const [width, height] = [graph.clientWidth, graph.clientHeight];
  const [left, right, top, bottom] = [64, 14, 42, 56];
  const [low, high] = layout.yaxis.range;
  const [first, last] = layout.xaxis.range ?? [0, 1.03 * Math.max(...data.map((trace) => trace.x.at(-1) ?? 0))];
  const x = (value) => left + ((value - first) / (last - first)) * (width - left - right);
  const y = (value) => top + ((high - Math.log10(value)) / (high - low)) * (height - top - bottom);
  const make = (tag, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
    return made;
  };
  const svg = make("svg", { width, height, class: "replay-sketch" });
  for (const { x: xs, y: ys, line } of data) {
    const points = Array.from(xs, (value, index) => [value, ys[index]]).filter(([, value]) => value > 0);
    svg.append(
      make("polyline", {
        points: points.map((point) => `${x(point[0]).toFixed(1)},${y(point[1]).toFixed(1)}`).join(" "),
        fill: "none",
        stroke: line.color,
        "stroke-width": line.width,
        "stroke-dasharray": line.dash === "dash" ? "9 9" : "none",
      }),
    );
  }
  graph.replaceChildren(svg);
}

class Player {
  constructor(root) {
    this.root = root;
    this.step = -1;
    this.position = 0;
    this.playing = false;
    this.drawing = null;
    this.part = (name) => root.querySelector(`.replay-${name}`);
    this.graphs = Object.fromEntries(
      [...root.querySelectorAll("[data-chart]")].map((section) => [
        section.dataset.chart,
        section.querySelector(".live-chart-graph"),
      ]),
    );
    this.part("play").onclick = () => (this.playing ? this.pause() : this.play());
    this.part("scrub").oninput = (event) => {
      this.position = Number(event.target.value);
      this.pause();
      this.show();
    };
    this.resized = () => this.film && this.redraw(); // letters have another size on a phone
    SMALL.addEventListener("change", this.resized);
    this.observer = fitting(...Object.values(this.graphs));
  }

  // New words (another language) or a new film; what is shown stays where it is.
  load(words, film) {
    this.words = words;
    this.film = film;
    this.part("scrub").max = film.steps;
    this.part("scrub").setAttribute("aria-label", words.scrub);
    this.part("live").textContent = words.live;
    this.part("live").title = words.live_how;
    for (const section of this.root.querySelectorAll("[data-chart]")) {
      const name = section.dataset.chart;
      const { filename } = words.charts[name];
      dress(section, words.charts[name], words.labels, {
        csv: () => loadPlotly(words.plotly).then(() => saveNumbers(this.graphs[name], filename)),
        png: () => loadPlotly(words.plotly).then((Plotly) => savePicture(this.graphs[name], filename, Plotly)),
      });
    }
    this.step = -1;
    this.label();
  }

  start() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.position = this.film.steps;
      this.pause();
      this.show();
    } else {
      this.play();
    }
  }

  play() {
    if (this.position >= this.film.steps) this.position = 0;
    this.playing = true;
    this.label();
    let before = null;
    let drawn = 0;
    const tick = (now) => {
      if (!this.playing || !this.root.isConnected) return;
      const passed = before === null ? 0 : Math.min(now - before, LONGEST_PAUSE_MS);
      before = now;
      this.position = Math.min(this.film.steps, this.position + (passed / 1000 / PLAY_S) * this.film.steps);
      const ended = this.position >= this.film.steps;
      if (!this.drawing && (now - drawn >= LEAST_MS_A_FRAME || ended)) {
        drawn = now;
        this.show();
      }
      if (ended && this.step === this.film.steps) this.pause();
      else requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  pause() {
    this.playing = false;
    this.label();
  }

  label() {
    const ended = this.position >= this.film.steps;
    const action = this.playing ? "pause" : ended ? "again" : "play";
    this.part("play").querySelector("path").setAttribute("d", ICONS[action]);
    this.part("play").querySelector("span").textContent = this.words.actions[action];
    this.root.dataset.playing = String(this.playing);
  }

  redraw() {
    this.step = -1;
    this.show();
  }

  // Draws the step of `position`; one drawing at a time, the newest wish wins.
  show() {
    if (this.drawing || !this.root.isConnected) return;
    const step = Math.floor(this.position);
    if (step === this.step) return;
    this.step = step;
    this.root.dataset.step = String(step);
    this.tell(step);
    this.drawing = Promise.all([this.draw("loss", this.grown(step)), this.draw("profile", this.profile(step))])
      .finally(() => (this.drawing = null))
      .then(() => this.show());
  }

  draw(name, data) {
    const graph = this.graphs[name];
    if (!window.Plotly) {
      const { layout } = this.film.charts[name];
      return sketch(graph, themed(data, layout, graph, this.words.onDark).data, layout);
    }
    graph.querySelector(".replay-sketch")?.remove();
    const { layout } = this.film.charts[name];
    const shown = themed(data, layout, graph, this.words.onDark);
    return window.Plotly.react(graph, shown.data, shown.layout, CONFIG);
  }

  grown(step) {
    return this.film.charts.loss.data.map((trace) => {
      const count = reached(trace.x, step);
      return { ...trace, x: trace.x.subarray(0, count), y: trace.y.subarray(0, count) };
    });
  }

  profile(step) {
    return this.film.charts.profile.data.map((trace) => {
      const { step: steps, profile } = this.film.films.find(({ family }) => family === trace.legendgroup);
      const width = trace.x.length;
      const row = Math.max(0, reached(steps, step) - 1);
      const values = profile.slice(row * width, (row + 1) * width);
      return { ...trace, y: values.map((value) => (value > 0 ? value : NaN)) };
    });
  }

  tell(step) {
    const label = filled(this.words.step, { step: String(step), steps: String(this.film.steps) });
    this.part("scrub").value = String(step);
    this.part("scrub").setAttribute("aria-valuetext", label);
    this.part("step").textContent = label;
    this.film.films.forEach((film, index) => {
      const last = (curve) => curve.value[reached(curve.step, step) - 1];
      const loss = last(film.loss);
      const accuracy = last(film.test_accuracy);
      const values = {
        loss: loss === undefined ? "–" : loss.toPrecision(3),
        accuracy: accuracy === undefined ? "–" : `${(accuracy * 100).toFixed(1)}%`,
      };
      const now = this.root.querySelectorAll(".replay-now > div")[index];
      now.dataset.family = film.family;
      now.querySelector("dt").textContent = this.words.families[film.family];
      now.querySelector("dd").textContent = filled(this.words.now, values);
    });
  }
}

export default function ({ data: bytes, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".replay");
  if (!root || !bytes) return;
  const [words, film] = new TextDecoder().decode(bytes).split("\n", 2);
  const player = players.get(root) ?? new Player(root);
  const isNew = !players.has(root);
  players.set(root, player);
  player.part("live").onclick = () => setTriggerValue("live", true);
  if (player.sent !== words) {
    player.sent = words;
    player.load(JSON.parse(words), unpacked(JSON.parse(film)));
  }
  if (isNew) {
    player.start();
    requestAnimationFrame(() => loadPlotly(player.words.plotly).then(() => player.redraw()));
  } else {
    player.redraw(); // a script run may mean that the theme has changed
  }
  return () => {
    player.playing = false;
    player.observer.disconnect();
    SMALL.removeEventListener("change", player.resized);
    players.delete(root);
    if (window.Plotly) Object.values(player.graphs).forEach((graph) => window.Plotly.purge(graph));
  };
}
