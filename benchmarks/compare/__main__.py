"""This engine beside HiGHS, CP-SAT and SCIP: `make bench`, or `.venv/bin/python -m benchmarks.compare`.

Each solver solves each instance in a process of its own, with one thread, the same gap and the same time limit,
after its imports and a tiny problem; what is timed is handing over the model and solving it, for our engine the
whole `solve(snapshot)`. Measurements are kept in a file as they come: run again to go on where it stopped.
"""

import argparse
import fnmatch
import os
import signal
import sys
from pathlib import Path

from benchmarks.compare.page import page_text
from benchmarks.compare.printed import print_comparisons, print_record, print_verdicts
from benchmarks.compare.record import Key, Record, Store, digest_of, newest
from benchmarks.compare.runner import measure
from benchmarks.compare.solvers import SOLVERS, Solver
from benchmarks.instances.catalogue import Instance, all_instances

_ROOT = Path(__file__).resolve().parents[2]
_DATA = _ROOT.parent / "shared" / "benchmarks"
_KEPT = _ROOT / ".bench" / "records.jsonl"


def main() -> None:
    """Measure, print, write the page."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    store = Store(options.kept)
    if options.from_ is not None:
        records = newest(Store(options.from_).read().values())
        for record in records:
            print_record(record, kept=True)
    else:
        records = _measured(options, store)
    records = [record for record in records if _wanted(record.key.instance, options.only)]
    if not records:
        sys.exit("nothing was measured: no instance, or no solver, goes by these names")
    wrong = print_verdicts(records)
    print_comparisons(records, options.clock)
    if options.page is not None:
        _write(records, options.page, options.clock)
    sys.exit(1 if wrong else 0)


def _write(records: list[Record], page: Path, clock: str) -> None:
    from benchmarks.compare.plot import draw  # noqa: PLC0415 - measuring and printing need no matplotlib

    plot = page.with_suffix(".svg")
    draw(records, plot, clock)
    page.write_text(page_text(records, plot.name, clock), encoding="utf-8")
    print(f"written: {page} and {plot}")


def _measured(options: argparse.Namespace, store: Store) -> list[Record]:
    """A record for each instance and solver, from the store or measured now."""
    known = {} if options.fresh else store.read()
    found = []
    for instance in all_instances(options.data):
        if not _wanted(instance.name, options.only):
            continue
        portfolio = instance.load()
        for solver in _solvers(options.solvers):
            key = Key(
                instance=instance.name,
                solver=solver.name,
                version=solver.version,
                digest=digest_of(portfolio),
                mip_gap=instance.mip_gap,
                limit=options.limit,
                repeats=options.repeats,
            )
            record = known.get(key) or _measure(instance, portfolio.size, key, options.data)
            if key not in known:
                store.add(record)
            print_record(record, kept=key in known)
            found.append(record)
    return found


def _measure(instance: Instance, candidates: int, key: Key, data: Path) -> Record:
    runs, trouble = measure(
        solver=key.solver,
        instance=key.instance,
        data=data,
        mip_gap=key.mip_gap,
        limit=key.limit,
        repeats=key.repeats,
    )
    cores = os.cpu_count() or 1
    return Record(key, instance.group, candidates, cores, instance.published, tuple(runs), trouble)


def _solvers(names: list[str]) -> list[Solver]:
    missing = [SOLVERS[name].package for name in names if not SOLVERS[name].is_installed]
    if missing:
        sys.exit(f"{', '.join(sorted(set(missing)))} not installed: `make bench` does, or pip install '.[bench]'")
    return [SOLVERS[name] for name in names]


def _wanted(name: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, default=_DATA, help="folder with nrp/ and mkp/ (default: %(default)s)")
    parser.add_argument(
        "--only",
        nargs="+",
        default=["*"],
        metavar="PATTERN",
        help="instances by name, e.g. 'nrp*' 'generated-10000-*' 'mkp-5.100-0?'",
    )
    parser.add_argument("--solvers", nargs="+", default=list(SOLVERS), choices=list(SOLVERS), help="which of them")
    parser.add_argument("--limit", type=float, default=30.0, help="seconds for a solve (default: %(default)s)")
    parser.add_argument(
        "--repeats", type=int, default=3, help="runs to take the median of, where they fit into the limit together"
    )
    parser.add_argument("--clock", choices=("seconds", "cpu"), default="seconds", help="what ratios are made of")
    parser.add_argument("--kept", type=Path, default=_KEPT, help="file of measurements (default: %(default)s)")
    parser.add_argument("--fresh", action="store_true", help="measure all again, whatever is kept")
    parser.add_argument("--from", dest="from_", type=Path, help="measure nothing: tables from such a file")
    parser.add_argument(
        "--page", type=Path, help="write the tables here, e.g. docs/benchmarks.md, and the plot beside"
    )
    options = parser.parse_args()
    if options.limit <= 0 or options.repeats < 1:
        parser.error("--limit has to be above 0 and --repeats at least 1")
    return options


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("interrupted; what was measured is kept, run again to go on")
