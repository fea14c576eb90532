"""What a save is about: all of the workbook, some tabs, or some rows of them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from optcenter_pipeline.rules.names import fold

SEPARATOR = " / "
"""Between the parts of a row's key."""


@dataclass(frozen=True, slots=True)
class SaveScope:
    """Which rows a save may touch. Rows that left a sheet are archived only where the whole tab is saved.

    A key names the rows whose key it is or begins: `Q2 plan` every row of that scenario, `Q2 plan / baseline`
    those of the set, `INIT-1` in KPI_Contributions all of the initiative's. Keys compare without case.
    """

    tabs: Collection[str] | None = None
    """As people type them; None or empty: every tab."""
    keys: Collection[str] | None = None
    """As people type them; None: every row. Empty: no row."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "tabs", frozenset(map(fold, self.tabs or ())) or None)
        object.__setattr__(self, "keys", None if self.keys is None else frozenset(map(fold, self.keys)))

    @property
    def is_whole(self) -> bool:
        """Whether it is about everything."""
        return self.tabs is None and self.keys is None

    def has_tab(self, tab: str) -> bool:
        """Whether it is about this tab at all."""
        return self.tabs is None or fold(tab) in self.tabs

    def has_whole(self, tab: str) -> bool:
        """Whether it is about every row of this tab."""
        return self.keys is None and self.has_tab(tab)

    def has_row(self, tab: str, key: str) -> bool:
        """Whether it is about the row of this key, its parts joined by ` / `."""
        return self.has_tab(tab) and self.has_key(key)

    def has_key(self, key: str) -> bool:
        """Whether one of its keys is this one, or begins it."""
        if self.keys is None:
            return True
        return any(beginning in self.keys for beginning in _beginnings(key))

    def keys_not_in(self, rows: Iterable[tuple[str, str]]) -> list[str]:
        """Its keys that name none of these rows, (tab, key) each."""
        if self.keys is None:
            return []
        present = {beginning for tab, key in rows if self.has_tab(tab) for beginning in _beginnings(key)}
        return sorted(frozenset(self.keys) - present)

    def unknown_tabs(self, known: Iterable[str]) -> list[str]:
        """Its tabs that are none of these."""
        return sorted(frozenset(self.tabs or ()) - frozenset(map(fold, known)))


def _beginnings(key: str) -> list[str]:
    """`A / B` → `a`, `a / b`."""
    parts = fold(key).split(SEPARATOR)
    return [SEPARATOR.join(parts[: i + 1]) for i in range(len(parts))]


WHOLE_WORKBOOK = SaveScope()
