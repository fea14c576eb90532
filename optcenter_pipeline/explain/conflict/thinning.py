"""Thinning a contradiction: what of it is needed, by as few questions as possible."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Verdict = Callable[[Sequence[Item]], Collection[Item] | bool | None]
"""Whether some items contradict each other: True, or those of them that are enough; False; None: not known."""


@dataclass
class Thinning(Generic[Item]):
    """One thinning.

    Args:
        contradict: asked of parts of the items.
        stop: True ends it with what is left by then.
    """

    contradict: Verdict[Item]
    stop: Callable[[], bool] = lambda: False
    _asked: dict[frozenset[Item], Collection[Item] | bool | None] = field(default_factory=dict)

    def quick_explanation(self, items: Sequence[Item]) -> list[Item]:
        """A contradiction within a larger one, by QuickXplain: halves are asked of, not each item.

        Args:
            items: a contradiction; of several within it, one of those that stand first is found.

        Returns:
            Items that contradict each other as far as that is known; what is not known to be needless stays.
        """
        return self._explained([], items, is_new=False) if len(items) > 1 else list(items)

    def _explained(self, behind: list[Item], items: Sequence[Item], *, is_new: bool) -> list[Item]:
        """What of the items it takes beside those behind them."""
        verdict = self._ask(behind) if is_new else False
        if verdict is not None and verdict is not False:
            return []
        if len(items) == 1 or self.stop():
            return list(items)
        half = (len(items) + 1) // 2
        first, second = items[:half], items[half:]
        of_second = self._explained([*behind, *first], second, is_new=True)
        of_first = self._explained([*behind, *of_second], first, is_new=bool(of_second))
        return [*of_first, *of_second]

    def minimal(self, items: Sequence[Item]) -> tuple[list[Item], bool]:
        """A contradiction of which every item is needed, within another.

        Args:
            items: a contradiction; what stands last is dropped first.

        Returns:
            What is left, and whether the rest of it without any one item is known to be no contradiction.
        """
        kept, is_minimal, needed = list(items), True, set[Item]()
        while True:
            item = next((item for item in reversed(kept) if item not in needed), None)
            if item is None or self.stop():
                return kept, is_minimal and item is None
            without = [other for other in kept if other != item]
            verdict = self._ask(without)
            if verdict is None or verdict is False:
                needed.add(item)
                is_minimal = is_minimal and verdict is False
            else:
                kept = without if verdict is True else [other for other in without if other in verdict]

    def _ask(self, items: Sequence[Item]) -> Collection[Item] | bool | None:
        """The verdict; of nothing, that there is no contradiction."""
        if not items:
            return False
        key = frozenset(items)
        if key not in self._asked:
            self._asked[key] = self.contradict(items)
        return self._asked[key]
