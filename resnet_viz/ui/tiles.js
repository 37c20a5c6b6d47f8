// Small pictures to choose from, each a button. Python side and contract: tiles.py.

export default function ({ data: bytes, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".tiles");
  if (!root || !bytes) return;
  const data = JSON.parse(new TextDecoder().decode(bytes));
  root.style.setProperty("--tile", `${data.size}px`);
  root.setAttribute("aria-label", data.label);
  while (root.children.length > data.tiles.length) root.lastElementChild.remove();
  while (root.children.length < data.tiles.length) root.append(tile());
  data.tiles.forEach((one, index) => {
    const button = root.children[index];
    const [picture, caption] = button.children;
    button.dataset.name = one.name;
    button.title = one.title;
    button.setAttribute("aria-label", one.title);
    button.setAttribute("aria-pressed", String(one.name === data.chosen));
    if (picture.src !== one.src) picture.src = one.src;
    caption.textContent = one.caption;
    caption.hidden = !one.caption;
    button.onclick = () => setTriggerValue("picked", one.name);
  });
}

function tile() {
  const button = document.createElement("button");
  button.type = "button";
  button.append(document.createElement("img"), document.createElement("span"));
  button.firstElementChild.alt = "";
  return button;
}
