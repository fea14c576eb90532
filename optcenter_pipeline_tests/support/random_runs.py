"""Small random models, dense in what reductions look for and in what only looks like it.

Numbers have two decimals and are small, so that two portfolios are either equal in value or clearly apart.
"""

from collections.abc import Iterator
from itertools import combinations, pairwise
from random import Random

from optcenter_pipeline.engine.linear_model import LinearModel
from optcenter_pipeline.engine.objective import Plan, Stage, goals_stage
from optcenter_pipeline.rules.linear import INFINITY, LinearRow, PoolColumns, Terms
from optcenter_pipeline.rules.portfolio import Candidate
from optcenter_pipeline.rules.synergy import SynergyBonus
from optcenter_pipeline.rules.target import Target

KPIS = ("gmv", "nps", "churn")
_SCALES = (1.0, 1.0, 1.0, 2.0, 0.5, 3.0)
_SIZES = (2, 3, 4, 5, 5, 6, 6, 7, 7)


def random_run(dice: Random) -> tuple[LinearModel, Plan]:
    """A model and its stages; most have portfolios, some have none."""
    kpis = KPIS[: dice.randint(1, 3)]
    keys = [f"I-{i}" for i in range(dice.choice(_SIZES))]
    signed, sparse = dice.random() < 0.3, dice.choice((0.2, 0.5, 0.8))
    candidates = tuple(
        Candidate(
            initiative_key=key,
            engineering_tokens=float(dice.choice((1, 2, 3, 4, 5, 8, 2.5))),
            contributions={kpi: _amount(dice, signed) for kpi in kpis if dice.random() > sparse},
        )
        for key in keys
    )
    synergies = tuple(
        SynergyBonus(
            members=tuple(sorted(dice.sample(keys, min(dice.choice((1, 2, 2, 3, 4)), len(keys))))),
            kpi_key=dice.choice(kpis),
            value=float(dice.choice((1, 2, 5, 9, 9, 12, -3, -8))),
        )
        for _ in range(dice.choice((0, 1, 2, 3, 4)))
    )
    targets = [
        Target(
            kpi_key=dice.choice(kpis),
            floor_or_goal=dice.choice(("floor", "goal", "goal")),
            target_value=float(dice.choice((-3, 0, 2, 5, 9, 15, 25))),
        )
        for _ in range(dice.choice((0, 0, 1, 2)))
    ]
    goals = tuple(target for target in targets if target.floor_or_goal == "goal")
    columns = PoolColumns(candidates, synergies, goals)
    rows = [row for synergy in synergies for row in synergy.linear_rows(columns)]
    rows += [row for target in targets for row in target.linear_rows(columns)]
    rows += _Rows(dice, len(keys)).some()
    dice.shuffle(rows)
    model = LinearModel(columns, tuple(rows), synergies, goals)
    return model, _plan(dice, model, kpis)


def _amount(dice: Random, signed: bool) -> float:
    return float(dice.randint(-4 if signed else 0, 9)) * dice.choice((1.0, 0.5))


def _plan(dice: Random, model: LinearModel, kpis: tuple[str, ...]) -> Plan:
    chosen = dice.sample(kpis, dice.randint(1, len(kpis)))
    stages = tuple(Stage(kpi, "kpi", model.columns.kpi_terms(kpi)) for kpi in chosen)
    economy = Stage("economy", "economy", model.columns.token_terms())
    return Plan(stages, goals_stage(model), 0.05, economy)


class _Rows:
    """Makes rows over the candidates' columns."""

    def __init__(self, dice: Random, width: int) -> None:
        self._dice = dice
        self._width = width

    def some(self) -> list[LinearRow]:
        """A few of several kinds, at times the same ones again in another scale."""
        dice = self._dice
        makers = dice.choices(
            (self._implication, self._chain, self._cycle, self._conflict, self._clique, self._equality,
             self._fixing, self._capacity, self._capacity, self._floor, self._mixed, self._cover, self._nearly),
            k=dice.randint(1, 7),
        )  # fmt: skip
        rows = [row for maker in makers for row in maker()]
        for row in dice.sample(rows, min(dice.choice((0, 0, 1, 2)), len(rows))):
            scale = dice.choice((1.0, 2.0, 0.5, -1.0))
            shift = dice.choice((0.0, 0.0, 1.0))
            lower, upper = sorted((row.lower * scale, row.upper * scale))
            terms = Terms(row.terms.columns, tuple(scale * a for a in row.terms.coefficients))
            rows.append(self._row(terms, lower - shift, upper + shift))
        return rows

    def _row(self, terms: Terms, lower: float = -INFINITY, upper: float = INFINITY) -> LinearRow:
        """The terms in random order."""
        pairs = list(zip(terms.columns, terms.coefficients, strict=True))
        self._dice.shuffle(pairs)
        terms = Terms(tuple(column for column, _ in pairs), tuple(a for _, a in pairs))
        return LinearRow("random", terms, ("Constraints!2",), "a random row", lower=lower, upper=upper)

    def _sample(self, most: int, least: int = 2) -> list[int]:
        size = min(self._dice.randint(least, most), self._width)
        return self._dice.sample(range(self._width), size)

    def _sum(self, columns: list[int], coefficient: float = 1.0) -> Terms:
        return Terms(tuple(columns), tuple(coefficient for _ in columns))

    def _below(self, low: int, high: int) -> LinearRow:
        """x_low <= x_high, in one of the ways to say it."""
        scale = self._dice.choice(_SCALES)
        if self._dice.random() < 0.3:
            return self._row(Terms((low, high), (-scale, scale)), lower=0.0)
        return self._row(Terms((low, high), (scale, -scale)), upper=0.0)

    def _implication(self) -> Iterator[LinearRow]:
        low, high = self._sample(2)
        yield self._below(low, high)

    def _chain(self) -> Iterator[LinearRow]:
        columns = self._sample(4)
        for low, high in combinations(columns, 2):
            if self._dice.random() < 0.8:
                yield self._below(low, high)

    def _cycle(self) -> Iterator[LinearRow]:
        columns = self._sample(3)
        for low, high in zip(columns, [*columns[1:], columns[0]], strict=True):
            yield self._below(low, high)

    def _conflict(self) -> Iterator[LinearRow]:
        scale = self._dice.choice(_SCALES)
        yield self._row(self._sum(self._sample(2), scale), upper=scale)

    def _clique(self) -> Iterator[LinearRow]:
        columns = self._sample(5, 3)
        if self._dice.random() < 0.4:
            yield self._row(self._sum(columns), upper=1.0)
        for pair in combinations(columns, 2):
            if self._dice.random() < 0.8:
                yield self._row(self._sum(list(pair)), upper=1.0)

    def _equality(self) -> Iterator[LinearRow]:
        columns = self._sample(3)
        for first, second in pairwise(columns):
            yield self._row(Terms((first, second), (1.0, -1.0)), 0.0, 0.0)

    def _fixing(self) -> Iterator[LinearRow]:
        value = float(self._dice.choice((0, 0, 1)))
        yield self._row(self._sum(self._sample(1, 1)), value, value)

    def _amounts(self, columns: list[int], least: int) -> Terms:
        return Terms(tuple(columns), tuple(float(self._dice.randint(least, 9) or 1) for _ in columns))

    def _capacity(self) -> Iterator[LinearRow]:
        terms = self._amounts(self._sample(7), 1)
        yield self._row(terms, upper=float(self._dice.randint(2, max(3, int(sum(terms.coefficients))))))

    def _floor(self) -> Iterator[LinearRow]:
        terms = self._amounts(self._sample(7), 1)
        yield self._row(terms, lower=float(self._dice.randint(1, max(2, int(sum(terms.coefficients) // 2)))))

    def _mixed(self) -> Iterator[LinearRow]:
        terms, middle = self._amounts(self._sample(4), -5), self._dice.randint(-2, 3)
        side = self._dice.random()
        lower = -INFINITY if side < 0.4 else float(middle - 3)
        yield self._row(terms, lower, INFINITY if side > 0.8 else float(middle + 3))

    def _cover(self) -> Iterator[LinearRow]:
        yield self._row(self._sum(self._sample(4)), lower=1.0)

    def _nearly(self) -> Iterator[LinearRow]:
        """What looks like an implication or a conflict, and is none."""
        first, second = self._sample(2)
        coefficients, upper = self._dice.choice(
            (((1.0, -0.5), 0.0), ((1.0, -1.0), 1.0), ((1.0, 1.0), 1.5), ((0.5, -1.0), 0.0), ((1.0, 2.0), 2.0))
        )
        yield self._row(Terms((first, second), coefficients), upper=upper)
