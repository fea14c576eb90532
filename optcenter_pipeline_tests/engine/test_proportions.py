"""A contribution in which the others are lost is told of, and ordinary numbers are left alone."""

from typing import Any

import pytest

from optcenter_pipeline.engine import solve
from optcenter_pipeline.engine.result import Alert
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot


def told(amounts: dict[str, float], mip_gap: float = 1e-4, **more: Any) -> list[Alert]:
    rows = [
        candidate(key, 5, {"gmv": gmv} if gmv else {}, source_row=f"Candidates!{number}")
        for number, (key, gmv) in enumerate(amounts.items(), start=2)
    ]
    question = snapshot(rows, capacity=50, **more)
    solver = question.solver.model_copy(update={"mip_gap": mip_gap})
    result = solve(question.model_copy(update={"solver": solver}))
    return [alert for alert in result.alerts if alert.code == "contribution_out_of_proportion"]


def test_the_one_and_its_row_are_named_with_what_to_do() -> None:
    (alert,) = told({"A": 500, "B": 1e12, "C": 0, "D": -300})
    assert (alert.initiative_key, alert.source_rows) == ("B", ("Candidates!3",))
    assert alert.message == (
        "B counts for 1,000,000,000,000 gmv, and 2 others for 500 at most. Plans within 0.01 % of the best count "
        "as equal, here 100,000,000 gmv: what the others add is lost in that. Check the zeros and the unit of the "
        "number, in KPI_Contributions or in its rule"
    )


def test_a_bonus_is_named_by_its_members_and_rule() -> None:
    bonus = {"members": ["A", "B"], "kpi_key": "gmv", "value": -1e9, "source_rows": ["Constraints!4"]}
    (alert,) = told({"A": 5, "B": 7, "C": 9}, synergy_bonuses=[bonus])
    assert alert.message.startswith(
        "the synergy of A + B counts for 1,000,000,000 gmv, and 3 others for 9 at most."
    )
    assert alert.source_rows == ("Constraints!4",)


@pytest.mark.parametrize(
    ("amounts", "mip_gap", "is_told"),
    [
        ({"A": 1e12, "B": 5}, 1e-4, True),
        ({"A": 1e12, "B": 5}, 0.0, True),
        ({"A": 1e6, "B": 50}, 1e-4, True),
        ({"A": 1e6, "B": 50}, 1e-6, False),
        ({"A": 1e6, "B": 101}, 1e-4, False),
        # who asks for a wide gap knows what it leaves open
        ({"A": 1e4, "B": 5}, 0.05, False),
        # most are alike: one that is small says nothing of the large ones
        ({"A": 1e6, "B": 2e6, "C": 5}, 1e-4, False),
        ({"A": 1e6}, 1e-4, False),
        ({"A": 0}, 1e-4, False),
    ],
)
def test_only_numbers_that_lose_the_others(amounts: dict[str, float], mip_gap: float, is_told: bool) -> None:
    assert bool(told(amounts, mip_gap)) is is_told


def test_a_kpi_that_the_objective_does_not_want_is_nobodys_matter() -> None:
    rows = [candidate("A", 5, {"gmv": 5, "nps": 1e12}), candidate("B", 5, {"gmv": 6, "nps": 1})]
    kpis = {"gmv": "north_star", "nps": "supporting"}
    assert not solve(snapshot(rows, metrics=kpis)).alerts
    weights = {"objective_mode": "weighted_kpis", "objective_weights": {"gmv": 1, "nps": 1}}
    (alert,) = solve(snapshot(rows, metrics=kpis, scenario=weights)).alerts
    assert alert.message.startswith("A counts for 1,000,000,000,000 nps, and 1 other for 1 at most.")
