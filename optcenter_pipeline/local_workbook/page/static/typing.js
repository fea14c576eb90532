// From a person's hands to edits: single cells, pasted and cleared ranges, and taking them back.

import { entered, isFormula, plain } from "./cells.js";
import * as clipboard from "./clipboard.js";
import { before } from "./edits.js";
import { notify } from "./notices.js";

export class Typing {
  #copied = null;

  // makeRoom(count) adds rows below the last one, for a paste that is longer than what is shown.
  constructor(grid, edits, makeRoom) {
    this.grid = grid;
    this.makeRoom = makeRoom;
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

  async #paste(event) {
    if (!this.#isGrids(event)) return;
    event.preventDefault();
    const text = event.clipboardData.getData("text/plain");
    if (text === "") return;
    const lines = text === this.#copied?.text ? this.#copied.lines : clipboard.parse(text);
    const height = lines.length;
    const width = Math.max(...lines.map((line) => line.length));
    const selected = this.grid.selection();
    const fills = selected.rows.length % height === 0 && selected.columns.length % width === 0;
    const area = fills ? selected : await this.#area(height, width);
    if (!area) return;
    this.#write(area.rows, area.columns, (_row, _column, down, right) => lines[down % height][right % width] ?? "");
  }

  // Where a block goes; nothing, and a word about it, where there is no place for it.
  async #area(height, width) {
    const area = this.grid.area(height, width);
    if (area.columns.length < width) {
      notify(`What you paste is ${width} columns wide, and there are ${area.columns.length} from here on: paste further to the left. Nothing was written.`, "failed");
      return null;
    }
    const missing = height - area.rows.length;
    if (missing <= 0) return area;
    const { sheet } = this.grid;
    if (area.rows.at(-1) !== this.grid.end - 1) {
      notify(`What you paste has ${missing} rows more than are shown: clear the search and the filter first. Nothing was written.`, "failed");
      return null;
    }
    const seen = (rows) => JSON.stringify(rows.map((row) => this.grid.sheet.seen(row)));
    const before = seen(area.rows);
    try {
      await this.makeRoom(missing);
    } catch (error) {
      notify(`${error.message} Nothing was written.`, "failed");
      return null;
    }
    const wider = this.grid.area(height, width);
    const isStill = this.grid.sheet.id === sheet.id && wider.rows.length === height && seen(wider.rows.slice(0, area.rows.length)) === before;
    if (isStill) return wider;
    notify("The rows were changed while room was made for your paste: paste again. Nothing was written.", "failed");
    return null;
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
