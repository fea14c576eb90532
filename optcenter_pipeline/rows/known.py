"""The names that other tabs may refer to.

They come from every row whose key is readable, also where another of its cells is wrong: one fault gives one
message, on its own row. A tab that could not be read knows nothing, and nothing is checked against it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from optcenter_pipeline.rows.nearest import Nearest
from optcenter_pipeline.rows.sheet_row import SheetRow, SheetRows
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.row import shown


@dataclass(frozen=True)
class Names:
    """The names of one tab: in the form in which they are compared → the first row that has them."""

    tab: str
    what: str
    """`an initiative`, for messages."""
    rows: dict[str, SheetRow] = field(default_factory=dict)
    is_readable: bool = True

    def lacks(self, name: str) -> bool:
        """Whether the tab was read and has no such name."""
        return self.is_readable and name not in self.rows

    def unknown(self, names: Iterable[str]) -> str:
        """What is wrong with names that the tab does not have."""
        missing = list(dict.fromkeys(names))
        verb = "is" if len(missing) == 1 else "are"
        listed = ", ".join(map(shown, missing[:5])) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
        hint = self._nearest.hint(missing[0]) if len(missing) == 1 else ""
        return f"{listed} {verb} not in {self.tab}{hint or f'; give {self.what} that is there'}"

    @cached_property
    def _nearest(self) -> Nearest:
        return Nearest(self.display(name) for name in self.rows)

    def display(self, name: str) -> str:
        """A name as its tab spells it."""
        row = self.rows.get(name)
        column = {"Scenario_Config": "scenario_name", "Metrics_Config": "kpi_key"}.get(self.tab)
        typed = row.name(column) if row is not None and column is not None else None
        return typed or name


@dataclass(frozen=True)
class Known:
    """All names that rows refer to."""

    scenarios: Names
    initiatives: Names
    kpis: Names
    candidates: Names

    def is_inactive(self, kpi: str) -> bool:
        """Whether a KPI is there and switched off."""
        row = self.kpis.rows.get(kpi)
        return row is not None and row.cells.get("is_active") is False


def known_names(rows: SheetRows) -> Known:
    """All names of all tabs."""
    return Known(
        scenarios=_names(rows, "Scenario_Config", "scenario_name", "a scenario"),
        initiatives=_names(rows, "Initiatives", "initiative_key", "an initiative"),
        kpis=_names(rows, "Metrics_Config", "kpi_key", "a KPI"),
        candidates=_names(rows, "Candidates", "initiative_key", "a candidate"),
    )


def _names(rows: SheetRows, tab: str, column: str, what: str) -> Names:
    by_name: dict[str, SheetRow] = {}
    for row in rows.of(tab):
        name = row.initiative() if column == "initiative_key" else row.name(column)
        if name is not None:
            by_name.setdefault(name if column == "initiative_key" else fold(name), row)
    return Names(tab, what, by_name, rows.readable(tab))
