"""End to end at scale: a generated workbook, `optcenter optimize`, the seconds of each phase, and the peak memory.

    .venv/bin/python benchmarks/large_plan.py --candidates 30000 --rules 3000 --runs 2

The first run saves everything and writes a status on every row; later ones find all of that unchanged, and only
add their outputs below those before. The workbook's server is a thread of the command's own process: its memory is
in the peak. Everything happens in a folder of its own; nothing of it is kept unless --home names one.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from optcenter_pipeline.stages.resources import WorkbookResource
from optcenter_pipeline.workbook.tabs import TAB_BY_NAME
from optcenter_pipeline.workbook.template import init_workbook
from optcenter_pipeline.workbook.workbook import RangeWrite, cell_range

COUNTRIES = ("UK", "DE", "FR", "ES", "IT", "US", "NL", "PL")
DEPARTMENTS = tuple(f"Department {letter}" for letter in "ABCDEFGHIJKL")
PRODUCTS = ("Payments", "Search", "Checkout", "Logistics", "Seller tools")
KPIS = ("gmv", "active_buyers", "nps", "cost_savings", "seller_retention")
SCENARIO, SET = "large", "rules"

Rows = list[dict[str, Any]]


def large_plan(candidates: int, rules: int, seed: int) -> dict[str, Rows]:
    """Rows of every input tab: one scenario and one set, with rules of every type that go together."""
    dice = random.Random(seed)
    keys = [f"INIT-{number:05d}" for number in range(1, candidates + 1)]
    tokens = {key: dice.randint(4, 60) for key in keys}
    capacity = round(0.4 * sum(tokens.values()))
    return {
        "Initiatives": [
            {
                "initiative_key": key,
                "title": f"Initiative {key}",
                "lifecycle_status": "ready",
                "country": dice.choice(COUNTRIES),
                "product": dice.choice(PRODUCTS),
                "department": dice.choice(DEPARTMENTS),
            }
            for key in keys
        ],
        "Metrics_Config": [
            {"kpi_key": kpi, "kpi_level": "north_star" if kpi == "gmv" else "strategic", "unit": "units"}
            for kpi in KPIS
        ],
        "KPI_Contributions": [
            {"initiative_key": key, "kpi_key": kpi, "contribution": round(tokens[key] * dice.uniform(0.4, 2.0), 1)}
            for key in keys
            for kpi in ("gmv", dice.choice(KPIS[1:]))
        ],
        "Scenario_Config": [
            {
                "scenario_name": SCENARIO,
                "period_key": "2027-Q1",
                "capacity_total_tokens": capacity,
                "objective_mode": "north_star",
            }
        ],
        "Candidates": [{"initiative_key": key, "engineering_tokens": tokens[key]} for key in keys],
        "Constraints": [_rule(number, keys, capacity, dice) for number in range(rules - 5)],
        "Targets": [
            {
                "scenario_name": SCENARIO,
                "constraint_set_name": SET,
                "dimension": "all",
                "kpi_key": kpi,
                "target_value": round(0.12 * sum(tokens.values())),
                "floor_or_goal": "goal",
            }
            for kpi in KPIS
        ],
    }


def _rule(number: int, keys: list[str], capacity: int, dice: random.Random) -> dict[str, Any]:
    """Rule `number` of the set; each takes initiatives of its own, so that none contradicts another."""
    row: dict[str, Any] = {"scenario_name": SCENARIO, "constraint_set_name": SET}
    if number < len(DEPARTMENTS):
        cap = {"constraint_type": "capacity_cap", "dimension": "department", "dimension_key": DEPARTMENTS[number]}
        return row | cap | {"max_tokens": round(1.1 * capacity / len(DEPARTMENTS))}
    if number < len(DEPARTMENTS) + len(COUNTRIES):
        country = COUNTRIES[number - len(DEPARTMENTS)]
        floor = {"constraint_type": "capacity_floor", "dimension": "country", "dimension_key": country}
        return row | floor | {"min_tokens": round(0.6 * capacity / len(COUNTRIES))}
    own = keys[3 * number % len(keys) :][:3] if len(keys) > 3 * number + 3 else dice.sample(keys, 3)
    pair = "|".join(own[:2])
    return (
        row
        | (
            {
                "constraint_type": "require_prereq",
                "dimension": "initiative",
                "dimension_key": own[0],
                "member_keys": own[1],
            },
            {"constraint_type": "exclude_pair", "dimension": "initiative", "dimension_key": pair},
            {
                "constraint_type": "synergy_bonus",
                "dimension": "initiative",
                "dimension_key": pair,
                "target_kpi_key": "gmv",
                "target_value": 12,
            },
            {
                "constraint_type": "bundle_all_or_nothing",
                "dimension": "bundle",
                "dimension_key": f"bundle {number}",
                "member_keys": "|".join(own),
            },
            {"constraint_type": "mandatory", "dimension": "initiative", "dimension_key": own[0]},
            {"constraint_type": "exclude_initiative", "dimension": "initiative", "dimension_key": own[0]},
        )[number % 6]
    )


def fill(home: Path, rows: dict[str, Rows]) -> None:
    """A local workbook with these rows."""
    with WorkbookResource(location=f"local:{home / 'workbook.sqlite'}").open() as book:
        init_workbook(book)
        grow = [
            _row_count(sheet.sheet_id, len(rows[sheet.title]) + 100)
            for sheet in book.sheets()
            if sheet.title in rows
        ]
        book.structural_update(grow, idempotent=True)
        for tab, listed in rows.items():
            columns = [column.name for column in TAB_BY_NAME[tab].columns]
            values = [[row.get(name) for name in columns] for row in listed]
            book.batch_update([RangeWrite(cell_range(tab, 1, 0, len(values), len(columns) - 1), values)])


def _row_count(sheet_id: int, count: int) -> dict[str, Any]:
    properties = {"sheetId": sheet_id, "gridProperties": {"rowCount": max(count, 1000)}}
    return {"updateSheetProperties": {"properties": properties, "fields": "gridProperties.rowCount"}}


@dataclass(frozen=True)
class Measured:
    """One run of the command."""

    whole: float
    """Seconds, from the process's start to its end."""
    cpu: float
    """Seconds of all of its threads."""
    peak: float
    """Megabytes of resident memory at most."""
    stages: dict[str, float]
    """Seconds of each stage, by Dagster's log."""
    result: dict[str, Any]
    rows_in_error: int

    @property
    def solver(self) -> float:
        """Seconds in the solver itself."""
        return float(self.result["timings"]["solve"])

    def phases(self) -> dict[str, float]:
        """Seconds by phase; they add up to the whole."""
        engine = sum(self.result["timings"].values())
        parts = {
            f"solve: {name}": seconds for name, seconds in sorted(self.result["timings"].items()) if name != "solve"
        }
        beside = {**parts, "solve: solver": self.solver, "solve: the rest": self.stages["solve"] - engine}
        stages = {name: seconds for name, seconds in self.stages.items() if name != "solve"}
        return {**stages, **beside, "start and end": self.whole - sum(self.stages.values())}


def measured(home: Path) -> Measured:
    """Run the command once, in a process of its own."""
    environment = {**os.environ, "OPTCENTER_HOME": str(home), "DAGSTER_HOME": ""}
    command = [str(Path(sys.executable).with_name("optcenter")), "optimize", SCENARIO, SET, "--json"]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as problems:
        began = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=problems, text=True)
        _, status, used = os.wait4(process.pid, 0)
        whole = time.perf_counter() - began
        for file in (out, problems):
            file.seek(0)
        if status:
            sys.exit(problems.read())
        result = json.load(out)["result"]
    return Measured(whole, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, *_logged(home, result))


def _logged(home: Path, result: dict[str, Any]) -> tuple[dict[str, float], dict[str, Any], int]:
    """Seconds by stage of the newest Dagster run, the result, and how many rows the save found wrong."""
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        run = instance.get_runs(limit=1)[0]
        stats = instance.get_run_step_stats(run.run_id)
        seconds = {s.step_key: s.end_time - s.start_time for s in stats if s.end_time and s.start_time}
        event = instance.get_latest_materialization_event(dg.AssetKey("validated_rows"))
        materialization = event.asset_materialization if event else None
        wrong = materialization.metadata["rows_in_error"].value if materialization else None
    return seconds, result, int(str(wrong))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=int, default=2000)
    parser.add_argument("--rules", type=int, default=300)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        plan = large_plan(options.candidates, options.rules, options.seed)
        began = time.perf_counter()
        fill(home, plan)
        filled = time.perf_counter() - began
        runs = [measured(home) for _ in range(options.runs)]
    last = runs[-1]
    print(f"{options.candidates} candidates, {options.rules} rules, {sum(map(len, plan.values()))} rows in all")
    print(f"{last.result['status']}, rows in error: {last.rows_in_error}, model: {last.result['solver']['model']}")
    _line("fill", [filled])
    for phase in runs[0].phases():
        _line(phase, [run.phases().get(phase, 0.0) for run in runs])
    _line("whole", [run.whole for run in runs])
    _line("CPU", [run.cpu for run in runs])
    _line("whole / solver", [run.whole / run.solver for run in runs], "")
    _line("peak memory", [run.peak for run in runs], "MB")


def _line(name: str, numbers: Sequence[float], unit: str = "s") -> None:
    line = f"{name:18} first {numbers[0]:9.2f} {unit:2}"
    if numbers[1:]:
        line += f"   later (median of {len(numbers) - 1}) {statistics.median(numbers[1:]):9.2f} {unit}"
    print(line.rstrip())


if __name__ == "__main__":
    main()
