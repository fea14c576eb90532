// Above the grid: which cell is selected, all that stands in it, and the way to another.

import { note, position, shown, tone } from "./cells.js";
import { notify } from "./notices.js";

export class SelectedCell {
  constructor(grid) {
    this.grid = grid;
    this.place = document.getElementById("place");
    this.content = document.getElementById("content");
    this.place.addEventListener("focus", () => this.place.select());
    this.place.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.#goTo(this.place.value);
      else if (event.key === "Escape") grid.focus();
    });
    this.place.addEventListener("blur", () => this.show());
  }

  show() {
    const { sheet } = this.grid;
    const active = this.grid.active();
    if (document.activeElement !== this.place) this.place.value = this.grid.place();
    const view = active ? sheet.cell(active.row, active.column.index) : null;
    const text = active ? shown(view) : "";
    const formula = view !== null && typeof view === "object" && view.f ? view.e : "";
    // wherever in a row a person stands, they read what is wrong with it
    const status = active ? sheet.statusOf(active.row) : "";
    const problem = status && status !== text ? `Row ${active.row + 1} ${status}` : "";
    this.content.textContent = [formula || text, note(view), problem].filter(Boolean).join("\n");
    this.content.className = `content ${tone(text) || (problem ? "failed" : "")}`;
    this.content.title = active ? [active.column.note, sheet.whyLocked(active.row, active.column)].filter(Boolean).join("\n") : "";
  }

  async #goTo(text) {
    const [row, column] = position(text) || [-1, -1];
    if (!(await this.grid.goTo(row, column))) notify(`There is no cell ${text} here.`, "warning");
    this.place.value = this.grid.place();
  }
}
