// A curve drawn on empty axes, with the mouse, a finger or the keyboard. Python side: draw_curve.py.

const WIDE = 380;
const HIGH = 240;
const EDGE = { left: 58, right: 14, top: 12, bottom: 44 };
const SVG = "http://www.w3.org/2000/svg";
const KEYS = { ArrowUp: 1, ArrowDown: -1, PageUp: 5, PageDown: -5 };

const curves = new WeakMap();

function element(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

class Curve {
  constructor(root, asked) {
    this.asked = asked;
    this.values = asked.drawn ?? new Array(asked.points).fill(null);
    this.svg = element("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "group", "aria-label": asked.label });
    this.axes();
    this.line = this.svg.appendChild(element("polyline", { class: "draw-curve-line" }));
    this.handles = this.values.map((_, at) => this.svg.appendChild(this.handle(at)));
    this.svg.onpointerdown = (event) => this.press(event);
    this.svg.onpointermove = (event) => this.last !== undefined && this.drag(event);
    this.svg.onpointerup = this.svg.onpointercancel = () => this.release();
    const clear = document.createElement("button");
    clear.type = "button";
    clear.textContent = asked.clear;
    clear.onclick = () => this.clear();
    root.replaceChildren(this.svg, clear);
    this.show();
  }

  axes() {
    const { ticks, x, y, low, high } = this.asked;
    for (const { value, text } of ticks) {
      const at = this.y(value);
      this.svg.append(
        element("line", { x1: EDGE.left, x2: WIDE - EDGE.right, y1: at, y2: at, class: "draw-curve-grid" }),
        element("text", { x: EDGE.left - 8, y: at + 5, "text-anchor": "end" }, text),
      );
    }
    const middle = (this.y(low) + this.y(high)) / 2;
    this.svg.append(
      element("text", { x: (EDGE.left + WIDE - EDGE.right) / 2, y: HIGH - 10, "text-anchor": "middle" }, x),
      element("text", { x: 14, y: middle, "text-anchor": "middle", transform: `rotate(-90 14 ${middle})` }, y),
    );
  }

  handle(at) {
    const { asked } = this;
    const made = element("circle", {
      r: 6,
      cx: this.x(at),
      role: "slider",
      tabindex: 0,
      "aria-orientation": "vertical",
      "aria-label": `${asked.x}: ${at + 1} / ${asked.points}`,
      "aria-valuemin": asked.low,
      "aria-valuemax": asked.high,
    });
    made.onkeydown = (event) => this.key(event, at);
    made.onblur = () => this.tell();
    return made;
  }

  x(at) {
    return EDGE.left + 8 + (at / Math.max(this.asked.points - 1, 1)) * (WIDE - EDGE.left - EDGE.right - 16);
  }

  y(value) {
    const { low, high } = this.asked;
    return HIGH - EDGE.bottom - ((value - low) / (high - low)) * (HIGH - EDGE.top - EDGE.bottom);
  }

  // Which point and value lie under the pointer.
  under(event) {
    const box = this.svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * WIDE;
    const y = ((event.clientY - box.top) / box.height) * HIGH;
    const { low, high, points } = this.asked;
    const share = (x - this.x(0)) / (this.x(points - 1) - this.x(0) || 1);
    const at = Math.min(points - 1, Math.max(0, Math.round(share * (points - 1))));
    const value = low + ((HIGH - EDGE.bottom - y) / (HIGH - EDGE.top - EDGE.bottom)) * (high - low);
    return { at, value: this.limited(value) };
  }

  limited(value) {
    const { low, high, step } = this.asked;
    return Math.min(high, Math.max(low, Math.round(value / step) * step));
  }

  press(event) {
    this.svg.setPointerCapture(event.pointerId);
    this.last = this.under(event);
    this.values[this.last.at] = this.last.value;
    this.show();
  }

  // A quick hand skips points: those between get what lies between.
  drag(event) {
    const from = this.last;
    const to = this.under(event);
    const way = Math.abs(to.at - from.at);
    for (let step = 1; step <= way; step += 1) {
      const at = from.at + Math.sign(to.at - from.at) * step;
      this.values[at] = this.limited(from.value + ((to.value - from.value) * step) / way);
    }
    if (!way) this.values[to.at] = to.value;
    this.last = to;
    this.show();
  }

  release() {
    if (this.last === undefined) return;
    this.last = undefined;
    this.tell();
  }

  key(event, at) {
    const { low, high, step, points } = this.asked;
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (move) this.handles[Math.min(points - 1, Math.max(0, at + move))].focus();
    else if (event.key in KEYS) {
      const before = this.values[at] ?? this.limited((low + high) / 2);
      this.values[at] = this.limited(before + KEYS[event.key] * step);
    } else if (event.key === "Home" || event.key === "End") this.values[at] = event.key === "Home" ? low : high;
    else if (event.key === "Delete" || event.key === "Backspace") this.values[at] = null;
    else return;
    event.preventDefault();
    this.show();
  }

  clear() {
    this.values.fill(null);
    this.show();
    this.tell();
  }

  // All points, those that were not drawn as high as the nearest that was; null where none was.
  whole() {
    const drawn = this.values.flatMap((value, at) => (value === null ? [] : [at]));
    if (!drawn.length) return null;
    const nearest = (at) => drawn.reduce((best, one) => (Math.abs(one - at) < Math.abs(best - at) ? one : best));
    return this.values.map((value, at) => value ?? this.values[nearest(at)]);
  }

  tell() {
    const whole = this.whole();
    const said = JSON.stringify(whole);
    if (said === (this.said ?? "null")) return;
    this.said = said;
    this.set("drawn", whole);
  }

  show() {
    const points = this.values.flatMap((value, at) => (value === null ? [] : [`${this.x(at)},${this.y(value)}`]));
    this.line.setAttribute("points", points.join(" "));
    const { low, high, scale, suffix, nothing } = this.asked;
    this.handles.forEach((handle, at) => {
      const value = this.values[at];
      handle.setAttribute("cy", this.y(value ?? (low + high) / 2));
      handle.setAttribute("aria-valuenow", value ?? (low + high) / 2);
      handle.setAttribute("aria-valuetext", value === null ? nothing : `${+(value * scale).toFixed(3)}${suffix}`);
      handle.classList.toggle("is-drawn", value !== null);
    });
  }
}

export default function ({ data: bytes, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".draw-curve");
  if (!root || !bytes) return;
  const text = new TextDecoder().decode(bytes);
  if (curves.get(root)?.text !== text) {
    curves.set(root, { text, curve: new Curve(root, JSON.parse(text)) });
  }
  curves.get(root).curve.set = setStateValue;
}
