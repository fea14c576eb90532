"""Rules of the rows, tabs Initiatives, Metrics_Config and KPI_Contributions."""

from typing import Any

import pytest

from optcenter_pipeline_tests.support.portfolio_rows import findings_of, judged, lines, sound_rows

ALREADY = "already, which stands; change this row or delete it"


@pytest.mark.parametrize(
    ("tab", "cells", "found"),
    [
        (
            "Initiatives",
            {"title": "No key"},
            ["Initiatives!8 initiative_key: is blank; give a key that no other initiative has, e.g. INIT-12"],
        ),
        (
            "Initiatives",
            {"initiative_key": " init-1"},
            [f"Initiatives!8 initiative_key: 'init-1' is in Initiatives!2 {ALREADY}"],
        ),
        (
            "Initiatives",
            {"initiative_key": "INIT-7", "country": "#REF!", "title": "#REF!"},
            ["Initiatives!8 country: '#REF!' is a formula error; mend the formula or type the text"],
        ),
        ("Initiatives", {"initiative_key": "#7", "title": "=1+1", "lifecycle_status": "whatever"}, []),
        ("Metrics_Config", {"kpi_key": "x", "kpi_level": "Supporting", "is_active": True}, []),
        (
            "Metrics_Config",
            {"kpi_key": "x"},
            ["Metrics_Config!5 kpi_level: is blank; give north_star, strategic or supporting"],
        ),
        (
            "Metrics_Config",
            {"kpi_level": "tactical", "is_active": "maybe"},
            [
                "Metrics_Config!5 kpi_key: is blank; give a key that no other KPI has, e.g. gmv",
                "Metrics_Config!5 kpi_level: 'tactical' is none of the choices; "
                "give north_star, strategic or supporting",
                "Metrics_Config!5 is_active: 'maybe' is neither TRUE nor FALSE; "
                "give TRUE or FALSE, or leave it blank for TRUE",
            ],
        ),
        (
            "Metrics_Config",
            {"kpi_key": "gmv ", "kpi_level": "north_star"},
            [f"Metrics_Config!5 kpi_key: 'gmv' is in Metrics_Config!2 {ALREADY}"],
        ),
        (
            "KPI_Contributions",
            {"initiative_key": "INIT-1", "kpi_key": "GMV", "contribution": 1},
            [f"KPI_Contributions!5 initiative_key: 'INIT-1' with 'GMV' is in KPI_Contributions!2 {ALREADY}"],
        ),
        (
            "KPI_Contributions",
            {"initiative_key": "QQQ", "kpi_key": "gmw", "contribution": "inf"},
            [
                "KPI_Contributions!5 contribution: 'inf' is not a number; give a number in the KPI's unit",
                "KPI_Contributions!5 initiative_key: 'QQQ' is not in Initiatives; give an initiative that is there",
                "KPI_Contributions!5 kpi_key: 'gmw' is not in Metrics_Config; did you mean 'GMV'?",
            ],
        ),
        (
            "KPI_Contributions",
            {"initiative_key": "INIT-4", "kpi_key": "old", "contribution": 2.5, "low": 3, "high": 2},
            ["KPI_Contributions!5 low: 3 is above high 2; give low as the smaller of the two"],
        ),
        (
            "KPI_Contributions",
            {"initiative_key": "INIT-4", "kpi_key": "old", "contribution": 2.5, "low": 3},
            ["KPI_Contributions!5 contribution: warning: 2.5 is below low 3"],
        ),
        (
            "KPI_Contributions",
            {"initiative_key": "INIT-4", "kpi_key": "old", "contribution": -2.5, "high": -3},
            ["KPI_Contributions!5 contribution: warning: -2.5 is above high -3"],
        ),
    ],
)
def test_what_is_wrong(tab: str, cells: dict[str, Any], found: list[str]) -> None:
    assert findings_of(tab, cells) == found


def test_a_row_in_error_is_still_known_by_its_key() -> None:
    book = sound_rows()
    book["Initiatives"][0]["country"] = "#REF!"
    book["Metrics_Config"][1]["is_active"] = "maybe"

    validated = judged(book)

    assert [line.split()[0] for line in lines(validated)] == ["Initiatives!2", "Metrics_Config!3"]
    assert validated.initiatives[0].initiative_key == "INIT-2"
    assert [row.kpi_key for row in validated.metrics] == ["GMV", "old"]
    assert validated.kpi_keys == {"gmv": "GMV", "nps": "nps", "old": "old"}


def test_the_nearest_of_many_names_is_found_by_its_rare_parts() -> None:
    book = sound_rows()
    book["Initiatives"] += [{"initiative_key": f"PROJECT-{i:05}"} for i in range(2000)]
    book["KPI_Contributions"].append({"initiative_key": "PROJET-01234", "kpi_key": "gmv", "contribution": 1})

    assert lines(judged(book)) == [
        "KPI_Contributions!5 initiative_key: 'PROJET-01234' is not in Initiatives; did you mean 'PROJECT-01234'?"
    ]
