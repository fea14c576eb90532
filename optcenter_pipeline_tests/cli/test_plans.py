"""`approve`, `optimize --keep`, `--set`, `replay`: plans that are kept, tried otherwise, and solved once more."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from optcenter_pipeline.engine import solve
from optcenter_pipeline_tests.cli.conftest import Optcenter
from optcenter_pipeline_tests.engine.test_commitments import asked
from optcenter_pipeline_tests.support.planning_space import PlanningSpace

GROWTH = ("Q1 2027 growth", "baseline")


def optimized(optcenter: Optcenter, *options: str) -> dict[str, Any]:
    ran = optcenter("optimize", *GROWTH, *options, "--json")
    assert ran.code == 0, ran.err
    return dict(ran.document)


def insert_row(space: PlanningSpace, tab: str, index: int) -> None:
    """What a person does: insert an empty row below row `index` of the sheet."""
    with space.workbook.open() as book:
        sheet_id = next(sheet.sheet_id for sheet in book.sheets() if sheet.title == tab)
        place = {"sheetId": sheet_id, "dimension": "ROWS", "startIndex": index, "endIndex": index + 1}
        book.structural_update([{"insertDimension": {"range": place}}], idempotent=False)


def test_a_run_is_approved_once_and_kept_to(
    optcenter: Optcenter, sample_space: PlanningSpace, first_run: str
) -> None:
    run = optcenter("show", first_run, "--json").document
    run["run_id"] = first_run
    first = optcenter("approve", run["run_id"], "--by", " Ann Lee ", "--json")
    assert first.code == 0, first.err
    assert (first.document["approved_by"], first.document["is_new"]) == ("Ann Lee", True)
    again = optcenter("approve", run["run_id"], "--by", "Bob")
    assert f"Run {run['run_id']} is already the plan of Q1 2027 growth, approved by Ann Lee at" in again.out
    assert sample_space.query("select run_id, approved_by from approvals") == [(run["run_id"], "Ann Lee")]
    assert "approved by Ann Lee at" in optcenter("show", run["run_id"]).out
    assert "the plan, approved by Ann Lee" in optcenter("runs").out

    kept = optimized(
        optcenter, "--keep", "approved", "--lock", "--max-changes", "1", "--set", "capacity_total_tokens=520"
    )
    funded, before = ({chosen["initiative_key"] for chosen in r["result"]["selected"]} for r in (kept, run))
    assert before < funded
    assert len(funded - before) == 1
    assert kept["snapshot"]["commitments"]["run_id"] == run["run_id"]
    assert kept["result"]["stability"]["changes"] == 1
    free = optimized(optcenter, "--set", "capacity_total_tokens=520")
    cost = free["result"]["objective"]["value"] - kept["result"]["objective"]["value"]
    assert kept["stability_cost"]["cost"] == pytest.approx(cost)
    shown = optcenter("optimize", *GROWTH, "--keep", run["run_id"], "--price-per-change", "0.5").out
    assert f"changes against run {run['run_id']}: 0" in shown
    assert f"keeping to run {run['run_id']} costs nothing" in shown


def test_a_newer_plan_replaces_an_older_one_which_stays_in_the_history(
    optcenter: Optcenter, sample_space: PlanningSpace, first_run: str
) -> None:
    old, new = first_run, optimized(optcenter)["run_id"]
    optcenter("approve", old, "--by", "Ann")
    assert optcenter("approve", new, "--by", "Bob").code == 0
    assert sample_space.query("select run_id, approved_by from approvals order by id") == [
        (old, "Ann"),
        (new, "Bob"),
    ]
    assert "another run is the scenario's plan since" in optcenter("show", old).out


def test_moved_rows_do_not_hinder_an_approval_and_a_changed_one_does(
    optcenter: Optcenter, sample_space: PlanningSpace, first_run: str
) -> None:
    run = first_run
    rows = sample_space.rows("Candidates")
    key, tokens = rows[3]["initiative_key"], rows[3]["engineering_tokens"]
    for tab in ("Candidates", "Constraints", "Targets", "KPI_Contributions"):
        insert_row(sample_space, tab, 1)
    assert optcenter("approve", run, "--by", "Ann").code == 0
    sample_space.type_cell("Candidates", 6, "engineering_tokens", tokens + 1)
    changed = optcenter("approve", optimized(optcenter)["run_id"], "--by", "Ann")
    assert changed.code == 0
    refused = optcenter("approve", run, "--by", "Ann")
    assert refused.code == 1
    first, *changes = refused.err.strip().splitlines()
    assert first == f"run {run} is not of the inputs as they are now; run it again, or take back what has changed:"
    assert changes == [f"engineering_tokens of {key} from {tokens:g} to {tokens + 1:g} (Candidates row 6)"]
    sample_space.type_cell("Candidates", 6, "engineering_tokens", tokens)
    assert optcenter("approve", run, "--by", "Ann").code == 0


def test_who_was_ticked_for_a_run_of_the_selected_counts(optcenter: Optcenter, sample_space: PlanningSpace) -> None:
    run = optimized(optcenter, "--scope", "selected")
    assert optcenter("approve", run["run_id"], "--by", "Ann").code == 0
    rows = sample_space.rows("Candidates")
    place = next(i for i, row in enumerate(rows) if not row.get("is_selected_for_run"))
    sample_space.type_cell("Candidates", place + 2, "is_selected_for_run", True)
    again = optcenter("approve", run["run_id"], "--by", "Bob")
    assert again.code == 1
    assert f"is_selected_for_run of {rows[place]['initiative_key']} from FALSE to TRUE" in again.err


def test_what_cannot_be_approved_says_why(
    optcenter: Optcenter, sample_space: PlanningSpace, first_run: str
) -> None:
    what_if = optimized(optcenter, "--set", "capacity_total_tokens=600")["run_id"]
    impossible = json.loads(optcenter("optimize", GROWTH[0], "all promises", "--json").out)["run_id"]
    tried = optcenter("approve", what_if, "--by", "Ann")
    assert tried.code == 1
    assert (
        "is a what-if (capacity_total_tokens (Scenario_Config row 2) is 600 instead of 470): what is approved"
        in tried.err
    )
    infeasible = optcenter("approve", impossible, "--by", "Ann")
    assert (infeasible.code, "is infeasible, and has no portfolio to approve" in infeasible.err) == (1, True)
    unknown = optcenter("approve", "20200101T000000-abcdef", "--by", "Ann")
    assert (unknown.code, unknown.err) == (
        1,
        "there is no run 20200101T000000-abcdef; `optcenter runs` lists them\n",
    )
    assert optcenter("approve", what_if, "--by", " ").code == 2
    assert optcenter("approve", what_if).code == 2
    assert sample_space.query("select * from approvals") == []
    sample_space.type_cell("Scenario_Config", 2, "capacity_total_tokens", "many")
    blocked = optcenter("approve", first_run, "--by", "Ann")
    assert blocked.code == 1
    first, *lines = blocked.err.strip().splitlines()
    assert first == f"run {first_run} could not be made again: its inputs have changed since"
    assert any(line.startswith("Scenario_Config!2 capacity_total_tokens: 'many' is not a number") for line in lines)


def test_a_what_if_is_titled_as_one_and_listed_as_one(optcenter: Optcenter) -> None:
    ran = optcenter("optimize", *GROWTH, "--what-if", "capacity_total_tokens=600")
    assert "(what-if): optimal" in ran.out
    assert "what-if: capacity_total_tokens (Scenario_Config row 2) is 600 instead of 470" in optcenter("runs").out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--set", "capacity_total_tokens"), "names no number; give KEY=VALUE, KEY one of capacity_total_tokens"),
        (("--set", "tokens=3"), "names no number"),
        (("--set", "capacity_total_tokens=many"), "'many' is not a number; give one like 120 or 0.5"),
        (("--set", "capacity_total_tokens=nan"), "'nan' is not a number"),
        (("--set", "Constraints!9.drop=yes"), "give Constraints!9.drop=true, or leave it out"),
        (("--set", "A.drop=true", "--set", "A.drop=TRUE"), "--set A.drop stands twice"),
        (("--keep", "approved"), "--keep alone keeps nothing; give --lock, --locked-in KEYS, --max-changes K or"),
        (("--lock",), "of which run? give --keep RUN_ID, or --keep approved"),
        (("--max-changes", "2"), "of which run?"),
        (("--keep", "x", "--lock", "--locked-in", "A"), "--lock keeps all of the portfolio"),
        (("--keep", "x", "--max-changes", "-1"), "'--max-changes': Input should be greater than or equal to 0"),
        (("--keep", "x", "--price-per-change", "inf"), "--price-per-change inf: give a number from 0 on"),
    ],
)
def test_wrong_usage_says_what_would_be_right(optcenter: Optcenter, options: tuple[str, ...], said: str) -> None:
    ran = optcenter("optimize", *GROWTH, *options)
    assert ran.code == 2
    assert said in ran.err


def test_what_there_is_to_keep_to_is_told(optcenter: Optcenter, first_run: str) -> None:
    other = optcenter("optimize", *GROWTH, "--keep", "20200101T000000-abcdef", "--lock")
    assert other.code == 1
    assert other.err == (
        f"commitments: there is no run '20200101T000000-abcdef' of Q1 2027 growth; runs with a portfolio: "
        f"{first_run}\n"
    )
    elsewhere = optcenter("optimize", "H1 2027 balanced", "--keep", first_run, "--lock")
    assert elsewhere.code == 1
    assert f"run {first_run} is one of Q1 2027 growth, not of H1 2027 balanced; H1 2027 balanced has no run" in (
        elsewhere.err
    )
    stranger = optcenter("optimize", *GROWTH, "--keep", first_run, "--locked-in", "INIT-999")
    assert stranger.code == 1
    assert f"locked_in: run {first_run} does not fund INIT-999; it funds INIT-" in stranger.err


def test_a_run_solved_once_more_is_the_same(optcenter: Optcenter, sample_space: PlanningSpace) -> None:
    run = optimized(optcenter, "--set", "capacity_total_tokens=600")
    before = sample_space.dump()
    ran = optcenter("replay", run["run_id"])
    assert (ran.code, ran.out.startswith(f"Run {run['run_id']}: the same: optimal")) == (0, True)
    document = optcenter("replay", run["run_id"], "--json").document
    assert (document["same"], document["differences"]) == (True, [])
    assert document["result"]["objective"]["value"] == run["result"]["objective"]["value"]
    assert sample_space.dump() == before
    assert optcenter("replay", "20200101T000000-abcdef").code == 1


def test_a_run_that_was_stored_otherwise_is_told_apart(
    optcenter: Optcenter, sample_space: PlanningSpace, first_run: str
) -> None:
    result = optcenter("show", first_run, "--json").document["result"]
    gone = result["selected"].pop()["initiative_key"]
    result["objective"]["value"] += 1
    with sqlite3.connect(sample_space.home / "optcenter.db") as connection:
        connection.execute("drop trigger optimization_runs_final_update")
        connection.execute("update optimization_runs set results_json = ?", (json.dumps(result),))
    ran = optcenter("replay", first_run, "--json")
    assert ran.code == 4
    assert [one["what"] for one in ran.document["differences"]] == ["objective", "portfolio"]
    assert ran.document["differences"][1]["now"] == f"with {gone}"
    shown = optcenter("replay", first_run)
    assert shown.code == 4
    assert f"Run {first_run}: not the same" in shown.out


def test_an_infeasible_run_solved_once_more_has_the_same_conflict(optcenter: Optcenter) -> None:
    run = json.loads(optcenter("optimize", GROWTH[0], "all promises", "--json").out)
    ran = optcenter("replay", run["run_id"])
    assert (ran.code, "the same: infeasible" in ran.out) == (0, True)


def test_solve_takes_what_ifs_on_a_file(optcenter: Optcenter, tmp_path: Path) -> None:
    file = tmp_path / "snapshot.json"
    file.write_text(asked({"max_changes": 2}).model_dump_json())
    plain = optcenter("solve", str(file), "--json").document
    assert plain["objective"]["value"] == solve(asked({"max_changes": 2})).objective.value == 18
    run = asked({}).commitments
    assert run is not None
    other = optcenter("solve", str(file), "--json", "--set", f"{run.budget_source}.max_changes=4").document
    assert other["objective"]["value"] == 19
    assert "(what-if): optimal" in optcenter("solve", str(file), "--set", "capacity_total_tokens=5").out
    wrong = optcenter("solve", str(file), "--set", "E.engineering_tokens=5")
    assert wrong.code == 1
    assert f"{file} what-if E.engineering_tokens: E is not a candidate of this run" in wrong.err
