"""A plan that no solver proves within a test's time: value follows tokens, and caps cross each other seven ways.

Portfolios come at once; to close the last percent of the gap takes a search tree without end.
"""

from random import Random
from typing import Any

from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.workbook.template import init_workbook
from optcenter_pipeline.workbook.workbook import RangeWrite, Workbook, cell_range, whole_sheet
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

SCENARIO, CONSTRAINT_SET = "hard", "caps"
CAPPED = ("country", "region", "segment", "product", "category", "program", "department")
_KEYS = 5

Rows = list[dict[str, Any]]


def hard_snapshot(size: int = 300, seed: int = 1) -> Snapshot:
    """The plan with a gap of 0 asked for."""
    tokens, values, slices = _candidates(size, seed)
    rows = [candidate(key, tokens[key], {"gmv": values[key]}, attributes=slices[key]) for key in sorted(tokens)]
    return snapshot(rows, capacity=_capacity(tokens), capacity_caps=_caps(tokens, slices))


def type_hard_plan(book: Workbook, size: int = 300, seed: int = 1) -> None:
    """The same plan in a new workbook, as scenario `hard` with the set `caps`."""
    tokens, values, slices = _candidates(size, seed)
    names = {"scenario_name": SCENARIO, "constraint_set_name": CONSTRAINT_SET}
    tabs: dict[str, Rows] = {
        "Initiatives": [{"initiative_key": key, "title": key, **slices[key]} for key in tokens],
        "Metrics_Config": [{"kpi_key": "gmv", "kpi_level": "north_star"}],
        "KPI_Contributions": [
            {"initiative_key": key, "kpi_key": "gmv", "contribution": values[key]} for key in tokens
        ],
        "Scenario_Config": [
            {"scenario_name": SCENARIO, "period_key": "2027", "capacity_total_tokens": _capacity(tokens)}
        ],
        "Candidates": [{"initiative_key": key, "engineering_tokens": tokens[key]} for key in tokens],
        "Constraints": [{**names, "constraint_type": "cap", **cap} for cap in _caps(tokens, slices)],
    }
    init_workbook(book)
    writes = []
    for tab, rows in tabs.items():
        header = book.batch_get([f"{whole_sheet(tab)}!1:1"])[0].rows[0]
        cells = [[row.get(str(name)) for name in header] for row in rows]
        writes.append(RangeWrite(cell_range(tab, 1, 0, len(rows), len(header) - 1), cells))
    book.batch_update(writes)


def _candidates(size: int, seed: int) -> tuple[dict[str, int], dict[str, int], dict[str, dict[str, str]]]:
    """Tokens, values, and the slices that each is in, by key."""
    random = Random(seed)
    keys = [f"INIT-{number:04d}" for number in range(size)]
    tokens = {key: random.randint(100, 999) for key in keys}
    values = {key: tokens[key] + random.randint(0, 100) for key in keys}
    slices = {key: {name: f"{name} {random.randrange(_KEYS)}" for name in CAPPED} for key in keys}
    return tokens, values, slices


def _capacity(tokens: dict[str, int]) -> int:
    return sum(tokens.values()) // 2


def _caps(tokens: dict[str, int], slices: dict[str, dict[str, str]]) -> Rows:
    """Two fifths of what each slice could take."""
    sums: dict[tuple[str, str], int] = {}
    for key, own in slices.items():
        for name, slice_key in own.items():
            sums[name, slice_key] = sums.get((name, slice_key), 0) + tokens[key]
    return [
        {"dimension": name, "dimension_key": key, "max_tokens": total * 2 // 5}
        for (name, key), total in sorted(sums.items())
    ]
