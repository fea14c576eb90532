"""A row on its way through validation: its cells, and its row model where the cells make one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from optcenter_pipeline.rows.keys import TAB_ORDER, row_key
from optcenter_pipeline.rows.messages import SetKey
from optcenter_pipeline.rows.raw import RawRow, RawTab
from optcenter_pipeline.rules.constraint_row import ALIASES
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.row import Row, SetRow, is_formula_error, word

RowT = TypeVar("RowT", bound=Row)
SetRowT = TypeVar("SetRowT", bound=SetRow)


@dataclass(slots=True)
class SheetRow:
    """One row of an input tab."""

    tab: str
    row_num: int
    key: str
    content_hash: str
    cells: dict[str, Any]
    """Filled cells by column."""
    model: type[Row] | None = None
    """Its row model; None where its type is unknown."""
    row: Row | None = None
    """The typed row; None where a cell is wrong."""
    by_key: SetRow | None = None
    """For Constraints and Targets: the row as far as its key says what it is about, the typed one or one with NaN
    for cells outside the key that are wrong."""

    @property
    def source_row(self) -> str:
        """`Constraints!7`."""
        return f"{self.tab}!{self.row_num}"

    def name(self, column: str) -> str | None:
        """A name or key that stands in a column, as typed, if it is readable."""
        cell = self.cells.get(column)
        return cell.strip() if isinstance(cell, str) and not is_formula_error(cell) else None

    def word(self, column: str) -> str:
        """A choice as the system spells it; empty where the cell is blank or no text."""
        cell = self.cells.get(column)
        return word(cell) if isinstance(cell, str) else ""

    def constraint_type(self) -> str:
        """The type of a row of Constraints as the system spells it, known or not."""
        typed = self.word("constraint_type")
        return ALIASES.get(typed, typed)

    def initiative(self) -> str | None:
        """The readable initiative_key."""
        key = self.name("initiative_key")
        return None if key is None else key.upper()

    def names(self, column: str) -> tuple[str, ...]:
        """The readable names of a list column, as typed."""
        cell = self.cells.get(column)
        if not isinstance(cell, list):
            return ()
        return tuple(
            part.strip() for part in cell if isinstance(part, str) and part.strip() and not is_formula_error(part)
        )

    def set_key(self) -> SetKey | None:
        """The set that a row of Constraints or Targets belongs to, if its names are readable."""
        scenario, constraint_set = self.name("scenario_name"), self.name("constraint_set_name")
        if scenario is None or constraint_set is None:
            return None
        return SetKey(fold(scenario), fold(constraint_set))


class SheetRows:
    """The rows of all input tabs; a tab that was not read is unreadable, never empty."""

    def __init__(self, tabs: Mapping[str, RawTab]) -> None:
        self.unreadable = tuple(tab for tab in TAB_ORDER if tab not in tabs or tabs[tab].errors)
        self._rows = {
            tab: [] if tab in self.unreadable else [_sheet_row(tab, raw) for raw in tabs[tab].rows]
            for tab in TAB_ORDER
        }

    def readable(self, *tabs: str) -> bool:
        """Whether all of these tabs could be read."""
        return not any(tab in self.unreadable for tab in tabs)

    def of(self, *tabs: str) -> Iterator[SheetRow]:
        """The rows of these tabs in the sheet's order."""
        for tab in tabs:
            yield from self._rows[tab]

    def all(self) -> Iterator[SheetRow]:
        """Every row of every tab."""
        return self.of(*TAB_ORDER)


def typed(rows: Iterable[SheetRow], model: type[RowT]) -> Iterator[tuple[SheetRow, RowT]]:
    """The rows that are rows of this model."""
    for row in rows:
        if isinstance(row.row, model):
            yield row, row.row


def by_key(rows: Iterable[SheetRow], model: type[SetRowT]) -> Iterator[tuple[SheetRow, SetRowT]]:
    """The rows of this model by their keys, whatever is wrong with their other cells."""
    for row in rows:
        if isinstance(row.by_key, model):
            yield row, row.by_key


def _sheet_row(tab: str, raw: RawRow) -> SheetRow:
    cells = {column: cell for column, cell in raw.cells.items() if not _is_blank(cell)}
    return SheetRow(tab, raw.row_num, row_key(tab, cells), raw.content_hash, cells)


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip()) or cell == []
