import assert from "node:assert/strict";
import { test } from "node:test";

import { ACTIONS, REQUEST, planningBook, requests } from "./mock/planning_book.mjs";
import { typed } from "./mock/sheet.mjs";

const DANGEROUS = [
  "=1+1",
  "+x",
  "-x",
  "@x",
  "'x",
  "''x",
  "007",
  "1e5",
  "2026-03-01",
  "2026-03",
  "1/2",
  "10%",
  "TRUE",
  "null",
  '=HYPERLINK("http://example.invalid")',
  "<b>",
  "a\nb",
  "#N/A",
];

function runOn(scenario, changes = {}) {
  const book = planningBook({
    Targets: [
      ["scenario_name", "set"],
      [scenario, scenario],
    ],
    ...changes,
  });
  book.select("Targets", [2, 2]);
  book.click("Run all candidates");
  return book;
}

test("typing into a sheet changes most of the dangerous texts, so they prove something", () => {
  const changed = DANGEROUS.filter((text) => typed(text, "General").value !== text);
  assert.deepEqual(
    changed,
    DANGEROUS.filter((text) => /^[=+'-]|^\d+e?\d*$|^2026|^TRUE$/.test(text)),
  );
  assert.equal(changed.length, 11);
  assert.ok(DANGEROUS.every((text) => typed(text, "@").value === text));
});

for (const name of DANGEROUS) {
  test(`the name ${JSON.stringify(name)} arrives as it stands`, () => {
    const book = runOn(name);
    assert.deepEqual(book.alerts, []);
    const [request] = requests(book);
    assert.deepEqual([request.scenario_name, request.constraint_set_name], [name, name]);
    const sheet = book.sheet("Actions");
    assert.ok(
      sheet
        .getDataRange()
        .getFormulas()
        .flat()
        .every((formula) => !formula),
    );
    for (const column of REQUEST.keys()) {
      assert.equal(sheet.formats.get(`2,${column + 1}`), "@");
    }
  });
}

test("the row goes below the last one with content in any column, filters or not", () => {
  const rows = [ACTIONS, ["r1", "pm.save_selected"], ["", "", "a note of mine"], ["", false]];
  const book = planningBook({ Actions: rows });
  book.sheet("Actions").filteredOut = new Set([2, 3]);
  book.click("Save everything");
  assert.equal(book.sheet("Actions").record(4).action, "pm.save_selected");
  assert.equal(book.sheet("Actions").record(3).tab, "a note of mine");
});

test("formulas filled down in a column of somebody's own do not push the row away", () => {
  const filled = [...Array(80).keys()].map(() => [...ACTIONS.map(() => ""), { formula: "=A2", value: "x" }]);
  const book = planningBook({ Actions: [[...ACTIONS, "mine"], ...filled] });
  book.click("Save everything");
  assert.equal(book.sheet("Actions").record(2).action, "pm.save_selected");
  assert.equal(book.sheet("Actions").record(2).mine, "x");
});

test("a full sheet grows", () => {
  const rows = [...Array(100).keys()].map((n) => [`r${n}`, "pm.save_selected"]);
  const book = planningBook({ Actions: [ACTIONS, ...rows] });
  assert.equal(book.sheet("Actions").getMaxRows(), 101);
  book.click("Save everything");
  assert.deepEqual(book.alerts, []);
  assert.equal(requests(book).length, 101);
  assert.equal(book.sheet("Actions").getMaxRows(), 102);
});

test("columns stand in any order; those of others and of the system are not touched", () => {
  const header = [
    "Mine",
    "Requested At",
    "status",
    "SCOPE-KEYS",
    "tab",
    "action",
    "request id",
    "run_url",
    "scope type",
    "requestedBy",
    "scenario_name",
    "constraint_set_name",
    "message",
  ];
  const book = planningBook({ Actions: [header, ["kept"]] });
  const sheet = book.sheet("Actions");
  sheet.protect(1, 3, 8, 13);
  book.select("Constraints", [3, 3]);
  book.click("Save selected rows");
  assert.deepEqual(book.alerts, []);
  const record = sheet.record(3);
  assert.equal(record.action, "pm.save_selected");
  assert.equal(record["SCOPE-KEYS"], "Q1 / base / capacity_floor / country / UK");
  assert.equal(record.requestedBy, "pm@example.com");
  assert.deepEqual([record.Mine, record.status, record.run_url, record.message], ["", "", "", ""]);
  // D to G, where the request_id is, comes last: until then the row is no request
  const writes = ["B3", "I3", "D3"].map((cell) => `setRichTextValues Actions!${cell}`);
  assert.deepEqual(book.events, ["lock", ...writes, "flush", "release"]);
});

test("with the template's order the row is written at once, inside the lock, and flushed before others may write", () => {
  const book = planningBook();
  book.sheet("Actions").protect(11, 12, 13, 14, 15, 16, 17, 18, 19);
  book.click("Save everything");
  assert.deepEqual(book.alerts, []);
  assert.deepEqual(book.events, ["lock", "setRichTextValues Actions!A2", "flush", "release"]);
});
