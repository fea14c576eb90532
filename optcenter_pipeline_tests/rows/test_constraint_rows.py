"""Rules of the rows, tab Constraints: one row by itself and against the registry."""

from typing import Any

import pytest

from optcenter_pipeline.rows.sheet_row import SheetRows
from optcenter_pipeline_tests.support.portfolio_rows import constraint, findings_of, judged, sound_rows
from optcenter_pipeline_tests.support.raw_tabs import raw_tabs

DIMENSIONS = "all, country, region, segment, product, category, program, department"
TYPES = (
    "capacity_floor, capacity_cap, mandatory, exclude_initiative, exclude_pair, bundle_all_or_nothing, "
    "require_prereq, synergy_bonus"
)


@pytest.mark.parametrize(
    "cells",
    [
        {"constraint_type": "cap", "dimension": "all", "max_tokens": 0},
        {"constraint_type": "Capacity Cap", "dimension": "Total", "dimension_key": "all", "max_tokens": 9.5},
        {"constraint_type": "FLOOR", "dimension": " Market ", "dimension_key": " uk ", "min_tokens": 3},
        {"constraint_type": "capacity-floor", "dimension": "team", "dimension_key": "A", "min_tokens": 3.0},
        {
            "constraint_type": "cap",
            "dimension": "country_product",
            "dimension_key": "UK | Payments",
            "max_tokens": 3,
        },
        {"constraint_type": "cap", "dimension": "product|country", "dimension_key": "Payments|UK", "max_tokens": 3},
        {"constraint_type": "mandatory", "dimension_key": "init-1 "},
        {"constraint_type": "mandatory", "dimension": "Initiative", "dimension_key": "INIT-1"},
        {"constraint_type": "exclude", "dimension_key": "INIT-1; INIT-2, INIT-3"},
        {"constraint_type": "exclude_initiative", "member_keys": ["INIT-6"]},
        {"constraint_type": "exclude", "dimension_key": "INIT-1", "member_keys": ["INIT-2"]},
        {"constraint_type": "exclude pair", "dimension": "pair", "dimension_key": "INIT-1|INIT-2"},
        {"constraint_type": "exclude_pair", "dimension": "initiative_pair", "member_keys": ["INIT-1", "INIT-2"]},
        {"constraint_type": "exclude_pair", "dimension_key": "INIT-1|INIT-2", "member_keys": ["init-2", "INIT-1"]},
        {"constraint_type": "bundle", "dimension_key": "b", "member_keys": ["INIT-1", "INIT-2"]},
        {
            "constraint_type": "bundle",
            "dimension": "Bundle",
            "dimension_key": "b",
            "member_keys": ["INIT-1", "INIT-6"],
        },
        {"constraint_type": "prereq", "dimension_key": "INIT-1|INIT-2|INIT-3"},
        {"constraint_type": "prereq", "dimension_key": "INIT-1", "member_keys": ["INIT-2"]},
        {
            "constraint_type": "synergy",
            "dimension": "group",
            "member_keys": ["INIT-1", "INIT-2", "INIT-3"],
            "target_kpi_key": "NPS",
            "target_value": -2,
        },
        {
            "constraint_type": "synergy",
            "dimension": "initiatives",
            "dimension_key": "INIT-1|INIT-2",
            "target_kpi_key": "gmv",
            "target_value": 2.0,
            "notes": "x",
        },
    ],
)
def test_what_is_right_is_let_through(cells: dict[str, Any]) -> None:
    book = sound_rows()
    book["Constraints"].append(constraint(**cells))

    validated = judged(book)

    assert validated.messages == ()
    assert len(validated.constraints) == 1
    assert validated.judged[2].status == "OK"


CAP: dict[str, Any] = {"constraint_type": "cap", "dimension": "all", "max_tokens": 5}
MEMBERS = ["INIT-1", "INIT-2"]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        # names and types
        (
            {**CAP, "scenario_name": None},
            ["scenario_name: is blank; give the name of a scenario, as in Scenario_Config"],
        ),
        (
            {**CAP, "constraint_set_name": " "},
            ["constraint_set_name: is blank; give the name of the constraint set"],
        ),
        (
            {**CAP, "scenario_name": "Q2 plam"},
            ["scenario_name: 'Q2 plam' is not in Scenario_Config; did you mean 'Q2 plan'?"],
        ),
        (
            {**CAP, "scenario_name": "#N/A"},
            ["scenario_name: '#N/A' is a formula error; mend the formula or type the text"],
        ),
        ({"constraint_type": None}, [f"constraint_type: is blank; give {TYPES}"]),
        ({"constraint_type": "ceiling"}, [f"constraint_type: 'ceiling' is not a constraint type; give {TYPES}"]),
        (
            {"constraint_type": "ceiling", "scenario_name": None},
            [
                "scenario_name: is blank; give the name of a scenario, as in Scenario_Config",
                f"constraint_type: 'ceiling' is not a constraint type; give {TYPES}",
            ],
        ),
        (
            {"constraint_type": "#REF!"},
            [f"constraint_type: '#REF!' is a formula error; mend the formula or give {TYPES}"],
        ),
        (
            {"constraint_type": "Target", "dimension": "all", "target_value": 4},
            ["constraint_type: 'Target' is not a constraint; move this row to tab Targets"],
        ),
        # floors and caps
        ({**CAP, "max_tokens": "12k"}, ["max_tokens: '12k' is not a number; give tokens as a number, 0 or more"]),
        ({**CAP, "max_tokens": "12"}, ["max_tokens: '12' is not a number; give tokens as a number, 0 or more"]),
        ({**CAP, "max_tokens": True}, ["max_tokens: TRUE is not a number; give tokens as a number, 0 or more"]),
        ({**CAP, "max_tokens": "NaN"}, ["max_tokens: 'NaN' is not a number; give tokens as a number, 0 or more"]),
        (
            {**CAP, "max_tokens": "inf"},
            ["max_tokens: 'inf' is not a number; give tokens as a number, 0 or more"],
        ),
        (
            {**CAP, "max_tokens": "#DIV/0!"},
            ["max_tokens: '#DIV/0!' is a formula error; mend the formula or give tokens as a number, 0 or more"],
        ),
        ({**CAP, "max_tokens": -0.5}, ["max_tokens: -0.5 is below 0; give tokens as a number, 0 or more"]),
        ({**CAP, "max_tokens": None}, ["max_tokens: is blank; give tokens as a number, 0 or more"]),
        (
            {"constraint_type": "floor", "dimension": "all", "max_tokens": 3},
            ["min_tokens: is blank; give tokens as a number, 0 or more"],
        ),
        (
            {**CAP, "dimension": None},
            [f"dimension: is blank; give {DIMENSIONS}, or several of these joined by '|'"],
        ),
        (
            {**CAP, "dimension": "planet", "dimension_key": "Mars"},
            [f"dimension: 'planet' is not a dimension; give {DIMENSIONS}, or several joined by '|'"],
        ),
        (
            {**CAP, "dimension": "country|market", "dimension_key": "UK|UK"},
            ["dimension: 'country|country' names a dimension twice"],
        ),
        ({**CAP, "dimension": "country"}, ["dimension_key: is blank; give the key of the country"]),
        (
            {**CAP, "dimension": "country|product", "dimension_key": "UK"},
            ["dimension_key: 'country|product' needs 2 keys joined by |, 'UK' gives 1"],
        ),
        (
            {**CAP, "dimension_key": "UK"},
            ["dimension_key: 'UK' is a key, and dimension all has none; clear it or give its dimension"],
        ),
        (
            {**CAP, "min_tokens": 4},
            ["min_tokens: warning: read as a floor and a cap, since min_tokens and max_tokens are given"],
        ),
        (
            {**CAP, "min_tokens": 6},
            [
                "min_tokens: 6 is above max_tokens 5; give a floor that is not above the cap",
                "min_tokens: warning: read as a floor and a cap, since min_tokens and max_tokens are given",
            ],
        ),
        # columns that mean nothing
        (
            {**CAP, "target_kpi_key": "gmv", "member_keys": ["INIT-1"]},
            [
                "target_kpi_key: 'gmv' means nothing for capacity_cap; clear the cell",
                "member_keys: 'INIT-1' means nothing for capacity_cap; clear the cell",
            ],
        ),
        (
            {"constraint_type": "mandatory", "dimension_key": "INIT-1", "min_tokens": 3.0},
            ["min_tokens: 3 means nothing for mandatory; clear the cell"],
        ),
        # initiatives
        ({"constraint_type": "mandatory"}, ["dimension_key: is blank; give the key of one initiative"]),
        (
            {"constraint_type": "mandatory", "dimension_key": "INIT-1|INIT-2"},
            ["dimension_key: 'INIT-1|INIT-2' names several initiatives; give one, in one row each"],
        ),
        (
            {"constraint_type": "mandatory", "dimension": "country", "dimension_key": "INIT-1"},
            ["dimension: 'country' is none of the choices; give initiative, or leave it blank"],
        ),
        (
            {"constraint_type": "mandatory", "dimension_key": "INIT-11"},
            ["dimension_key: 'INIT-11' is not in Initiatives; did you mean 'INIT-1'?"],
        ),
        (
            {"constraint_type": "mandatory", "dimension_key": "INIT-6"},
            ["dimension_key: 'INIT-6' is not in Candidates: it has no tokens; add it there or delete this row"],
        ),
        (
            {"constraint_type": "exclude"},
            ["dimension_key: is blank; give the key of the initiative, or several joined by '|'"],
        ),
        (
            {"constraint_type": "exclude", "dimension_key": "INIT-1|qqq|zzz"},
            ["dimension_key: 'QQQ', 'ZZZ' are not in Initiatives; give an initiative that is there"],
        ),
        # pairs
        ({"constraint_type": "exclude_pair"}, ["dimension_key: is blank; give the initiatives, joined by '|'"]),
        (
            {"constraint_type": "exclude_pair", "dimension_key": "INIT-1|init-1"},
            ["dimension_key: 'INIT-1|init-1' names one initiative; give two different ones, as A|B"],
        ),
        (
            {"constraint_type": "exclude_pair", "member_keys": ["INIT-1", "INIT-2", "INIT-3"]},
            ["member_keys: 'INIT-1|INIT-2|INIT-3' names 3 initiatives; give two different ones, as A|B"],
        ),
        (
            {
                "constraint_type": "exclude_pair",
                "dimension_key": "INIT-1|INIT-2",
                "member_keys": ["INIT-2", "INIT-3"],
            },
            [
                "member_keys: 'INIT-2|INIT-3' and dimension_key 'INIT-1|INIT-2' differ; "
                "name the initiatives in one of them"
            ],
        ),
        (
            {"constraint_type": "exclude_pair", "dimension": "country", "dimension_key": "INIT-1|INIT-2"},
            ["dimension: 'country' means nothing here; give initiative, or leave it blank"],
        ),
        # bundles
        (
            {"constraint_type": "bundle", "member_keys": MEMBERS},
            ["dimension_key: is blank; give the bundle's name"],
        ),
        (
            {"constraint_type": "bundle", "dimension_key": "b"},
            ["member_keys: is blank; give two or more initiatives, joined by '|'"],
        ),
        (
            {"constraint_type": "bundle", "dimension_key": "b", "member_keys": ["INIT-1", "init-1"]},
            ["member_keys: 'INIT-1' names one initiative; give two or more different ones, joined by '|'"],
        ),
        (
            {"constraint_type": "bundle", "dimension": "initiative", "dimension_key": "b", "member_keys": MEMBERS},
            ["dimension: 'initiative' is none of the choices; give bundle, or leave it blank"],
        ),
        # prerequisites
        (
            {"constraint_type": "prereq", "member_keys": MEMBERS},
            ["dimension_key: is blank; give the key of the initiative that needs others"],
        ),
        (
            {"constraint_type": "prereq", "dimension_key": "INIT-1"},
            ["member_keys: is blank; give the prerequisites, joined by '|'"],
        ),
        (
            {"constraint_type": "prereq", "dimension_key": "INIT-1|INIT-1"},
            ["dimension_key: INIT-1 cannot be its own prerequisite; take it out"],
        ),
        (
            {"constraint_type": "prereq", "dimension_key": "INIT-1", "member_keys": ["INIT-2", "INIT-1"]},
            ["member_keys: INIT-1 cannot be its own prerequisite; take it out"],
        ),
        # synergies
        (
            {"constraint_type": "synergy", "member_keys": MEMBERS},
            [
                "target_kpi_key: is blank; give the KPI that it adds to, as in Metrics_Config",
                "target_value: is blank; give what it adds in the KPI's unit, a number other than 0",
            ],
        ),
        (
            {"constraint_type": "synergy", "member_keys": MEMBERS, "target_kpi_key": "gmv", "target_value": 0.0},
            ["target_value: 0 adds nothing; give a number other than 0"],
        ),
        (
            {"constraint_type": "synergy", "dimension_key": "INIT-1", "target_kpi_key": "gmv", "target_value": 1},
            ["dimension_key: 'INIT-1' names one initiative; give two or more different ones, joined by '|'"],
        ),
        (
            {"constraint_type": "synergy", "member_keys": MEMBERS, "target_kpi_key": "gmw", "target_value": 1},
            ["target_kpi_key: 'gmw' is not in Metrics_Config; did you mean 'GMV'?"],
        ),
        (
            {"constraint_type": "synergy", "member_keys": MEMBERS, "target_kpi_key": "old", "target_value": 1},
            ["target_kpi_key: 'old' is not active in Metrics_Config; give an active KPI, or make it active there"],
        ),
        (
            {
                "constraint_type": "synergy",
                "dimension": "synergy_group",
                "dimension_key": "g",
                "member_keys": MEMBERS,
                "target_kpi_key": "gmv",
                "target_value": 1,
            },
            [
                "member_keys: 'INIT-1|INIT-2' means nothing here: a group's members stand in "
                "Candidates.synergy_group_keys; clear the cell"
            ],
        ),
        (
            {
                "constraint_type": "synergy",
                "dimension": "synergy_group",
                "target_kpi_key": "gmv",
                "target_value": 1,
            },
            ["dimension_key: is blank; give the name of the synergy group"],
        ),
        (
            {
                "constraint_type": "synergy",
                "dimension": "synergy_group",
                "dimension_key": "g",
                "target_kpi_key": "gmv",
                "target_value": 1,
            },
            ["dimension_key: 'g' is no synergy group in Candidates; give a group of Candidates.synergy_group_keys"],
        ),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(cells: dict[str, Any], found: list[str]) -> None:
    assert findings_of("Constraints", constraint(**cells)) == [f"Constraints!2 {line}" for line in found]


def test_a_long_cell_is_shortened() -> None:
    (line,) = findings_of("Constraints", constraint("cap", dimension="all", max_tokens="x" * 500))

    assert line == f"Constraints!2 max_tokens: '{'x' * 58}…' is not a number; give tokens as a number, 0 or more"


def test_all_faults_of_a_row_come_in_one_pass() -> None:
    row = constraint("cap", scenario_name="nowhere", dimension="planet", max_tokens=-1, target_value=3)

    columns = [line.split()[1] for line in findings_of("Constraints", row)]

    assert columns == ["dimension:", "max_tokens:", "target_value:", "scenario_name:"]


def test_unknown_names_are_told_beside_another_fault() -> None:
    row = constraint("prereq", dimension_key="INIT-1", member_keys=["INIT-1", "qqq"])

    assert findings_of("Constraints", row) == [
        "Constraints!2 member_keys: INIT-1 cannot be its own prerequisite; take it out",
        "Constraints!2 member_keys: 'QQQ' is not in Initiatives; give an initiative that is there",
    ]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cap", "capacity_cap"),
        (" Capacity-Cap ", "capacity_cap"),
        ("FLOOR", "capacity_floor"),
        ("bundle", "bundle_all_or_nothing"),
        ("Prereq", "require_prereq"),
        ("exclude", "exclude_initiative"),
        ("exclude pair", "exclude_pair"),
        ("synergy", "synergy_bonus"),
        ("Mandatory", "mandatory"),
        ("Ceiling", "ceiling"),
    ],
)
def test_constraint_types_in_their_spellings(typed: str, meant: str) -> None:
    rows = SheetRows(raw_tabs({"Constraints": [constraint(typed)]}))

    assert [row.constraint_type() for row in rows.of("Constraints")] == [meant]
