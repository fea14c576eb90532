"""Measurements on the terminal."""

from collections.abc import Sequence

from benchmarks.compare.ratios import SHIFT, Comparison, compare
from benchmarks.compare.record import Record
from benchmarks.compare.solvers import ENGINE, SOLVERS
from benchmarks.compare.verdicts import contradictions, published_verdicts


def print_record(record: Record, *, kept: bool) -> None:
    """One line."""
    value = "-" if record.value is None else f"{record.value:.12g}"
    bound = "-" if record.bound is None else f"{record.bound:.12g}"
    notes = [
        f"{len(record.runs)} runs" if len(record.runs) > 1 else "",
        "a later stage unproven" if _later_open(record) else "",
        f"{record.peak_mb} MB" if record.peak_mb else "",
        "kept from before" if kept else "",
    ]
    print(
        f"{record.key.instance:22} {record.key.solver:7} {record.seconds:8.3f} s {record.cpu:8.3f} cpu  "
        f"{record.status:9} {value:>14} {bound:>14}  {', '.join(note for note in notes if note)}",
        flush=True,
    )


def _later_open(record: Record) -> bool:
    return record.proven and record.last["more"].get("all stages proven") is False


def print_verdicts(records: Sequence[Record]) -> int:
    """What does not go together, and the published values; how many of these are wrong."""
    wrong = list(contradictions(records))
    published = list(published_verdicts(records))
    agreeing = sum(not bad for _, _, bad in published)
    print(f"\npublished values: {agreeing} of {len(published)} agree with what was found")
    for name, verdict, bad in published:
        if bad or "list says" in verdict or "not proven" in verdict:
            print(f"  {name}: {verdict}")
    print(f"answers that cannot go together: {len(wrong)}")
    for line in wrong:
        print(f"  {line}")
    return len(wrong) + sum(bad for _, _, bad in published)


def comparisons(records: Sequence[Record], clock: str) -> list[tuple[str, int, list[Comparison]]]:
    """(instances, their number, comparison with each other solver), for each band and for all."""
    bands = list(dict.fromkeys(record.band for record in records))
    parts = [(band, [record for record in records if record.band == band]) for band in bands]
    if len(bands) > 1:
        parts.append(("all", list(records)))
    found = []
    for name, part in parts:
        made = [compare(part, other, clock) for other in SOLVERS if other != ENGINE]
        count = len({record.key.instance for record in part})
        found.append((name, count, [comparison for comparison in made if comparison is not None]))
    return found


def print_comparisons(records: Sequence[Record], clock: str) -> None:
    """Ratios and proven counts, for each band and for all."""
    print(
        f"\nour time over theirs ({'wall' if clock == 'seconds' else 'processor'}): geometric mean where both "
        f"proved; without their hand-over; on all, open ones at the limit, {SHIFT:g} s added to both"
    )
    for name, count, made in comparisons(records, clock):
        for comparison in made:
            seconds, where = comparison.worst
            print(
                f"{name:30} ({count:2}) / {comparison.other:6} "
                f"{_number(comparison.ratio):>6} on {comparison.both:2}   "
                f"{_number(comparison.without_handover):>6}   {_number(comparison.shifted):>6}   "
                f"proven {comparison.ours_proven} : {comparison.theirs_proven} of {comparison.instances}   "
                + (f"slower by {seconds:.2f} s at most ({where})" if where else "never slower")
            )


def _number(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.3f}"
