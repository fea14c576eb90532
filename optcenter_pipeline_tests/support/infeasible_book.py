"""A workbook of many constraint sets, none of which has a portfolio: some by the numbers, most by whole candidates.

All sets share one pool of twelve candidates. What makes a set infeasible comes with rules that can be kept; where
only whole candidates make it so, parts of them could keep every rule.
"""

from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from random import Random
from typing import Any, Literal

from optcenter_pipeline_tests.support.portfolio_rows import Rows

Kind = Literal["by numbers", "by whole candidates"]
Cells = dict[str, Any]
Made = tuple[list[Cells], list[Cells], float]
"""Rows of Constraints, rows of Targets, capacity."""

COUNTRIES = ("UK", "DE", "FR")
PRODUCTS = ("Payments", "Search")
_PAIRED = (17.0, 17.0, 17.0, 17.0)
"""Tokens of the candidates of FR: of a kind, so that pairs of them leave half of one."""


class InfeasibleBook:
    """The rows of all input tabs, and the sets of its scenarios.

    Args:
        seed: the same one gives the same book.
        rounds: how many sets of each kind of contradiction.
    """

    def __init__(self, seed: int, rounds: int) -> None:
        self._dice = Random(seed)
        self._tokens = {
            "UK": [float(n) for n in self._dice.sample(range(20, 60), 4)],
            "DE": [2.0 * n for n in self._dice.sample(range(8, 30), 4)],
            "FR": list(_PAIRED),
        }
        self._keys = {
            country: [f"INIT-{4 * place + n}" for n in range(1, 5)] for place, country in enumerate(COUNTRIES)
        }
        self._value = {
            key: float(self._dice.randint(3, 30)) for country in COUNTRIES for key in self._keys[country]
        }
        self.sets: list[tuple[str, str, Kind]] = []
        """(scenario, set, why it is infeasible)."""
        self.rows: Rows = self._pool()
        for kind, makers in self._makers().items():
            for number, maker in enumerate(makers * rounds, 1):
                self._add(f"{kind} {number}", kind, maker())

    def _makers(self) -> dict[Kind, list[Callable[[], Made]]]:
        numbers = [self._floor_above_cap, self._floors_above_capacity, self._target_too_high, self._too_mandatory]
        return {
            "by numbers": numbers,
            "by whole candidates": [self._window, self._odd, self._thirds, self._knapsack],
        }

    def _pool(self) -> Rows:
        pairs = [(country, key) for country in COUNTRIES for key in self._keys[country]]
        return {
            "Initiatives": [
                {"initiative_key": key, "title": f"Work {key}", "country": country, "product": PRODUCTS[n % 2],
                 "lifecycle_status": "ready"}
                for n, (country, key) in enumerate(pairs)
            ],
            "Metrics_Config": [{"kpi_key": "gmv", "kpi_level": "north_star", "unit": "EUR", "is_active": True}],
            "KPI_Contributions": [
                {"initiative_key": key, "kpi_key": "gmv", "contribution": self._value[key]} for _, key in pairs
            ],
            "Scenario_Config": [],
            "Constraints": [],
            "Targets": [],
            "Candidates": [
                {"initiative_key": key, "engineering_tokens": tokens}
                for country in COUNTRIES
                for key, tokens in zip(self._keys[country], self._tokens[country], strict=True)
            ],
        }  # fmt: skip

    def _add(self, name: str, kind: Kind, made: Made) -> None:
        constraints, targets, capacity = made
        scenario = f"plan {name}"
        names = {"scenario_name": scenario, "constraint_set_name": "base"}
        self.sets.append((scenario, "base", kind))
        self.rows["Scenario_Config"].append(
            {"scenario_name": scenario, "period_key": "2026-Q2", "capacity_total_tokens": capacity}
        )
        bystanders = self._bystanders() if constraints else ()
        self.rows["Constraints"] += [{**names, **row} for row in (*constraints, *bystanders)]
        self.rows["Targets"] += [{**names, "kpi_key": "gmv", "floor_or_goal": "floor", **row} for row in targets]

    def _bystanders(self) -> Iterator[Cells]:
        """Rules that any portfolio of one half of the pool keeps."""
        first, second = self._dice.sample([*self._keys["UK"], *self._keys["DE"]], 2)
        yield {"constraint_type": "require_prereq", "dimension": "initiative", "dimension_key": first,
               "member_keys": [second]}  # fmt: skip
        yield _cap("product", self._dice.choice(PRODUCTS), 1000.0)

    def _everything(self) -> float:
        return sum(sum(tokens) for tokens in self._tokens.values())

    def _floor_above_cap(self) -> Made:
        """The floor of a part of the capped slice."""
        wanted = round(self._tokens["UK"][0] + self._dice.uniform(1, self._tokens["UK"][2]), 1)
        cap = round(wanted * self._dice.uniform(0.5, 0.9), 1)
        rows = [_floor("country|product", f"UK|{PRODUCTS[0]}", wanted), _cap("country", "UK", cap)]
        return rows, [], self._everything()

    def _floors_above_capacity(self) -> Made:
        floors = [round(sum(self._tokens[c]) * self._dice.uniform(0.4, 0.7), 1) for c in ("UK", "DE")]
        rows = [_floor("country", c, floor) for c, floor in zip(("UK", "DE"), floors, strict=True)]
        return rows, [], round(sum(floors) * 0.8, 1)

    def _target_too_high(self) -> Made:
        most = sum(self._value.values())
        return [], [{"dimension": "all", "target_value": round(most * self._dice.uniform(1.05, 1.4), 1)}], 250.0

    def _too_mandatory(self) -> Made:
        keys = self._dice.sample(self._keys["DE"], 3)
        costs = dict(zip(self._keys["DE"], self._tokens["DE"], strict=True))
        rows = [{"constraint_type": "mandatory", "dimension": "initiative", "dimension_key": key} for key in keys]
        return rows, [], round(sum(costs[key] for key in keys) * 0.9, 1)

    def _window(self) -> Made:
        """Between floor and cap lies no sum of whole candidates."""
        tokens = self._tokens["UK"]
        sums = sorted({sum(some) for size in range(5) for some in combinations(tokens, size)})
        gaps = [(low, high) for low, high in pairwise(sums) if low > 0 and high - low > 3]
        low, high = self._dice.choice(gaps)
        rows = [_floor("country", "UK", round(low + 0.4 * (high - low), 1)),
                _cap("country", "UK", round(high - 0.3 * (high - low), 1))]  # fmt: skip
        return rows, [], self._everything()

    def _odd(self) -> Made:
        """All tokens are even, and an odd number is asked for."""
        wanted = float(2 * self._dice.randint(10, int(sum(self._tokens["DE"]) / 2) - 5) + 1)
        return [_floor("country", "DE", wanted), _cap("country", "DE", wanted)], [], self._everything()

    def _thirds(self) -> Made:
        """Three that exclude each other, and more asked for than one of them has: half of each would do."""
        three = self._dice.sample(self._keys["FR"], 3)
        (fourth,) = set(self._keys["FR"]) - set(three)
        pairs = [
            {"constraint_type": "exclude_pair", "dimension": "pair", "dimension_key": f"{a}|{b}"}
            for a, b in combinations(three, 2)
        ]
        out = {"constraint_type": "exclude_initiative", "dimension": "initiative", "dimension_key": fourth}
        return [*pairs, out, _floor("country", "FR", self._dice.choice((18.5, 20.0, 24.0)))], [], self._everything()

    def _knapsack(self) -> Made:
        """More KPI than whole candidates bring for the capacity, and less than parts of them could."""
        tokens = [cost for country in COUNTRIES for cost in self._tokens[country]]
        values = [self._value[key] for country in COUNTRIES for key in self._keys[country]]
        while True:
            capacity = float(self._dice.randint(60, int(self._everything()) - 40))
            best = max(
                sum(values[i] for i in some)
                for size in range(len(tokens) + 1)
                for some in combinations(range(len(tokens)), size)
                if sum(tokens[i] for i in some) <= capacity
            )
            left, parts = capacity, 0.0
            for i in sorted(range(len(tokens)), key=lambda i: -values[i] / tokens[i]):
                share = min(1.0, left / tokens[i])
                left, parts = left - share * tokens[i], parts + share * values[i]
            if parts - best > 0.5:
                wanted = round(best + 0.6 * (parts - best), 2)
                return [], [{"dimension": "all", "target_value": wanted}], capacity


def _floor(dimension: str, key: str, tokens: float) -> Cells:
    return {"constraint_type": "capacity_floor", "dimension": dimension, "dimension_key": key, "min_tokens": tokens}


def _cap(dimension: str, key: str, tokens: float) -> Cells:
    return {"constraint_type": "capacity_cap", "dimension": dimension, "dimension_key": key, "max_tokens": tokens}
