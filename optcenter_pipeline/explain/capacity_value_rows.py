"""The rows without which a plan would be better, each taken out and the run searched again.

Where fewer rules never make the objective less, many rows are taken out at once: if nothing is gained without all
of them, none of them binds. The relaxation without them, with cuts, is asked first: where not even that promises
more than the plan has, no search is needed. What it promises is never told as a gain; that is always searched.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.engine.holds import hold_tolerance
from optcenter_pipeline.engine.linear_model import holds
from optcenter_pipeline.engine.pool import INELIGIBLE_FAMILY
from optcenter_pipeline.explain.base_plan import BasePlan
from optcenter_pipeline.explain.capacity_value_search import Variations
from optcenter_pipeline.explain.documents import BindingRow, LimitValue
from optcenter_pipeline.explain.why_relaxation import TightRelaxation
from optcenter_pipeline.rules import synergy
from optcenter_pipeline.rules.linear import LinearRow
from optcenter_pipeline.rules.names import SourceRow

_SMALL = 150
"""Candidates up to which a gain within the run's gap counts as one, and every group is searched."""
_SEARCHES = 12
"""Of a larger pool, on top of what the limits have left."""
_RELAXATIONS = 20_000
_FRUITLESS = 12
"""Relaxations: so many over the number of rows, and how many are asked while none has said anything."""


class RowsTold(NamedTuple):
    """What is known of the rows of a run."""

    binding: tuple[BindingRow, ...]
    """Largest gain first."""
    unsearched: tuple[SourceRow, ...]
    """Of whom that was not found out: work or time was used up. In the order of the run's rows."""


def binding_rows(plan: BasePlan, search: Variations, limits: Sequence[LimitValue]) -> RowsTold:
    """Rows whose removal would improve the first KPI stage's value in the final portfolio.

    Args:
        plan: the run and its portfolio.
        search: with what is left of its searches.
        limits: the caps, of which that is known.

    Raises:
        SolverError: the solver refused a model or gave no usable answer.
    """
    known = {value.source_row for value in limits}
    found = [
        BindingRow(
            source_row=value.source_row, text=value.text, gain=value.gain_without or 0.0, certainty=value.certainty
        )
        for value in limits
        if value.is_binding
    ]
    rules = _rules(plan)
    open_rules = [rule for rule in rules if rule not in known]
    if len(plan.question.model.columns.candidates) > _SMALL:
        search.allow(_SEARCHES)
    told = _Binding(plan, search, rules)
    found.extend(told.among(open_rules))
    unsearched = frozenset(told.unsearched)
    return RowsTold(
        tuple(sorted(found, key=lambda row: (-row.gain, row.source_row))),
        tuple(rule for rule in open_rules if rule in unsearched),
    )


def _rules(plan: BasePlan) -> dict[SourceRow, list[int]]:
    """Every sheet row with a hard rule that it alone asks for, and the numbers of its linear rows."""
    rules: dict[SourceRow, list[int]] = {}
    for number, row in enumerate(plan.question.model.rows):
        if (
            len(row.source_rows) == 1
            and row.family not in (synergy.FAMILY, INELIGIBLE_FAMILY)
            and not _is_goal(plan, row)
        ):
            rules.setdefault(row.source_rows[0], []).append(number)
    return rules


def _is_goal(plan: BasePlan, row: LinearRow) -> bool:
    """Whether a shortfall can make up for what is missing."""
    model = plan.question.model
    last = model.candidate_count + len(model.synergies)
    return any(column >= last for column in row.terms.columns)


class _Binding:
    def __init__(self, plan: BasePlan, search: Variations, rules: dict[SourceRow, list[int]]) -> None:
        self._plan = plan
        self._search = search
        self._rules = rules
        self._rows = plan.question.model.rows
        self._most = max(_RELAXATIONS // len(self._rows), _FRUITLESS)
        self._asked = 0
        self._is_told_something = False
        self._is_small = len(plan.question.model.columns.candidates) <= _SMALL
        self.unsearched: list[SourceRow] = []

    def among(self, rules: Sequence[SourceRow]) -> Iterator[BindingRow]:
        """Those of some rules that bind, as far as searches are left."""
        near = [rule for rule in rules if self._is_tight(rule)]
        is_near = frozenset(near)
        far = [rule for rule in rules if rule not in is_near]
        for group in (far, near) if self._search.is_monotone else ([rule] for rule in near + far):
            yield from self._within(group, is_first=True)

    def _within(self, group: Sequence[SourceRow], *, is_first: bool = False) -> Iterator[BindingRow]:
        """Take all out at once; where that gains something, each half."""
        if not group or self._promises_nothing(group):
            return
        if self._is_small or is_first or len(group) == 1:
            varied = None if self._search.is_over else self._search.without(self._numbers(group))
            gain = None
            if varied is not None and varied.objective is not None:
                gain = clean(varied.objective - clean(self._plan.objective))
                if gain <= 0 and varied.certainty == "exact":
                    return
            if len(group) == 1:
                if varied is None or gain is None or gain <= 0:
                    self.unsearched.append(group[0])
                else:
                    text = self._rows[self._rules[group[0]][0]].text
                    yield BindingRow(source_row=group[0], text=text, gain=gain, certainty=varied.certainty)
                return
        middle = len(group) // 2
        yield from self._within(group[:middle])
        yield from self._within(group[middle:])

    def _numbers(self, group: Sequence[SourceRow]) -> set[int]:
        return {number for rule in group for number in self._rules[rule]}

    def _promises_nothing(self, group: Sequence[SourceRow]) -> bool:
        """Whether the relaxation without these rules proves that nothing beats the plan by more than its gap."""
        search = self._search
        is_fruitless = self._asked >= _FRUITLESS and not self._is_told_something
        if not search.is_monotone or is_fruitless or self._asked >= self._most or search.is_stopped:
            return False
        self._asked += 1
        relaxed = TightRelaxation(self._plan.question.with_model_rows(search.remaining(self._numbers(group)))).base
        if relaxed is None:
            return False
        objective = self._plan.objective
        gap = 0.0 if self._is_small else self._plan.question.snapshot.solver.mip_gap
        is_proven = self._plan.result.status == "optimal"
        says = is_proven and relaxed.bound <= objective + max(gap * abs(objective), hold_tolerance(objective))
        self._is_told_something = self._is_told_something or says
        return says

    def _is_tight(self, rule: SourceRow) -> bool:
        """Whether some candidate, the other way by itself, would break it."""
        return any(self._is_broken_by_one(self._rows[number]) for number in self._rules[rule])

    def _is_broken_by_one(self, row: LinearRow) -> bool:
        point = list(self._plan.point)
        for column in row.terms.columns:
            point[column] = 1.0 - point[column]
            is_kept = holds(row, tuple(point))
            point[column] = 1.0 - point[column]
            if not is_kept:
                return True
        return False
