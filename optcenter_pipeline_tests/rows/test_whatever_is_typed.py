"""Whatever people type, validation answers: no exception, and everything goes to JSON and back."""

import datetime as dt
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optcenter_pipeline.rows import compile_scenario_default, compile_sets, validate
from optcenter_pipeline.rows.validated import CompiledSet, ValidatedWorkbook
from optcenter_pipeline.workbook.columns import Owner
from optcenter_pipeline.workbook.tabs import INPUT_TABS
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.raw_tabs import raw_tabs

WORDS = (
    *("INIT-1", "init-2", "INIT-3", "INIT-1|INIT-2", "INIT-2;INIT-3", "GMV", "nps", "Plan", "base", "b", "g"),
    *("cap", "floor", "mandatory", "exclude", "exclude_pair", "bundle", "prereq", "synergy", "target"),
    *("all", "country", "country|product", "initiative", "synergy_group", "UK", "UK|Pay", "goal", "north_star"),
    *("weighted_kpis", "lexicographic", "2026-Q2", "Q2 2026", "#REF!", "NaN", "-1", "{", "|", "  ", "'", "\n"),
)
texts = st.sampled_from(WORDS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
numbers = st.integers(-3, 30) | st.floats(allow_nan=False, allow_infinity=False)
json_cells = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
cells = st.one_of(
    texts,
    numbers,
    st.booleans(),
    st.dates(dt.date(1900, 1, 1)),
    st.lists(texts, max_size=4),
    st.lists(json_cells, max_size=3),
    st.dictionaries(texts, json_cells, max_size=3),
)


def rows_of(columns: tuple[str, ...]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(columns, cells)), max_size=5)


books = st.fixed_dictionaries({tab.name: rows_of(tab.owned_by(Owner.PM)) for tab in INPUT_TABS})
KPI_ROWS = [{"kpi_key": "gmv", "kpi_level": "north_star"}, {"kpi_key": "nps", "kpi_level": "strategic"}]
SOUND: dict[str, list[dict[str, Any]]] = {
    "Initiatives": [{"initiative_key": f"INIT-{i}", "country": "UK", "product": "Pay"} for i in (1, 2, 3)],
    "Metrics_Config": KPI_ROWS,
    "Scenario_Config": [{"scenario_name": "Plan", "period_key": "2026", "capacity_total_tokens": 5}],
    "Candidates": [{"initiative_key": f"INIT-{i}", "engineering_tokens": i} for i in (1, 2, 3)],
    "Constraints": [],
    "Targets": [],
    "KPI_Contributions": [],
}


@settings(max_examples=cases(100), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(books)
def test_validation_answers(book: dict[str, list[dict[str, Any]]]) -> None:
    named = {"scenario_name": "Plan", "constraint_set_name": "base"}
    for tab, rows in SOUND.items():
        own = [{**named, **row} if tab in ("Constraints", "Targets") else row for row in book[tab]]
        book[tab] = [*rows, *own]

    validated = validate(raw_tabs(book))
    compiled = (*compile_sets(validated), compile_scenario_default(validated))

    assert ValidatedWorkbook.model_validate_json(validated.model_dump_json()) == validated
    assert all(CompiledSet.model_validate_json(each.model_dump_json()) == each for each in compiled)
    assert len(validated.judged) == sum(len(rows) for rows in book.values())
    failed = {(row.tab, row.row_num) for row in validated.judged if row.status.startswith("FAILED")}
    in_error = {(message.tab, message.row_num) for message in validated.messages if message.errors}
    assert failed == in_error
    assert all(each.is_valid == (each.compiled is not None) for each in compiled)
