// What each menu item asks for, as the row that it becomes in Actions.
// Plain functions over values; nothing here speaks to the sheet.

/**
 * @typedef {{ action: string, tab: string, scope_type: "all" | "keys", scope_keys: string,
 *   scenario_name: string, constraint_set_name: string, options_json: string }} Ask what is asked for
 * @typedef {Ask & { request_id: string, requested_by: string, requested_at: string }} ActionRequest
 * @typedef {{ column: number, texts: string[] }} Strip neighbouring cells of one row; column is 0-based
 */

const SAVE_ = "pm.save_selected";
const RUN_SELECTED_ = "pm.optimize.run_selected_candidates";
const RUN_ALL_ = "pm.optimize.run_all_candidates";
const LONGEST_CELL_ = 50000;
const MOST_NAMED_ = 8;

/** @type {Ask} */
const BLANK_ASK_ = {
  action: SAVE_,
  tab: "",
  scope_type: "all",
  scope_keys: "",
  scenario_name: "",
  constraint_set_name: "",
  options_json: "",
};

/**
 * Save every row of one tab.
 * @param {string} title the sheet's name
 * @returns {Ask}
 * @throws {Refusal_} there is nothing to save on it
 */
function saveTab_(title) {
  return { ...BLANK_ASK_, tab: savable_(title).name };
}

/**
 * Save every tab.
 * @returns {Ask}
 */
function saveEverything_() {
  return BLANK_ASK_;
}

/**
 * Save some rows of one tab.
 * @param {string} title the sheet's name
 * @param {Cell[][]} grid the whole tab
 * @param {number[]} rows 0-based; blank rows, notes and the header among them are skipped
 * @returns {Ask}
 * @throws {Refusal_} no row is left, or one cannot be named
 */
function saveRows_(title, grid, rows) {
  const tab = savable_(title);
  return { ...BLANK_ASK_, tab: tab.name, scope_type: "keys", scope_keys: joined_(tab, keysOf_(tab, grid, rows)) };
}

/**
 * Run a scenario on some or all of its candidates.
 * @param {string} action RUN_SELECTED_ or RUN_ALL_
 * @param {string} scenario
 * @param {string} set "" for the Candidates' own rules
 * @param {string[]} keys the candidates to choose from; none: those that are ticked, or all, as the action says
 * @returns {Ask}
 */
function run_(action, scenario, set, keys) {
  const ask = { ...BLANK_ASK_, action, scenario_name: scenario, constraint_set_name: set };
  if (!keys.length) {
    return ask;
  }
  const tab = savable_("Candidates");
  return { ...ask, tab: tab.name, scope_type: "keys", scope_keys: joined_(tab, keys) };
}

/**
 * The input tab of a sheet's name.
 * @param {string} title
 * @throws {Refusal_} it is none
 */
function savable_(title) {
  const tab = inputTab_(title);
  if (!tab) {
    const names = INPUT_TABS_.map((known) => known.name).join(", ");
    throw new Refusal_(`There is nothing to save on ${title}. What you type stands in ${names}.`);
  }
  return tab;
}

/**
 * The keys of some rows, each once: a key's parts as typed, joined by " / ".
 * @param {InputTab} tab
 * @param {Cell[][]} grid
 * @param {number[]} rows 0-based
 * @returns {string[]}
 * @throws {Refusal_} no row is left, or one cannot be named
 */
function keysOf_(tab, grid, rows) {
  const positions = keyPositions_(tab, grid);
  /** @type {Map<string, string>} */
  const keys = new Map();
  const nameless = [];
  for (const row of filledRows_(grid, rows)) {
    const key = keyParts_(tab, positions, grid[row]).join(KEY_JOIN_);
    if (!key) {
      nameless.push(row + 1);
    } else if (!keys.has(fold_(key))) {
      keys.set(fold_(key), key);
    }
  }
  if (nameless.length) {
    const columns = tab.key.map((column) => column.name).join(", ");
    throw new Refusal_(`${tab.name}: ${rowList_(nameless)} no key. Fill ${columns}, or leave the row out.`);
  }
  if (!keys.size) {
    throw new Refusal_(`${tab.name}: no filled row is selected. Select one or more rows, then choose this again.`);
  }
  return [...keys.values()];
}

/**
 * The candidates that are ticked in is_selected_for_run.
 * @param {Cell[][]} grid Candidates
 * @returns {number[]} their rows, 0-based
 */
function tickedRows_(grid) {
  const ticks = positions_(grid[0] || [], [SELECTED_], "Candidates")[SELECTED_.name];
  return filledRows_(grid, [...grid.keys()]).filter((row) =>
    TRUE_WORDS_.includes(fold_(textAt_(grid[row], ticks))),
  );
}

/**
 * The rows among some that a person filled: below the header, no note, not blank.
 *
 * A row is blank where nothing stands but unticked boxes, and what the system wrote of a row that was emptied.
 *
 * @param {Cell[][]} grid
 * @param {number[]} rows 0-based
 */
function filledRows_(grid, rows) {
  const stamps = STAMPS_.map(headerKey_);
  const isStamp = (grid[0] || []).map((header) => stamps.includes(headerKey_(cellText_(header))));
  return rows.filter(
    (row) =>
      row > 0 &&
      row < grid.length &&
      !isNote_(grid[row]) &&
      grid[row].some((cell, column) => hasContent_(cell) && !isStamp[column]),
  );
}

/**
 * Whether a cell says something; an unticked box does not.
 * @param {Cell} cell
 */
function hasContent_(cell) {
  return cell !== false && cellText_(cell).trim() !== "";
}

/**
 * Where the key columns of a tab stand.
 * @param {InputTab} tab
 * @param {Cell[][]} grid
 * @throws {Refusal_} the first is not there: no row could be named
 */
function keyPositions_(tab, grid) {
  const positions = positions_(grid[0] || [], tab.key, tab.name);
  if (!(tab.key[0].name in positions)) {
    const names = [tab.key[0].name, ...tab.key[0].aliases].join(" or ");
    throw new Refusal_(
      `${tab.name}: row 1 lacks the column ${names}. Run \`optcenter workbook init\`, or write it there.`,
    );
  }
  return positions;
}

/**
 * Keys in one list cell: joined by |, or as a JSON list where a key has a separator in it, such as `A|B`.
 * @param {InputTab} tab
 * @param {string[]} keys
 * @throws {Refusal_} a cell cannot hold them
 */
function joined_(tab, keys) {
  const isPlain = !keys[0].startsWith("[") && !keys.some((key) => LIST_SEPARATORS_.test(key));
  const text = isPlain ? keys.join("|") : JSON.stringify(keys);
  if (text.length > LONGEST_CELL_) {
    throw new Refusal_(
      `${tab.name}: ${keys.length} rows are more than one request can name. Select fewer, or save this whole tab.`,
    );
  }
  return text;
}

/**
 * How many keys `joined_` put into a cell; 0 where somebody wrote something else there.
 * @param {string} text
 */
function keyCount_(text) {
  try {
    return text.startsWith("[") ? JSON.parse(text).length : listed_(text).length;
  } catch (error) {
    return 0;
  }
}

/**
 * "row 4 has", "rows 4, 5 have".
 * @param {number[]} rows 1-based
 */
function rowList_(rows) {
  const more = rows.length > MOST_NAMED_ ? ` and ${rows.length - MOST_NAMED_} more` : "";
  const numbers = rows.slice(0, MOST_NAMED_).join(", ") + more;
  return rows.length > 1 ? `rows ${numbers} have` : `row ${numbers} has`;
}

/**
 * The cells that a request fills in a new row of Actions, as strips of neighbouring columns.
 *
 * Columns of others, and those of the system, are in no strip. The strip with the request_id comes last: until it
 * stands there the row is no request.
 *
 * @param {Cell[]} header row 1 of Actions
 * @param {ActionRequest} request
 * @returns {Strip[]}
 * @throws {Refusal_} a column that the request needs is missing, or stands twice
 */
function strips_(header, request) {
  const columns = REQUEST_COLUMNS_.map((name) => ({ name, aliases: [] }));
  const positions = positions_(header, columns, ACTIONS_TAB_);
  /** @type {Record<string, string>} */
  const texts = request;
  const missing = REQUEST_COLUMNS_.filter((name) => texts[name] && !(name in positions));
  if (missing.length) {
    throw new Refusal_(lackingText_(missing));
  }
  /** @type {Strip[]} */
  const strips = [];
  for (const name of Object.keys(positions).sort((a, b) => positions[a] - positions[b])) {
    const last = strips[strips.length - 1];
    if (last && last.column + last.texts.length === positions[name]) {
      last.texts.push(texts[name]);
    } else {
      strips.push({ column: positions[name], texts: [texts[name]] });
    }
  }
  const holdsId = (/** @type {Strip} */ strip) =>
    strip.column <= positions.request_id && positions.request_id < strip.column + strip.texts.length;
  return [...strips.filter((strip) => !holdsId(strip)), ...strips.filter(holdsId)];
}

/**
 * What to say of columns that Actions lacks.
 * @param {string[]} names
 */
function lackingText_(names) {
  const missing = `row 1 lacks the column ${names.join(", ")}`;
  return `${ACTIONS_TAB_}: ${missing}. Run \`optcenter workbook init\`; it adds what is missing.`;
}

/**
 * The first row below everything that somebody wrote, in any column; formulas filled down do not count.
 * @param {Cell[][]} grid Actions
 * @param {string[][]} formulas of the same cells, "" where there is none
 * @returns {number} 0-based
 */
function nextRow_(grid, formulas) {
  let row = grid.length;
  while (row > 1 && !grid[row - 1].some((cell, column) => hasContent_(cell) && !formulas[row - 1][column])) {
    row -= 1;
  }
  return row;
}
