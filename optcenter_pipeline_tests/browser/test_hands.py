"""What hands expect of a grid: nothing typed is late or lost, blocks fit, keys go far and find their way out."""

import re

from playwright.sync_api import Dialog, Route, expect

from optcenter_pipeline_tests.browser.planner import Planner
from optcenter_pipeline_tests.support.planning_space import PlanningSpace


def test_what_is_typed_is_shown_before_it_is_written_and_the_browser_asks_before_it_is_lost(
    planner: Planner, sample_space: PlanningSpace
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    planner.page.route("**/page/edit", hold)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    planner.page.on("dialog", stay)
    planner.open("Candidates")
    planner.type(3, "notes", "first")
    planner.page.keyboard.type("second")
    planner.page.keyboard.press("Enter")
    for row, text in ((3, "first"), (4, "second")):
        expect(planner.cell(row, "notes")).to_have_text(text)
        expect(planner.cell(row, "notes")).to_have_attribute("data-look", "waiting")
    with planner.page.expect_event("dialog"):
        planner.page.evaluate("setTimeout(() => window.location.reload())")
    assert asked == ["beforeunload"]
    assert not sample_space.rows("Candidates")[1].get("notes")
    with planner.page.expect_request("**/page/edit"):  # the second waits for the first
        held[0].continue_()
    while len(held) < 2:
        planner.page.wait_for_timeout(20)
    with planner.page.expect_response("**/page/edit"):
        held[1].continue_()
    assert [row["notes"] for row in sample_space.rows("Candidates")[1:3]] == ["first", "second"]


def test_a_block_that_is_longer_than_the_tab_makes_its_own_room(
    planner: Planner, sample_space: PlanningSpace
) -> None:
    rows = len(sample_space.grid("Candidates"))
    planner.open("Candidates")
    planner.go_to("O43")
    planner.paste("\n".join(f"note {number}" for number in range(1200)))
    planner.shows(43, "notes", "note 0")
    planner.page.keyboard.press("Control+End")
    planner.shows(1242, "notes", "note 1199")
    assert len(sample_space.grid("Candidates")) == 1242 > rows
    # where rows are filtered out, the rows below are not the ones that people see
    planner.page.get_by_label("Find in this tab").fill("note 119")
    expect(planner.page.locator(".tabulator-row")).to_have_count(11)
    planner.select(1242, "notes")
    planner.page.get_by_label("Find in this tab").fill("INIT-10")
    planner.select(2, "notes")
    planner.paste("\n".join(["x"] * 40))
    planner.is_told("clear the search and the filter first. Nothing was written.")


def test_keys_go_far_and_leave_the_grid(planner: Planner) -> None:
    place = planner.page.get_by_role("textbox", name="Selected cell")
    planner.open("Initiatives")
    planner.go_to("C5")
    planner.go_to("C5")
    for key, where in (
        ("End", r"[D-Z]5"),
        ("Home", "A5"),
        ("Control+End", r"[D-Z]\d\d"),
        ("Control+Home", "A2"),
        ("PageDown", r"A\d\d"),
        ("PageUp", "A2"),
    ):
        planner.page.keyboard.press(key)
        expect(place).to_have_value(re.compile(f"^{where}$"))
    planner.page.keyboard.press("F6")
    expect(planner.page.get_by_role("tab", name="Initiatives")).to_be_focused()
    planner.page.get_by_role("button", name="Add 100 rows").focus()
    planner.page.keyboard.press("Tab")
    expect(planner.page.locator(".tabulator-tableholder")).to_be_focused()


def test_an_input_method_writes_into_a_cell(planner: Planner) -> None:
    planner.open("Candidates")
    planner.select(3, "notes")
    into = planner.page.evaluate(
        """() => {
            const key = {key: "Process", keyCode: 229, bubbles: true, cancelable: true};
            const start = new KeyboardEvent("keydown", key);
            document.activeElement.dispatchEvent(start);
            return [document.activeElement.getAttribute("aria-label"), start.defaultPrevented];
        }"""
    )
    assert into == ["notes, row 3", False]


def test_a_tab_that_somebody_renames_or_deletes_is_followed_and_told(
    planner: Planner, sample_space: PlanningSpace
) -> None:
    with sample_space.workbook.open() as book:
        book.structural_update([{"addSheet": {"properties": {"sheetId": 77, "title": "Mine"}}}], idempotent=False)
        planner.open("Mine")
        called = {"properties": {"sheetId": 77, "title": "Ours"}, "fields": "title"}
        book.structural_update([{"updateSheetProperties": called}], idempotent=True)
        planner.is_told("Mine is called Ours now.")
        expect(planner.page.get_by_role("tab", selected=True)).to_have_text("Ours")
        book.structural_update([{"deleteSheet": {"sheetId": 77}}], idempotent=False)
    planner.is_told("There is no tab Ours any more.")
    expect(planner.page.get_by_role("tab", selected=True)).to_have_text("Scenario_Config")


def test_a_run_that_ends_well_with_bad_news_is_not_shown_as_good(
    planner: Planner, sample_space: PlanningSpace
) -> None:
    run = {"request_id": "r1", "action": "pm.optimize.run_all_candidates", "scenario_name": "Q1 2027 growth"}
    told = "infeasible: these rows cannot all hold: Constraints row 8"
    sample_space.type_rows("Actions", [{**run, "status": "success", "message": told}], first_row=2)
    expect(planner.request().locator(".chip")).to_have_class("chip warning")


def test_what_was_typed_and_refused_can_be_read_in_full_until_it_is_dismissed(
    planner: Planner, sample_space: PlanningSpace
) -> None:
    planner.page.clock.install()
    planner.open("Candidates")
    typed = "a long reason, " * 20
    planner.select(5, "notes")
    planner.page.keyboard.type(typed)
    sample_space.type_cell("Candidates", 5, "initiative_key", "INIT-999")
    planner.page.keyboard.press("Enter")
    planner.is_told(f"You typed: {typed.strip()}")
    planner.page.clock.fast_forward("05:00")
    planner.is_told(f"You typed: {typed.strip()}")
    planner.page.get_by_role("button", name="Dismiss").click()
    expect(planner.page.locator(".notice")).to_have_count(0)
