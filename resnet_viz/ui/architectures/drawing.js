// A drawing to walk through. Python side and contract: drawing.py.

export default function ({ data: bytes, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".architecture");
  if (!root || !bytes) return;
  const data = JSON.parse(new TextDecoder().decode(bytes));
  const drawing = root.querySelector(".architecture-drawing");
  const terms = root.querySelector(".architecture-terms");
  const facts = root.querySelector(".architecture-facts");
  drawing.setAttribute("aria-label", data.label);
  if (root.dataset.drawn !== data.drawn) {
    root.dataset.drawn = data.drawn;
    drawing.innerHTML = data.drawn;
    drawing.style.setProperty("--columns", drawing.children.length);
  }
  terms.hidden = !data.terms;
  terms.innerHTML = data.terms;
  const columns = [...drawing.querySelectorAll("svg")].map((svg) => [...svg.querySelectorAll(".row")]);
  const rows = columns.flat();

  const choose = (row) => {
    for (const other of rows) other.setAttribute("aria-selected", String(other === row));
    root.dataset.chosen = row ? row.dataset.row : "";
    if (row) drawing.setAttribute("aria-activedescendant", row.id);
    else drawing.removeAttribute("aria-activedescendant");
    facts.innerHTML = row ? data.facts[row.dataset.row] ?? "" : "";
    if (!row) facts.append(Object.assign(document.createElement("p"), { className: "hint", textContent: data.hint }));
  };

  // The row of a name, or the first within it, or that it lies in: another level has other rows.
  const named = (name) =>
    rows.find((row) => row.dataset.row === name) ??
    rows.find((row) => row.dataset.row.startsWith(`${name}.`) || name.startsWith(`${row.dataset.row}.`));
  choose(root.dataset.chosen ? named(root.dataset.chosen) : undefined);

  const at = () => rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const beside = (by) => {
    const number = columns.findIndex((column) => column.includes(rows[at()]));
    const column = columns[number + by];
    if (!column) return rows[at()];
    return column[Math.min(columns[number].indexOf(rows[at()]), column.length - 1)];
  };
  const walk = {
    ArrowDown: () => rows[Math.min(at() + 1, rows.length - 1)],
    ArrowUp: () => rows[Math.max(at() - 1, 0)],
    ArrowRight: () => (at() < 0 ? rows[0] : beside(1)),
    ArrowLeft: () => (at() < 0 ? rows[0] : beside(-1)),
    Home: () => rows[0],
    End: () => rows.at(-1),
    Escape: () => undefined,
  };
  const open = () => {
    if (at() >= 0) setTriggerValue("opened", rows[at()].dataset.row);
  };
  drawing.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in walk) choose(walk[event.key]());
    else if (event.key === "Enter") open();
    else if (event.key === "Backspace") setTriggerValue("closed", Date.now());
    else return;
    event.preventDefault();
  };
  drawing.onclick = (event) => choose(event.target.closest(".row") ?? undefined);
  drawing.ondblclick = open;
  terms.onclick = (event) => {
    const term = event.target.closest("button");
    if (term) choose(named(term.dataset.row));
  };
}
