"""Two runs side by side: inputs that differ, initiatives in and out, figures, and what explains them."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.validity import find_problems
from optcenter_pipeline.explain.comparison_inputs import input_differences, search_differences
from optcenter_pipeline.explain.comparison_moves import initiative_changes
from optcenter_pipeline.explain.comparison_steps import Answer, answer_of, explained_changes
from optcenter_pipeline.explain.documents import Comparison, ExplainedChange, FigureChange
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.slices import slice_in_words
from optcenter_pipeline.rules.source_rows import in_words

_DUST = 1e-9
"""Relative; what differs by less is the same figure added up in another order."""


@dataclass(frozen=True)
class ComparedRun:
    """A run with what it asked and what it answered."""

    run_id: str
    snapshot: Snapshot
    result: Result | None
    """None for a run that failed."""

    @property
    def status(self) -> str:
        """As the ledger has it."""
        return "failed" if self.result is None else self.result.status


def compare(a: ComparedRun, b: ComparedRun, *, cancel: Callable[[], bool] | None = None) -> Comparison:
    """What `b` asks and answers otherwise than `a`; of one scenario or of two.

    Runs are solved again only between groups of inputs that differ, with the search options of `a`.

    Args:
        a: the earlier run.
        b: the later one.
        cancel: asked often; True leaves out what explains the figures.
    """
    differences = input_differences(a.snapshot, b.snapshot)
    searched = search_differences(a.snapshot, b.snapshot)
    messages = [f"searched otherwise: {text}" for text in searched]
    messages += [*_what_ifs(a, b), *_versions(a, b), *_left_out(a, b)]
    before, after = _answer(a), _answer(b)
    explained: tuple[ExplainedChange, ...] = ()
    unable = [f"run {run.run_id} is {run.status}" for run in (a, b) if _is_unanswered(run)]
    if unable:
        messages.append(f"{' and '.join(unable)}: nothing can be explained from it")
    else:
        steps = explained_changes(
            (a.snapshot, before), (b.snapshot, after), differences, bool(searched), cancel or (lambda: False)
        )
        if steps is None:
            messages.append("stopped before the differences were explained")
        explained = steps or ()
    if before.has_plan and after.has_plan:
        moved = tuple(initiative_changes(before.funded, after.funded, differences, explained))
        if fold(before.objective_name or "") != fold(after.objective_name or ""):
            text = f"the objectives are {before.objective_name} and {after.objective_name}"
            messages.append(f"{text}: their values cannot be taken from each other")
    else:
        moved = ()
    return Comparison(
        run_a=a.run_id,
        run_b=b.run_id,
        status_a=a.status,
        status_b=b.status,
        inputs=tuple(difference.change() for difference in differences),
        initiatives=moved,
        figures=tuple(_figures(a.result, before, b.result, after)),
        explained=explained,
        messages=tuple(messages),
    )


def _answer(run: ComparedRun) -> Answer:
    return Answer("failed") if run.result is None else answer_of(run.result)


def _is_unanswered(run: ComparedRun) -> bool:
    """Whether there is no question that its answer is one to."""
    return run.result is None or run.status in ("failed", "invalid") or bool(find_problems(run.snapshot))


def _what_ifs(a: ComparedRun, b: ComparedRun) -> Iterator[str]:
    """Numbers that are not the sheet's."""
    one, other = ([override.message for override in run.snapshot.what_if.values()] for run in (a, b))
    for run, said, others in ((a, one, other), (b, other, one)):
        for message in said:
            if message not in others:
                yield f"run {run.run_id} is a what-if: {message}"


def _versions(a: ComparedRun, b: ComparedRun) -> Iterator[str]:
    if a.result is not None and b.result is not None:
        one, other = a.result.solver, b.result.solver
        if (one.name, one.version) != (other.name, other.version):
            yield f"solved by {one.name} {one.version}, then by {other.name} {other.version}"


def _left_out(a: ComparedRun, b: ComparedRun) -> Iterator[str]:
    """Rows in error that one run went without; whatever else they would have said shows in its inputs."""
    one, other = ({row.message: row.source_row for row in run.snapshot.rows_left_out} for run in (a, b))
    for run, rows, others in ((a, one, other), (b, other, one)):
        for message in sorted(rows.keys() - others.keys()):
            yield f"left out of run {run.run_id}: {in_words((rows[message],))}: {message}"


def _figures(
    result_a: Result | None, before: Answer, result_b: Result | None, after: Answer
) -> Iterator[FigureChange]:
    """Every figure that differs: the objective, its bound, tokens, initiatives funded, KPIs, gaps of targets."""
    is_same = fold(before.objective_name or "") == fold(after.objective_name or "")
    counts = [float(len(answer.funded)) if answer.has_plan else None for answer in (before, after)]
    yield from _figure("objective", before.objective, after.objective, is_comparable=is_same)
    yield from _figure("bound", before.bound, after.bound, is_comparable=is_same)
    yield from _figure("tokens", before.tokens, after.tokens)
    yield from _figure("initiatives funded", counts[0], counts[1])
    for named in (_kpis, _gaps):
        one, other = named(result_a), named(result_b)
        for key in dict.fromkeys((*one, *other)):
            name = (other.get(key) or one[key])[0]
            values = [side[key][1] if key in side else None for side in (one, other)]
            yield from _figure(name, values[0], values[1])


def _figure(
    name: str, before: float | None, after: float | None, *, is_comparable: bool = True
) -> Iterator[FigureChange]:
    if before is None or after is None:
        if before is not after:
            yield FigureChange(name=name, before=before, after=after)
    elif not is_comparable or not math.isclose(before, after, rel_tol=_DUST, abs_tol=_DUST):
        change = clean(after - before) if is_comparable else None
        yield FigureChange(name=name, before=before, after=after, change=change)


def _kpis(result: Result | None) -> dict[str, tuple[str, float]]:
    """Name and value by folded name; none without a plan."""
    if result is None or not result.has_portfolio:
        return {}
    return {fold(kpi): (kpi, value) for kpi, value in sorted(result.kpis.items())}


def _gaps(result: Result | None) -> dict[str, tuple[str, float]]:
    """Name and gap by what the target speaks of; of two on the same, the larger gap."""
    found: dict[str, tuple[str, float]] = {}
    for gap in result.gaps if result is not None else ():
        where = slice_in_words(gap.dimension, gap.dimension_key)
        name = f"gap of the {gap.floor_or_goal} for {gap.kpi_key} of {where}"
        found[fold(name)] = (name, max(found.get(fold(name), (name, 0.0))[1], gap.gap))
    return found
