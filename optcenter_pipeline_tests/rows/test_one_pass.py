"""All errors of all rows come in one pass: a wrong cell hides nothing that another rule finds in the row's key."""

from typing import Any

import pytest

from optcenter_pipeline.rows.key_models import row_by_key
from optcenter_pipeline.rows.keys import KEY_COLUMNS
from optcenter_pipeline.rules.constraint_row import ROW_BY_TYPE
from optcenter_pipeline.rules.row import SetRow
from optcenter_pipeline.rules.target import TargetRow
from optcenter_pipeline_tests.support.portfolio_rows import (
    constraint,
    findings_of,
    judged,
    lines,
    sound_rows,
    target,
)

NUMBER = "give tokens as a number, 0 or more"
GONE = "already, which stands; change this row or delete it"
DROP = "drop one of the two"
PAIR = {"dimension_key": "INIT-1|INIT-2"}

SOUND: list[dict[str, Any]] = [
    constraint("capacity_cap", dimension="country", dimension_key="UK", max_tokens=5),
    constraint("capacity_floor", dimension="all", min_tokens=5),
    constraint("mandatory", dimension_key="INIT-1"),
    constraint("exclude_initiative", dimension_key="INIT-1", member_keys=["INIT-2"]),
    constraint("exclude_pair", **PAIR),
    constraint("require_prereq", **PAIR),
    constraint("bundle_all_or_nothing", dimension_key="b", member_keys=["INIT-1", "INIT-2"]),
    constraint("synergy_bonus", **PAIR, target_kpi_key="gmv", target_value=1),
    target(dimension="country", dimension_key="UK", baseline_value=1),
]


def model_of(cells: dict[str, Any]) -> type[SetRow]:
    return ROW_BY_TYPE[cells["constraint_type"]] if "constraint_type" in cells else TargetRow


def test_every_type_of_row_is_here() -> None:
    assert {model_of(cells) for cells in SOUND} == {*ROW_BY_TYPE.values(), TargetRow}


@pytest.mark.parametrize("cells", SOUND)
def test_a_wrong_or_lacking_cell_outside_the_key_does_not_change_what_a_row_says(cells: dict[str, Any]) -> None:
    model = model_of(cells)
    sound = model.model_validate({**cells, "row_num": 2})
    outside = {"min_tokens", "max_tokens", "target_value", "baseline_value", "notes"} & set(model.model_fields)
    for column in outside:
        for changed in ({**cells, column: "#REF!x"}, {name: cells[name] for name in cells if name != column}):
            row = row_by_key(model, {**changed, "row_num": 2})
            assert row is not None
            assert set(sound.sayings({})) <= set(row.sayings({}))
            assert row.set_key == sound.set_key


@pytest.mark.parametrize("cells", SOUND)
def test_a_wrong_cell_of_the_key_leaves_nothing_to_compare(cells: dict[str, Any]) -> None:
    model = model_of(cells)
    for column in set(cells) & set(KEY_COLUMNS[model.tab]):
        assert row_by_key(model, {**cells, column: "#REF!", "row_num": 2}) is None, column


@pytest.mark.parametrize(
    ("typed", "problem"),
    [("12k", f"'12k' is not a number; {NUMBER}"), (-3, f"-3 is below 0; {NUMBER}"), (None, f"is blank; {NUMBER}")],
)
def test_a_cap_with_a_wrong_number_is_still_the_cap(typed: Any, problem: str) -> None:
    rows = [constraint("cap", dimension="country", dimension_key="UK", max_tokens=n) for n in (typed, 5)]

    assert findings_of("Constraints", *rows) == [
        f"Constraints!2 max_tokens: {problem}",
        f"Constraints!3 dimension_key: a cap on country UK is in Constraints!2 {GONE}",
    ]


def test_a_row_that_is_wrong_and_stands_twice_hears_of_both() -> None:
    rows = [target(dimension_key="UK"), target(dimension="market", dimension_key="uk", target_value="x")]

    assert findings_of("Targets", *rows) == [
        "Targets!3 target_value: 'x' is not a number; give a number in the KPI's unit",
        f"Targets!3 kpi_key: a floor for gmv of country uk is in Targets!2 {GONE}",
    ]


def test_mandatory_with_a_stray_number_and_excluded() -> None:
    rows = [
        constraint("mandatory", dimension_key="INIT-1", min_tokens=4),
        constraint("exclude", dimension_key="INIT-1"),
    ]

    assert findings_of("Constraints", *rows) == [
        "Constraints!2 min_tokens: 4 means nothing for mandatory; clear the cell",
        f"Constraints!2 dimension_key: INIT-1 is mandatory here and excluded in Constraints!3; {DROP}",
        f"Constraints!3 dimension_key: INIT-1 is excluded here and mandatory in Constraints!2; {DROP}",
    ]


def test_a_mandatory_candidate_with_a_wrong_cost_and_excluded() -> None:
    book = sound_rows()
    book["Candidates"][0] |= {"is_mandatory": True, "engineering_tokens": "2d"}
    book["Constraints"] = [constraint("exclude", dimension_key="INIT-1")]

    assert lines(judged(book)) == [
        f"Constraints!2 dimension_key: INIT-1 is excluded here and mandatory in Candidates!2; {DROP}",
        "Candidates!2 engineering_tokens: '2d' is not a number; give tokens as a number above 0",
        f"Candidates!2 is_mandatory: INIT-1 is mandatory here and excluded in Constraints!2; {DROP}",
    ]


def test_a_floor_above_its_cap_beside_another_fault() -> None:
    rows = [
        constraint("floor", dimension="all", min_tokens=9, target_value=1),
        constraint("cap", dimension="all", max_tokens=8),
    ]

    assert findings_of("Constraints", *rows) == [
        "Constraints!2 target_value: 1 means nothing for capacity_floor; clear the cell",
        "Constraints!2 min_tokens: 9 is above the cap of 8 on the whole portfolio in Constraints!3; "
        "bring the two together",
        "Constraints!3 max_tokens: 8 is below the floor of 9 on the whole portfolio in Constraints!2; "
        "bring the two together",
    ]


def test_numbers_that_cannot_be_read_contradict_nothing() -> None:
    rows = [
        constraint("floor", dimension="all", min_tokens="9k"),
        constraint("cap", dimension="all", max_tokens=8),
        constraint("floor", dimension="country", dimension_key="UK", min_tokens=9),
        constraint("cap", dimension="country", dimension_key="UK", max_tokens="8k"),
    ]

    assert findings_of("Constraints", *rows) == [
        f"Constraints!2 min_tokens: '9k' is not a number; {NUMBER}",
        f"Constraints!5 max_tokens: '8k' is not a number; {NUMBER}",
    ]


def test_a_floor_without_a_number_on_an_empty_slice() -> None:
    row = constraint("floor", dimension="country", dimension_key="UKK", min_tokens="12k")

    assert findings_of("Constraints", row) == [
        f"Constraints!2 min_tokens: '12k' is not a number; {NUMBER}",
        "Constraints!2 dimension_key: no initiative lies in country UKK: its floor can never be met; "
        "did you mean 'UK'?",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"dimension": "planet"},
        {"dimension_key": "#REF!"},
        {"dimension_key": None},
        {"constraint_set_name": "#N/A"},
        {"member_keys": ["INIT-1"]},
        {"target_kpi_key": "gmv"},
        {"constraint_type": "capp"},
    ],
)
def test_a_row_whose_key_is_wrong_takes_no_part(wrong: dict[str, Any]) -> None:
    row = constraint("cap", dimension="country", dimension_key="UK", max_tokens=5)
    floor = constraint("floor", dimension="country", dimension_key="UK", min_tokens=9)

    found = findings_of("Constraints", {**row, **wrong}, row | {"max_tokens": 10}, floor)

    assert len(found) == 1
    assert found[0].startswith(f"Constraints!2 {next(iter(wrong))}: ")
