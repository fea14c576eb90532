"""Analyses with their options as people type them: what is read, how it is typed again, what is wrong with it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optcenter_pipeline.rules.analysis_kinds import AnalysisKind
from optcenter_pipeline.rules.analysis_options import (
    OPTIONS_OF,
    AlternativesOptions,
    ComparisonOptions,
    ExplainOptions,
    FrontierOptions,
    ReportOptions,
    RobustnessOptions,
    WrongAnalysesError,
    options_kept,
    unknown_kpi,
)
from optcenter_pipeline.rules.asked_analyses import EXAMPLE, asked_analyses, typed_analyses

NAMES = "give some of explain, frontier, alternatives, robustness, comparison, report, all"


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("", ()),
        (" , | ;", ()),
        ("report;explain", (ExplainOptions(), ReportOptions())),
        ("Frontier( POINTS=20 , Against = GMV )", (FrontierOptions(points=20, against="GMV"),)),
        ("frontier(against=Capacity)", (FrontierOptions(against="capacity"),)),
        ("frontier()", (FrontierOptions(),)),
        ("alternatives(count=3;within=2.5 %)", (AlternativesOptions(count=3, within=2.5),)),
        ("frontier(points=3 | of=nps)", (FrontierOptions(points=3, of="nps"),)),
        ("frontier(against=GMV (net))|report", (FrontierOptions(against="GMV (net)"), ReportOptions())),
        ('frontier(against="a, b=c) ""d""")', (FrontierOptions(against='a, b=c) "d"'),)),
        ("robustness(seed=7)|robustness(seed=7)", (RobustnessOptions(seed=7),)),
        ("robustness(seed=999999999999999)", (RobustnessOptions(seed=999999999999999),)),
        (
            ["explain(exact=10)", "comparison(run=approved)|report"],
            (ExplainOptions(exact=10), ComparisonOptions(run="approved"), ReportOptions()),
        ),
        (
            {"report": {}, "frontier": {"points": 20.0, "of": None}},
            (FrontierOptions(points=20), ReportOptions()),
        ),
    ],
)
def test_what_is_typed_is_read(typed: Any, asked: tuple[Any, ...]) -> None:
    found = asked_analyses(typed)
    assert found == asked
    assert [options.given for options in found] == [options.given for options in asked]


def test_all_is_every_analysis_some_with_options() -> None:
    asked = asked_analyses("frontier(points=20)|all")
    assert [options.kind for options in asked] == list(AnalysisKind)
    assert typed_analyses(asked)[1:3] == ["frontier(points=20)", "alternatives"]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("fronteer", f"'fronteer' is not an analysis; {NAMES}; did you mean 'frontier'?"),
        ("frontier(points=20", f"'frontier(points=20' has a bracket without its other; give e.g. {EXAMPLE}"),
        ('frontier(against="x)', f"'frontier(against=\"x)' has a quote without its other; give e.g. {EXAMPLE}"),
        ("frontier(=5)", "frontier has no option ''; give points, against or of"),
        (
            "robustness(seed=1000000000000001)",
            "seed of robustness is '1000000000000001'; give a whole number from 0 to",
        ),
        ("frontier() twice", f"'frontier() twice' cannot be read; give e.g. {EXAMPLE}"),
        ("frontier(20)", f"'20' in 'frontier(20)' is no option; give name=value, e.g. {EXAMPLE}"),
        ("frontier(points=3, points=4)", "'points' stands twice in 'frontier(points=3, points=4)'; give it once"),
        ("frontier(points=12.5)", "points of frontier is 12.5; give a whole number from 2 to 1000"),
        ("frontier(points=1e400)", "points of frontier is inf; give a whole number from 2 to 1000"),
        ("frontier(against=)", "against of frontier is ''; give capacity, goals or a KPI of Metrics_Config"),
        ("frontier(against=nps, of=NPS)", "frontier: against and of are both 'NPS'; give two different ones"),
        ("alternatives(within=nan)", "within of alternatives is 'nan'; give a number from 0 to 100"),
        (
            "robustness(draw=5)",
            "robustness has no option 'draw'; give draws, tokens or seed; did you mean 'draws'?",
        ),
        ("report(file=x)", "report has no option 'file'; it takes none"),
        ("all(points=3)", "all takes no options; give them to one of "),
        (
            "frontier|frontier(points=20)",
            "frontier and frontier(points=20): a run has one of each; give frontier once",
        ),
        ({"frontier": {"points": True}}, "points of frontier is TRUE; give a whole number from 2 to 1000"),
        ({"frontier": 20}, "'frontier' has 20 for options; give an object, e.g. {}"),
        ([1], f"[1] is no list of analyses; {NAMES}, e.g. {EXAMPLE}"),
        ("report(x=1)|tarot", f"report has no option 'x'; it takes none; 'tarot' is not an analysis; {NAMES}"),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(typed: Any, text: str) -> None:
    with pytest.raises(WrongAnalysesError) as raised:
        asked_analyses(typed)
    assert str(raised.value).startswith(text)


def test_of_many_faults_the_first_are_named_and_the_others_counted() -> None:
    with pytest.raises(WrongAnalysesError) as raised:
        asked_analyses("|".join(f"tarot{number}" for number in range(5000)))
    assert str(raised.value).endswith("; 4,992 more")
    assert str(raised.value).count("is not an analysis") == 8


_KPIS = st.text(min_size=1).filter(lambda name: name.strip() not in ("", "capacity", "goals"))
_ASKED = st.tuples(
    st.builds(FrontierOptions, points=st.integers(2, 1000), against=_KPIS),
    st.builds(AlternativesOptions, count=st.integers(1, 100), within=st.floats(0, 100).map(lambda x: round(x, 9))),
    st.builds(ComparisonOptions, run=_KPIS),
)


@settings(max_examples=60, deadline=None)
@given(_ASKED)
def test_whatever_a_name_holds_it_is_read_as_it_was_meant(asked: tuple[Any, ...]) -> None:
    typed = typed_analyses(asked)
    assert asked_analyses(typed) == asked
    assert asked_analyses(" | ".join(typed)) == asked


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='frontier()=|;,"%.12 \n', max_size=40) | st.text(max_size=30))
def test_whatever_is_typed_is_read_or_refused_in_words(typed: str) -> None:
    try:
        asked = asked_analyses(typed)
    except WrongAnalysesError as error:
        assert str(error)
    else:
        assert asked_analyses(typed_analyses(asked)) == asked


def test_what_is_kept_is_read_back_with_what_else_stands_there_passed_over() -> None:
    kept = {**FrontierOptions(points=20).completed().model_dump(mode="json"), "compared_with": "x"}
    assert options_kept(AnalysisKind.FRONTIER, kept) == FrontierOptions(points=20)
    assert options_kept(AnalysisKind.FRONTIER, {"points": 5000}) == FrontierOptions()
    assert options_kept(AnalysisKind.COMPARISON, {"with": "20261123T054200-3f2a9c"}).given == {}


def test_kpis_that_there_are_none_of_are_told_with_those_that_there_are() -> None:
    asked = asked_analyses("frontier(against=goals, of=np) | report")
    assert unknown_kpi(asked, ["NP", "gmv"]) is None
    assert unknown_kpi(asked, ["NPS", "gmv"]) == (
        "frontier: 'np' is no active KPI of Metrics_Config (NPS, gmv); did you mean 'NPS'?"
    )


def test_every_option_says_what_it_is_and_what_it_may_be() -> None:
    assert set(OPTIONS_OF) == set(AnalysisKind)
    for model in OPTIONS_OF.values():
        for option in model.model_fields.values():
            assert option.title and option.description
