"""Where all rules of validation put what they find, row by row."""

from collections.abc import Iterator, Sequence

from optcenter_pipeline.rows.messages import CellMessage, SetKey, ValidationMessage
from optcenter_pipeline.rows.sheet_row import SheetRow


class Findings:
    """Errors and warnings by row; the same finding is kept once."""

    def __init__(self) -> None:
        self._errors: dict[tuple[str, int], list[CellMessage]] = {}
        self._warnings: dict[tuple[str, int], list[CellMessage]] = {}
        self._duplicates: set[tuple[str, int]] = set()

    def error(self, row: SheetRow, column: str, text: str, only_in: SetKey | None = None) -> None:
        """What makes the row wrong; with `only_in` for one constraint set alone."""
        _add(self._errors, row, CellMessage(column=column, text=text, constraint_set=only_in))

    def warning(self, row: SheetRow, column: str, text: str) -> None:
        """What a person should know about a row that stands."""
        _add(self._warnings, row, CellMessage(column=column, text=text))

    def duplicate(self, row: SheetRow, column: str, text: str) -> None:
        """The row says what an earlier one says: an error, and no other rule looks at it any more."""
        self._duplicates.add((row.tab, row.row_num))
        self.error(row, column, text)

    def is_duplicate(self, row: SheetRow) -> bool:
        """Whether an earlier row stands in its place."""
        return (row.tab, row.row_num) in self._duplicates

    def errors(self, row: SheetRow) -> Sequence[CellMessage]:
        """The row's errors."""
        return self._errors.get((row.tab, row.row_num), ())

    def is_wrong(self, row: SheetRow) -> bool:
        """Whether the row is in error for every set."""
        return any(error.constraint_set is None for error in self.errors(row))

    def message(self, row: SheetRow) -> ValidationMessage | None:
        """All that was found about the row, if anything."""
        place = (row.tab, row.row_num)
        errors, warnings = self._errors.get(place, ()), self._warnings.get(place, ())
        if not errors and not warnings:
            return None
        return ValidationMessage(
            tab=row.tab, row_num=row.row_num, key=row.key, errors=tuple(errors), warnings=tuple(warnings)
        )

    def error_lines(self, row: SheetRow, of_set: SetKey | None = None) -> Iterator[str]:
        """`TAB!ROW column: text` of the errors that hold for every set, or that are about `of_set` alone."""
        for error in self.errors(row):
            if error.constraint_set == of_set:
                yield f"{row.source_row} {error}"


def _add(place: dict[tuple[str, int], list[CellMessage]], row: SheetRow, message: CellMessage) -> None:
    known = place.setdefault((row.tab, row.row_num), [])
    if message not in known:
        known.append(message)
