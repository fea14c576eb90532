"""The sample plan: a marketplace of 42 initiatives, three scenarios, five constraint sets.

One set (`all promises`) has no solution though every row of it is right, and one (`draft`) has three bad
rows of different kinds; the others trade growth against regions, platform work and targets.
"""

import datetime as dt
import json
from importlib.resources import files

from optcenter_pipeline.rows.raw import CellValue
from optcenter_pipeline.workbook.columns import Kind
from optcenter_pipeline.workbook.tabs import TAB_BY_NAME


def sample_rows() -> dict[str, list[dict[str, CellValue]]]:
    """Tab name → rows of PM-owned cells by canonical column name; blank cells are left out."""
    plan = json.loads(files(__name__).joinpath("plan.json").read_text(encoding="utf-8"))
    return {name: [_row(name, tab["columns"], cells) for cells in tab["rows"]] for name, tab in plan.items()}


def _row(tab: str, columns: list[str], cells: list[CellValue]) -> dict[str, CellValue]:
    kinds = TAB_BY_NAME[tab].by_name
    named = {name: cell for name, cell in zip(columns, cells, strict=True) if cell is not None}
    return {
        name: dt.date.fromisoformat(cell) if kinds[name].kind is Kind.DATE and isinstance(cell, str) else cell
        for name, cell in named.items()
    }
