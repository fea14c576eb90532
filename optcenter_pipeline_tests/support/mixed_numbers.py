"""Small random runs whose numbers differ by 15 orders of magnitude, and whose bounds are met to the last digit."""

import math
from collections.abc import Iterator
from random import Random

from optcenter_pipeline.engine.linear_model import LinearModel
from optcenter_pipeline.engine.objective import Plan, Stage, goals_stage
from optcenter_pipeline.rules.linear import INFINITY, LinearRow, PoolColumns, Terms
from optcenter_pipeline.rules.portfolio import Candidate
from optcenter_pipeline.rules.synergy import SynergyBonus
from optcenter_pipeline.rules.target import Target

KPIS = ("gmv", "nps")
_NUDGES = (0.0, 0.0, 0.0, 1e-15, -1e-15, 5e-10, -5e-10, 2e-9, -2e-9, 1e-7, -1e-7)
"""How far a bound lies from what some candidates add up to, relative to its size."""


def mixed_run(dice: Random) -> tuple[LinearModel, Plan]:
    """A model and its stages: contributions of 1e-6 to 1e9 and tokens of 0.1 to 1e6, typed or summed up."""
    keys = [f"I-{i}" for i in range(dice.randint(2, 6))]
    kinds = dice.choice(((0,), (0,), (0, 6), (-6, 9), tuple(range(-6, 10))))
    costs = dice.choice(((-1,), (-1, 0), tuple(range(-1, 7))))
    candidates = tuple(
        Candidate(
            initiative_key=key,
            engineering_tokens=abs(_number(dice, costs)),
            contributions={kpi: _number(dice, kinds) for kpi in KPIS if dice.random() < 0.8},
        )
        for key in keys
    )
    synergies = tuple(
        SynergyBonus(
            members=tuple(sorted(dice.sample(keys, 2))), kpi_key=dice.choice(KPIS), value=_signed(dice, kinds)
        )
        for _ in range(dice.choice((0, 0, 1, 2)))
    )
    first = PoolColumns(candidates, synergies)
    targets = [_target(dice, first) for _ in range(dice.choice((0, 1, 1, 2)))]
    goals = tuple(target for target in targets if target.floor_or_goal == "goal")
    columns = PoolColumns(candidates, synergies, goals)
    rows = [row for synergy in synergies for row in synergy.linear_rows(columns)]
    rows += [row for target in targets for row in target.linear_rows(columns)]
    rows += [row for _ in range(dice.randint(1, 4)) for row in _some_row(dice, columns)]
    model = LinearModel(columns, tuple(rows), synergies, goals)
    stages = tuple(Stage(kpi, "kpi", columns.kpi_terms(kpi)) for kpi in dice.sample(KPIS, dice.randint(1, 2)))
    return model, Plan(stages, goals_stage(model), 0.05, Stage("economy", "economy", columns.token_terms()))


def _number(dice: Random, powers: tuple[int, ...]) -> float:
    """0.3 as it is typed, or as 0.1 + 0.2 gives it."""
    power, one, other = dice.choice(powers), dice.randint(1, 9), dice.randint(1, 9)
    unit = float(f"1e{power}")
    return unit * one + unit * other if dice.random() < 0.4 else float(f"{one}e{power}")


def _signed(dice: Random, powers: tuple[int, ...]) -> float:
    return dice.choice((1, 1, -1)) * _number(dice, powers)


def _near_a_sum(dice: Random, amounts: tuple[float, ...]) -> float:
    """What some of the amounts add up to, in one order or another, or nearly."""
    chosen = dice.sample(amounts, dice.randint(0, len(amounts)))
    total = sum(chosen) if dice.random() < 0.7 else math.fsum(chosen)
    size = max((abs(amount) for amount in (*amounts, total)), default=0.0)
    return total + dice.choice(_NUDGES) * dice.choice((size, abs(total)))


def _target(dice: Random, columns: PoolColumns) -> Target:
    kpi = dice.choice(KPIS)
    return Target(
        kpi_key=kpi,
        floor_or_goal=dice.choice(("floor", "goal")),
        target_value=_near_a_sum(dice, columns.kpi_terms(kpi).coefficients),
    )


def _some_row(dice: Random, columns: PoolColumns) -> Iterator[LinearRow]:
    count = len(columns.candidates)
    one, other = dice.sample(range(count), 2)
    kind = dice.choice(("cap", "cap", "cap", "floor", "needs", "pair", "bundle", "fixed"))
    if kind in ("cap", "floor"):
        members = sorted(dice.sample(range(count), dice.randint(1, count)))
        terms = Terms(tuple(members), tuple(columns.candidates[i].engineering_tokens for i in members))
        bound = _near_a_sum(dice, terms.coefficients)
        yield _row(terms, upper=bound) if kind == "cap" else _row(terms, lower=bound)
    elif kind == "needs":
        yield _row(Terms((one, other), (1.0, -1.0)), upper=0.0)
    elif kind == "pair":
        yield _row(Terms((one, other), (1.0, 1.0)), upper=1.0)
    elif kind == "bundle":
        yield _row(Terms((one, other), (1.0, -1.0)), 0.0, 0.0)
    else:
        value = float(dice.randint(0, 1))
        yield _row(Terms((one,), (1.0,)), value, value)


def _row(terms: Terms, lower: float = -INFINITY, upper: float = INFINITY) -> LinearRow:
    return LinearRow("mixed", terms, ("Constraints!2",), "a row of mixed numbers", lower=lower, upper=upper)
