"""What each group of input changes does to the plan: made one after the other, and solved again after each.

The first step starts from the earlier run's answer and the last one ends with the later run's, so what the steps
change adds up to the whole difference.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.engine.portfolio_search import search_portfolio
from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.result import Result, Status
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.validity import find_problems
from optcenter_pipeline.explain.comparison_differences import Difference, Group
from optcenter_pipeline.explain.documents import Certainty, ExplainedChange
from optcenter_pipeline.rules.constraint_set import ConstraintSetCompiled
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.portfolio import Candidate, Metric

Cancel = Callable[[], bool]


@dataclass(frozen=True)
class Answer:
    """What a step starts from or ends with."""

    status: Status
    objective_name: str | None = None
    objective: float | None = None
    bound: float | None = None
    tokens: float | None = None
    funded: frozenset[str] = frozenset()

    @property
    def has_plan(self) -> bool:
        """Whether it is a portfolio."""
        return self.objective is not None

    @property
    def is_proven(self) -> bool:
        """Whether nothing better exists, within the run's gap."""
        return self.status in ("optimal", "infeasible")


def answer_of(result: Result) -> Answer:
    """A run's answer; without figures where it has no portfolio."""
    stage = next((stage for stage in result.objective.stages if stage.kind in ("kpi", "weighted")), None)
    if not result.has_portfolio or result.capacity is None or stage is None:
        return Answer(result.status)
    return Answer(
        result.status,
        stage.name,
        result.objective.value,
        result.objective.bound,
        result.capacity.used,
        frozenset(chosen.initiative_key for chosen in result.selected),
    )


def explained_changes(
    before: tuple[Snapshot, Answer],
    after: tuple[Snapshot, Answer],
    differences: Sequence[Difference],
    searched_otherwise: bool,
    cancel: Cancel,
) -> tuple[ExplainedChange, ...] | None:
    """The steps from one run's answer to the other's; none where no input that matters differs.

    Args:
        before: a valid snapshot and its answer.
        after: likewise.
        differences: of the two snapshots.
        searched_otherwise: whether the search options differ, which then is the last step.
        cancel: asked often; True ends it.

    Returns:
        None where it was cancelled.
    """
    groups = [group for group in Group if any(d.group is group and d.matters for d in differences)]
    groups += [Group.SEARCH] if searched_otherwise else []
    answer = known = before[1]
    made: list[Group] = []
    waiting: list[Group] = []
    found: list[ExplainedChange] = []
    for group in groups:
        made.append(group)
        waiting.append(group)
        if group is groups[-1]:
            answer = after[1]
        else:
            snapshot = mixed(before[0], after[0], made)
            if find_problems(snapshot):
                continue  # this group makes no question without the next one: they are one step
            solved = _solved(snapshot, known.funded, cancel)
            if solved is None:
                return None
            answer = solved
        rows = dict.fromkeys(row for d in differences if d.group in waiting and d.matters for row in d.source_rows)
        found.append(_step(" + ".join(waiting), tuple(rows), known, answer))
        known = answer if answer.has_plan else known
        waiting = []
    return tuple(found)


def _solved(snapshot: Snapshot, start: Collection[str], cancel: Cancel) -> Answer | None:
    """The answer to inputs that no run had."""
    question = build_question(snapshot)
    staged = search_portfolio(question, start=question.point_of(start), cancel=cancel).staged
    if staged.ending == "cancelled":
        return None
    status = staged.status(question.plan)
    if staged.point is None:
        return Answer(status)
    stage = question.plan.kpi_stages[0]
    return Answer(
        status,
        stage.name,
        clean(stage.own_terms.value(staged.point)),
        None,
        clean(question.model.columns.token_terms().value(staged.point)),
        frozenset(question.keys_of(staged.point)),
    )


def _step(cause: str, rows: tuple[str, ...], known: Answer, answer: Answer) -> ExplainedChange:
    """Against the last answer that was a plan; where this is none, it says so and changes nothing yet."""
    certainty: Certainty = "exact" if known.is_proven and answer.is_proven else "found"
    if not answer.has_plan:
        text = f"{cause} (with that alone the run is {answer.status})"
        return ExplainedChange(cause=text, source_rows=rows, certainty=certainty)
    if known.objective is None or known.tokens is None or answer.objective is None or answer.tokens is None:
        text = f"{cause} (before that there was no plan)"
        return ExplainedChange(cause=text, source_rows=rows, certainty=certainty)
    is_same = fold(known.objective_name or "") == fold(answer.objective_name or "")
    return ExplainedChange(
        cause=cause,
        source_rows=rows,
        objective_change=clean(answer.objective - known.objective) if is_same else None,
        tokens_change=clean(answer.tokens - known.tokens),
        moves_in=tuple(sorted(answer.funded - known.funded)),
        moves_out=tuple(sorted(known.funded - answer.funded)),
        certainty=certainty,
    )


def mixed(before: Snapshot, after: Snapshot, made: Collection[Group]) -> Snapshot:
    """The earlier snapshot with some groups of inputs as the later one has them, searched as the earlier one.

    A KPI that only the other side has is known and counts for nothing, and so is an initiative: what still names
    them stays readable until its own group is changed.
    """
    scenario = after if Group.SCENARIO in made else before
    pool = after if Group.POOL in made else before
    other = before if scenario is after else after
    lists = {
        name: getattr((after if _group_of(name) in made else before).constraint_set, name)
        for name in ConstraintSetCompiled.model_fields
    }
    known = {candidate.initiative_key for side in (before, after) for candidate in side.candidates}
    return before.model_copy(
        update={
            "scenario": scenario.scenario,
            "metrics": (*scenario.metrics, *_silent(other.metrics, scenario.metrics)),
            "constraint_set": before.constraint_set.model_copy(update=lists),
            "candidates": _candidates(before, after, pool, made),
            "scope": pool.scope,
            "commitments": (after if Group.COMMITMENTS in made else before).commitments,
            "what_if": {},
            "known_initiatives": tuple(sorted(known.union(before.known_initiatives, after.known_initiatives))),
        }
    )


def _group_of(field: str) -> Group:
    return Group.TARGETS if field == "targets" else Group.CONSTRAINTS


def _silent(metrics: Sequence[Metric], known: Sequence[Metric]) -> tuple[Metric, ...]:
    """The metrics that are not known, inactive."""
    there = {fold(metric.kpi_key) for metric in known}
    missing = (metric for metric in metrics if fold(metric.kpi_key) not in there)
    return tuple(metric.model_copy(update={"is_active": False}) for metric in missing)


def _candidates(
    before: Snapshot, after: Snapshot, pool: Snapshot, made: Collection[Group]
) -> tuple[Candidate, ...]:
    """Who is in the pool's snapshot, each with the numbers and contributions of the side that gives them."""
    one, other = ({c.initiative_key: c for c in side.candidates} for side in (before, after))
    found = []
    for key in (candidate.initiative_key for candidate in pool.candidates):
        was, now = one.get(key), other.get(key)
        only = was if now is None else now
        if only is None:
            continue
        if was is None or now is None:
            found.append(only)
            continue
        numbers = now if Group.NUMBERS in made else was
        worth = now if Group.CONTRIBUTIONS in made else was
        brought = {name: getattr(worth, name) for name in ("contributions", "contribution_ranges")}
        found.append(numbers.model_copy(update=brought))
    return tuple(found)
