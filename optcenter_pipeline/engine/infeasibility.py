"""Why no portfolio exists, as far as it shows without a search: contradictions that presolve can see.

Two places are looked at: what the rules force one after the other (mandatory, excluded, ineligible, blocked,
required, bundled, against caps, floors and targets), and floors against the caps that contain them. What is found
is proven by a solver on those rows alone, and thinned row by row until dropping any one would resolve it. Where the
solver cannot say with little work whether a row is needed it stays, and the conflict is not called minimal.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import scipy.sparse as sp

from optcenter_pipeline.engine.arrays import ModelArrays
from optcenter_pipeline.engine.highs import SolverModel
from optcenter_pipeline.engine.linear_model import LinearModel, row_tolerance
from optcenter_pipeline.engine.propagation import Propagation
from optcenter_pipeline.engine.result import Alert, Conflict, ConflictRule
from optcenter_pipeline.engine.search import SearchLimits
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.rules.linear import LinearRow
from optcenter_pipeline.rules.names import SourceRow
from optcenter_pipeline.rules.synergy import FAMILY as SYNERGY_FAMILY

_MOST_CHECKS = 1000
_MOST_UNDECIDED = 10
_WORK_OF_A_CHECK = 100_000
_WORK_OF_ALL = 5_000_000
"""Nodes times coefficients. Counted, not timed: without a time limit the same snapshot gives the same conflict on
every machine."""
_SECONDS_OF_A_PROOF = 1.0
"""What a first proof may take where no time is left."""

_Item = TypeVar("_Item")


@dataclass
class _Effort:
    """What may still be spent on one conflict."""

    left: Callable[[], float | None]
    cancel: Callable[[], bool]
    checks: int = 0
    work: int = 0
    undecided: int = 0

    @property
    def is_spent(self) -> bool:
        """Whether checks, work or time are used up, or somebody asked to cancel."""
        left = self.left()
        if (left is not None and left <= 0) or self.cancel():
            return True
        return self.checks >= _MOST_CHECKS or self.work >= _WORK_OF_ALL or self.undecided >= _MOST_UNDECIDED


@dataclass(frozen=True)
class Refutation:
    """The search for a contradiction in a model's rows, done once and only when asked.

    Args:
        model: the run.
        threads: of the solver.
        left: seconds until the run's time limit, None without one.
        cancel: asked between and during the solver's checks; True leaves the conflict as thin as it is by then.
    """

    model: LinearModel
    threads: int = 1
    left: Callable[[], float | None] = lambda: None
    cancel: Callable[[], bool] = lambda: False

    @cached_property
    def conflict(self) -> Conflict | None:
        """A proven contradiction, thinned; None where nothing small was found."""
        effort = _Effort(self._time_for_a_proof(), self.cancel)
        for seed in _seeds(self.model):
            sources = tuple(
                dict.fromkeys(source for row in seed for source in row.source_rows if not is_bonus(row))
            )
            if sources and self._contradict(self._in_force(sources), effort):
                return self._thinned(sources)
        return None

    def _time_for_a_proof(self) -> Callable[[], float | None]:
        """The run's time; a little even where none is left, as `infeasible` without a reason helps nobody."""
        given = self.left()
        if given is None:
            return self.left
        ends = time.monotonic() + max(given, _SECONDS_OF_A_PROOF)
        return lambda: ends - time.monotonic()

    @property
    def found(self) -> bool:
        """Whether the rules are proven to contradict each other."""
        return self.conflict is not None

    def _thinned(self, sources: Sequence[SourceRow]) -> Conflict:
        """The sources that the contradiction needs; its texts are those of the linear rows that it needs."""
        effort = _Effort(self.left, self.cancel)
        kept, is_minimal = _thin(sources, lambda some: self._contradict(self._in_force(some), effort))
        needed, _ = _thin(self._in_force(kept), lambda rows: self._contradict(rows, effort))
        texts = {(source, row.text): None for source in kept for row in needed if source in row.source_rows}
        return Conflict(
            source_rows=tuple(kept),
            minimal=is_minimal,
            rules=tuple(ConflictRule(source_row=source, text=text) for source, text in texts),
        )

    def _in_force(self, sources: Sequence[SourceRow]) -> list[LinearRow]:
        """All rows that these sources ask for: a person can only drop a source with everything that it says."""
        numbers = {number for source in sources for number in self._numbers_by_source.get(source, ())}
        return [self.model.rows[number] for number in sorted(numbers)]

    @cached_property
    def _numbers_by_source(self) -> dict[SourceRow, list[int]]:
        numbers: dict[SourceRow, list[int]] = {}
        for number, row in enumerate(self.model.rows):
            if not is_bonus(row):
                for source in row.source_rows:
                    numbers.setdefault(source, []).append(number)
        return numbers

    @cached_property
    def _bonus_rows(self) -> dict[int, list[LinearRow]]:
        """The rows that tie a bonus to its members, by the bonus's column. A bonus is no rule but like a
        contribution: it is in force whatever is dropped."""
        rows: dict[int, list[LinearRow]] = {}
        for row in self.model.rows:
            if is_bonus(row):
                rows.setdefault(row.terms.columns[0], []).append(row)
        return rows

    def _contradict(self, wanted: Sequence[LinearRow], effort: _Effort) -> bool | None:
        """Whether no portfolio keeps these rows alone; None where the effort is too small to say."""
        if effort.is_spent:
            return None
        effort.checks += 1
        bonuses = {column for row in wanted for column in row.terms.columns if column in self._bonus_rows}
        rows = [*wanted, *(row for column in sorted(bonuses) for row in self._bonus_rows[column])]
        used = sorted({column for row in rows for column in row.terms.columns})
        place = {column: position for position, column in enumerate(used)}
        n, bounded = self.model.candidate_count, self.model.candidate_count + len(self.model.synergies)
        entries = [
            (i, place[c], a)
            for i, row in enumerate(rows)
            for c, a in zip(row.terms.columns, row.terms.coefficients, strict=True)
        ]
        if not used:
            return any(row.lower > row_tolerance(row) or row.upper < -row_tolerance(row) for row in rows)
        matrix = sp.csr_array(
            ([a for _, _, a in entries], ([i for i, _, _ in entries], [j for _, j, _ in entries])),
            shape=(len(rows), len(used)),
        )
        columns = np.array(used)
        arrays = ModelArrays(
            matrix=matrix,
            row_lower=np.array([row.lower for row in rows]),
            row_upper=np.array([row.upper for row in rows]),
            lower=np.zeros(len(used)),
            upper=np.where(columns < bounded, 1.0, np.inf),
            integer=columns < n,
        )
        solver = SolverModel(arrays, columns >= bounded, SolverOptions(threads=self.threads))
        nodes = max(1, _WORK_OF_A_CHECK // max(matrix.nnz, 1))
        search = solver.search(SearchLimits(0.0, effort.left, self.cancel, nodes=nodes))
        effort.work += (search.nodes + 1) * matrix.nnz
        if search.infeasible or search.values is not None:
            return search.infeasible
        effort.undecided += 1
        return None


def not_located(conflict: Conflict | None) -> tuple[Alert, ...]:
    """What a person is told of an infeasible run without a conflict."""
    if conflict is not None:
        return ()
    message = (
        "no portfolio keeps all the rules, and no small group of them is to blame at first sight: what mandatory, "
        "excluded, ineligible, required and bundled initiatives force was followed, and floors were held against "
        "the caps around them. It takes more rules together; loosen floors, caps or target floors to see which"
    )
    return (Alert(code="conflict_not_located", message=message),)


def contradictions(model: LinearModel) -> Iterator[list[int]]:
    """Groups of rows, by their numbers, that contradict each other by plain arithmetic."""
    numbers = {id(row): number for number, row in enumerate(model.rows)}
    for seed in _seeds(model):
        yield [numbers[id(row)] for row in seed]


def _seeds(model: LinearModel) -> Iterator[list[LinearRow]]:
    """Groups of rows that contradict each other by plain arithmetic."""
    for row in model.rows:
        if not row.terms.columns and (row.lower > row_tolerance(row) or row.upper < -row_tolerance(row)):
            yield [row]
    yield from _floors_above_caps(model, None)
    propagation = Propagation(model)
    if propagation.contradiction is not None:
        yield [model.rows[number] for number in sorted(propagation.contradiction)]
    else:
        yield from _floors_above_caps(model, propagation)


def _floors_above_caps(model: LinearModel, forced: Propagation | None) -> Iterator[list[LinearRow]]:
    """Floors on separate parts of a capped slice, and what is funded anyway beside them, that exceed the cap.

    A floor `sum of a_i x_i >= l` lies inside a cap `sum of b_i x_i <= u` where b_i >= a_i on all its columns.
    """
    floors = sorted((row for row in model.rows if _is_floor(row)), key=lambda row: -row.lower)
    caps = sorted((row for row in model.rows if _is_cap(row)), key=lambda row: len(row.terms.columns))
    for cap in caps:
        weights = dict(zip(cap.terms.columns, cap.terms.coefficients, strict=True))
        inside = [row for row in floors if all(weights.get(c, 0.0) >= a for c, a in _pairs(row))]
        chosen = _separate(inside, cap)
        covered = {column for row in chosen for column in row.terms.columns}
        beside = [c for c in weights if c not in covered and forced is not None and forced.forced(c)]
        total = sum(row.lower for row in chosen) + sum(weights[column] for column in beside)
        if total > cap.upper + row_tolerance(cap) and chosen:
            reasons = {number for column in beside if forced for number in forced.why(column)}
            yield [cap, *chosen, *(model.rows[number] for number in sorted(reasons))]


def _separate(floors: Sequence[LinearRow], cap: LinearRow) -> list[LinearRow]:
    """Floors without a common candidate, largest first, until they exceed the cap."""
    chosen: list[LinearRow] = []
    covered: set[int] = set()
    for row in floors:
        if sum(r.lower for r in chosen) > cap.upper + row_tolerance(cap):
            break
        if covered.isdisjoint(row.terms.columns):
            chosen.append(row)
            covered.update(row.terms.columns)
    return chosen


def _pairs(row: LinearRow) -> Iterator[tuple[int, float]]:
    return zip(row.terms.columns, row.terms.coefficients, strict=True)


def _is_floor(row: LinearRow) -> bool:
    return row.lower > 0 and row.upper == float("inf") and len(row.terms.columns) > 0 and _positive(row)


def _is_cap(row: LinearRow) -> bool:
    return row.upper < float("inf") and row.lower == -float("inf") and _positive(row)


def _positive(row: LinearRow) -> bool:
    return all(coefficient > 0 for coefficient in row.terms.coefficients)


def is_bonus(row: LinearRow) -> bool:
    """Whether the row ties a bonus to one of its members: y - x <= 0."""
    return row.family == SYNERGY_FAMILY and row.terms.columns[0] > row.terms.columns[-1]


def _thin(
    items: Sequence[_Item], is_contradiction: Callable[[list[_Item]], bool | None]
) -> tuple[list[_Item], bool]:
    """What a contradiction needs, dropping halves first, then smaller parts, then each.

    Args:
        items: a contradiction.
        is_contradiction: whether some of them still are one; None where that is not known.

    Returns:
        What is left, and whether it is known that none of it can be dropped.
    """
    kept = list(items)
    size, is_minimal = len(kept), True
    while size > 1:
        size = (size + 1) // 2
        position, is_minimal = len(kept), True
        while position > 0:
            without = kept[: max(0, position - size)] + kept[position:]
            position -= size
            verdict = is_contradiction(without) if without else False
            is_minimal = is_minimal and verdict is not None
            if verdict:
                kept = without
    return kept, is_minimal
