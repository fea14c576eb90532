"""One spreadsheet inside of a transaction: its sheets in order, and its place among the files."""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .a1 import CellRange, parse_area, split_range
from .anchored import area_of
from .errors import InvalidArgumentError, NotFoundError, PermissionDeniedError
from .rule_formulas import rewrite_rules
from .sheet import Sheet

MIME_TYPE = "application/vnd.google-apps.spreadsheet"
MAX_CELLS = 10_000_000
MAX_COLUMNS = 18_278
MAX_TITLE_CHARACTERS = 100
_LOCALE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
DEFAULT_PROPERTIES = {"locale": "en_US", "autoRecalc": "ON_CHANGE", "timeZone": "Etc/GMT"}


def new_file_id() -> str:
    """Make an identifier of 44 URL-safe characters, as Google's spreadsheets have."""
    return secrets.token_urlsafe(33)


def timestamp() -> str:
    """Give the present as Drive writes it: UTC with milliseconds and a Z."""
    return _written(datetime.now(UTC))


def later_timestamp(connection: sqlite3.Connection, file_id: str) -> str:
    """Give the time of a change to a file: the present, and later than the change before it.

    Whoever watches a file's time must see every change, however fast they follow and whatever the clock does.
    """
    (last,) = connection.execute("SELECT modified_time FROM files WHERE id = ?", (file_id,)).fetchone()
    after = datetime.fromisoformat(last) + timedelta(milliseconds=1)
    return _written(max(datetime.now(UTC), after))


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Spreadsheet:
    """A spreadsheet as one transaction sees it.

    Changes stay in memory until `save`, which also moves the file's version and time.
    """

    def __init__(
        self, connection: sqlite3.Connection, file_id: str, properties: dict[str, Any], version: int
    ) -> None:
        self._connection = connection
        self.id = file_id
        self.properties = properties
        self.developer_metadata: list[dict[str, Any]] = properties.pop("developerMetadata", [])
        self.version = version
        self.sheets = [
            Sheet(connection, file_id, sheet_id, json.loads(document))
            for sheet_id, document in connection.execute(
                "SELECT sheet_id, document FROM sheets WHERE spreadsheet_id = ? ORDER BY position", (file_id,)
            )
        ]

    @classmethod
    def open(cls, connection: sqlite3.Connection, file_id: str) -> Spreadsheet:
        """Open a spreadsheet for an API caller.

        Raises:
            NotFoundError: where no file has the id.
            PermissionDeniedError: where the file was made private.
        """
        found = connection.execute(
            "SELECT name, properties, version, is_private FROM files WHERE id = ?", (file_id,)
        ).fetchone()
        if found is None:
            raise NotFoundError
        if found[3]:
            raise PermissionDeniedError
        return cls(connection, file_id, {"title": found[0], **json.loads(found[1])}, found[2])

    @classmethod
    def create(
        cls,
        connection: sqlite3.Connection,
        properties: dict[str, Any],
        sheets: list[dict[str, Any]] | None = None,
        file_id: str | None = None,
    ) -> Spreadsheet:
        """Make a spreadsheet with the given sheets' properties, or with one ``Sheet1`` of 1000 by 26 cells."""
        file_id = file_id or new_file_id()
        now = timestamp()
        connection.execute(
            "INSERT INTO files (id, name, properties, version, created_time, modified_time)"
            " VALUES (?, '', '{}', 0, ?, ?)",
            (file_id, now, now),
        )
        merged = {"title": "Untitled spreadsheet", **DEFAULT_PROPERTIES, **properties}
        check_properties(merged)
        spreadsheet = cls(connection, file_id, merged, 0)
        for number, sheet in enumerate(sheets or [{}]):
            first = {"sheetId": 0} if number == 0 else {}
            spreadsheet.add_sheet({**first, "title": f"Sheet{number + 1}", **sheet})
        spreadsheet.save()
        return spreadsheet

    def add_sheet(self, properties: dict[str, Any]) -> Sheet:
        """Add a sheet by its ``SheetProperties``; what is not given is as in a new sheet.

        Raises:
            InvalidArgumentError: where the title or id is taken or the title is empty.
        """
        given = dict(properties)
        index = given.pop("index", None)
        sheet_id = given.pop("sheetId", None)
        taken = {sheet.sheet_id for sheet in self.sheets}
        if sheet_id is None:
            while (sheet_id := secrets.randbelow(2**31 - 1) + 1) in taken:
                pass
        elif sheet_id in taken:
            raise InvalidArgumentError(
                f"Sheet with id {sheet_id} already exists. Please specify another ID or leave it out."
            )
        if sheet_id < 0 or (index or 0) < 0:
            raise InvalidArgumentError(f"{'sheetId' if sheet_id < 0 else 'index'} must be a non-negative integer.")
        if given.get("sheetType", "GRID") != "GRID":
            raise InvalidArgumentError(f"Sheets of the type {given['sheetType']} cannot be added.")
        title = given.pop("title", None) or self._free_title()
        self.check_title_is_free(title)
        grid = {"rowCount": 1000, "columnCount": 26, **(given.pop("gridProperties", None) or {})}
        check_grid(grid)
        kept = {"title": title, "sheetType": "GRID", "gridProperties": _without_zeros(grid), **given}
        sheet = Sheet(self._connection, self.id, sheet_id, {"properties": kept})
        self.sheets.insert(len(self.sheets) if index is None else index, sheet)
        self.check_size()
        return sheet

    def _free_title(self) -> str:
        number = len(self.sheets) + 1
        titles = {sheet.title.lower() for sheet in self.sheets}
        while f"sheet{number}" in titles:
            number += 1
        return f"Sheet{number}"

    def check_title_is_free(self, title: str, but: Sheet | None = None) -> None:
        """Refuse a title that another sheet has, whatever its case, or that is too long."""
        if len(title) > MAX_TITLE_CHARACTERS:
            raise InvalidArgumentError(f"The sheet name cannot be greater than {MAX_TITLE_CHARACTERS} characters.")
        if any(sheet is not but and sheet.title.lower() == title.lower() for sheet in self.sheets):
            raise InvalidArgumentError(
                f'A sheet with the name "{title}" already exists. Please enter another name.'
            )

    def check_size(self) -> None:
        """Refuse a workbook of more than ten million cells, and a sheet wider than column ZZZ."""
        if any(sheet.column_count > MAX_COLUMNS for sheet in self.sheets):
            raise InvalidArgumentError(
                "This action would increase the number of columns in the sheet above the limit of "
                f"{MAX_COLUMNS} columns."
            )
        if sum(sheet.row_count * sheet.column_count for sheet in self.sheets) > MAX_CELLS:
            raise InvalidArgumentError(
                "This action would increase the number of cells in the workbook above the limit of "
                f"{MAX_CELLS} cells."
            )

    def sheet_by_id(self, sheet_id: int, word: str = "grid") -> Sheet:
        """Give a sheet by its id; where there is none, requests about whole sheets call it a ``sheet``."""
        for sheet in self.sheets:
            if sheet.sheet_id == sheet_id:
                return sheet
        raise InvalidArgumentError(f"No {word} with id: {sheet_id}")

    def sheet_by_title(self, title: str) -> Sheet | None:
        """Give a sheet by its title, whose case does not matter."""
        return next((sheet for sheet in self.sheets if sheet.title.lower() == title.lower()), None)

    def rewrite_formulas(self, rewrite: Callable[[Sheet, str], str]) -> None:
        """Pass every formula, with the sheet it stands on, through a function that gives its new text."""
        for sheet in self.sheets:
            rewrite_rules(sheet, lambda formula, sheet=sheet: rewrite(sheet, formula))  # type: ignore[misc]
            for index, cells in sheet.rows().items():
                for cell in cells.values():
                    if cell.formula is not None:
                        formula = rewrite(sheet, cell.formula)
                        if formula != cell.formula:
                            cell.formula = formula
                            sheet.changed((index,))

    def delete_sheet(self, sheet: Sheet) -> None:
        """Take a sheet with its cells away."""
        sheet.delete_rows(0)
        self.sheets.remove(sheet)

    def resolve(self, text: str) -> tuple[Sheet, CellRange]:
        """Find the sheet and the (unclipped) rectangle that a range's text or a named range's name tells.

        Raises:
            InvalidArgumentError: ``Unable to parse range: …`` for an unknown sheet or a text that is no range.
        """
        parts = split_range(text)
        if parts is not None and parts.title is not None:
            sheet = self.sheet_by_title(parts.title)
            area = CellRange() if parts.area is None else parse_area(parts.area)
            if sheet is not None and area is not None:
                return sheet, area
            if sheet is not None and parts.area and (named := self.named_area(parts.area, sheet)):
                return named
        elif parts is not None and parts.area:
            area = parse_area(parts.area)
            if area is not None:
                return self.sheets[0], area
            if named := self.named_area(parts.area):
                return named
            sheet = self.sheet_by_title(parts.area)
            if sheet is not None:
                return sheet, CellRange()
        raise InvalidArgumentError(f"Unable to parse range: {text}")

    def named_area(self, name: str, on: Sheet | None = None) -> tuple[Sheet, CellRange] | None:
        """Find a named range, whose case does not matter, anywhere or on one sheet."""
        for sheet in self.sheets if on is None else [on]:
            for named in sheet.document.get("namedRanges", []):
                if named["name"].lower() == name.lower():
                    return sheet, area_of(named["range"])
        return None

    def save(self) -> None:
        """Write every change; the version and the time of the file move on."""
        self._connection.execute("DELETE FROM sheets WHERE spreadsheet_id = ?", (self.id,))
        for position, sheet in enumerate(self.sheets):
            sheet.save(position)
        self.version += 1
        properties = {name: value for name, value in self.properties.items() if name != "title"}
        if self.developer_metadata:
            properties["developerMetadata"] = self.developer_metadata
        self._connection.execute(
            "UPDATE files SET name = ?, properties = ?, version = ?, modified_time = ? WHERE id = ?",
            (
                self.properties["title"],
                json.dumps(properties, ensure_ascii=False),
                self.version,
                later_timestamp(self._connection, self.id),
                self.id,
            ),
        )


def check_properties(properties: dict[str, Any]) -> None:
    """Refuse a locale or a time zone that there is none.

    Raises:
        InvalidArgumentError: where it is such.
    """
    if not _LOCALE.fullmatch(properties["locale"]):
        raise InvalidArgumentError(f"Unsupported locale: {properties['locale']}")
    try:
        ZoneInfo(properties["timeZone"])
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise InvalidArgumentError(f"Invalid time zone: {properties['timeZone']}") from error


def check_grid(grid: dict[str, Any]) -> None:
    """Refuse ``GridProperties`` of a grid without cells, or all of which would be frozen.

    Raises:
        InvalidArgumentError: where they are.
    """
    for name in ("rowCount", "columnCount"):
        if grid.get(name, 0) < 1:
            raise InvalidArgumentError(f"gridProperties.{name} must be greater than 0")
    for frozen, count, word in (
        ("frozenRowCount", "rowCount", "rows"),
        ("frozenColumnCount", "columnCount", "columns"),
    ):
        if grid.get(frozen, 0) < 0:
            raise InvalidArgumentError(f"gridProperties.{frozen} must be a non-negative integer.")
        if grid.get(frozen, 0) >= grid[count]:
            raise InvalidArgumentError(f"You can't freeze all visible {word} on the sheet.")


def _without_zeros(grid: dict[str, Any]) -> dict[str, Any]:
    """Leave out zeros and falses, which Google's answers do not spell out."""
    return {name: value for name, value in grid.items() if value}
