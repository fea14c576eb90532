import assert from "node:assert/strict";
import { test } from "node:test";

import { ACTIONS, REQUEST, planningBook, requests } from "./mock/planning_book.mjs";
import { DocumentLock } from "./mock/services.mjs";

test("while somebody else writes, nothing is sent and a person is told", () => {
  const lock = new DocumentLock();
  lock.holder = "somebody else";
  const book = planningBook({}, { lock });
  book.click("Save everything");
  assert.deepEqual(requests(book), []);
  assert.match(book.alerts[0], /Somebody else's request is being written\. Nothing was sent/);
  assert.equal(lock.holder, "somebody else");
  lock.holder = null;
  book.click("Save everything");
  assert.equal(requests(book).length, 1);
});

test("two people's requests go below each other, each with an id of its own", () => {
  const lock = new DocumentLock();
  const first = planningBook({}, { lock });
  const second = planningBook({}, { lock, email: "ops@example.com" });
  second.sheets.splice(second.sheets.indexOf(second.sheet("Actions")), 1, first.sheet("Actions"));
  first.click("Save everything");
  second.click("Save everything");
  const rows = requests(first);
  assert.deepEqual(
    rows.map((row) => row.requested_by),
    ["pm@example.com", "ops@example.com"],
  );
  assert.notEqual(rows[0].request_id, rows[1].request_id);
});

for (const [what, columns] of [
  ["the whole sheet", []],
  ["one column of the request", [9]],
]) {
  test(`where ${what} is protected nothing is half written, and the lock is free again`, () => {
    const book = planningBook({
      Actions: [["request_id", "action", "scope_type", "x", "requested_at", "", "", "", "requested_by"]],
    });
    book.sheet("Actions").protect(...columns);
    book.click("Save everything");
    assert.equal(book.sheet("Actions").getLastRow(), 1);
    assert.match(
      book.alerts[0],
      /^Actions row 2: its cells are protected; ask the workbook's owner.*Nothing was sent\.$/,
    );
    assert.equal(book.lock.holder, null);
  });
}

test("a protected sheet that is full cannot grow, and says so", () => {
  const book = planningBook({ Actions: [ACTIONS, ...[...Array(99).keys()].map((n) => [`r${n}`])] });
  book.sheet("Actions").protect();
  book.click("Save everything");
  assert.equal(book.sheet("Actions").getMaxRows(), 100);
  assert.match(book.alerts[0], /^Actions row 101: You are trying to edit a protected cell.*Nothing was sent\.$/);
});

test("a write that breaks off in the middle is taken back", () => {
  const book = planningBook({
    Actions: [["action", "scope_type", "x", "requested_by", "requested_at", "y", "request_id"]],
  });
  const sheet = book.sheet("Actions");
  let writes = 0;
  sheet.onWrite = (what) => {
    writes += what === "setRichTextValues" ? 1 : 0;
    if (what === "setRichTextValues" && writes === 2) {
      throw new Error("Service Spreadsheets timed out");
    }
  };
  book.click("Save everything");
  assert.equal(writes, 2);
  assert.equal(sheet.getLastRow(), 1);
  assert.equal(book.alerts[0], "Actions row 2: Service Spreadsheets timed out. Nothing was sent.");
  assert.equal(book.lock.holder, null);
});

test("what could not be taken back is told", () => {
  const book = planningBook();
  book.sheet("Actions").onWrite = () => {
    throw new Error("offline");
  };
  book.click("Save everything");
  assert.equal(
    book.alerts[0],
    "Actions row 2: offline. Clear that row by hand: part of your request may stand there (offline).",
  );
});

test("what somebody else wrote into the row meanwhile is not touched, and a person is told", () => {
  const header = ["action", "scope_type", "x", "requested_by", "requested_at", "y", "request_id"];
  const book = planningBook({ Actions: [header] });
  const sheet = book.sheet("Actions");
  const put = sheet.put.bind(sheet);
  sheet.put = (row, column, cell) =>
    put(row, column, cell.value === "all" ? { value: "theirs", formula: "" } : cell);
  book.click("Save everything");
  assert.deepEqual(sheet.record(2), {
    action: "pm.save_selected",
    scope_type: "theirs",
    x: "",
    requested_by: "",
    requested_at: "",
    y: "",
    request_id: "",
  });
  assert.equal(
    book.alerts[0],
    "Actions row 2: what stands there is not what was sent. " +
      "Look at that row: part of your request may stand in it or near it.",
  );
});

test("text that became a formula is no request", () => {
  const book = planningBook();
  const sheet = book.sheet("Actions");
  const put = sheet.put.bind(sheet);
  sheet.put = (row, column, cell) => put(row, column, cell.value === "all" ? { ...cell, formula: "=A1" } : cell);
  book.click("Save everything");
  assert.match(book.alerts[0], /^Actions row 2: what stands there is not what was sent\. Look at that row/);
});

test("a tab that was renamed is known by its headers, and one of the name without them is not taken", () => {
  const book = planningBook({ Actions: [["my", "actions"]], Requests: [ACTIONS] });
  book.click("Save everything");
  assert.deepEqual(book.alerts, []);
  assert.equal(book.sheet("Requests").record(2).action, "pm.save_selected");
  assert.equal(book.sheet("Actions").getLastRow(), 1);
  assert.match(book.script.lastStatusHtml(), /Save everything/);
});

test("of two tabs with those headers the one that is called Actions is taken", () => {
  const book = planningBook({ Actions: [["x"]], "Copy of Actions": [ACTIONS], actions: [ACTIONS] });
  book.click("Save everything");
  assert.equal(book.sheet("actions").record(2).action, "pm.save_selected");
});

test("without the tab, or a column that is needed, it says what makes them", () => {
  const book = planningBook();
  book.sheets.splice(book.sheets.indexOf(book.sheet("Actions")), 1);
  book.click("Save everything");
  assert.match(book.alerts[0], /no tab Actions\. Run `optcenter workbook init`/);
  for (const header of [[], ["request_id", "action", "requested_by"]]) {
    const bare = planningBook({ Actions: [header] });
    bare.click("Save everything");
    assert.deepEqual(requests(bare), []);
    assert.match(
      bare.alerts[0],
      /^Actions: row 1 lacks the column .*scope_type, .*requested_at\. Run `optcenter workbook init`/,
    );
  }
});

test("a column that this request leaves blank may be missing", () => {
  const book = planningBook({
    Actions: [REQUEST.filter((name) => !["options_json", "scope_keys", "tab"].includes(name))],
  });
  book.click("Save everything");
  assert.equal(requests(book).length, 1);
  book.select("Constraints", [3, 3]);
  book.click("Save selected rows");
  assert.match(book.alerts[0], /lacks the column tab, scope_keys\./);
});

test("a header of Actions that stands twice is told", () => {
  const book = planningBook({ Actions: [[...ACTIONS, "Request-ID"]] });
  book.click("Save everything");
  assert.match(book.alerts[0], /^Actions: the header request_id stands twice, in columns A \(request_id\) and T/);
});

test("without an e-mail address nothing is sent", () => {
  const book = planningBook({}, { email: "" });
  book.click("Save everything");
  assert.deepEqual(requests(book), []);
  assert.match(book.alerts[0], /Google does not say who you are/);
  assert.deepEqual(book.events, []);
});
