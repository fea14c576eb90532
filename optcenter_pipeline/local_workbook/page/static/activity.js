// The panel of the last requests, as the control tab tells them.

import { tone } from "./cells.js";
import { isWebAddress, webLink } from "./links.js";
import { notify } from "./notices.js";

const SHOWN = 12;
const PATIENCE_SECONDS = 60;

const ago = (time) => {
  const seconds = Math.max(0, (Date.now() - time) / 1000);
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(time).toLocaleDateString();
};

const REFERENCE = /\b([A-Za-z]\w*)(?:!(\d+)|( rows? )(\d+(?:(?:, | and )\d+(?!\d| more))*))/;

// Text in which every `Tab row 7`, each number of `Tab rows 3, 5 and 8`, and every `Tab!7` leads to that row.
const withReferences = (text, go) => {
  const link = (name, tab, row) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "reference";
    button.textContent = name;
    button.addEventListener("click", () => go(tab, Number(row) - 1));
    return button;
  };
  const nodes = [];
  let rest = text;
  for (let found = REFERENCE.exec(rest); found; found = REFERENCE.exec(rest)) {
    const [name, tab, cell, between, numbers] = found;
    nodes.push(rest.slice(0, found.index));
    if (cell || /^\d+$/.test(numbers)) nodes.push(link(name, tab, cell || numbers));
    else {
      const parts = numbers.split(/(\d+)/).map((part) => (/^\d+$/.test(part) ? link(part, tab, part) : part));
      nodes.push(tab + between, ...parts);
    }
    rest = rest.slice(found.index + name.length);
  }
  return [...nodes, rest];
};

// A request may have done its work and still bring bad news.
const tells = (status, message) =>
  tone(status) === "ok" && (/\bFAILED\b/.test(message) || message.startsWith("infeasible")) ? "warning" : tone(status);

export class Activity {
  #statuses = null;
  #items = new Map();

  // go(tab, row) shows a row.
  constructor(actions, go) {
    this.actions = actions;
    this.go = go;
    this.list = document.getElementById("requests");
  }

  #title(sheet, row) {
    const action = sheet.text(row, "action");
    if (action === this.actions.save) {
      const tab = sheet.text(row, "tab");
      const keys = sheet.text(row, "scope_keys").split("|").filter(Boolean);
      return keys.length ? `Save ${keys.length} row${keys.length > 1 ? "s" : ""} of ${tab}` : `Save ${tab || "everything"}`;
    }
    const set = sheet.text(row, "constraint_set_name");
    const name = `Run ${sheet.text(row, "scenario_name")}${set ? ` · ${set}` : ""}`;
    return action === this.actions.run_selected ? `${name} (selected candidates)` : name;
  }

  show(sheet) {
    const rows = sheet.dataRows().filter((row) => sheet.text(row, "request_id")).reverse().slice(0, SHOWN);
    const statuses = new Map();
    const items = rows.map((row) => {
      const id = sheet.text(row, "request_id");
      const request = {
        title: this.#title(sheet, row),
        status: sheet.text(row, "status"),
        message: sheet.text(row, "message"),
        url: sheet.text(row, "run_url"),
        who: sheet.text(row, "requested_by"),
        time: Date.parse(sheet.text(row, "requested_at")),
      };
      statuses.set(id, request.status);
      this.#tell(id, request);
      const item = this.#items.get(id) || document.createElement("li");
      this.#items.set(id, item);
      this.#fill(item, request);
      return item;
    });
    this.#statuses = statuses;
    if (items.length !== this.list.childElementCount || items.some((item, place) => this.list.children[place] !== item)) {
      this.list.replaceChildren(...items);
    }
    document.getElementById("no-requests").hidden = items.length > 0;
  }

  // Says aloud how a request that was under way has ended.
  #tell(id, { title, status, message }) {
    const was = this.#statuses?.get(id);
    if (was === undefined || was === status || ["", "queued", "running"].includes(status)) return;
    notify(`${title}: ${status}. ${message}`.trim(), tells(status, message) || "warning");
  }

  #fill(item, { title, status, message, url, who, time }) {
    const waits = status === "" && Date.now() - time > PATIENCE_SECONDS * 1000;
    const text = waits ? "Nothing has picked this up. Is Dagster running? `make dev` starts it." : message;
    const when = [who, Number.isNaN(time) ? "" : ago(time)].filter(Boolean).join(", ");
    const drawn = JSON.stringify([title, status, text, url, when]);
    if (item.dataset.drawn === drawn) return;
    item.dataset.drawn = drawn;
    const chip = document.createElement("span");
    chip.className = `chip ${tells(status, message) || (waits ? "warning" : "")}`;
    chip.textContent = status || "waiting";
    const head = document.createElement("strong");
    head.textContent = title;
    const body = document.createElement("p");
    body.append(...withReferences(text, this.go));
    const foot = document.createElement("small");
    foot.textContent = when;
    item.replaceChildren(chip, head, body, foot);
    if (isWebAddress(url)) foot.append(" · ", webLink(url, "Watch the run"));
  }
}
