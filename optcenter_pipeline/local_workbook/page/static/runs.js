// Above the output tabs: one run's figures and a small chart of what the tab tells of it.

import { isTrue, plain, tone } from "./cells.js";
import { amount, barChart } from "./bars.js";

const MOST_BARS = 14;

const number = (sheet, row, name) => {
  const column = sheet.column(name);
  const text = column ? plain(sheet.cell(row, column.index)) : "";
  return text === "" ? NaN : Number(text);
};

const option = (text, value, isChosen) => new Option(text, value, false, isChosen);

export class Runs {
  #chosen = new Map(); // tab → run id; "" is every run
  #group = "";
  #drawn = "";

  constructor(place, onChosen) {
    this.place = place;
    this.onChosen = onChosen;
  }

  // The run that the tab is cut down to, or "" for all.
  chosen(sheet, chart, runs) {
    const known = this.#ids(sheet, chart);
    const wanted = this.#chosen.get(sheet.title);
    if (wanted !== undefined && (wanted === "" || known.includes(wanted))) return wanted;
    const order = runs ? runs.dataRows().map((row) => runs.text(row, chart.runs.run)) : known;
    return known.sort((one, other) => order.indexOf(one) - order.indexOf(other)).at(-1) || "";
  }

  #ids(sheet, chart) {
    return [...new Set(sheet.dataRows().map((row) => sheet.text(row, chart.run)).filter(Boolean))];
  }

  draw(sheet, chart, runs) {
    const drawn = JSON.stringify([sheet.title, this.chosen(sheet, chart, runs), this.#group, [...sheet.rows], runs ? [...runs.rows] : []]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const run = this.chosen(sheet, chart, runs);
    const rows = sheet.dataRows().filter((row) => sheet.text(row, chart.run) === run);
    const head = document.createElement("div");
    head.className = "chart-head";
    head.append(this.#runChoice(sheet, chart, runs, run));
    const body = document.createElement("div");
    body.className = "chart-body";
    if (run) body.append(this.#figures(chart, runs, run));
    if (!run) body.append(this.#words("No run has written to this tab yet, or every run is shown: choose one to see its chart."));
    else if (chart.kind === "portfolio") body.append(this.#portfolio(sheet, chart, rows, head));
    else body.append(this.#gaps(sheet, chart, rows));
    this.place.replaceChildren(head, body);
  }

  #words(text) {
    const words = document.createElement("p");
    words.className = "hint";
    words.textContent = text;
    return words;
  }

  #runRow(chart, runs, run) {
    return runs?.dataRows().find((row) => runs.text(row, chart.runs.run) === run);
  }

  #runChoice(sheet, chart, runs, run) {
    const label = document.createElement("label");
    label.textContent = "Run ";
    const choice = document.createElement("select");
    choice.id = "run-choice";
    const known = this.#ids(sheet, chart).reverse();
    choice.append(...known.map((id) => {
      const row = this.#runRow(chart, runs, id);
      const told = row === undefined ? "" : chart.runs.label.map((name) => runs.text(row, name)).filter(Boolean).join(" · ");
      return option(told || id, id, id === run);
    }), option("Every run", "", run === ""));
    choice.addEventListener("change", () => {
      this.#chosen.set(sheet.title, choice.value);
      this.onChosen();
    });
    label.append(choice);
    return label;
  }

  #figures(chart, runs, run) {
    const list = document.createElement("dl");
    list.className = "figures";
    const row = this.#runRow(chart, runs, run);
    if (row === undefined) return list;
    for (const { column, of: whole, label } of chart.runs.figures) {
      const parts = [column, whole].filter(Boolean).map((name) => {
        const value = number(runs, row, name);
        return Number.isNaN(value) ? runs.text(row, name) : amount(value);
      });
      if (parts[0]) {
        const [term, told] = [document.createElement("dt"), document.createElement("dd")];
        term.textContent = label;
        told.textContent = parts.join(" of ");
        told.className = tone(parts[0]);
        list.append(term, told);
      }
    }
    return list;
  }

  #portfolio(sheet, chart, rows, head) {
    const groups = chart.groups.filter((name) => rows.some((row) => sheet.text(row, name)));
    if (!groups.includes(this.#group)) this.#group = groups[0] || "";
    const label = document.createElement("label");
    label.textContent = `${chart.title} `;
    const choice = document.createElement("select");
    choice.id = "chart-group";
    choice.append(...groups.map((name) => option(name, name, name === this.#group)));
    choice.addEventListener("change", () => {
      this.#group = choice.value;
      this.onChosen();
    });
    label.append(choice);
    if (groups.length) head.append(label);
    const totals = new Map();
    const chosen = sheet.column(chart.chosen);
    for (const row of rows) {
      const name = sheet.text(row, this.#group) || "(blank)";
      const total = totals.get(name) || { tokens: 0, funded: 0, all: 0 };
      total.all += 1;
      if (chosen && isTrue(sheet.cell(row, chosen.index))) {
        total.funded += 1;
        total.tokens += number(sheet, row, chart.amount) || 0;
      }
      totals.set(name, total);
    }
    const bars = [...totals].sort(([, one], [, other]) => other.tokens - one.tokens).slice(0, MOST_BARS)
      .map(([name, { tokens, funded, all }]) => ({ label: name, value: tokens, told: `${amount(tokens)} · ${funded} of ${all} in` }));
    return bars.length ? barChart(`${chart.title} ${this.#group}`, bars) : this.#words("This run has no rows on this tab.");
  }

  #gaps(sheet, chart, rows) {
    const bars = rows.filter((row) => Number.isFinite(number(sheet, row, chart.required))).slice(0, MOST_BARS).map((row) => {
      const [asked, achieved] = [number(sheet, row, chart.required), number(sheet, row, chart.achieved)];
      // each target has its own unit, and so its own scale
      const scale = Math.max(Math.abs(asked), Math.abs(achieved) || 0) || 1;
      return {
        label: chart.label.map((name) => sheet.text(row, name)).filter((text) => text && text !== "all").join(" · "),
        value: (Number.isFinite(achieved) ? achieved : 0) / scale,
        mark: asked / scale,
        look: tone(sheet.text(row, chart.severity)),
        told: `${amount(achieved) || "none"} of ${amount(asked)}`,
      };
    });
    return bars.length ? barChart(chart.title, bars) : this.#words("This run has no targets.");
  }
}
