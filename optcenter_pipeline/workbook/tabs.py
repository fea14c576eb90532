"""The workbook contract: every tab, its columns, and whose they are (workbook.md, *Tabs*).

The one place that says which column is whose: reading, template, write-back and docs all read it.
"""

from optcenter_pipeline.workbook.columns import Column, Kind, Owner, Tab

STAMPS = (
    Column(
        "run_status",
        "Written by the system: OK, OK (warning: …) or FAILED: column: what to change.",
        Owner.SYSTEM,
        width=320,
    ),
    Column("updated_source", "Written by the system: the action and the run that judged this row.", Owner.SYSTEM),
    Column("updated_at", "Written by the system: when, in UTC.", Owner.SYSTEM),
)

_SCENARIO = Column(
    "scenario_name",
    "Name of the scenario, as in Scenario_Config.",
    aliases=("scenario",),
    is_key=True,
    is_required=True,
)
_SET = Column(
    "constraint_set_name",
    "Name of the set of rules and targets that run together.",
    aliases=("set", "constraint_set"),
    is_key=True,
    is_required=True,
)
_NOTES = Column("notes", "Yours; the system reads nothing into it.", width=220)
_DIMENSIONS = (
    "all",
    "country",
    "region",
    "segment",
    "product",
    "category",
    "program",
    "department",
    "country|product",
)
_SHEET_LIFECYCLES = ("idea", "discovery", "ready", "in progress", "done", "cancelled", "archived", "rejected")


def _number(name: str, note: str, aliases: tuple[str, ...] = (), *, is_required: bool = False) -> Column:
    return Column(name, note, kind=Kind.NUMBER, aliases=aliases, is_required=is_required)


def _looked_up(name: str) -> Column:
    return Column(
        name,
        f"Looked up from Initiatives ({name}).",
        Owner.FORMULA,
        formula=f'=IFERROR(INDEX(Initiatives!{{{name}}},MATCH($A{{row}},Initiatives!{{initiative_key}},0)),"")',
    )


def _system(name: str, note: str, *, is_key: bool = False, kind: Kind = Kind.TEXT, width: int = 0) -> Column:
    return Column(name, note, Owner.SYSTEM, kind, is_key=is_key, is_required=is_key, width=width)


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
        _NOTES,
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
        Column(
            "initiative_key",
            "As in Initiatives.",
            aliases=("key", "initiative"),
            is_key=True,
            is_required=True,
        ),
        Column("kpi_key", "As in Metrics_Config.", aliases=("kpi", "metric"), is_key=True, is_required=True),
        _number("contribution", "In the KPI's own unit, over the period; may be negative.", is_required=True),
        _number("low", "Optional: the low end of what is likely."),
        _number("high", "Optional: the high end of what is likely."),
        _NOTES,
        *STAMPS,
    ),
)

SCENARIO_CONFIG = Tab(
    "Scenario_Config",
    "The planning questions: a period, a capacity, an objective.",
    (
        Column("scenario_name", "Unique name.", aliases=("scenario",), is_key=True, is_required=True, width=160),
        Column(
            "period_key",
            "YYYY, YYYY-Hn, YYYY-Qn, YYYY-MM or YYYY-Www.",
            kind=Kind.PERIOD,
            aliases=("period",),
            is_required=True,
        ),
        _number(
            "capacity_total_tokens",
            "Engineering tokens that may be spent in all; above 0.",
            ("capacity", "total_tokens"),
            is_required=True,
        ),
        Column(
            "objective_mode",
            "north_star (default), weighted_kpis or lexicographic.",
            aliases=("objective", "mode"),
            choices=("north_star", "weighted_kpis", "lexicographic"),
        ),
        Column(
            "objective_weights_json",
            'weighted_kpis: {"gmv": 0.6, "nps": 0.4}. lexicographic: ["gmv", {"kpi": "nps", "tolerance_pct": 5}].',
            kind=Kind.JSON,
            aliases=("objective_weights", "weights"),
            width=260,
        ),
        _number("goal_tolerance_pct", "How much of a KPI's best may be given up for the goals; blank means 5."),
        _NOTES,
        *STAMPS,
    ),
)

CONSTRAINTS = Tab(
    "Constraints",
    "The hard rules, by scenario and set.",
    (
        _SCENARIO,
        _SET,
        Column(
            "constraint_type",
            "What the rule says.",
            aliases=("type",),
            is_key=True,
            is_required=True,
            choices=(
                "capacity_floor",
                "capacity_cap",
                "mandatory",
                "exclude_initiative",
                "exclude_pair",
                "bundle_all_or_nothing",
                "require_prereq",
                "synergy_bonus",
            ),
            width=160,
        ),
        Column(
            "dimension",
            "all or a slice (country, department, country|product, …) for capacity; initiative; bundle.",
            is_key=True,
            is_required=True,
            choices=(*_DIMENSIONS, "initiative", "bundle"),
        ),
        Column(
            "dimension_key",
            "The slice's key (UK, UK|Payments), the initiative, the pair (A|B), or the bundle's name.",
            aliases=("key",),
            is_key=True,
            is_required=True,
        ),
        Column(
            "member_keys",
            "Members of a bundle, pair or synergy, or the prerequisites; separated by | ; or ,",
            kind=Kind.KEY_LIST,
            aliases=("bundle_member_keys", "prereq_member_keys", "prerequisites", "members"),
            is_key=True,
            width=200,
        ),
        _number("min_tokens", "capacity_floor: at least this many tokens.", ("min",)),
        _number("max_tokens", "capacity_cap: at most this many tokens.", ("max",)),
        Column(
            "target_kpi_key",
            "synergy_bonus: the KPI that it adds to.",
            aliases=("kpi", "kpi_key"),
            is_key=True,
        ),
        _number("target_value", "synergy_bonus: what it adds; below 0 is cannibalisation.", ("value",)),
        _NOTES,
        *STAMPS,
    ),
)

TARGETS = Tab(
    "Targets",
    "What KPIs must (floor) or should (goal) reach, by scenario and set.",
    (
        _SCENARIO,
        _SET,
        Column(
            "dimension",
            "all, or a slice; blank with a key means country.",
            is_key=True,
            choices=_DIMENSIONS,
        ),
        Column("dimension_key", "The slice's key.", aliases=("country", "market"), is_key=True),
        Column("kpi_key", "As in Metrics_Config.", aliases=("kpi",), is_key=True, is_required=True),
        _number("target_value", "In the KPI's unit.", ("target",), is_required=True),
        _number(
            "baseline_value",
            "What is there without any initiative; blank means 0.",
            ("baseline", "current_value"),
        ),
        Column(
            "floor_or_goal",
            "floor: must be reached. goal: the shortfall is kept small.",
            is_required=True,
            choices=("floor", "goal"),
        ),
        _NOTES,
        *STAMPS,
    ),
)

CANDIDATES = Tab(
    "Candidates",
    "The initiatives that a scenario may fund, with their cost and their own rules.",
    (
        Column(
            "initiative_key",
            "As in Initiatives.",
            aliases=("key", "initiative"),
            is_key=True,
            is_required=True,
        ),
        _looked_up("title"),
        _looked_up("country"),
        _looked_up("department"),
        _looked_up("lifecycle_status"),
        _number(
            "engineering_tokens", "Cost in engineering tokens; above 0.", ("tokens", "effort"), is_required=True
        ),
        Column(
            "deadline_date",
            "After this day it is worth nothing: before the period, it is not eligible.",
            kind=Kind.DATE,
            aliases=("deadline",),
        ),
        Column(
            "is_mandatory",
            "TRUE: every plan must fund it.",
            kind=Kind.BOOL,
            aliases=("mandatory",),
            choices=("TRUE", "FALSE"),
        ),
        Column("mandate_reason", "Why it is mandatory."),
        Column("bundle_key", "Candidates with the same bundle are funded together.", aliases=("bundle",)),
        Column(
            "prerequisite_keys",
            "Initiatives that it needs; separated by | ; or ,",
            kind=Kind.KEY_LIST,
            aliases=("prereqs",),
        ),
        Column(
            "exclusion_keys",
            "Initiatives that it cannot be funded with; separated by | ; or ,",
            kind=Kind.KEY_LIST,
            aliases=("exclusions",),
        ),
        Column(
            "synergy_group_keys",
            "Synergy groups that it belongs to; a synergy_bonus row gives a group its value.",
            kind=Kind.KEY_LIST,
        ),
        Column(
            "is_selected_for_run",
            "TRUE: in the pool of a run of selected candidates.",
            kind=Kind.BOOL,
            aliases=("selected",),
            choices=("TRUE", "FALSE"),
        ),
        _NOTES,
        *STAMPS,
    ),
)

ACTIONS = Tab(
    "Actions",
    "Requests from the menu, answered by the system.",
    (
        Column("request_id", "Made by the menu.", is_key=True, is_required=True),
        Column("action", "pm.save_selected, pm.optimize.run_selected_candidates or …run_all_candidates."),
        Column("tab", "The tab that the request is about."),
        Column("scope_type", "all or keys.", choices=("all", "keys")),
        Column("scope_keys", "The rows' keys, for scope keys.", kind=Kind.KEY_LIST),
        Column("scenario_name", "For runs."),
        Column("constraint_set_name", "For runs; blank means the Candidates' own rules alone."),
        Column("options_json", 'E.g. {"time_limit_seconds": 60}.', kind=Kind.JSON),
        Column("requested_by", "Who asked."),
        Column("requested_at", "When.", kind=Kind.TEXT),
        _system("status", "queued, running, success, failed or rejected."),
        _system("message", "What happened.", width=320),
        _system("run_id", "The run that answered."),
        _system("run_url", "Where to watch it."),
        _system("started_at", "UTC."),
        _system("finished_at", "UTC."),
        *STAMPS,
    ),
    is_input=False,
)

RUNS = Tab(
    "Runs",
    "One row a run.",
    (
        _system("run_id", "The run.", is_key=True),
        _system("scenario_name", "Scenario."),
        _system("constraint_set_name", "Set; blank: the Candidates' own rules alone."),
        _system("period_key", "Period."),
        _system("scope_type", "all or selected."),
        _system("status", "optimal, feasible, infeasible, no_solution, invalid, cancelled or failed."),
        _system("objective_mode", "Mode."),
        _system("objective_value", "Value of the first objective.", kind=Kind.NUMBER),
        _system("objective_bound", "No portfolio can be better than this.", kind=Kind.NUMBER),
        _system("mip_gap_pct", "Between the best found and the bound, in percent.", kind=Kind.NUMBER),
        _system("selected_count", "Initiatives funded.", kind=Kind.NUMBER),
        _system("capacity_used", "Tokens spent.", kind=Kind.NUMBER),
        _system("capacity_total", "Tokens there were.", kind=Kind.NUMBER),
        _system("gap_summary", "Targets met and missed.", width=240),
        _system("solve_seconds", "Seconds in the solver.", kind=Kind.NUMBER),
        _system("created_at", "UTC."),
        _system("started_at", "UTC."),
        _system("finished_at", "UTC."),
        _system("requested_by", "Who asked."),
        _system("report_url", "The run's report."),
        *STAMPS,
    ),
    is_input=False,
)

RESULTS = Tab(
    "Results",
    "Every candidate of a run: funded or not, and why.",
    (
        _system("run_id", "The run.", is_key=True),
        _system("initiative_key", "The candidate.", is_key=True),
        _system("title", "Title.", width=260),
        _system("country", "Country."),
        _system("department", "Department."),
        _system("category", "Category."),
        _system("program", "Program."),
        _system("product", "Product."),
        _system("selected", "TRUE: funded.", kind=Kind.BOOL),
        _system("rank", "1 adds most to the objective.", kind=Kind.NUMBER),
        _system("allocated_tokens", "Tokens spent on it.", kind=Kind.NUMBER),
        _system("objective_contribution", "What it adds to the objective by itself.", kind=Kind.NUMBER),
        _system("north_star_gain", "What it adds to the north star.", kind=Kind.NUMBER),
        _system("kpi_gains_json", "What it adds to each KPI.", kind=Kind.JSON, width=200),
        _system("reason", "Why it is in or out.", width=360),
        _NOTES,
        *STAMPS,
    ),
    is_input=False,
)

GAPS_ALERTS = Tab(
    "Gaps_Alerts",
    "Targets against what the portfolio achieves, conflicts, and what else a person should know.",
    (
        _system("run_id", "The run.", is_key=True),
        _system("line", "Number within the run.", is_key=True, kind=Kind.NUMBER),
        _system("kind", "target, conflict, repair or alert."),
        _system("dimension", "Slice."),
        _system("dimension_key", "Slice's key."),
        _system("kpi_key", "KPI."),
        _system("floor_or_goal", "floor or goal."),
        _system("target_value", "What was asked for.", kind=Kind.NUMBER),
        _system("achieved_value", "What the portfolio brings, without the baseline.", kind=Kind.NUMBER),
        _system("gap", "What is missing.", kind=Kind.NUMBER),
        _system("severity", "OK, WARN (up to 5 %) or CRITICAL."),
        _system("source_rows", "The rows that it comes from.", width=160),
        _system("message", "What it is about.", width=360),
        _system("recommendation", "What would mend it.", width=300),
        _NOTES,
        *STAMPS,
    ),
    is_input=False,
)

REGISTRY_TABS = (INITIATIVES, METRICS_CONFIG, KPI_CONTRIBUTIONS)
PM_INPUT_TABS = (SCENARIO_CONFIG, CONSTRAINTS, TARGETS, CANDIDATES)
INPUT_TABS = (*REGISTRY_TABS, *PM_INPUT_TABS)
OUTPUT_TABS = (RUNS, RESULTS, GAPS_ALERTS)
ALL_TABS = (*PM_INPUT_TABS, *REGISTRY_TABS, ACTIONS, *OUTPUT_TABS)
TAB_BY_NAME = {tab.name: tab for tab in ALL_TABS}
