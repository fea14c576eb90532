"""The conflict of a run that has no portfolio: sheet rows that contradict each other, none of them needless.

First comes what plain arithmetic sees (`engine/infeasibility.py`), then the dual ray of the linear relaxation, then
a proof by branching, then QuickXplain over all rows. Whatever names a small contradiction, it is proven and thinned
on those rows alone, with whole candidates, and its proof is repeated without presolve.
"""

from collections.abc import Callable, Collection, Iterable, Sequence

from optcenter_pipeline.engine.infeasibility import contradictions
from optcenter_pipeline.engine.question import Question
from optcenter_pipeline.engine.result import Conflict, ConflictRule
from optcenter_pipeline.explain.conflict.effort import Effort
from optcenter_pipeline.explain.conflict.probes import Probes
from optcenter_pipeline.explain.conflict.rule_rows import RuleRows, Saying
from optcenter_pipeline.explain.conflict.thinning import Thinning, Verdict
from optcenter_pipeline.rules.names import SourceRow

_MANY = 16
"""Sheet rows from which on halves of them are asked of before each."""
_FAMILIES = (
    ("scenario_capacity", "capacity_floor", "target_floor", "capacity_cap", "change_budget"),
    ("mandatory", "locked_in", "ineligible", "exclude_initiative"),
    ("bundle_all_or_nothing",),
    ("exclude_pair",),
    ("require_prereq",),
    ("synergy_bonus",),
)
"""Families in steps: what lies within an earlier one is told rather than what takes a later one."""
_STEP = {family: step for step, families in enumerate(_FAMILIES) for family in families}
_LAST_STEP = len(_FAMILIES) - 1


class NoConflictError(RuntimeError):
    """A portfolio keeps every rule of a run that was called infeasible."""


def find_conflict(
    question: Question, *, left: Callable[[], float | None], cancel: Callable[[], bool]
) -> Conflict | None:
    """Why an infeasible question has no portfolio.

    Args:
        question: one that has none.
        left: seconds until the run's time limit, None without one.
        cancel: asked often; True ends the search with what is known by then.

    Returns:
        Sheet rows that cannot all be kept. `minimal` is False where a limit left open whether each is needed, or
        left no second look. None where time was over, or somebody cancelled, before anything was proven, and where
        nothing that the solver refuted stood a second look.

    Raises:
        NoConflictError: a portfolio keeps every rule.
        SolverError: the solver refused a model.
    """
    return _Finding(question, Effort(left, cancel)).conflict()


class _Finding:
    """One search for a conflict; `presolve` False looks for it without the solver's."""

    def __init__(self, question: Question, effort: Effort, *, presolve: bool = True) -> None:
        self._question = question
        self._rules = RuleRows(question.model)
        self._effort = effort
        self._presolve = presolve

    def conflict(self) -> Conflict | None:
        """See `find_conflict`."""
        for rows in contradictions(self._question.model):
            found = self._within(rows)
            if found is not None:
                return found
        return self._within_all()

    def _probes(self, numbers: Sequence[int]) -> Probes:
        probes = Probes(self._rules, numbers, self._effort, self._question.snapshot.solver.threads)
        if not self._presolve:
            probes.without_presolve()
        return probes

    def _within(self, rows: Iterable[int]) -> Conflict | None:
        """The conflict within what the sheet rows of some linear rows say; None where those can all be kept."""
        sources = self._likely_first(self._rules.sources(rows, self._rules.by_source))
        probes = self._probes(self._rules.numbers(sources))
        if not sources or _is_no_contradiction(self._asked(probes.contradict)(sources)):
            return None
        if _is_no_contradiction(self._asked(probes.relaxed)(sources)):
            return self._thinned(sources, probes)
        if len(sources) > _MANY:
            heaviest = probes.heaviest([self._rules.by_source[source] for source in sources])
            return self._thinned([sources[part] for part in heaviest] or sources, probes, is_thin=True)
        by_relaxation = Thinning(self._asked(probes.relaxed), lambda: self._effort.is_spent)
        return self._thinned(by_relaxation.minimal(sources)[0], probes, is_thin=True)

    def _within_all(self) -> Conflict | None:
        """The conflict within all rules."""
        sources = self._likely_first(self._rules.by_source)
        probes = self._probes(self._rules.numbers(sources))
        steps: list[list[int]] = [[] for _ in _FAMILIES]
        for source in sources:
            steps[self._step(source)].extend(self._rules.by_source[source])
        core = probes.core(steps)
        found = self._within(core) if core is not None else None
        if found is not None:
            return found
        if self._effort.is_over:
            return None
        if probes.contradict(self._rules.numbers(sources)) is False:
            raise NoConflictError("the solver called this run infeasible, but a portfolio keeps all of its rules")
        found = self._thinned(sources, probes)
        if found is None and probes.relaxed(self._rules.numbers(sources)) is False:
            raise NoConflictError("the solver called this run infeasible, but a portfolio keeps all of its rules")
        return found

    def _asked(self, contradict: Verdict[int]) -> Verdict[SourceRow]:
        """A verdict on linear rows as one on sheet rows."""

        def verdict(sources: Sequence[SourceRow]) -> Collection[SourceRow] | bool | None:
            rows = contradict(self._rules.numbers(sources))
            return rows if rows is None or isinstance(rows, bool) else self._rules.sources(rows, sources)

        return verdict

    def _thinned(self, sources: Sequence[SourceRow], probes: Probes, *, is_thin: bool = False) -> Conflict | None:
        """What of a proven contradiction is needed; where it is thin already, most of it is.

        None where a second look, without presolve from the beginning, finds a portfolio that keeps it.
        """
        thinning = Thinning(self._asked(probes.contradict), lambda: self._effort.is_spent)
        if len(sources) > _MANY and not is_thin:
            sources = thinning.quick_explanation(sources)
        kept, is_minimal = thinning.minimal(sources)
        confirmed = probes.confirm(self._rules.numbers(kept))
        if confirmed is False:
            return _Finding(self._question, self._effort, presolve=False).conflict() if self._presolve else None
        in_order = sorted(kept, key=lambda source: self._rules.by_source[source])
        rules = self._needed(in_order, probes)
        return Conflict(
            source_rows=tuple(in_order),
            minimal=is_minimal and confirmed is True,
            rules=tuple(ConflictRule(source_row=saying.source, text=saying.text) for saying in rules),
        )

    def _needed(self, sources: Sequence[SourceRow], probes: Probes) -> list[Saying]:
        """What these sheet rows say that the contradiction takes: one may say more than one thing."""
        sayings = self._rules.sayings(sources)
        if len(sayings) == len(sources):
            return sayings

        def contradict(some: Sequence[Saying]) -> Collection[Saying] | bool | None:
            verdict = probes.contradict(sorted({number for saying in some for number in saying.numbers}))
            if verdict is None or isinstance(verdict, bool):
                return verdict
            return [saying for saying in some if not verdict.isdisjoint(saying.numbers)]

        kept, _ = Thinning(contradict, lambda: self._effort.is_spent).minimal(sayings)
        return kept

    def _likely_first(self, sources: Iterable[SourceRow]) -> list[SourceRow]:
        """By step, then in order of the model's rows."""
        return sorted(sources, key=lambda source: (self._step(source), self._rules.by_source[source]))

    def _step(self, source: SourceRow) -> int:
        """The step at which all that a sheet row says is in force."""
        rows = self._question.model.rows
        return max(_STEP.get(rows[number].family, _LAST_STEP) for number in self._rules.by_source[source])


def _is_no_contradiction(verdict: Collection[SourceRow] | bool | None) -> bool:
    return verdict is None or verdict is False
