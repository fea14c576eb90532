"""Whatever a client sends is answered or refused: never an internal error, and never half done."""

from __future__ import annotations

from functools import cache
from typing import Any

import gspread
import requests
from gspread.utils import ValueRenderOption
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline.local_workbook.message_types import FieldType, message_type
from optcenter_pipeline.local_workbook.requests import HANDLERS
from optcenter_pipeline_tests.support.random_cases import cases

TEXTS = st.sampled_from(
    [
        "*",
        "note",
        "userEnteredValue",
        "title,index",
        "range",
        "=A1",
        "=SUM(",
        "a(",
        "",
        "x",
        "7",
        "Sheet1!A1:B2",
        "$1",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers(-1, 30) | st.floats(-2, 9) | TEXTS
BODIES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["values", "range"]), inner, max_size=5)
    ),
    max_leaves=25,
)
_MOST_LEVELS = 6


def well_formed(kind: FieldType, level: int = 0) -> st.SearchStrategy[Any]:
    """Draw values of a type, as the API's own definitions have it."""
    match kind.kind:
        case "message":
            return message_of(kind.message, level)
        case "list" if kind.of is not None:
            return st.lists(well_formed(kind.of, level + 1), min_size=level % 2, max_size=3)
        case "map" if kind.of is not None:
            return st.dictionaries(
                st.sampled_from(["0", "2", "30", "x"]), well_formed(kind.of, level + 1), max_size=2
            )
        case "enum":
            return st.sampled_from(kind.names)
        case "boolean":
            return st.booleans()
        case "int32":
            return st.integers(-1, 12) | st.sampled_from([0, 1, 2, 999, 1000, 2**31 - 1])
        case "float" | "double":
            return st.floats(-2, 9)
    return TEXTS


@cache
def message_of(name: str, level: int = 0) -> st.SearchStrategy[Any]:
    """Draw messages with some of their fields, the first of those which exclude each other."""
    if level > _MOST_LEVELS:
        return st.just({})
    fields = {field.name: field.type for field in message_type(name).values()}

    def drawn(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries({field: well_formed(fields[field], level + 1) for field in names})

    if not fields:
        return st.just({})
    common = [
        field for field in ("range", "sheetId", "fields", "rule", "properties", "rows", "values") if field in fields
    ]
    some = st.lists(st.sampled_from(sorted(fields)), unique=True, max_size=5)
    return some.map(lambda names: sorted({*names, *common[: 4 - level]})).flatmap(drawn)


@settings(
    max_examples=cases(200),
    deadline=None,
    suppress_health_check=[*HealthCheck],
)
@given(
    requests_made=st.lists(
        st.sampled_from(sorted(HANDLERS)).flatmap(
            lambda kind: message_of(message_type("Request")[kind].type.message).map(lambda body: {kind: body})
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_batch_update_is_answered_or_refused(
    requests_made: list[dict[str, Any]],
    server: LocalWorkbookServer,
    session: requests.Session,
    workbook: gspread.Spreadsheet,
) -> None:
    url = f"{server.root_url}/v4/spreadsheets/{workbook.id}"
    for request in requests_made:
        answer = session.post(f"{url}:batchUpdate", json={"requests": [request]})
        assert answer.status_code in (200, 400, 501), (request, answer.text)
    # what was taken must be readable again, and fit Google's own definitions
    params = {"includeGridData": "true", "ranges": "A1:C9"}
    everything = session.get(url, params=params)
    assert everything.status_code in (200, 400), (requests_made, everything.text)
    assert session.get(url).status_code == 200


@settings(max_examples=cases(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


@settings(max_examples=cases(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_text_comes_back_the_same(text: str, sheet: gspread.Worksheet) -> None:
    sheet.update([[text]], "A1", raw=True)
    assert sheet.get("A1", value_render_option=ValueRenderOption.unformatted) == [[text]]


@settings(max_examples=cases(100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(formula=st.text("=+-*/^&<>(),:!$%\"'#A1B2 SUMIF.{}", min_size=1, max_size=25))
def test_any_formula_has_a_value(formula: str, sheet: gspread.Worksheet) -> None:
    sheet.update([["=" + formula]], "C3", raw=False)
    assert len(sheet.get("C3", value_render_option=ValueRenderOption.unformatted)) <= 1
    assert sheet.get("C3", value_render_option=ValueRenderOption.formula) == [["=" + formula]]
