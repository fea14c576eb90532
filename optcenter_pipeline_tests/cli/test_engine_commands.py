"""`solve`, `export-model`, `schema`: the engine alone."""

import json
from pathlib import Path
from typing import Any

import highspy
import pytest
from pydantic import TypeAdapter

from optcenter_pipeline.engine.result import Result
from optcenter_pipeline_tests.cli.conftest import Optcenter

SMALL: dict[str, Any] = {
    "schema_version": 1,
    "scenario": {"scenario_name": "plan", "capacity_total_tokens": 10},
    "constraint_set": {"exclude_pairs": [{"members": ["A", "B"]}]},
    "candidates": [
        {"initiative_key": "A", "engineering_tokens": 6, "contributions": {"gmv": 6}},
        {"initiative_key": "B", "engineering_tokens": 5, "contributions": {"gmv": 5}},
        {"initiative_key": "C", "engineering_tokens": 5, "contributions": {"gmv": 4}},
    ],
    "metrics": [{"kpi_key": "gmv", "kpi_level": "north_star"}],
}


def written(folder: Path, name: str, **changes: Any) -> str:
    path = folder / name
    path.write_text(json.dumps({**SMALL, **changes}), encoding="utf-8")
    return str(path)


def test_solve_needs_no_workbook_and_no_database(
    optcenter: Optcenter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPTCENTER_HOME", str(tmp_path / "nowhere"))
    ran = optcenter("solve", written(tmp_path, "s.json"), "-o", str(tmp_path / "r.json"))
    assert ran.code == 0
    result = Result.model_validate_json((tmp_path / "r.json").read_bytes())
    assert (result.status, result.objective.value) == ("optimal", 9)
    assert {chosen.initiative_key for chosen in result.selected} == {"B", "C"}
    assert not (tmp_path / "nowhere").exists()


def test_solve_shows_why_there_is_no_portfolio_and_the_ways_out(optcenter: Optcenter, tmp_path: Path) -> None:
    floor = {"min_tokens": 9.5, "source_rows": ["Constraints!7"]}
    cap = {"max_tokens": 9.8, "source_rows": ["Constraints!8"]}
    path = written(tmp_path, "s.json", constraint_set={"capacity_floors": [floor], "capacity_caps": [cap]})
    shown = optcenter("solve", path)
    assert shown.code == 0
    words = " ".join(shown.out.split())
    assert "Rules that cannot hold together" in words
    assert "raise max_tokens from 9.8 to 10" in words
    conflict = optcenter("solve", path, "--json").document["conflict"]
    assert conflict["source_rows"] == ["Constraints!7", "Constraints!8"]
    assert [(repair["cost"], repair["text"]) for repair in conflict["repairs"]] == [
        (0.2, "Constraints row 8: raise max_tokens from 9.8 to 10"),
        (3.5, "Constraints row 7: lower min_tokens from 9.5 to 6"),
    ]


def test_solve_of_several_writes_each_under_its_own_name(optcenter: Optcenter, tmp_path: Path) -> None:
    more = {"scenario_name": "plan", "capacity_total_tokens": 11}
    paths = [written(tmp_path, "one.json"), written(tmp_path, "two.json", scenario=more)]
    ran = optcenter("solve", *paths, "-o", str(tmp_path / "out"), "--json")
    assert [document["objective"]["value"] for document in ran.document] == [9, 10]
    values = [
        json.loads((tmp_path / "out" / name).read_text())["objective"]["value"] for name in ("one.json", "two.json")
    ]
    assert values == [9, 10]


def test_results_never_replace_snapshots_or_each_other(optcenter: Optcenter, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    here, there = written(tmp_path / "a", "s.json"), written(tmp_path / "b", "s.json")
    before = Path(here).read_bytes()
    assert optcenter("solve", here, there, "-o", str(tmp_path / "out")).code == 2
    assert optcenter("solve", here, written(tmp_path / "a", "t.json"), "-o", str(tmp_path / "a")).code == 2
    assert optcenter("solve", here, "-o", here).code == 2
    assert Path(here).read_bytes() == before
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_missing_does_not_stop_the_others(optcenter: Optcenter, tmp_path: Path) -> None:
    ran = optcenter(
        "solve", str(tmp_path / "missing.json"), written(tmp_path, "s.json"), "-o", str(tmp_path / "out")
    )
    assert ran.code == 1
    assert "missing.json cannot be read" in ran.err
    statuses = [json.loads((tmp_path / "out" / n).read_text())["status"] for n in ("missing.json", "s.json")]
    assert statuses == ["invalid", "optimal"]


def test_findings_in_a_snapshot_come_one_a_line_with_the_sheets_row(optcenter: Optcenter, tmp_path: Path) -> None:
    rules = {
        "targets": [{"kpi_key": "nps", "floor_or_goal": "goal", "target_value": 1, "source_rows": ["Targets!2"]}]
    }
    ran = optcenter("solve", written(tmp_path, "s.json", constraint_set=rules))
    assert ran.code == 1
    (line,) = ran.err.strip().splitlines()
    assert line.startswith("Targets!2 constraint_set.targets[0].kpi_key: ")


def test_solve_of_an_invalid_snapshot_is_exit_1_and_still_a_result(optcenter: Optcenter, tmp_path: Path) -> None:
    path = written(tmp_path, "s.json", metrics=[], wrong_field=1)
    ran = optcenter("solve", path, "-o", str(tmp_path / "r.json"))
    assert ran.code == 1
    assert "wrong_field" in ran.err
    assert json.loads((tmp_path / "r.json").read_text())["status"] == "invalid"


@pytest.mark.parametrize("content", ["", "{", "[]", '"text"', "\x00", "nonsense"])
def test_solve_of_no_snapshot_at_all_is_exit_1(optcenter: Optcenter, tmp_path: Path, content: str) -> None:
    (tmp_path / "s.json").write_text(content, encoding="utf-8")
    assert optcenter("solve", str(tmp_path / "s.json")).code == 1
    assert optcenter("solve", str(tmp_path / "missing.json")).code == 1


def test_solve_of_an_infeasible_snapshot_is_a_result(optcenter: Optcenter, tmp_path: Path) -> None:
    rules = {
        "mandatory": [{"initiative_key": "A"}, {"initiative_key": "B"}],
        "exclude_pairs": [{"members": ["A", "B"]}],
    }
    ran = optcenter("solve", written(tmp_path, "s.json", constraint_set=rules), "--json")
    assert ran.code == 0
    assert ran.document["status"] == "infeasible"


def test_options_of_the_command_go_before_those_of_the_snapshot(optcenter: Optcenter, tmp_path: Path) -> None:
    ran = optcenter(
        "solve", written(tmp_path, "s.json"), "--mip-gap", "0", "--time-limit", "60", "--threads", "1", "--json"
    )
    assert ran.document["status"] == "optimal"
    assert optcenter("solve", written(tmp_path, "s.json"), "--time-limit", "0").code == 2
    assert optcenter("solve", written(tmp_path, "s.json"), "--node-limit", "0").code == 2


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        (0, "solver.node_limit 0 must be 1 or more"),
        (2.5, "solver.node_limit 2.5 is not a whole number"),
        ("many", "solver.node_limit 'many' is not a whole number"),
    ],
)
def test_a_limit_that_is_none_is_told_where_it_stands(
    optcenter: Optcenter, tmp_path: Path, limit: object, message: str
) -> None:
    ran = optcenter("solve", written(tmp_path, "s.json", solver={"node_limit": limit}))
    assert ran.code == 1
    assert message in ran.err.replace(":", "")


def test_the_exported_model_has_the_same_optimum_elsewhere(optcenter: Optcenter, tmp_path: Path) -> None:
    model = tmp_path / "m.mps"
    assert optcenter("export-model", written(tmp_path, "s.json"), str(model)).code == 0
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.readModel(str(model))
    highs.run()
    assert abs(highs.getObjectiveValue()) == 9


def test_export_of_an_invalid_snapshot_is_exit_1(optcenter: Optcenter, tmp_path: Path) -> None:
    assert optcenter("export-model", written(tmp_path, "s.json", metrics=[]), str(tmp_path / "m.mps")).code == 1
    assert not (tmp_path / "m.mps").exists()


@pytest.mark.parametrize("document", ["snapshot", "result"])
def test_schemas_are_json_schemas(optcenter: Optcenter, document: str) -> None:
    schema = TypeAdapter(dict[str, Any]).validate_json(optcenter("schema", document).out)
    assert schema["type"] == "object"
    assert "schema_version" in schema["properties"]
    if document == "snapshot":
        assert set(schema["required"]) == {"schema_version", "scenario", "candidates", "metrics"}
