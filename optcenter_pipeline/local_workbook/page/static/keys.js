// What the keys do in the grid, unless a cell is being edited.

// Gives [row, column] as places among what is shown, or null where the key is none of these.
// last, right: the last places; filled: the last row that holds anything; page: rows on a screen.
const far = (event, [row, column], { last, right, filled, page }) => {
  if (event.shiftKey || event.altKey || event.metaKey) return null;
  const places = event.ctrlKey
    ? { Home: [0, 0], End: [filled, right] }
    : {
        Home: [row, 0],
        End: [row, right],
        PageUp: [Math.max(0, row - page), column],
        PageDown: [Math.min(last, row + page), column],
      };
  return places[event.key] || null;
};

export class Keyboard {
  // on: {clear(), leave(), locked(reason)}
  constructor(grid, on) {
    this.grid = grid;
    this.on = on;
    grid.element.addEventListener("keydown", (event) => this.#keyDown(event), true);
  }

  #keyDown(event) {
    if (this.grid.isEditing || event.isComposing) return;
    const active = this.grid.active();
    const place = active && far(event, this.grid.placeOf(active), this.grid.reach);
    if (place) this.grid.goToPlace(place);
    else if (event.key === "F6") this.on.leave();
    else if (event.key === "Enter" && event.altKey) this.grid.follow(active);
    else {
      this.#typeKey(event, active);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #typeKey(event, active) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isSpaceOnCheck = event.key === " " && active?.column.isCheck;
    if (isSpaceOnCheck) {
      const { row, column } = active;
      if (column.isLocked) this.on.locked(this.grid.sheet.whyLocked(row, column));
      else this.grid.toggle(row, column);
    } else if (event.key === "Enter" || event.key === "F2") this.grid.edit(null);
    else if (event.key === "Delete" || event.key === "Backspace") this.on.clear();
    else if (event.key.length === 1) this.grid.edit(event.key);
    else if (event.key === "Process") {
      this.grid.edit(""); // an input method starts here: what it composes goes into the editor
      return;
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
