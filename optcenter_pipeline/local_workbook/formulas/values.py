"""What a formula can yield."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CellError:
    """An error that stands in a cell, e.g. ``#N/A``; `kind` is its name in the API's ``ErrorValue``."""

    code: str

    @property
    def kind(self) -> str:
        """The API's name of the error."""
        return _KINDS.get(self.code, "ERROR")


_KINDS = {
    "#NULL!": "NULL_VALUE",
    "#DIV/0!": "DIVIDE_BY_ZERO",
    "#VALUE!": "VALUE",
    "#REF!": "REF",
    "#NAME?": "NAME",
    "#NUM!": "NUM",
    "#N/A": "N_A",
}

DIVISION_BY_ZERO = CellError("#DIV/0!")
NOT_AVAILABLE = CellError("#N/A")
UNKNOWN_NAME = CellError("#NAME?")
BAD_REFERENCE = CellError("#REF!")
BAD_VALUE = CellError("#VALUE!")
BAD_NUMBER = CellError("#NUM!")
NOT_PARSED = CellError("#ERROR!")

Computed = float | bool | str | CellError | None
"""A cell's computed value; None for an empty cell."""
