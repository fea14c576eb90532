"use strict";

// Draws the figures; their words stand in the tables as well, so that nothing is lost where this does not run.
document.querySelectorAll("script[data-plot]").forEach((script) => {
  const place = document.getElementById(script.dataset.plot);
  const { data, layout } = JSON.parse(script.textContent);
  // so that paper of another width than the screen shows the whole figure, smaller
  const fit = () => {
    const { width, height } = place._fullLayout;
    place.querySelectorAll(".main-svg").forEach((svg) => svg.setAttribute("viewBox", `0 0 ${width} ${height}`));
    place.style.setProperty("--shape", `${width} / ${height}`);
  };
  Plotly.newPlot(place, data, layout, { responsive: true, displayModeBar: false, displaylogo: false }).then(() => {
    place.style.minHeight = "0";
    place.on("plotly_afterplot", fit);
    fit();
  });
});

// Sorts a table by a column: first up, then down.
const sorters = [];
const words = new Intl.Collator("en", { numeric: true });
document.querySelectorAll("table").forEach((table) => {
  const [body] = table.tBodies;
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    sorters.push({ head, button });
    button.addEventListener("click", () => {
      const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      const value = (row) => {
        const cell = row.cells[index];
        return cell.dataset.sort === undefined ? cell.textContent : Number(cell.dataset.sort);
      };
      const compare = (one, other) => {
        const [a, b] = [value(one), value(other)];
        if (typeof a === "number" && typeof b === "number") return sign * (a - b);
        // what has no number comes last, whichever way the others stand
        if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
        return sign * words.compare(a, b);
      };
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
      body.append(...[...body.rows].sort(compare));
    });
  });
});

// On paper nothing is folded away, and headers are texts: a table's header is repeated on each sheet, its buttons are not.
const folded = [...document.querySelectorAll("details")];
addEventListener("beforeprint", () => {
  folded.forEach((part) => {
    part.dataset.open = part.open;
    part.open = true;
  });
  sorters.forEach(({ head, button }) => head.replaceChildren(...button.childNodes));
});
addEventListener("afterprint", () => {
  folded.forEach((part) => {
    part.open = part.dataset.open === "true";
  });
  sorters.forEach(({ head, button }) => {
    button.append(...head.childNodes);
    head.append(button);
  });
});
