// A Google sheet as Apps Script shows it: a fixed grid, typed input, plain-text formats, protections, filters.

const OUTSIDE = "The coordinates of the range are outside the dimensions of the sheet.";
const PROTECTED =
  "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection if you need to edit.";
const PLAIN_TEXT = "@";

/** What typing a value puts into a cell of a format. */
export function typed(value, format) {
  if (typeof value !== "string") {
    return { value: value ?? "", formula: "" };
  }
  if (format === PLAIN_TEXT) {
    return { value, formula: "" };
  }
  if (value.startsWith("'")) {
    return { value: value.slice(1), formula: "" };
  }
  if (/^[=+-]/.test(value) && Number.isNaN(Number(value))) {
    return { value: "#ERROR!", formula: value.startsWith("=") ? value : `=${value}` };
  }
  const text = value.trim();
  if (/^(true|false)$/i.test(text)) {
    return { value: /^true$/i.test(text), formula: "" };
  }
  if (/^\d{4}-\d{1,2}(-\d{1,2})?$/.test(text)) {
    const [year, month, day = "1"] = text.split("-");
    return { value: new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))), formula: "" };
  }
  if (text && !Number.isNaN(Number(text))) {
    return { value: Number(text), formula: "" };
  }
  return { value, formula: "" };
}

export class Sheet {
  /** `rows` stand there as they are given; `{ formula, value }` is a formula and what it shows. */
  constructor(name, rows = [], { rowCount = 100, columnCount = 20 } = {}) {
    this.name = name;
    this.rowCount = Math.max(rowCount, rows.length);
    this.columnCount = Math.max(columnCount, ...rows.map((row) => row.length));
    this.cells = new Map();
    this.formats = new Map();
    this.protections = [];
    this.filteredOut = null;
    this.selection = [[1, 1, 1, 1]];
    this.activeRow = 1;
    this.onWrite = () => {};
    rows.forEach((row, r) =>
      row.forEach((cell, c) => this.put(r + 1, c + 1, cell?.formula ? cell : { value: cell, formula: "" })),
    );
  }

  put(row, column, cell) {
    const isBlank = cell.value === "" && !cell.formula;
    return isBlank ? this.cells.delete(`${row},${column}`) : this.cells.set(`${row},${column}`, cell);
  }

  at(row, column) {
    return this.cells.get(`${row},${column}`) ?? { value: "", formula: "" };
  }

  /** What stands in a row, by the header above it. */
  record(row) {
    const columns = [...Array(this.getLastColumn()).keys()].map((column) => column + 1);
    return Object.fromEntries(columns.map((column) => [this.at(1, column).value, this.at(row, column).value]));
  }

  /** Nobody but the owner may edit these 1-based columns (all of them: the sheet). */
  protect(...columns) {
    this.protections.push(new Set(columns));
  }

  mayEdit(column) {
    return this.protections.every((columns) => columns.size > 0 && !columns.has(column));
  }

  last(index) {
    return Math.max(0, ...[...this.cells.keys()].map((place) => Number(place.split(",")[index])));
  }

  getName() {
    return this.name;
  }
  getLastRow() {
    return this.last(0);
  }
  getLastColumn() {
    return this.last(1);
  }
  getMaxRows() {
    return this.rowCount;
  }
  getDataRange() {
    return this.getRange(1, 1, Math.max(1, this.getLastRow()), Math.max(1, this.getLastColumn()));
  }
  getRange(row, column, rows = 1, columns = 1) {
    if (row < 1 || column < 1 || row + rows - 1 > this.rowCount || column + columns - 1 > this.columnCount) {
      throw new Error(OUTSIDE);
    }
    return new Range(this, row, column, rows, columns);
  }
  getActiveRangeList() {
    return this.selection && { getRanges: () => this.selection.map((area) => this.getRange(...area)) };
  }
  getActiveCell() {
    return this.getRange(this.activeRow, 1);
  }
  getFilter() {
    return this.filteredOut && {};
  }
  isRowHiddenByFilter(row) {
    return Boolean(this.filteredOut?.has(row));
  }
  insertRowsAfter(row, count) {
    if (row > this.rowCount) {
      throw new Error(OUTSIDE);
    }
    if (!this.mayEdit(0)) {
      throw new Error(PROTECTED);
    }
    this.rowCount += count;
    this.onWrite("insertRows", this, row, 1);
  }
}

class Range {
  constructor(sheet, row, column, rows, columns) {
    Object.assign(this, { sheet, row, column, rows, columns });
  }

  map(read) {
    const places = (count) => [...Array(count).keys()];
    return places(this.rows).map((r) => places(this.columns).map((c) => read(this.row + r, this.column + c, r, c)));
  }

  write(what, values, cellOf) {
    if (values.length !== this.rows) {
      throw new Error(
        `The number of rows in the data does not match the number of rows in the range. The data has ${values.length} but the range has ${this.rows}.`,
      );
    }
    if (values.some((row) => row.length !== this.columns)) {
      throw new Error("The number of columns in the data does not match the number of columns in the range.");
    }
    this.mayWrite();
    this.sheet.onWrite(what, this.sheet, this.row, this.column);
    this.map((row, column, r, c) => this.sheet.put(row, column, cellOf(values[r][c], row, column)));
    return this;
  }

  mayWrite() {
    if (!this.canEdit()) {
      throw new Error(PROTECTED);
    }
  }

  getRow() {
    return this.row;
  }
  getLastRow() {
    return this.row + this.rows - 1;
  }
  getValues() {
    return this.map((row, column) => this.sheet.at(row, column).value);
  }
  getFormulas() {
    return this.map((row, column) => this.sheet.at(row, column).formula);
  }
  canEdit() {
    return this.map((_, column) => this.sheet.mayEdit(column))
      .flat()
      .every(Boolean);
  }
  setNumberFormat(format) {
    this.mayWrite();
    this.map((row, column) => this.sheet.formats.set(`${row},${column}`, format));
    return this;
  }
  setValues(values) {
    return this.write("setValues", values, (value, row, column) =>
      typed(value, this.sheet.formats.get(`${row},${column}`)),
    );
  }
  setRichTextValues(values) {
    return this.write("setRichTextValues", values, (value) => ({ value: value.getText(), formula: "" }));
  }
  clearContent() {
    this.mayWrite();
    this.sheet.onWrite("clearContent", this.sheet, this.row, this.column);
    this.map((row, column) => this.sheet.cells.delete(`${row},${column}`));
    return this;
  }
}
