"""The conflict of a run that has no portfolio: sheet rows that contradict each other, none of them needless.

First comes what plain arithmetic sees (`engine/infeasibility.py`), then the dual ray of the linear relaxation, then
a proof by branching, then QuickXplain over all rows. Whatever names a small contradiction, it is proven and thinned
on those rows alone, with whole candidates, and its proof is repeated without presolve.
"""

from collections.abc import Callable, Collection, Iterable, Sequence

from optcenter_pipeline.engine.infeasibility import contradictions
from optcenter_pipeline.engine.question import Question
from optcenter_pipeline.engine.result import Conflict
from optcenter_pipeline.explain.conflict.effort import Effort
from optcenter_pipeline.explain.conflict.probes import Probes
from optcenter_pipeline.explain.conflict.rule_rows import RuleRows
from optcenter_pipeline.explain.conflict.thinning import Thinning, Verdict
from optcenter_pipeline.rules.names import SourceRow

_MANY = 16
"""Sheet rows from which on halves of them are asked of before each."""
_FAMILIES = (
    "scenario_capacity", "capacity_floor", "mandatory", "locked_in", "target_floor", "capacity_cap",
    "change_budget", "bundle_all_or_nothing", "ineligible", "exclude_initiative", "exclude_pair", "require_prereq",
)  # fmt: skip
_LIKELY = {family: rank for rank, family in enumerate(_FAMILIES)}
_LEAST_LIKELY = len(_FAMILIES)


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
        Sheet rows that cannot all be kept. `minimal` is False where a limit left open whether each is needed. None
        where time was over, or somebody cancelled, before anything was proven.

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
        numbers = self._rules.numbers(sources)
        probes = self._probes(numbers)
        verdict = self._verdict(probes)
        if not sources or verdict(sources) in (None, False):
            return None
        return self._thinned(sources, verdict)

    def _within_all(self) -> Conflict | None:
        """The conflict within all rules."""
        sources = self._likely_first(self._rules.by_source)
        probes = self._probes(self._rules.numbers(sources))
        core = probes.core()
        if core is not None:
            found = self._within(core)
            if found is not None:
                return found
        if self._effort.is_over:
            return None
        verdict = self._verdict(probes)
        if verdict(sources) is False:
            raise NoConflictError("the solver called this run infeasible, but a portfolio keeps all of its rules")
        return self._thinned(sources, verdict)

    def _verdict(self, probes: Probes) -> Verdict[SourceRow]:
        """Whether sheet rows contradict each other, by probes of their linear rows."""

        def contradict(sources: Sequence[SourceRow]) -> Collection[SourceRow] | bool | None:
            verdict = probes.contradict(self._rules.numbers(sources))
            return (
                verdict if verdict is None or isinstance(verdict, bool) else self._rules.sources(verdict, sources)
            )

        return contradict

    def _thinned(self, sources: Sequence[SourceRow], verdict: Verdict[SourceRow]) -> Conflict | None:
        """What of a proven contradiction is needed."""
        thinning = Thinning(verdict, lambda: self._effort.is_spent)
        if len(sources) > _MANY:
            sources = thinning.quick_explanation(sources)
        kept, is_minimal = thinning.minimal(sources)
        numbers = self._rules.numbers(kept)
        probes = self._probes(numbers)
        probes.without_presolve()
        confirmed = probes.contradict(numbers)
        if confirmed is False and self._presolve:
            return _Finding(self._question, self._effort, presolve=False).conflict()
        if len(numbers) > len(kept) and confirmed is not None:
            numbers, _ = Thinning(probes.contradict, lambda: self._effort.is_spent).minimal(numbers)
        in_order = sorted(kept, key=lambda source: self._rules.by_source[source])
        return self._rules.conflict(in_order, numbers, minimal=is_minimal and confirmed is not None)

    def _likely_first(self, sources: Iterable[SourceRow]) -> list[SourceRow]:
        """By how likely rules of their family are to blame, then in order of the model's rows."""
        rows, by_source = self._question.model.rows, self._rules.by_source

        def rank(source: SourceRow) -> tuple[int, int]:
            families = (_LIKELY.get(rows[number].family, _LEAST_LIKELY) for number in by_source[source])
            return min(families), by_source[source][0]

        return sorted(sources, key=rank)
