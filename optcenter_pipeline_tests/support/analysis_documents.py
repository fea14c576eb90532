"""Documents of analyses with something in every field, about the initiatives A, B and C."""

from optcenter_pipeline.engine.result import Conflict, ConflictRule, Repair, RepairChange
from optcenter_pipeline.explain.documents import (
    Alternative,
    Alternatives,
    BindingRow,
    CandidateExplanation,
    CandidateRobustness,
    CapacityStep,
    Comparison,
    Draw,
    ExplainedChange,
    Explanation,
    FigureChange,
    Frontier,
    FrontierPoint,
    InitiativeChange,
    InputChange,
    LimitValue,
    Robustness,
)


def explanation(*, reason: str = "with B out the plan would lose 2 gmv", with_c: bool = True) -> Explanation:
    """Of an optimal run that funds A and B."""
    step = CapacityStep(
        change=1, limit=11, objective=9, objective_change=2, bound=9, lets_in=("C",), displaces=("A",)
    )
    candidates = (
        CandidateExplanation(
            initiative_key="A",
            is_selected=True,
            is_possible=False,
            certainty="exact",
            reason="A is mandatory",
            source_rows=("Constraints!3", "Constraints!3"),
        ),
        CandidateExplanation(
            initiative_key="B",
            is_selected=True,
            certainty="exact",
            objective_change=-2,
            tokens_change=-1,
            lets_in=("C",),
            reason=reason,
        ),
        CandidateExplanation(
            initiative_key="C",
            is_selected=False,
            certainty="bound",
            objective_change=-1,
            reason="C costs too much",
        ),
    )
    return Explanation(
        status="optimal",
        objective_name="gmv",
        objective_value=7,
        tokens_used=10,
        candidates=candidates if with_c else candidates[:2],
        limits=(
            LimitValue(
                source_row="Scenario_Config!2",
                text="the capacity",
                field="capacity_total_tokens",
                limit=10,
                used=10,
                is_binding=True,
                gain_without=4,
                next_increment=step,
                steps=(CapacityStep(change=-5, limit=5), step),
            ),
        ),
        binding_rows=(BindingRow(source_row="Constraints!3", text="A is mandatory", gain=0.5, certainty="exact"),),
        messages=("one search was stopped",),
    )


def conflict() -> Explanation:
    """Of an infeasible run."""
    change = RepairChange(source_row="Constraints!5", field="min_tokens", from_=300, to=262)
    return Explanation(
        status="infeasible",
        conflict=Conflict(
            source_rows=("Constraints!5", "Scenario_Config!2"),
            minimal=True,
            rules=(ConflictRule(source_row="Constraints!5", text="at least 300 tokens on country UK"),),
            repairs=(Repair(changes=(change,), cost=38, text="lower min_tokens from 300 to 262"),),
        ),
    )


def frontier(*, x_name: str = "capacity", points: int = 3) -> Frontier:
    """From nothing possible upwards."""
    return Frontier(
        x_name=x_name,
        y_name="gmv",
        points=tuple(
            FrontierPoint(x=5 * n, y=7 * n or None, bound=7 * n, mip_gap=0.0001, tokens=5 * n, is_current=n == 2)
            for n in range(points)
        ),
        messages=("stopped early",),
    )


def alternatives() -> Alternatives:
    """One plan, and no more."""
    other = Alternative(
        number=1, objective=6, loss_pct=100 / 7, tokens=9, selected=("A", "C"), adds=("C",), drops=("B",)
    )
    return Alternatives(objective_name="gmv", best=7, within_pct=20, asked=5, found=(other,), no_more_exist=True)


def robustness() -> Robustness:
    """Two draws, one of them infeasible."""
    return Robustness(
        objective_name="gmv",
        seed=0,
        asked=2,
        tokens_pct=10,
        draws=(Draw(number=1, status="optimal", objective=8, regret=0.5), Draw(number=2, status="infeasible")),
        candidates=(
            CandidateRobustness(initiative_key="A", is_selected=True, share=1, verdict="core"),
            CandidateRobustness(initiative_key="C", is_selected=False, share=0.5, verdict="borderline"),
        ),
        mean_regret=0.5,
        largest_regret=0.5,
        base_keeps_rules_share=0.5,
    )


def comparison(run_a: str, run_b: str) -> Comparison:
    """More capacity let C in."""
    return Comparison(
        run_a=run_a,
        run_b=run_b,
        status_a="optimal",
        status_b="optimal",
        inputs=(
            InputChange(
                source_row="Scenario_Config!2",
                kind="changed",
                what="capacity_total_tokens",
                before="10",
                after="12",
            ),
            InputChange(source_row="Constraints!9", kind="removed", what="C is excluded"),
        ),
        initiatives=(InitiativeChange(initiative_key="C", change="in", reason="C is excluded no more"),),
        figures=(FigureChange(name="objective", before=7, after=9, change=2), FigureChange(name="nps", after=1)),
        explained=(
            ExplainedChange(cause="constraints", objective_change=2, tokens_change=1, moves_in=("C",)),
            ExplainedChange(cause="capacity and scenario", objective_change=0, tokens_change=0),
        ),
        messages=("mip_gap differs",),
    )
