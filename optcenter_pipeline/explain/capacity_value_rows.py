"""The rows without which a plan would be better, each taken out and the run searched again.

Where fewer rules never make the objective less, many rows are taken out at once: if nothing is gained without all
of them, none of them binds.
"""

from collections.abc import Iterator, Sequence

from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.engine.linear_model import holds
from optcenter_pipeline.engine.pool import INELIGIBLE_FAMILY
from optcenter_pipeline.explain.base_plan import BasePlan
from optcenter_pipeline.explain.capacity_value_search import Variations
from optcenter_pipeline.explain.documents import BindingRow, LimitValue
from optcenter_pipeline.rules import synergy
from optcenter_pipeline.rules.linear import LinearRow
from optcenter_pipeline.rules.names import SourceRow


def binding_rows(plan: BasePlan, search: Variations, limits: Sequence[LimitValue]) -> tuple[BindingRow, ...]:
    """Rows whose removal would improve the first KPI stage's value in the final portfolio; largest gain first.

    Args:
        plan: the run and its portfolio.
        search: with what is left of its searches.
        limits: the caps, of which that is known.
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
    found.extend(_Binding(plan, search, rules).among(open_rules))
    return tuple(sorted(found, key=lambda row: (-row.gain, row.source_row)))


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

    def among(self, rules: Sequence[SourceRow]) -> Iterator[BindingRow]:
        """Those of some rules that bind, as far as searches are left."""
        near = [rule for rule in rules if self._is_tight(rule)]
        is_near = frozenset(near)
        far = [rule for rule in rules if rule not in is_near]
        for group in (far, near) if self._search.is_monotone else ([rule] for rule in near + far):
            yield from self._within(group)

    def _within(self, group: Sequence[SourceRow]) -> Iterator[BindingRow]:
        """Take all out at once; where that gains something, each half."""
        if not group or self._search.is_over:
            return
        varied = self._search.without({number for rule in group for number in self._rules[rule]})
        if varied is None or varied.objective is None:
            return
        gain = clean(varied.objective - clean(self._plan.objective))
        if gain <= 0 and varied.certainty == "exact":
            return
        if len(group) == 1:
            if gain > 0:
                rule = group[0]
                text = self._rows[self._rules[rule][0]].text
                yield BindingRow(source_row=rule, text=text, gain=gain, certainty=varied.certainty)
            return
        middle = len(group) // 2
        yield from self._within(group[:middle])
        yield from self._within(group[middle:])

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
