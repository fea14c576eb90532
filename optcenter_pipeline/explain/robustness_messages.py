"""What a person should know of a robustness analysis beside its numbers."""

from collections.abc import Iterator, Sequence

from optcenter_pipeline.explain.base_plan import BasePlan
from optcenter_pipeline.explain.documents import Draw
from optcenter_pipeline.explain.robustness_draws import Draws, UncertainContribution
from optcenter_pipeline.rules.names import MOST_LISTED
from optcenter_pipeline.rules.numbers import amount
from optcenter_pipeline.rules.source_rows import in_words


def messages_of(plan: BasePlan, asked: Draws, draws: Sequence[Draw], *, is_late: bool) -> Iterator[str]:
    """Every message, the inputs' first.

    Args:
        plan: the run's plan.
        asked: the draws that were asked for.
        draws: those that were solved.
        is_late: whether the run's time limit is over.
    """
    if not asked.varies:
        yield (
            "nothing varies: no contribution has a range, and tokens vary by 0 %; every draw is the run itself. "
            "Give low and high for contributions, or a percentage for tokens"
        )
    elif not asked.uncertain:
        yield "no contribution has a range: only tokens vary"
    yield from _outside(plan, [entry for entry in asked.uncertain if not entry.is_inside])
    if len(draws) < asked.count:
        limit = plan.options.time_limit_seconds
        why = f"the time limit of {amount(limit or 0.0)} s was reached" if is_late else "cancelled"
        yield f"{why} after {len(draws):,} of {asked.count:,} draws: shares and regret are of those"
    counts = {status: sum(draw.status == status for draw in draws) for status in ("infeasible", "no_solution")}
    if counts["infeasible"]:
        yield f"no portfolio keeps the rules in {counts['infeasible']:,} of {len(draws):,} draws"
    if counts["no_solution"]:
        yield f"a limit ended {counts['no_solution']:,} of {len(draws):,} draws before any portfolio was found"
    unproven = sum(draw.status == "feasible" for draw in draws)
    if unproven:
        yield (
            f"{unproven:,} of {len(draws):,} draws ended at a limit with a portfolio that is not proven best: "
            "the regret there may be larger"
        )


def _outside(plan: BasePlan, entries: Sequence[UncertainContribution]) -> Iterator[str]:
    """Contributions outside their ranges, the first few by name."""
    candidates = plan.question.model.columns.candidates
    for entry in entries[:MOST_LISTED]:
        candidate = candidates[entry.column]
        where = f"{in_words((candidate.source_row,))}: " if candidate.source_row else ""
        yield (
            f"{where}{candidate.initiative_key} is to add {amount(entry.mode)} {entry.kpi_key}, outside its range, "
            f"{amount(entry.low)} to {amount(entry.high)}: drawn evenly from that; correct the number or the range"
        )
    more = len(entries) - MOST_LISTED
    if more > 0:
        yield f"{more:,} more contributions lie outside their ranges: drawn evenly from them"
