import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";

import { ACTIONS, planningBook } from "./mock/planning_book.mjs";

function row(cells) {
  return ACTIONS.map((name) => cells[name] ?? "");
}

const SAVED = {
  request_id: "r-1",
  action: "pm.save_selected",
  requested_by: "pm@example.com",
  requested_at: "2027-01-01T10:00:00.000Z",
};

function status(...rows) {
  return planningBook({ Actions: [ACTIONS, ...rows.map(row)] }).script.lastStatusHtml();
}

test("a request that nobody has answered yet is waiting", () => {
  const html = status(SAVED);
  assert.match(html, /<h3>Save everything<\/h3><p class="status">waiting: not taken up yet<\/p>/);
  assert.match(html, /Asked 2027-01-01T10:00:00\.000Z<br>Request r-1<\/p>$/);
});

test("status, message, run and link are shown", () => {
  const html = status({
    ...SAVED,
    status: "success",
    message: "3 rows",
    run_id: "run-7",
    run_url: "http://127.0.0.1:3000/runs/a?b=1&c=2",
    finished_at: "2027-01-01T10:01:00Z",
  });
  assert.match(html, /<p class="status">success<\/p><p class="message">3 rows<\/p><p>Run run-7<\/p>/);
  assert.match(
    html,
    /<a href="http:\/\/127\.0\.0\.1:3000\/runs\/a\?b=1&amp;c=2" target="_blank" rel="noopener noreferrer">/,
  );
  assert.match(html, /, ended 2027-01-01T10:01:00Z<br>/);
});

test("the newest of one's own requests, wherever it stands and whoever asked since", () => {
  const html = status(
    { ...SAVED, request_id: "new", requested_by: " PM@example.com", requested_at: "2027-01-02T10:00:00.000Z" },
    SAVED,
    { ...SAVED, request_id: "theirs", requested_by: "ops@example.com", requested_at: "2027-01-03T10:00:00.000Z" },
    { ...SAVED, request_id: "", requested_at: "2027-01-04T10:00:00.000Z" },
  );
  assert.match(html, /Request new</);
});

test("what is asked for is said in words", () => {
  const run = { ...SAVED, scenario_name: "Q1", constraint_set_name: "base" };
  const said = (ask) => /<h3>(.*)<\/h3>/.exec(status(ask))[1];
  assert.equal(said({ ...SAVED, tab: "Targets", scope_type: "all" }), "Save Targets");
  assert.equal(
    said({ ...SAVED, tab: "Targets", scope_type: "keys", scope_keys: "a|b" }),
    "Save 2 selected of Targets",
  );
  assert.equal(
    said({ ...SAVED, tab: "Targets", scope_type: "keys", scope_keys: '["a|b","c"]' }),
    "Save 2 selected of Targets",
  );
  assert.equal(
    said({ ...SAVED, tab: "Targets", scope_type: "keys", scope_keys: "[a" }),
    "Save 0 selected of Targets",
  );
  assert.equal(said({ ...run, action: "pm.optimize.run_all_candidates" }), "Run Q1 / base on all candidates");
  assert.equal(
    said({
      ...run,
      action: "pm.optimize.run_selected_candidates",
      tab: "Candidates",
      scope_type: "keys",
      scope_keys: "a",
    }),
    "Run Q1 / base on 1 selected of Candidates",
  );
});

test("before the first request it says so", () => {
  assert.equal(status(), "<p>You have not asked for anything yet.</p>");
});

test("nothing that stands in the sheet becomes markup", () => {
  const evil = `<img src=x onerror="alert('1')">&`;
  const safe = "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;";
  const cells = Object.fromEntries(ACTIONS.map((name) => [name, evil]));
  const html = status({
    ...cells,
    requested_by: "pm@example.com",
    action: "pm.optimize.run_all_candidates",
    run_url: `https://x.invalid/"${evil}`,
  });
  assert.doesNotMatch(html, /<img|onerror="|alert\('/);
  for (const place of [
    `Run ${safe} / ${safe} on`,
    `"status">${safe}<`,
    `"message">${safe}<`,
    `<p>Run ${safe}<`,
    `ended ${safe}<`,
    `Request ${safe}<`,
  ]) {
    assert.ok(html.includes(place), place);
  }
  assert.ok(html.includes(`<a href="https://x.invalid/&quot;${safe}"`));
});

test("only http and https are links", () => {
  for (const url of ["javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//x.invalid"]) {
    const html = status({ ...SAVED, run_url: url });
    assert.doesNotMatch(html, /<a /);
    assert.ok(html.includes(`<p>${url.trim()}</p>`));
  }
});

test("what is wrong with the tab is told in the sidebar", () => {
  const lacking = planningBook({ Actions: [["request_id", "requested_by"]] }).script.lastStatusHtml();
  assert.equal(
    lacking,
    "<p>Actions: row 1 lacks the column requested_at, status. Run `optcenter workbook init`; it adds what is missing.</p>",
  );
  assert.match(planningBook({}, { email: "" }).script.lastStatusHtml(), /<p>Google does not say who you are/);
});

/** The sidebar's own script on a page of two elements; `google.script.run` reaches what a sidebar can reach. */
function openSidebar(book) {
  book.click("Show last status");
  const [, script] = /<script>([^]*)<\/script>/.exec(book.sidebar.getContent());
  const elements = { answer: {}, again: { addEventListener: (what, act) => (elements.again[what] = act) } };
  const run = (succeed, fail) =>
    new Proxy(
      {},
      {
        get: (_, name) => {
          if (name === "withSuccessHandler") return (handler) => run(handler, fail);
          if (name === "withFailureHandler") return (handler) => run(succeed, handler);
          assert.ok(!name.endsWith("_"), `${name} cannot be called from a page`);
          return () => {
            try {
              succeed(book.script[name]());
            } catch (error) {
              fail(error);
            }
          };
        },
      },
    );
  const document = { getElementById: (id) => elements[id] };
  vm.runInNewContext(script, { document, google: { script: { run: run() } } });
  return elements;
}

test("the sidebar shows the status when it opens, and again when asked", () => {
  const book = planningBook();
  const page = openSidebar(book);
  assert.match(page.answer.innerHTML, /You have not asked for anything yet/);
  assert.equal(page.again.disabled, false);
  book.click("Save everything");
  page.again.click();
  assert.match(page.answer.innerHTML, /Save everything.*waiting/);
});

test("the sidebar tells what went wrong, as text", () => {
  const book = planningBook();
  book.script.lastStatusHtml = () => {
    throw new Error("<b>no access</b>");
  };
  const page = openSidebar(book);
  assert.deepEqual([page.answer.textContent, page.answer.innerHTML], ["<b>no access</b>", undefined]);
  assert.equal(page.again.disabled, false);
});
