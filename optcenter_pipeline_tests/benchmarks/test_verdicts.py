import pytest

from benchmarks.compare.record import Record
from benchmarks.compare.verdicts import contradictions, published_verdicts
from optcenter_pipeline_tests.benchmarks.records import record


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (record("scip", 1.0, value=101.0, bound=101.0), "scip: 101 is above engine's bound 100"),
        (record("scip", 1.0, value=99.0, bound=99.0), "engine: 100 is above scip's bound 99"),
        (record("scip", 1.0, value=99.0), "called proven at 99 with the bound at 100"),
        (record("scip", 1.0, broken=["27 tokens of 26"]), "breaks rules: 27 tokens of 26"),
        (record("scip", 1.0, status="infeasible", value=None, bound=None), "infeasible"),
        (record("scip", 1.0, status="died", value=None, bound=None), "died"),
    ],
)
def test_answers_that_cannot_go_together_are_told(other: Record, message: str) -> None:
    assert any(message in text for text in contradictions([record("engine", 1.0), other]))


@pytest.mark.parametrize(
    "other",
    [
        record("scip", 1.0, value=100.0 - 1e-7, bound=100.0),
        record("scip", 1.0, value=99.95, bound=100.05, mip_gap=1e-3),
        record("scip", 30.0, status="stopped", value=80.0, bound=120.0),
        record("scip", 30.0, status="nothing", value=None, bound=None),
        record("scip", 90.0, status="overran", value=None, bound=None),
        record("scip", 1.0, instance="nrp1@50", value=5.0, bound=5.0),
    ],
)
def test_answers_that_go_together_are_not(other: Record) -> None:
    assert list(contradictions([record("engine", 1.0), other])) == []


def test_a_published_value_is_checked_by_proofs() -> None:
    proof, wrong = record("engine", 1.0, published=100.0), record("engine", 1.0, published=90.0)
    unproven = record("engine", 30.0, status="stopped", value=80.0, bound=120.0, published=100.0)
    above = record("engine", 30.0, status="stopped", value=110.0, bound=120.0, published=100.0)
    assert list(published_verdicts([proof])) == [("nrp1@30", "100 proven by engine", False)]
    assert [bad for _, _, bad in published_verdicts([wrong])] == [True]
    assert [bad for _, _, bad in published_verdicts([unproven])] == [False]
    assert [bad for _, _, bad in published_verdicts([above])] == [True]
    assert list(published_verdicts([record("engine", 1.0)])) == []


def test_where_the_list_is_known_to_be_wrong_the_proof_counts() -> None:
    def proven(value: float) -> Record:
        return record("engine", 1.0, instance="nrp-e1@50", value=value, bound=value, published=11070.0)

    assert list(published_verdicts([proven(11071.0)])) == [
        ("nrp-e1@50", "11071 proven by engine (the list says 11070)", False)
    ]
    assert [bad for _, _, bad in published_verdicts([proven(11070.0)])] == [True]
