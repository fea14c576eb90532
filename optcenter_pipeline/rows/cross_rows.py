"""The same thing said twice in one tab: an error on the later row, which names the first; the first stands."""

from optcenter_pipeline.rows.findings import Findings
from optcenter_pipeline.rows.keys import KEY_COLUMNS
from optcenter_pipeline.rows.sheet_row import SheetRow, SheetRows, by_key
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.row import Groups, SetRow

_SIMPLE_TABS = ("Scenario_Config", "Candidates", "Initiatives", "Metrics_Config", "KPI_Contributions")


def check_duplicates(rows: SheetRows, groups: Groups, findings: Findings) -> None:
    """Rows that say what an earlier row says."""
    for tab in _SIMPLE_TABS:
        _check_keys(rows, tab, findings)
    first: dict[object, SheetRow] = {}
    for row, model in by_key(rows.of("Constraints", "Targets"), SetRow):
        for saying in model.sayings(groups):
            earlier = first.setdefault((model.set_key, row.tab, saying.identity), row)
            if earlier is row:
                continue
            if not saying.together:
                findings.duplicate(row, saying.column, _already(saying.text, earlier))
            elif not findings.is_duplicate(row):
                text = f"{saying.text} is also in {earlier.source_row}: {saying.together}"
                findings.warning(row, saying.column, text)


def _check_keys(rows: SheetRows, tab: str, findings: Findings) -> None:
    first: dict[tuple[str, ...], SheetRow] = {}
    columns = KEY_COLUMNS[tab]
    for row in rows.of(tab):
        typed_key = [row.name(column) for column in columns]
        names = [name for name in typed_key if name is not None]
        if len(names) < len(columns):
            continue
        identity = tuple(
            name.upper() if column == "initiative_key" else fold(name)
            for column, name in zip(columns, names, strict=True)
        )
        earlier = first.setdefault(identity, row)
        if earlier is not row:
            findings.duplicate(row, columns[0], _already(" with ".join(map(repr, names)), earlier))


def _already(what: str, earlier: SheetRow) -> str:
    return f"{what} is in {earlier.source_row} already, which stands; change this row or delete it"
