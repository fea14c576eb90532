import datetime as dt
import multiprocessing
import os
import threading
from typing import Any

import pytest
from sqlalchemy import select, text

from optcenter_pipeline.database.connection import Database, open_database
from optcenter_pipeline.database.ledger import RunOutcome, finish_run
from optcenter_pipeline.database.run_records import list_runs
from optcenter_pipeline.database.save_scope import SaveScope
from optcenter_pipeline.database.statuses import promised_statuses
from optcenter_pipeline.database.sync import sync_save
from optcenter_pipeline.database.table_sync import TableCounts
from optcenter_pipeline.database.tables import (
    CandidateRecord,
    Initiative,
    KpiContribution,
    MetricRecord,
    OptimizationConstraintSet,
    OptimizationScenario,
)
from optcenter_pipeline.rows.messages import SetKey
from optcenter_pipeline_tests.database.conftest import NOW
from optcenter_pipeline_tests.database.saves import (
    CANDIDATES,
    CONTRIBUTIONS,
    INITIATIVES,
    METRICS,
    SCENARIOS,
    compiled,
    dump,
    save,
    workbook,
)
from optcenter_pipeline_tests.database.test_ledger import found, new_run

LATER = NOW + dt.timedelta(hours=1)


def live(database: Database, table: Any, *columns: str) -> list[Any]:
    """Values of the rows that are not archived, by id."""
    with database.reading() as session:
        rows = session.scalars(select(table).where(table.archived_at.is_(None)).order_by(table.id)).all()
    return [tuple(getattr(row, name) for name in columns) for row in rows]


def test_a_save_fills_every_table_and_says_what_it_did(database: Database) -> None:
    report = save(database, workbook())
    assert report.tables["candidates"] == TableCounts(inserted=2)
    assert report.as_dict()["kpi_contributions"] == {"inserted": 3, "updated": 0, "unchanged": 0, "archived": 0}
    assert (report.untouched_tabs, report.waiting) == ((), ())
    assert live(database, Initiative, "initiative_key", "title", "source_row")[2] == (
        "INIT-3",
        "=1+1; DROP TABLE initiatives; -- '\" ☃\n",
        "Initiatives!4",
    )
    assert live(database, KpiContribution, "initiative_key", "kpi_key", "contribution", "high") == [
        ("INIT-1", "gmv", 9.5, 12.0),
        ("INIT-1", "NPS", -0.1, None),
        ("INIT-2", "gmv", 1 / 3, 1.0),
    ]
    assert live(database, CandidateRecord, "initiative_key", "prerequisite_keys_json", "source_row") == [
        ("INIT-2", "[]", "Candidates!2"),
        ("INIT-1", '["INIT-2"]', "Candidates!3"),
    ]
    [(is_valid, default, source_row)] = live(
        database, OptimizationScenario, "is_valid", "default_compiled_json", "source_row"
    )
    assert (is_valid, default is not None, source_row) == (True, True, "Scenario_Config!2")


def test_json_of_a_set_is_stored_byte_for_byte(database: Database) -> None:
    validated = workbook(sets=[("Q2 plan", "baseline '\" \u2028 ☃")])
    save(database, validated)
    [compiled_set] = compiled(validated)
    assert compiled_set.compiled is not None
    assert live(
        database, OptimizationConstraintSet, "rows_json", "compiled_json", "content_hash", "source_row"
    ) == [
        (
            compiled_set.rows_json,
            compiled_set.compiled.model_dump_json(),
            compiled_set.content_hash,
            "Constraints!2",
        )
    ]


def test_the_same_save_again_changes_no_byte(database: Database) -> None:
    errors = {("Candidates", 9): ("INIT-9", "engineering_tokens", "'12k' is not a number")}
    save(database, workbook(errors=errors))
    before = dump(database)
    report = save(database, workbook(errors=errors), source="sensor.workbook_changed 2", now=LATER)
    assert report.is_unchanged
    assert report.tables["candidates"] == TableCounts(unchanged=2)
    assert dump(database) == before


def test_only_what_changed_is_written(database: Database) -> None:
    save(database, workbook())
    before = dump(database)
    changed = ({**CANDIDATES[0], "engineering_tokens": 6.0}, CANDIDATES[1])
    report = save(database, workbook(candidates=changed), now=LATER)
    assert report.tables["candidates"] == TableCounts(updated=1, unchanged=1)
    assert live(database, CandidateRecord, "engineering_tokens", "created_at", "updated_at") == [
        (6.0, NOW, LATER),
        (12.5, NOW, NOW),
    ]
    after = dump(database)
    assert {name for name in after if after[name] != before[name]} == {"candidates", "row_statuses"}


def test_rows_that_moved_know_their_new_place_and_keep_their_status(database: Database) -> None:
    save(database, workbook())
    report = save(database, workbook(candidates=CANDIDATES[::-1]), source="another 2", now=LATER)
    assert report.tables["candidates"] == TableCounts(updated=2)
    assert live(database, CandidateRecord, "initiative_key", "source_row") == [
        ("INIT-2", "Candidates!3"),
        ("INIT-1", "Candidates!2"),
    ]
    with database.reading() as session:
        stamps = {(s.row_num, s.key): (s.updated_source, s.updated_at) for s in promised_statuses(session)}
    assert stamps[3, "INIT-2"] == ("pm.save_selected 1", NOW)


def test_a_row_that_leaves_is_archived_and_comes_back_as_itself(database: Database) -> None:
    save(database, workbook())
    [(first_id,), _] = live(database, CandidateRecord, "id")
    report = save(database, workbook(candidates=CANDIDATES[1:], sets=[]), now=LATER)
    assert (report.tables["candidates"].archived, report.tables["optimization_constraint_sets"].archived) == (1, 1)
    assert live(database, CandidateRecord, "initiative_key") == [("INIT-1",)]
    again = save(database, workbook(candidates=CANDIDATES[1:], sets=[]), now=LATER + dt.timedelta(hours=1))
    assert again.is_unchanged
    report = save(database, workbook(), now=LATER)
    assert report.tables["candidates"].updated == 2  # one is back, one moved down
    assert (first_id, NOW) in live(database, CandidateRecord, "id", "created_at")
    assert len(live(database, OptimizationConstraintSet, "id")) == 1


def test_a_row_in_error_does_not_count_by_its_old_version(database: Database) -> None:
    save(database, workbook())
    errors = {("Candidates", 2): ("INIT-2", "engineering_tokens", "'12k' is not a number")}
    report = save(database, workbook(candidates=CANDIDATES[1:], first_row=3, errors=errors), now=LATER)
    assert report.tables["candidates"].archived == 1
    with database.reading() as session:
        failed = [s for s in promised_statuses(session) if s.run_status.startswith("FAILED")]
    assert [(s.key, s.run_status) for s in failed] == [
        ("INIT-2", "FAILED: engineering_tokens: '12k' is not a number")
    ]


def test_rows_that_refer_to_a_row_in_error_do_not_count_either(database: Database) -> None:
    errors = {("Initiatives", 9): ("INIT-1", "country", "'#REF!' is a formula error")}
    report = save(database, workbook(initiatives=INITIATIVES[1:], errors=errors))
    missing = "initiative_key: 'INIT-1' has no valid saved row in Initiatives; mend or save that row"
    assert report.waiting == (
        f"KPI_Contributions!2 {missing} (2 rows of KPI_Contributions need it)",
        f"Candidates!3 {missing}",
    )
    assert live(database, CandidateRecord, "initiative_key") == [("INIT-2",)]
    with database.reading() as session:
        told = {(status.tab, status.row_num): status.run_status for status in promised_statuses(session)}
    assert (told["Candidates", 2], told["Candidates", 3]) == ("OK", f"OK (warning: {missing})")
    assert save(database, workbook()).waiting == ()
    assert len(live(database, CandidateRecord, "id")) == 2


def test_an_unreadable_tab_is_not_touched_nor_what_is_judged_with_it(database: Database) -> None:
    save(database, workbook())
    before = dump(database)
    report = save(
        database, workbook(unreadable=("Initiatives",), contributions=(), candidates=(), sets=()), now=LATER
    )
    after = dump(database)
    kept = ("initiatives", "candidates", "kpi_contributions", "optimization_constraint_sets")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert set(report.untouched_tabs) == {
        "Initiatives",
        "Candidates",
        "KPI_Contributions",
        "Constraints",
        "Targets",
    }
    statuses = [row for row in after["row_statuses"] if row[0] == "Initiatives"]
    assert statuses == [row for row in before["row_statuses"] if row[0] == "Initiatives"]


def test_a_save_of_one_tab_touches_only_that_tab(database: Database) -> None:
    save(database, workbook())
    before = dump(database)
    report = save(
        database,
        workbook(initiatives=INITIATIVES[:2], candidates=(), scenarios=(), sets=()),
        scope=SaveScope(tabs=["initiatives"]),
        now=LATER,
    )
    after = dump(database)
    assert {name for name in after if after[name] != before[name]} == {"initiatives", "row_statuses"}
    assert set(report.tables) == {"initiatives", "row_statuses"}
    assert report.tables["initiatives"] == TableCounts(unchanged=2, archived=1)


def test_a_tab_saved_before_the_one_it_refers_to_waits(database: Database) -> None:
    report = save(database, workbook(), scope=SaveScope(tabs=["Candidates"]))
    assert len(report.waiting) == 2
    assert live(database, CandidateRecord, "id") == []
    with pytest.raises(ValueError, match="there is no input tab runs; give Initiatives"):
        save(database, workbook(), scope=SaveScope(tabs=["Runs"]))


def test_a_save_of_keys_touches_only_these_rows(database: Database) -> None:
    save(database, workbook(sets=[("Q2 plan", "baseline"), ("Q2 plan", "stretch")]))
    changed = workbook(
        initiatives=tuple({**cells, "title": "new"} for cells in INITIATIVES[:2]),
        contributions=tuple({**cells, "contribution": 1.0} for cells in CONTRIBUTIONS),
        candidates=({**CANDIDATES[1], "engineering_tokens": 1.0},),
        first_row=20,
        errors={("Candidates", 30): ("init-2", "engineering_tokens", "is blank")},
        sets=[("Q2 plan", "baseline"), ("Q2 plan", "stretch")],
    )
    report = save(database, changed, scope=SaveScope(keys=["Init-2"]), now=LATER)
    assert live(database, Initiative, "title") == [("Checkout",), ("new",), (INITIATIVES[2]["title"],)]
    assert live(database, KpiContribution, "contribution") == [(9.5,), (-0.1,), (1.0,)]
    assert live(database, CandidateRecord, "initiative_key") == [("INIT-1",)]
    assert report.tables["candidates"] == TableCounts(archived=1)
    assert report.tables["optimization_constraint_sets"] == TableCounts()

    report = save(database, changed, scope=SaveScope(tabs=["Constraints"], keys=["q2 PLAN / Stretch"]), now=LATER)
    assert report.tables["optimization_constraint_sets"] == TableCounts(updated=1)
    assert live(database, OptimizationConstraintSet, "source_row") == [("Constraints!2",), ("Constraints!21",)]


def test_names_compare_without_case_and_are_shown_as_last_typed(database: Database) -> None:
    save(database, workbook())
    respelt = workbook(
        metrics=({**METRICS[0], "kpi_key": "GMV"}, METRICS[1]),
        scenarios=({**SCENARIOS[0], "scenario_name": "Q2 PLAN"},),
        sets=[("q2 plan", "Baseline")],
    )
    report = save(database, respelt, now=LATER)
    assert report.tables["metrics_config"] == TableCounts(updated=1, unchanged=1)
    assert live(database, MetricRecord, "kpi_key") == [("GMV",), ("NPS",)]
    assert live(database, KpiContribution, "kpi_key") == [("GMV",), ("NPS",), ("GMV",)]
    assert live(database, OptimizationScenario, "scenario_name", "scenario_key") == [("Q2 PLAN", "q2 plan")]
    assert live(database, OptimizationConstraintSet, "scenario_name", "constraint_set_name") == [
        ("q2 plan", "Baseline")
    ]
    before = dump(database)
    assert save(database, respelt, now=LATER + dt.timedelta(1)).is_unchanged
    assert dump(database) == before


def test_invalid_scenarios_and_sets_are_kept_with_what_was_found(database: Database) -> None:
    line = "Scenario_Config!7 capacity_total_tokens: is blank; give tokens as a number above 0"
    key = SetKey("no such plan", "baseline")
    unknown = "Constraints!2 scenario_name: 'No such plan' is not in Scenario_Config"
    save(
        database,
        workbook(
            errors={("Scenario_Config", 7): ("Bad plan", "capacity_total_tokens", "is blank")},
            invalid_scenarios={"bad plan": (line,)},
            sets=[("No such plan", "baseline")],
            invalid_sets={key: (unknown,)},
        ),
    )
    bad = live(database, OptimizationScenario, "scenario_name", "is_valid", "messages_json", "source_row")[1]
    assert bad == ("Bad plan", False, f'{{"errors": ["{line}"], "warnings": []}}', "Scenario_Config!7")
    [(scenario_id, is_valid, compiled_json, messages)] = live(
        database, OptimizationConstraintSet, "scenario_id", "is_valid", "compiled_json", "messages_json"
    )
    assert (scenario_id, is_valid, compiled_json) == (None, False, None)
    assert unknown in messages

    save(
        database,
        workbook(
            scenarios=({**SCENARIOS[0], "scenario_name": "No such plan"},), sets=[("No such plan", "baseline")]
        ),
    )
    [(scenario_id, is_valid)] = live(database, OptimizationConstraintSet, "scenario_id", "is_valid")
    assert scenario_id is not None
    assert is_valid


def test_rows_of_equal_content_have_a_status_each_and_lose_it_when_they_go(database: Database) -> None:
    twins = {("Candidates", 8): ("", "initiative_key", "is blank")}
    validated = workbook(errors=twins)
    twin = validated.judged[-2]
    assert twin.tab == "Candidates"
    doubled = validated.model_copy(update={"judged": (*validated.judged, twin._replace(row_num=12))})
    save(database, doubled)
    with database.reading() as session:
        statuses = [s for s in promised_statuses(session) if s.content_hash == twin.content_hash]
    assert [(s.occurrence, s.row_num) for s in statuses] == [(0, 8), (1, 12)]
    save(database, workbook(), scope=SaveScope(tabs=["Initiatives"]))
    with database.reading() as session:
        assert len([s for s in promised_statuses(session) if s.tab == "Candidates"]) == 4
    save(database, workbook())
    with database.reading() as session:
        assert len([s for s in promised_statuses(session) if s.tab == "Candidates"]) == 2


def test_saves_at_once_leave_one_whole_state(database: Database) -> None:
    save(database, workbook())
    gate = threading.Barrier(4)

    def one(tokens: float) -> None:
        gate.wait()
        changed = tuple({**cells, "engineering_tokens": tokens} for cells in CANDIDATES)
        save(database, workbook(candidates=changed), now=LATER)

    threads = [threading.Thread(target=one, args=(float(tokens),)) for tokens in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tokens = {row[0] for row in live(database, CandidateRecord, "engineering_tokens")}
    assert len(tokens) == 1


def _work(url: str, number: int, gate: "multiprocessing.synchronize.Barrier") -> None:
    with open_database(url) as database:
        gate.wait()
        for turn in range(4):
            tokens = float(1 + number * 10 + turn)
            changed = tuple({**cells, "engineering_tokens": tokens} for cells in CANDIDATES)
            save(database, workbook(candidates=changed[: 1 + turn % 2]), source=f"{number} {turn}")
            run_id = new_run(database)
            with database.session() as session:
                finish_run(session, run_id, RunOutcome(status="optimal", portfolio=found("INIT-1")), now=NOW)


def test_processes_that_save_and_run_at_once_do_not_disturb_each_other(url: str, database: Database) -> None:
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(3)
    workers = [context.Process(target=_work, args=(url, number, gate)) for number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    with database.reading() as session:
        runs = list_runs(session)
    assert [(run.status, run.selected_count) for run in runs] == [("optimal", 1)] * 12
    assert len({row[0] for row in live(database, CandidateRecord, "engineering_tokens")}) == 1


def _save_and_hang(url: str, ready: "multiprocessing.queues.Queue[bool]") -> None:
    with open_database(url) as database, database.session() as session:
        validated = workbook(candidates=(), initiatives=INITIATIVES[:1], sets=())
        sync_save(session, validated, (), {}, source="killed", now=LATER)
        session.execute(text("SELECT 1"))
        ready.put(True)
        threading.Event().wait()


def test_a_process_killed_in_the_middle_of_a_save_leaves_the_old_state_whole(url: str, database: Database) -> None:
    save(database, workbook())
    before = dump(database)
    context = multiprocessing.get_context("fork")
    ready: multiprocessing.queues.Queue[bool] = context.Queue()
    victim = context.Process(target=_save_and_hang, args=(url, ready))
    victim.start()
    ready.get(timeout=30)
    os.kill(victim.pid or 0, 9)
    victim.join()
    assert dump(database) == before
    assert save(database, workbook(candidates=CANDIDATES[:1]), now=LATER).tables["candidates"].archived == 1


def test_an_error_in_the_middle_of_a_save_leaves_the_old_state_whole(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(database, workbook())
    before = dump(database)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("disk on fire")

    monkeypatch.setattr("optcenter_pipeline.database.sync.sync_row_statuses", fail)
    with pytest.raises(RuntimeError, match="on fire"):
        save(database, workbook(candidates=(), initiatives=(), metrics=(), scenarios=(), sets=()), now=LATER)
    assert dump(database) == before
