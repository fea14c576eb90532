"""What an Excel file cannot hold: said before anything is written, and never cut in silence."""

import re
from collections.abc import Iterator, Sequence

from optcenter_pipeline.exchange.file_cells import header_name, place, utf16_length
from optcenter_pipeline.exchange.workbook_copy import TabCopy

LONGEST_TEXT = 32_767
"""Characters of a cell, in UTF-16 units."""
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
_NOT_IN_XML = re.compile("[\ufffe\uffff]")
_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f]|_x[0-9a-fA-F]{4}_")
_INSTEAD = "shorten it, or export to a folder of CSV files"


def is_markup(text: str) -> bool:
    """Whether XlsxWriter would take the text for formatted pieces of its own and write it as it is."""
    return text.startswith("<r>") and text.endswith("</r>")


def excel_problems(tabs: Sequence[TabCopy]) -> list[str]:
    """One line for each cell that an Excel file cannot hold, `TAB!ROW column: text`, or tab that is too large."""
    return [line for copy in tabs for line in _tab_problems(copy)]


def _tab_problems(copy: TabCopy) -> Iterator[str]:
    name = copy.tab.name
    width = max((len(row) for row in copy.rows), default=0)
    if len(copy.rows) > MOST_ROWS or width > MOST_COLUMNS:
        yield (
            f"{name}!1 header: the tab has {len(copy.rows):,} rows and {width:,} columns; an Excel sheet holds "
            f"{MOST_ROWS:,} and {MOST_COLUMNS:,}; export to a folder of CSV files"
        )
    for number, row in enumerate(copy.rows):
        for column, cell in enumerate(row):
            problem = _text_problem(cell) if isinstance(cell, str) else ""
            if problem:
                yield f"{place(name, number, header_name(copy.rows, column))}: {problem}"


def _text_problem(text: str) -> str:
    length = utf16_length(text) if len(text) > LONGEST_TEXT // 2 else 0
    if length > LONGEST_TEXT:
        return f"the text has {length:,} characters; a cell of an Excel file holds {LONGEST_TEXT:,}; {_INSTEAD}"
    if not text.isascii() and _NOT_IN_XML.search(text):
        return "the text has U+FFFE or U+FFFF, which no Excel file can hold; remove it, or export to CSV files"
    if is_markup(text) and _ESCAPED.search(text):
        return "text in <r>…</r> with control characters cannot be written to an Excel file; export to CSV files"
    return ""
