// When charts are drawn: one a frame, and what moves only in view and so seldom that the page stays free.
// On the window: all charts of a page share it.

const SHARE = 0.1; // of the browser's main thread
const MOST_MS = 500; // a first drawing takes long, and part of any is waiting; all charts are to stay of one time
const PAINTED = 2; // what a drawing script takes, and the browser's layout and painting after it

class Pace {
  now = new Set();
  moving = new Set();
  free = 0;
  planned = false;

  // Draw it in the next frame that is free, wherever it is.
  soon(chart) {
    this.now.add(chart);
    chart.graph.dataset.pending = "";
    this.next();
  }

  // Draw what has moved in it when the others have had their turn.
  moved(chart) {
    this.moving.add(chart);
    this.next();
  }

  // Whether it was to be drawn.
  forget(chart) {
    delete chart.graph.dataset.pending;
    const waits = [this.now, this.moving].map((charts) => charts.delete(chart));
    return waits.includes(true);
  }

  following() {
    const seen = ({ seen }) => seen.now;
    const now = [...this.now];
    return now.find(seen) ?? now[0] ?? [...this.moving].find(seen);
  }

  next() {
    if (this.planned || !this.following()) return;
    this.planned = true;
    const wait = this.now.size ? 0 : Math.max(0, this.free - performance.now());
    // No frames come while nobody sees the page.
    setTimeout(() => requestAnimationFrame(() => this.draw()), wait);
  }

  async draw() {
    const chart = this.following();
    if (chart) {
      const begun = performance.now();
      const isLast = this.now.has(chart);
      this.forget(chart);
      if (isLast) chart.graph.dataset.pending = "";
      await chart.redraw();
      if (!this.now.has(chart)) delete chart.graph.dataset.pending;
      const now = performance.now();
      this.free = now + Math.min(MOST_MS, ((now - begun) * PAINTED) / SHARE);
    }
    this.planned = false;
    this.next();
  }
}

const pace = (window.resnetVizPace ??= new Pace());

// Whether the element is in view (`now`), and `came` whenever it comes into view; to be disconnected when it goes.
function inView(element, came) {
  const seen = { now: true, disconnect: () => observer.disconnect() };
  const observer = new IntersectionObserver((entries) => {
    seen.now = entries.at(-1).isIntersecting;
    if (seen.now) came();
  });
  observer.observe(element);
  return seen;
}
