"""Reports in a real browser without a network: what is drawn, what is inert, what sorts, what prints."""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline.report.html import render_report
from optcenter_pipeline.runs.report_place import ReportPlace
from optcenter_pipeline.workbook.page_description import page_description
from optcenter_pipeline_tests.browser.planner import PATIENCE_MS, Planner
from optcenter_pipeline_tests.support.planning_space import PlanningSpace
from optcenter_pipeline_tests.support.report_inputs import (
    HOSTILE,
    RUN,
    Said,
    all_analyses,
    header,
    infeasible_run,
    plan_run,
)

_A4_WIDTH = 718
"""Pixels of a sheet between its margins."""


def _cycle() -> Said:
    supply = itertools.cycle(HOSTILE)
    known: dict[str, str] = {}
    return lambda text: known.setdefault(text, f"{next(supply)} {text}")


class Reader:
    """Somebody who opens a report from a folder, with no network at all."""

    def __init__(self, browser: Browser, path: Path, **device: Any) -> None:
        self.problems: list[str] = []
        self._context = browser.new_context(offline=True, **device)
        self.page = self._context.new_page()
        self.page.on("console", lambda message: self.problems.append(message.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("dialog", lambda dialog: self.problems.append(dialog.message))
        self.page.on("popup", lambda popup: self.problems.append(popup.url))
        self.page.on("request", lambda request: self._ask(request.url, path))
        self.page.goto(path.as_uri())
        for place in self.page.locator(".plot").all():
            expect(place.locator("svg.main-svg").first).to_be_visible(timeout=PATIENCE_MS)

    def _ask(self, url: str, path: Path) -> None:
        if url != path.as_uri():
            self.problems.append(f"asked for {url}")

    def close(self) -> None:
        self._context.close()


Opener = Callable[..., Page]
"""Takes a report's HTML, and what Playwright should know of the device."""


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    """Opens reports; whatever goes wrong in the browser fails the test."""
    readers: list[Reader] = []

    def open_report(html: str, **device: Any) -> Page:
        path = ReportPlace(tmp_path / str(len(readers))).write(RUN, html)
        readers.append(Reader(browser, path, **device))
        return readers[-1].page

    yield open_report
    for reader in readers:
        reader.close()
    assert [reader.problems for reader in readers] == [[] for _ in readers]


@pytest.fixture(scope="module")
def plan() -> str:
    inputs, run = plan_run()
    return render_report(header(run), inputs, run, analyses=all_analyses(run))


@pytest.fixture(scope="module")
def hostile_plan() -> str:
    said = _cycle()
    inputs, run = plan_run(said)
    told = header(run, scenario=said("scenario"), asked_by=said("somebody"))
    return render_report(told, inputs, run, analyses=all_analyses(run, said))


def drawn(page: Page) -> list[int]:
    """Bars, dots and lines by plot."""
    return [
        place.locator("svg.main-svg").first.locator(".point path, .js-line, .textpoint").count()
        for place in page.locator(".plot").all()
    ]


def test_every_section_is_there_and_every_plot_is_drawn_without_a_network(opened: Opener, plan: str) -> None:
    page = opened(plan)
    expect(page.get_by_role("heading", level=1)).to_have_text("Q2 plan / baseline")
    headings = page.get_by_role("heading", level=2)
    expect(headings).to_have_count(10)
    for heading in headings.all():
        expect(heading).to_be_visible()
    assert len(drawn(page)) == 7
    assert all(marks > 0 for marks in drawn(page))
    frontier = page.locator("#frontier .plot")
    expect(frontier.locator(".legendtext")).to_have_text(
        [re.compile("proven"), re.compile("not proven"), re.compile("this run")]
    )
    page.get_by_role("link", name="Robustness").click()
    expect(page.locator("#robustness")).to_be_in_viewport()


def test_what_people_typed_is_shown_and_nothing_of_it_happens(opened: Opener, plan: str, hostile_plan: str) -> None:
    tame, wild = opened(plan), opened(hostile_plan)
    assert wild.evaluate("window.hacked") is None
    for part in ("script", "img", "a", "b", "iframe", "body *:not(svg *)"):
        assert wild.locator(part).count() == tame.locator(part).count(), part
    # plotly makes links and bold spans of the markup that it finds
    assert wild.locator("svg a, svg tspan[style*=bold]").count() == 0
    assert drawn(wild) == drawn(tame)
    titles = wild.locator("#portfolio tbody td:nth-of-type(2) bdi, #rejected tbody td:nth-of-type(1) bdi")
    shown = "\n".join(titles.all_text_contents())
    for text in HOSTILE:
        assert text in shown
    labels = wild.locator("#tokens .ytick text", has_text='"><img src=x')
    expect(labels.first).to_be_visible()
    # nor does it when the pointer asks for more
    wild.locator("#robustness .plot .point path").first.hover(force=True)
    expect(wild.locator("#robustness .hoverlayer text").first).to_be_visible()
    assert wild.locator(".hoverlayer a").count() == 0
    assert wild.evaluate("window.hacked") is None


def test_a_script_that_found_a_way_in_would_not_run(browser: Browser, plan: str, tmp_path: Path) -> None:
    broken = plan.replace(
        "</main>", "<script>window.hacked = 1</script><img src=x onerror='window.hacked=1'></main>"
    )
    path = ReportPlace(tmp_path).write(RUN, broken)
    page = browser.new_page()
    page.goto(path.as_uri())
    expect(page.locator(".plot svg.main-svg").first).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("window.hacked") is None
    page.close()


def test_a_table_is_sorted_by_its_headers_with_pointer_and_keys(opened: Opener, plan: str) -> None:
    page = opened(plan)
    section = page.locator("#portfolio")
    tokens = section.get_by_role("columnheader", name="Tokens")

    def column() -> list[float]:
        return [float(text) for text in section.locator("tbody td:nth-of-type(3)").all_text_contents()]

    first = column()
    tokens.get_by_role("button").click()
    expect(tokens).to_have_attribute("aria-sort", "ascending")
    assert column() == sorted(first) != first
    tokens.get_by_role("button").press("Enter")
    expect(tokens).to_have_attribute("aria-sort", "descending")
    assert column() == sorted(first, reverse=True)
    keys = section.get_by_role("columnheader", name="Initiative")
    keys.get_by_role("button").focus()
    page.keyboard.press("Space")
    expect(tokens).not_to_have_attribute("aria-sort", re.compile(""))
    names = section.locator("tbody th").all_text_contents()
    assert [name.strip() for name in names] == sorted(name.strip() for name in names)
    # what has no number stands last, up or down
    change = page.locator("#rejected").get_by_role("columnheader", name="With it")
    for _ in range(2):
        change.get_by_role("button").click()
        cells = page.locator("#rejected tbody tr td:nth-of-type(3)").all_text_contents()
        assert cells[-1].strip() == "not possible"


def test_it_prints_whole_unfolded_and_within_the_sheet(opened: Opener, plan: str) -> None:
    page = opened(plan, viewport={"width": 1280, "height": 800}, color_scheme="dark")
    folded = page.locator("details")
    assert folded.count() > 0
    pdf = page.pdf(prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) > 2
    # after the sheet everything is as it was
    assert page.locator("details[open]").count() == 0
    expect(
        page.locator("#portfolio").get_by_role("columnheader", name="Tokens").get_by_role("button")
    ).to_be_visible()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details[open]").count() == folded.count()
    assert page.locator("thead button").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.set_viewport_size({"width": _A4_WIDTH, "height": 1000})
    for svg in page.locator(".plot svg.main-svg").all():
        box = svg.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= _A4_WIDTH
        assert box["height"] > 30


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_in_plots_are_of_the_pages_colour(opened: Opener, plan: str, scheme: str) -> None:
    page = opened(plan, color_scheme=scheme)
    ink = page.evaluate("getComputedStyle(document.body).color")
    for part in (".xtick text", ".ytick text", ".textpoint text", ".legendtext", ".xtitle"):
        fill = page.locator(f".plot {part}").first.evaluate("element => getComputedStyle(element).fill")
        assert fill == ink, part


def test_a_phone_shows_it_without_moving_sideways(opened: Opener, hostile_plan: str) -> None:
    page = opened(hostile_plan, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for svg in page.locator(".plot svg.main-svg").all():
        box = svg.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 360


def test_an_infeasible_runs_report_begins_with_what_stands_in_the_way(opened: Opener) -> None:
    said = _cycle()
    inputs, run = infeasible_run(said)
    page = opened(render_report(header(run), inputs, run))
    expect(page.get_by_role("heading", level=2).first).to_have_text("What stands in the way, and the ways out")
    assert run.conflict is not None
    for repair, item in zip(run.conflict.repairs, page.locator("#conflict ol li").all(), strict=True):
        assert item.text_content() == repair.text
    assert page.evaluate("window.hacked") is None
    assert page.locator(".plot").count() == 0


def test_the_page_leads_to_the_report_and_the_server_shows_it(
    page: Page, sample_space: PlanningSpace, plan: str, tmp_path: Path
) -> None:
    ReportPlace(tmp_path).write(RUN, plan)
    workbook = sample_space.home / "workbook.sqlite"
    with LocalWorkbookServer(workbook, page=page_description("ann"), reports=tmp_path) as server:
        urls = [
            ReportPlace(tmp_path, server.reports_url).url(RUN),
            "javascript:alert(1)",
            "https://",
            "file:///etc",
        ]
        rows = [{"run_id": f"run {number}", "report_url": url} for number, url in enumerate(urls)]
        sample_space.type_rows("Runs", rows, first_row=2)
        planner = Planner(page, server.page_url)
        planner.open("Runs")
        planner.shows(2, "run_id", "run 0")
        link = planner.cell(2, "report_url").get_by_role("link")
        expect(link).to_have_attribute("rel", "noopener noreferrer")
        for row, url in enumerate(urls[1:], start=3):
            planner.shows(row, "report_url", url)
            expect(planner.cell(row, "report_url").get_by_role("link")).to_have_count(0)
        with page.context.expect_page() as opening:
            link.click()
        report = opening.value
        expect(report.get_by_role("heading", level=1)).to_have_text("Q2 plan / baseline", timeout=PATIENCE_MS)
        expect(report.locator("#frontier .plot svg.main-svg").first).to_be_visible(timeout=PATIENCE_MS)
        # a page of its own: it cannot speak for the planner
        assert report.evaluate("window.origin") == "null"
        report.close()
        # and by the keys
        planner.select(2, "run_id")
        planner.go_to(f"{_letter(sample_space, 'report_url')}2")
        with page.context.expect_page() as opening:
            page.keyboard.press("Alt+Enter")
        heading = opening.value.get_by_role("heading", level=1)
        expect(heading).to_have_text("Q2 plan / baseline", timeout=PATIENCE_MS)
        assert planner.problems == []


def _letter(space: PlanningSpace, column: str) -> str:
    place = space.grid("Runs")[0].index(column)
    assert place < 26
    return chr(ord("A") + place)
