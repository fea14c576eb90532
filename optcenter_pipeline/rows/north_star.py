"""Mode north_star needs exactly one active KPI of level north_star."""

from optcenter_pipeline.rows.findings import Findings
from optcenter_pipeline.rows.sheet_row import SheetRow, SheetRows
from optcenter_pipeline.rules.row import shown

_LEVELS = frozenset({"north_star", "strategic", "supporting"})


def check_north_star(rows: SheetRows, findings: Findings) -> dict[str, list[SheetRow]]:
    """An error on every scenario of that mode where there is none or more than one.

    Returns:
        For scenarios without a message of their own (by source row): the rows of Metrics_Config in error that
        keep the north star from standing.
    """
    metrics = [row for row in rows.of("Metrics_Config") if not findings.is_duplicate(row)]
    stars = _stars(rows, findings)
    doubtful = [row for row in metrics if findings.is_wrong(row) and _may_be_star(row)]
    blocked: dict[str, list[SheetRow]] = {}
    for row in rows.of("Scenario_Config"):
        mode = row.cells.get("objective_mode")
        if (mode is not None and row.word("objective_mode") != "north_star") or len(stars) == 1:
            continue
        what = "is blank, which means north_star" if mode is None else shown(mode)
        if len(stars) > 1:
            listed = ", ".join(f"{shown(star.cells['kpi_key'])} in {star.source_row}" for star in stars)
            text = f"{what}, and {len(stars)} active KPIs are north stars ({listed}); leave one"
            findings.error(row, "objective_mode", text)
        elif doubtful:
            blocked[row.source_row] = doubtful
        else:
            levels = ", ".join(f"{star.source_row} is not active" for star in metrics if _has_star_level(star))
            text = f"{what}, and no active KPI in Metrics_Config is a north star{f' ({levels})' if levels else ''}"
            findings.error(
                row, "objective_mode", f"{text}; give one KPI kpi_level north_star, or choose another mode"
            )
    return blocked


def north_star(rows: SheetRows, findings: Findings) -> str | None:
    """The KPI that mode north_star maximises; None where there is not exactly one."""
    stars = _stars(rows, findings)
    return stars[0].name("kpi_key") if len(stars) == 1 else None


def _stars(rows: SheetRows, findings: Findings) -> list[SheetRow]:
    metrics = (row for row in rows.of("Metrics_Config") if not findings.is_duplicate(row))
    return [row for row in metrics if not findings.is_wrong(row) and _is_star(row)]


def _has_star_level(row: SheetRow) -> bool:
    return row.word("kpi_level") == "north_star"


def _is_star(row: SheetRow) -> bool:
    return _has_star_level(row) and row.cells.get("is_active") is not False


def _may_be_star(row: SheetRow) -> bool:
    level = row.word("kpi_level")
    return level not in _LEVELS - {"north_star"} and row.cells.get("is_active") is not False
