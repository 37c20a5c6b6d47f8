// Small pictures to choose from, each a button. Python side and contract: picture_buttons.py.

export default function ({ data: bytes, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".picture-buttons");
  if (!root || !bytes) return;
  const data = JSON.parse(new TextDecoder().decode(bytes));
  root.style.setProperty("--side", `${data.size}px`);
  root.setAttribute("aria-label", data.label);
  root.classList.toggle("in-one-row", data.row);
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
  if (data.row && root.dataset.chosen !== data.chosen) show(root, data.chosen);
}

// Only the row moves, not the page.
function show(root, name) {
  root.dataset.chosen = name;
  const chosen = root.querySelector('[aria-pressed="true"]');
  if (!chosen) return;
  const [row, button] = [root.getBoundingClientRect(), chosen.getBoundingClientRect()];
  if (button.left < row.left || button.right > row.right) root.scrollLeft += button.left - row.left - row.width / 3;
}

function newButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.append(document.createElement("img"), document.createElement("span"));
  button.firstElementChild.alt = "";
  return button;
}
