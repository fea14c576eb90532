import assert from "node:assert/strict";
import { test } from "node:test";

import { planningBook, requests } from "./mock/planning_book.mjs";

function plan({ action, tab, scope_type, scope_keys, scenario_name, constraint_set_name }) {
  return [action, tab, scope_type, scope_keys, scenario_name, constraint_set_name];
}

const ALL = "pm.optimize.run_all_candidates";
const SELECTED = "pm.optimize.run_selected_candidates";

function ran(book, label) {
  book.click(label);
  assert.deepEqual(book.alerts, []);
  assert.deepEqual(book.answers, []);
  assert.equal(requests(book).length, 1);
  return plan(requests(book)[0]);
}

function refused(book, label) {
  book.click(label);
  assert.deepEqual(requests(book), []);
  return book.alerts[0];
}

test("the active row of Constraints or Targets names scenario and set", () => {
  const constraints = planningBook();
  constraints.select("Constraints", [6, 6]);
  assert.deepEqual(ran(constraints, "Run all candidates"), [ALL, "", "all", "", "Q1", "bold"]);
  const targets = planningBook();
  targets.select("Targets", [2, 2]);
  assert.deepEqual(ran(targets, "Run all candidates"), [ALL, "", "all", "", "Q1", "stretch"]);
  assert.match(targets.toasts[0], /Run Q1 \/ stretch on all candidates\. Request/);
});

test("Scenario_Config names the scenario; the set is asked for among those of the scenario", () => {
  const book = planningBook();
  book.select("Scenario_Config", [2, 2]);
  book.answers = ["Stretch"];
  assert.deepEqual(ran(book, "Run all candidates"), [ALL, "", "all", "", "Q1", "stretch"]);
  assert.match(book.prompts[0], /\n1\. {2}base\n2\. {2}bold\n3\. {2}stretch\n/);
});

test("elsewhere both are asked for, by name or number; a blank set is the Candidates' own rules", () => {
  const book = planningBook();
  book.select("Runs", [2, 2]);
  book.answers = ["2", " "];
  assert.deepEqual(ran(book, "Run all candidates"), [ALL, "", "all", "", "Q2", ""]);
  assert.match(book.prompts[0], /\n1\. {2}Q1\n2\. {2}Q2\n\n/);
  assert.match(book.toasts[0], /Run Q2 \/ the Candidates' own rules on all candidates/);
});

test("notes, blank rows and the header name nothing", () => {
  for (const row of [1, 2, 5, 50]) {
    const book = planningBook();
    book.select("Constraints", [row, row]);
    book.answers = ["Q2", "base"];
    assert.deepEqual(ran(book, "Run all candidates"), [ALL, "", "all", "", "Q2", "base"]);
  }
});

test("what there is one of, or none, is not asked for", () => {
  const book = planningBook({ Scenario_Config: [["scenario_name"], ["Q9"]] });
  book.select("Runs", [2, 2]);
  assert.deepEqual(ran(book, "Run all candidates"), [ALL, "", "all", "", "Q9", ""]);
});

test("a name that looks like a number goes before the number", () => {
  const book = planningBook({ Scenario_Config: [["scenario_name"], ["2"], ["1"]] });
  book.select("Runs", [2, 2]);
  book.answers = ["1"];
  assert.equal(ran(book, "Run all candidates")[4], "1");
});

test("what is not there is told, and nothing is sent", () => {
  const book = planningBook();
  for (const typed of ["Q3", "0", "3", "", "1.5", "-1"]) {
    book.select("Runs", [2, 2]);
    book.answers = [typed];
    book.alerts = [];
    assert.equal(refused(book, "Run all candidates"), `There is no scenario "${typed}". There are: Q1, Q2.`);
  }
  book.answers = ["Q1", "nobody's"];
  book.alerts = [];
  assert.match(
    refused(book, "Run all candidates"),
    /no constraint set "nobody's"\. There are: base, bold, stretch/,
  );
});

test("without any scenario it says where to write one", () => {
  const book = planningBook({ Scenario_Config: [["scenario_name"], ["# none yet"]] });
  assert.match(refused(book, "Run all candidates"), /Scenario_Config has no scenario/);
});

test("closing a question sends nothing and complains of nothing", () => {
  for (const answers of [[null], ["Q1", null]]) {
    const book = planningBook();
    book.select("Runs", [2, 2]);
    book.answers = [...answers];
    book.click("Run all candidates");
    assert.deepEqual([requests(book), book.alerts, book.toasts, book.answers], [[], [], [], []]);
  }
});

test("Run selected candidates elsewhere than on Candidates means those that are ticked", () => {
  const book = planningBook();
  book.select("Constraints", [3, 3]);
  assert.deepEqual(ran(book, "Run selected candidates"), [SELECTED, "", "all", "", "Q1", "base"]);
  assert.match(book.toasts[0], /on the ticked candidates/);
});

test("on Candidates it asks: the selected rows, or the ticked ones", () => {
  const rows = planningBook();
  rows.select("Candidates", [3, 3]);
  rows.answers = ["YES", "Q1", "base"];
  assert.deepEqual(ran(rows, "Run selected candidates"), [SELECTED, "Candidates", "keys", "INIT-2", "Q1", "base"]);
  assert.match(rows.prompts[0], /Run on the 1 in the selected rows \(INIT-2\)\?\n\nNo: on the 2 ticked/);
  const ticked = planningBook();
  ticked.select("Candidates", [3, 3]);
  ticked.answers = ["NO", "Q1", "base"];
  assert.deepEqual(ran(ticked, "Run selected candidates"), [SELECTED, "", "all", "", "Q1", "base"]);
  const neither = planningBook();
  neither.select("Candidates", [3, 3]);
  neither.answers = [null];
  neither.click("Run selected candidates");
  assert.deepEqual([requests(neither), neither.alerts], [[], []]);
});

test("where there is no choice it does not ask", () => {
  const untick = [
    ["initiative_key", "selected"],
    ["INIT-1", false],
    ["INIT-2", "no"],
  ];
  const rows = planningBook({ Candidates: untick });
  rows.select("Candidates", [2, 3]);
  rows.answers = ["Q1", ""];
  assert.deepEqual(ran(rows, "Run selected candidates"), [
    SELECTED,
    "Candidates",
    "keys",
    "INIT-1|INIT-2",
    "Q1",
    "",
  ]);
  const header = planningBook();
  header.select("Candidates", [1, 1]);
  header.answers = ["Q1", ""];
  assert.deepEqual(ran(header, "Run selected candidates"), [SELECTED, "", "all", "", "Q1", ""]);
});

test("a run of no candidate is not sent", () => {
  const book = planningBook({
    Candidates: [
      ["initiative_key", "selected"],
      ["INIT-1", false],
    ],
  });
  book.select("Constraints", [3, 3]);
  assert.match(refused(book, "Run selected candidates"), /No candidate is ticked in is_selected_for_run/);
});
