"""Things of a sheet that have a number of their own: banded ranges, charts, slicers."""

from __future__ import annotations

import secrets
from typing import Any

from ..errors import InvalidArgumentError
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet

Item = dict[str, Any]


def all_items(spreadsheet: Spreadsheet, name: str) -> list[tuple[Sheet, Item]]:
    """Give the items of one kind, by their list's name in the sheets' documents."""
    return [(sheet, item) for sheet in spreadsheet.sheets for item in sheet.document.get(name, [])]


def free_identifier(wanted: int | None, taken: set[int], what: str) -> int:
    """Give the number asked for, or a new one.

    Raises:
        InvalidArgumentError: where it is taken.
    """
    if wanted in taken:
        raise InvalidArgumentError(f"{what} with id {wanted} already exists.")
    while wanted is None or wanted in taken:
        wanted = secrets.randbelow(2**31 - 1) + 1
    return wanted


def add_item(sheet: Sheet, name: str, item: Item) -> None:
    """Add an item to a sheet's list of its kind."""
    sheet.document.setdefault(name, []).append(item)


def remove_item(sheet: Sheet, name: str, item: Item) -> None:
    """Take an item off its list, and an empty list away."""
    sheet.document[name].remove(item)
    if not sheet.document[name]:
        del sheet.document[name]
