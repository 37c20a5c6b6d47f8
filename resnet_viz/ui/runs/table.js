// A table whose rows can be chosen and whose columns sort it. Python side and contract: table.py.
// Which rows are chosen is known here first; the server's choice counts when its version is new.

const AGAIN_MS = 15_000;
const tables = new WeakMap();

// The roles are said because a narrow table is laid out as a grid, and grids say none.
const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

const classes = (column) => [column.number && "runs-number", column.place && `runs-${column.place}`].filter(Boolean).join(" ");

function heading(column, data, send) {
  const cell = element("th", { scope: "col", role: "columnheader", class: classes(column) });
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

// How long ago that was, by the server's clock, and by this one only since then; for long ago the date of `exact`.
function ago(at, exact, { now, came, words }) {
  const seconds = now + (performance.now() - came) / 1000 - at;
  const days = Math.floor(seconds / 86_400);
  if (seconds < 60) return words.now;
  if (seconds < 3600) return words.minutes.replace("{count}", Math.floor(seconds / 60));
  if (days < 1) return words.hours.replace("{count}", Math.floor(seconds / 3600));
  return words.days[days] ?? exact.split(" ")[0];
}

function fill(cell, text, column, row, data) {
  const said = column.place === "time" && row.at !== null ? ago(row.at, text, data) : "";
  const shown = said || text;
  if (cell.dataset.shown !== shown) {
    cell.dataset.shown = shown;
    cell.replaceChildren(shown, ...(said ? [element("span", { class: "runs-exact" }, ` (${text})`)] : []));
  }
  cell.title = text;
  if (column.place === "state") cell.className = `runs-state runs-state-${row.state}`;
}

function hideEmpty(root, rows, columns) {
  columns.forEach((_column, index) => {
    const empty = rows.every(({ cells }) => !cells[index]);
    for (const line of root.querySelectorAll("tr")) line.children[index + 1].hidden = empty;
  });
}

// The same rows, further on, or the same a little later.
function goOn(root, rows, data) {
  for (const row of rows) {
    const made = root.querySelector(`tr[data-run="${CSS.escape(row.id)}"]`);
    row.cells.forEach((text, index) => made && fill(made.children[index + 1], text, data.columns[index], row, data));
  }
  hideEmpty(root, rows, data.columns);
}

function line(row, data, table) {
  const box = element("input", { type: "checkbox", "aria-label": `${data.words.choose}: ${row.label}` });
  const mark = () => made.classList.toggle("runs-chosen", (box.checked = table.chosen.has(row.id)));
  const made = element("tr", { "data-run": row.id, role: "row" }, element("td", { role: "cell", class: "runs-box" }, box));
  if (row.role in data.edges) made.style.setProperty("--edge", data.edges[row.role]);
  row.cells.forEach((text, index) => {
    const column = data.columns[index];
    const cell = element("td", { role: "cell", class: classes(column), "data-title": column.title });
    fill(cell, text, column, row, data);
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
  data.came = performance.now();
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
  const head = element("tr", { role: "row" }, element("th", { scope: "col", role: "columnheader", class: "runs-box" }, all));
  head.append(...data.columns.map((column) => heading(column, data, setTriggerValue)));
  const body = element("tbody", { role: "rowgroup" }, ...data.rows.map((row) => line(row, data, table)));
  const focused = document.activeElement?.closest?.("tr")?.dataset.run;
  const made = element(
    "table", { role: "table" },
    element("caption", {}, data.words.caption), element("thead", { role: "rowgroup" }, head), body,
  );
  root.setAttribute("aria-label", data.words.caption);
  root.replaceChildren(made);
  hideEmpty(root, data.rows, data.columns);
  if (focused) root.querySelector(`tr[data-run="${CSS.escape(focused)}"] input`)?.focus();
  root.dataset.rows = String(data.rows.length);
  table.leave?.();
  const later = setInterval(() => goOn(root, data.rows, data), AGAIN_MS);
  const follow = (json) => goOn(root, (data.rows = JSON.parse(json)), data);
  const unfollow = data.live ? liveParts.follow(data.live, follow) : null;
  table.leave = () => {
    clearInterval(later);
    unfollow?.();
  };
  return () => table.leave?.();
}
