"""Why a candidate is in or out, in one sentence for people."""

from collections.abc import Sequence
from dataclasses import dataclass

from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.engine.objective import WEIGHTED
from optcenter_pipeline.explain.documents import Certainty
from optcenter_pipeline.explain.why_rules import quoted
from optcenter_pipeline.rules.linear import LinearRow
from optcenter_pipeline.rules.names import listed


@dataclass(frozen=True, slots=True)
class Otherwise:
    """The plan with one candidate the other way, as a sentence tells of it."""

    is_selected: bool
    """In the plan as it is."""
    unit: str
    """Name of the first KPI stage."""
    objective: float
    """As it is."""
    change: float
    certainty: Certainty
    tokens_change: float | None
    lets_in: Sequence[str]
    displaces: Sequence[str]
    rows: Sequence[LinearRow]
    """That stand in the way by themselves."""
    price: str | None = None
    """What suffers where the objective would gain."""


def sentence(told: Otherwise) -> str:
    """`Not funded: with it the plan would bring 3.2 gmv less (28.3 instead of 31.5); it would displace INIT-4.`"""
    verdict = "Funded: without it" if told.is_selected else "Not funded: with it"
    parts = [f"{verdict} the plan would {_change(told)}", *_moves(told)]
    if told.rows:
        verb = "asks for it" if told.is_selected else "stands against it"
        parts.append(f"{quoted(told.rows)} {verb if len(told.rows) == 1 else _plural(verb)}")
    return "; ".join(parts) + "."


def impossible(*, is_selected: bool, rows: Sequence[LinearRow], reason: str | None = None) -> str:
    """`Cannot be funded: INIT-7 is excluded (Constraints row 9).`"""
    verdict = "Cannot be left out" if is_selected else "Cannot be funded"
    if reason is None and not rows:
        missing = "without" if is_selected else "with"
        return f"{verdict}: no plan {missing} it keeps all the rules."
    return f"{verdict}: {reason or quoted(rows, most=4)}."


def _change(told: Otherwise) -> str:
    unit = "of the weighted KPIs" if told.unit == WEIGHTED else told.unit
    change, then = clean(told.change), clean(told.objective + told.change)
    instead = f"({then:.12g} instead of {clean(told.objective):.12g})"
    if told.certainty == "bound":
        if change >= 0:
            more = f"at most {change:.12g} more {unit}" if change > 0 else f"at best the same {then:.12g} {unit}"
            return f"bring {more}"
        at_most = f"(at most {then:.12g} instead of {clean(told.objective):.12g})"
        return f"bring at least {-change:.12g} {unit} less {at_most}"
    found = "" if told.certainty == "exact" else ", as far as was searched"
    if change == 0:
        return f"bring the same {then:.12g} {unit}{_tokens(told)}{found}"
    if change < 0:
        return f"bring {-change:.12g} {unit} less {instead}{found}"
    price = f", at the price of {told.price}" if told.price else ""
    return f"bring {change:.12g} {unit} more {instead}{price}{found}"


def _tokens(told: Otherwise) -> str:
    tokens = clean(told.tokens_change or 0.0)
    if tokens == 0:
        return ""
    return f" for {abs(tokens):.12g} tokens {'more' if tokens > 0 else 'less'}"


def _moves(told: Otherwise) -> list[str]:
    if told.is_selected:
        came = [f"{listed(told.lets_in)} would come in"] if told.lets_in else []
        return came + ([f"{listed(told.displaces)} would go too"] if told.displaces else [])
    moves = [f"displace {listed(told.displaces)}"] if told.displaces else []
    moves += [f"bring in {listed(told.lets_in)}"] if told.lets_in else []
    return [f"it would {' and '.join(moves)}"] if moves else []


def _plural(verb: str) -> str:
    return {"asks for it": "ask for it", "stands against it": "stand against it"}[verb]
