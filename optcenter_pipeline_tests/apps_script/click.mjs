// Clicks items of the sheet's menu on the workbook that stands on standard input, and prints what came of it.

import { readFileSync } from "node:fs";
import vm from "node:vm";

import { Workbook } from "../../apps_script/tests/mock/services.mjs";
import { Sheet } from "../../apps_script/tests/mock/sheet.mjs";

const { tabs, clicks, expressions } = JSON.parse(readFileSync(0, "utf8"));
const book = new Workbook(Object.entries(tabs).map(([name, rows]) => new Sheet(name, rows)));
const actions = book.sheet("Actions");
const outcomes = clicks.map(({ tab, rows, item, answers = [] }) => {
  book.select(tab, ...rows);
  book.answers = answers;
  book.alerts = [];
  const before = actions?.getLastRow();
  book.click(item);
  const row = actions?.getLastRow();
  return {
    alert: book.alerts[0] ?? "",
    row: row > before ? actions.getRange(row, 1, 1, actions.getLastColumn()).getValues()[0] : null,
  };
});
const constants = Object.fromEntries(
  expressions.map((source) => [source, JSON.parse(vm.runInContext(`JSON.stringify(${source})`, book.script))]),
);
console.log(JSON.stringify({ outcomes, constants }));
