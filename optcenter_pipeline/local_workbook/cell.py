"""What one cell holds, and how a row of cells is kept as text."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydantic_core import from_json, to_json

from .errors import InvalidArgumentError

Scalar = float | bool | str

MAX_CELL_CHARACTERS = 50_000


def check_length(text: str) -> str:
    """Give a text or formula that fits into a cell.

    Raises:
        InvalidArgumentError: where it is too long.
    """
    if len(text) > MAX_CELL_CHARACTERS:
        raise InvalidArgumentError(
            f"Your input contains more than the maximum of {MAX_CELL_CHARACTERS} characters in a single cell."
        )
    return text


@dataclass(slots=True)
class Cell:
    """A cell as entered.

    `value` is a number (always a float, as in Google's sheets), a boolean or a text; `formula` (with its ``=``)
    stands in its place. `format_key` and `validation_key` name a stored cell format and validation rule: thousands
    of cells share a few of them.
    """

    value: Scalar | None = None
    formula: str | None = None
    note: str | None = None
    format_key: str | None = None
    validation_key: str | None = None

    @property
    def has_content(self) -> bool:
        """Whether a value or a formula stands in the cell."""
        return self.value is not None or self.formula is not None

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to keep at all."""
        return not (self.has_content or self.note or self.format_key or self.validation_key)

    def copy(self) -> Cell:
        """Give an equal cell that changes on its own."""
        return replace(self)

    def clear_content(self) -> None:
        """Take the value or formula away; note, format and validation stay."""
        self.value = None
        self.formula = None


Row = dict[int, Cell]


def encode_row(row: Row) -> str:
    """Write a row's cells as JSON, blank cells left out; an empty row is ``{}``."""
    members: dict[str, dict[str, Scalar]] = {}
    for column in sorted(row):
        cell = row[column]
        if cell.is_blank:
            continue
        parts: dict[str, Scalar] = {}
        # short member names: a sheet has tens of thousands of cells
        if cell.value is not None:
            parts["v"] = cell.value
        if cell.formula is not None:
            parts["f"] = cell.formula
        if cell.note is not None:
            parts["n"] = cell.note
        if cell.format_key is not None:
            parts["s"] = cell.format_key
        if cell.validation_key is not None:
            parts["d"] = cell.validation_key
        members[str(column)] = parts
    return to_json(members).decode()


def decode_row(text: str) -> Row:
    """Read what `encode_row` wrote."""
    row: Row = {}
    for column, parts in from_json(text).items():
        value = parts.get("v")
        if len(parts) == 1 and type(value) is str:  # most cells
            row[int(column)] = Cell(value)
            continue
        row[int(column)] = Cell(
            float(value) if type(value) is int else value,
            parts.get("f"),
            parts.get("n"),
            parts.get("s"),
            parts.get("d"),
        )
    return row
