"""What reading yields: the sheet's rows with coerced cells, not yet judged."""

import datetime as dt
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, PlainSerializer

from optcenter_pipeline.rules.names import Value

_DATE = "$date"


def _tagged(date: dt.date) -> dict[str, str]:
    """A date as JSON that is not mistaken for the text of one."""
    return {_DATE: date.isoformat()}


def _untagged(cell: Any) -> Any:
    if isinstance(cell, dict) and cell.keys() == {_DATE}:
        return dt.date.fromisoformat(cell[_DATE])
    return cell


CellValue = Annotated[
    bool
    | int
    | float
    | str
    | Annotated[dt.date, PlainSerializer(_tagged, when_used="json")]
    | list[Any]
    | dict[str, Any]
    | None,
    BeforeValidator(_untagged),
]
"""A cell after coercion; one that would not coerce to its column's kind is still its text."""


class RawRow(NamedTuple):
    """One row below the header. `cells` holds the PM-owned columns that are not blank, by canonical name."""

    row_num: int
    """The sheet's own number, 1-based."""
    cells: dict[str, CellValue]
    content_hash: str
    """sha256 of the row's PM-owned cells as they stand in the sheet: it names the content that was judged."""


class RawTab(Value):
    """One tab as it was read."""

    tab: str
    columns: tuple[str, ...] = ()
    """Canonical names of the columns that stand in the sheet."""
    rows: tuple[RawRow, ...] = ()
    errors: tuple[str, ...] = ()
    """Why the tab could not be read (no such tab, a required column missing, a header twice): then no rows."""
    warnings: tuple[str, ...] = ()
    """Unknown columns, data below the cut."""


class RawWorkbook(Value):
    """Every input tab of one reading, by name."""

    tabs: dict[str, RawTab]
