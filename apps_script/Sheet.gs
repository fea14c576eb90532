// The sheet itself: reading whole tabs and selections, and the one thing that is written, a row of Actions.

const LOCK_MILLISECONDS_ = 10000;

/**
 * The rows of every selected range; what a filter hides is not selected.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @returns {number[]} 0-based, ascending
 */
function selectedRows_(sheet) {
  const selection = sheet.getActiveRangeList();
  const last = sheet.getLastRow();
  const rows = new Set();
  for (const range of selection ? selection.getRanges() : []) {
    for (let row = range.getRow(); row <= Math.min(range.getLastRow(), last); row += 1) {
      rows.add(row - 1);
    }
  }
  const ordered = [...rows].sort((a, b) => a - b);
  return sheet.getFilter() ? ordered.filter((row) => !sheet.isRowHiddenByFilter(row + 1)) : ordered;
}

/**
 * A sheet by its name without case.
 * @param {string} name
 * @throws {Refusal_} the workbook has none
 */
function sheetNamed_(name) {
  const sheet = SpreadsheetApp.getActive()
    .getSheets()
    .find((known) => fold_(known.getName()) === fold_(name));
  if (!sheet) {
    throw new Refusal_(
      `This workbook has no tab ${name}. Run \`optcenter workbook init\`; it adds what is missing.`,
    );
  }
  return sheet;
}

/**
 * The tab of requests: the one of that name, or one that people renamed and that has its headers.
 * @throws {Refusal_} the workbook has none
 */
function actionsSheet_() {
  const sheets = SpreadsheetApp.getActive().getSheets();
  const named = sheets.filter((sheet) => fold_(sheet.getName()) === fold_(ACTIONS_TAB_));
  const usable = [...named, ...sheets].find((sheet) => {
    const width = Math.max(1, sheet.getLastColumn());
    const headers = plain_(sheet.getRange(1, 1, 1, width).getValues())[0].map((cell) =>
      headerKey_(cellText_(cell)),
    );
    return ["request_id", "action", "status"].every((name) => headers.includes(headerKey_(name)));
  });
  return usable || sheetNamed_(ACTIONS_TAB_);
}

/** @param {string} name */
function gridNamed_(name) {
  return grid_(sheetNamed_(name));
}

/** @param {GoogleAppsScript.Spreadsheet.Sheet} sheet */
function grid_(sheet) {
  return plain_(sheet.getDataRange().getValues());
}

/**
 * Cells with dates as the serial numbers that the pipeline reads.
 * @param {any[][]} values
 * @returns {Cell[][]}
 */
function plain_(values) {
  const zone = SpreadsheetApp.getActive().getSpreadsheetTimeZone();
  return values.map((row) =>
    row.map((cell) => {
      if (Object.prototype.toString.call(cell) !== "[object Date]") {
        return cell;
      }
      const wall = Utilities.formatDate(cell, zone, "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'");
      return (Date.parse(wall) - Date.UTC(1899, 11, 30)) / 86400000;
    }),
  );
}

/**
 * Writes a request below the last row of Actions, as text, while no other request is being written.
 * @param {ActionRequest} request
 * @throws {Refusal_} it could not be written; nothing of it stands there
 */
function append_(request) {
  const lock = LockService.getDocumentLock();
  if (!lock) {
    throw new Refusal_(
      "This script is not bound to the workbook: open it by Extensions > Apps Script in the workbook.",
    );
  }
  if (!lock.tryLock(LOCK_MILLISECONDS_)) {
    throw new Refusal_("Somebody else's request is being written. Nothing was sent; try again in a moment.");
  }
  try {
    const sheet = actionsSheet_();
    const area = sheet.getDataRange();
    const grid = plain_(area.getValues());
    const strips = strips_(grid[0] || [], request);
    writeStrips_(sheet, nextRow_(grid, area.getFormulas()) + 1, strips);
  } finally {
    lock.releaseLock();
  }
}

/**
 * Fills one row, all of it or nothing.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {number} row 1-based; the sheet grows to it where needed
 * @param {Strip[]} strips the last one holds the request_id
 * @throws {Refusal_} it could not be written
 */
function writeStrips_(sheet, row, strips) {
  /** @type {Strip[]} */
  const written = [];
  try {
    if (row > sheet.getMaxRows()) {
      sheet.insertRowsAfter(sheet.getMaxRows(), row - sheet.getMaxRows());
    }
    if (!strips.every((strip) => range_(sheet, row, strip).canEdit())) {
      throw new Error("its cells are protected; ask the workbook's owner to let you edit the request columns");
    }
    for (const strip of strips) {
      written.push(strip);
      // rich text is never parsed, whatever it begins with; the format keeps it text when somebody edits it
      const cells = strip.texts.map((text) => SpreadsheetApp.newRichTextValue().setText(text).build());
      range_(sheet, row, strip).setNumberFormat("@").setRichTextValues([cells]);
    }
    SpreadsheetApp.flush();
    if (!strips.every((strip) => holds_(sheet, row, strip))) {
      throw new Error("what stands there is not what was sent");
    }
  } catch (error) {
    throw new Refusal_(`${ACTIONS_TAB_} row ${row}: ${messageOf_(error)}. ${takenBack_(sheet, row, written)}`);
  }
}

/**
 * The cells of a strip.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {number} row 1-based
 * @param {Strip} strip
 */
function range_(sheet, row, strip) {
  return sheet.getRange(row, strip.column + 1, 1, strip.texts.length);
}

/**
 * Whether a strip's cells hold its texts, as text.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {number} row 1-based
 * @param {Strip} strip
 */
function holds_(sheet, row, strip) {
  const range = range_(sheet, row, strip);
  const values = range.getValues()[0];
  return strip.texts.every((text, i) => values[i] === text) && !range.getFormulas()[0].some((formula) => formula);
}

/**
 * Clears what was written of a request that did not come through, as far as it still stands in that row: people may
 * have moved rows, and what is another's is not touched.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {number} row 1-based
 * @param {Strip[]} strips
 * @returns {string} how things stand
 */
function takenBack_(sheet, row, strips) {
  try {
    const left = strips.filter((strip) => !isBlank_(sheet, row, strip) && !holds_(sheet, row, strip));
    strips.filter((strip) => !left.includes(strip)).forEach((strip) => range_(sheet, row, strip).clearContent());
    SpreadsheetApp.flush();
    return left.length ? "Look at that row: part of your request may stand in it or near it." : "Nothing was sent.";
  } catch (error) {
    return `Clear that row by hand: part of your request may stand there (${messageOf_(error)}).`;
  }
}

/**
 * Whether a strip's cells are all blank.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {number} row 1-based
 * @param {Strip} strip
 */
function isBlank_(sheet, row, strip) {
  return range_(sheet, row, strip)
    .getValues()[0]
    .every((value) => value === "");
}
