// One connection to the server for all that a page follows, while the page is seen: browsers open few at a time.
// live_parts.js stands before it.

const HELLO_MS = 6000; // a proxy that holds back what it is sent says nothing for so long
const AGAIN_MS = 1000;
const SLOW_MS = 3000;
const APART_MS = 100;

// Once the browser has nothing else to do; not all of them say so.
const whenIdle = window.requestIdleCallback ?? ((then) => setTimeout(then, APART_MS));

class Connection {
  followers = new Set();
  source = null;
  timer = null;
  asking = false;
  slow = false;
  followed = "";
  said = Promise.resolve();

  constructor() {
    document.addEventListener("visibilitychange", () => (document.hidden ? this.disconnect() : this.connect()));
  }

  // One thing after the other, and after whatever was pressed: of what is said at once, Streamlit hears one.
  say(tell) {
    this.said = this.said.then(() => new Promise((done) => whenIdle(() => (tell(), setTimeout(done, APART_MS)))));
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
