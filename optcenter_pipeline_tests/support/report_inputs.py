"""Runs to report on: solved for real, with analyses written down, and with texts that would rather be markup."""

import datetime as dt
from collections.abc import Callable

from optcenter_pipeline.engine import solve
from optcenter_pipeline.engine.result import Conflict, ConflictRule, Repair, RepairChange, Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain.documents import (
    Alternative,
    Alternatives,
    BindingRow,
    CandidateExplanation,
    CandidateRobustness,
    CapacityStep,
    Draw,
    Explanation,
    Frontier,
    FrontierPoint,
    LimitValue,
    Robustness,
)
from optcenter_pipeline.report.html import ReportAnalyses, ReportHeader
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

RUN = "20261123T054200-3f2a9c"
HOSTILE = (
    "</script><script>window.hacked = 1</script>",
    '"><img src=x onerror="window.hacked = 1">',
    "<a href='javascript:window.hacked=1'>click</a>",
    "<svg/onload=window.hacked=1>",
    "<b>bold</b> &lt;i&gt; &amp; %{customdata} $x^2$",
    "{{7*7}} {% raw %} ${7*7}",
    "<!-- <script> -->",
    "2026-03-01",
    "00123",
    "emoji 🚀👩‍👩‍👧 é",
    "right\u202eto left",
    "line one\nline two\u2028line three",
    '=HYPERLINK("http://example.invalid","x")',
)
"""Each is some initiative's title."""

Said = Callable[[str], str]


def header(run: Result, *, scenario: str = "Q2 plan", asked_by: str = "ann@example.com") -> ReportHeader:
    """What the ledger would say of the run."""
    return ReportHeader(
        run_id=RUN,
        scenario_name=scenario,
        constraint_set_name="baseline",
        status=run.status,
        created_at=dt.datetime(2026, 11, 23, 5, 42, tzinfo=dt.UTC),
        finished_at=dt.datetime(2026, 11, 23, 5, 43, tzinfo=dt.UTC),
        requested_by=asked_by,
        inputs_sha256="0f" * 32,
    )


def plan_snapshot(said: Said = str) -> Snapshot:
    """Thirteen candidates, rules on slices, three targets of which one cannot be reached.

    Args:
        said: what becomes of each text that people type.
    """
    countries, departments = ("UK", "DE", "FR"), ("Growth", "Core")
    rows = [
        candidate(
            f"INIT-{number:03d}",
            10 + number,
            {"gmv": 40.0 + 7 * (number % 5), "nps": 1.0 + number % 3},
            title=said(f"title {number}"),
            attributes={
                "country": said(countries[number % 3]),
                "department": said(departments[number % 2]),
                "product": None,
            },
            source_row=f"Candidates!{number + 2}",
        )
        for number in range(13)
    ]
    uk = {"dimension": "country", "dimension_key": said("UK")}
    whole = {"dimension": "all", "dimension_key": "all"}
    return snapshot(
        rows,
        capacity=100,
        metrics={"gmv": "north_star", "nps": "supporting"},
        capacity_floors=[{**uk, "min_tokens": 20, "source_rows": ["Constraints!5"]}],
        capacity_caps=[
            {
                "dimension": "department",
                "dimension_key": said("Core"),
                "max_tokens": 60,
                "source_rows": ["Constraints!6"],
            }
        ],
        targets=[
            {**whole, "kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 50, "source_rows": ["Targets!2"]},
            {**whole, "kpi_key": "nps", "floor_or_goal": "goal", "target_value": 90, "source_rows": ["Targets!3"]},
            {**uk, "kpi_key": "nps", "floor_or_goal": "goal", "target_value": 0, "source_rows": ["Targets!4"]},
        ],
        synergy_bonuses=[
            {"members": ["INIT-004", "INIT-009"], "kpi_key": "gmv", "value": 5, "source_rows": ["Constraints!7"]}
        ],
    )


def plan_run(said: Said = str) -> tuple[Snapshot, Result]:
    """A run with a portfolio, solved."""
    inputs = plan_snapshot(said)
    answer = solve(inputs)
    assert answer.status == "optimal"
    return inputs, answer


def infeasible_run(said: Said = str) -> tuple[Snapshot, Result]:
    """A run whose rules cannot hold together, with two ways out."""
    inputs = snapshot(
        [candidate(f"INIT-{number}", 10, {"gmv": 1.0}, title=said(str(number))) for number in range(3)],
        capacity=20,
        capacity_floors=[
            {"dimension": "all", "dimension_key": "all", "min_tokens": 25, "source_rows": ["Constraints!5"]}
        ],
    )
    answer = solve(inputs)
    assert answer.status == "infeasible"
    floor = RepairChange(source_row="Constraints!5", field="min_tokens", from_=25, to=20)
    drop = RepairChange(source_row="Constraints!5", drop=True)
    conflict = Conflict(
        source_rows=("Constraints!5", "Scenario_Config!2"),
        minimal=True,
        rules=(
            ConflictRule(source_row="Constraints!5", text=said("at least 25 tokens on the whole portfolio")),
            ConflictRule(source_row="Scenario_Config!2", text=said("at most 20 tokens in all")),
        ),
        repairs=(
            Repair(changes=(floor,), cost=5, text=said("Constraints row 5: lower min_tokens from 25 to 20")),
            Repair(changes=(drop,), cost=25, text=said("Constraints row 5: drop it")),
        ),
    )
    return inputs, answer.model_copy(update={"conflict": conflict})


def all_analyses(run: Result, said: Said = str) -> ReportAnalyses:
    """Every analysis of the run, with something proven and something not in each."""
    funded = [chosen.initiative_key for chosen in run.selected]
    left = [rejected.initiative_key for rejected in run.rejected]
    value = run.objective.value or 0.0
    used = run.capacity.used if run.capacity else 0.0
    return ReportAnalyses(
        explanation=Explanation(
            status=run.status,
            objective_name="gmv",
            objective_value=value,
            tokens_used=used,
            candidates=tuple(
                _explained(key, key in funded, left[0], funded[0], said) for key in sorted(funded + left)
            ),
            limits=(_limit(value, used, left[0], said),),
            binding_rows=(
                BindingRow(
                    source_row="Constraints!6",
                    text=said("at most 60 tokens on department Core"),
                    gain=9,
                    certainty="bound",
                ),
            ),
            messages=(said("3 candidates have a bound only"),),
        ),
        frontiers=(
            Frontier(
                x_name="capacity",
                y_name=said("gmv"),
                points=(
                    FrontierPoint(x=10),
                    FrontierPoint(
                        x=50, y=value - 80, bound=value - 80, mip_gap=0.0, tokens=48, selected=tuple(funded[:3])
                    ),
                    FrontierPoint(x=75, y=value - 40, bound=value - 10, mip_gap=0.1, certainty="found", tokens=70),
                    FrontierPoint(x=100, y=value, bound=value, mip_gap=0.0, tokens=used, is_current=True),
                    FrontierPoint(x=125, y=value + 30, bound=value + 30, mip_gap=0.0, tokens=120),
                ),
            ),
        ),
        alternatives=Alternatives(
            objective_name="gmv",
            best=value,
            within_pct=5,
            asked=5,
            found=(
                Alternative(
                    number=1,
                    objective=value - 5,
                    loss_pct=1.25,
                    tokens=99,
                    kpis={"gmv": value - 5, "nps": 8.0},
                    selected=(*funded[1:], left[0]),
                    adds=(left[0],),
                    drops=(funded[0],),
                ),
            ),
            no_more_exist=True,
        ),
        robustness=Robustness(
            objective_name=said("gmv"),
            seed=7,
            asked=4,
            tokens_pct=10,
            draws=tuple(Draw(number=number, status="optimal", objective=value, regret=2.0) for number in range(4)),
            candidates=(
                *(
                    CandidateRobustness(initiative_key=k, is_selected=True, share=1.0, verdict="core")
                    for k in funded[1:]
                ),
                CandidateRobustness(initiative_key=funded[0], is_selected=True, share=0.75, verdict="borderline"),
                *(CandidateRobustness(initiative_key=k, is_selected=False, share=0.0, verdict="out") for k in left),
            ),
            mean_regret=2.0,
            largest_regret=6.5,
            base_keeps_rules_share=0.5,
        ),
    )


def _explained(key: str, is_selected: bool, other: str, best: str, said: Said) -> CandidateExplanation:
    if key == other:
        return CandidateExplanation(
            initiative_key=key, is_selected=False, is_possible=False, certainty="exact",
            reason=said("with it, at least 20 tokens on country UK cannot be kept"), source_rows=("Constraints!5",),
        )  # fmt: skip
    return CandidateExplanation(
        initiative_key=key,
        is_selected=is_selected,
        certainty="exact" if is_selected else "bound",
        objective_change=-12.5,
        found_change=None if is_selected else -20,
        tokens_change=3,
        displaces=() if is_selected else (best,),
        lets_in=(other,) if is_selected else (),
        reason=said(f"{key} {'carries' if is_selected else 'would cost'} 12.5 gmv"),
    )


def _limit(value: float, used: float, lets_in: str, said: Said) -> LimitValue:
    steps = (
        CapacityStep(change=-90, limit=10),
        CapacityStep(change=-10, limit=90, objective=value - 8, objective_change=-8),
        CapacityStep(
            change=10, limit=110, objective=value + 6, objective_change=6, certainty="found", lets_in=(lets_in,)
        ),
    )
    return LimitValue(
        source_row="Scenario_Config!2",
        text=said("at most 100 tokens in all"),
        field="capacity_total_tokens",
        limit=100,
        used=used,
        is_binding=True,
        gain_without=300,
        next_increment=steps[2],
        steps=steps,
    )
