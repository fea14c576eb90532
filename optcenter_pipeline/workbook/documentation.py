"""The tabs as Markdown: `python -m optcenter_pipeline.workbook.documentation docs/workbook.md`."""

import sys
from collections.abc import Iterator
from pathlib import Path

from optcenter_pipeline.workbook.columns import Column, Owner, Tab
from optcenter_pipeline.workbook.tabs import ALL_TABS, STAMPS

BEGIN = "<!-- tabs: written by `python -m optcenter_pipeline.workbook.documentation docs/workbook.md` -->"
END = "<!-- end of tabs -->"

_OWNERS = {Owner.PM: "you", Owner.FORMULA: "a formula", Owner.SYSTEM: "the system"}


def tabs_markdown() -> str:
    """A section a tab: what it is for, and a table of its columns."""
    return "\n".join(line for tab in ALL_TABS for line in _tab_lines(tab)).rstrip()


def _tab_lines(tab: Tab) -> Iterator[str]:
    yield f"### {tab.name}"
    yield ""
    yield tab.note
    yield ""
    yield "| column | whose | what it says | also read as |"
    yield "| --- | --- | --- | --- |"
    for column in tab.columns:
        if column not in STAMPS:
            yield _column_line(column)
    yield ""


def _column_line(column: Column) -> str:
    name = f"**{column.name}**" if column.is_key else column.name
    need = " (needed)" if column.is_required and column.owner is Owner.PM else ""
    note = column.note.replace("|", "\\|")
    return f"| {name}{need} | {_OWNERS[column.owner]} | {note} | {', '.join(column.aliases)} |"


def updated(page: str) -> str:
    """The page with its part between `BEGIN` and `END` as the tabs are now.

    Raises:
        ValueError: the page has no such part.
    """
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the page has no part between {BEGIN!r} and {END!r}")
    return f"{before}{BEGIN}\n\n{tabs_markdown()}\n\n{END}{after}"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(updated(path.read_text(encoding="utf-8")), encoding="utf-8")
