"""The race: saves and runs while a second client inserts, deletes, sorts, edits and copies rows.

    .venv/bin/python benchmarks/race.py --trials 1000 --jobs 50
    .venv/bin/python benchmarks/race.py --trials 100 --naive

A trial is a save, every second one with a run and answers to requests, against a second connection that changes
the same tabs, often just between the system's look and its write; then a save that nobody interferes with. Every
status, every cell of people's, every output row and every answer is compared with what it should be. With --naive
rows are written by the numbers that they were read at, as most scripts do: that shows that the race is real.
With --columns it adds and removes columns too. A cell that is edited and moved to another column between one look
and its write cannot be told from one that we may write: about 3 such edits in 1,000 trials are lost.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from optcenter_pipeline.database.connection import Database, open_database
from optcenter_pipeline.database.run_records import get_run, mark_delivered, runs_to_deliver
from optcenter_pipeline.database.statuses import promised_statuses
from optcenter_pipeline.report.output_rows import stamp
from optcenter_pipeline.runs.delivery import run_rows
from optcenter_pipeline.runs.workbook_access import open_workbook
from optcenter_pipeline.workbook.cell_text import fitting_text, output_cell
from optcenter_pipeline.workbook.grid import read_grids
from optcenter_pipeline.workbook.tabs import INPUT_TABS, TAB_BY_NAME
from optcenter_pipeline.workbook.workbook import Filled, RangeWrite, Workbook, cell_range
from optcenter_pipeline_tests.support.planning_space import PlanningSpace
from optcenter_pipeline_tests.support.race.book import fill
from optcenter_pipeline_tests.support.race.race import OURS, Race, Writer
from optcenter_pipeline_tests.support.race.verdict import Findings


def naive_statuses(database: Database, workbook: Workbook) -> None:
    """Write each status on the row where its content was read, all in one request."""
    with database.reading() as session:
        promised = promised_statuses(session)
    grids = read_grids(workbook, INPUT_TABS)
    writes = []
    for status in promised:
        cells = {
            "run_status": fitting_text(status.run_status),
            "updated_source": status.updated_source,
            "updated_at": stamp(status.updated_at) or "",
        }
        writes += _cells(grids[status.tab].layout.positions, status.tab, status.row_num - 1, cells)
    workbook.batch_update(writes)


def naive_runs(database: Database, workbook: Workbook) -> list[str]:
    """Write each run below the last row of each tab, all in one request."""
    with database.reading() as session:
        waiting = runs_to_deliver(session)
        records = [get_run(session, run_id) for run_id in waiting]
    for record in records:
        rows = run_rows(record)
        grids = read_grids(workbook, [TAB_BY_NAME[name] for name in rows])
        writes = []
        for name, listed in rows.items():
            columns = TAB_BY_NAME[name].by_name
            for number, row in enumerate(listed, len(grids[name].rows)):
                cells = {key: output_cell(value, columns[key].kind) for key, value in row.items()}
                writes += _cells(grids[name].layout.positions, name, number, cells)
        workbook.batch_update(writes)
        with database.session() as session:
            mark_delivered(session, record.summary.run_id, now=record.summary.created_at)
    return list(waiting)


def naive_answers(workbook: Workbook, rows: Mapping[str, list[dict[str, Any]]]) -> None:
    """Look where each request stands, and write its answer there."""
    for name, listed in rows.items():
        grid = read_grids(workbook, [TAB_BY_NAME[name]])[name]
        places = {grid.named(row, "request_id"): row for row in range(1, len(grid.rows))}
        workbook.batch_update(
            [
                write
                for row in listed
                if row["request_id"] in places
                for write in _cells(grid.layout.positions, name, places[row["request_id"]], row)
            ]
        )


def _cells(positions: Mapping[str, int], tab: str, row: int, cells: Mapping[str, Filled]) -> list[RangeWrite]:
    known = [(positions[name], cell) for name, cell in cells.items() if name in positions and name != "request_id"]
    return [RangeWrite(cell_range(tab, row, column, row, column), [[cell]]) for column, cell in known]


NAIVE = Writer(naive_statuses, naive_runs, naive_answers)


class Shard(NamedTuple):
    """One process's part."""

    trials: int
    jobs: int
    seed: int
    naive: bool
    columns: bool


def run_shard(shard: Shard) -> tuple[Findings, Counter[str], list[str]]:
    """Race in a folder of its own; the findings, the deeds, and the trials that had an error."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with open_workbook(f"local:{home / 'workbook.sqlite'}") as workbook:
            fill(workbook)
        failed: set[str] = set()
        writer = NAIVE if shard.naive else OURS
        with (
            open_database(f"sqlite:///{home / 'optcenter.db'}") as database,
            Race(database, home, seed=shard.seed, writer=writer, moves_columns=shard.columns) as race,
        ):
            for number in range(shard.trials):
                race.trial(number)
                if number % 50 == 49:
                    print(f"seed {shard.seed}: {race.findings}", file=sys.stderr)
            if shard.jobs:
                space = PlanningSpace(home)
                for number in range(shard.jobs):
                    race.job_trial(number, space)
            failed |= {error.partition(":")[0] for error in race.findings.errors}
        return race.findings, race.client.deeds, sorted(failed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=0, help="trials more, by the real Dagster jobs")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--naive", action="store_true", help="write by remembered row numbers, and read nothing back"
    )
    parser.add_argument("--columns", action="store_true", help="let the second client move columns too")
    options = parser.parse_args()
    began = time.perf_counter()
    count = options.processes
    shards = [
        Shard(
            options.trials * (n + 1) // count - options.trials * n // count,
            options.jobs * (n + 1) // count - options.jobs * n // count,
            options.seed + n,
            options.naive,
            options.columns,
        )
        for n in range(count)
    ]
    with ProcessPoolExecutor(count) as pool:
        outcomes = list(pool.map(run_shard, shards))
    deeds = sum((outcome[1] for outcome in outcomes), Counter())
    print(f"{'naive' if options.naive else 'our'} writer, {time.perf_counter() - began:.0f} s")
    print("deeds:", ", ".join(f"{count} {name}" for name, count in deeds.most_common()))
    print("trials with an error:", sum(len(outcome[2]) for outcome in outcomes))
    for field in fields(Findings):
        values = [getattr(outcome[0], field.name) for outcome in outcomes]
        if isinstance(values[0], int):
            print(f"{field.name}: {sum(values)}")
            continue
        errors = [error for listed in values for error in listed]
        print(f"{field.name}: {len(errors)}")
        for error in errors[: 0 if options.naive else 5]:
            print("   ", error[:1500])
    sys.exit(any(outcome[0].errors for outcome in outcomes) and not options.naive)


if __name__ == "__main__":
    main()
