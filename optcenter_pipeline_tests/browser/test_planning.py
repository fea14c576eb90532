"""From a typed cell to a portfolio, all of it in the browser, while Dagster's sensors do the work."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import IO

import pytest
from playwright.sync_api import Page, expect

from optcenter_pipeline_tests.browser.planner import PATIENCE_MS, Planner
from optcenter_pipeline_tests.support.planning_space import PlanningSpace

START_SECONDS = 60
ANSWER_MS = 150_000
FINAL = re.compile("^(success|failed|rejected)$")


@pytest.fixture
def address(sample_space: PlanningSpace, tmp_path: Path) -> Iterator[str]:
    """The page's address, as a real `optcenter dev` prints it."""
    environment = {
        **os.environ,
        "OPTCENTER_HOME": str(sample_space.home),
        "OPTCENTER_WORKBOOK": "",
        "OPTCENTER_DATABASE_URL": "",
        "DAGSTER_HOME": "",
    }
    optcenter = Path(sys.executable).with_name("optcenter")
    command = [str(optcenter), "dev", "--workbook-port", "0", "--dagster-port", "0"]
    process = subprocess.Popen(
        command,
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    lines: Queue[str] = Queue()
    assert process.stdout is not None
    Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    try:
        yield _printed_address(lines)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _read(out: IO[str], lines: "Queue[str]") -> None:
    for line in out:
        lines.put(line)


def _printed_address(lines: "Queue[str]") -> str:
    seen: list[str] = []
    while True:
        try:
            line = lines.get(timeout=START_SECONDS)
        except Empty:
            raise AssertionError(f"`optcenter dev` printed no address: {seen}") from None
        seen.append(line)
        found = re.search(r"Workbook: (http://\S+)", line)
        if found:
            return found[1]


def test_a_planner_mends_a_row_and_gets_a_portfolio(page: Page, address: str) -> None:
    planner = Planner(page, address)
    assert "token" not in page.url

    planner.open("Candidates")
    planner.type(5, "engineering_tokens", "12k")
    planner.shows(5, "engineering_tokens", "12k")
    planner.page.get_by_role("button", name="Save this tab").click()
    _is_answered(planner, "Save Candidates", "success")
    wrong = "FAILED: engineering_tokens: '12k' is not a number"
    planner.shows(5, "run_status", re.compile(re.escape(wrong)))
    expect(planner.page.locator("#error-count")).to_have_text("1")
    planner.select(5, "initiative_key")
    expect(planner.page.locator("#content")).to_contain_text(f"Row 5 {wrong}")

    planner.type(5, "engineering_tokens", "18")
    planner.shows(5, "engineering_tokens", "18")
    planner.open("Scenario_Config")
    planner.shows(2, "scenario_name", "Q1 2027 growth")
    planner.type(2, "analyses", "report")
    planner.shows(2, "analyses", "report")

    planner.page.get_by_role("button", name="Run…").click()
    planner.page.get_by_label("Scenario", exact=True).select_option("Q1 2027 growth")
    planner.page.get_by_label("Constraint set").select_option("baseline")
    planner.page.get_by_role("dialog").get_by_role("button", name="Run", exact=True).click()
    expect(planner.page.locator("#requests li")).to_have_count(2)
    _is_answered(planner, "Run Q1 2027 growth · baseline", "success")
    expect(planner.request()).to_contain_text("optimal")
    expect(planner.request().get_by_role("link")).to_have_attribute(
        "href", re.compile(r"^http://127\.0\.0\.1:\d+/runs/")
    )

    # a run saves first: the mended row is found right
    planner.open("Candidates")
    planner.shows(5, "run_status", "OK")
    expect(planner.page.locator("#error-count")).to_have_text("")

    planner.open("Results")
    expect(planner.page.locator("#chart .figures")).to_contain_text("of 470")
    expect(planner.page.locator("#chart .bar-line").first).to_contain_text(re.compile(r"\d+ of \d+ in"))
    planner.shows(2, "rank", "1")
    expect(planner.cell(2, "selected").get_by_role("checkbox")).to_have_attribute("aria-checked", "true")
    planner.open("Gaps_Alerts")
    expect(planner.page.locator("#chart .bar-line").first).to_contain_text("gmv")

    # the report was asked for in the scenario: it comes by itself, and is a click away
    planner.open("Runs")
    link = planner.cell(2, "report_url").get_by_role("link")
    expect(link).to_be_visible(timeout=ANSWER_MS)
    with page.context.expect_page() as opening:
        link.click()
    report = opening.value
    expect(report.get_by_role("heading", level=1)).to_have_text("Q1 2027 growth / baseline", timeout=PATIENCE_MS)
    expect(report.locator("#targets .plot svg.main-svg").first).to_be_visible(timeout=PATIENCE_MS)
    expect(report.locator("#explanations")).to_contain_text("Not asked for.")
    assert planner.problems == []


def _is_answered(planner: Planner, title: str, status: str) -> None:
    """The newest request is this one, and its row in Actions is answered, as the panel shows it live."""
    expect(planner.request().locator("strong")).to_have_text(title)
    expect(planner.request().locator(".chip")).to_have_text(FINAL, timeout=ANSWER_MS)
    expect(planner.request().locator(".chip")).to_have_text(status)
