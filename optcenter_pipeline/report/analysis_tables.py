"""The documents of the analyses as tables: what the terminal and Dagster's metadata both show."""

from collections.abc import Iterable

import pandas as pd

from optcenter_pipeline.explain.documents import (
    Alternatives,
    CandidateExplanation,
    CapacityStep,
    Comparison,
    Explanation,
    Frontier,
    LimitValue,
    Robustness,
)
from optcenter_pipeline.report.certainty import (
    FEWEST_FOUND,
    NOT_SEARCHED,
    binds_in_words,
    draws_left_open,
    no_point,
)
from optcenter_pipeline.rules.numbers import about, amount, change, percent
from optcenter_pipeline.rules.source_rows import in_words


def candidates_frame(explanation: Explanation) -> pd.DataFrame:
    """One row a pool member: initiative, now, the other way, objective, tokens, certainty, why."""
    return pd.DataFrame(
        [
            {
                "initiative": entry.initiative_key,
                "now": "in" if entry.is_selected else "out",
                "objective": _objective(entry),
                "tokens": change(entry.tokens_change),
                "certainty": entry.certainty,
                "why": entry.reason,
                "rows": in_words(entry.source_rows),
            }
            for entry in explanation.candidates
        ],
        columns=["initiative", "now", "objective", "tokens", "certainty", "why", "rows"],
    )


def _objective(entry: CandidateExplanation) -> str:
    if not entry.is_possible:
        return "not possible"
    at_best = "at best " if entry.certainty == "bound" else ""
    return f"{at_best}{change(entry.objective_change)}" if entry.objective_change is not None else ""


def limits_frame(explanation: Explanation) -> pd.DataFrame:
    """One row a limit on tokens: row, limit, used, binding, what is gained without it and how sure that is, the
    next increment, what it buys, how sure both are."""
    return pd.DataFrame(
        [
            {
                "row": in_words((entry.source_row,)),
                "limit": amount(entry.limit),
                "used": amount(entry.used),
                "binding": binds_in_words(entry),
                "without it": _without(entry),
                "certainty": entry.certainty,
                **_increment(entry.next_increment),
            }
            for entry in explanation.limits
        ],
        columns=["row", "limit", "used", "binding", "without it", "certainty", *_increment(None)],
    )


def _without(limit: LimitValue) -> str:
    if limit.gain_without is None:
        return NOT_SEARCHED
    return f"{'at best ' if limit.certainty == 'bound' else ''}{change(limit.gain_without)}"


def _increment(step: CapacityStep | None) -> dict[str, str]:
    if step is None:
        return {"next increment": "", "buys": "", "its certainty": ""}
    fewest = "" if step.certainty == "exact" else f", {FEWEST_FOUND}"
    return {
        "next increment": f"{change(step.change)}{fewest}",
        "buys": change(step.objective_change),
        "its certainty": step.certainty,
    }


def binding_frame(explanation: Explanation) -> pd.DataFrame:
    """One row a binding rule: row, rule, what is gained without it, certainty."""
    return pd.DataFrame(
        [
            {
                "row": in_words((entry.source_row,)),
                "rule": entry.text,
                "without it": change(entry.gain),
                "certainty": entry.certainty,
            }
            for entry in explanation.binding_rows
        ],
        columns=["row", "rule", "without it", "certainty"],
    )


def frontier_frame(frontier: Frontier) -> pd.DataFrame:
    """One row a point: x, y, bound, certainty, tokens, funded, and which one is the run's own."""
    return pd.DataFrame(
        [
            {
                frontier.x_name: amount(point.x),
                frontier.y_name: no_point(point) if point.y is None else amount(point.y),
                "bound": "" if point.bound is None else amount(point.bound),
                "certainty": point.certainty,
                "tokens": "" if point.tokens is None else amount(point.tokens),
                "funded": len(point.selected),
                "": f"this run's {frontier.x_name}" if point.is_current else "",
            }
            for point in frontier.points
        ]
    )


def alternatives_frame(alternatives: Alternatives) -> pd.DataFrame:
    """One row a portfolio: number, objective, below the plan, tokens, what it adds and drops."""
    return pd.DataFrame(
        [
            {
                "number": entry.number,
                alternatives.objective_name: amount(entry.objective),
                "below the plan": percent(entry.loss_pct / 100),
                "tokens": amount(entry.tokens),
                "adds": ", ".join(entry.adds),
                "drops": ", ".join(entry.drops),
                "certainty": entry.certainty,
            }
            for entry in alternatives.found
        ]
    )


def robustness_frame(robustness: Robustness) -> pd.DataFrame:
    """One row a candidate: initiative, whether it is in the plan, its share of the draws, verdict."""
    return pd.DataFrame(
        [
            {
                "initiative": entry.initiative_key,
                "now": "in" if entry.is_selected else "out",
                "share of draws": percent(entry.share),
                "verdict": entry.verdict,
            }
            for entry in robustness.candidates
        ],
        columns=["initiative", "now", "share of draws", "verdict"],
    )


def robustness_lines(robustness: Robustness) -> Iterable[str]:
    """What the draws come to."""
    solved = [draw for draw in robustness.draws if draw.objective is not None]
    left_open = draws_left_open(robustness.draws)
    yield f"{len(solved)} of {len(robustness.draws)} draws have a portfolio" + (
        f" ({left_open})" if left_open else ""
    )
    if robustness.base_keeps_rules_share is not None:
        yield f"the plan keeps every rule in {percent(robustness.base_keeps_rules_share)} of the draws"
    if robustness.mean_regret is not None and robustness.largest_regret is not None:
        mean, largest = about(robustness.mean_regret), about(robustness.largest_regret)
        yield f"where it does, it gives away {mean} {robustness.objective_name} on average, {largest} at most"


def comparison_frame(comparison: Comparison) -> pd.DataFrame:
    """One row a difference: kind, what, before, after, why."""
    rows = [
        *(
            {
                "kind": "input",
                "what": f"{in_words(entry.source_row.split(', '))}: {entry.what}",
                "before": entry.before or "",
                "after": entry.after or "",
                "why": "",
            }
            for entry in comparison.inputs
        ),
        *(
            {
                "kind": "figure",
                "what": entry.name,
                "before": "" if entry.before is None else amount(entry.before),
                "after": "" if entry.after is None else amount(entry.after),
                "why": change(entry.change),
            }
            for entry in comparison.figures
        ),
        *(
            {
                "kind": "initiative",
                "what": entry.initiative_key,
                "before": "out" if entry.change == "in" else "in",
                "after": entry.change,
                "why": entry.reason,
            }
            for entry in comparison.initiatives
        ),
    ]
    return pd.DataFrame(rows, columns=["kind", "what", "before", "after", "why"])


def explained_frame(comparison: Comparison) -> pd.DataFrame:
    """One row a cause: what changed, and what that does to objective, tokens and initiatives, how sure that is."""
    return pd.DataFrame(
        [
            {
                "cause": entry.cause,
                "objective": change(entry.objective_change),
                "tokens": change(entry.tokens_change),
                "in": ", ".join(entry.moves_in),
                "out": ", ".join(entry.moves_out),
                "certainty": entry.certainty,
                "rows": in_words(entry.source_rows),
            }
            for entry in comparison.explained
        ],
        columns=["cause", "objective", "tokens", "in", "out", "certainty", "rows"],
    )
