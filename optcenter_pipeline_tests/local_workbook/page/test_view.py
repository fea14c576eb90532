"""What the page is told of the cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gspread
import pytest
import requests
from gspread.utils import ValueInputOption, ValueRenderOption

from optcenter_pipeline.local_workbook import LocalWorkbookServer

from .conftest import Call, edit


def test_cells_are_told_as_they_show_and_as_they_are_typed(
    sheet: gspread.Worksheet, view: Callable[[], dict[str, Any]]
) -> None:
    typed = ["plain", "'007", "1,200.5", "12.5%", "2027-03-01", "TRUE", "=1+1", "=1/0"]
    sheet.update([typed], "A1", value_input_option=ValueInputOption.user_entered)
    sheet.insert_note("J1", "a note alone")
    (index, cells), *rest = view()["cells"]["Sheet1"]["rows"]
    assert (index, rest) == (0, [])
    assert cells == [
        "plain",
        {"v": "007", "e": "'007"},
        {"v": "1,200.50", "e": "1200.5", "k": "n"},
        {"v": "12.50%", "e": "12.5%", "k": "n"},
        {"v": "2027-03-01", "e": "2027-03-01", "k": "n"},
        True,
        {"v": "2", "e": "=1+1", "k": "n", "f": True},
        {"v": "#DIV/0!", "e": "=1/0", "k": "e", "f": True},
        None,
        {"v": "", "e": "", "n": "a note alone"},
    ]


@pytest.mark.parametrize(
    "text",
    ["12k", "007", "=1+1", "-x", "+x", "'", "TRUE", "1/2", "Mar 2027", "3 Mar 2027", " 5", "€5", "(5)", "x"],
)
def test_what_an_editor_starts_from_gives_the_same_cell_again(
    sheet: gspread.Worksheet, view: Callable[[], dict[str, Any]], call: Call, text: str
) -> None:
    sheet.update([[text]], "A1", raw=True)
    ((_, [cell]),) = view()["cells"]["Sheet1"]["rows"]
    entered = cell if isinstance(cell, str) else cell["e"]
    assert call("/page/edit", edit(sheet, 0, [cell], [(0, entered)]))[0] == 200
    assert sheet.get(value_render_option=ValueRenderOption.unformatted) == [[text]]


def test_a_version_that_is_known_is_not_told_again(
    sheet: gspread.Worksheet, view: Callable[[], dict[str, Any]], call: Call
) -> None:
    version = view()["version"]
    address = f"/page/view?spreadsheet={sheet.spreadsheet_id}&tab=Sheet1&known={version}"
    assert call(address) == (200, {"version": version})
    sheet.update([["x"]], "A1")
    assert call(address)[1]["cells"]["Sheet1"]["rows"] == [[0, ["x"]]]


def test_an_unknown_spreadsheet_is_said_so(call: Call) -> None:
    status, answer = call("/page/view?spreadsheet=none")
    assert (status, answer["error"]["status"]) == (404, "NOT_FOUND")


def test_what_the_page_should_know_is_handed_on(server: LocalWorkbookServer) -> None:
    with LocalWorkbookServer(server.path, page={"tabs": {"Sheet1": {"note": "ours"}}}) as described:
        session = requests.Session()
        session.get(described.page_url, timeout=10)
        answer = session.get(described.root_url + "/page/description", timeout=10).json()
    assert answer == {"spreadsheet": server.spreadsheet_id, "tabs": {"Sheet1": {"note": "ours"}}}


def test_a_tab_that_shows_what_it_showed_is_not_told_again(
    workbook: gspread.Spreadsheet, sheet: gspread.Worksheet, call: Call
) -> None:
    other = workbook.add_worksheet("Other", 5, 5)
    sheet.update([["x"]], "A1", raw=True)

    def tags_and_cells(tag: str = "") -> tuple[str, Any]:
        answer = call(f"/page/view?spreadsheet={workbook.id}&tab=Sheet1&tag={tag}")[1]
        return answer["tags"]["Sheet1"], answer["cells"].get("Sheet1")

    tag, cells = tags_and_cells()
    assert cells["rows"] == [[0, ["x"]]]
    other.update([[1]], "A1", raw=True)
    assert tags_and_cells(tag) == (tag, None)
    # from now on it shows what stands on the other tab
    sheet.update([["=Other!A1"]], "A1", value_input_option=ValueInputOption.user_entered)
    tag, cells = tags_and_cells(tag)
    assert cells["rows"][0][1][0]["v"] == "1"
    other.update([[2]], "A1", raw=True)
    tag, cells = tags_and_cells(tag)
    assert cells["rows"][0][1][0]["v"] == "2"
    sheet.insert_note("B1", "a note")
    assert tags_and_cells(tag)[1] is not None
