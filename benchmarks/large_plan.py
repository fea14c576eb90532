"""End to end at scale: a generated workbook, `optcenter optimize`, and the seconds of each stage.

    .venv/bin/python benchmarks/large_plan.py --candidates 2000 --rules 300 --runs 5

Everything happens in a folder of its own; nothing of it is kept unless --home names one.
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


def stage_seconds(home: Path) -> dict[str, float]:
    """Seconds between start and end of each step of the newest Dagster run."""
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        run = instance.get_runs(limit=1)[0]
        stats = instance.get_run_step_stats(run.run_id)
        return {s.step_key: s.end_time - s.start_time for s in stats if s.end_time and s.start_time}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=2000)
    parser.add_argument("--rules", type=int, default=300)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        fill(home, large_plan(options.candidates, options.rules, options.seed))
        environment = {**os.environ, "OPTCENTER_HOME": str(home), "DAGSTER_HOME": ""}
        command = [str(Path(sys.executable).with_name("optcenter")), "optimize", SCENARIO, SET, "--json"]
        wholes, stages, result = [], [], {}
        for _ in range(options.runs):
            began = time.perf_counter()
            ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            wholes.append(time.perf_counter() - began)
            if ended.returncode:
                sys.exit(ended.stderr)
            stages.append(stage_seconds(home))
            result = json.loads(ended.stdout)["result"]
        print(f"{options.candidates} candidates, {options.rules} rules: {result['status']}")
        print("model:", result["solver"]["model"])
        print("engine:", result["timings"])
        print(f"{'whole process':16} first {wholes[0]:7.2f} s   median {statistics.median(wholes):7.2f} s")
        for step in stages[0]:
            seconds = [run[step] for run in stages]
            print(f"{step:16} first {seconds[0]:7.2f} s   median {statistics.median(seconds):7.2f} s")


if __name__ == "__main__":
    main()
