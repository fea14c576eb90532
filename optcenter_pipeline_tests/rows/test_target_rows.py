"""Rules of the rows, tab Targets."""

from typing import Any

import pytest

from optcenter_pipeline_tests.support.portfolio_rows import findings_of, judged, sound_rows, target

DIMENSIONS = (
    "all, country, region, segment, product, category, program, department, or several of these joined by '|'"
)


@pytest.mark.parametrize(
    ("cells", "where"),
    [
        ({"dimension_key": "UK"}, ("country", "UK")),
        ({"dimension_key": "Global"}, ("all", "all")),
        ({"dimension": "company"}, ("all", "all")),
        ({"dimension": "TOTAL", "dimension_key": "all"}, ("all", "all")),
        ({"dimension": "team", "dimension_key": "A"}, ("department", "A")),
        ({"dimension": "country_product", "dimension_key": "UK|Payments"}, ("country|product", "UK|Payments")),
        ({"dimension": "all", "target_value": -5, "baseline_value": -20, "floor_or_goal": "Goal"}, ("all", "all")),
    ],
)
def test_spellings_of_a_slice(cells: dict[str, Any], where: tuple[str, str]) -> None:
    book = sound_rows()
    book["Targets"].append(target(**cells))

    validated = judged(book)

    assert validated.messages == ()
    assert [(row.dimension, row.dimension_key) for row in validated.targets] == [where]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({}, [f"dimension: is blank; give {DIMENSIONS}"]),
        ({"dimension": "all", "floor_or_goal": None}, ["floor_or_goal: is blank; give floor or goal"]),
        (
            {"dimension": "all", "floor_or_goal": "must"},
            ["floor_or_goal: 'must' is none of the choices; give floor or goal"],
        ),
        ({"dimension": "all", "kpi_key": None}, ["kpi_key: is blank; give the key of a KPI, as in Metrics_Config"]),
        ({"dimension": "all", "kpi_key": "gmw"}, ["kpi_key: 'gmw' is not in Metrics_Config; did you mean 'GMV'?"]),
        (
            {"dimension": "all", "kpi_key": "OLD"},
            ["kpi_key: 'OLD' is not active in Metrics_Config; give an active KPI, or make it active there"],
        ),
        (
            {"dimension": "all", "target_value": None, "baseline_value": "#VALUE!"},
            [
                "target_value: is blank; give a number in the KPI's unit",
                "baseline_value: '#VALUE!' is a formula error; mend the formula or give a number in the KPI's unit,"
                " or leave it blank for 0",
            ],
        ),
        (
            {"dimension": "all", "scenario_name": "Q9 plan"},
            ["scenario_name: 'Q9 plan' is not in Scenario_Config; did you mean 'Q3 plan'?"],
        ),
        (
            {"dimension_key": "UKK"},
            ["dimension_key: no initiative lies in country UKK: its floor can never be met; did you mean 'UK'?"],
        ),
        (
            {"dimension_key": "Peru"},
            [
                "dimension_key: no initiative lies in country Peru: its floor can never be met; "
                "give a key that some initiative has in Initiatives"
            ],
        ),
        (
            {"dimension_key": "Peru", "target_value": 0},
            ["dimension_key: warning: no initiative lies in country Peru"],
        ),
        (
            {"dimension_key": "Peru", "baseline_value": 5.0},
            ["dimension_key: warning: no initiative lies in country Peru"],
        ),
        (
            {"dimension_key": "Peru", "floor_or_goal": "goal"},
            ["dimension_key: warning: no initiative lies in country Peru"],
        ),
    ],
)
def test_what_is_wrong(cells: dict[str, Any], found: list[str]) -> None:
    assert findings_of("Targets", target(**cells)) == [f"Targets!2 {line}" for line in found]


def test_the_same_target_twice() -> None:
    rows = [
        target(dimension_key="UK"),
        target(dimension="market", dimension_key=" uk", kpi_key="GMV", target_value=9),
        target(dimension_key="UK", floor_or_goal="goal"),
        target(dimension_key="UK", constraint_set_name="other"),
    ]

    assert findings_of("Targets", *rows) == [
        "Targets!3 kpi_key: a floor for GMV of country uk is in Targets!2 already, which stands; "
        "change this row or delete it"
    ]
