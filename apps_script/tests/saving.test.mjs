import assert from "node:assert/strict";
import { test } from "node:test";

import { planningBook, requests } from "./mock/planning_book.mjs";

function asked(book, label) {
  book.click(label);
  assert.deepEqual(book.alerts, []);
  assert.equal(requests(book).length, 1);
  return requests(book)[0];
}

function refused(book, label) {
  book.click(label);
  assert.deepEqual(requests(book), []);
  assert.equal(book.alerts.length, 1);
  assert.deepEqual(book.toasts, []);
  return book.alerts[0];
}

test("Save this tab asks for the whole tab that is open", () => {
  const book = planningBook();
  book.select("Constraints", [3, 3]);
  const { request_id: id, requested_at: at, ...rest } = asked(book, "Save this tab");
  assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000);
  const blank = { status: "", message: "", run_id: "", run_url: "", started_at: "", finished_at: "" };
  assert.deepEqual(rest, {
    action: "pm.save_selected",
    tab: "Constraints",
    scope_type: "all",
    scope_keys: "",
    scenario_name: "",
    constraint_set_name: "",
    options_json: "",
    requested_by: "pm@example.com",
    ...blank,
    run_status: "",
    updated_source: "",
    updated_at: "",
  });
  assert.match(book.toasts[0], new RegExp(`Save Constraints\\. Request ${id.slice(0, 8)} is queued`));
});

test("a tab is known by its name without case, and sent as the pipeline spells it", () => {
  const book = planningBook({ constraints: [["scenario"], ["Q1"]] });
  book.select("constraints", [2, 2]);
  assert.equal(asked(book, "Save this tab").tab, "Constraints");
});

test("Save everything names no tab", () => {
  const book = planningBook();
  const request = asked(book, "Save everything");
  assert.deepEqual([request.action, request.tab, request.scope_type], ["pm.save_selected", "", "all"]);
});

for (const [label, rows] of [
  ["Save this tab", [2, 2]],
  ["Save selected rows", [2, 2]],
]) {
  test(`${label}: there is nothing to save on what the system writes`, () => {
    for (const tab of ["Runs", "Actions"]) {
      const book = planningBook();
      book.select(tab, rows);
      assert.match(refused(book, label), new RegExp(`^There is nothing to save on ${tab}\\.`));
    }
  });
}

test("Save selected rows sends every selected row's key once, whatever else is selected", () => {
  const book = planningBook();
  book.select("Constraints", [6, 6], [1, 3], [3, 5]);
  const request = asked(book, "Save selected rows");
  assert.equal(request.scope_type, "keys");
  assert.deepEqual(JSON.parse(request.scope_keys), [
    "Q1 / base / capacity_floor / country / UK",
    "Q1 / base / exclude_pair / initiative / INIT-1|INIT-2",
    "Q1 / bold / bundle_all_or_nothing / bundle / checkout / INIT-1|INIT-2",
  ]);
  assert.match(book.toasts[0], /Save 3 selected of Constraints/);
});

test("selecting whole columns means the rows that are filled", () => {
  const book = planningBook();
  book.select("Candidates", [1, 100]);
  assert.equal(asked(book, "Save selected rows").scope_keys, "INIT-1|INIT-2");
});

test("a row that was emptied, where the system's old status still stands, is blank", () => {
  const book = planningBook();
  book.select("Candidates", [5, 6]);
  assert.match(refused(book, "Save selected rows"), /no filled row is selected/);
});

test("rows that a filter hides are not selected", () => {
  const book = planningBook();
  book.select("Constraints", [3, 7]);
  book.sheet("Constraints").filteredOut = new Set([4, 6]);
  assert.deepEqual(asked(book, "Save selected rows").scope_keys.split("|"), [
    "Q1 / base / capacity_floor / country / UK",
    "Q2 / base / capacity_cap / all / all",
  ]);
});

test("without any selection nothing is sent", () => {
  const book = planningBook();
  book.select("Constraints");
  book.active.selection = null;
  assert.match(refused(book, "Save selected rows"), /no filled row is selected/);
});

test("rows without a key are named", () => {
  const rows = [
    ["scenario_name", "notes"],
    ["", "one"],
    ["Q1", ""],
    ["", "two"],
  ];
  const book = planningBook({ Scenario_Config: rows });
  book.select("Scenario_Config", [2, 4]);
  assert.match(refused(book, "Save selected rows"), /^Scenario_Config: rows 2, 4 have no key\. Fill scenario_name/);
});

test("keys are joined by |, or are a JSON list where a key would be taken apart", () => {
  const sent = (...names) => {
    const book = planningBook({ Scenario_Config: [["scenario_name"], ...names.map((name) => [name])] });
    book.select("Scenario_Config", [2, names.length + 1]);
    return asked(book, "Save selected rows").scope_keys;
  };
  assert.equal(sent("Q1", "q 2 / x", "Q3"), "Q1|q 2 / x|Q3");
  assert.equal(sent("Q1, growth", "Q2"), '["Q1, growth","Q2"]');
  assert.equal(sent("a;b"), '["a;b"]');
  assert.equal(sent("[1]"), '["[1]"]');
});

test("more keys than a cell holds are refused", () => {
  const rows = [...Array(6000).keys()].map((n) => [`INITIATIVE-${n}`]);
  const book = planningBook({ Initiatives: [["key"], ...rows] });
  book.select("Initiatives", [2, 6001]);
  assert.match(refused(book, "Save selected rows"), /6000 rows are more than one request can name/);
});

test("numbers and dates in a key are sent as the pipeline reads them", () => {
  const autumn = new Date("2026-09-30T22:00:00Z"); // the first of October on Berlin's wall
  const rows = [["scenario_name"], [2027], [12.5], [true], [autumn]];
  const book = planningBook({ Scenario_Config: rows }, { timeZone: "Europe/Berlin" });
  book.select("Scenario_Config", [2, 5]);
  assert.equal(asked(book, "Save selected rows").scope_keys, "2027|12.5|TRUE|46296");
});

test("columns are found by their headers, in any order and spelling", () => {
  const rows = [
    ["mine", "Constraint-Set", "SCENARIO", "floor or goal", "market", "Dimension", "KPI"],
    ["x", "base", "Q1", "floor", "UK", "country", "gmv"],
  ];
  const book = planningBook({ Targets: rows });
  book.select("Targets", [2, 2]);
  assert.equal(asked(book, "Save selected rows").scope_keys, "Q1 / base / country / UK / gmv / floor");
});

test("a header that is missing or stands twice is told", () => {
  const missing = planningBook({ Initiatives: [["title"], ["One"]] });
  missing.select("Initiatives", [2, 2]);
  assert.match(refused(missing, "Save selected rows"), /lacks the column initiative_key or key or initiative/);
  const twice = planningBook({
    Initiatives: [
      ["key", "title", "Initiative Key"],
      ["A", "One", "B"],
    ],
  });
  twice.select("Initiatives", [2, 2]);
  assert.match(
    refused(twice, "Save selected rows"),
    /initiative_key stands twice, in columns A \(key\) and C \(Init/,
  );
});
