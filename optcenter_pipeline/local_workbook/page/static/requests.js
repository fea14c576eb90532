// The buttons: each appends one request to the control tab, as texts in the columns that its header names.

import * as server from "./server.js";
import { isTrue, shown } from "./cells.js";
import { notify } from "./notices.js";

const SEPARATES_KEYS = /[|;,]/;
const KEY_JOIN = " / ";
const LONGEST_CELL = 50000;

const byId = (id) => document.getElementById(id);

const fold = (text) => text.trim().toLowerCase();

// The rows' keys, each once.
const keysOf = (sheet, rows) => {
  const keys = new Map();
  for (const row of rows) {
    const key = sheet.keyParts(row).join(KEY_JOIN);
    if (!key) throw new Error(`Row ${row + 1} has no key yet: fill its key columns, or leave the row out.`);
    if (!keys.has(fold(key))) keys.set(fold(key), key);
  }
  return [...keys.values()];
};

// The rows' keys in one list cell: joined by |, or as a JSON list where a key would be read as more than one.
const keyList = (sheet, rows) => {
  const keys = keysOf(sheet, rows);
  const isPlain = !keys[0].startsWith("[") && !keys.some((key) => SEPARATES_KEYS.test(key));
  const text = isPlain ? keys.join("|") : JSON.stringify(keys);
  if (text.length > LONGEST_CELL) {
    throw new Error(`${keys.length} rows are more than one request can name: select fewer, or save this whole tab.`);
  }
  return text;
};

export class Requests {
  // state: {spreadsheet, sheet(title) → Sheet of the last view, load(titles) → sheets by title, written() → promise}
  constructor(actions, grid, state, onAsked) {
    this.actions = actions;
    this.grid = grid;
    this.state = state;
    this.onAsked = onAsked;
    byId("save-tab").addEventListener("click", () => this.#ask(() => this.#saveTab()));
    byId("save-rows").addEventListener("click", () => this.#ask(() => this.#saveRows()));
    byId("save-all").addEventListener("click", () => this.#ask(() => ({ action: actions.save, scope_type: "all" })));
    byId("run").addEventListener("click", () => this.#openDialog());
    document.addEventListener("keydown", (event) => {
      const isSave = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s";
      if (!isSave) return;
      event.preventDefault();
      document.activeElement?.blur(); // what is being typed belongs to what is saved
      byId("save-tab").click();
    }, true);
    byId("run-scenario").addEventListener("change", () => this.#fillSets());
    byId("run-cancel").addEventListener("click", () => byId("run-dialog").close());
    byId("run-form").addEventListener("submit", () => this.#ask(() => this.#run()));
  }

  // Which buttons mean something on the tab that is shown.
  refresh() {
    const isInput = this.grid.sheet?.described?.is_input === true;
    byId("save-tab").disabled = !isInput;
    byId("save-rows").disabled = !isInput;
  }

  #saveTab() {
    return { action: this.actions.save, tab: this.grid.sheet.title, scope_type: "all" };
  }

  #selectedRows() {
    const data = new Set(this.grid.sheet.dataRows());
    return this.grid.selection().rows.filter((row) => data.has(row));
  }

  #saveRows() {
    const rows = this.#selectedRows();
    if (!rows.length) throw new Error("Select the rows to save first: click their numbers, or mark some of their cells.");
    const { sheet } = this.grid;
    return { action: this.actions.save, tab: sheet.title, scope_type: "keys", scope_keys: keyList(sheet, rows) };
  }

  async #ask(makeRequest) {
    try {
      await this.state.written(); // what was typed before belongs to what is asked for
      const request = {
        request_id: crypto.randomUUID(),
        ...makeRequest(),
        requested_by: byId("requested-by").value.trim(),
        requested_at: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
      };
      const control = this.state.sheet(this.actions.tab);
      if (!control) throw new Error(`The workbook has no tab ${this.actions.tab}: run \`optcenter workbook init\`.`);
      const cells = Object.entries(request).filter(([, text]) => text !== "").map(([name, text]) => {
        const column = control.column(name);
        if (!column) throw new Error(`${control.title} lacks the column ${name}: run \`optcenter workbook init\`.`);
        return [column.index, text];
      });
      await server.newRow({ spreadsheet: this.state.spreadsheet, sheet: control.id, header: control.headerSeen(), cells });
      this.onAsked(request);
    } catch (error) {
      notify(error.message, "failed");
    }
  }

  async #openDialog() {
    const { scenarios, sets } = this.actions;
    try {
      this.loaded = await this.state.load([scenarios.tab, ...sets.map((one) => one.tab), "Candidates"]);
    } catch (error) {
      notify(error.message, "failed");
      return;
    }
    const names = this.#names(scenarios.tab, scenarios.scenario);
    if (!names.length) {
      notify(`${scenarios.tab} names no scenario yet: add a row there first.`, "warning");
      return;
    }
    const before = byId("run-scenario").value;
    byId("run-scenario").replaceChildren(...names.map((name) => new Option(name, name, false, name === before)));
    this.#fillSets();
    this.#fillScopes();
    byId("run-dialog").showModal();
  }

  #names(tab, column, keep = () => true) {
    const sheet = this.loaded[tab];
    if (!sheet) return [];
    const texts = sheet.dataRows().filter((row) => keep(sheet, row)).map((row) => sheet.text(row, column));
    return [...new Map(texts.filter(Boolean).map((text) => [fold(text), text])).values()];
  }

  #fillSets() {
    const scenario = fold(byId("run-scenario").value);
    const before = byId("run-set").value;
    const names = this.actions.sets.flatMap(({ tab, scenario: column, set }) =>
      this.#names(tab, set, (sheet, row) => fold(sheet.text(row, column)) === scenario));
    const unique = [...new Map(names.map((name) => [fold(name), name])).values()];
    const options = unique.map((name) => new Option(name, name, false, name === before));
    byId("run-set").replaceChildren(...options, new Option("none: the candidates' own rules alone", ""));
  }

  #fillScopes() {
    const candidates = this.loaded.Candidates;
    const ticks = candidates?.column("is_selected_for_run");
    const rows = candidates?.dataRows() || [];
    const ticked = ticks ? rows.filter((row) => isTrue(candidates.cell(row, ticks.index)) || fold(shown(candidates.cell(row, ticks.index))) === "true") : [];
    byId("count-all").textContent = `(${rows.length})`;
    byId("count-selected").textContent = `(${ticked.length})`;
    const isHere = this.grid.sheet?.title === "Candidates";
    const here = isHere ? this.#selectedRows() : [];
    byId("scope-rows").hidden = here.length < 2;
    byId("count-rows").textContent = `(${here.length})`;
    if (here.length < 2 && byId("run-form").elements.scope.value === "rows") byId("run-form").elements.scope.value = "all";
  }

  #run() {
    const scope = byId("run-form").elements.scope.value;
    const request = {
      action: scope === "all" ? this.actions.run_all : this.actions.run_selected,
      scope_type: "all",
      scenario_name: byId("run-scenario").value,
      constraint_set_name: byId("run-set").value,
    };
    if (scope !== "rows") return request;
    const keys = keyList(this.grid.sheet, this.#selectedRows());
    return { ...request, tab: "Candidates", scope_type: "keys", scope_keys: keys };
  }
}
