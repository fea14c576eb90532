"""What a tab and a column are, and how headers are recognised."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Owner(StrEnum):
    """Who writes a column: people own what they type, and the system never touches it."""

    PM = "P"
    FORMULA = "F"
    SYSTEM = "S"


class Kind(StrEnum):
    """How a cell of a column is coerced; what will not coerce keeps its text."""

    TEXT = "text"
    NUMBER = "number"
    BOOL = "bool"
    DATE = "date"
    JSON = "json"
    KEY_LIST = "key_list"
    PERIOD = "period"
    """Text, where a sheet may have turned `2026-03` into a date: serial numbers of our times become dates."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a tab: the header's note, the template and the docs are made from this."""

    name: str
    note: str
    owner: Owner = Owner.PM
    kind: Kind = Kind.TEXT
    aliases: tuple[str, ...] = ()
    is_key: bool = False
    is_required: bool = False
    """Without this header the tab cannot be read."""
    choices: tuple[str, ...] = ()
    """Drop-down; a warning only, so that aliases and old spellings can still be typed."""
    formula: str = ""
    """Template formula of an F column; `{own_key}` stands for the row's own key cell, and any other name in
    braces for that column of Initiatives below the header."""
    width: int = 0
    """Pixels in the template; 0 for the default."""


def header_key(header: str) -> str:
    """Headers match without case, spaces, hyphens and underscores."""
    return re.sub(r"[\s_\-]+", "", header).casefold()


@dataclass(frozen=True)
class Tab:
    """One tab: its name and columns, in the template's order."""

    name: str
    note: str
    columns: tuple[Column, ...]
    is_input: bool = True

    @cached_property
    def by_header(self) -> dict[str, Column]:
        """Every accepted spelling of a header (see `header_key`) → its column."""
        spellings = [(header_key(alias), c) for c in self.columns for alias in c.aliases]
        return dict(spellings) | {header_key(c.name): c for c in self.columns}

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Canonical name → column."""
        return {column.name: column for column in self.columns}

    @cached_property
    def key_columns(self) -> tuple[str, ...]:
        """Names of the columns that make the row key, in order."""
        return tuple(c.name for c in self.columns if c.is_key)

    def owned_by(self, owner: Owner) -> tuple[str, ...]:
        """Names of one owner's columns, in order."""
        return tuple(c.name for c in self.columns if c.owner is owner)
