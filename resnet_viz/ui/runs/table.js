// A table whose rows can be chosen and whose columns sort it. Python side and contract: table.py.
// Which rows are chosen is known here first; the server's choice counts when its version is new.

const tables = new WeakMap();

const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

function heading(column, data, send) {
  const cell = element("th", { scope: "col", class: column.number ? "runs-number" : "" });
  if (!column.sorts) {
    cell.append(column.title);
    return cell;
  }
  const sorted = data.sort.key === column.sorts;
  const arrow = sorted ? (data.sort.descending ? " ↓" : " ↑") : "";
  const button = element("button", { type: "button", title: data.words.sort }, column.title, arrow);
  button.onclick = () => send("sorted", column.sorts);
  cell.setAttribute("aria-sort", sorted ? (data.sort.descending ? "descending" : "ascending") : "none");
  cell.append(button);
  return cell;
}

function fill(cell, text, column, row, edges) {
  if (cell.textContent !== text) cell.textContent = text;
  cell.title = text;
  if (column.state) cell.className = `runs-state runs-state-${row.state}`;
  if (column.role) {
    cell.className = "runs-role";
    cell.style.borderInlineStart = edges[row.role] ?? "";
  }
}

// The same rows, further on.
function goOn(root, json, { columns, edges }) {
  for (const row of JSON.parse(json)) {
    const made = root.querySelector(`tr[data-run="${CSS.escape(row.id)}"]`);
    row.cells.forEach((text, index) => made && fill(made.children[index + 1], text, columns[index], row, edges));
  }
}

function line(row, data, table) {
  const box = element("input", { type: "checkbox", "aria-label": `${data.words.choose}: ${row.label}` });
  const mark = () => made.classList.toggle("runs-chosen", (box.checked = table.chosen.has(row.id)));
  const made = element("tr", { "data-run": row.id }, element("td", {}, box));
  row.cells.forEach((text, index) => {
    const cell = element("td", { class: data.columns[index].number ? "runs-number" : "" });
    fill(cell, text, data.columns[index], row, data.edges);
    made.append(cell);
  });
  made.onclick = (event) => {
    const wanted = !table.chosen.has(row.id);
    const rows = table.data.rows;
    const here = rows.findIndex(({ id }) => id === row.id);
    const from = event.shiftKey && table.last !== null ? Math.min(table.last, here) : here;
    const to = event.shiftKey && table.last !== null ? Math.max(table.last, here) : here;
    for (const { id } of rows.slice(from, to + 1)) {
      if (wanted) table.chosen.add(id);
      else table.chosen.delete(id);
    }
    table.last = here;
    table.tell();
  };
  table.marks.push(mark);
  mark();
  return made;
}

export default function ({ data: bytes, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".runs-table");
  if (!root || !bytes) return;
  const data = JSON.parse(new TextDecoder().decode(bytes));
  const table = tables.get(root) ?? { version: null, chosen: new Set(), last: null };
  tables.set(root, table);
  if (table.version !== data.version) {
    table.version = data.version;
    table.chosen = new Set(data.chosen);
    table.last = null;
  }
  table.data = data;
  table.marks = [];
  const all = element("input", { type: "checkbox", "aria-label": data.words.all });
  table.tell = () => {
    table.marks.forEach((mark) => mark());
    all.checked = data.rows.length > 0 && data.rows.every(({ id }) => table.chosen.has(id));
    setStateValue("chosen", [...table.chosen]);
  };
  all.checked = data.rows.length > 0 && data.rows.every(({ id }) => table.chosen.has(id));
  all.onchange = () => {
    for (const { id } of data.rows) {
      if (all.checked) table.chosen.add(id);
      else table.chosen.delete(id);
    }
    table.tell();
  };
  const head = element("tr", {}, element("th", { scope: "col" }, all));
  head.append(...data.columns.map((column) => heading(column, data, setTriggerValue)));
  const body = element("tbody", {}, ...data.rows.map((row) => line(row, data, table)));
  const focused = document.activeElement?.closest?.("tr")?.dataset.run;
  const made = element("table", {}, element("caption", {}, data.words.caption), element("thead", {}, head), body);
  root.setAttribute("aria-label", data.words.caption);
  root.replaceChildren(made);
  if (focused) root.querySelector(`tr[data-run="${CSS.escape(focused)}"] input`)?.focus();
  root.dataset.rows = String(data.rows.length);
  table.leave?.();
  table.leave = data.live ? liveParts.follow(data.live, (json) => goOn(root, json, data)) : null;
  return () => table.leave?.();
}
