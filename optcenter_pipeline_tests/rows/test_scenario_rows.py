"""Rules of the rows, tab Scenario_Config."""

import datetime as dt
from typing import Any

import pytest

from optcenter_pipeline.rules.analysis_kinds import AnalysisKind
from optcenter_pipeline.rules.asked_analyses import ANALYSIS_NAMES, typed_analyses
from optcenter_pipeline.rules.portfolio import LexicographicStage
from optcenter_pipeline_tests.support.portfolio_rows import findings_of, judged, lines, sound_rows

FORMS = "YYYY, YYYY-Hn, YYYY-Qn, YYYY-MM or YYYY-Www"
WEIGHTED = 'a JSON object of KPIs and weights, e.g. {"gmv": 0.6, "nps": 0.4}'
ORDERED = 'a JSON list of KPIs, e.g. ["gmv", {"kpi": "nps", "tolerance_pct": 5}]'


SOME = f"give some of {ANALYSIS_NAMES}"


def scenario(**cells: Any) -> dict[str, Any]:
    return {"scenario_name": "X", "period_key": "2026", "capacity_total_tokens": 5.0, **cells}


@pytest.mark.parametrize(
    ("typed", "period", "read_as"),
    [
        ("2026", "2026", None),
        (2026, "2026", None),
        (2026.0, "2026", None),
        ("2026-Q2", "2026-Q2", None),
        (" 2026-W07 ", "2026-W07", None),
        ("Q2_2026", "2026-Q2", "'Q2_2026'"),
        ("2026Q2", "2026-Q2", "'2026Q2'"),
        ("2026-h1", "2026-H1", "'2026-h1'"),
        ("2026-3", "2026-03", "'2026-3'"),
        ("2026-03-01", "2026-03", "'2026-03-01'"),
        (dt.date(2026, 3, 1), "2026-03", "2026-03-01"),
        ("202712", "2027-12", "'202712'"),
        (202712, "2027-12", "202712"),
        ("190001", "1900-01", "'190001'"),
        ("210012", "2100-12", "'210012'"),
    ],
)
def test_periods(typed: Any, period: str, read_as: str | None) -> None:
    book = sound_rows()
    book["Scenario_Config"].append(scenario(period_key=typed))

    validated = judged(book)

    assert validated.scenarios[2].period_key == period
    expected = [] if read_as is None else [f"Scenario_Config!4 period_key: warning: {read_as} is read as {period}"]
    assert lines(validated) == expected
    assert validated.invalid_scenarios == {}


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"scenario_name": None}, ["scenario_name: is blank; give a name that no other scenario has"]),
        ({"period_key": None}, [f"period_key: is blank; give {FORMS}"]),
        ({"period_key": "soon"}, [f"period_key: 'soon' is not a period; give {FORMS}"]),
        ({"period_key": "2026-Q7"}, [f"period_key: '2026-Q7': 2026 has no quarter 7; give {FORMS}"]),
        ({"period_key": "2025-W53"}, [f"period_key: '2025-W53': 2025 has no week 53; give {FORMS}"]),
        ({"period_key": dt.date(2026, 3, 2)}, [f"period_key: 2026-03-02 is a date; give {FORMS}"]),
        ({"period_key": 2026.5}, [f"period_key: 2026.5 is not a period; give {FORMS}"]),
        ({"period_key": "202713"}, [f"period_key: '202713' is not a period; give {FORMS}"]),
        ({"period_key": "189912"}, [f"period_key: '189912' is not a period; give {FORMS}"]),
        ({"period_key": "210101"}, [f"period_key: '210101' is not a period; give {FORMS}"]),
        ({"period_key": True}, [f"period_key: TRUE is not a period; give {FORMS}"]),
        ({"period_key": "#N/A"}, [f"period_key: '#N/A' is a formula error; mend the formula or give {FORMS}"]),
        (
            {"capacity_total_tokens": 0},
            ["capacity_total_tokens: 0 is not above 0; give tokens as a number above 0"],
        ),
        ({"capacity_total_tokens": None}, ["capacity_total_tokens: is blank; give tokens as a number above 0"]),
        (
            {"goal_tolerance_pct": 100.5},
            ["goal_tolerance_pct: 100.5 is above 100; give a number from 0 to 100, or leave it blank for 5"],
        ),
        (
            {"goal_tolerance_pct": -1},
            ["goal_tolerance_pct: -1 is below 0; give a number from 0 to 100, or leave it blank for 5"],
        ),
        (
            {"objective_mode": "best"},
            [
                "objective_mode: 'best' is none of the choices; give north_star, weighted_kpis or lexicographic, "
                "or leave it blank for north_star"
            ],
        ),
        (
            {"objective_weights_json": {"gmv": 1}},
            ['objective_weights_json: {"gmv": 1} means nothing with objective_mode north_star; clear the cell'],
        ),
        (
            {"objective_mode": "weighted_kpis"},
            [f"objective_weights_json: is blank, and objective_mode weighted_kpis needs it; give {WEIGHTED}"],
        ),
        (
            {"objective_mode": "weighted_kpis", "objective_weights_json": "{gmv"},
            [f"objective_weights_json: '{{gmv' is not a JSON object; give {WEIGHTED}"],
        ),
        (
            {"objective_mode": "weighted_kpis", "objective_weights_json": "#REF!"},
            [f"objective_weights_json: '#REF!' is a formula error; mend the formula or give {WEIGHTED}"],
        ),
        (
            {"objective_mode": "weighted_kpis", "objective_weights_json": {"gmv": -1, "nps": "x", "NPS": True}},
            [
                "objective_weights_json: the weight of 'gmv', -1, is below 0; the weight of 'nps', 'x', is not a "
                f"number; the weight of 'NPS', TRUE, is not a number; 'NPS' stands there twice; give {WEIGHTED}, "
                "weights 0 or more with a sum above 0"
            ],
        ),
        (
            {"objective_mode": "weighted_kpis", "objective_weights_json": {"gmv": 0}},
            [
                f"objective_weights_json: the weights sum to 0; give {WEIGHTED}, "
                "weights 0 or more with a sum above 0"
            ],
        ),
        (
            {"objective_mode": "weighted_kpis", "objective_weights_json": {"gmv": 0.5, "nps": 0.25}},
            ["objective_weights_json: warning: the weights sum to 0.75, not 1; only their ratios count"],
        ),
        (
            {"objective_mode": "weighted_kpis", "objective_weights_json": {"gmw": 0.5, "old": 0.5}},
            [
                "objective_weights_json: 'gmw' is not in Metrics_Config; did you mean 'GMV'?",
                "objective_weights_json: 'old' is not active in Metrics_Config; give an active KPI, or make it "
                "active there",
            ],
        ),
        (
            {"objective_mode": "lexicographic", "objective_weights_json": {"gmv": 1}},
            [f'objective_weights_json: {{"gmv": 1}} is not a JSON list; give {ORDERED}'],
        ),
        (
            {"objective_mode": "lexicographic", "objective_weights_json": ["Goals"]},
            [f"objective_weights_json: 'Goals' names no KPI; give {ORDERED}"],
        ),
        (
            {
                "objective_mode": "lexicographic",
                "objective_weights_json": ["gmv", {"kpi": "nps", "tolerance_pct": 101}, {"kip": 1}, 3, "GMV"],
            },
            [
                "objective_weights_json: the tolerance_pct of 'nps', 101, is not a number from 0 to 100; "
                '{"kip": 1} is neither a KPI nor an object of kpi and tolerance_pct; 3 is neither a KPI nor an '
                f"object of kpi and tolerance_pct; 'GMV' stands there twice; give {ORDERED}"
            ],
        ),
        (
            {"objective_mode": "lexicographic", "objective_weights_json": ["gmv", "goals", "goals"]},
            [f"objective_weights_json: 'goals' stands there twice; give {ORDERED}"],
        ),
        ({"analyses": "explain|crystal ball"}, [f"analyses: 'crystal ball' is not an analysis; {SOME}"]),
        (
            {"analyses": "#REF!"},
            [f"analyses: '#REF!' is a formula error; mend the formula or {SOME}"],
        ),
        ({"analyses": "7"}, [f"analyses: '7' is not an analysis; {SOME}"]),
        (
            {"analyses": "frontier(points=1; pints=2) | alternatives(within=101%)"},
            [
                "analyses: points of frontier is '1'; give a whole number from 2 to 1000; frontier has no option "
                "'pints'; give points, against or of; did you mean 'points'?; within of alternatives is '101%'; "
                "give a number from 0 to 100"
            ],
        ),
        ({"analyses": "frontier(against=gmw)"}, ["analyses: 'gmw' is not in Metrics_Config; did you mean 'GMV'?"]),
        (
            {"analyses": "frontier(against=GMV)"},
            [
                "analyses: frontier(against=GMV): 'GMV' is the objective itself; give another KPI, capacity or "
                "goals, or another y with of="
            ],
        ),
    ],
)
def test_what_is_wrong(cells: dict[str, Any], found: list[str]) -> None:
    assert findings_of("Scenario_Config", scenario(**cells)) == [f"Scenario_Config!4 {line}" for line in found]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Frontier|explain", ("explain", "frontier")),
        ("report; Explanations", ("explain", "report")),
        ("all", tuple(AnalysisKind)),
        ("frontier( Points = 20 ; against=NPS) | report", ("frontier(points=20, against=NPS)", "report")),
        ("frontier(against=gmv, of=nps)", ("frontier(against=gmv, of=nps)",)),
        (None, ()),
    ],
)
def test_analyses_are_read_with_their_options_in_the_order_in_which_they_are_made(
    typed: Any, read: tuple[str, ...]
) -> None:
    book = sound_rows()
    book["Scenario_Config"][0]["analyses"] = typed
    assert tuple(typed_analyses(judged(book).scenarios[0].analyses)) == read


def test_lexicographic_stages() -> None:
    book = sound_rows()
    typed = ["gmv", " Goals", {"kpi": "NPS", "tolerance_pct": 5}]
    book["Scenario_Config"].append(scenario(objective_mode="Lexicographic", objective_weights_json=typed))

    validated = judged(book)
    compiled = validated.scenarios[2].compiled(validated.kpi_keys)

    assert validated.messages == ()
    assert compiled.objective_weights == ["GMV", "goals", LexicographicStage(kpi="nps", tolerance_pct=5.0)]
    assert compiled.goal_tolerance_pct == 5.0
    assert compiled.source_row == "Scenario_Config!4"


def test_weights_are_compiled_to_the_registrys_spelling() -> None:
    book = sound_rows()
    weights = {"gmv": 0.6, "NPS": 0.4}
    book["Scenario_Config"].append(scenario(objective_mode="weighted kpis", objective_weights_json=weights))

    validated = judged(book)

    assert validated.messages == ()
    assert validated.scenarios[2].compiled(validated.kpi_keys).objective_weights == {"GMV": 0.6, "nps": 0.4}


def test_a_wrong_scenario_is_invalid_and_no_other() -> None:
    book = sound_rows()
    book["Scenario_Config"][1]["capacity_total_tokens"] = "much"

    validated = judged(book)

    line = "Scenario_Config!3 capacity_total_tokens: 'much' is not a number; give tokens as a number above 0"
    assert validated.invalid_scenarios == {"q3 plan": (line,)}
    assert [row.scenario_name for row in validated.scenarios] == ["Q2 plan"]


def test_of_the_same_scenario_twice_the_first_stands_and_may_run() -> None:
    book = sound_rows()
    book["Scenario_Config"].append(scenario(scenario_name=" q2 PLAN"))

    validated = judged(book)

    assert lines(validated) == [
        "Scenario_Config!4 scenario_name: 'q2 PLAN' is in Scenario_Config!2 already, which stands; "
        "change this row or delete it"
    ]
    assert validated.invalid_scenarios == {}
    assert [row.row_num for row in validated.scenarios if row.scenario_name == "Q2 plan"] == [2]
    assert validated.scenario_names["q2 plan"] == "Q2 plan"


class TestNorthStar:
    def test_none(self) -> None:
        book = sound_rows()
        book["Metrics_Config"][0]["is_active"] = False

        validated = judged(book)

        text = (
            "objective_mode: is blank, which means north_star, and no active KPI in Metrics_Config is a north star "
            "(Metrics_Config!2 is not active); give one KPI kpi_level north_star, or choose another mode"
        )
        assert lines(validated) == [f"Scenario_Config!2 {text}", f"Scenario_Config!3 {text}"]
        assert set(validated.invalid_scenarios) == {"q2 plan", "q3 plan"}

    def test_two(self) -> None:
        book = sound_rows()
        book["Metrics_Config"][1]["kpi_level"] = "North Star"
        book["Scenario_Config"][0] |= {"objective_mode": "north-star"}
        weights = {"objective_mode": "weighted_kpis", "objective_weights_json": {"gmv": 1}}
        book["Scenario_Config"][1] |= weights

        assert lines(judged(book)) == [
            "Scenario_Config!2 objective_mode: 'north-star', and 2 active KPIs are north stars "
            "('GMV' in Metrics_Config!2, 'nps' in Metrics_Config!3); leave one"
        ]

    def test_one_whose_row_is_in_error_gives_no_second_message(self) -> None:
        book = sound_rows()
        book["Metrics_Config"][0]["kpi_level"] = "northstar"

        validated = judged(book)

        right = "give north_star, strategic or supporting"
        line = f"Metrics_Config!2 kpi_level: 'northstar' is none of the choices; {right}"
        assert lines(validated) == [line]
        assert validated.invalid_scenarios == {"q2 plan": (line,), "q3 plan": (line,)}

    def test_an_unreadable_registry_is_not_an_empty_one(self) -> None:
        from optcenter_pipeline.rows import validate
        from optcenter_pipeline_tests.support.raw_tabs import raw_tab, raw_tabs

        tabs = raw_tabs(sound_rows())
        tabs["Metrics_Config"] = raw_tab("Metrics_Config", errors=["column kpi_level is missing"])

        validated = validate(tabs)

        assert lines(validated) == ["Metrics_Config!1 header: column kpi_level is missing"]
        assert validated.unreadable_tabs == ("Metrics_Config",)
        assert validated.invalid_scenarios == {}
