"""What one conflict may cost: counted, so that without a time limit the same question gives the same conflict."""

from collections.abc import Callable
from dataclasses import dataclass

from optcenter_pipeline.engine.search import SearchLimits

_WORK_OF_A_PROBE = 300_000
_WORK_OF_ALL = 6_000_000
"""Nodes times coefficients; a search counts as some nodes more, before it has any."""
_NODES_BEFORE_THE_FIRST = 10
_NODES_OF_A_PROBE = (10, 2_000)
_MOST_UNDECIDED = 3


@dataclass
class Effort:
    """What may still be spent.

    Args:
        left: seconds until the run's time limit, None without one.
        cancel: asked between and during probes.
    """

    left: Callable[[], float | None]
    cancel: Callable[[], bool]
    work: int = 0
    undecided: int = 0

    @property
    def is_over(self) -> bool:
        """Whether no time is left, or somebody cancelled."""
        left = self.left()
        return (left is not None and left <= 0) or self.cancel()

    @property
    def is_spent(self) -> bool:
        """Whether nothing more may be searched."""
        return self.work >= _WORK_OF_ALL or self.undecided >= _MOST_UNDECIDED or self.is_over

    def limits(self, nonzeros: int) -> SearchLimits:
        """Of one probe of a model with so many coefficients."""
        fewest, most = _NODES_OF_A_PROBE
        nodes = min(max(_WORK_OF_A_PROBE // max(nonzeros, 1), fewest), most)
        return SearchLimits(0.0, self.left, self.cancel, nodes=nodes)

    def count_search(self, nodes: int, nonzeros: int) -> None:
        """A search of so many nodes was done."""
        self.work += (nodes + _NODES_BEFORE_THE_FIRST) * nonzeros

    def count_relaxations(self, solved: int, nonzeros: int) -> None:
        """So many relaxations were solved."""
        self.work += solved * nonzeros
