import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import vm from "node:vm";

import { planningBook } from "./mock/planning_book.mjs";
import { folder, sources } from "./mock/services.mjs";

const text = (name) => readFileSync(path.join(folder, name), "utf8");

test("it asks for this workbook, its windows, and who is asking; nothing else", () => {
  const { oauthScopes, runtimeVersion, ...rest } = JSON.parse(text("appsscript.json"));
  assert.equal(runtimeVersion, "V8");
  assert.deepEqual(oauthScopes.map((scope) => scope.split("/").at(-1)).sort(), [
    "script.container.ui",
    "spreadsheets.currentonly",
    "userinfo.email",
  ]);
  assert.deepEqual(Object.keys(rest).sort(), ["exceptionLogging", "timeZone"]);
  assert.match(text("Code.gs"), /@OnlyCurrentDoc/);
});

test("it names no host and no service that reaches out", () => {
  for (const name of [...sources, "Sidebar.html"]) {
    assert.doesNotMatch(
      text(name),
      /UrlFetchApp|MailApp|GmailApp|DriveApp|XMLHttpRequest|fetch\(|https?:\/\/\w|eval\(/,
      name,
    );
  }
});

test("a page can call what the menu calls and the status, nothing else", () => {
  const open = sources.flatMap((name) =>
    [...text(name).matchAll(/^function (\w*[^_\W])\(/gm)].map(([, called]) => called),
  );
  const book = planningBook();
  book.click("Show last status");
  assert.deepEqual(open.sort(), [...book.menuItems.values(), "lastStatusHtml", "onOpen"].sort());
  assert.deepEqual(
    [...book.menuItems.keys()],
    [
      "Save this tab",
      "Save selected rows",
      "Save everything",
      "Run selected candidates",
      "Run all candidates",
      "Show last status",
    ],
  );
});

test("the files load in any order, and as one", () => {
  for (const order of [sources, sources.toReversed()]) {
    assert.doesNotThrow(() => order.reduce((context, name) => run(text(name), context), vm.createContext()));
    assert.doesNotThrow(() => run(order.map(text).join("\n"), vm.createContext()));
  }
});

function run(source, context) {
  vm.runInContext(source, context);
  return context;
}

test("the lock file names no host", () => {
  assert.doesNotMatch(text("package-lock.json"), /https?:|"resolved"|registry|git[+:@]/);
});
