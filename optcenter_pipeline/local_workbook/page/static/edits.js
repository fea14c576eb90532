// Writes what people type, one request after the other, each about a row that must still be what they saw.

import * as server from "./server.js";
import { entered } from "./cells.js";

const MOST_UNDONE = 100;

// A row that an edit is about: where it was seen, and what stood in it. Later edits of a row that is still being
// written share it, so that each is held against what the one before it left there.
class SeenRow {
  constructor(sheet, index) {
    this.index = index;
    this.seen = new Map(sheet.seen(index));
    this.waiting = 0;
  }

  settle(index, cells) {
    this.index = index;
    for (const column of this.seen.keys()) this.seen.set(column, cells[column] ?? null);
  }
}

export class Edits {
  #queue = Promise.resolve();
  #busy = 0;
  #rows = new Map();
  #undo = [];

  constructor(spreadsheet, { onTyped, onWritten, onRefused, onIdle }) {
    this.spreadsheet = spreadsheet;
    this.on = { onTyped, onWritten, onRefused, onIdle };
  }

  // Settled when all that was typed so far is written, or refused.
  written() {
    return this.#queue;
  }

  get isBusy() {
    return this.#busy > 0;
  }

  // The row as it is seen now; ask when the person starts to type, not when they are done.
  seenRow(sheet, index) {
    const key = `${sheet.id}/${index}`;
    const known = this.#rows.get(key);
    if (known && known.waiting > 0) return known;
    const row = new SeenRow(sheet, index);
    this.#rows.set(key, row);
    return row;
  }

  // changes: [{row: SeenRow, cells: Map(column → text), before: Map(column → text)}]
  write(sheet, changes) {
    this.#enqueue(sheet, changes, (done) => this.#remember(sheet, done));
  }

  undo(sheet) {
    const place = this.#undo.findLastIndex((entry) => entry.sheet === sheet.id);
    if (place < 0) return false;
    const [entry] = this.#undo.splice(place, 1);
    this.#enqueue(sheet, entry.changes, () => {});
    return true;
  }

  #remember(sheet, changes) {
    const inverse = changes.map(({ row, cells, before }) => ({ row: this.#copy(row), cells: before, before: cells }));
    this.#undo.push({ sheet: sheet.id, changes: inverse });
    if (this.#undo.length > MOST_UNDONE) this.#undo.shift();
  }

  #copy(row) {
    const copy = Object.create(SeenRow.prototype);
    return Object.assign(copy, { index: row.index, seen: new Map(row.seen), waiting: 0 });
  }

  #enqueue(sheet, changes, onDone) {
    this.#busy += 1;
    changes.forEach(({ row }) => { row.waiting += 1; });
    const takeBack = this.on.onTyped(sheet, changes);
    this.#queue = this.#queue.then(async () => {
      try {
        const answer = await server.edit({
          spreadsheet: this.spreadsheet,
          sheet: sheet.id,
          header: sheet.headerSeen(),
          rows: changes.map(({ row, cells }) => ({ row: row.index, seen: [...row.seen], cells: [...cells] })),
        });
        changes.forEach(({ row }, number) => row.settle(answer.rows[number].row, answer.rows[number].cells));
        onDone(changes);
        this.on.onWritten(sheet, changes, answer);
      } catch (error) {
        takeBack();
        this.on.onRefused(sheet, changes, error);
      } finally {
        this.#busy -= 1;
        changes.forEach(({ row }) => { row.waiting -= 1; });
        if (!this.#busy) this.on.onIdle();
      }
    });
  }
}

export const before = (sheet, row, columns) =>
  new Map(columns.map((column) => [column, entered(sheet.cell(row, column))]));
