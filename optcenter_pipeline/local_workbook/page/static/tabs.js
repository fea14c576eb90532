// The strip of tabs below the grid.

export class Tabs {
  #drawn = "";

  constructor(element, onOpen) {
    this.element = element;
    this.onOpen = onOpen;
    element.addEventListener("keydown", (event) => {
      const step = { ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" }[event.key];
      if (step) document.activeElement[step]?.focus();
    });
  }

  // tabs: [title, what to say of it], in their order; open: the title of the one that is shown.
  show(tabs, open) {
    const drawn = JSON.stringify([tabs, open]);
    if (this.#drawn === drawn) return;
    this.#drawn = drawn;
    this.element.replaceChildren(...tabs.map(([title, note]) => this.#button(title, note, title === open)));
    this.#open?.scrollIntoView({ inline: "nearest", block: "nearest" });
  }

  focus() {
    this.#open?.focus();
  }

  get #open() {
    return this.element.querySelector("[aria-selected=true]");
  }

  #button(title, note, isOpen) {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("role", "tab");
    button.setAttribute("aria-selected", String(isOpen));
    button.textContent = title;
    button.title = note;
    button.tabIndex = isOpen ? 0 : -1; // the arrow keys go from tab to tab
    button.addEventListener("click", () => this.onOpen(title));
    return button;
  }
}
