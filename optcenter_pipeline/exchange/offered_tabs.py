"""What a file offers to the workbook: its tabs recognised, its columns matched, what cannot be taken said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from optcenter_pipeline.exchange.errors import ExchangeError
from optcenter_pipeline.exchange.file_cells import (
    FileCell,
    FileTab,
    Moment,
    header_name,
    place,
    sheet_value,
    utf16_length,
)
from optcenter_pipeline.exchange.tab_names import tab_named
from optcenter_pipeline.rules.row import is_formula_error
from optcenter_pipeline.workbook.cell_text import LONGEST_TEXT
from optcenter_pipeline.workbook.coercion import as_text
from optcenter_pipeline.workbook.columns import Owner, Tab, header_key
from optcenter_pipeline.workbook.grid import is_blank
from optcenter_pipeline.workbook.layout import Layout, read_layout
from optcenter_pipeline.workbook.tabs import ALL_TABS, INPUT_TABS


@dataclass(frozen=True)
class OfferedTab:
    """One tab of a file. Rows and columns are counted from 0; row 0 is the header."""

    tab: Tab
    file: FileTab
    layout: Layout
    own: dict[str, int] = field(default_factory=dict)
    """Columns that are not ours, by `header_key` → place."""

    @property
    def row_count(self) -> int:
        """Rows, the header included, up to the last that says anything in a column that may be imported."""
        places = [*self.own.values(), *(self.layout.positions[name] for name in self.pm_columns)]
        used = (
            row
            for row in range(len(self.file.rows) - 1, 0, -1)
            if self.is_note(row) or any(not blank(self.file.cell(row, column)) for column in places)
        )
        return next(used, 0) + 1

    @property
    def pm_columns(self) -> tuple[str, ...]:
        """The PM-owned columns that the file has."""
        return tuple(name for name in self.tab.owned_by(Owner.PM) if name in self.layout.positions)

    def named(self, row: int, name: str) -> FileCell:
        """The cell of a column by its canonical name, `""` where there is none."""
        position = self.layout.positions.get(name)
        return "" if position is None else self.file.cell(row, position)

    def is_note(self, row: int) -> bool:
        """Whether it is a note to people, by the rule of reading."""
        first = self.file.cell(row, 0)
        return isinstance(first, str) and first.startswith("#") and not is_formula_error(first)


@dataclass(frozen=True)
class Offer:
    """All that a file offers."""

    tabs: dict[str, OfferedTab]
    warnings: tuple[str, ...]


def read_offer(files: Sequence[FileTab], source: str) -> Offer:
    """Recognise a file's tabs and columns.

    Args:
        files: as read.
        source: the file's or folder's name, for messages.

    Raises:
        ExchangeError: none of the tabs is there, one is there twice, a header is missing or stands twice, or a cell
            holds what no sheet can hold.
    """
    tabs: dict[str, OfferedTab] = {}
    warnings: list[str] = []
    problems: list[str] = []
    for file in files:
        tab = tab_named(file.title)
        if tab is None:
            warnings.append(f"{file.title}: not imported, it is none of the planning tabs")
            continue
        if tab.name in tabs:
            problems.append(f"{tab.name}!1 header: {source} has this tab twice ({file.title!r}); remove one")
            continue
        if all(blank(cell) for row in file.rows for cell in row):
            warnings.append(f"{tab.name}: empty in the file, nothing was imported")
            continue
        offered = _offered(tab, file)
        problems += [f"{tab.name}!1 header: {line}" for line in _layout_problems(offered)]
        problems += [*_cell_problems(offered), *_uncalculated(offered)]
        warnings += [f"{tab.name}: {remark}" for remark in [*file.remarks, *_without_header(file)]]
        tabs[tab.name] = offered
    if not tabs and not problems:
        names = ", ".join(tab.name for tab in ALL_TABS)
        problems.append(f"{source} has none of the planning tabs with anything in it ({names})")
    if problems:
        raise ExchangeError([*problems, *warnings])
    return Offer(tabs, tuple(warnings))


def blank(cell: FileCell) -> bool:
    """Nothing, or only white space."""
    return not isinstance(cell, Moment) and is_blank(cell)


def own_columns(tab: Tab, header: Sequence[FileCell]) -> Iterator[tuple[str, int]]:
    """(`header_key`, place) of each column with a header that is none of the tab's."""
    for position, cell in enumerate(header):
        key = header_key(as_text(sheet_value(cell)).strip())
        if key and key not in tab.by_header:
            yield key, position


def _offered(tab: Tab, file: FileTab) -> OfferedTab:
    header = file.rows[0] if file.rows else ()
    layout = read_layout(tab, [as_text(sheet_value(cell)) for cell in header])
    return OfferedTab(tab, file, layout, dict(own_columns(tab, header)))


def _layout_problems(offered: OfferedTab) -> Iterator[str]:
    if not offered.layout.positions:
        yield "row 1 of the file has none of this tab's headers; write them there, as an export does"
    elif offered.layout.error:
        yield offered.layout.error


def _cell_problems(offered: OfferedTab) -> Iterator[str]:
    """What a cell of a sheet cannot hold."""
    file, name = offered.file, offered.tab.name
    for number, row in enumerate(file.rows):
        for column, cell in enumerate(row):
            if not isinstance(cell, str):
                continue
            length = utf16_length(cell) if len(cell) > LONGEST_TEXT // 2 else 0
            problem = ""
            if length > LONGEST_TEXT:
                problem = f"the text has {length:,} characters, a cell holds {LONGEST_TEXT:,}; shorten it"
            elif "\0" in cell:
                problem = "the text has a NUL character, which no cell can hold; remove it"
            if problem:
                yield f"{place(name, number, header_name(file.rows, column))}: {problem}"


def _uncalculated(offered: OfferedTab) -> Iterator[str]:
    """One line for each column that would be imported and lacks values of formulas."""
    file, name = offered.file, offered.tab.name
    taken = {offered.layout.positions[pm] for pm in offered.pm_columns}
    if offered.tab in INPUT_TABS:
        taken.update(offered.own.values())
    rows: dict[int, list[int]] = {}
    for row, column in file.uncalculated:
        if column in taken or row == 0:
            rows.setdefault(column, []).append(row)
    for column, (first, *more) in sorted(rows.items()):
        below = f", and so do {len(more)} more below" if more else ""
        yield (
            f"{place(name, first, header_name(file.rows, column))}: holds a formula that was never calculated"
            f"{below}, so the file lacks its value; open it in Excel or LibreOffice, save it and import again"
        )


def _without_header(file: FileTab) -> Iterator[str]:
    """Columns that say something under no header."""
    width = max(len(row) for row in file.rows)
    for column in range(width):
        if blank(file.cell(0, column)):
            row = next((n for n in range(1, len(file.rows)) if not blank(file.cell(n, column))), None)
            if row is not None:
                yield f"{header_name(file.rows, column)} has no header and was not imported (row {row + 1} on)"
