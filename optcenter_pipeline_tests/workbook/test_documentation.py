"""The page for product managers says what the tabs are now."""

from pathlib import Path

import pytest

from optcenter_pipeline.workbook.documentation import updated
from optcenter_pipeline.workbook.tabs import ALL_TABS

PAGE = Path(__file__).parents[2] / "docs" / "workbook.md"


def test_the_page_is_in_step_with_the_tabs() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert updated(page) == page
    for tab in ALL_TABS:
        assert f"### {tab.name}\n" in page


def test_a_page_without_the_part_is_refused() -> None:
    with pytest.raises(ValueError, match="has no part"):
        updated("# The workbook")
