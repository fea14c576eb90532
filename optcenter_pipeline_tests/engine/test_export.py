"""The model as MPS: another reader and HiGHS's own find the optimum that `solve` finds."""

from pathlib import Path
from typing import Any

import highspy
import numpy as np
import pyscipopt
import pytest
from hypothesis import HealthCheck, given, seed, settings
from scipy.optimize import Bounds, LinearConstraint, milp

from optcenter_pipeline.engine import InvalidInputError, Snapshot, solve, write_mps
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot, snapshots


class MpsFile:
    """A plain reader of free-format MPS: sections, one entry a line, names without blanks."""

    def __init__(self, path: Path) -> None:
        self.maximise = False
        self.objective = ""
        self.kinds: dict[str, str] = {}
        self.entries: dict[str, dict[str, float]] = {}
        self.right: dict[str, float] = {}
        self.bounds: dict[str, list[float]] = {}
        self.binary: set[str] = set()
        section = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("*") or not line.strip():
                continue
            words = line.split()
            if not line.startswith(" "):
                section = words[0]
                continue
            getattr(self, f"_{section.lower()}")(words)

    def _objsense(self, words: list[str]) -> None:
        self.maximise = words == ["MAX"]

    def _rows(self, words: list[str]) -> None:
        kind, name = words
        if kind == "N":
            self.objective = name
        else:
            self.kinds[name] = kind

    def _columns(self, words: list[str]) -> None:
        column, row, value = words
        self.entries.setdefault(column, {})[row] = float(value)

    def _rhs(self, words: list[str]) -> None:
        _, row, value = words
        self.right[row] = float(value)

    def _bounds(self, words: list[str]) -> None:
        kind, _, column, *value = words
        bounds = self.bounds.setdefault(column, [0.0, np.inf])
        if kind == "BV":
            self.binary.add(column)
            bounds[:] = [0.0, 1.0]
        else:
            assert kind in ("LO", "UP", "FX", "MI", "PL")
            bounds[{"LO": 0, "UP": 1}[kind]] = float(value[0])

    def _endata(self, words: list[str]) -> None:
        raise AssertionError(words)

    def solve(self) -> float | None:
        """The optimum by scipy; None where there is none."""
        columns = list(self.entries)
        rows = list(self.kinds)
        matrix = np.array([[self.entries[c].get(r, 0.0) for c in columns] for r in rows]).reshape(len(rows), -1)
        right = np.array([self.right.get(row, 0.0) for row in rows])
        kinds = np.array([self.kinds[row] for row in rows], dtype="U1")
        sign = -1 if self.maximise else 1
        costs = np.array([self.entries[c].get(self.objective, 0.0) for c in columns])
        lower = np.array([self.bounds.get(c, [0, np.inf])[0] for c in columns])
        upper = np.array([self.bounds.get(c, [0, np.inf])[1] for c in columns])
        limits = LinearConstraint(
            matrix, np.where(kinds == "L", -np.inf, right), np.where(kinds == "G", np.inf, right)
        )
        found: Any = milp(
            sign * costs,
            constraints=[limits] if rows else [],
            bounds=Bounds(lower, upper),
            integrality=np.array([column in self.binary for column in columns], dtype=int),
            options={"mip_rel_gap": 0},
        )
        return None if found.x is None else sign * float(found.fun)


def by_highs(path: Path) -> float | None:
    """The optimum by HiGHS from the file itself."""
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("mip_rel_gap", 0.0)
    assert highs.readModel(str(path)) == highspy.HighsStatus.kOk
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return float(highs.getInfo().objective_function_value)


def by_scip(path: Path) -> float | None:
    """The optimum by SCIP, which shares nothing with HiGHS, from the file itself."""
    model = pyscipopt.Model()
    model.hideOutput()
    model.setParam("limits/gap", 0.0)
    model.readProblem(str(path))
    model.optimize()
    return float(model.getObjVal()) if model.getStatus() == "optimal" else None


def everything() -> Snapshot:
    rows = [
        candidate(key, tokens, {"gmv": gain, "nps": 1}, attributes={"country": country})
        for key, tokens, gain, country in [
            ("INIT-1", 5, 9.25, "UK"),
            ("INIT 2", 4, -1.5, "UK"),
            ("INIT_2", 3, 7, "DE"),
            ("ÄÖ-3", 6, 8, "DE"),
            ("INIT-5", 2, 2.125, None),
        ]
    ]
    return snapshot(
        rows,
        capacity=14,
        metrics={"gmv": "north_star", "nps": "strategic"},
        capacity_floors=[
            {"dimension": "country", "dimension_key": "UK", "min_tokens": 6, "source_rows": ["Constraints!5"]}
        ],
        capacity_caps=[
            {"dimension": "country", "dimension_key": "DE", "max_tokens": 8, "source_rows": ["Constraints!6"]}
        ],
        exclude_pairs=[{"members": ["INIT-1", "INIT-5"], "source_rows": ["Constraints!7"]}],
        prerequisites=[{"initiative_key": "INIT-1", "requires": ["INIT 2"], "source_rows": ["Constraints!8"]}],
        synergy_bonuses=[
            {"members": ["INIT_2", "INIT-1"], "kpi_key": "gmv", "value": -3, "source_rows": ["Constraints!9"]}
        ],
        targets=[
            {"kpi_key": "nps", "floor_or_goal": "goal", "target_value": 9, "source_rows": ["Targets!2"]},
            {"kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 1, "source_rows": ["Targets!3"]},
        ],
    )


def test_other_solvers_agree(tmp_path: Path) -> None:
    path = tmp_path / "model.mps"
    write_mps(everything(), path)
    first = solve(everything()).objective.stages[0]
    assert MpsFile(path).solve() == pytest.approx(first.value)
    assert by_highs(path) == pytest.approx(first.value)
    assert by_scip(path) == pytest.approx(first.value)


def test_names_can_be_followed(tmp_path: Path) -> None:
    path = tmp_path / "model.mps"
    write_mps(everything(), path)
    model = MpsFile(path)
    assert {"fund_INIT-1", "fund_INIT_2", "fund_INIT_2_2", "fund_-3", "fund_INIT-5"} == model.binary
    assert any("capacity_floor_Constraints_5" in row for row in model.kinds)
    assert any("require_prereq_Constraints_8" in row for row in model.kinds)
    assert any("target_goal_Targets_2" in row for row in model.kinds)
    assert model.maximise


def test_a_first_stage_that_minimises_says_so(tmp_path: Path) -> None:
    path = tmp_path / "model.mps"
    question = everything()
    order = {"objective_mode": "lexicographic", "objective_weights": ["goals", "gmv"]}
    question = question.model_copy(update={"scenario": question.scenario.model_copy(update=order)})
    write_mps(question, path)
    model = MpsFile(path)
    assert not model.maximise
    assert model.solve() == pytest.approx(solve(question).objective.stages[0].value)


def test_an_impossible_row_stands_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "model.mps"
    floor = {"dimension": "country", "dimension_key": "Mars", "min_tokens": 5}
    write_mps(snapshot([candidate("A", 1, {"gmv": 1})], capacity_floors=[floor]), path)
    assert MpsFile(path).solve() is None
    assert by_highs(path) is None


def test_an_empty_pool_makes_a_file(tmp_path: Path) -> None:
    path = tmp_path / "model.mps"
    write_mps(snapshot([]), path)
    assert by_highs(path) == 0


@pytest.mark.parametrize("keys", ["", "AB"])
def test_an_objective_that_nothing_adds_to_is_written_in_silence(
    keys: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "model.mps"
    must = [{"initiative_key": key} for key in keys]
    write_mps(snapshot([candidate(key, 1) for key in keys], mandatory=must), path)
    assert (capfd.readouterr(), caplog.records) == (("", ""), [])
    assert by_highs(path) == 0
    assert not keys or MpsFile(path).solve() == 0
    assert MpsFile(path).binary == {f"fund_{key}" for key in keys}
    assert MpsFile(path).maximise


def test_invalid_inputs_make_no_file(tmp_path: Path) -> None:
    path = tmp_path / "model.mps"
    with pytest.raises(InvalidInputError) as raised:
        write_mps(snapshot([], metrics={"nps": "strategic"}), path)
    assert len(raised.value.messages) == 1
    assert not path.exists()


def test_random_models_survive_the_round_trip(tmp_path: Path) -> None:
    @seed(1)
    @settings(max_examples=cases(60), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(question=snapshots(spoilt_percent=0))
    def round_trip(question: Snapshot) -> None:
        path = tmp_path / "model.mps"
        result = solve(question)
        write_mps(question, path)
        expected = result.objective.stages[0].value if result.status == "optimal" else None
        found = MpsFile(path).solve() if question.candidates else by_highs(path)
        assert found == (None if expected is None else pytest.approx(expected, rel=1e-6, abs=1e-6))
        assert by_scip(path) == (None if expected is None else pytest.approx(expected, rel=1e-6, abs=1e-6))

    round_trip()


def test_many_keys_without_a_plain_letter_get_a_name_each(tmp_path: Path) -> None:
    path = tmp_path / "model.mps"
    keys = [f"項目{chr(0x4E00 + number)}" for number in range(3000)]
    write_mps(snapshot([candidate(key, 1, {"gmv": 1}) for key in keys]), path)
    assert MpsFile(path).binary == {"fund", *(f"fund_{number}" for number in range(2, 3001))}
