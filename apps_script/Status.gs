// What became of a person's last request, in words and as HTML. Plain functions over values.

/**
 * @typedef {Record<string, string>} Answer a row of Actions by column
 */

/**
 * The newest request of one person.
 * @param {Cell[][]} grid Actions
 * @param {string} email
 * @returns {Answer | undefined}
 * @throws {Refusal_} a column that is needed is missing, or stands twice
 */
function lastRequest_(grid, email) {
  const names = [...REQUEST_COLUMNS_, ...ANSWER_COLUMNS_];
  const positions = positions_(
    grid[0] || [],
    names.map((name) => ({ name, aliases: [] })),
    ACTIONS_TAB_,
  );
  const missing = ["request_id", "requested_by", "requested_at", "status"].filter((name) => !(name in positions));
  if (missing.length) {
    throw new Refusal_(lackingText_(missing));
  }
  /** @type {Answer | undefined} */
  let newest;
  for (const row of filledRows_(grid, [...grid.keys()])) {
    const answer = Object.fromEntries(names.map((name) => [name, textAt_(grid[row], positions[name])]));
    const isOwn = answer.request_id && fold_(answer.requested_by) === fold_(email);
    // times are UTC in one form, so they sort as text; people may have sorted the tab
    if (isOwn && (!newest || answer.requested_at >= newest.requested_at)) {
      newest = answer;
    }
  }
  return newest;
}

/**
 * A request in a few words: what, on what.
 * @param {Record<string, string>} ask
 */
function askText_(ask) {
  const rows = ask.scope_type === "keys" ? `${keyCount_(ask.scope_keys)} selected of ${ask.tab}` : ask.tab;
  if (ask.action === SAVE_) {
    return `Save ${rows || "everything"}`;
  }
  const plan = [ask.scenario_name, ask.constraint_set_name || "the Candidates' own rules"].join(KEY_JOIN_);
  const ticked = ask.action === RUN_SELECTED_ ? "the ticked candidates" : "all candidates";
  return `Run ${plan} on ${ask.scope_type === "keys" ? rows : ticked}`;
}

/**
 * The last request's status as HTML; whatever stands in the sheet is escaped.
 * @param {Answer | undefined} answer
 */
function statusHtml_(answer) {
  if (!answer) {
    return "<p>You have not asked for anything yet.</p>";
  }
  const status = answer.status || "waiting: not taken up yet";
  const lines = [
    `<h3>${escapeHtml_(askText_(answer))}</h3>`,
    `<p class="status">${escapeHtml_(status)}</p>`,
    answer.message && `<p class="message">${escapeHtml_(answer.message)}</p>`,
    answer.run_id && `<p>Run ${escapeHtml_(answer.run_id)}</p>`,
    linkHtml_(answer.run_url),
    `<p class="small">Asked ${escapeHtml_(answer.requested_at)}`,
    answer.finished_at && `, ended ${escapeHtml_(answer.finished_at)}`,
    `<br>Request ${escapeHtml_(answer.request_id)}</p>`,
  ];
  return lines.filter((line) => line).join("");
}

/**
 * A link to follow; anything but http and https is shown as text.
 * @param {string} url
 */
function linkHtml_(url) {
  if (!/^https?:\/\//i.test(url)) {
    return url && `<p>${escapeHtml_(url)}</p>`;
  }
  const safe = escapeHtml_(url);
  return `<p><a href="${safe}" target="_blank" rel="noopener noreferrer">${safe}</a></p>`;
}

/**
 * Text that no browser takes for markup, inside an element or a quoted attribute.
 * @param {string} text
 */
function escapeHtml_(text) {
  /** @type {Record<string, string>} */
  const names = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (sign) => names[sign]);
}
