"""What a search is given and what it gives, in the PM's units."""

from collections.abc import Callable
from dataclasses import dataclass

from optcenter_pipeline.engine.row_matrix import Bools, Floats


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """When a search may stop."""

    mip_gap: float
    left: Callable[[], float | None] = lambda: None
    """Seconds that are left, None without a limit; asked before every run of the solver."""
    cancel: Callable[[], bool] = lambda: False
    improved: Callable[[float | None, float | None, int], None] = lambda *_: None
    """(value, bound, nodes) in the stage's unit, several times a second; None where there is none yet."""
    nodes: int | None = None
    """Nodes after which the search stops, the same on every machine."""
    target: float | None = None
    """A value of the stage that is good enough."""
    seeks: bool = True
    """False: only the proof counts, and no sub-problems are solved for a better portfolio than the one in hand."""


@dataclass(frozen=True, slots=True)
class Fixings:
    """Columns that are constants in one search."""

    columns: Bools
    values: Floats


@dataclass(frozen=True, slots=True)
class Search:
    """What one search found."""

    values: Floats | None
    """One a column, in the PM's units; None where no portfolio was found."""
    bound: float
    """What no portfolio can beat, in the stage's unit; infinite where nothing is proven."""
    exhausted: bool
    """The search ended by itself: the gap asked for is proven."""
    infeasible: bool
    nodes: int
    resolution: float = 0.0
    """What the solver's tolerance amounts to in the stage's unit; 0 where the bound has been rounded beyond it."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The optimum of the linear relaxation. Shapes (columns,)."""

    values: Floats
    """In the PM's units."""
    reduced_costs: Floats
    """Change of the stage's value by one unit of a column, in the PM's units."""
    bound: float
    """The stage's value there."""
