// One image through two blocks, step by step. Python side and contract: play.py, play_drawing.py.

const TRAVEL_MS = 700;
const PAUSE_MS = 1900;

const SIGNS = {
  play: "M7 4v16l13-8z",
  pause: "M6 4h4v16H6zM14 4h4v16h-4z",
  start: "M5 4h3v16H5zM20 4v16L9 12z",
  back: "M17 4v16L5 12z",
  next: "M5 4v16l9-8zM16 4h3v16h-3z",
};

const sign = (name) => `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${SIGNS[name]}"/></svg>`;

const make = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

// What stops the play of an element: Streamlit calls again for new data.
const stops = new WeakMap();

const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Small pictures of this step go along their lines.
const travel = (root, step) => {
  const began = performance.now();
  const going = [...root.querySelectorAll(`.travel[data-step="${step}"]`)].map((group) => {
    const path = group.querySelector("path");
    return { group, path, picture: group.querySelector("g"), length: path.getTotalLength() };
  });
  for (const { group } of going) group.classList.add("is-going");
  const draw = (now) => {
    const share = Math.min((now - began) / TRAVEL_MS, 1);
    const eased = share * share * (3 - 2 * share);
    for (const { group, path, picture, length } of going) {
      if (!group.classList.contains("is-going")) continue;
      const at = path.getPointAtLength(eased * length);
      picture.setAttribute("transform", `translate(${at.x} ${at.y})`);
      if (share === 1) group.classList.remove("is-going");
    }
    if (share < 1) requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
};

export default function ({ data: bytes, parentElement }) {
  const root = parentElement.querySelector(".play");
  if (!root || !bytes) return undefined;
  stops.get(root)?.();
  const data = JSON.parse(new TextDecoder().decode(bytes));
  const { words, networks, sentences } = data;
  const last = sentences.length - 1;
  const bar = root.querySelector(".play-bar");
  const told = root.querySelector(".play-told");
  root.setAttribute("aria-label", words.label);

  const formulas = networks.map(() => make("p", { className: "play-formula" }));
  root.querySelector(".play-networks").replaceChildren(
    ...networks.map((network, number) => {
      const title = make("h4", { textContent: network.title });
      const figure = make("div", { className: "play-network" }, make("div", { className: "play-head" }, title, formulas[number]));
      figure.style.setProperty("--family", network.colour);
      for (const form of ["flat", "upright"]) figure.append(make("div", { className: `play-${form}`, innerHTML: network[form] }));
      return figure;
    }),
  );

  let timer = 0;
  const relabel = (button, name) => {
    button.innerHTML = sign(name);
    button.title = words[name];
    button.setAttribute("aria-label", words[name]);
    return button;
  };
  const button = (name, onclick) => relabel(make("button", { type: "button", onclick }), name);
  const playing = button("play", () => (timer ? pause() : begin()));
  playing.classList.add("play-go");
  const toStart = button("start", () => byHand(0));
  const back = button("back", () => byHand(step() - 1));
  const next = button("next", () => byHand(step() + 1));
  const place = make("span", { className: "play-place" });
  bar.replaceChildren(playing, toStart, back, next, place);

  const step = () => Number(root.dataset.step ?? 0);
  const show = (to, moving) => {
    const now = Math.max(0, Math.min(to, last));
    root.dataset.step = now;
    root.dataset.way = now < data.turn ? "forward" : "backward";
    root.classList.toggle("is-moving", moving);
    told.textContent = sentences[now];
    for (const [number, formula] of formulas.entries()) formula.innerHTML = networks[number].formulas[now];
    for (const element of root.querySelectorAll("[data-ahead], [data-back]")) {
      const { ahead, back: returned } = element.dataset;
      element.classList.toggle("is-ahead", ahead !== undefined && now >= Number(ahead));
      element.classList.toggle("is-back", returned !== undefined && now >= Number(returned));
      element.classList.toggle("is-now", String(now) === ahead || String(now) === returned);
    }
    for (const group of root.querySelectorAll(".is-going")) group.classList.remove("is-going");
    place.textContent = `${words[root.dataset.way]} · ${words.step.replace("{step}", now + 1).replace("{count}", last + 1)}`;
    // Not disabled: that would take the keyboard's focus away.
    for (const button of [toStart, back]) button.setAttribute("aria-disabled", String(now === 0));
    next.setAttribute("aria-disabled", String(now === last));
    if (moving) travel(root, now);
  };
  const go = (to) => show(to, to === step() + 1 && to <= last && !isStill());
  const pause = () => {
    clearInterval(timer);
    timer = 0;
    relabel(playing, "play");
  };
  const begin = () => {
    go(step() === last ? 0 : step() + 1);
    timer = setInterval(() => {
      go(step() + 1);
      if (step() === last) pause();
    }, PAUSE_MS);
    relabel(playing, "pause");
  };
  const byHand = (to) => {
    pause();
    go(to);
  };
  const keys = {
    " ": () => byHand(step() + 1),
    ArrowRight: () => byHand(step() + 1),
    ArrowLeft: () => byHand(step() - 1),
    Home: () => byHand(0),
    End: () => byHand(last),
  };
  root.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    if (event.key === " " && event.target.closest("button")) return; // it presses the button
    event.preventDefault();
    keys[event.key]();
  };
  stops.set(root, () => clearInterval(timer));
  show(step(), false);
  return () => clearInterval(timer);
}
