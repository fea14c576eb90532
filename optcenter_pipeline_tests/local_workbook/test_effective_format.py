"""How cells look in the end, and what a spreadsheet says of its own looks."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Api
from .test_moving import write

WHITE = {"red": 1, "green": 1, "blue": 1}
LINK = {"red": 0.06666667, "green": 0.33333334, "blue": 0.8}


def text_format(font: str) -> dict[str, Any]:
    plain = dict.fromkeys(("bold", "italic", "strikethrough", "underline"), False)
    colors: dict[str, Any] = {"foregroundColor": {}, "foregroundColorStyle": {"rgbColor": {}}}
    return {**colors, "fontFamily": font, "fontSize": 10, **plain}


def default_format(font: str) -> dict[str, Any]:
    return {
        "backgroundColor": WHITE,
        "backgroundColorStyle": {"rgbColor": WHITE},
        "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
        "verticalAlignment": "BOTTOM",
        "wrapStrategy": "OVERFLOW_CELL",
        "textFormat": text_format(font),
    }


def cell(api: Api, text: str = "A1") -> dict[str, Any]:
    (data,) = api("GET", "", ranges=text, includeGridData="true")["sheets"][0]["data"]
    found: dict[str, Any] = data["rowData"][0]["values"][0] if "rowData" in data else {}
    return found


def test_a_spreadsheet_tells_its_default_format_and_theme(api: Api) -> None:
    properties = api("GET", "")["properties"]
    assert properties["defaultFormat"] == default_format("arial,sans,sans-serif")
    assert properties["spreadsheetTheme"]["primaryFontFamily"] == "Arial"
    colors = {
        entry["colorType"]: entry["color"]["rgbColor"] for entry in properties["spreadsheetTheme"]["themeColors"]
    }
    assert set(colors) == {"TEXT", "BACKGROUND", "LINK", *(f"ACCENT{number}" for number in range(1, 7))}
    assert (colors["TEXT"], colors["BACKGROUND"], colors["LINK"]) == ({}, WHITE, LINK)
    assert (properties["locale"], properties["autoRecalc"]) == ("en_US", "ON_CHANGE")


@pytest.mark.parametrize(
    ("typed", "alignment"), [("text", "LEFT"), (12, "RIGHT"), (True, "CENTER"), ("=1/0", "CENTER"), ("'7", "LEFT")]
)
def test_a_cell_looks_as_its_value_asks_for(api: Api, typed: Any, alignment: str) -> None:
    write(api, [typed])
    found = cell(api)
    plain = {"horizontalAlignment": alignment, "hyperlinkDisplayType": "PLAIN_TEXT"}
    assert found["effectiveFormat"] == {**default_format("Arial"), **plain}
    assert "userEnteredFormat" not in found


def test_what_was_set_for_a_cell_goes_before_the_defaults(api: Api) -> None:
    write(api, ["x"])
    entered = {"horizontalAlignment": "CENTER", "textFormat": {"bold": True}}
    cells = {"cell": {"userEnteredFormat": entered}, "fields": "userEnteredFormat"}
    area = {"startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 1}
    api("POST", ":batchUpdate", {"requests": [{"repeatCell": {"range": area, **cells}}]})
    found = cell(api)
    assert found["userEnteredFormat"] == entered
    assert found["effectiveFormat"]["horizontalAlignment"] == "CENTER"
    assert found["effectiveFormat"]["textFormat"] == {**text_format("Arial"), "bold": True}
    # a cell without a value is formatted all the same
    assert set(cell(api, "A2")) == {"userEnteredFormat", "effectiveFormat"}
    assert cell(api, "A3") == {}


def test_an_empty_text_has_no_effective_value(api: Api) -> None:
    write(api, ['=""'])
    found = cell(api)
    assert found["userEnteredValue"] == {"formulaValue": '=""'}
    assert found.keys().isdisjoint({"effectiveValue", "formattedValue"})


@pytest.mark.parametrize("typed", ["https://example.com/plan?a=1", "mailto:pm@example.com"])
def test_an_address_is_a_link(api: Api, typed: str) -> None:
    write(api, [typed])
    found = cell(api)
    assert found["hyperlink"] == typed
    assert found["effectiveFormat"]["hyperlinkDisplayType"] == "LINKED"
    assert found["effectiveFormat"]["textFormat"] == {
        **text_format("Arial"),
        "underline": True,
        "foregroundColor": LINK,
        "foregroundColorStyle": {"rgbColor": LINK},
        "link": {"uri": typed},
    }


@pytest.mark.parametrize("typed", ["see https://example.com", "https://", "example", 7, "=1+1"])
def test_other_values_are_no_links(api: Api, typed: Any) -> None:
    write(api, [typed])
    assert "hyperlink" not in cell(api)


def test_a_formula_links_where_it_says(api: Api) -> None:
    write(api, ['=HYPERLINK("https://example.com/a", "here")'])
    found = cell(api)
    assert found["hyperlink"] == "https://example.com/a"
    assert found["formattedValue"] == "here"
