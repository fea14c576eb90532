"""Rules that contradict each other by plain arithmetic, and the proof of it: what needs no search of the run.

Two places are looked at: what the rules force one after the other (mandatory, excluded, ineligible, blocked,
required, bundled, against caps, floors and targets), and floors against the caps that contain them. What is found
is proven by a solver on those rows alone. Which sheet rows of it are to blame is for `explain/conflict` to say.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from optcenter_pipeline.engine.linear_model import LinearModel, row_tolerance
from optcenter_pipeline.engine.propagation import Propagation
from optcenter_pipeline.engine.refutation import Refutation
from optcenter_pipeline.engine.search import SearchLimits
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.engine.switched_rows import SwitchedRows
from optcenter_pipeline.rules.linear import LinearRow
from optcenter_pipeline.rules.synergy import FAMILY as SYNERGY_FAMILY

_WORK_OF_A_PROOF = 100_000
"""Nodes times coefficients. Counted, not timed: without a time limit the same snapshot gives the same answer on
every machine."""
_SECONDS_OF_A_PROOF = 1.0
"""What a proof may take where no time is left."""


@dataclass(frozen=True)
class QuickProof:
    """The search for a contradiction in a model's rows, done once and only when asked.

    Args:
        model: the run.
        threads: of the solver.
        left: seconds until the run's time limit, None without one.
        cancel: asked during the solver's proofs.
    """

    model: LinearModel
    threads: int = 1
    left: Callable[[], float | None] = lambda: None
    cancel: Callable[[], bool] = lambda: False

    @cached_property
    def found(self) -> bool:
        """Whether the rules are proven to contradict each other."""
        left = self._time_for_a_proof()
        return any(self._is_proven(seed, left) for seed in contradictions(self.model))

    def _time_for_a_proof(self) -> Callable[[], float | None]:
        """The run's time; a little even where none is left: `no_solution` helps nobody where there can be none."""
        given = self.left()
        if given is None:
            return self.left
        ends = time.monotonic() + max(given, _SECONDS_OF_A_PROOF)
        return lambda: ends - time.monotonic()

    def _is_proven(self, numbers: Sequence[int], left: Callable[[], float | None]) -> bool:
        """Whether the solver agrees that no portfolio keeps these rows."""
        if any(not self.model.rows[number].terms.columns for number in numbers):
            return True  # 0 lies outside its bounds, whatever is funded
        ties = bonus_ties(self.model, numbers)
        solver = SwitchedRows(self.model, sorted({*numbers, *ties}), SolverOptions(threads=self.threads))
        nodes = max(1, _WORK_OF_A_PROOF // max(int(solver.matrix.nnz), 1))
        limits = SearchLimits(0.0, left, self.cancel, nodes=nodes)
        if isinstance(solver.relaxed(limits), Refutation):
            return True
        return not solver.is_lost and solver.find(limits).infeasible


def bonus_ties(model: LinearModel, numbers: Sequence[int]) -> list[int]:
    """The rows that tie the bonuses which some rows speak of to their members, in order.

    A bonus is no rule but like a contribution: its ties are in force whatever is dropped.
    """
    used = {column for number in numbers for column in model.rows[number].terms.columns}
    used = {column for column in used if column >= model.candidate_count}
    if not used:
        return []
    return [n for n, row in enumerate(model.rows) if is_bonus(row) and row.terms.columns[0] in used]


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
