// What one part of the page follows: texts are put in their places, charts take theirs by themselves, and Streamlit
// is told when it has something else to show. connection.js stands before it; Python side: following.py.

const followers = new WeakMap();
const UNANSWERED_MS = 5000;
const AHEAD = /^\d+% · /; // what a title has before the page's own

class Follower {
  constructor(root) {
    this.note = root.querySelector(".live-slow");
    this.tokens = new Map();
    this.ways = [];
    if (connection.slow) this.saySlow();
  }

  // What is now followed, token → kind, and how to tell Streamlit.
  set({ address, parts, stamp, slow }, tell) {
    const before = this.tokens;
    this.address = address;
    this.tell = tell;
    this.stamp = stamp;
    this.answered();
    this.note.textContent = slow;
    this.tokens = new Map(Object.entries(parts));
    for (const token of before.keys()) if (!this.tokens.has(token)) liveParts.forget(token);
    this.leave();
    this.ways = [...this.tokens].flatMap(([token, kind]) => this.showing(token, kind));
    connection.followers.add(this);
    connection.changed();
  }

  showing(token, kind) {
    if (kind === "text") return [liveParts.follow(token, (html) => this.write(token, html))];
    if (kind === "title") {
      const show = (text) => (document.title = (text && `${text} · `) + document.title.replace(AHEAD, ""));
      return [liveParts.follow(token, show), () => show("")];
    }
    if (kind === "stamp") {
      // What the script shows now may be newer than what was heard last.
      const hear = (heard) => (heard === this.stamp ? this.answered() : this.ask(heard));
      return [liveParts.follow(token, hear, { known: false })];
    }
    return []; // charts and tables follow by themselves
  }

  write(token, html) {
    for (const place of document.querySelectorAll(`[data-live="${token}"]`)) {
      if (place.innerHTML !== html) place.innerHTML = html;
    }
  }

  // Again, until it is answered: what a page says can get lost, as where the script ran for something else.
  ask(stamp) {
    if (this.asked === stamp) return;
    this.answered();
    this.asked = stamp;
    connection.say(() => this.tell(stamp));
    this.unanswered = setTimeout(() => {
      this.asked = null;
      this.ask(stamp);
    }, UNANSWERED_MS);
  }

  answered() {
    this.asked = null;
    clearTimeout(this.unanswered);
  }

  saySlow() {
    this.note.hidden = false;
  }

  leave() {
    for (const way of this.ways) way();
    this.ways = [];
  }

  close() {
    this.leave();
    this.answered();
    for (const token of this.tokens.keys()) liveParts.forget(token);
    connection.followers.delete(this);
    connection.changed();
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
