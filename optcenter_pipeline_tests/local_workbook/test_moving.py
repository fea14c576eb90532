"""Lines and cells that move, and what points at them: held to plain lists of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gspread
import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline_tests.support.random_cases import cases

from .conftest import Api, message

Batch = Callable[..., list[dict[str, Any]]]


def span(start: int, end: int, dimension: str = "ROWS") -> dict[str, Any]:
    return {"sheetId": 0, "dimension": dimension, "startIndex": start, "endIndex": end}


def area(top: int, bottom: int, left: int, right: int) -> dict[str, int]:
    return {"startRowIndex": top, "endRowIndex": bottom, "startColumnIndex": left, "endColumnIndex": right}


def move(start: int, end: int, destination: int, dimension: str = "ROWS") -> dict[str, Any]:
    return {"moveDimension": {"source": span(start, end, dimension), "destinationIndex": destination}}


def write(api: Api, *rows: Sequence[Any]) -> None:
    assert "error" not in api("PUT", "/values/A1", {"values": list(rows)}, valueInputOption="USER_ENTERED")


def values(api: Api, text: str = "A1:E9", option: str = "FORMULA") -> list[list[Any]]:
    rows: list[list[Any]] = api("GET", f"/values/{text}", valueRenderOption=option).get("values", [])
    return rows


@pytest.mark.parametrize(
    ("start", "end", "destination", "order"),
    [(0, 1, 3, "bcade"), (1, 3, 5, "adebc"), (3, 5, 0, "deabc"), (2, 3, 2, "abcde"), (2, 3, 3, "abcde")],
)
def test_lines_are_moved_to_before_another(
    api: Api, batch: Batch, start: int, end: int, destination: int, order: str
) -> None:
    write(api, *[[letter] for letter in "abcde"])
    batch(move(start, end, destination))
    assert values(api) == [[letter] for letter in order]
    write(api, list("abcde"))
    batch(move(start, end, destination, "COLUMNS"))
    assert values(api, "A1:E1") == [list(order)]


def test_what_points_at_moved_lines_follows(api: Api, batch: Batch) -> None:
    write(api, [1, "=A1*10", "=A3", "=SUM(A1:A3)"], [2, "=A2*10"], [3, "=A3*10"])
    batch(
        {"addProtectedRange": {"protectedRange": {"range": area(0, 1, 0, 2)}}},
        {"addNamedRange": {"namedRange": {"name": "both", "range": area(1, 3, 0, 1)}}},
        move(0, 1, 3),
    )
    assert values(api, "A1:D3") == [[2, "=A1*10"], [3, "=A2*10"], [1, "=A3*10", "=A2", "=SUM(A1:A2)"]]
    resource = api("GET", "")
    assert resource["sheets"][0]["protectedRanges"][0]["range"] == area(2, 3, 0, 2)
    assert resource["namedRanges"][0]["range"] == area(0, 2, 0, 1)


@pytest.mark.parametrize(
    ("request_body", "reason"),
    [
        (move(1, 3, 2), "destinationIndex[2] must not be inside of the source."),
        (move(3, 3, 0), "source.endIndex[3] must be after source.startIndex[3]"),
        (move(0, 1, 1001), "Cannot move what is outside of the grid: it has 1000 rows."),
        (move(999, 1001, 0), "Cannot move what is outside of the grid: it has 1000 rows."),
        ({"moveDimension": {"destinationIndex": 1}}, "source.dimension must be specified."),
    ],
)
def test_a_move_that_leads_nowhere_is_refused(api: Api, request_body: dict[str, Any], reason: str) -> None:
    refused = api("POST", ":batchUpdate", {"requests": [request_body]})
    assert message(refused) == f"Invalid requests[0].moveDimension: {reason}"


def push(kind: str, dimension: str, *bounds: int) -> dict[str, Any]:
    return {kind: {"range": area(*bounds), "shiftDimension": dimension}}


def test_cells_are_pushed_down_and_pulled_up(api: Api, batch: Batch) -> None:
    write(api, ["a", 1, "=B3"], ["b", 2], ["c", 3])
    batch(push("insertRange", "ROWS", 1, 2, 1, 2))
    assert values(api) == [["a", 1, "=B4"], ["b"], ["c", 2], ["", 3]]
    batch(push("deleteRange", "ROWS", 0, 2, 1, 2))
    assert values(api) == [["a", 2, "=B2"], ["b", 3], ["c"]]
    batch(push("deleteRange", "ROWS", 1, 2, 1, 2))
    assert values(api) == [["a", 2, "=#REF!"], ["b"], ["c"]]


def test_cells_are_pushed_right_and_pulled_left(api: Api, batch: Batch) -> None:
    write(api, ["a", 1, "x"], ["b", 2, "=A1"])
    batch(push("insertRange", "COLUMNS", 0, 1, 0, 2))
    assert values(api) == [["", "", "a", 1, "x"], ["b", 2, "=C1"]]
    batch(push("deleteRange", "COLUMNS", 0, 1, 1, 3))
    assert values(api) == [["", 1, "x"], ["b", 2, "=#REF!"]]


def test_what_is_pushed_keeps_its_format_and_note(api: Api, batch: Batch, sheet: gspread.Worksheet) -> None:
    write(api, ["a"], ["b"])
    sheet.insert_note("A2", "of b")
    batch(push("insertRange", "ROWS", 0, 3, 0, 1))
    assert sheet.get_note("A5") == "of b"
    assert sheet.get_note("A2") == ""


def test_the_grid_grows_for_what_would_fall_off_its_edge(api: Api, batch: Batch) -> None:
    api("PUT", "/values/Z1000", {"values": [["last"]]}, valueInputOption="RAW")
    batch(push("insertRange", "ROWS", 0, 2, 25, 26), push("insertRange", "COLUMNS", 1001, 1002, 0, 1))
    assert values(api, "Sheet1!AA1002") == [["last"]]
    size = api("GET", "")["sheets"][0]["properties"]["gridProperties"]
    assert size == {"rowCount": 1002, "columnCount": 27}


def test_a_merge_is_not_parted(api: Api, batch: Batch) -> None:
    batch({"mergeCells": {"range": area(4, 6, 0, 2)}})
    refused = api("POST", ":batchUpdate", {"requests": [push("insertRange", "ROWS", 0, 1, 0, 1)]})
    assert message(refused).endswith("You can't insert or delete cells in a part of a merged range.")
    batch(push("insertRange", "ROWS", 0, 1, 0, 2))
    assert api("GET", "")["sheets"][0]["merges"] == [area(5, 7, 0, 2)]
    for parting in (move(4, 6, 0), move(6, 8, 0), move(0, 1, 6), move(1, 3, 0, "COLUMNS")):
        refused = api("POST", ":batchUpdate", {"requests": [parting]})
        assert message(refused).endswith("You can't move a part of a merged range, or cells into one.")
    batch(move(5, 7, 0), move(4, 5, 2))
    assert api("GET", "")["sheets"][0]["merges"] == [area(0, 2, 0, 2)]


INDEX = st.integers(0, 9)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), INDEX, st.integers(1, 3)),
        st.tuples(st.just("delete"), INDEX, st.integers(1, 3)),
        st.tuples(st.just("move"), INDEX, st.integers(1, 3), st.integers(0, 12)),
        st.tuples(st.just("sort"), st.booleans()),
    ),
    min_size=1,
    max_size=6,
)


def applied(model: list[str], step: tuple[Any, ...]) -> dict[str, Any] | None:
    """Apply a step to a plain list of rows, and give the request for it; None for one that cannot be."""
    kind = step[0]
    if kind == "insert":
        model[step[1] : step[1]] = [""] * step[2]
        return {"insertDimension": {"range": span(step[1], step[1] + step[2])}}
    if kind == "delete":
        del model[step[1] : step[1] + step[2]]
        model += [""] * step[2]
        return {"deleteDimension": {"range": span(step[1], step[1] + step[2])}}
    if kind == "move":
        start, end, destination = step[1], step[1] + step[2], step[3]
        if start < destination < end:
            return None
        block = model[start:end]
        rest = model[:start] + model[end:]
        place = destination if destination <= start else destination - len(block)
        model[:] = rest[:place] + block + rest[place:]
        return move(start, end, destination)
    filled = sorted((row for row in model[:12] if row), reverse=step[1])
    model[:12] = filled + [""] * (12 - len(filled))
    order = "DESCENDING" if step[1] else "ASCENDING"
    sorting = {"range": area(0, 12, 0, 3), "sortSpecs": [{"dimensionIndex": 0, "sortOrder": order}]}
    return {"sortRange": sorting}


def anchored(key: str, index: int) -> list[dict[str, Any]]:
    """Give requests that hang metadata and a protection on a row."""
    entry = {"metadataKey": key, "visibility": "DOCUMENT", "location": {"dimensionRange": span(index, index + 1)}}
    protected = {"range": area(index, index + 1, 0, 2), "description": key}
    return [
        {"createDeveloperMetadata": {"developerMetadata": entry}},
        {"addProtectedRange": {"protectedRange": protected}},
    ]


@settings(max_examples=cases(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_rows_go_where_a_plain_list_says(
    steps: list[tuple[Any, ...]],
    server: LocalWorkbookServer,
    session: requests.Session,
    client: gspread.Client,
) -> None:
    address = f"{server.root_url}/v4/spreadsheets/{client.create('rows').id}"
    model = [f"row {index}" for index in range(8)] + [""] * 8
    # beside each key a formula of its own row, one about the key's row from afar, and a note
    rows = [[key, f'=A{index + 1}&"!"'] for index, key in enumerate(model[:8])]
    session.put(f"{address}/values/A1", params={"valueInputOption": "USER_ENTERED"}, json={"values": rows})
    notes = [{"values": [{"note": key}]} for key in model[:8]]
    first = {"updateCells": {"start": {"sheetId": 0}, "rows": notes, "fields": "note"}}
    # metadata and protections keep to their rows, but for sorting, which leaves them where they are
    anchors = list(model)
    hung = [hang for index, key in enumerate(model[:8]) for hang in anchored(key, index)]
    made = []
    for step in steps:
        request = applied(model, step)
        if request is not None:
            made.append(request)
            if step[0] != "sort":
                applied(anchors, step)
    assert session.post(f"{address}:batchUpdate", json={"requests": [first, *hung, *made]}).status_code == 200
    places = {key: index for index, key in enumerate(anchors) if key}
    lookup = {"developerMetadataLookup": {"locationType": "ROW"}}
    searched = session.post(f"{address}/developerMetadata:search", json={"dataFilters": [lookup]}).json()
    matched = [entry["developerMetadata"] for entry in searched.get("matchedDeveloperMetadata", [])]
    spans = {entry["metadataKey"]: entry["location"]["dimensionRange"]["startIndex"] for entry in matched}
    assert spans == places
    (described,) = session.get(address).json()["sheets"]
    ranges = {item["description"]: item["range"] for item in described.get("protectedRanges", [])}
    assert ranges == {key: area(index, index + 1, 0, 2) for key, index in places.items()}
    mask = "sheets.data.rowData.values(formattedValue,note)"
    answer = session.get(address, params={"fields": mask, "ranges": "A1:B60"}).json()
    found = answer["sheets"][0]["data"][0].get("rowData", [])
    cells = [[*row.get("values", []), {}, {}][:2] for row in found]
    keys = [cell[0].get("formattedValue", "") for cell in cells]
    kept = "\n".join(model).rstrip("\n").split("\n") if any(model) else []
    assert keys == kept
    assert [cell[0].get("note", "") for cell in cells] == kept
    assert [cell[1].get("formattedValue", "") for cell in cells] == [key and key + "!" for key in kept]
