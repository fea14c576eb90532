"""The tabs that PMs plan in, and the control tab of their requests."""

from optcenter_pipeline.workbook.columns import Column, Kind, Owner, Tab
from optcenter_pipeline.workbook.shared_columns import INITIATIVE, NOTES_THAT_FIX, STAMPS, number, system

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


def _looked_up(name: str) -> Column:
    return Column(
        name,
        f"Looked up from Initiatives ({name}).",
        Owner.FORMULA,
        formula='=IF({own_key}="","",IFERROR(INDEX(Initiatives!{'
        + name
        + '},MATCH({own_key},Initiatives!{initiative_key},0)),""))',
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
        number(
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
        number("goal_tolerance_pct", "How much of a KPI's best may be given up for the goals; blank means 5."),
        Column(
            "analyses",
            "What each run is to have beside its portfolio: explain, frontier, alternatives, robustness, "
            "comparison, report, or all; separated by | ; or , and with options where wanted: "
            "frontier(points=20, against=goals) | alternatives(count=3, within=2) | report",
            width=160,
        ),
        NOTES_THAT_FIX,
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
            "all or a slice (country, country|product, …) for capacity; or initiative, bundle, synergy_group.",
            is_key=True,
            is_required=True,
            choices=(*_DIMENSIONS, "initiative", "bundle", "synergy_group"),
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
        number("min_tokens", "capacity_floor: at least this many tokens.", ("min",)),
        number("max_tokens", "capacity_cap: at most this many tokens.", ("max",)),
        Column(
            "target_kpi_key",
            "synergy_bonus: the KPI that it adds to.",
            aliases=("kpi", "kpi_key"),
            is_key=True,
        ),
        number("target_value", "synergy_bonus: what it adds; below 0 is cannibalisation.", ("value",)),
        NOTES_THAT_FIX,
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
        number("target_value", "In the KPI's unit.", ("target",), is_required=True),
        number(
            "baseline_value",
            "What is there without any initiative; blank means 0.",
            ("baseline", "current_value"),
        ),
        Column(
            "floor_or_goal",
            "floor: must be reached. goal: the shortfall is kept small.",
            is_key=True,
            is_required=True,
            choices=("floor", "goal"),
        ),
        NOTES_THAT_FIX,
        *STAMPS,
    ),
)

CANDIDATES = Tab(
    "Candidates",
    "The initiatives that a scenario may fund, with their cost and their own rules.",
    (
        INITIATIVE,
        _looked_up("title"),
        _looked_up("country"),
        _looked_up("department"),
        _looked_up("lifecycle_status"),
        number(
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
        NOTES_THAT_FIX,
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
        Column("scope_keys", "For scope keys: of the rows, separated by | ; or ,", kind=Kind.KEY_LIST),
        Column("scenario_name", "For runs."),
        Column("constraint_set_name", "For runs; blank means the Candidates' own rules alone."),
        Column(
            "options_json",
            'E.g. {"time_limit_seconds": 60}; {"capacity_total_tokens": 120} to try another number and leave '
            'the sheet as it is; {"commitments": {"run": "approved", "max_changes": 3}} to keep to the plan; '
            '{"analyses": "explain | frontier(points=20)"} for what the scenario does not ask for.',
            kind=Kind.JSON,
        ),
        Column("requested_by", "Who asked."),
        Column("requested_at", "When.", kind=Kind.TEXT),
        system("status", "queued, running, success, failed or rejected."),
        system("message", "What happened.", width=320),
        system("run_id", "The run that answered."),
        system("run_url", "Where to watch it."),
        system("started_at", "UTC."),
        system("finished_at", "UTC."),
        *STAMPS,
    ),
    is_input=False,
)
