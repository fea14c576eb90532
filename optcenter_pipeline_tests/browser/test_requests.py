"""What the buttons ask for, and how its progress is shown; here nobody carries it out."""

import datetime as dt
import json
import re
import uuid
from typing import Any

from playwright.sync_api import expect

from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline_tests.browser.planner import Planner
from optcenter_pipeline_tests.support.planning_space import PlanningSpace


def asked(planner: Planner, space: PlanningSpace, number: int) -> dict[str, Any]:
    """The newest of so many requests, as it stands in Actions."""
    expect(planner.page.locator("#requests li")).to_have_count(number)
    rows = space.rows("Actions")
    assert len(rows) == number
    request = rows[-1]
    assert uuid.UUID(request.pop("request_id")).version == 4
    time = dt.datetime.fromisoformat(request.pop("requested_at"))
    assert abs(dt.datetime.now(dt.UTC) - time) < dt.timedelta(minutes=5)
    return request


def test_each_button_asks_for_what_it_says(planner: Planner, sample_space: PlanningSpace) -> None:
    button = planner.page.get_by_role("button", name="Save this tab")
    who = {"requested_by": "ann@example.com"}
    save = {"action": "pm.save_selected", **who}
    planner.open("Constraints")
    button.click()
    assert asked(planner, sample_space, 1) == {**save, "tab": "Constraints", "scope_type": "all"}
    planner.page.get_by_role("button", name="Save everything").click()
    assert asked(planner, sample_space, 2) == {**save, "scope_type": "all"}
    planner.select(2, "notes")
    planner.page.keyboard.press("Shift+ArrowDown")
    planner.page.get_by_role("button", name="Save selected rows").click()
    keys = [
        "Q1 2027 growth / baseline / capacity_cap / department / Growth Engineering",
        "Q1 2027 growth / baseline / capacity_cap / department / Data & AI",
    ]
    rows = {**save, "tab": "Constraints", "scope_type": "keys"}
    assert asked(planner, sample_space, 3) == {**rows, "scope_keys": "|".join(keys)}
    # a part with a bar in it would read as two keys: the rows' own keys go as a list then, and no others
    planner.select(16, "notes")
    planner.page.keyboard.press("Shift+ArrowDown")
    planner.page.get_by_role("button", name="Save selected rows").click()
    keys = [
        "H1 2027 balanced / regional balance / capacity_floor / region / North America",
        "H1 2027 balanced / regional balance / capacity_cap / country|product / UK|Payments",
    ]
    assert json.loads(asked(planner, sample_space, 4)["scope_keys"]) == keys
    planner.open("Results")
    expect(button).to_be_disabled()


def test_control_s_writes_what_is_being_typed_and_saves_the_tab(
    planner: Planner, sample_space: PlanningSpace
) -> None:
    planner.open("Candidates")
    planner.type(3, "engineering_tokens", "29", end="Control+s")
    assert asked(planner, sample_space, 1)["tab"] == "Candidates"
    assert sample_space.rows("Candidates")[1]["engineering_tokens"] == 29


def test_a_row_that_a_message_names_is_a_click_away(planner: Planner, sample_space: PlanningSpace) -> None:
    request = {"request_id": "q1", "action": "pm.save_selected", "status": "success"}
    message = "4 rows FAILED, see run_status on Candidates rows 36, 38, Targets row 2 and Constraints!3"
    sample_space.type_rows("Actions", [{**request, "message": message}], first_row=2)
    expect(planner.request().locator("p")).to_have_text(message)
    buttons = planner.request().locator(".reference")
    expect(buttons).to_have_text(["36", "38", "Targets row 2", "Constraints!3"])
    buttons.first.click()
    expect(planner.page.get_by_role("tab", selected=True)).to_have_text("Candidates")
    expect(planner.page.get_by_role("textbox", name="Selected cell")).to_have_value("A36")
    planner.shows(36, "initiative_key", "INIT-135")


def test_a_run_is_asked_for_with_its_scenario_set_and_candidates(
    planner: Planner, sample_space: PlanningSpace
) -> None:
    planner.page.get_by_label("You").fill("bob@example.com")
    planner.open("Candidates")
    planner.page.get_by_role("button", name="Run…").click()
    dialog = planner.page.get_by_role("dialog")
    scenario, rules = dialog.get_by_label("Scenario"), dialog.get_by_label("Constraint set")
    expect(scenario.get_by_role("option")).to_have_text(["Q1 2027 growth", "H1 2027 balanced", "2027 resilience"])
    expect(rules.get_by_role("option").first).to_have_text("baseline")
    scenario.select_option("H1 2027 balanced")
    expect(rules.get_by_role("option").first).to_have_text("regional balance")
    dialog.get_by_label(re.compile("Those ticked")).check()
    dialog.get_by_role("button", name="Run", exact=True).click()
    run = {"scope_type": "all", "scenario_name": "H1 2027 balanced", "requested_by": "bob@example.com"}
    selected = "pm.optimize.run_selected_candidates"
    assert asked(planner, sample_space, 1) == {**run, "action": selected, "constraint_set_name": "regional balance"}

    planner.select(2, "notes")
    planner.page.keyboard.press("Shift+ArrowDown")
    planner.page.get_by_role("button", name="Run…").click()
    dialog.get_by_label("Constraint set").select_option("")
    dialog.get_by_label(re.compile("The selected rows")).check()
    dialog.get_by_role("button", name="Run", exact=True).click()
    assert asked(planner, sample_space, 2) == {
        **run,
        "action": selected,
        "tab": "Candidates",
        "scope_type": "keys",
        "scope_keys": "INIT-101|INIT-102",
    }


def test_a_row_without_a_key_cannot_be_asked_for(planner: Planner, sample_space: PlanningSpace) -> None:
    sample_space.type_cell("Candidates", 42, "notes", "no key yet")
    planner.open("Candidates")
    planner.shows(42, "notes", "no key yet")
    planner.go_to("A42")
    planner.page.get_by_role("button", name="Save selected rows").click()
    planner.is_told("Row 42 has no key yet")
    assert sample_space.rows("Actions") == []


def test_progress_is_shown_as_the_control_tab_tells_it(planner: Planner, sample_space: PlanningSpace) -> None:
    planner.open("Targets")
    planner.page.get_by_role("button", name="Save this tab").click()
    chip = planner.request().locator(".chip")
    expect(chip).to_have_text("waiting")
    sample_space.type_cell("Actions", 2, "status", "running")
    expect(chip).to_have_text("running")
    answer = {"status": "failed", "message": "<b>no</b> database", "run_url": "http://127.0.0.1:3000/runs/1"}
    sample_space.type_rows("Actions", [answer], first_row=2)
    expect(chip).to_have_text("failed")
    expect(planner.request()).to_contain_text("<b>no</b> database")
    expect(planner.request().get_by_role("link")).to_have_attribute("href", answer["run_url"])
    planner.is_told("Save Targets: failed. <b>no</b> database")
    # what stands in the sheet becomes no script
    sample_space.type_cell("Actions", 2, "run_url", "javascript:alert(1)")
    expect(planner.request().get_by_role("link")).to_have_count(0)


def test_a_request_that_nobody_picks_up_says_how_to_start_who_would(
    planner: Planner, sample_space: PlanningSpace
) -> None:
    earlier = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=2)).isoformat(timespec="seconds")
    request = {"request_id": "q1", "action": "pm.save_selected", "scope_type": "all", "requested_at": earlier}
    sample_space.type_rows("Actions", [request], first_row=2)
    expect(planner.request()).to_contain_text("Save everything")
    expect(planner.request()).to_contain_text("Is Dagster running? `make dev` starts it.")


def test_a_tab_without_a_header_has_letters_and_its_first_row(
    planner: Planner, sample_space: PlanningSpace
) -> None:
    with sample_space.workbook.open() as book:
        book.structural_update([{"addSheet": {"properties": {"title": "It's mine"}}}], idempotent=False)
    planner.open("It's mine")
    planner.type(1, "B", "first")
    planner.shows(1, "B", "first")
    planner.type(3, "C", "12%")
    planner.shows(3, "C", "12%")
    assert sample_space.grid("It's mine") == [["", "first"], [], ["", "", 0.12]]


def test_a_workbook_of_another_kind_is_a_plain_grid(planner: Planner, served: LocalWorkbookServer) -> None:
    with LocalWorkbookServer(served.path) as plain:
        planner.page.goto(plain.page_url + "#Actions")
        expect(planner.page.locator("#connection")).to_have_text("Live")
        expect(planner.page.get_by_role("button", name="Save this tab")).to_have_count(0)
        planner.type(2, "request_id", "typed")
        planner.shows(2, "request_id", "typed")
        planner.page.get_by_role("button", name="Add 100 rows").click()
        planner.go_to("A120")
        planner.page.keyboard.type("far below")
        planner.page.keyboard.press("Enter")
        planner.shows(120, "request_id", "far below")
