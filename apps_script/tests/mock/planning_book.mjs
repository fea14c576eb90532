// A small planning workbook to click about in.

import { Sheet } from "./sheet.mjs";
import { Workbook } from "./services.mjs";

const STAMPS = ["run_status", "updated_source", "updated_at"];
export const REQUEST = [
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
export const ACTIONS = [
  ...REQUEST,
  "status",
  "message",
  "run_id",
  "run_url",
  "started_at",
  "finished_at",
  ...STAMPS,
];

const CONSTRAINTS = [
  [
    "scenario_name",
    "constraint_set_name",
    "constraint_type",
    "dimension",
    "dimension_key",
    "member_keys",
    ...STAMPS,
  ],
  ["# floors first"],
  ["Q1", "base", "capacity_floor", "country", "UK", "", "OK", "", ""],
  ["Q1", "base", "exclude_pair", "initiative", "INIT-1|INIT-2", "", "OK", "", ""],
  ["", "", "", "", "", "", "", "", ""],
  ["Q1", "bold", "bundle_all_or_nothing", "bundle", "checkout", "INIT-1; INIT-2", "", "", ""],
  ["Q2", "base", "capacity_cap", "all", "all", "", "", "", ""],
];

/** The tabs by name; `changes` replaces the rows of some. */
export function planningBook(changes = {}, options = {}) {
  const rows = {
    Scenario_Config: [
      ["Scenario", "period_key", ...STAMPS],
      ["Q1", "2027-Q1"],
      ["Q2", "2027-Q2"],
      ["q1", "2027-Q1"],
    ],
    Constraints: CONSTRAINTS,
    Targets: [
      ["scenario_name", "set", "dimension", "dimension_key", "kpi", "floor_or_goal"],
      ["Q1", "stretch", "country", "UK", "gmv", "floor"],
    ],
    Candidates: [
      ["initiative_key", "title", "is_selected_for_run", ...STAMPS],
      ["INIT-1", { formula: "=LOOKUP(A2)", value: "One" }, true],
      ["INIT-2", { formula: "=LOOKUP(A3)", value: "Two" }, false],
      ["init-1", { formula: "=LOOKUP(A4)", value: "One" }, "yes"],
      ["", { formula: "=LOOKUP(A5)", value: "" }, false, "FAILED: once", "", ""],
      ["", { formula: "=LOOKUP(A6)", value: "" }, false],
    ],
    Actions: [ACTIONS],
    Runs: [
      ["run_id", "scenario_name"],
      ["r1", "Q1"],
    ],
    ...changes,
  };
  const sheets = Object.entries(rows).map(([name, cells]) => new Sheet(name, cells));
  return new Workbook(sheets, options);
}

/** The requests in Actions, by column. */
export function requests(book) {
  const sheet = book.sheet("Actions");
  const rows = [...Array(sheet.getLastRow()).keys()].slice(1).map((row) => sheet.record(row + 1));
  return rows.filter((record) => record.request_id);
}
