"""The times of all analyses, at a size where they are over at once: every analysis runs, and its naive twin."""

import json
from pathlib import Path

import pytest

from benchmarks.analyses.__main__ import main
from benchmarks.analyses.cases import ANALYSES
from benchmarks.instances.infeasible import INTEGER_INFEASIBLE, LP_INFEASIBLE

_CLASHING = [*LP_INFEASIBLE, *INTEGER_INFEASIBLE]
_NAIVE = {"frontier": 12, "alternatives": 5, "draws": 3}


def test_every_analysis_is_timed_beside_naive_solving(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "times.json"
    main(["--sizes", "100", "--repeats", "1", "--draws", "3", "--processes", "1", "--json", str(kept)])
    found = json.loads(kept.read_text(encoding="utf-8"))
    assert {one["analysis"] for one in found} == set(ANALYSES)
    assert {one["instance"].split(" ")[0] for one in found if one["analysis"] == "conflict"} == set(_CLASHING)
    for one in found:
        assert one["runs"] == 1
        assert one["wall"] > 0
        assert one["answer"]
        assert one["naive_runs"] == _NAIVE.get(one["analysis"])
    answers = {one["analysis"]: one["answer"] for one in found}
    assert answers["frontier"] == "12 of 12 points exact"
    assert answers["alternatives"].startswith("5 found")
    assert answers["draws"] == "3 of 3 proven"
    printed = capsys.readouterr().out
    assert all(printed.count(f"| {name} ") >= 1 for name in ANALYSES)


def test_a_part_is_timed_alone(tmp_path: Path) -> None:
    kept = tmp_path / "times.json"
    main(["--sizes", "100", "--only", "conflict", "--repeats", "3", "--no-naive", "--json", str(kept)])
    found = json.loads(kept.read_text(encoding="utf-8"))
    assert {(one["analysis"], one["runs"]) for one in found} == {("conflict", 3)}
    assert {one["instance"].split(" ")[0] for one in found} == set(_CLASHING)
