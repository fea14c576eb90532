"""Is this result a right answer to this snapshot? Checked without the model, without the solver.

Knows the types of snapshot and result and the text of semantics.md, nothing else. Every hard rule is looked at on
the initiatives that were funded, and every number of the result is counted again in exact fractions.

Tolerances, on either side of an exact value v:

- a hard rule's limit, and every reported number: 1e-6 · max(1, |v|);
- a held stage: its own tolerance, and then 1e-6 · max(1, |v|) for the hold and as much again for the solver's rows;
- severities: none, but that both are right within 1e-9 · max(|required|, |achieved|) of a threshold, though not
  on it.

It cannot tell whether a better portfolio exists, nor whether an infeasible run is one.
"""

from collections import Counter
from collections.abc import Collection, Iterator

from optcenter_pipeline.engine.checker_figures import gaps, items, totals
from optcenter_pipeline.engine.checker_findings import Violation
from optcenter_pipeline.engine.checker_numbers import Recount
from optcenter_pipeline.engine.checker_rules import (
    alerts,
    commitments,
    floors,
    kept_commitments,
    switches,
    token_rules,
)
from optcenter_pipeline.engine.checker_stages import objective, stages
from optcenter_pipeline.engine.checker_words import UncountableError, located, source_rows_of
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot

__all__ = ["Violation", "check", "check_portfolio"]


def check(snapshot: Snapshot, result: Result) -> tuple[Violation, ...]:
    """Everything that is wrong with a result; nothing, if it is right."""
    snapshot = located(snapshot)
    if not result.has_portfolio:
        return tuple(_without_portfolio(snapshot, result))
    count = Recount(snapshot, frozenset(item.initiative_key for item in result.selected))
    try:
        return tuple(violation for part in _PARTS for violation in part(count, result))
    except UncountableError as error:
        return (Violation("snapshot", f"a portfolio, though {error}", "status invalid"),)


def check_portfolio(snapshot: Snapshot, keys: Collection[str]) -> tuple[Violation, ...]:
    """Every hard rule that the portfolio breaks which funds these, whoever made it; nothing, if it keeps them all.

    Args:
        snapshot: the inputs.
        keys: `initiative_key`s, as the snapshot spells them.
    """
    count = Recount(located(snapshot), frozenset(keys))
    try:
        return (*_outsiders(count, keys), *(violation for part in _HARD_RULES for violation in part(count)))
    except UncountableError as error:
        return (Violation("snapshot", f"a portfolio, though {error}", "status invalid"),)


def _outsiders(count: Recount, keys: Collection[str]) -> Iterator[Violation]:
    for key in sorted(set(keys) - count.pool):
        yield Violation("pool", f"{key} funded", "not funded: it is outside the pool")


def _without_portfolio(snapshot: Snapshot, result: Result) -> Iterator[Violation]:
    for what, part in (("selected", result.selected), ("synergies", result.synergies), ("gaps", result.gaps)):
        if part:
            yield Violation(what, f"{len(part)} of them", f"none, as the run is {result.status}")
    if result.stability is not None:
        yield Violation("stability", "one", f"none, as the run is {result.status}")
    if result.objective.value is not None:
        yield Violation("objective.value", str(result.objective.value), f"none, as the run is {result.status}")
    if result.conflict is None:
        return
    named = {
        *result.conflict.source_rows,
        *(rule.source_row for rule in result.conflict.rules),
        *(change.source_row for repair in result.conflict.repairs for change in repair.changes),
    }
    for row in sorted(named - source_rows_of(snapshot)):
        yield Violation("conflict", row, "a row that the snapshot's rules come from", (row,))
    if result.status != "infeasible":
        yield Violation("conflict", "a conflict", f"none, as the run is {result.status}")


def _membership(count: Recount, result: Result) -> Iterator[Violation]:
    """Selected and rejected together are the pool, each once; ranks run from 1; everyone rejected is told why."""
    listed = Counter(i.initiative_key for i in result.selected) + Counter(i.initiative_key for i in result.rejected)
    for key in sorted(listed.keys() | count.pool):
        if listed[key] != int(key in count.pool):
            where = "once, in selected or in rejected" if key in count.pool else "nowhere: it is outside the pool"
            yield Violation("pool", f"{key} stands in it {listed[key]} times", where)
    ranks = sorted(item.rank for item in result.selected)
    if ranks != list(range(1, len(ranks) + 1)):
        yield Violation("rank", str(ranks), f"1 to {len(ranks)}, each once")
    said = {row for item in result.rejected for row in item.source_rows}
    said |= {row for alert in result.alerts for row in alert.source_rows}
    for row in sorted(said - source_rows_of(count.snapshot)):
        yield Violation("source_rows", row, "a row of the snapshot", (row,))
    for item in result.rejected:
        if not item.reason.strip():
            yield Violation("rejected.reason", f"none for {item.initiative_key}", "why it is rejected")


_PARTS = (_membership, switches, commitments, token_rules, floors, items, gaps, totals, objective, stages, alerts)
_HARD_RULES = (switches, kept_commitments, token_rules, floors)
