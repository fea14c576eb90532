"""Whatever a client sends is answered or refused: never an internal error, and never half done."""

from __future__ import annotations

from typing import Any

import gspread
import requests
from gspread.utils import ValueRenderOption
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline.local_workbook.requests import HANDLERS

NAMES = sorted(
    [
        "range",
        "ranges",
        "rows",
        "values",
        "cell",
        "fields",
        "start",
        "sheetId",
        "startRowIndex",
        "endRowIndex",
        "startColumnIndex",
        "endColumnIndex",
        "rowIndex",
        "columnIndex",
        "properties",
        "gridProperties",
        "rowCount",
        "columnCount",
        "frozenRowCount",
        "title",
        "index",
        "dimension",
        "startIndex",
        "endIndex",
        "length",
        "inheritFromBefore",
        "userEnteredValue",
        "userEnteredFormat",
        "note",
        "dataValidation",
        "rule",
        "condition",
        "type",
        "sortSpecs",
        "dimensionIndex",
        "protectedRange",
        "protectedRangeId",
        "booleanRule",
        "tabColor",
        "hidden",
        "pixelSize",
        "formulaValue",
        "numberValue",
        "stringValue",
        "textFormat",
        "numberFormat",
        "pattern",
        "backgroundColor",
        "red",
    ]
)
TEXTS = st.sampled_from(
    ["*", "note", "userEnteredValue", "title,index", "ROWS", "COLUMNS", "ONE_OF_LIST", "=A1", "a(", ""]
)
SCALARS = st.none() | st.booleans() | st.integers(-1, 30) | st.floats(-2, 9) | TEXTS
BODIES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(sorted(HANDLERS)), body=st.dictionaries(st.sampled_from(NAMES), BODIES, max_size=6))
def test_any_batch_update_is_answered_or_refused(
    kind: str,
    body: dict[str, Any],
    server: LocalWorkbookServer,
    session: requests.Session,
    workbook: gspread.Spreadsheet,
) -> None:
    url = f"{server.root_url}/v4/spreadsheets/{workbook.id}:batchUpdate"
    assert session.post(url, json={"requests": [{kind: body}]}).status_code in (200, 400)
    # what was taken must be readable again
    everything = f"{server.root_url}/v4/spreadsheets/{workbook.id}"
    assert session.get(everything, params={"includeGridData": "true", "ranges": "A1:C9"}).status_code in (200, 400)
    assert session.get(everything).status_code == 200


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=BODIES, text=st.text(max_size=12), option=st.sampled_from(["RAW", "USER_ENTERED"]))
def test_any_write_of_values_is_answered_or_refused(
    values: Any,
    text: str,
    option: str,
    server: LocalWorkbookServer,
    session: requests.Session,
    workbook: gspread.Spreadsheet,
) -> None:
    url = f"{server.root_url}/v4/spreadsheets/{workbook.id}/values:batchUpdate"
    for data in ([{"range": "A1", "values": values}], [{"range": text, "values": [[1]]}], values):
        body = {"valueInputOption": option, "data": data}
        assert session.post(url, json=body).status_code in (200, 400)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_text_comes_back_the_same(text: str, sheet: gspread.Worksheet) -> None:
    sheet.update([[text]], "A1", raw=True)
    assert sheet.get("A1", value_render_option=ValueRenderOption.unformatted) == [[text]]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(formula=st.text("=+-*/^&<>(),:!$%\"'#A1B2 SUMIF.{}", min_size=1, max_size=25))
def test_any_formula_has_a_value(formula: str, sheet: gspread.Worksheet) -> None:
    sheet.update([["=" + formula]], "C3", raw=False)
    assert len(sheet.get("C3", value_render_option=ValueRenderOption.unformatted)) <= 1
    assert sheet.get("C3", value_render_option=ValueRenderOption.formula) == [["=" + formula]]
