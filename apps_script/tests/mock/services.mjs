// The Apps Script services that the menu uses, for one person with one workbook open; and the script loaded on them.

import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import vm from "node:vm";

export const folder = path.resolve(import.meta.dirname, "..", "..");
export const sources = readdirSync(folder).filter((name) => name.endsWith(".gs"));

const BUTTONS = { OK: "OK", CANCEL: "CANCEL", CLOSE: "CLOSE", YES: "YES", NO: "NO" };
const BUTTON_SETS = { OK: "OK", OK_CANCEL: "OK_CANCEL", YES_NO_CANCEL: "YES_NO_CANCEL" };

/** The lock of one document, shared by all who have it open. */
export class DocumentLock {
  holder = null;
}

/** One workbook in one person's browser. `events` tells what happened, in order. */
export class Workbook {
  constructor(sheets, { email = "pm@example.com", lock = new DocumentLock(), timeZone = "Etc/UTC" } = {}) {
    Object.assign(this, { sheets, email, lock, timeZone });
    this.active = sheets[0];
    this.events = [];
    this.toasts = [];
    this.alerts = [];
    this.prompts = [];
    /** What the person answers to the next questions: a text, a button, or null for the window's cross. */
    this.answers = [];
    this.sidebar = null;
    for (const sheet of sheets) {
      sheet.onWrite = (what, on, row, column) =>
        this.events.push(`${what} ${on.name}!${String.fromCharCode(64 + column)}${row}`);
    }
    this.script = loaded(this);
  }

  sheet(name) {
    return this.sheets.find((sheet) => sheet.name === name);
  }

  /** Goes to a tab and selects rows there, `[first, last]` each. */
  select(name, ...areas) {
    this.active = this.sheet(name);
    this.active.selection = areas.map(([first, last]) => [first, 1, last - first + 1, 1]);
    this.active.activeRow = areas.length ? areas.at(-1)[0] : 1;
  }

  /** Clicks an item of the menu, as `onOpen` made it. */
  click(label) {
    const items = new Map();
    this.menuItems = items;
    this.script.onOpen();
    this.script[items.get(label)]();
  }

  nextAnswer() {
    if (!this.answers.length) {
      throw new Error("the script asked a question that the test does not answer");
    }
    return this.answers.shift();
  }
}

function loaded(book) {
  const context = vm.createContext({
    SpreadsheetApp: spreadsheetApp(book),
    LockService: lockService(book),
    Utilities: { getUuid: () => crypto.randomUUID(), formatDate },
    Session: { getActiveUser: () => ({ getEmail: () => book.email }) },
    HtmlService: { createHtmlOutputFromFile: htmlFile },
  });
  for (const name of sources) {
    vm.runInContext(readFileSync(path.join(folder, name), "utf8"), context, { filename: name });
  }
  return context;
}

function spreadsheetApp(book) {
  const spreadsheet = {
    getSheets: () => [...book.sheets],
    getSpreadsheetTimeZone: () => book.timeZone,
    toast: (text, title) => book.toasts.push(`${title}: ${text}`),
  };
  return {
    getActive: () => spreadsheet,
    getActiveSheet: () => book.active,
    getUi: () => ui(book),
    flush: () => book.events.push("flush"),
    newRichTextValue: () => {
      let text = "";
      const builder = {
        setText(given) {
          if (typeof given !== "string") {
            throw new TypeError("setText takes a text");
          }
          text = given;
          return builder;
        },
        build: () => ({ getText: () => text }),
      };
      return builder;
    },
  };
}

function ui(book) {
  const menu = {
    addItem(label, name) {
      book.menuItems.set(label, name);
      return menu;
    },
    addSeparator: () => menu,
    addToUi: () => {},
  };
  return {
    Button: BUTTONS,
    ButtonSet: BUTTON_SETS,
    createMenu: () => menu,
    alert(title, text, buttons) {
      if (buttons === BUTTON_SETS.OK) {
        book.alerts.push(text);
        return BUTTONS.OK;
      }
      book.prompts.push(text);
      return book.nextAnswer() ?? BUTTONS.CLOSE;
    },
    prompt(title, text) {
      if (book.lock.holder === book) {
        throw new Error("a question was asked while everybody else waits for the lock");
      }
      book.prompts.push(text);
      const answer = book.nextAnswer();
      return {
        getSelectedButton: () => (answer === null ? BUTTONS.CLOSE : BUTTONS.OK),
        getResponseText: () => answer ?? "",
      };
    },
    showSidebar: (page) => {
      book.sidebar = page;
    },
  };
}

function lockService(book) {
  return {
    getDocumentLock: () => ({
      tryLock(milliseconds) {
        if (!(milliseconds > 0)) {
          throw new Error("tryLock needs a time to wait");
        }
        if (book.lock.holder !== null) {
          return false;
        }
        book.lock.holder = book;
        book.events.push("lock");
        return true;
      },
      releaseLock() {
        if (book.lock.holder !== book) {
          throw new Error("released a lock that it does not hold");
        }
        book.lock.holder = null;
        book.events.push("release");
      },
    }),
  };
}

/** `yyyy-MM-dd'T'HH:mm:ss.SSS'Z'` alone: what the clock on that zone's wall shows. */
function formatDate(date, zone, pattern) {
  if (pattern !== "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'") {
    throw new Error(`the mock does not know the pattern ${pattern}`);
  }
  const wall = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "medium",
  }).format(date);
  const fraction = String(date.getUTCMilliseconds()).padStart(3, "0");
  return `${wall.replace(" ", "T")}.${fraction}Z`;
}

function htmlFile(name) {
  const content = readFileSync(path.join(folder, `${name}.html`), "utf8");
  const page = { setTitle: () => page, getContent: () => content };
  return page;
}
