// The page's state, and what moves it: people, and other writers of the same workbook.

import * as server from "./server.js";
import { Activity } from "./activity.js";
import { shown } from "./cells.js";
import { Edits } from "./edits.js";
import { Grid } from "./grid.js";
import { notify } from "./notices.js";
import { Requests } from "./requests.js";
import { Runs } from "./runs.js";
import { SelectedCell } from "./selected.js";
import { Sheet } from "./sheet.js";
import { Tabs } from "./tabs.js";
import { Typing } from "./typing.js";

const LOOK_SECONDS = 1;
const NARROW = 900;
const byId = (id) => document.getElementById(id);

const address = new URL(window.location.href);
if (address.searchParams.has("token")) {
  // the cookie stands for it now: the address may be shown, copied and kept
  address.searchParams.delete("token");
  window.history.replaceState(null, "", address);
}

class Workbook {
  #version = null;
  #sheets = new Map();
  #known = new Map(); // title → the tag and cells of the last view
  #written = 0;
  #resources = [];

  constructor(described) {
    this.described = described;
    this.spreadsheet = address.searchParams.get("spreadsheet") || described.spreadsheet;
    this.tab = decodeURIComponent(window.location.hash.slice(1));
    this.grid = new Grid(byId("grid"), {
      select: () => this.selected.show(),
      edit: (row) => this.edits.seenRow(this.grid.sheet, row),
      commit: (target, column, text) => this.typing.commit(target, column, text),
      clear: () => this.typing.clear(),
      leave: () => this.tabs.focus(),
      locked: (reason) => notify(reason, "warning"),
    });
    this.selected = new SelectedCell(this.grid);
    this.tabs = new Tabs(byId("tabs"), (title) => this.open(title));
    this.edits = new Edits(this.spreadsheet, {
      onTyped: (sheet, changes) => this.#type(sheet, changes),
      onWritten: (sheet, _changes, answer) => this.#take(sheet, answer),
      onRefused: (sheet, changes, error) => this.#refused(sheet, changes, error),
      onIdle: () => this.look(),
    });
    this.typing = new Typing(this.grid, this.edits, (count) => this.#makeRoom(count));
    window.addEventListener("beforeunload", (event) => {
      if (this.grid.isEditing || this.edits.isBusy) event.preventDefault(); // the browser asks before typing is lost
    });
    this.runs = new Runs(byId("chart"), () => this.#draw());
    if (described.actions) this.#showActions(described.actions);
    byId("only-errors").addEventListener("change", () => this.#draw());
    byId("find").addEventListener("input", () => this.#draw());
    byId("add-rows").addEventListener("click", () => this.#addRows());
    window.addEventListener("hashchange", () => this.open(decodeURIComponent(window.location.hash.slice(1))));
  }

  #showActions(actions) {
    byId("actions").hidden = false;
    byId("activity").hidden = (localStorage.getItem("activity") || (window.innerWidth < NARROW ? "hidden" : "shown")) === "hidden";
    byId("requested-by").value = localStorage.getItem("requested-by") || this.described.requested_by || "";
    byId("requested-by").addEventListener("change", (event) => localStorage.setItem("requested-by", event.target.value.trim()));
    byId("toggle-activity").setAttribute("aria-expanded", String(!byId("activity").hidden));
    byId("toggle-activity").addEventListener("click", () => {
      byId("activity").hidden = !byId("activity").hidden;
      byId("toggle-activity").setAttribute("aria-expanded", String(!byId("activity").hidden));
      localStorage.setItem("activity", byId("activity").hidden ? "hidden" : "shown");
    });
    this.activity = new Activity(actions, (tab, row) => this.#showRow(tab, row));
    this.requests = new Requests(actions, this.grid, {
      spreadsheet: this.spreadsheet,
      sheet: (title) => this.#sheets.get(title),
      load: (titles) => this.#load(titles),
      written: () => this.edits.written(),
    }, () => this.look());
  }

  #make(resource, cells) {
    const { title } = resource.properties;
    return new Sheet(resource, cells, this.described.tabs?.[title], this.described.status_columns || []);
  }

  async #load(titles) {
    const answer = await server.view(this.spreadsheet, Object.fromEntries(titles.map((title) => [title, ""])), null);
    return Object.fromEntries(answer.sheets.filter(({ properties }) => answer.cells[properties.title])
      .map((resource) => [resource.properties.title, this.#make(resource, answer.cells[resource.properties.title])]));
  }

  get #chart() {
    return this.described.charts?.[this.tab];
  }

  #wanted() {
    const also = [this.described.actions?.tab, this.#chart?.runs.tab];
    const titles = [this.tab, ...also].filter(Boolean);
    return Object.fromEntries(titles.map((title) => [title, this.#known.get(title)?.tag || ""]));
  }

  // Looks for changes of others, and shows them unless a cell is being edited.
  async look() {
    if (this.grid.isEditing || this.edits.isBusy) return;
    const [written, tab] = [this.#written, this.tab];
    let answer;
    try {
      answer = await server.view(this.spreadsheet, this.#wanted(), this.#version);
    } catch (error) {
      this.#connection(error);
      return;
    }
    this.#connection(null);
    const isOld = written !== this.#written || tab !== this.tab || this.grid.isEditing || this.edits.isBusy;
    if (isOld) return;
    if (answer.sheets) {
      this.#version = answer.version;
      await this.#show(answer);
    }
    const control = this.#sheets.get(this.described.actions?.tab);
    if (control) this.activity.show(control);
  }

  async #show(answer) {
    this.#resources = answer.sheets.filter(({ properties }) => !properties.hidden);
    byId("title").textContent = answer.title;
    if (!this.#resources.some(({ properties }) => properties.title === this.tab)) {
      await this.#leaveTab();
      return;
    }
    document.title = `${this.tab} · ${answer.title}`;
    for (const resource of answer.sheets) {
      const { title } = resource.properties;
      if (answer.cells[title]) this.#known.set(title, { tag: answer.tags[title], cells: answer.cells[title] });
      if (answer.tags[title]) this.#sheets.set(title, this.#make(resource, this.#known.get(title).cells));
    }
    this.tabs.show(this.#resources.map(({ properties: { title } }) => [title, this.described.tabs?.[title]?.note || title]), this.tab);
    await this.#draw();
  }

  // The tab that was shown is no longer there: another name of the same one, or the first.
  async #leaveTab() {
    const [was, id] = [this.tab, this.#sheets.get(this.tab)?.id];
    const renamed = this.#resources.find(({ properties }) => properties.sheetId === id);
    const { title } = (renamed || this.#resources[0]).properties;
    if (was) notify(renamed ? `${was} is called ${title} now.` : `There is no tab ${was} any more.`, "warning");
    await this.open(title);
  }

  async open(tab) {
    if (!tab || (tab === this.tab && this.#version !== null)) return;
    this.tab = tab;
    this.#version = null;
    byId("find").value = "";
    byId("only-errors").checked = false;
    if (decodeURIComponent(window.location.hash.slice(1)) !== tab) window.location.hash = encodeURIComponent(tab);
    await this.look();
  }

  // run: the only one that is shown; "" for all.
  #accepts(sheet, run) {
    const text = byId("find").value.trim().toLowerCase();
    const failed = byId("only-errors").checked ? new Set(sheet.failedRows()) : null;
    return (row) => {
      if (failed && !failed.has(row)) return false;
      if (run && sheet.text(row, this.#chart.run) !== run) return false;
      return !text || (sheet.rows.get(row) || []).some((view) => shown(view).toLowerCase().includes(text));
    };
  }

  async #draw() {
    const sheet = this.#sheets.get(this.tab);
    if (!sheet) return;
    const count = sheet.failedRows().length;
    byId("error-count").textContent = count ? String(count) : "";
    byId("only-errors").disabled = !sheet.described;
    byId("add-rows").disabled = !sheet.isTyped;
    const run = this.#chart ? this.runs.chosen(sheet, this.#chart, this.#sheets.get(this.#chart.runs.tab)) : "";
    this.grid.accepts = this.#accepts(sheet, run);
    this.grid.narrowed = run ? this.#chart.run : "";
    byId("chart").hidden = !this.#chart;
    if (this.#chart) this.runs.draw(sheet, this.#chart, this.#sheets.get(this.#chart.runs.tab));
    await this.grid.draw(sheet);
    this.requests?.refresh();
  }

  // What is typed is shown at once, though its writing may have to wait. Gives what shows again what stood there.
  #type(sheet, changes) {
    const show = (places) => {
      const current = this.#sheets.get(sheet.title);
      if (current?.id !== sheet.id) return;
      places.forEach(([row, views]) => current.put(row, views));
      if (this.grid.sheet?.id === sheet.id) this.#draw();
    };
    const places = changes.map(({ row, cells }) => [row.index, cells]);
    const before = places.map(([row, cells]) => [row, new Map([...cells.keys()].map((column) => [column, sheet.cell(row, column)]))]);
    show(places.map(([row, cells]) => [row, new Map([...cells].map(([column, text]) => [column, sheet.typedView(column, text)]))]));
    return () => show(before);
  }

  // What was just written is shown as the server understands it; what else has changed comes with the next look.
  #take(sheet, answer) {
    this.#written += 1;
    const current = this.#sheets.get(sheet.title);
    if (current?.id !== sheet.id) return;
    answer.rows.forEach(({ row, cells }) => current.rows.set(row, cells));
    if (this.grid.sheet?.id === sheet.id && !this.grid.isEditing) this.#draw();
  }

  #refused(sheet, changes, error) {
    this.#written += 1;
    const [change] = changes;
    const typed = changes.length === 1 && change.cells.size === 1 ? [...change.cells.values()][0] : "";
    const reminder = typed ? ` You typed: ${typed}` : "";
    const doubt = error instanceof server.Unreachable ? " Your change may not have been written." : "";
    notify(`${sheet.title}: ${error.message}${doubt}${reminder}`, "failed", typed !== "");
    this.#version = null;
  }

  async #showRow(tab, row) {
    await this.open(tab);
    byId("find").value = "";
    byId("only-errors").checked = false;
    await this.#draw();
    if (this.tab !== tab || !(await this.grid.goTo(row, 0))) notify(`There is no row ${row + 1} on ${tab} any more.`, "warning");
  }

  // Shows so many rows more, and lets the tab grow where it has not that many.
  async #makeRoom(count) {
    const { sheet } = this.grid;
    const missing = this.grid.end + count - sheet.rowCount;
    if (missing > 0) {
      await this.edits.written();
      await server.appendRows(this.spreadsheet, sheet.id, missing);
      this.#version = null;
      await this.look();
    }
    await this.grid.showMore(count);
  }

  async #addRows() {
    if (!this.grid.sheet) return;
    try {
      await this.#makeRoom(100);
      this.grid.scrollToEnd();
    } catch (error) {
      notify(error.message, "failed");
    }
  }

  #connection(error) {
    const place = byId("connection");
    const text = error ? error.message : "Live";
    if (place.textContent !== text) place.textContent = text;
    place.className = `connection ${error ? "lost" : "live"}`;
  }
}

const start = async () => {
  let workbook;
  try {
    workbook = new Workbook(await server.description());
  } catch (error) {
    byId("connection").textContent = error.message;
    byId("connection").className = "connection lost";
    return;
  }
  const again = async () => {
    if (!document.hidden) await workbook.look();
    setTimeout(again, LOOK_SECONDS * 1000);
  };
  document.addEventListener("visibilitychange", () => !document.hidden && workbook.look());
  await again();
};

start();
