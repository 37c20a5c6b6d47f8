// How often what moves is drawn: only what is in view, one at a time, and so seldom that the page stays free.
// On the window: all charts of a page share it.

const SHARE = 0.12; // of the browser's main thread
const PAINTED = 2; // what a drawing script takes, and the browser's layout and painting after it

class Pace {
  waiting = new Set();
  free = 0;
  planned = false;

  ask(chart) {
    this.waiting.add(chart);
    this.next();
  }

  forget(chart) {
    this.waiting.delete(chart);
  }

  next() {
    if (this.planned || ![...this.waiting].some((chart) => chart.seen.now)) return;
    this.planned = true;
    const wait = Math.max(0, this.free - performance.now());
    // No frames come while nobody sees the page.
    setTimeout(() => requestAnimationFrame(() => this.draw()), wait);
  }

  async draw() {
    const chart = [...this.waiting].find((one) => one.seen.now);
    if (chart) {
      this.waiting.delete(chart);
      const begun = performance.now();
      await chart.redraw();
      const now = performance.now();
      this.free = now + ((now - begun) * PAINTED) / SHARE;
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
