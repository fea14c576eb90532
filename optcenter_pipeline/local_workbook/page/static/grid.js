// The grid on the screen: which rows are shown, what is selected, and which cell is being edited.

import { TabulatorFull } from "/page/component/tabulator.mjs";
import { entered, isTrue, letters, same } from "./cells.js";
import { drawCell, drawHeader } from "./drawing.js";
import { makeEditor } from "./editor.js";
import { far } from "./keys.js";

const ROW_HEIGHT = 27;
const BLANK_ROWS = 30;
const STEP = 50; // so many rows more at a time, lest every row that is typed below the last draws all anew
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
    this.isEditing = false;
    element.addEventListener("keydown", (event) => this.#keyDown(event), true);
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
    const signature = JSON.stringify([sheet.id, sheet.columns.map((c) => [c.header, c.note, c.isLocked, c.choices, c.isCheck, c.isStatus])]);
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
    this.#table = new TabulatorFull(this.element, {
      index: "id",
      data: [...this.#data.values()],
      columns: this.sheet.columns.map((column) => this.#definition(column)),
      columnDefaults: { headerSort: false, resizable: "header", minWidth: 48 },
      rowHeader: {
        field: "id", width: 52, frozen: true, headerSort: false, resizable: false, hozAlign: "right", cssClass: "row-number",
        formatter: (cell) => document.createTextNode(String(cell.getValue() + 1)),
      },
      rowFormatter: (row) => this.#formatRow(row),
      height: "100%",
      layout: "fitDataFill",
      rowHeight: ROW_HEIGHT,
      selectableRange: 1,
      selectableRangeColumns: true,
      selectableRangeRows: true,
      selectableRangeAutoFocus: false,
      editTriggerEvent: "dblclick",
      clipboard: false,
      placeholder: "No rows to show.",
    });
    await new Promise((resolve) => this.#table.on("tableBuilt", resolve));
    // one stop for the Tab key: inside the grid it goes from cell to cell
    this.element.querySelector(".tabulator-header").tabIndex = -1;
    this.element.setAttribute("aria-description", "F6 leaves the grid.");
    for (const name of ["rangeAdded", "rangeChanged"]) this.#table.on(name, () => this.on.select());
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
      width: column.width,
      cssClass: column.isLocked ? "locked-column" : "",
      titleFormatter: () => drawHeader(this.sheet, column),
      formatter: (cell) => drawCell(this.sheet, column, cell, (row, view) => this.#toggle(row, column, view)),
      editable: () => !column.isLocked,
      editor: column.isLocked ? false : (cell, onRendered, success, cancel) => this.#editor(column, cell, onRendered, cancel),
    };
  }

  #toggle(row, column, view) {
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

  #edit(typed) {
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

  #far(event, active) {
    if (!active) return null;
    const { clientHeight } = this.element.querySelector(".tabulator-tableholder");
    return far(event, [this.#shown.indexOf(active.row), active.column.index], {
      last: this.#shown.length - 1,
      right: this.sheet.columns.length - 1,
      filled: Math.max(0, this.#shown.findLastIndex((row) => row <= this.sheet.lastRow)),
      page: Math.max(1, Math.floor(clientHeight / ROW_HEIGHT) - 1),
    });
  }

  #keyDown(event) {
    if (this.isEditing || event.isComposing) return;
    const active = this.active();
    const place = this.#far(event, active);
    if (place) this.goTo(this.#shown[place[0]], place[1]);
    else if (event.key === "F6") this.on.leave();
    else {
      this.#typeKey(event, active);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #typeKey(event, active) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isSpaceOnCheck = event.key === " " && active?.column.isCheck;
    if (isSpaceOnCheck) {
      const { row, column } = active;
      if (column.isLocked) this.on.locked(this.sheet.whyLocked(row, column));
      else this.#toggle(row, column, this.sheet.cell(row, column.index));
    } else if (event.key === "Enter" || event.key === "F2") this.#edit(null);
    else if (event.key === "Delete" || event.key === "Backspace") this.on.clear();
    else if (event.key.length === 1) this.#edit(event.key);
    else if (event.key === "Process") {
      this.#edit(""); // an input method starts here: what it composes goes into the editor
      return;
    }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
