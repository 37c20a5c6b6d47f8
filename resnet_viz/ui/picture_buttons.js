// Small pictures to choose from, each a button. Python side and contract: picture_buttons.py.

export default function ({ data: bytes, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".picture-buttons");
  if (!root || !bytes) return;
  const data = JSON.parse(new TextDecoder().decode(bytes));
  root.style.setProperty("--side", `${data.size}px`);
  root.setAttribute("aria-label", data.label);
  while (root.children.length > data.pictures.length) root.lastElementChild.remove();
  while (root.children.length < data.pictures.length) root.append(newButton());
  data.pictures.forEach((one, index) => {
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

function newButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.append(document.createElement("img"), document.createElement("span"));
  button.firstElementChild.alt = "";
  return button;
}
