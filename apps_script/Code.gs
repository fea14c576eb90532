// The menu "Optimization Center": each item adds one request to the tab Actions, where the pipeline finds it.
// It holds no secret, calls nothing outside this workbook, and writes to no other tab.

/** @OnlyCurrentDoc */

const TITLE_ = "Optimization Center";

/** Adds the menu whenever the workbook is opened. */
function onOpen() {
  SpreadsheetApp.getUi()
    .createMenu(TITLE_)
    .addItem("Save this tab", "saveThisTab")
    .addItem("Save selected rows", "saveSelectedRows")
    .addItem("Save everything", "saveEverything")
    .addSeparator()
    .addItem("Run selected candidates", "runSelectedCandidates")
    .addItem("Run all candidates", "runAllCandidates")
    .addSeparator()
    .addItem("Show last status", "showLastStatus")
    .addToUi();
}

/** Menu item. */
function saveThisTab() {
  request_(() => saveTab_(SpreadsheetApp.getActiveSheet().getName()));
}

/** Menu item. */
function saveSelectedRows() {
  request_(() => {
    const sheet = SpreadsheetApp.getActiveSheet();
    return saveRows_(sheet.getName(), grid_(sheet), selectedRows_(sheet));
  });
}

/** Menu item. */
function saveEverything() {
  request_(saveEverything_);
}

/** Menu item. */
function runSelectedCandidates() {
  request_(() => {
    const keys = candidatesOfSelection_();
    const plan = keys && plan_();
    return plan ? run_(RUN_SELECTED_, plan.scenario, plan.set, keys || []) : null;
  });
}

/** Menu item. */
function runAllCandidates() {
  request_(() => {
    const plan = plan_();
    return plan && run_(RUN_ALL_, plan.scenario, plan.set, []);
  });
}

/** Menu item. */
function showLastStatus() {
  const page = HtmlService.createHtmlOutputFromFile("Sidebar").setTitle(TITLE_);
  SpreadsheetApp.getUi().showSidebar(page);
}

/** The last request's status for the sidebar. */
function lastStatusHtml() {
  try {
    return statusHtml_(lastRequest_(grid_(actionsSheet_()), email_()));
  } catch (error) {
    return `<p>${escapeHtml_(messageOf_(error))}.</p>`;
  }
}

/**
 * Makes a request, sends it, and tells the person what became of it.
 * @param {() => Ask | null} make null: the person cancelled
 */
function request_(make) {
  try {
    const ask = make();
    if (!ask) {
      return;
    }
    const id = Utilities.getUuid();
    append_({ ...ask, request_id: id, requested_by: email_(), requested_at: new Date().toISOString() });
    SpreadsheetApp.getActive().toast(
      `${askText_(ask)}. Request ${id.slice(0, 8)} is queued; its status appears in ${ACTIONS_TAB_}.`,
      TITLE_,
      8,
    );
  } catch (error) {
    const ui = SpreadsheetApp.getUi();
    ui.alert(TITLE_, `${messageOf_(error)}.`, ui.ButtonSet.OK);
  }
}

/**
 * The scenario and set of a run: those of the active row, else asked for.
 * @returns {{ scenario: string, set: string } | null} null: cancelled
 */
function plan_() {
  const sheet = SpreadsheetApp.getActiveSheet();
  const cell = sheet.getActiveCell();
  const given = namesOfRow_(sheet.getName(), grid_(sheet), cell ? cell.getRow() - 1 : 0);
  const scenario = given.scenario || askScenario_();
  if (!scenario) {
    return null;
  }
  const set = given.set || askSet_(scenario);
  return set === null ? null : { scenario, set };
}

/** @returns {string | null} null: cancelled */
function askScenario_() {
  const names = scenarioNames_(gridNamed_("Scenario_Config"));
  if (!names.length) {
    throw new Refusal_("Scenario_Config has no scenario. Write one there first.");
  }
  if (names.length === 1) {
    return names[0];
  }
  const typed = ask_(choiceText_("Which scenario?", names));
  return typed === null ? null : chosen_(typed, names, "scenario");
}

/**
 * @param {string} scenario
 * @returns {string | null} "" for the Candidates' own rules; null: cancelled
 */
function askSet_(scenario) {
  const names = setNames_({ Constraints: gridNamed_("Constraints"), Targets: gridNamed_("Targets") }, scenario);
  if (!names.length) {
    return "";
  }
  const question = `Which constraint set of ${scenario}? Leave it blank for the Candidates' own rules alone.`;
  const typed = ask_(choiceText_(question, names));
  if (typed === null) {
    return null;
  }
  return typed.trim() ? chosen_(typed, names, "constraint set") : "";
}

/**
 * The candidates that "Run selected candidates" is about.
 * @returns {string[] | null} keys of the rows selected on Candidates; none: those that are ticked; null: cancelled
 * @throws {Refusal_} neither is any row selected nor any box ticked
 */
function candidatesOfSelection_() {
  const sheet = SpreadsheetApp.getActiveSheet();
  const tab = savable_("Candidates");
  const grid = gridNamed_(tab.name);
  const isThere = fold_(sheet.getName()) === fold_(tab.name);
  const rows = isThere ? filledRows_(grid, selectedRows_(sheet)) : [];
  const ticked = tickedRows_(grid).length;
  if (!rows.length && !ticked) {
    throw new Refusal_("No candidate is ticked in is_selected_for_run, and no row of Candidates is selected.");
  }
  if (!rows.length) {
    return [];
  }
  const keys = keysOf_(tab, grid, rows);
  if (!ticked) {
    return keys;
  }
  const ui = SpreadsheetApp.getUi();
  const shown = keys.slice(0, MOST_NAMED_).join(", ") + (keys.length > MOST_NAMED_ ? ", …" : "");
  const text =
    `Run on the ${keys.length} in the selected rows (${shown})?\n\n` +
    `No: on the ${ticked} ticked in is_selected_for_run.`;
  const button = ui.alert("Which candidates?", text, ui.ButtonSet.YES_NO_CANCEL);
  if (button === ui.Button.YES) {
    return keys;
  }
  return button === ui.Button.NO ? [] : null;
}

/**
 * Asks for a line of text.
 * @param {string} text
 * @returns {string | null} null: cancelled
 */
function ask_(text) {
  const ui = SpreadsheetApp.getUi();
  const answer = ui.prompt(TITLE_, text, ui.ButtonSet.OK_CANCEL);
  return answer.getSelectedButton() === ui.Button.OK ? answer.getResponseText() : null;
}

/** @throws {Refusal_} Google does not say who asks */
function email_() {
  const email = Session.getActiveUser().getEmail();
  if (!email) {
    throw new Refusal_(
      "Google does not say who you are, so nothing was sent. Allow the script to see your e-mail address, or ask " +
        "somebody of the workbook's own organisation.",
    );
  }
  return email;
}

/**
 * What went wrong, without a full stop at its end.
 * @param {any} error
 */
function messageOf_(error) {
  return String((error && error.message) || error).replace(/\.$/, "");
}
