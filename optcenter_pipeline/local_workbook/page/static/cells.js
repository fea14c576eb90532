// A cell as the server describes it: null, a text, a boolean, or {v: shown, e: entered, k: kind, f: formula?, n: note};
// w where the page itself put it there, and the server has not answered yet.

export const shown = (view) => {
  if (view === null || view === undefined) return "";
  if (typeof view === "boolean") return view ? "TRUE" : "FALSE";
  return typeof view === "string" ? view : view.v;
};

// What an editor starts from: typed again, it gives the same cell.
export const entered = (view) => (view !== null && typeof view === "object" ? view.e : shown(view));

export const isBlank = (view) => entered(view) === "";

export const isFormula = (view) => view !== null && typeof view === "object" && view.f === true;

export const isWaiting = (view) => view !== null && typeof view === "object" && view.w === true;

export const note = (view) => (view !== null && typeof view === "object" ? view.n || "" : "");

export const kind = (view) => {
  if (typeof view === "boolean") return "b";
  return view !== null && typeof view === "object" ? view.k || "" : "";
};

// The plain value for other programs: a number without its format, a text without the quote that keeps it one.
export const plain = (view) => (kind(view) === "n" && !isFormula(view) ? entered(view) : shown(view));

export const isTrue = (view) => kind(view) === "b" && shown(view) === "TRUE";

export const same = (one, other) => one === other || JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

// Headers match without case, spaces, hyphens and underscores.
export const headerKey = (text) => text.replace(/[\s_-]+/g, "").toLowerCase();

export const letters = (column) => {
  let text = "";
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    text = String.fromCharCode(65 + ((rest - 1) % 26)) + text;
  }
  return text;
};

// "C61" → [60, 2], 0-based row and column; null for anything else.
export const position = (text) => {
  const [, column, row] = /^\s*\$?([a-z]{1,3})\$?([1-9]\d{0,6})\s*$/i.exec(text) || [];
  if (!row) return null;
  return [Number(row) - 1, [...column.toUpperCase()].reduce((sum, sign) => sum * 26 + sign.charCodeAt(0) - 64, 0) - 1];
};

const TONES = {
  ok: ["ok", "success", "optimal", "feasible"],
  warning: ["warn", "warning", "cancelled", "no_solution"],
  failed: ["failed", "rejected", "infeasible", "invalid", "critical"],
  busy: ["queued", "running", "pending"],
};

// How good a status is: ok, warning, failed, busy, or nothing where it is none.
export const tone = (text) => {
  const word = text.trim().toLowerCase();
  if (word.startsWith("failed")) return "failed";
  if (word.startsWith("ok (warning")) return "warning";
  return Object.keys(TONES).find((name) => TONES[name].includes(word)) || "";
};
