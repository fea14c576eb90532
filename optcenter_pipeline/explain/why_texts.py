"""Why a candidate is in or out, in one sentence for people."""

from collections.abc import Sequence
from dataclasses import dataclass

from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.engine.objective import WEIGHTED
from optcenter_pipeline.explain.documents import Certainty
from optcenter_pipeline.explain.why_rules import quoted
from optcenter_pipeline.rules.linear import LinearRow
from optcenter_pipeline.rules.names import listed
from optcenter_pipeline.rules.numbers import amount, counted
from optcenter_pipeline.rules.units import NET


@dataclass(frozen=True, slots=True)
class Otherwise:
    """The plan with one candidate the other way, as a sentence tells of it."""

    is_selected: bool
    """In the plan as it is."""
    unit: str
    """What stands behind a number of the first KPI stage: `kEUR of gmv`."""
    objective: float
    """As it is."""
    change: float | None
    """Of the objective, or the most that it can be; None where nothing is known."""
    found: float | None
    """With the plan that was found; None without one."""
    certainty: Certainty
    tokens_change: float | None
    lets_in: Sequence[str]
    displaces: Sequence[str]
    rows: Sequence[LinearRow]
    """That stand in the way by themselves."""
    price: str | None
    """What suffers where the objective would gain."""
    goals: str
    """What becomes of the goals with the plan that was found; blank where nothing does."""
    is_strict: bool
    """Whether no goal and no tolerance takes from the objective."""


def sentence(told: Otherwise) -> str:
    """`Not funded: with it the plan would bring 3.2 gmv less (28.3 instead of 31.5). It would displace INIT-4.`"""
    parts = [f"{'Funded: without it' if told.is_selected else 'Not funded: with it'} {_change(told)}"]
    moves = _moves(told)
    if moves and told.certainty == "bound" and told.found is not None:
        found = _more_or_less(told, told.found)
        moves = [f"Of the plans found, the best would bring {found}: {' and '.join(moves)}"]
    elif moves:
        moves = [f"{'' if told.is_selected else 'It would '}{' and '.join(moves)}"]
    parts += moves
    if told.goals:
        parts.append(f"{told.goals[0].upper()}{told.goals[1:]}")
    if told.rows:
        parts.append(f"{'Held in by' if told.is_selected else 'In its way'}: {quoted(told.rows)}")
    return ". ".join(parts) + "."


def impossible(*, is_selected: bool, rules: str) -> str:
    """`Cannot be funded: “INIT-7 is excluded” (Constraints row 9).`"""
    verdict = "Cannot be left out" if is_selected else "Cannot be funded"
    if not rules:
        return f"{verdict}: no plan {'without' if is_selected else 'with'} it keeps all the rules."
    return f"{verdict}: {rules}."


def _change(told: Otherwise) -> str:
    unit, now = _unit(told), clean(told.objective)
    if told.change is None:
        return f"no limit to what the plan would bring in {unit} was proven"
    change, then = told.change, clean(told.objective + told.change)
    if told.certainty == "bound" and change < 0:
        least = f"the plan would lose at least {amount(-change)} {unit}"
        return f"{least} (at most {amount(then)} instead of {amount(now)})"
    if told.certainty == "bound":
        return f"the plan could bring no more than {amount(then)} {unit}, and brings {amount(now)} now"
    if change == 0:
        return f"the plan would bring the same {amount(then)} {unit}{_tokens(told)}"
    price = f", at the price of {told.price}" if change > 0 and told.price else ""
    return f"the plan would bring {_more_or_less(told, change)} ({amount(then)} instead of {amount(now)}){price}"


def _more_or_less(told: Otherwise, change: float) -> str:
    """`3.2 gmv less`."""
    if change == 0:
        return f"the same {amount(clean(told.objective))} {_unit(told)}"
    return f"{amount(abs(change))} {_unit(told)} {'more' if change > 0 else 'less'}"


def _unit(told: Otherwise) -> str:
    is_weighted = told.unit in (WEIGHTED, f"{WEIGHTED}{NET}")
    return f"of the weighted KPIs{told.unit.removeprefix(WEIGHTED)}" if is_weighted else told.unit


def _tokens(told: Otherwise) -> str:
    tokens = told.tokens_change or 0.0
    return f" for {counted(abs(tokens), 'token')} {'more' if tokens > 0 else 'less'}" if tokens else ""


def _moves(told: Otherwise) -> list[str]:
    if told.is_selected or (told.certainty == "bound" and told.found is not None):
        came = [f"{listed(told.lets_in)} would come in"] if told.lets_in else []
        return came + (
            [f"{listed(told.displaces)} would go{' too' if told.is_selected else ''}"] if told.displaces else []
        )
    moves = [f"displace {listed(told.displaces)}"] if told.displaces else []
    return moves + ([f"bring in {listed(told.lets_in)}"] if told.lets_in else [])
