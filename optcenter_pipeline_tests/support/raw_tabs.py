"""Builders of what reading yields: tabs from lists of dicts, with cells as the reader coerces them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from optcenter_pipeline.rows.raw import RawRow, RawTab
from optcenter_pipeline.workbook.columns import Owner
from optcenter_pipeline.workbook.tabs import INPUT_TABS, TAB_BY_NAME

Cells = Mapping[str, Any]


def raw_row(row_num: int, cells: Cells) -> RawRow:
    """One row; blank cells are left out, as reading leaves them out."""
    filled = {column: cell for column, cell in cells.items() if cell is not None and cell != ""}
    digest = hashlib.sha256(repr(sorted(filled.items())).encode()).hexdigest()
    return RawRow(row_num, filled, digest)


def raw_tab(
    tab: str,
    rows: Iterable[Cells] = (),
    *,
    first_row: int = 2,
    errors: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> RawTab:
    """A tab whose rows follow the header without a gap; a row's own `row_num` overrides its place."""
    numbered = []
    for place, cells in enumerate(rows, first_row):
        own = {column: cell for column, cell in cells.items() if column != "row_num"}
        numbered.append(raw_row(int(cells.get("row_num", place)), own))
    return RawTab(
        tab=tab,
        columns=TAB_BY_NAME[tab].owned_by(Owner.PM),
        rows=tuple(numbered),
        errors=tuple(errors),
        warnings=tuple(warnings),
    )


def raw_tabs(rows: Mapping[str, Iterable[Cells]]) -> dict[str, RawTab]:
    """All input tabs; those that are not named are empty but readable."""
    unknown = set(rows) - {tab.name for tab in INPUT_TABS}
    if unknown:
        raise ValueError(f"no input tabs: {sorted(unknown)}")
    return {tab.name: raw_tab(tab.name, rows.get(tab.name, ())) for tab in INPUT_TABS}
