"""The tabs that the system writes: runs, results, gaps, and what analyses of runs found."""

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

EXPLANATIONS = Tab(
    "Explanations",
    "Why a run's plan is as it is, what other plans there are, and how sure it is: what analyses found.",
    (
        system("run_id", "The run.", is_key=True),
        system(
            "kind",
            "plan, candidate, limit, step, binding, conflict, repair, alternative or robustness.",
            is_key=True,
        ),
        system("line", "Number within the run and kind; 0 says it in short.", is_key=True, kind=Kind.NUMBER),
        system("initiative_key", "The candidate that the line is about."),
        system("title", "Its title.", width=220),
        system("selected", "TRUE: the run funds it.", kind=Kind.BOOL),
        system(
            "verdict",
            "candidate: in, out, held in or blocked. limit: binds, does not bind or unknown. "
            "robustness: core, borderline or out.",
        ),
        system(
            "certainty",
            "Of objective_change. exact: proven; bound: no plan is better than this; found: a better may exist.",
        ),
        system("objective", "The objective of the plan that the line is about.", kind=Kind.NUMBER),
        system(
            "objective_change",
            "Against the run's plan: with the candidate the other way, with the limit moved, in the alternative.",
            kind=Kind.NUMBER,
        ),
        system("tokens", "Tokens of that plan; of a limit and a step, the limit.", kind=Kind.NUMBER),
        system("tokens_change", "Against the run's plan; of a step, of the limit.", kind=Kind.NUMBER),
        system("share", "robustness: in what share of the draws it is funded, 0 to 1.", kind=Kind.NUMBER),
        system("displaces", "Funded by the run, and not in that plan.", kind=Kind.KEY_LIST, width=160),
        system("lets_in", "Not funded by the run, and funded in that plan.", kind=Kind.KEY_LIST, width=160),
        system("source_rows", "The rows that it comes from.", width=160),
        system("message", "All of it in a sentence.", width=420),
        NOTES,
        *STAMPS,
    ),
    is_input=False,
)

FRONTIER = Tab(
    "Frontier",
    "The best objective that a run could have under another capacity, or with more asked of another KPI.",
    (
        system("run_id", "The run.", is_key=True),
        system("series", "What x is: capacity, or the KPI that must be reached.", is_key=True),
        system(
            "point", "Number within the series, in order of x; 0 says it in short.", is_key=True, kind=Kind.NUMBER
        ),
        system("x", "Tokens, or what the KPI must reach.", kind=Kind.NUMBER),
        system(
            "y",
            "The best objective under it; blank where no plan is possible (certainty exact) or none was found.",
            kind=Kind.NUMBER,
        ),
        system("y_name", "What y is: a KPI, or weighted_kpis."),
        system("bound", "No plan can be better than this.", kind=Kind.NUMBER),
        system("mip_gap_pct", "Between y and the bound, in percent.", kind=Kind.NUMBER),
        system("certainty", "exact: proven. found: a better may exist; the bound holds."),
        system("tokens", "Tokens that the plan spends.", kind=Kind.NUMBER),
        system("selected_count", "Initiatives funded.", kind=Kind.NUMBER),
        system("selected", "The initiatives funded.", kind=Kind.KEY_LIST, width=200),
        system("is_current", "TRUE: the run's own x.", kind=Kind.BOOL),
        system("message", "What else a person should know.", width=320),
        NOTES,
        *STAMPS,
    ),
    is_input=False,
)

COMPARISON = Tab(
    "Comparison",
    "What a run asked and answered otherwise than another, and by what that is explained.",
    (
        system("run_id", "The run.", is_key=True),
        system("other_run_id", "The run that it is compared with: what was before.", is_key=True),
        system("line", "Number within the two runs; 0 says it in short.", is_key=True, kind=Kind.NUMBER),
        system("kind", "summary, input, initiative, figure, explained or message."),
        system(
            "name",
            "What differs: an input, an initiative's title, a figure, a group of inputs that explains.",
            width=200,
        ),
        system("initiative_key", "The initiative that is in now, or out."),
        system("before", "In the other run."),
        system("after", "In this run."),
        system("change", "From before to after; explained: of the objective.", kind=Kind.NUMBER),
        system("tokens_change", "explained: of the tokens spent.", kind=Kind.NUMBER),
        system("moves_in", "explained: initiatives that come in by it.", kind=Kind.KEY_LIST, width=160),
        system("moves_out", "explained: initiatives that go out by it.", kind=Kind.KEY_LIST, width=160),
        system("certainty", "explained: exact, or found where a limit stopped the search."),
        system("source_rows", "The rows that it comes from.", width=160),
        system("message", "All of it in a sentence.", width=420),
        NOTES,
        *STAMPS,
    ),
    is_input=False,
)
