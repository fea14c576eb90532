"""The input tabs with their key columns, and a row's key as messages and write-back show it."""

from collections.abc import Mapping

TAB_ORDER = (
    "Scenario_Config",
    "Constraints",
    "Targets",
    "Candidates",
    "Initiatives",
    "Metrics_Config",
    "KPI_Contributions",
)
"""The tabs that are judged, in the order of messages."""

KEY_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "Scenario_Config": ("scenario_name",),
    "Constraints": (
        "scenario_name",
        "constraint_set_name",
        "constraint_type",
        "dimension",
        "dimension_key",
        "member_keys",
        "target_kpi_key",
    ),
    "Targets": ("scenario_name", "constraint_set_name", "dimension", "dimension_key", "kpi_key", "floor_or_goal"),
    "Candidates": ("initiative_key",),
    "Initiatives": ("initiative_key",),
    "Metrics_Config": ("kpi_key",),
    "KPI_Contributions": ("initiative_key", "kpi_key"),
}
"""As in `workbook/tabs.py`, which this package does not import; a test holds the two together."""


def row_key(tab: str, cells: Mapping[str, object]) -> str:
    """The parts of a row's key as typed, joined by ` / `; blank parts are left out."""
    parts = (cells.get(column) for column in KEY_COLUMNS[tab])
    texts = ("|".join(map(str, part)) if isinstance(part, (list, tuple)) else str(part) for part in parts if part)
    return " / ".join(text.strip() for text in texts)
