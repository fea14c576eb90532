// The editor of one cell: a line that grows, with the column's choices below it.

const listBelow = (element, choices, choose) => {
  const list = document.createElement("ul");
  list.className = "choices";
  list.setAttribute("role", "listbox");
  const box = element.getBoundingClientRect();
  list.style.left = `${box.left}px`;
  list.style.minWidth = `${box.width}px`;
  if (box.bottom + 240 > window.innerHeight) list.style.bottom = `${window.innerHeight - box.top}px`;
  else list.style.top = `${box.bottom}px`;
  for (const choice of choices) {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.textContent = choice;
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      choose(choice);
    });
    list.append(item);
  }
  document.body.append(list);
  return list;
};

// start: what stands in the editor; selected: whether it is marked, to be typed over.
// onDone(text, way): way is "down", "right", "left", or "" where the person went elsewhere; onCancel().
export const makeEditor = ({ cell, label, start, choices, onDone, onCancel }) => {
  const input = document.createElement("textarea");
  input.className = "cell-editor";
  input.value = start;
  input.rows = 1;
  input.spellcheck = false;
  input.setAttribute("aria-label", label);
  let list = null;
  let marked = -1;
  let isOver = false;

  const items = () => [...list.children].filter((item) => !item.hidden);
  const mark = (place) => {
    const open = items();
    marked = open.length ? (place + open.length) % open.length : -1;
    open.forEach((item, number) => item.setAttribute("aria-selected", String(number === marked)));
    open[marked]?.scrollIntoView({ block: "nearest" });
  };
  const end = (act) => {
    if (isOver) return;
    isOver = true;
    list?.remove();
    act();
  };
  const done = (text, way) => end(() => onDone(text, way));
  const grow = () => {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 240)}px`;
  };
  const narrow = () => {
    const typed = input.value.trim().toLowerCase();
    for (const item of list.children) item.hidden = typed !== "" && !item.textContent.toLowerCase().includes(typed);
    marked = -1;
  };
  const taken = () => (list && marked >= 0 ? items()[marked].textContent : input.value);

  input.addEventListener("input", () => {
    grow();
    if (list) narrow();
  });
  input.addEventListener("blur", () => done(input.value, ""));
  input.addEventListener("keydown", (event) => {
    event.stopPropagation(); // the grid's own keys
    if (event.isComposing) return;
    const act = {
      Escape: () => end(onCancel),
      Tab: () => done(taken(), event.shiftKey ? "left" : "right"),
      Enter: () => {
        if (event.altKey || event.ctrlKey) {
          input.setRangeText("\n", input.selectionStart, input.selectionEnd, "end");
          grow();
        } else done(taken(), event.shiftKey ? "up" : "down");
      },
      ArrowDown: list && (() => mark(marked + 1)),
      ArrowUp: list && (() => mark(marked - 1)),
    }[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
  ["copy", "cut", "paste", "mousedown", "dblclick"].forEach((name) =>
    input.addEventListener(name, (event) => event.stopPropagation()));

  const begin = () => {
    if (choices.length) list = listBelow(cell, choices, (choice) => done(choice, "down"));
    input.focus({ preventScroll: true });
    input.setSelectionRange(input.value.length, input.value.length);
    grow();
  };
  return { input, begin };
};
