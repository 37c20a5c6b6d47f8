// One connection to the server for all that a page follows, while the page is seen: browsers open few at a time.
// live_parts.js stands before it.

const HELLO_MS = 6000; // a proxy that holds back what it is sent says nothing for so long
const AGAIN_MS = 1000;
const SLOW_MS = 3000;
const APART_MS = 100;
const QUIET_MS = 300; // a slider is heard of 200 ms after its last move
const PRESSES = ["pointerdown", "pointerup", "click", "keydown", "input", "change"];

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

class Connection {
  followers = new Set();
  source = null;
  timer = null;
  asking = false;
  slow = false;
  followed = "";
  said = Promise.resolve();
  pressed = -Infinity;

  constructor() {
    const note = () => (this.pressed = performance.now());
    for (const type of PRESSES) addEventListener(type, note, { capture: true, passive: true });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.disconnect() : this.connect()));
  }

  // One thing after the other, and not together with what was pressed, before or after: what is said at once reaches
  // Streamlit as one message, and it carries that out as a run of one fragment only.
  say(tell) {
    this.said = this.said.then(async () => {
      await this.quiet();
      this.atOnce(tell);
      await pause(APART_MS);
    });
  }

  // Streamlit collects what is said until a timer of 0 ms fires. On a busy page that takes seconds, and what is pressed
  // by then would go along.
  atOnce(tell) {
    const later = window.setTimeout;
    window.setTimeout = (then, ms, ...rest) => (ms === 0 ? then() : later(then, ms, ...rest));
    try {
      tell();
    } finally {
      window.setTimeout = later;
    }
  }

  async quiet() {
    for (let left; (left = this.pressed + QUIET_MS - performance.now()) > 0; ) await pause(left);
  }

  tokens() {
    return [...this.followers].flatMap(({ tokens }) => [...tokens.keys()]);
  }

  // What is followed has changed, perhaps by one of several parts of the page that are shown anew.
  changed() {
    clearTimeout(this.change);
    this.change = setTimeout(() => {
      if (this.tokens().join() === this.followed) return;
      this.disconnect();
      this.connect();
    });
  }

  url(once) {
    const query = new URLSearchParams();
    for (const token of this.tokens()) query.append("part", `${token}.${liveParts.version(token)}`);
    if (once) query.append("once", "1");
    const [{ address }] = this.followers;
    return `${address}?${query}`;
  }

  connect() {
    this.followed = this.tokens().join();
    if (document.hidden || this.source || this.timer || this.asking || !this.followed) return;
    if (this.slow) {
      this.poll();
      return;
    }
    const source = new EventSource(this.url(false));
    this.source = source;
    this.timer = setTimeout(() => {
      this.disconnect();
      this.slow = true;
      for (const follower of this.followers) follower.saySlow();
      this.connect();
    }, HELLO_MS);
    source.onmessage = ({ data }) => {
      clearTimeout(this.timer);
      this.timer = null;
      if (!this.take(JSON.parse(data))) this.again(0);
    };
    source.onerror = () => this.again(AGAIN_MS);
  }

  async poll() {
    this.asking = true;
    try {
      const answer = await fetch(this.url(true));
      const lines = answer.ok ? (await answer.text()).split("\n") : [];
      for (const line of lines) if (line) this.take(JSON.parse(line));
    } catch {
      // The server cannot be reached; it is asked again.
    }
    this.asking = false;
    this.again(SLOW_MS);
  }

  // Anew after a while, from where it broke off.
  again(ms) {
    this.disconnect();
    this.timer = setTimeout(() => {
      this.timer = null;
      this.connect();
    }, ms);
  }

  disconnect() {
    this.source?.close();
    this.source = null;
    clearTimeout(this.timer);
    this.timer = null;
  }

  // Whether the message could be taken.
  take(message) {
    if (message.hello) return true;
    if (message.forgotten || message.gone) {
      // The page offers what it shows anew, or says what has become of it.
      for (const follower of this.followers) {
        if (message.forgotten || follower.tokens.has(message.part)) follower.ask(`gone ${Date.now()}`);
      }
      return true;
    }
    return liveParts.take(message);
  }
}

const connection = (window.resnetVizConnection ??= new Connection());
