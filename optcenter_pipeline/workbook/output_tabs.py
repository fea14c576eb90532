"""The tabs that the system writes: runs, results, gaps."""

from optcenter_pipeline.workbook.columns import Kind, Tab
from optcenter_pipeline.workbook.shared_columns import NOTES, STAMPS, system

RUNS = Tab(
    "Runs",
    "One row a run.",
    (
        system("run_id", "The run.", is_key=True),
        system("scenario_name", "Scenario."),
        system("constraint_set_name", "Set; blank: the Candidates' own rules alone."),
        system("period_key", "Period."),
        system("scope_type", "all or selected."),
        system("status", "optimal, feasible, infeasible, no_solution, invalid, cancelled or failed."),
        system("objective_mode", "Mode."),
        system("objective_value", "Value of the first objective.", kind=Kind.NUMBER),
        system("objective_bound", "No portfolio can be better than this.", kind=Kind.NUMBER),
        system("mip_gap_pct", "Between the best found and the bound, in percent.", kind=Kind.NUMBER),
        system("selected_count", "Initiatives funded.", kind=Kind.NUMBER),
        system("capacity_used", "Tokens spent.", kind=Kind.NUMBER),
        system("capacity_total", "Tokens there were.", kind=Kind.NUMBER),
        system("gap_summary", "Targets met and missed.", width=240),
        system("solve_seconds", "Seconds in the solver.", kind=Kind.NUMBER),
        system("created_at", "UTC."),
        system("started_at", "UTC."),
        system("finished_at", "UTC."),
        system("requested_by", "Who asked."),
        system("report_url", "The run's report."),
        *STAMPS,
    ),
    is_input=False,
)

RESULTS = Tab(
    "Results",
    "Every candidate of a run: funded or not, and why.",
    (
        system("run_id", "The run.", is_key=True),
        system("initiative_key", "The candidate.", is_key=True),
        system("title", "Title.", width=260),
        system("country", "Country."),
        system("department", "Department."),
        system("category", "Category."),
        system("program", "Program."),
        system("product", "Product."),
        system("selected", "TRUE: funded.", kind=Kind.BOOL),
        system("rank", "1 adds most to the objective.", kind=Kind.NUMBER),
        system("allocated_tokens", "Tokens spent on it.", kind=Kind.NUMBER),
        system("objective_contribution", "What it adds to the objective by itself.", kind=Kind.NUMBER),
        system("north_star_gain", "What it adds to the north star.", kind=Kind.NUMBER),
        system("kpi_gains_json", "What it adds to each KPI.", kind=Kind.JSON, width=200),
        system("reason", "Why it is in or out.", width=360),
        NOTES,
        *STAMPS,
    ),
    is_input=False,
)

GAPS_ALERTS = Tab(
    "Gaps_Alerts",
    "Targets against what the portfolio achieves, conflicts, and what else a person should know.",
    (
        system("run_id", "The run.", is_key=True),
        system("line", "Number within the run.", is_key=True, kind=Kind.NUMBER),
        system("kind", "target, conflict, repair or alert."),
        system("dimension", "Slice."),
        system("dimension_key", "Slice's key."),
        system("kpi_key", "KPI."),
        system("floor_or_goal", "floor or goal."),
        system("target_value", "What was asked for.", kind=Kind.NUMBER),
        system("achieved_value", "What the portfolio brings, without the baseline.", kind=Kind.NUMBER),
        system("gap", "What is missing.", kind=Kind.NUMBER),
        system("severity", "OK, WARN (up to 5 %) or CRITICAL."),
        system("source_rows", "The rows that it comes from.", width=160),
        system("message", "What it is about.", width=360),
        system("recommendation", "What would mend it.", width=300),
        NOTES,
        *STAMPS,
    ),
    is_input=False,
)
