"""How one stage is searched: by its linear relaxation first, then a core of it, then all that is left.

The relaxation's optimum bounds every portfolio. A column with reduced cost d costs at least |d| of it when it
leaves its value there (LP duality), so:

- a portfolio in hand as good as the bound is proven by the relaxation alone;
- the columns of the smallest |d| for their worth are a *core* (E. Balas, E. Zemel, 1980) that holds a portfolio
  near the bound: a search of it, all else fixed, gives a portfolio that the bound proves good enough;
- a portfolio whose value is the bound, rounded to the step in which values change, can differ from the relaxation
  only in columns with |d| up to what the rounding took away: often few, and one of them is there;
- with a portfolio of value v in hand, columns with |d| > bound - v - step keep their value in every better one,
  exactly: what is left to search is smaller by those.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from optcenter_pipeline.engine.granularity import is_told_apart, rounded_bound
from optcenter_pipeline.engine.highs import SolverModel
from optcenter_pipeline.engine.row_matrix import Bools, Floats
from optcenter_pipeline.engine.search import Fixings, Relaxation, Search, SearchLimits

_CORE_SHARES = (0.02, 0.07, 0.15, 0.5)
"""Of all columns, how many with a reduced cost are in each core, beside all without."""
_FIRST_CORE = 30
"""Of columns with a reduced cost: where rules are slack that holds a portfolio near enough, for little."""
_SMALLEST_CORE = 200
_LARGEST_SHARE = 0.7
"""A core of more of the columns than that is no smaller than the whole."""
_NODES_OF_A_CORE = 200
_NEAR_CORES = (100, 250)
"""Columns of the cores where the best lies near a portfolio in hand, all that it needs among them."""
_GAPS_OF_A_POOR_START = 30.0
"""How many times the gap asked for a portfolio is from the bound that says little of where the best lies."""
_GAPS_TO_BRANCH = 5.0
"""The same of one near the best for which branching in all that is left is worth it."""
_ZERO = 1e-7
_FRACTIONAL = 1e-6


@dataclass(frozen=True, slots=True)
class Aim:
    """What a search is for."""

    maximise: bool
    step: float
    """In which the stage's value changes; 0 where it is not known."""
    is_thorough: bool = True
    """False: only what the relaxation and one core prove at little cost."""
    gaps_that_do: float = 1.0
    """How many times the gap asked for a portfolio in hand may be from the bound and nothing is searched."""
    is_near: bool = False
    """The portfolio in hand was the best of nearly the same question: small cores, then the rest, branched on only
    where that soon proves it."""


@dataclass(frozen=True, slots=True)
class Incumbent:
    """A point that keeps every row, and its value in the stage."""

    values: Floats
    value: float


Read = Callable[[Floats], Incumbent | None]
"""The portfolio that a point of the solver's stands for, as a point and at its value, both exact; None where the
model has no such point. What is almost whole in the solver would else count as worth almost as much: a shortfall
that a ten-millionth of an initiative makes up for."""


def search_stage(
    solver: SolverModel, aim: Aim, limits: SearchLimits, incumbent: Incumbent | None, read: Read
) -> Search:
    """Optimise the solver's objective.

    Args:
        solver: with the stage's objective.
        aim: sense and step of the stage.
        limits: when to stop.
        incumbent: a point in hand.
        read: see `Read`.

    Returns:
        The best point found and a bound that holds for every portfolio.

    Raises:
        SolverError: the solver gave no usable answer.
    """
    if not solver.integer.any():
        return solver.search(limits)
    relaxation = solver.relax(limits)
    if solver.is_lost or relaxation is None:
        return _unrelaxed(solver, limits, incumbent)
    return _StageSearch(solver, aim, limits, relaxation, read).run(incumbent)


def _unrelaxed(solver: SolverModel, limits: SearchLimits, incumbent: Incumbent | None) -> Search:
    """What is left where the relaxation was stopped, or has no solution: then the solver says so itself."""
    if solver.is_lost:
        return Search(None, solver.worst_bound, False, False, 0)
    return solver.search(limits, start=incumbent.values if incumbent else None)


class _StageSearch:
    def __init__(
        self, solver: SolverModel, aim: Aim, limits: SearchLimits, relaxation: Relaxation, read: Read
    ) -> None:
        self._solver = solver
        self._aim = aim
        self._limits = limits
        self._relaxation = relaxation
        self._read = read
        self._best: Incumbent | None = None
        self._nodes = 0
        bound = relaxation.bound
        self._bound = rounded_bound(bound, aim.step, maximise=aim.maximise, resolution=solver.resolution)
        rounded = np.round(relaxation.values)
        self._at_bound = solver.is_bounded & (np.abs(relaxation.values - rounded) <= _FRACTIONAL)
        self._rounded = rounded
        self._sizes = np.abs(relaxation.reduced_costs)

    def run(self, incumbent: Incumbent | None) -> Search:
        self._take(incumbent)
        limits = self._limits
        limits.improved(self._best.value if self._best else None, self._bound, 0)
        if self._is_within(self._aim.gaps_that_do):
            return self._proven()
        integer = self._solver.integer
        if bool(self._at_bound[integer].all()):
            self._take(self._read(self._relaxation.values))
            if self._is_proven():
                return self._proven()
        is_full_proof = self._gap() == 0 and self._aim.is_thorough
        for core in self._nearest() if is_full_proof else self._cores():
            self._search_core(core)
            if self._is_proven() or self._solver.is_lost or self._is_stopped():
                return self._proven()
        if not self._aim.is_thorough and self._best is not None:
            return self._proven()
        return self._search_rest()

    def _cores(self) -> Iterator[Bools]:
        """One after the other; near a portfolio in hand each is around what those before have found."""
        if not self._aim.is_near:
            yield from self._cores_around(self._best)
            return
        tries = [(False, most) for most in (_NEAR_CORES if self._aim.is_thorough else _NEAR_CORES[:1])]
        if self._best is not None and self._aim.is_thorough and not self._is_within(_GAPS_OF_A_POOR_START):
            tries.insert(0, (True, _NEAR_CORES[0]))
        last = None
        for is_start_left_out, most in tries:
            for core in self._cores_around(None if is_start_left_out else self._best, most):
                if last is None or not np.array_equal(core, last):
                    yield core
                last = core

    def _cores_around(self, best: Incumbent | None, most: int | None = None) -> list[Bools]:
        """Ever larger cores, by reduced cost; in all what is not whole in the relaxation, or other in the best.

        Args:
            best: a portfolio that each core has in it.
            most: columns of the only core, unless it needs more.
        """
        integer = self._solver.integer
        free = ~self._at_bound | (self._sizes <= _ZERO * max(1.0, float(self._sizes.max(initial=0.0))))
        if best is not None:
            free |= np.abs(best.values - self._rounded) > _FRACTIONAL
        # relative to what a column is worth: many small ones fill a gap better than a few large ones
        relative = self._sizes / np.maximum(np.abs(self._solver.costs), self._solver.resolution)
        order = np.argsort(np.where(free, np.inf, relative), kind="stable")
        cores = []
        sizes = self._core_sizes(int(integer.sum())) if most is None else [max(0, most - int(free.sum()))]
        for size in sizes:
            core = free.copy()
            core[order[: min(size, int((~free).sum()))]] = True
            if core[integer].sum() > _LARGEST_SHARE * integer.sum():
                break
            cores.append(core)
        return cores

    def _core_sizes(self, columns: int) -> list[int]:
        """How many columns each core has beside those that it needs."""
        sizes = list(dict.fromkeys(max(_SMALLEST_CORE, int(share * columns)) for share in _CORE_SHARES))
        return [_FIRST_CORE, *sizes] if self._aim.is_thorough else sizes[:1]

    def _nearest(self) -> list[Bools]:
        """For a full proof: what a portfolio as good as the rounded bound can have other than the relaxation."""
        if not self._aim.step:
            return []
        room = abs(self._relaxation.bound - self._bound) + self._solver.resolution
        core = ~self._at_bound | (self._sizes <= room * (1 + 1e-6))
        integer = self._solver.integer
        return [core] if core[integer].sum() <= _LARGEST_SHARE * integer.sum() else []

    def _search_core(self, core: Bools) -> None:
        slack = self._limits.mip_gap * abs(self._bound)
        target = self._bound - slack if self._aim.maximise else self._bound + slack
        limits = replace(
            self._limits,
            mip_gap=self._limits.mip_gap / 10,  # the target ends it, not the core's own bound
            target=target,
            seeks=True,
            nodes=self._nodes_of_a_core(),
            improved=lambda value, _, nodes: self._limits.improved(value, None, nodes),  # the bound is the core's
        )
        start = self._best.values if self._best is not None and self._fits(self._best.values, core) else None
        search = self._solver.search(limits, start=start, fixings=Fixings(~core, self._rounded))
        self._nodes += search.nodes
        if search.values is not None:
            self._take(self._read(search.values))

    def _nodes_of_a_core(self) -> int | None:
        if self._gap() == 0:
            return 1
        most = self._limits.nodes
        return self._nodes_left(_NODES_OF_A_CORE if most is None or not self._aim.is_near else max(1, most // 2))

    def _fits(self, values: Floats, core: Bools) -> bool:
        return bool(np.all(np.abs(values - self._rounded)[~core] <= _FRACTIONAL))

    def _search_rest(self) -> Search:
        """All columns that may differ from the relaxation in a better portfolio."""
        start, fixings = None, None
        if self._best is not None:
            start = self._best.values
            room = abs(self._relaxation.bound - self._best.value) - self._aim.step + 2 * self._solver.resolution
            fixed = self._at_bound & self._solver.integer & (self._sizes > room * (1 + 1e-6))
            fixed &= np.abs(start - self._rounded) <= _FRACTIONAL  # the best stays within, to begin with
            fixings = Fixings(fixed, self._rounded)
        limits = self._limits_of_the_rest()
        search = self._solver.search(limits, start=start, fixings=fixings)
        self._nodes += search.nodes
        if search.values is not None:
            self._take(self._read(search.values))
        if search.infeasible:
            # with a portfolio in hand, which lies in what was searched, that is an error of the solver's
            return search if self._best is None else self._ended(self._bound, exhausted=False)
        return self._ended(self._tightest(search.bound), exhausted=search.exhausted)

    def _limits_of_the_rest(self) -> SearchLimits:
        """Near a portfolio in hand: nodes where few may prove it, else the root alone; better ones if poor."""
        limits = replace(self._limits, nodes=self._nodes_left(None), improved=self._tell_of_the_rest)
        if self._best is None or not self._aim.is_near or self._gap() == 0:
            return limits
        if self._is_within(_GAPS_TO_BRANCH):
            return replace(limits, seeks=False)
        return replace(limits, nodes=1, seeks=not self._is_within(_GAPS_OF_A_POOR_START))

    def _tell_of_the_rest(self, value: float | None, bound: float | None, nodes: int) -> None:
        self._limits.improved(value, self._bound if bound is None else self._tightest(bound), nodes)

    def _tightest(self, bound: float) -> float:
        """Of the relaxation's bound and a search's, which speaks only of what could be better than the best."""
        step, maximise = self._aim.step, self._aim.maximise
        bound = rounded_bound(bound, step, maximise=maximise, resolution=self._solver.resolution)
        if self._best is not None:
            bound = max(bound, self._best.value) if maximise else min(bound, self._best.value)
        return min(bound, self._bound) if maximise else max(bound, self._bound)

    def _take(self, found: Incumbent | None) -> None:
        if found is None:
            return
        best = self._best
        if best is None or ((found.value > best.value) if self._aim.maximise else (found.value < best.value)):
            self._best = found

    def _is_proven(self) -> bool:
        return self._is_within(1.0)

    def _is_within(self, gaps: float) -> bool:
        """Whether the best portfolio is so many gaps from the bound (none of them where a full proof is tried)."""
        if self._best is None:
            return False
        distance = abs(self._bound - self._best.value)
        return distance <= max(gaps * self._gap() * abs(self._best.value), self._solver.resolution)

    def _gap(self) -> float:
        """The gap at which a search ends; for a full proof a core is no shorter way."""
        return 0.0 if self._solver.is_thorough(self._limits.mip_gap) else self._limits.mip_gap

    def _is_stopped(self) -> bool:
        seconds = self._limits.left()
        return self._limits.cancel() or (seconds is not None and seconds <= 0)

    def _nodes_left(self, most: int | None) -> int | None:
        if self._limits.nodes is None:
            return most
        left = max(1, self._limits.nodes - self._nodes)
        return left if most is None else min(left, most)

    def _proven(self) -> Search:
        return self._ended(self._bound, exhausted=self._is_proven())

    def _ended(self, bound: float, *, exhausted: bool) -> Search:
        values = self._best.values if self._best is not None else None
        step, resolution = self._aim.step, self._solver.resolution
        is_exact = is_told_apart(bound, step, resolution=resolution)  # the bound has been rounded to a step
        return Search(values, bound, exhausted, False, self._nodes, 0.0 if is_exact else resolution)
