"""`docs/benchmarks.md`: tables and ratios, without dates and names."""

import platform
from collections.abc import Iterable, Sequence

from tabulate import tabulate

from benchmarks.compare.printed import comparisons
from benchmarks.compare.ratios import SHIFT
from benchmarks.compare.record import Record
from benchmarks.compare.runner import GRACE
from benchmarks.compare.solvers import ENGINE, SOLVERS
from benchmarks.compare.verdicts import CORRECTED, by_instance, contradictions, published_verdicts

_GROUPS = {
    "nrp": "Next Release Problem, published instances, full proof",
    "generated": "Generated portfolios, rules of every type",
    "mkp": "Multidimensional knapsack, Chu and Beesley, full proof",
}


def page_text(records: Sequence[Record], plot: str, clock: str) -> str:
    """The page in Markdown; `plot` is the name of the picture beside it."""
    return "\n\n".join(_sections(records, plot, clock)) + "\n"


def _sections(records: Sequence[Record], plot: str, clock: str) -> Iterable[str]:
    yield "# Benchmarks"
    yield _method(records, clock)
    yield f"![Instances proven within a time]({plot})"
    yield "## Ratios"
    yield (
        "Our time over theirs, below 1 where we are faster. *both*: geometric mean over the instances that both "
        f"proved. *all*: over all instances, what is open counted at the limit, {SHIFT:g} s added to both times. "
        "*solving alone*: as *both*, with what the other needs to receive the model taken off its time, and "
        "nothing off ours. *slower by*: the most seconds that we lose on one instance, what is open at the limit."
    )
    yield _ratio_table(records, clock)
    yield "## Published values"
    yield "\n".join(_published(records))
    for group, title in _GROUPS.items():
        part = [record for record in records if record.group == group]
        if part:
            yield f"## {title}"
            yield _table(part, clock)
    ours = [record for record in records if record.key.solver == ENGINE and "timings" in record.last["more"]]
    if ours:
        yield "## Where our time goes"
        yield (
            "Seconds of the last run by phase: *build* is everything before the first search, *first* what the "
            "others do, *later* the stages behind it, *extract* the recheck and the reasons; *MB* is the most that "
            "the process took, interpreter and libraries included."
        )
        yield _phase_table(ours)


def _phase_table(records: Sequence[Record]) -> str:
    rows = []
    for record in records:
        more = record.last["more"]
        timings, stages = more["timings"], list(more["stages"].values())
        seconds = (timings["build"], sum(stages[:1]), sum(stages[1:]), timings["extract"])
        rows.append([record.key.instance, *(f"{number:.3f}" for number in seconds), str(record.peak_mb)])
    return _markdown(rows, ["instance", "build", "first", "later", "extract", "MB"])


def _method(records: Sequence[Record], clock: str) -> str:
    limits = ", ".join(f"{limit:g}" for limit in sorted({record.key.limit for record in records}))
    cores = ", ".join(str(cores) for cores in sorted({record.cores for record in records}))
    used = {record.key.solver: record.key.version.split(" ")[0] for record in records}
    versions = ", ".join(
        f"{SOLVERS[name].title} ({SOLVERS[name].package} {used[name]})" for name in SOLVERS if name in used
    )
    measured = "Seconds of the wall" if clock == "seconds" else "Seconds of the processor"
    return (
        f"`make bench` measures this and writes this page. {cores} cores, Python {platform.python_version()}, "
        f"{limits} s and one thread for every solver: {versions}.\n\n"
        f"{measured}, the median of up to {max(record.key.repeats for record in records)} runs that fit into the "
        "limit together. Each solver runs in a process of its own, after its imports and a tiny problem. Timed is "
        "handing over the model, whose arrays are ready, and solving it. Ours is the whole of `solve(snapshot)`: "
        "checking the inputs, pool, rules, presolve, Pyomo, all stages with the one that spends the fewest tokens, "
        "and the reasons; the others solve the first stage alone. HiGHS has its defaults on the natural model "
        "(what a synergy adds is continuous), and on the file that `optcenter export-model` writes; CP-SAT has "
        "clauses, one worker and `linearization_level=2`; SCIP has its defaults on the natural model. Gaps: 0 for "
        "published instances, 1e-3 for generated portfolios. Bold is the fastest proof. Where nothing was proven "
        f"the gap stands; a solver that did not stop {GRACE:g} s behind the limit was killed."
    )


def _ratio_table(records: Sequence[Record], clock: str) -> str:
    rows = [
        [
            name,
            SOLVERS[made.other].title,
            f"{made.ours_proven} : {made.theirs_proven} of {made.instances}",
            f"{_ratio(made.ratio)} ({made.both})",
            _ratio(made.without_handover),
            _ratio(made.shifted),
            f"{made.worst[0]:.2f} s, {made.worst[1]}" if made.worst[1] else "never",
        ]
        for name, _, listed in comparisons(records, clock)
        for made in listed
    ]
    return _markdown(rows, ["instances", "beside", "proven", "both", "solving alone", "all", "slower by"])


def _published(records: Sequence[Record]) -> Iterable[str]:
    verdicts = list(published_verdicts(records))
    equal = sum("proven by" in verdict for _, verdict, wrong in verdicts if not wrong)
    wrong = list(contradictions(records))
    yield (
        f"{equal} of {len(verdicts)} values that come with the data are proven here; each portfolio was checked "
        f"against every rule and its value computed from it, apart from the solvers. Answers that cannot go "
        f"together: {len(wrong) + sum(bad for _, _, bad in verdicts)}."
    )
    notable = [f"- {n}: {verdict}" for n, verdict, bad in verdicts if bad or n in CORRECTED or _is_open(verdict)]
    notable += [f"- {line}" for line in wrong]
    yield from ["", *notable] if notable else []


def _is_open(verdict: str) -> bool:
    return "proven by" not in verdict


def _table(records: Sequence[Record], clock: str) -> str:
    used = [name for name in SOLVERS if any(record.key.solver == name for record in records)]
    rows = []
    for name, same in by_instance(records).items():
        by_solver = {record.key.solver: record for record in same}
        proofs = [getattr(record, clock) for record in same if record.proven]
        best = min(proofs, default=None)
        values = [record.value for record in same if record.value is not None]
        value = f"{max(values):.12g}" if values else "none found"
        cells = [_cell(by_solver.get(solver), best, clock) for solver in used]
        rows.append([name, value, *cells])
    return _markdown(rows, ["instance", "best value", *(SOLVERS[name].title for name in used)])


def _cell(record: Record | None, best: float | None, clock: str) -> str:
    if record is None:
        return ""
    if record.proven:
        seconds = getattr(record, clock)
        text = f"{seconds:.3f}" if seconds < 1 else f"{seconds:.2f}"
        return f"**{text}**" if seconds == best else text
    if record.status == "stopped":
        return "open" if record.gap is None else f"open, {100 * record.gap:.2g} %"
    return {"nothing": "no portfolio", "overran": "killed"}.get(record.status, record.status)


def _ratio(number: float | None) -> str:
    return "" if number is None else f"{number:.2f}"


def _markdown(rows: list[list[str]], headers: list[str]) -> str:
    aligned = ["left", *["right"] * (len(headers) - 1)]
    return tabulate(rows, headers=headers, tablefmt="github", disable_numparse=True, colalign=aligned)
