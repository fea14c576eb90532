// Which scenario and set a run is about: what the active row says, what there is to choose from, what was typed.
// Plain functions over values.

const CHOOSING_TABS_ = ["Constraints", "Targets", "Scenario_Config"];

/**
 * The names that the active row gives.
 * @param {string} title the sheet's name
 * @param {Cell[][]} grid the whole tab
 * @param {number} row 0-based
 * @returns {{ scenario: string, set: string }} "" for what it does not give
 */
function namesOfRow_(title, grid, row) {
  const tab = inputTab_(title);
  if (!tab || !CHOOSING_TABS_.includes(tab.name) || !filledRows_(grid, [row]).length) {
    return { scenario: "", set: "" };
  }
  const positions = positions_(grid[0], [SCENARIO_, SET_], tab.name);
  return {
    scenario: textAt_(grid[row], positions[SCENARIO_.name]),
    set: textAt_(grid[row], positions[SET_.name]),
  };
}

/**
 * The scenarios of Scenario_Config, in its order, each once.
 * @param {Cell[][]} grid
 */
function scenarioNames_(grid) {
  const place = positions_(grid[0] || [], [SCENARIO_], "Scenario_Config")[SCENARIO_.name];
  return distinct_(filledRows_(grid, [...grid.keys()]).map((row) => textAt_(grid[row], place)));
}

/**
 * The sets that a scenario has in Constraints and Targets, in their order, each once.
 * @param {Record<string, Cell[][]>} grids by tab name
 * @param {string} scenario
 */
function setNames_(grids, scenario) {
  const names = Object.entries(grids).flatMap(([tab, grid]) => {
    const positions = positions_(grid[0] || [], [SCENARIO_, SET_], tab);
    const rows = filledRows_(grid, [...grid.keys()]).map((row) => grid[row]);
    return rows
      .filter((row) => fold_(textAt_(row, positions[SCENARIO_.name])) === fold_(scenario))
      .map((row) => textAt_(row, positions[SET_.name]));
  });
  return distinct_(names);
}

/**
 * Names without blanks and repetitions, as first written.
 * @param {string[]} names
 */
function distinct_(names) {
  const folded = names.map(fold_);
  return names.filter((name, place) => name && folded.indexOf(folded[place]) === place);
}

/**
 * What to ask a person who has to choose one.
 * @param {string} question
 * @param {string[]} names
 */
function choiceText_(question, names) {
  return [
    question,
    "",
    ...names.map((name, place) => `${place + 1}.  ${name}`),
    "",
    "Type the name or its number.",
  ].join("\n");
}

/**
 * The name that was typed, as the sheet spells it; a name goes before a number.
 * @param {string} typed
 * @param {string[]} names
 * @param {string} what for the message
 * @throws {Refusal_} it is none of them
 */
function chosen_(typed, names, what) {
  const named = names.find((name) => fold_(name) === fold_(typed));
  const numbered = /^\d+$/.test(typed.trim()) ? names[Number(typed.trim()) - 1] : undefined;
  const name = named === undefined ? numbered : named;
  if (name === undefined) {
    throw new Refusal_(
      `There is no ${what} "${typed.trim()}". There ${names.length === 1 ? "is" : "are"}: ${names.join(", ")}.`,
    );
  }
  return name;
}
