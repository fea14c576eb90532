// What the tabs are called, which columns make a row's key, and how cells and headers are read.
// The same as the pipeline's workbook contract (docs/workbook.md); a test holds the two together.
// Plain functions over values: a grid is an array of rows of cells, its row 0 the header.

/**
 * @typedef {string | number | boolean} Cell
 * @typedef {{ name: string, aliases: string[], isList?: boolean }} KeyColumn
 * @typedef {{ name: string, key: KeyColumn[] }} InputTab
 */

const SCENARIO_ = { name: "scenario_name", aliases: ["scenario"] };
const SET_ = { name: "constraint_set_name", aliases: ["set", "constraint_set"] };
const INITIATIVE_ = { name: "initiative_key", aliases: ["key", "initiative"] };
const SELECTED_ = { name: "is_selected_for_run", aliases: ["selected"] };
const KPI_ = { name: "kpi_key", aliases: ["kpi", "metric"] };

/** @type {InputTab[]} */
const INPUT_TABS_ = [
  { name: "Initiatives", key: [INITIATIVE_] },
  { name: "Metrics_Config", key: [KPI_] },
  { name: "KPI_Contributions", key: [INITIATIVE_, KPI_] },
  { name: "Scenario_Config", key: [SCENARIO_] },
  {
    name: "Constraints",
    key: [
      SCENARIO_,
      SET_,
      { name: "constraint_type", aliases: ["type"] },
      { name: "dimension", aliases: [] },
      { name: "dimension_key", aliases: ["key"] },
      {
        name: "member_keys",
        aliases: ["bundle_member_keys", "prereq_member_keys", "prerequisites", "members"],
        isList: true,
      },
      { name: "target_kpi_key", aliases: ["kpi", "kpi_key"] },
    ],
  },
  {
    name: "Targets",
    key: [
      SCENARIO_,
      SET_,
      { name: "dimension", aliases: [] },
      { name: "dimension_key", aliases: ["country", "market"] },
      { name: "kpi_key", aliases: ["kpi"] },
      { name: "floor_or_goal", aliases: [] },
    ],
  },
  { name: "Candidates", key: [INITIATIVE_] },
];

const ACTIONS_TAB_ = "Actions";
const REQUEST_COLUMNS_ = [
  "request_id",
  "action",
  "tab",
  "scope_type",
  "scope_keys",
  "scenario_name",
  "constraint_set_name",
  "options_json",
  "requested_by",
  "requested_at",
];
const ANSWER_COLUMNS_ = ["status", "message", "run_id", "run_url", "started_at", "finished_at"];

/** What the system writes at the end of every tab. */
const STAMPS_ = ["run_status", "updated_source", "updated_at"];

const KEY_JOIN_ = " / ";
const LIST_SEPARATORS_ = /[|;,]/;
const FORMULA_ERRORS_ = /^#(REF!|N\/A|VALUE!|DIV\/0!|NAME\?|NUM!|NULL!|ERROR!|SPILL!|CALC!|GETTING_DATA)$/i;
const TRUE_WORDS_ = ["true", "yes", "y", "t", "on", "1"];

/** What the menu cannot do, told to the person who asked; nothing has been sent. */
class Refusal_ extends Error {}

/**
 * A name as names are compared: trimmed, without case.
 * @param {string} name
 */
function fold_(name) {
  return name.trim().toLowerCase();
}

/**
 * Headers match without case, spaces, hyphens and underscores.
 * @param {string} header
 */
function headerKey_(header) {
  return header.replace(/[\s_-]+/g, "").toLowerCase();
}

/**
 * A cell as a person would type it: 12 and not 12.0, TRUE and not true; text as it stands.
 * @param {Cell} cell
 */
function cellText_(cell) {
  return typeof cell === "boolean" ? String(cell).toUpperCase() : String(cell);
}

/**
 * The cell of a row, "" where the row ends before it.
 * @param {Cell[]} row
 * @param {number | undefined} column
 */
function textAt_(row, column) {
  return column === undefined || column >= row.length ? "" : cellText_(row[column]).trim();
}

/**
 * Whether a row is a note to people: its first cell begins with # and is no formula's error.
 * @param {Cell[]} row
 */
function isNote_(row) {
  const first = row.length ? row[0] : "";
  return typeof first === "string" && first.startsWith("#") && !FORMULA_ERRORS_.test(first.trim());
}

/**
 * Where columns stand in a header row.
 * @param {Cell[]} header
 * @param {{ name: string, aliases: string[] }[]} columns
 * @param {string} tab for the message
 * @returns {Record<string, number>} name → 0-based column; a column that is not there is left out
 * @throws {Refusal_} a column stands twice
 */
function positions_(header, columns, tab) {
  /** @type {Record<string, number>} */
  const found = {};
  for (const column of columns) {
    const spellings = [column.name, ...column.aliases].map(headerKey_);
    const places = header.flatMap((cell, place) =>
      spellings.includes(headerKey_(cellText_(cell))) ? [place] : [],
    );
    if (places.length > 1) {
      const where = places.map((place) => `${columnLetters_(place)} (${header[place]})`).join(" and ");
      throw new Refusal_(
        `${tab}: the header ${column.name} stands twice, in columns ${where}. Rename or remove one.`,
      );
    }
    if (places.length) {
      found[column.name] = places[0];
    }
  }
  return found;
}

/**
 * A, B, … Z, AA, … for a 0-based column.
 * @param {number} column
 * @returns {string}
 */
function columnLetters_(column) {
  const letter = String.fromCharCode(65 + (column % 26));
  return column < 26 ? letter : columnLetters_(Math.floor(column / 26) - 1) + letter;
}

/**
 * The input tab of a sheet's name, or undefined.
 * @param {string} title
 */
function inputTab_(title) {
  return INPUT_TABS_.find((tab) => fold_(tab.name) === fold_(title));
}

/**
 * The parts of a row's key that are filled, in order.
 * @param {InputTab} tab
 * @param {Record<string, number>} positions
 * @param {Cell[]} row
 */
function keyParts_(tab, positions, row) {
  const parts = tab.key.map((column) => {
    const text = textAt_(row, positions[column.name]);
    return column.isList ? listed_(text).join("|") : text;
  });
  return parts.filter((part) => part);
}

/**
 * A list cell's keys: `A; B` → A, B.
 * @param {string} text
 */
function listed_(text) {
  return text
    .split(LIST_SEPARATORS_)
    .map((key) => key.trim())
    .filter((key) => key);
}
