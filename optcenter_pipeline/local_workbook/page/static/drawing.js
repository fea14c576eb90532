// How headers and cells look.

import { isFormula, isTrue, isWaiting, kind, note, shown, tone } from "./cells.js";
import { isWebAddress, webLink } from "./links.js";

const LONG = 18; // longer texts may be cut: the pointer shows them whole

const look = (column, view) => {
  const text = shown(view);
  const looks = [];
  if (kind(view) === "n") looks.push("number");
  if (kind(view) === "e") looks.push("error");
  if (column.isLocked) looks.push("locked");
  else if (isFormula(view)) looks.push("formula");
  if (note(view)) looks.push("note");
  if (isWaiting(view)) looks.push("waiting");
  if (column.isCheck) looks.push("check");
  if (column.isStatus && tone(text)) looks.push("status", tone(text));
  if (column.choices.length && text && !column.choices.some((choice) => choice.toLowerCase() === text.toLowerCase())) {
    looks.push("odd");
  }
  return looks.join(" ");
};

export const drawHeader = (sheet, column) => {
  const title = document.createElement("span");
  title.className = `head ${column.isKey ? "key" : ""} ${column.isLocked ? "locked" : ""}`;
  title.textContent = sheet.hasHeader ? column.header || "\u00a0" : column.letters;
  const whose = column.isKey ? "Part of the row's key." : sheet.whyLocked(0, column);
  title.title = [column.note, whose].filter(Boolean).join("\n") || title.textContent;
  return title;
};

// Only where nobody types: elsewhere a click is for typing. The keys stay with the grid (Alt+Enter follows).
const cellLink = (address) => {
  const link = webLink(address, address);
  link.tabIndex = -1;
  return link;
};

// Gives the node that stands in the cell; a box calls onToggle(row, view).
export const drawCell = (sheet, column, cell, onToggle) => {
  const view = cell.getValue() ?? null;
  const row = cell.getData().id;
  const element = cell.getElement();
  element.dataset.look = look(column, view);
  const text = shown(view);
  element.title = [text.length > LONG ? text : "", note(view)].filter(Boolean).join("\n\n");
  const isBox = column.isCheck && (kind(view) === "b" || text === "");
  if (!isBox) return column.isLocked && isWebAddress(text) ? cellLink(text) : document.createTextNode(text);
  if (sheet.isNote(row) || (view === null && sheet.isEmpty(row))) return document.createTextNode("");
  const box = document.createElement("span");
  box.className = `box ${isTrue(view) ? "on" : ""}`;
  box.setAttribute("role", "checkbox");
  box.setAttribute("aria-checked", String(isTrue(view)));
  box.setAttribute("aria-label", column.header);
  if (!column.isLocked) box.addEventListener("click", () => onToggle(row, view));
  return box;
};
