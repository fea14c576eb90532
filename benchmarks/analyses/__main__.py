"""Times of all analyses: `.venv/bin/python -m benchmarks.analyses`; `--help` for parts.

Each analysis is asked several times in this process, and the median told, wall and processor seconds: on a busy
machine the second. The plan itself is solved beforehand. Beside it stands what naive re-solving from scratch takes:
as it was measured before there were analyses, on other plans ("to beat"), and here, on the same plan.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tabulate import tabulate

from benchmarks.analyses.cases import ANALYSES, FAMILIES, all_cases
from benchmarks.analyses.measuring import Measured, measure

_HEADERS = (
    "analysis",
    "candidates",
    "plan",
    "wall s",
    "CPU s",
    "runs",
    "at most",
    "to beat",
    "naive wall",
    "naive CPU",
    "answer",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, keep."""
    options = _options(arguments)
    found = []
    for case in all_cases(options.sizes, options.only, options.families, options.draws, options.processes):
        measured = measure(case, repeats=options.repeats, enough=options.enough, naive=not options.no_naive)
        found.append(measured)
        print(_line(measured), flush=True)
    print()
    print(table(found))
    if options.json is not None:
        options.json.write_text(json.dumps([asdict(one) for one in found], indent=1) + "\n", encoding="utf-8")
        print(f"\nwritten: {options.json}")


def table(found: Sequence[Measured]) -> str:
    """All measurements, by analysis and size."""
    ordered = sorted(found, key=lambda one: (ANALYSES.index(one.analysis), one.size, one.instance))
    rows = [
        (
            one.analysis,
            f"{one.size:,}",
            one.instance,
            _seconds(one.wall),
            _seconds(one.cpu),
            one.runs,
            _seconds(one.allowed),
            _seconds(one.to_beat),
            _seconds(one.naive_wall),
            _seconds(one.naive_cpu),
            one.answer,
        )
        for one in ordered
    ]
    aligned = ("left", "right", "left", *["right"] * 7, "left")
    return tabulate(rows, headers=_HEADERS, tablefmt="github", disable_numparse=True, colalign=aligned)


def _line(one: Measured) -> str:
    return f"{one.analysis:12} {one.instance:40} {one.wall:8.2f} s {one.cpu:8.2f} cpu  {one.answer}"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.analyses", description="Times of all analyses.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[200, 1_000, 2_000], help="candidates of the plans")
    parser.add_argument("--repeats", type=int, default=5, help="of each analysis; the median is told")
    parser.add_argument("--enough", type=float, default=60.0, help="seconds after which none is repeated")
    parser.add_argument("--only", nargs="+", choices=ANALYSES, default=list(ANALYSES), help="these analyses")
    parser.add_argument(
        "--families",
        nargs="+",
        choices=list(FAMILIES),
        default=["planning"],
        help="a quarter's plan (planning), or plans made to be hard (generated)",
    )
    parser.add_argument("--draws", type=int, default=100, help="of robustness")
    parser.add_argument("--processes", type=int, help="for the draws; as many as help where left out")
    parser.add_argument("--no-naive", action="store_true", help="without naive re-solving")
    parser.add_argument("--json", type=Path, help="file for the figures")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
