// The component that draws the grid, and how it is set up.

import { TabulatorFull } from "/page/component/tabulator.mjs";

export const ROW_HEIGHT = 27;

// The table, which is not drawn yet.
export const makeTable = (element, { data, columns, rowFormatter }) =>
  new TabulatorFull(element, {
    index: "id",
    data,
    columns,
    rowFormatter,
    columnDefaults: { headerSort: false, resizable: "header", minWidth: 48 },
    rowHeader: {
      field: "id", width: 52, frozen: true, headerSort: false, resizable: false, hozAlign: "right", cssClass: "row-number",
      formatter: (cell) => document.createTextNode(String(cell.getValue() + 1)),
    },
    height: "100%",
    layout: "fitDataFill",
    rowHeight: ROW_HEIGHT,
    selectableRange: 1,
    selectableRangeColumns: true,
    selectableRangeRows: true,
    selectableRangeAutoFocus: false,
    editTriggerEvent: "dblclick",
    clipboard: false,
    placeholder: "No rows to show.",
  });

// onSelect: called whenever the selection changes, once the table is drawn.
export const drawn = async (table, onSelect) => {
  await new Promise((resolve) => table.on("tableBuilt", resolve));
  // one stop for the Tab key: inside the grid it goes from cell to cell
  table.element.querySelector(".tabulator-header").tabIndex = -1;
  table.element.setAttribute("aria-description", "F6 leaves the grid.");
  for (const name of ["rangeAdded", "rangeChanged"]) table.on(name, onSelect);
};
