// Keeps one connection to the server for all parts of the page that follow something, while the page is seen.
// live_parts.js stands before it; Python side: following.py.

const followers = new WeakMap();

const HELLO_MS = 6000; // a proxy that holds back what it is sent says nothing for so long
const AGAIN_MS = 1000;
const SLOW_MS = 3000;

class Follower {
  constructor(root) {
    this.root = root;
    this.tokens = new Map();
    this.source = null;
    this.timer = null;
    this.slow = false;
    this.onSeen = () => (document.hidden ? this.disconnect() : this.connect());
    document.addEventListener("visibilitychange", this.onSeen);
  }

  // What the page now follows: token → kind, and how to tell Streamlit that it has something to do.
  set({ address, parts, stamp, slow }, tell) {
    const before = this.tokens;
    this.address = address;
    this.tell = tell;
    this.stamp = stamp;
    this.asked = null;
    this.root.querySelector(".live-slow").textContent = slow;
    this.tokens = new Map(Object.entries(parts));
    for (const token of before.keys()) if (!this.tokens.has(token)) liveParts.forget(token);
    this.leave();
    this.ways = [...this.tokens].flatMap(([token, kind]) => this.showing(token, kind));
    if ([...this.tokens.keys()].join() !== [...before.keys()].join()) {
      this.disconnect();
      this.connect();
    }
  }

  showing(token, kind) {
    if (kind === "text") return [liveParts.follow(token, (html) => this.write(token, html))];
    if (kind === "stamp") {
      // What the script shows now may be newer than what was heard last.
      return [liveParts.follow(token, (stamp) => stamp !== this.stamp && this.ask(stamp), { known: false })];
    }
    return []; // charts follow by themselves
  }

  write(token, html) {
    for (const place of document.querySelectorAll(`[data-live="${token}"]`)) {
      if (place.innerHTML !== html) place.innerHTML = html;
    }
  }

  ask(stamp) {
    if (this.asked === stamp) return;
    this.asked = stamp;
    this.tell(stamp);
  }

  url(once) {
    const query = new URLSearchParams();
    for (const token of this.tokens.keys()) query.append("part", `${token}.${liveParts.version(token)}`);
    if (once) query.append("once", "1");
    return `${this.address}?${query}`;
  }

  connect() {
    if (document.hidden || this.source || this.timer || this.asking || !this.tokens.size) return;
    if (this.slow) {
      this.poll();
      return;
    }
    const source = new EventSource(this.url(false));
    this.source = source;
    this.timer = setTimeout(() => {
      this.disconnect();
      this.slowDown();
    }, HELLO_MS);
    source.onmessage = ({ data }) => {
      clearTimeout(this.timer);
      this.timer = null;
      if (!this.take(JSON.parse(data))) this.again(0);
    };
    source.onerror = () => this.again(AGAIN_MS);
  }

  // Anew after a while, from where it broke off.
  again(ms) {
    this.disconnect();
    this.timer = setTimeout(() => {
      this.timer = null;
      this.connect();
    }, ms);
  }

  take(message) {
    if (message.hello) return true;
    if (message.forgotten || message.gone) {
      // The page offers what it shows anew, or says what has become of it.
      this.ask(`forgotten ${Date.now()}`);
      return true;
    }
    return liveParts.take(message);
  }

  slowDown() {
    this.slow = true;
    this.root.querySelector(".live-slow").hidden = false;
    this.connect();
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

  disconnect() {
    this.source?.close();
    this.source = null;
    clearTimeout(this.timer);
    this.timer = null;
  }

  leave() {
    for (const way of this.ways ?? []) way();
    this.ways = [];
  }

  close() {
    document.removeEventListener("visibilitychange", this.onSeen);
    this.leave();
    this.disconnect();
    for (const token of this.tokens.keys()) liveParts.forget(token);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".live-follower");
  if (!root || !data) return;
  if (!followers.has(root)) followers.set(root, new Follower(root));
  const follower = followers.get(root);
  follower.set(JSON.parse(new TextDecoder().decode(data)), (stamp) => setTriggerValue("moved", stamp));
  return () => {
    follower.close();
    followers.delete(root);
  };
}
