"""What people type is data: 40 dangerous texts through every text column and every output, unchanged."""

import json

from optcenter_pipeline_tests.support.dangerous_text import DANGEROUS
from optcenter_pipeline_tests.support.planning_space import PlanningSpace

SHORT = [text for text in DANGEROUS if len(text) < 1000]
NAMES = [text for text in SHORT if text == text.strip()]


def test_forty_of_them() -> None:
    assert len(set(DANGEROUS)) == 40


def test_texts_of_initiatives_and_notes_come_out_as_they_went_in(empty_space: PlanningSpace) -> None:
    keys = [f"INIT-{number}" for number in range(1, len(DANGEROUS) + 1)]
    by_key = dict(zip(keys, DANGEROUS, strict=True))
    attributes = ("country", "region", "segment", "product", "category", "program", "department")
    empty_space.type_rows(
        "Initiatives",
        [
            {"initiative_key": key, "title": text, "notes": text, **dict.fromkeys(attributes, text)}
            for key, text in by_key.items()
        ],
        first_row=2,
    )
    empty_space.type_rows(
        "Metrics_Config",
        [
            {
                "kpi_key": "gmv",
                "kpi_name": DANGEROUS[0],
                "kpi_level": "north_star",
                "unit": "=1+1",
                "description": DANGEROUS[-1],
            }
        ],
        first_row=2,
    )
    empty_space.type_rows(
        "KPI_Contributions",
        [
            {"initiative_key": key, "kpi_key": "gmv", "contribution": 5, "notes": text}
            for key, text in by_key.items()
        ],
        first_row=2,
    )
    empty_space.type_rows(
        "Scenario_Config",
        [{"scenario_name": "plan", "period_key": "2027-Q1", "capacity_total_tokens": 20, "notes": DANGEROUS[0]}],
        first_row=2,
    )
    empty_space.type_rows(
        "Candidates",
        [
            {
                "initiative_key": key,
                "engineering_tokens": 1,
                "is_mandatory": True,
                "mandate_reason": text,
                "notes": text,
            }
            if number < 5
            else {"initiative_key": key, "engineering_tokens": 1, "notes": text}
            for number, (key, text) in enumerate(by_key.items())
        ],
        first_row=2,
    )
    before = empty_space.grids()
    assert empty_space.optimize("plan").success
    assert {row["run_status"] for row in empty_space.rows("Initiatives")} == {"OK"}
    results = {row["initiative_key"]: row for row in empty_space.rows("Results")}
    assert set(results) == set(keys)
    for key, text in by_key.items():
        for column in ("title", "country", "department", "category", "program", "product"):
            assert results[key][column] == text, column
    for tab in ("Initiatives", "Candidates", "KPI_Contributions", "Metrics_Config", "Scenario_Config"):
        after = empty_space.grid(tab)
        assert [row[0] for row in after] == [row[0] for row in before[tab]]
        width = len(before[tab][0]) - 3
        assert [row[:width] for row in after] == [row[:width] for row in before[tab]]
    stored = dict(empty_space.query("select initiative_key, title from initiatives"))
    assert stored == by_key


def test_names_come_out_as_they_went_in(empty_space: PlanningSpace) -> None:
    kpis = list(dict.fromkeys(name.casefold() for name in NAMES))
    empty_space.type_rows(
        "Metrics_Config",
        [{"kpi_key": "ns", "kpi_level": "north_star"}, *({"kpi_key": k, "kpi_level": "supporting"} for k in kpis)],
        first_row=2,
    )
    empty_space.type_rows(
        "Initiatives",
        [{"initiative_key": "A", "title": "a", "country": NAMES[0]}, {"initiative_key": "B", "title": "b"}],
        first_row=2,
    )
    empty_space.type_rows(
        "KPI_Contributions",
        [{"initiative_key": "A", "kpi_key": k, "contribution": 1} for k in ("ns", *kpis)],
        first_row=2,
    )
    scenarios = list(dict.fromkeys(name.casefold() for name in NAMES))
    empty_space.type_rows(
        "Scenario_Config",
        [{"scenario_name": s, "period_key": "2027-Q1", "capacity_total_tokens": 20} for s in scenarios],
        first_row=2,
    )
    empty_space.type_rows("Candidates", [{"initiative_key": k, "engineering_tokens": 1} for k in "AB"], first_row=2)
    empty_space.type_rows(
        "Targets",
        [
            {
                "scenario_name": scenarios[0],
                "constraint_set_name": scenarios[1],
                "dimension": "country",
                "dimension_key": NAMES[0],
                "kpi_key": k,
                "target_value": 2,
                "floor_or_goal": "goal",
            }
            for k in kpis
        ],
        first_row=2,
    )
    result = empty_space.optimize(scenarios[0], scenarios[1])
    assert result.success
    (run,) = empty_space.rows("Runs")
    assert (run["scenario_name"], run["constraint_set_name"]) == (scenarios[0], scenarios[1])
    targets = [row for row in empty_space.rows("Gaps_Alerts") if row["kind"] == "target"]
    assert {row["kpi_key"] for row in targets} == set(kpis)
    assert {row["dimension_key"] for row in targets} == {NAMES[0]}
    gains = json.loads(empty_space.rows("Results")[0]["kpi_gains_json"])
    assert set(gains) == {"ns", *kpis}
    saved = {name for (name,) in empty_space.query("select scenario_name from optimization_scenarios")}
    assert saved == set(scenarios)
