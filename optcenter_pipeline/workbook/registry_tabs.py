"""The registry tabs, kept by product operations: initiatives, KPIs, and what adds to what."""

from optcenter_pipeline.workbook.columns import Column, Kind, Tab
from optcenter_pipeline.workbook.shared_columns import INITIATIVE, NOTES, STAMPS, number

_SHEET_LIFECYCLES = ("idea", "discovery", "ready", "in progress", "done", "cancelled", "archived", "rejected")

INITIATIVES = Tab(
    "Initiatives",
    "The registry: every initiative the organisation knows.",
    (
        Column(
            "initiative_key",
            "Unique key, e.g. INIT-12; spaces at the ends and case do not matter.",
            aliases=("key", "initiative"),
            is_key=True,
            is_required=True,
        ),
        Column("title", "What people call it.", aliases=("name",), is_required=True, width=260),
        Column(
            "lifecycle_status",
            "Where it stands; done, cancelled, archived and rejected are never funded.",
            aliases=("status",),
            choices=_SHEET_LIFECYCLES,
        ),
        Column("country", "Market; a slice of the portfolio.", aliases=("market",)),
        Column("region", "Slice of the portfolio."),
        Column("segment", "Slice of the portfolio."),
        Column("product", "Slice of the portfolio."),
        Column("category", "Slice of the portfolio."),
        Column("program", "Slice of the portfolio.", aliases=("program_key",)),
        Column("department", "Who builds it; a slice of the portfolio.", aliases=("team",)),
        NOTES,
        *STAMPS,
    ),
)

METRICS_CONFIG = Tab(
    "Metrics_Config",
    "The KPIs that plans are judged by.",
    (
        Column("kpi_key", "Unique key, e.g. gmv.", aliases=("kpi", "metric"), is_key=True, is_required=True),
        Column("kpi_name", "What people call it.", width=200),
        Column(
            "kpi_level",
            "north_star, strategic or supporting. Mode north_star needs exactly one active north star.",
            is_required=True,
            choices=("north_star", "strategic", "supporting"),
        ),
        Column("unit", "Unit of all its numbers, e.g. EUR."),
        Column("is_active", "Blank means TRUE.", kind=Kind.BOOL, choices=("TRUE", "FALSE")),
        Column("description", "How it is measured.", width=260),
        *STAMPS,
    ),
)

KPI_CONTRIBUTIONS = Tab(
    "KPI_Contributions",
    "What each initiative adds to each KPI over the scenario's period.",
    (
        INITIATIVE,
        Column("kpi_key", "As in Metrics_Config.", aliases=("kpi", "metric"), is_key=True, is_required=True),
        number("contribution", "In the KPI's own unit, over the period; may be negative.", is_required=True),
        number("low", "Optional: the low end of what is likely."),
        number("high", "Optional: the high end of what is likely."),
        NOTES,
        *STAMPS,
    ),
)
