"""A real browser in front of a served planning space."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline.workbook.page_description import page_description
from optcenter_pipeline_tests.browser.chromium import FLAGS, HOW_TO_GET_ONE, chromium
from optcenter_pipeline_tests.browser.planner import Planner
from optcenter_pipeline_tests.support.planning_space import PlanningSpace

_NEEDS_NONE = "test_chromium.py"
# where there is no browser, one test says so, in one line
collect_ignore = (
    [path.name for path in Path(__file__).parent.glob("test_*.py") if path.name != _NEEDS_NONE]
    if chromium() is None
    else []
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the whole session: while it is there, an event loop counts as running in this thread."""
    path = chromium()
    if path is None:
        pytest.skip(HOW_TO_GET_ONE)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window of a browser that has never been here."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context.new_page()
    context.close()


@pytest.fixture
def served(sample_space: PlanningSpace) -> Iterator[LocalWorkbookServer]:
    """The sample's workbook with its page, as `optcenter workbook serve` serves it."""
    path = sample_space.home / "workbook.sqlite"
    with LocalWorkbookServer(path, page=page_description("ann@example.com")) as server:
        yield server


@pytest.fixture
def planner(page: Page, served: LocalWorkbookServer) -> Iterator[Planner]:
    """Somebody who opened the printed address; whatever goes wrong in their browser fails the test."""
    person = Planner(page, served.page_url)
    yield person
    assert person.problems == []
