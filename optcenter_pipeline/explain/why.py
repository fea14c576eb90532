"""Why, and why not: for every candidate of a run, what the plan would be with it the other way.

The other way means: the same pool, rules and stages, and one row more, x_i = 1 or x_i = 0. What is compared is the
first KPI stage's value in the final portfolio, with all that the goals and later stages take from it.
"""

import math
from collections.abc import Callable, Iterator

from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.engine.linear_model import Point
from optcenter_pipeline.engine.objective import Stage
from optcenter_pipeline.explain.base_plan import BasePlan, Cancel
from optcenter_pipeline.explain.conflict import NoConflictError, find_conflict
from optcenter_pipeline.explain.documents import CandidateExplanation, Certainty
from optcenter_pipeline.explain.why_flips import FORCED_FAMILY, FORCED_ROW, Flip, Flips, is_strict
from optcenter_pipeline.explain.why_goals import goals_told
from optcenter_pipeline.explain.why_rules import FlipRules, quoted_rules, source_rows
from optcenter_pipeline.explain.why_texts import Otherwise, impossible, sentence
from optcenter_pipeline.rules.linear import LinearRow, fixed_row
from optcenter_pipeline.rules.names import SourceRow
from optcenter_pipeline.rules.units import Units

_SEARCHED_IN_FULL = 150
"""Candidates up to which each is searched in full."""
_WORK_ANEW = 5_000
_WORK_BEHIND_CORES = 1_000
"""Of more: so many over the number of candidates are searched from scratch; the fewer, where cores did not do."""
_MOST_CONFLICTS = 20
"""Candidates for whom the rows in the way are searched, where no row forbids them by itself."""


def explain_candidates(
    plan: BasePlan,
    *,
    exact: int | None = None,
    left: Callable[[], float | None] = lambda: None,
    cancel: Cancel = lambda: False,
) -> tuple[CandidateExplanation, ...]:
    """What the plan would be with each candidate of the pool the other way.

    Args:
        plan: the run and its portfolio.
        exact: how many candidates are searched again at most, the least decided first; None: by the size of the
            pool. The others get a proven bound, and the best plan met on the way.
        left: seconds that are left, None without a limit; the same input gives the same answer without one.
        cancel: True leaves bounds in place of what was not searched yet.

    Returns:
        One explanation a pool member, in order of key. `exact` only where both the plan and its counterpart are
        proven within the run's gap.

    Raises:
        SolverError: the solver refused a model or gave no usable answer.
    """
    return _Explained(plan, left, cancel).all(exact)


class _Explained:
    def __init__(self, plan: BasePlan, left: Callable[[], float | None], cancel: Cancel) -> None:
        self._plan = plan
        self._question = plan.question
        self._candidates = plan.question.model.columns.candidates
        self._left = left
        self._cancel = cancel
        self._rules = FlipRules(plan)
        self._conflicts_left = _MOST_CONFLICTS

    def all(self, exact: int | None) -> tuple[CandidateExplanation, ...]:
        """See `explain_candidates`."""
        columns, size = range(len(self._candidates)), len(self._candidates)
        forcing = {column: rows for column in columns if (rows := self._rules.forcing(column)) is not None}
        flips = Flips(self._plan, [column for column in columns if column not in forcing], self._left, self._cancel)
        flips.bound_all()
        most = size if exact is None else exact
        is_small = size <= _SEARCHED_IN_FULL
        work = _WORK_BEHIND_CORES if is_strict(self._question.plan) else _WORK_ANEW
        anew = most if is_small or exact is not None else max(work // size, 1)
        flips.search(most, anew, in_full=is_small and most >= size)
        return tuple(
            self._forced(column, forcing[column]) if column in forcing else self._told(flips, column)
            for column in columns
        )

    def _told(self, flips: Flips, column: int) -> CandidateExplanation:
        flip = flips.by_column[column]
        if not flip.is_possible:
            try:
                return self._in_conflict(flip)
            except NoConflictError:
                flips.reopen(flip)
        rows = self._rules.broken(column)
        certainty: Certainty = "exact" if flips.is_settled(flip) else "bound"
        found = None if flip.point is None else self._change(self._plan.stage.terms.value(flip.point))
        change = found if certainty == "exact" else self._change(flip.bound)
        lets_in, displaces = self._moves(flip)
        tokens = None if flip.point is None else clean(self._tokens(flip.point) - self._plan.tokens)
        told = Otherwise(
            is_selected=flip.value == 0,
            unit=Units(self._question.snapshot.metrics).named(self._plan.objective_name),
            objective=self._plan.objective,
            change=change,
            found=found,
            certainty=certainty,
            tokens_change=tokens,
            lets_in=lets_in,
            displaces=displaces,
            rows=rows,
            price=None if flip.point is None else self._price(flip.point),
            goals="" if flip.point is None else goals_told(self._question.model, self._plan.point, flip.point),
            is_strict=is_strict(self._question.plan),
        )
        return CandidateExplanation(
            initiative_key=self._candidates[column].initiative_key,
            is_selected=told.is_selected,
            certainty=certainty,
            objective_change=change,
            found_change=found,
            tokens_change=tokens,
            displaces=displaces,
            lets_in=lets_in,
            source_rows=source_rows(rows),
            reason=sentence(told),
        )

    def _change(self, value: float) -> float | None:
        return clean(value - self._plan.objective) if math.isfinite(value) else None

    def _forced(self, column: int, rows: tuple[LinearRow, ...]) -> CandidateExplanation:
        """A candidate that some rows by themselves leave no other way."""
        texts = [(source, row.text) for row in rows for source in row.source_rows]
        return self._impossible(column, texts)

    def _in_conflict(self, flip: Flip) -> CandidateExplanation:
        """A candidate that no plan has the other way, though no row says so by itself.

        Raises:
            NoConflictError: a plan has it so after all.
        """
        texts: list[tuple[SourceRow, str]] = []
        if self._conflicts_left > 0:
            self._conflicts_left -= 1
            row = fixed_row(FORCED_FAMILY, flip.column, flip.value, (FORCED_ROW,), FORCED_ROW)
            conflict = find_conflict(self._question.with_rows([row]), left=self._left, cancel=self._cancel)
            if conflict is not None:
                texts = [(rule.source_row, rule.text) for rule in conflict.rules if rule.source_row != FORCED_ROW]
        if not texts:
            texts = [(source, row.text) for row in self._rules.broken(flip.column) for source in row.source_rows]
        return self._impossible(flip.column, texts)

    def _impossible(self, column: int, texts: list[tuple[SourceRow, str]]) -> CandidateExplanation:
        is_selected = bool(self._plan.point[column])
        return CandidateExplanation(
            initiative_key=self._candidates[column].initiative_key,
            is_selected=is_selected,
            is_possible=False,
            certainty="exact",
            source_rows=tuple(dict.fromkeys(source for source, _ in texts)),
            reason=impossible(is_selected=is_selected, rules=quoted_rules(texts)),
        )

    def _moves(self, flip: Flip) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """(who comes in, who goes), the candidate itself aside."""
        if flip.point is None:
            return (), ()
        pairs = enumerate(zip(self._candidates, self._plan.point, flip.point, strict=False))
        others = [(c.initiative_key, now, then) for column, (c, now, then) in pairs if column != flip.column]
        came = tuple(key for key, now, then in others if then and not now)
        return came, tuple(key for key, now, then in others if now and not then)

    def _tokens(self, point: Point) -> float:
        return self._question.model.columns.token_terms().value(point)

    def _price(self, point: Point) -> str | None:
        """The first other stage that is worse there: what a gain is paid with."""
        for stage in self._other_stages():
            now, then = clean(stage.terms.value(self._plan.point)), clean(stage.terms.value(point))
            if (then < now) if stage.sense == "max" else (then > now):
                return "the goals" if stage.kind == "goals" else stage.name
        return None

    def _other_stages(self) -> Iterator[Stage]:
        plan = self._question.plan
        for stage in (*plan.stages, *((plan.goals,) if plan.goals else ())):
            if stage is not self._plan.stage:
                yield stage
