// The parts of the page that follow what happens on the server, by token: how they stand, and who shows them.
// On the window: every component is a module of its own, and a page has one such list. Server side: feed.py.

function bytesOf({ bdata }) {
  return Uint8Array.from(atob(bdata), (character) => character.charCodeAt(0));
}

const ARRAYS = { f4: Float32Array, f8: Float64Array, i4: Int32Array, i1: Int8Array, u1: Uint8Array };

// Plotly draws typed arrays and, of maps, arrays of them; packed ones could not be added to.
function unpacked(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(unpacked);
  if (!("bdata" in value)) {
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, unpacked(part)]));
  }
  const flat = new ARRAYS[value.dtype](bytesOf(value).buffer);
  if (!value.shape) return flat;
  const [rows, columns] = value.shape.split(",").map(Number);
  return Array.from({ length: rows }, (_, row) => flat.subarray(row * columns, (row + 1) * columns));
}

// The first so many of what was there, and more.
function joined(before, after, more) {
  if (Array.isArray(before)) return [...before.slice(0, after), ...more];
  const both = new before.constructor(after + more.length);
  both.set(before.subarray(0, after));
  both.set(more, after);
  return both;
}

function patchedTrace(trace, { rows = {}, columns = {}, set = {} }) {
  const result = { ...trace, ...unpacked(set) };
  for (const [name, { after, more }] of Object.entries(rows)) {
    result[name] = joined(trace[name], after, unpacked(more));
  }
  for (const [name, { after, more }] of Object.entries(columns)) {
    const wider = unpacked(more);
    result[name] = trace[name].map((row, index) => joined(row, after, wider[index]));
  }
  return result;
}

function patched(value, patch) {
  if (typeof value === "string") {
    return value.slice(0, patch.start) + patch.text + value.slice(value.length - patch.end);
  }
  const result = { ...value };
  if (patch.traces) result.data = value.data.map((trace, index) => patchedTrace(trace, patch.traces[index]));
  for (const name of ["layout", "narrow"]) if (name in patch) result[name] = patch[name] ?? undefined;
  return result;
}

class LiveParts {
  parts = new Map();
  shown = new Map();

  // Calls `show` with how the part stands whenever that changes, and with what is `known` now; gives the way out.
  follow(token, show, { known = true } = {}) {
    if (!this.shown.has(token)) this.shown.set(token, new Set());
    this.shown.get(token).add(show);
    const part = this.parts.get(token);
    if (part && known) show(part.value);
    return () => this.shown.get(token)?.delete(show);
  }

  version(token) {
    return this.parts.get(token)?.version ?? 0;
  }

  // Whether the message could be taken; false: something before it is missing.
  take({ part: token, from, to, whole, patch }) {
    const part = this.parts.get(token);
    if (whole === undefined && part?.version === to) return true;
    if (whole === undefined && part?.version !== from) return false;
    const value = whole === undefined ? patched(part.value, patch) : unpacked(whole);
    this.parts.set(token, { version: to, value });
    for (const show of this.shown.get(token) ?? []) show(value);
    return true;
  }

  // Lets go of a part that is not followed any more.
  forget(token) {
    this.parts.delete(token);
  }
}

const liveParts = (window.resnetVizLive ??= new LiveParts());
