"""Small runs made by hand: candidates, and rows as dictionaries of coefficients."""

from collections.abc import Mapping, Sequence

from optcenter_pipeline.engine.linear_model import LinearModel
from optcenter_pipeline.engine.objective import Plan, Stage
from optcenter_pipeline.rules.linear import INFINITY, LinearRow, PoolColumns, Terms
from optcenter_pipeline.rules.portfolio import Candidate
from optcenter_pipeline_tests.support.reductions import SmallRun

Row = tuple[Mapping[int, float], float, float]
"""(column → coefficient, lower bound, upper bound)."""


def at_most(upper: float, *coefficients: float) -> Row:
    """A row of columns 0, 1, …"""
    return dict(enumerate(coefficients)), -INFINITY, upper


def at_least(lower: float, *coefficients: float) -> Row:
    """A row of columns 0, 1, …"""
    return dict(enumerate(coefficients)), lower, INFINITY


def hand_run(amounts: Sequence[float], rows: Sequence[Row], tokens: Sequence[float] | None = None) -> SmallRun:
    """A run that maximises one KPI, then spends as little as it can.

    Args:
        amounts: what each candidate brings to the KPI.
        rows: all rows; a coefficient of 0 is none.
        tokens: what each candidate costs, 1 by default.
    """
    costs = tokens or [1.0] * len(amounts)
    candidates = tuple(
        Candidate(initiative_key=f"I-{i:02d}", engineering_tokens=cost, contributions={"gmv": amount})
        for i, (cost, amount) in enumerate(zip(costs, amounts, strict=True))
    )
    columns = PoolColumns(candidates)
    lines = tuple(
        LinearRow("hand", _terms(row), (f"Constraints!{number}",), f"row {number}", lower=lower, upper=upper)
        for number, (row, lower, upper) in enumerate(rows, 2)
    )
    model = LinearModel(columns, lines)
    economy = Stage("economy", "economy", columns.token_terms())
    return SmallRun(model, Plan((Stage("gmv", "kpi", columns.kpi_terms("gmv")),), None, 0.05, economy))


def _terms(row: Mapping[int, float]) -> Terms:
    kept = {column: coefficient for column, coefficient in row.items() if coefficient}
    return Terms(tuple(kept), tuple(kept.values()))
