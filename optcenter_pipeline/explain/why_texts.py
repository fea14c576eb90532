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
    """`Not funded: with it the plan would bring 3.2 gmv less (28.3 instead of 31.5); it would displace INIT-4.`"""
    parts = [f"{'Funded: without it' if told.is_selected else 'Not funded: with it'} {_change(told)}"]
    moves = _moves(told)
    if moves and told.certainty == "bound" and told.found is not None:
        moves = [f"of the plans met, the best would bring {_amount(told, told.found)}: {' and '.join(moves)}"]
    elif moves:
        moves = [f"{'' if told.is_selected else 'it would '}{' and '.join(moves)}"]
    parts += moves
    if told.goals:
        parts.append(told.goals)
    if told.rows:
        verb = "hold it in" if told.is_selected else "stand against it"
        parts.append(f"{quoted(told.rows)} {verb if len(told.rows) > 1 else _singular(verb)}")
    return "; ".join(parts) + "."


def impossible(*, is_selected: bool, rules: str) -> str:
    """`Cannot be funded: 'INIT-7 is excluded' (Constraints row 9).`"""
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
        return f"the plan would lose at least {-change:.12g} {unit} (at most {then:.12g} instead of {now:.12g})"
    if told.certainty == "bound":
        return f"the plan could bring no more than {then:.12g} {unit}, and brings {now:.12g} now"
    if change == 0:
        return f"the plan would bring the same {then:.12g} {unit}{_tokens(told)}"
    price = f", at the price of {told.price}" if change > 0 and told.price else ""
    return f"the plan would bring {_amount(told, change)} ({then:.12g} instead of {now:.12g}){price}"


def _amount(told: Otherwise, change: float) -> str:
    """`3.2 gmv less`."""
    if change == 0:
        return f"the same {clean(told.objective):.12g} {_unit(told)}"
    return f"{abs(change):.12g} {_unit(told)} {'more' if change > 0 else 'less'}"


def _unit(told: Otherwise) -> str:
    return "of the weighted KPIs" if told.unit == WEIGHTED else told.unit


def _tokens(told: Otherwise) -> str:
    tokens = told.tokens_change or 0.0
    return f" for {abs(tokens):.12g} tokens {'more' if tokens > 0 else 'less'}" if tokens else ""


def _moves(told: Otherwise) -> list[str]:
    if told.is_selected or (told.certainty == "bound" and told.found is not None):
        came = [f"{listed(told.lets_in)} would come in"] if told.lets_in else []
        return came + (
            [f"{listed(told.displaces)} would go{' too' if told.is_selected else ''}"] if told.displaces else []
        )
    moves = [f"displace {listed(told.displaces)}"] if told.displaces else []
    return moves + ([f"bring in {listed(told.lets_in)}"] if told.lets_in else [])


def _singular(verb: str) -> str:
    first, _, rest = verb.partition(" ")
    return f"{first}s {rest}"
