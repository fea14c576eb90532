// One tab as the page shows it: its columns understood, its rows by index.

import { entered, headerKey, isBlank, isFormula, letters, note, shown, tone } from "./cells.js";

const DEFAULT_WIDTHS = { number: 100, bool: 90, date: 106, json: 180, key_list: 150 };
const WIDEST = 240;
const MEASURED_ROWS = 60;

const isWholeColumn = (range) => range.startRowIndex === undefined && range.endRowIndex === undefined;

export class Sheet {
  constructor(resource, cells, described, statusNames) {
    const grid = resource.properties.gridProperties;
    this.id = resource.properties.sheetId;
    this.title = resource.properties.title;
    this.rowCount = grid.rowCount;
    this.described = described || null;
    this.rows = new Map(cells.rows);
    const header = this.rows.get(0) || [];
    const known = described ? described.columns : [];
    const specs = header.map((view) => known.find((column) => column.headers.includes(headerKey(shown(view)))));
    this.hasHeader = specs.some(Boolean) || grid.frozenRowCount > 0;
    this.firstRow = this.hasHeader ? 1 : 0;
    const width = this.hasHeader ? Math.max(cells.columns.length, 1) : Math.min(grid.columnCount, Math.max(26, cells.columns.length));
    this.columns = [];
    for (let index = 0; index < width; index += 1) {
      const column = this.#column(index, header[index], specs[index], cells.columns[index] || {}, resource);
      this.columns.push({ ...column, isStatus: statusNames.includes(column.spec?.name) });
    }
    // whether people fill its rows: what the system writes beside an empty row does not make it one
    this.isTyped = !this.columns.some((column) => column.isKey && column.isLocked);
    this.lastRow = this.#lastRow();
  }

  #column(index, header, spec, described, resource) {
    const isProtected = (resource.protectedRanges || []).some(
      (one) =>
        !one.warningOnly && isWholeColumn(one.range) &&
        index >= (one.range.startColumnIndex || 0) && index < (one.range.endColumnIndex ?? Infinity),
    );
    const choices = described.rule?.condition?.type === "ONE_OF_LIST"
      ? (described.rule.condition.values || []).map((value) => value.userEnteredValue)
      : [];
    const isCheck =
      spec?.kind === "bool" || described.rule?.condition?.type === "BOOLEAN" || (choices.length === 2 && choices.join() === "TRUE,FALSE");
    const owner = spec?.owner || "";
    return {
      index,
      field: `c${index}`,
      letters: letters(index),
      header: shown(header),
      note: note(header) || spec?.note || "",
      spec,
      owner,
      isKey: spec?.is_key === true,
      isCheck,
      isLocked: owner === "S" || owner === "F" || isProtected,
      choices: isCheck ? [] : choices,
      isStrict: described.rule?.strict === true,
      help: described.rule?.inputMessage || "",
      width: Math.max(described.width || this.#width(index, spec), shown(header).length * 8.2 + 26),
      kind: spec?.kind || "",
    };
  }

  // As wide as what stands in it, within reason.
  #width(index, spec) {
    const texts = [...this.rows.values()].slice(this.firstRow, MEASURED_ROWS).map((row) => shown(row[index]).length);
    return Math.min(Math.max(DEFAULT_WIDTHS[spec?.kind] || 110, Math.max(0, ...texts) * 7.4 + 20), WIDEST);
  }

  // Formulas wait in rows that nobody has filled, and show nothing.
  #lastRow() {
    let last = 0;
    for (const [index, row] of this.rows) {
      if (index > last && row.some((view) => shown(view) !== "")) last = index;
    }
    return last;
  }

  cell(row, column) {
    return this.rows.get(row)?.[column] ?? null;
  }

  // Other views in some cells of a row: column → view.
  put(row, views) {
    const line = [...(this.rows.get(row) || [])];
    views.forEach((view, column) => { line[column] = view; });
    this.rows.set(row, Array.from(line, (view) => view ?? null));
    if (line.some((view) => shown(view) !== "")) this.lastRow = Math.max(this.lastRow, row);
  }

  // How a text that is still on its way to the server is shown.
  typedView(column, text) {
    const view = { v: text.startsWith("'") ? text.slice(1) : text, e: text, w: true };
    return this.columns[column]?.isCheck && ["TRUE", "FALSE"].includes(text) ? { ...view, k: "b" } : view;
  }

  column(name) {
    return this.columns.find((column) => column.spec?.name === name) || null;
  }

  text(row, name) {
    const column = this.column(name);
    return column ? shown(this.cell(row, column.index)).trim() : "";
  }

  isNote(row) {
    return this.hasHeader && shown(this.cell(row, 0)).startsWith("#");
  }

  // Rows that hold anything, below the header, notes left out.
  dataRows() {
    return [...this.rows.keys()].filter(
      (row) => row >= this.firstRow && row <= this.lastRow && !this.isNote(row) && !this.isEmpty(row),
    );
  }

  isEmpty(row) {
    return this.columns.every((column) => {
      const view = this.cell(row, column.index);
      return isBlank(view) || isFormula(view) || view === false || (column.owner === "S" && this.isTyped);
    });
  }

  statusOf(row) {
    const texts = this.columns.filter((column) => column.isStatus).map((column) => shown(this.cell(row, column.index)));
    return texts.find((text) => tone(text) === "failed") || "";
  }

  failedRows() {
    return this.described ? this.dataRows().filter((row) => this.statusOf(row)) : [];
  }

  // Why a cell cannot be typed into; nothing where it can.
  whyLocked(row, column) {
    if (column.owner === "F") return "A formula fills this column.";
    if (column.owner === "S") return "The system writes this column.";
    return column.isLocked ? "This column is protected." : "";
  }

  // What stands in a row's own cells: it tells which row an edit is about.
  seen(row) {
    return this.columns
      .filter((column) => !column.isLocked && !isFormula(this.cell(row, column.index)))
      .map((column) => [column.index, this.cell(row, column.index)]);
  }

  headerSeen() {
    if (!this.hasHeader) return [];
    return this.columns.map((column) => [column.index, entered(this.cell(0, column.index))]);
  }

  // A row's key as the pipeline shows it: its parts joined by " / ", blank parts left out.
  keyParts(row) {
    return this.columns
      .filter((column) => column.isKey)
      .map((column) => column.spec.name)
      .sort((one, other) => this.#place(one) - this.#place(other))
      .map((name) => this.text(row, name))
      .filter((part) => part !== "");
  }

  #place(name) {
    return this.described.columns.findIndex((column) => column.name === name);
  }
}
