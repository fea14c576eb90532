"""The known name that is nearest to a mistyped one."""

import difflib
from collections import Counter
from collections.abc import Iterable
from functools import cached_property

FEW = 500
"""Up to so many names each is compared in full; beyond, only those that share rare parts of the name."""

MOST = 200
"""So many different questions are answered; a sheet with more of them has another trouble than typing."""


class Nearest:
    """Finds the nearest of many names in little time; each question is answered once."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self._answers: dict[str, str | None] = {}

    def to(self, typed: str) -> str | None:
        """The nearest name, or None where none is near."""
        if typed not in self._answers and len(self._answers) < MOST:
            folded = typed.casefold()
            by_folded = {name.casefold(): name for name in self._worth_comparing(folded)}
            found = difflib.get_close_matches(folded, by_folded, n=1, cutoff=0.6)
            self._answers[typed] = by_folded[found[0]] if found else None
        return self._answers.get(typed)

    def hint(self, typed: str) -> str:
        """`; did you mean 'INIT-12'?`, or nothing."""
        name = self.to(typed)
        return "" if name is None else f"; did you mean {name!r}?"

    def _worth_comparing(self, folded: str) -> Iterable[str]:
        if len(self._names) <= FEW:
            return self._names
        shared: Counter[str] = Counter()
        for part in _parts(folded):
            holders = self._by_part.get(part, ())
            if len(holders) <= FEW:
                shared.update(holders)
        return [name for name, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:50]]

    @cached_property
    def _by_part(self) -> dict[str, list[str]]:
        holders: dict[str, list[str]] = {}
        for name in self._names:
            for part in _parts(name.casefold()):
                holders.setdefault(part, []).append(name)
        return holders


def _parts(folded: str) -> set[str]:
    """All runs of four letters, the ends marked."""
    framed = f"^{folded}$"
    return {framed[i : i + 4] for i in range(max(1, len(framed) - 3))}
