"""The sample plan is what its docstring promises; its sets are solved here by a model of this file's own."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from optcenter_pipeline.workbook.sample import sample_rows
from optcenter_pipeline.workbook.tabs import CONSTRAINTS, TAB_BY_NAME

PLAN: dict[str, list[dict[str, Any]]] = sample_rows()
PROMISES = ("Q1 2027 growth", "all promises")
SETS = [
    ("Q1 2027 growth", "baseline"),
    ("H1 2027 balanced", "regional balance"),
    ("2027 resilience", "platform first"),
]


class Model:
    """Capacity, the Candidates' rules and one set's, as rows of a MILP."""

    def __init__(self, scenario: str, name: str, without: int | None = None) -> None:
        self.candidates = {row["initiative_key"]: row for row in PLAN["Candidates"]}
        self.keys = sorted(self.candidates)
        self.registry = {row["initiative_key"]: row for row in PLAN["Initiatives"]}
        self.tokens = np.array([self.candidates[key]["engineering_tokens"] for key in self.keys], dtype=float)
        self.rows: list[tuple[np.ndarray, float, float]] = []
        self.lower, self.upper = np.zeros(len(self.keys)), np.ones(len(self.keys))
        capacity = {row["scenario_name"]: row["capacity_total_tokens"] for row in PLAN["Scenario_Config"]}
        self.rows.append((self.tokens, -np.inf, capacity[scenario]))
        self._add_candidates()
        mine = [*PLAN["Constraints"], *PLAN["Targets"]]
        for number, row in enumerate(mine):
            if (row["scenario_name"], row["constraint_set_name"]) == (scenario, name) and number != without:
                self._add(row)

    def kpi(self, name: str) -> np.ndarray:
        """Contributions in the order of the columns."""
        given = {r["initiative_key"]: r["contribution"] for r in PLAN["KPI_Contributions"] if r["kpi_key"] == name}
        return np.array([given.get(key, 0) for key in self.keys], dtype=float)

    def solve(self, *, whole: bool = True) -> Any:
        matrix, low, high = zip(*self.rows, strict=True)
        return milp(
            -self.kpi("gmv"),
            constraints=LinearConstraint(np.array(matrix), low, high),
            bounds=Bounds(self.lower, self.upper),
            integrality=np.full(len(self.keys), int(whole)),
        )

    def _terms(self, **coefficients: float) -> np.ndarray:
        return np.array([coefficients.get(key, 0.0) for key in self.keys])

    def _slice(self, row: dict[str, Any]) -> np.ndarray:
        if row.get("dimension", "all") == "all":
            return np.ones(len(self.keys))
        wanted = dict(zip(row["dimension"].split("|"), row["dimension_key"].split("|"), strict=True))
        return np.array([all(self.registry[k].get(d) == v for d, v in wanted.items()) for k in self.keys], float)

    def _add_candidates(self) -> None:
        bundles: dict[str, list[str]] = {}
        for place, key in enumerate(self.keys):
            row = self.candidates[key]
            closed = self.registry[key]["lifecycle_status"] in ("done", "cancelled")
            if closed or str(row.get("deadline_date", "9")) < "2027-01-01":
                self.upper[place] = 0
            self.lower[place] = bool(row.get("is_mandatory"))
            self._needs(key, row.get("prerequisite_keys", []))
            for other in row.get("exclusion_keys", []):
                self.rows.append((self._terms(**{key: 1, other: 1}), -np.inf, 1))
            bundles.setdefault(row.get("bundle_key", key), []).append(key)
        for members in bundles.values():
            self._together(members)

    def _needs(self, key: str, others: list[str]) -> None:
        for other in others:
            self.rows.append((self._terms(**{key: 1, other: -1}), -np.inf, 0))

    def _together(self, members: list[str]) -> None:
        for other in members[1:]:
            self.rows.append((self._terms(**{members[0]: 1, other: -1}), 0, 0))

    def _add(self, row: dict[str, Any]) -> None:
        members = row.get("member_keys", [])
        match row.get("constraint_type", row.get("floor_or_goal")):
            case "capacity_cap":
                self.rows.append((self.tokens * self._slice(row), -np.inf, row["max_tokens"]))
            case "capacity_floor":
                self.rows.append((self.tokens * self._slice(row), row["min_tokens"], np.inf))
            case "mandatory":
                self.lower[self.keys.index(row["dimension_key"])] = 1
            case "exclude_initiative":
                for key in members or [row["dimension_key"]]:
                    self.upper[self.keys.index(key)] = 0
            case "exclude_pair":
                self.rows.append((self._terms(**dict.fromkeys(members, 1.0)), -np.inf, 1))
            case "bundle_all_or_nothing":
                self._together(members)
            case "require_prereq":
                self._needs(row["dimension_key"], members)
            case "floor":
                required = row["target_value"] - row.get("baseline_value", 0)
                self.rows.append((self.kpi(row["kpi_key"]) * self._slice(row), required, np.inf))


def test_every_column_is_the_pms_and_every_key_is_there_once() -> None:
    for name, rows in PLAN.items():
        tab = TAB_BY_NAME[name]
        assert {column for row in rows for column in row} <= set(tab.owned_by(tab.columns[0].owner))
        keys = Counter(tuple(str(row.get(column)) for column in tab.key_columns) for row in rows)
        assert keys.most_common(1)[0][1] == 1, name


def test_the_plan_is_of_a_size_that_people_believe() -> None:
    assert 38 <= len(PLAN["Initiatives"]) <= 45
    assert Counter(row["kpi_level"] for row in PLAN["Metrics_Config"]) == {"north_star": 1, "strategic": 4}
    assert {row["objective_mode"] for row in PLAN["Scenario_Config"]} == {
        "north_star",
        "weighted_kpis",
        "lexicographic",
    }
    total = sum(row["engineering_tokens"] for row in PLAN["Candidates"])
    assert all(0.4 * total < row["capacity_total_tokens"] < 0.6 * total for row in PLAN["Scenario_Config"])
    for column in ("country", "region", "segment", "product", "category", "program", "department"):
        assert len({row[column] for row in PLAN["Initiatives"]}) >= 3


def test_every_rule_type_is_used() -> None:
    assert {row["constraint_type"] for row in PLAN["Constraints"]} == set(
        CONSTRAINTS.by_name["constraint_type"].choices
    )
    assert {row["floor_or_goal"] for row in PLAN["Targets"]} == {"floor", "goal"}
    columns = {column for row in PLAN["Candidates"] for column in row}
    assert {"is_mandatory", "bundle_key", "prerequisite_keys", "exclusion_keys", "synergy_group_keys"} <= columns


@pytest.mark.parametrize(("scenario", "name"), SETS)
def test_the_good_sets_have_a_plan_that_leaves_much_out(scenario: str, name: str) -> None:
    answer = Model(scenario, name).solve()
    assert answer.success
    assert 10 <= answer.x.sum() <= 30


def test_all_promises_cannot_be_kept_though_their_relaxation_can() -> None:
    assert Model(*PROMISES).solve().status == 2
    assert Model(*PROMISES).solve(whole=False).success


def test_all_promises_fail_by_four_rows_together() -> None:
    rows = [*PLAN["Constraints"], *PLAN["Targets"]]
    mine = [n for n, row in enumerate(rows) if (row["scenario_name"], row["constraint_set_name"]) == PROMISES]
    culprits = [n for n in mine if Model(*PROMISES, without=n).solve().success]
    kinds = {rows[n].get("constraint_type", rows[n].get("floor_or_goal")) for n in culprits}
    assert kinds == {"capacity_cap", "mandatory", "bundle_all_or_nothing", "floor"}
