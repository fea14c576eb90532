"""Rules across rows: what stands twice, what contradicts itself, and in which set."""

from typing import Any

import pytest

from optcenter_pipeline.rows.messages import SetKey
from optcenter_pipeline_tests.support.portfolio_rows import (
    constraint,
    findings_of,
    judged,
    lines,
    sound_rows,
    target,
)

BASE = SetKey("q2 plan", "base")


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        (
            constraint("cap", dimension="country|product", dimension_key="UK|Payments", max_tokens=5),
            constraint("capacity_cap", dimension="product|market", dimension_key="payments|uk", max_tokens=6),
            "dimension_key: a cap on product|country payments|uk is",
        ),
        (
            constraint("cap", dimension="all", max_tokens=5),
            constraint("floor", dimension="total", min_tokens=2, max_tokens=6),
            "dimension_key: a cap on the whole portfolio is",
        ),
        (
            constraint("mandatory", dimension_key="INIT-1"),
            constraint("mandatory", dimension="initiative", dimension_key="init-1", notes="again"),
            "dimension_key: that INIT-1 is mandatory is",
        ),
        (
            constraint("exclude", dimension_key="INIT-1|INIT-2"),
            constraint("exclude", member_keys=["INIT-3", "INIT-2"]),
            "member_keys: that INIT-2 is excluded is",
        ),
        (
            constraint("exclude_pair", dimension_key="INIT-1|INIT-2"),
            constraint("exclude_pair", member_keys=["INIT-2", "INIT-1"]),
            "member_keys: that INIT-1 and INIT-2 exclude each other is",
        ),
        (
            constraint("bundle", dimension_key="b", member_keys=["INIT-1", "INIT-2"]),
            constraint("bundle", dimension_key="B", member_keys=["INIT-2", "INIT-1"]),
            "dimension_key: bundle 'B' with these members is",
        ),
        (
            constraint("prereq", dimension_key="INIT-1|INIT-2|INIT-3"),
            constraint("prereq", dimension_key="INIT-1", member_keys=["INIT-3", "INIT-2"]),
            "dimension_key: that INIT-1 needs INIT-2, INIT-3 is",
        ),
        (
            constraint("synergy", dimension_key="INIT-1|INIT-2", target_kpi_key="gmv", target_value=1),
            constraint("synergy", member_keys=["INIT-2", "INIT-1"], target_kpi_key="GMV", target_value=2),
            "member_keys: a synergy of INIT-1 + INIT-2 on GMV is",
        ),
    ],
)
def test_the_same_key_twice(first: dict[str, Any], second: dict[str, Any], found: str) -> None:
    elsewhere = second | {"constraint_set_name": "other"}
    book = sound_rows()
    book["Constraints"] = [first, second, elsewhere]

    validated = judged(book)

    errors = [line for line in lines(validated) if ": warning: " not in line]
    assert errors == [f"Constraints!3 {found} in Constraints!2 already, which stands; change this row or delete it"]
    assert validated.invalid_sets == {BASE: (errors[0],)}
    assert [row.row_num for row in validated.constraints] == [2, 4]


def test_what_differs_is_no_duplicate() -> None:
    rows = [
        constraint("cap", dimension="all", max_tokens=5),
        constraint("floor", dimension="all", min_tokens=5),
        constraint("cap", dimension="country", dimension_key="UK", max_tokens=5),
        constraint("prereq", dimension_key="INIT-1|INIT-2"),
        constraint("prereq", dimension_key="INIT-1|INIT-3"),
        constraint("synergy", dimension_key="INIT-1|INIT-2", target_kpi_key="gmv", target_value=1),
        constraint("synergy", dimension_key="INIT-1|INIT-2", target_kpi_key="nps", target_value=1),
        constraint("cap", dimension="all", max_tokens=5, scenario_name="Q3 plan"),
    ]

    assert findings_of("Constraints", *rows) == []


def test_one_bundle_in_two_rows_is_said() -> None:
    rows = [
        constraint("bundle", dimension_key="b", member_keys=["INIT-1", "INIT-2"]),
        constraint("bundle", dimension_key="B ", member_keys=["INIT-2", "INIT-3"]),
    ]

    assert findings_of("Constraints", *rows) == [
        "Constraints!3 dimension_key: warning: bundle 'B' is also in Constraints!2: all members are one bundle"
    ]


def test_a_group_and_its_members_are_the_same_synergy() -> None:
    book = sound_rows()
    for place in (0, 1):
        book["Candidates"][place]["synergy_group_keys"] = ["g"]
    book["Constraints"] = [
        constraint("synergy", dimension_key="INIT-1|INIT-2", target_kpi_key="gmv", target_value=1),
        constraint("synergy", dimension="synergy_group", dimension_key="G", target_kpi_key="gmv", target_value=1),
    ]

    assert lines(judged(book)) == [
        "Constraints!3 dimension_key: a synergy of INIT-1 + INIT-2 on gmv is in Constraints!2 already, "
        "which stands; change this row or delete it"
    ]


def test_a_floor_above_a_cap_on_one_slice() -> None:
    rows = [
        constraint("floor", dimension="country", dimension_key="UK", min_tokens=30),
        constraint("cap", dimension="market", dimension_key="uk", max_tokens=20.5),
        constraint("cap", dimension="country", dimension_key="DE", max_tokens=1),
        constraint("cap", dimension="country", dimension_key="UK", max_tokens=1, constraint_set_name="other"),
    ]

    assert findings_of("Constraints", *rows) == [
        "Constraints!2 min_tokens: 30 is above the cap of 20.5 on country UK in Constraints!3; "
        "bring the two together",
        "Constraints!3 max_tokens: 20.5 is below the floor of 30 on country UK in Constraints!2; "
        "bring the two together",
    ]


def test_a_floor_at_its_cap_is_fine() -> None:
    rows = [
        constraint("floor", dimension="all", min_tokens=20),
        constraint("cap", dimension="all", max_tokens=20),
    ]

    assert findings_of("Constraints", *rows) == []


def test_mandatory_and_excluded() -> None:
    rows = [
        constraint("exclude", dimension_key="INIT-3|INIT-1"),
        constraint("mandatory", dimension_key="INIT-1"),
        constraint("mandatory", dimension_key="INIT-1", constraint_set_name="other"),
    ]

    assert findings_of("Constraints", *rows) == [
        "Constraints!2 dimension_key: INIT-1 is excluded here and mandatory in Constraints!3; drop one of the two",
        "Constraints!3 dimension_key: INIT-1 is mandatory here and excluded in Constraints!2; drop one of the two",
    ]


def test_a_mandatory_candidate_that_one_set_excludes_still_stands_for_every_other() -> None:
    book = sound_rows()
    book["Candidates"][0]["is_mandatory"] = True
    book["Constraints"] = [
        constraint("exclude", member_keys=["INIT-1"]),
        constraint("cap", dimension="all", max_tokens=5, constraint_set_name="other"),
    ]

    validated = judged(book)

    on_exclusion = "Constraints!2 member_keys: INIT-1 is excluded here and mandatory in Candidates!2; "
    on_candidate = "Candidates!2 is_mandatory: INIT-1 is mandatory here and excluded in Constraints!2; "
    drop = "drop one of the two"
    assert lines(validated) == [on_exclusion + drop, on_candidate + drop]
    assert validated.invalid_sets == {BASE: (on_exclusion + drop, on_candidate + drop)}
    assert [error.constraint_set for message in validated.messages for error in message.errors] == [None, BASE]
    assert validated.candidates[0].initiative_key == "INIT-1"


def test_circles_of_prerequisites_are_judged_set_by_set() -> None:
    book = sound_rows()
    book["Candidates"][1]["prerequisite_keys"] = ["INIT-3"]
    book["Constraints"] = [
        constraint("prereq", dimension_key="INIT-1|INIT-2"),
        constraint("prereq", dimension_key="INIT-3", member_keys=["INIT-1"]),
        constraint("prereq", dimension_key="INIT-4|INIT-1"),
        constraint("prereq", dimension_key="INIT-3|INIT-1", constraint_set_name="other"),
    ]

    ending = "is a circle of prerequisites: all of them are funded or none"
    assert lines(judged(book)) == [
        f"Constraints!2 dimension_key: warning: INIT-1 → INIT-2 → INIT-3 → INIT-1 {ending}",
        f"Constraints!3 member_keys: warning: INIT-3 → INIT-1 → INIT-2 → INIT-3 {ending}",
    ]


def test_a_bundle_with_an_excluded_member() -> None:
    book = sound_rows()
    book["Candidates"][2]["bundle_key"] = "find"
    book["Candidates"][3]["bundle_key"] = "find"
    book["Constraints"] = [
        constraint("bundle", dimension_key="shop", member_keys=["INIT-1", "INIT-2"]),
        constraint("exclude", dimension_key="INIT-2", member_keys=["INIT-4"]),
        constraint("exclude", dimension_key="INIT-1", constraint_set_name="other"),
    ]

    ending = "none of the bundle can be funded"
    assert lines(judged(book)) == [
        f"Constraints!2 member_keys: warning: INIT-2 is excluded in Constraints!3: {ending}",
        f"Constraints!3 dimension_key: warning: INIT-2 is a member of bundle 'shop': {ending}",
        f"Constraints!3 member_keys: warning: INIT-4 is a member of bundle 'find': {ending}",
    ]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (
            constraint("cap", dimension="country", dimension_key="UKK", max_tokens=3),
            "warning: no initiative lies in country UKK; did you mean 'UK'?",
        ),
        (
            constraint("floor", dimension="country", dimension_key="UKK", min_tokens=3),
            "no initiative lies in country UKK: its floor can never be met; did you mean 'UK'?",
        ),
        (
            constraint("floor", dimension="country|product", dimension_key="DE|Payments", min_tokens=3),
            "no initiative lies in country|product DE|Payments: its floor can never be met; "
            "give a key that some initiative has in Initiatives",
        ),
        (
            constraint("floor", dimension="country", dimension_key="Peru", min_tokens=0),
            "warning: no initiative lies in country Peru",
        ),
        (
            constraint("cap", dimension="country", dimension_key="Peru", min_tokens=1, max_tokens=2),
            "no initiative lies in country Peru: its floor can never be met; "
            "give a key that some initiative has in Initiatives",
        ),
    ],
)
def test_empty_slices(row: dict[str, Any], found: str) -> None:
    at_key = [line for line in findings_of("Constraints", row) if " dimension_key: " in line]

    assert at_key == [f"Constraints!2 dimension_key: {found}"]


def test_one_bad_row_makes_its_own_set_invalid_and_no_other() -> None:
    book = sound_rows()
    book["Constraints"] = [
        constraint("cap", dimension="all", max_tokens="12k"),
        constraint("cap", dimension="all", max_tokens=5, constraint_set_name="Other"),
        constraint("cap", dimension="all", max_tokens=5, scenario_name="Q3 plan"),
        constraint("cap", dimension="all", max_tokens=5, constraint_set_name=None),
    ]
    book["Targets"] = [target(dimension="all", constraint_set_name="BASE", target_value="x")]

    validated = judged(book)

    assert list(validated.invalid_sets) == [BASE]
    assert validated.invalid_sets[BASE] == (
        "Constraints!2 max_tokens: '12k' is not a number; give tokens as a number, 0 or more",
        "Targets!2 target_value: 'x' is not a number; give a number in the KPI's unit",
    )
    assert [(named.scenario_name, named.constraint_set_name) for named in validated.sets] == [
        ("Q2 plan", "base"),
        ("Q2 plan", "Other"),
        ("Q3 plan", "base"),
    ]
    assert validated.invalid_scenarios == {}


def test_a_set_cannot_do_without_rows_in_error_elsewhere_and_says_which() -> None:
    book = sound_rows()
    book["Candidates"][0]["engineering_tokens"] = 0
    book["Metrics_Config"][1]["kpi_level"] = "big"
    book["Constraints"] = [
        constraint("mandatory", dimension_key="INIT-1"),
        constraint("mandatory", dimension_key="INIT-2", constraint_set_name="fine"),
        constraint("cap", dimension="all", max_tokens=3, constraint_set_name="by kpi"),
    ]
    book["Targets"] = [target(dimension="all", kpi_key="NPS", constraint_set_name="by kpi")]

    validated = judged(book)

    tokens = "Candidates!2 engineering_tokens: 0 is not above 0; give tokens as a number above 0"
    level = "Metrics_Config!3 kpi_level: 'big' is none of the choices; give north_star, strategic or supporting"
    assert lines(validated) == [tokens, level]
    assert validated.invalid_sets == {BASE: (tokens,), SetKey("q2 plan", "by kpi"): (level,)}
