// The grid on the screen: which rows are shown, what is selected, and which cell is being edited.

import { entered, isTrue, letters, same } from "./cells.js";
import { drawCell, drawHeader } from "./drawing.js";
import { makeEditor } from "./editor.js";
import { Keyboard } from "./keys.js";
import { drawn, makeTable, ROW_HEIGHT } from "./table.js";

const BLANK_ROWS = 30;
const STEP = 50; // so many rows more at a time, lest every row that is typed below the last draws all anew
const NARROW = 64;
const MANY = 400; // so many changed rows are drawn anew faster than one by one

export class Grid {
  #table = null;
  #signature = "";
  #shown = [];
  #data = new Map();
  #typed = null;
  #extra = 0;
  #ready = Promise.resolve();
  #waiting = null;

  // on: {select(), edit(row, column) → target, commit(target, column, text), locked(reason), leave()}
  constructor(element, on) {
    this.element = element;
    this.on = on;
    this.sheet = null;
    this.accepts = () => true;
    this.narrowed = ""; // the column that says the same in every row that is shown
    this.isEditing = false;
    this.keyboard = new Keyboard(this, on);
    element.addEventListener("focusout", (event) => this.#keepFocus(event));
  }

  // Draws a state of a sheet; in place where columns and rows are the same.
  async draw(sheet) {
    this.#ready = this.#ready.then(() => this.#draw(sheet));
    return this.#ready;
  }

  async #draw(sheet) {
    if (this.isEditing) {
      this.#waiting = sheet; // it is drawn when the editor closes
      return;
    }
    const signature = JSON.stringify([sheet.id, this.narrowed, sheet.columns.map((c) => [c.header, c.note, c.isLocked, c.choices, c.isCheck, c.isStatus])]);
    const isNewSheet = this.sheet?.id !== sheet.id;
    this.sheet = sheet;
    if (isNewSheet) this.#extra = 0;
    const rows = this.#rowsToShow();
    if (signature !== this.#signature) {
      this.#signature = signature;
      await this.#build(rows);
    } else if (same(rows, this.#shown)) await this.#update();
    else await this.#replace(rows);
    this.element.setAttribute("aria-label", sheet.title);
    this.on.select();
  }

  showMore(count) {
    this.#extra += count;
    return this.draw(this.sheet);
  }

  scrollToEnd() {
    this.#table.scrollToRow(this.#shown.at(-1), "bottom", false).catch(() => {});
  }

  // Behind the last row that is shown where none is filtered out.
  get end() {
    const { lastRow, rowCount, isTyped } = this.sheet;
    if (!isTyped) return lastRow + 1;
    return Math.min(rowCount, Math.ceil((lastRow + BLANK_ROWS) / STEP) * STEP + this.#extra);
  }

  #rowsToShow() {
    const { end } = this;
    const rows = [];
    for (let row = this.sheet.firstRow; row < end; row += 1) if (this.accepts(row)) rows.push(row);
    return rows;
  }

  #record(row) {
    const record = { id: row };
    for (const column of this.sheet.columns) record[column.field] = this.sheet.cell(row, column.index);
    return record;
  }

  async #build(rows) {
    this.#table?.destroy();
    this.#remember(rows);
    this.#table = makeTable(this.element, {
      data: [...this.#data.values()],
      columns: this.sheet.columns.map((column) => this.#definition(column)),
      rowFormatter: (row) => this.#formatRow(row),
    });
    await drawn(this.#table, () => this.on.select());
  }

  #remember(rows) {
    this.#shown = rows;
    this.#data = new Map(rows.map((row) => [row, this.#record(row)]));
  }

  #formatRow(row) {
    const index = row.getIndex();
    row.getElement().classList.toggle("note-row", this.sheet.isNote(index));
    row.getElement().classList.toggle("failed-row", this.sheet.statusOf(index) !== "");
  }

  async #update() {
    const changed = [];
    for (const row of this.#shown) {
      const [was, is] = [this.#data.get(row), this.#record(row)];
      const fields = Object.keys(is).filter((field) => !same(was[field], is[field]));
      if (fields.length) changed.push({ id: row, ...Object.fromEntries(fields.map((field) => [field, is[field]])) });
    }
    if (changed.length > MANY) return this.#replace(this.#shown);
    changed.forEach((fields) => Object.assign(this.#data.get(fields.id), fields));
    if (changed.length) await this.#table.updateData(changed);
    changed.forEach((fields) => {
      const row = this.#table.getRow(fields.id);
      if (row) this.#formatRow(row);
    });
    return undefined;
  }

  async #replace(rows) {
    const holder = this.element.querySelector(".tabulator-tableholder");
    const [top, left] = [holder?.scrollTop || 0, holder?.scrollLeft || 0];
    const edges = this.#edges();
    this.#remember(rows);
    await this.#table.replaceData([...this.#data.values()]);
    if (holder) [holder.scrollTop, holder.scrollLeft] = [top, left];
    if (edges && edges.bottom < rows.length) this.select(edges);
  }

  #definition(column) {
    return {
      title: column.header || column.letters,
      field: column.field,
      width: this.narrowed && column.spec?.name === this.narrowed ? NARROW : column.width,
      cssClass: column.isLocked ? "locked-column" : "",
      titleFormatter: () => drawHeader(this.sheet, column),
      formatter: (cell) => drawCell(this.sheet, column, cell, (row, view) => this.toggle(row, column, view)),
      editable: () => !column.isLocked,
      editor: column.isLocked ? false : (cell, onRendered, success, cancel) => this.#editor(column, cell, onRendered, cancel),
    };
  }

  // Opens what a cell leads to.
  follow(place) {
    if (place) this.#table.getRow(place.row)?.getCell(place.column.field).getElement().querySelector("a")?.click();
  }

  // Ticks a box, or unticks it.
  toggle(row, column, view = this.sheet.cell(row, column.index)) {
    this.on.commit(this.on.edit(row), column, isTrue(view) ? "FALSE" : "TRUE");
  }

  #editor(column, cell, onRendered, cancel) {
    const row = cell.getData().id;
    const target = this.on.edit(row);
    this.isEditing = true;
    const typed = this.#typed;
    this.#typed = null;
    const start = entered(cell.getValue() ?? null);
    const close = () => {
      this.isEditing = false;
      cancel();
      const sheet = this.#waiting;
      this.#waiting = null;
      if (sheet) this.draw(sheet);
    };
    const { input, begin } = makeEditor({
      cell: cell.getElement(),
      label: `${column.header || column.letters}, row ${row + 1}`,
      start: typed ?? start,
      choices: column.choices,
      onDone: (text, way) => {
        close();
        if (text !== start) this.on.commit(target, column, text);
        if (way) this.move(way);
      },
      onCancel: close,
    });
    onRendered(begin);
    return input;
  }

  move(way) {
    this.#table.module("selectRange").navigate(false, false, way);
    this.on.select();
  }

  #active() {
    const range = this.#table?.module("selectRange").activeRange;
    return range ? { row: this.#shown[range.start.row], column: this.sheet.columns[range.start.col - 1] } : null;
  }

  // The cell that the next key goes to: {row, column}, or null.
  active() {
    const active = this.#active();
    return active && active.row !== undefined && active.column ? active : null;
  }

  #edges() {
    const range = this.#table?.module("selectRange").activeRange;
    return range ? { top: range.top, bottom: range.bottom, left: range.left, right: range.right } : null;
  }

  // The selected rectangle: rows of the sheet, and columns.
  selection() {
    const edges = this.#edges();
    if (!edges || !this.sheet) return { rows: [], columns: [] };
    return {
      rows: this.#shown.slice(edges.top, edges.bottom + 1),
      columns: this.sheet.columns.slice(Math.max(edges.left, 1) - 1, edges.right),
    };
  }

  // Rows from the first selected one on, and columns likewise: where a paste goes.
  area(height, width) {
    const edges = this.#edges();
    return {
      rows: this.#shown.slice(edges.top, edges.top + height),
      columns: this.sheet.columns.slice(edges.left - 1, edges.left - 1 + width),
    };
  }

  select({ top, bottom = top, left, right = left }) {
    const [first, last] = [this.#table.getRow(this.#shown[top]), this.#table.getRow(this.#shown[bottom])];
    const field = (place) => this.sheet.columns[Math.min(place, this.sheet.columns.length) - 1].field;
    if (!first || !last) return;
    this.#table.getRanges()[0].setBounds(first.getCell(field(left)), last.getCell(field(right)));
  }

  // Whether there is such a cell to go to.
  async goTo(row, column) {
    const top = this.#shown.indexOf(row);
    if (top < 0 || column < 0 || column >= this.sheet.columns.length) return false;
    await this.#table.scrollToRow(row, "center", false).catch(() => {});
    // its promise is never settled where the column is in view already
    this.#table.scrollToColumn(this.sheet.columns[column].field, "middle", false).catch(() => {});
    this.select({ top, left: column + 1 });
    this.focus();
    return true;
  }

  focus() {
    this.element.querySelector(".tabulator-tableholder")?.focus({ preventScroll: true });
  }

  // Cells are drawn anew while one scrolls or makes the window smaller; the keys still go to the grid then.
  #keepFocus(event) {
    if (event.relatedTarget) return;
    setTimeout(() => {
      if (document.activeElement === document.body && document.hasFocus() && !this.isEditing) this.focus();
    });
  }

  get hasFocus() {
    return this.element.contains(document.activeElement);
  }

  place() {
    const active = this.active();
    return active ? `${letters(active.column.index)}${active.row + 1}` : "";
  }

  // How far keys may go: the last places; the last row that holds anything; so many rows on a screen.
  get reach() {
    const { clientHeight } = this.element.querySelector(".tabulator-tableholder");
    return {
      last: this.#shown.length - 1,
      right: this.sheet.columns.length - 1,
      filled: Math.max(0, this.#shown.findLastIndex((row) => row <= this.sheet.lastRow)),
      page: Math.max(1, Math.floor(clientHeight / ROW_HEIGHT) - 1),
    };
  }

  goToPlace([top, column]) {
    return this.goTo(this.#shown[top], column);
  }

  placeOf({ row, column }) {
    return [this.#shown.indexOf(row), column.index];
  }

  // Opens the editor in the active cell: with what stands there (null), or with what was typed instead.
  edit(typed) {
    const active = this.active();
    if (!active) return;
    const reason = this.sheet.whyLocked(active.row, active.column);
    if (reason) {
      this.on.locked(reason);
      return;
    }
    this.#typed = typed;
    this.#table.getRow(active.row)?.getCell(active.column.field)?.edit();
    this.#typed = null;
  }
}
