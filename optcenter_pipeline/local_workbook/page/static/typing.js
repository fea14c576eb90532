// From a person's hands to edits: single cells, pasted and cleared ranges, and taking them back.

import { entered, isFormula, plain } from "./cells.js";
import * as clipboard from "./clipboard.js";
import { before } from "./edits.js";
import { notify } from "./notices.js";

export class Typing {
  #copied = null;

  constructor(grid, edits) {
    this.grid = grid;
    this.edits = edits;
    document.addEventListener("copy", (event) => this.#copy(event));
    document.addEventListener("cut", (event) => this.#copy(event) && this.clear());
    document.addEventListener("paste", (event) => this.#paste(event));
    document.addEventListener("keydown", (event) => {
      const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
      if (!isUndo || !this.#isGrids(event)) return;
      event.preventDefault();
      if (!edits.undo(grid.sheet)) notify("There is nothing to undo on this tab.");
    });
  }

  #isGrids(event) {
    return this.grid.hasFocus && !this.grid.isEditing && !(event.target instanceof HTMLTextAreaElement);
  }

  // target: a row as it was seen when the typing began.
  commit(target, column, text) {
    const { sheet } = this.grid;
    if (column.isStrict && column.choices.length && text !== "" && !column.choices.includes(text)) {
      notify(`${column.header}: "${text}" is not one of ${column.choices.join(", ")}. Nothing was written.`, "failed");
      return;
    }
    const row = target.index;
    this.edits.write(sheet, [
      { row: target, cells: new Map([[column.index, text]]), before: before(sheet, row, [column.index]) },
    ]);
  }

  clear() {
    const { rows, columns } = this.grid.selection();
    this.#write(rows, columns, (row, column) => (entered(this.grid.sheet.cell(row, column.index)) === "" ? null : ""));
  }

  #copy(event) {
    if (!this.#isGrids(event)) return false;
    const { sheet } = this.grid;
    const { rows, columns } = this.grid.selection();
    const views = rows.map((row) => columns.map((column) => sheet.cell(row, column.index)));
    const text = clipboard.format(views.map((line) => line.map(plain)));
    // what is pasted here again is the cells themselves: 007 stays a text
    this.#copied = { text, lines: views.map((line) => line.map((view) => (isFormula(view) ? plain(view) : entered(view)))) };
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
    return true;
  }

  #paste(event) {
    if (!this.#isGrids(event)) return;
    event.preventDefault();
    const text = event.clipboardData.getData("text/plain");
    if (text === "") return;
    const lines = text === this.#copied?.text ? this.#copied.lines : clipboard.parse(text);
    const height = lines.length;
    const width = Math.max(...lines.map((line) => line.length));
    const selected = this.grid.selection();
    const fills = selected.rows.length % height === 0 && selected.columns.length % width === 0;
    const area = fills ? selected : this.grid.area(height, width);
    if (area.rows.length < height || area.columns.length < width) {
      notify("What you paste does not fit: add rows first, or paste further to the left. Nothing was written.", "failed");
      return;
    }
    this.#write(area.rows, area.columns, (_row, _column, down, right) => lines[down % height][right % width] ?? "");
  }

  #write(rows, columns, textOf) {
    const { sheet } = this.grid;
    let skipped = 0;
    const changes = [];
    rows.forEach((row, down) => {
      const cells = new Map();
      columns.forEach((column, right) => {
        const text = textOf(row, column, down, right);
        if (text === null) return;
        if (column.isLocked) skipped += 1;
        else cells.set(column.index, text);
      });
      if (cells.size) {
        const target = this.edits.seenRow(sheet, row);
        changes.push({ row: target, cells, before: before(sheet, row, [...cells.keys()]) });
      }
    });
    if (skipped) notify(`${skipped} cells were left as they are: formulas or the system fill their columns.`, "warning");
    if (changes.length) this.edits.write(sheet, changes);
  }
}
