"""Do the answers go together? Proofs against proofs, portfolios against the rules and everybody's bounds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from benchmarks.compare.record import Record

TOLERANCE = 1e-6
"""Relative: what solvers call equal, and what our last stage may give up of the first."""

CORRECTED = {"nrp-e1@50": 11071.0, "nrp-e4@30": 5814.0}
"""Instances for which the published list is known to be wrong, and the value that several solvers prove."""


def by_instance(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Records of each instance, in order of first appearance."""
    found: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        found[record.key.instance].append(record)
    return dict(found)


def contradictions(records: Iterable[Record]) -> Iterator[str]:
    """What cannot be: a portfolio that breaks a rule, or is worth more than somebody's bound."""
    for name, same in by_instance(records).items():
        for record in same:
            who = f"{name}, {record.key.solver}"
            if record.status in ("error", "died", "infeasible"):
                yield f"{who}: {record.status} {record.trouble[-300:]}".rstrip()
            for run in record.runs:
                if run["broken"]:
                    yield f"{who}: the portfolio breaks rules: {'; '.join(run['broken'])}"
            if record.proven and record.value is not None and record.bound is not None:
                allowed = record.key.mip_gap * abs(record.value) + _slack(record.value)
                if abs(record.bound - record.value) > allowed:
                    yield f"{who}: called proven at {record.value:.12g} with the bound at {record.bound:.12g}"
            for other in same:
                if record.value is None or other.bound is None:
                    continue
                if record.value > other.bound + _slack(other.bound):
                    yield f"{who}: {record.value:.12g} is above {other.key.solver}'s bound {other.bound:.12g}"


def _slack(value: float) -> float:
    return TOLERANCE * max(1.0, abs(value))


def published_verdicts(records: Iterable[Record]) -> Iterator[tuple[str, str, bool]]:
    """(instance, verdict, whether it is wrong) for each instance with a published value."""
    for name, same in by_instance(records).items():
        published = same[0].published
        if published is None:
            continue
        expected = CORRECTED.get(name, published)
        proofs = {record.key.solver: record.value for record in same if record.proven and record.value is not None}
        values = [record.value for record in same if record.value is not None]
        beaten = [value for value in values if value > expected + _slack(expected)]
        agreeing = [solver for solver, value in proofs.items() if abs(value - expected) <= _slack(expected)]
        if not proofs:
            best = f"; {max(values):.12g} found" if values else ""
            yield name, f"{expected:.12g} published, not proven here{best}", bool(beaten)
        elif len(agreeing) == len(proofs):
            note = f" (the list says {published:.12g})" if expected != published else ""
            yield name, f"{expected:.12g} proven by {', '.join(agreeing)}{note}", False
        else:
            said = ", ".join(f"{solver}: {value:.12g}" for solver, value in proofs.items())
            yield name, f"{expected:.12g} published, but proven {said}", True
