"""Are the objective and its stages right: names, scales, bounds, and what each stage held?"""

from collections.abc import Iterator

from optcenter_pipeline.engine.checker_findings import TOLERANCE, Violation, differs, room
from optcenter_pipeline.engine.checker_numbers import Recount, Stage
from optcenter_pipeline.engine.checker_words import exact, same_name
from optcenter_pipeline.engine.result import Result, StageResult


def objective(count: Recount, result: Result) -> Iterator[Violation]:
    """The objective's own numbers, and the scales of a weighted one."""
    objective, mode = result.objective, count.snapshot.scenario.objective_mode
    if objective.mode != mode:
        yield Violation("objective.mode", objective.mode, mode)
    pairs = zip(count.stages, objective.stages, strict=False)
    stage, reported = next(((plan, told) for plan, told in pairs if plan.is_kpi), (None, None))
    if stage is not None and reported is not None:
        value, best, bound = count.reached(stage), exact(reported.value), exact(reported.bound)
        yield from differs("objective.value", objective.value, value)
        yield from differs("objective.best_possible", objective.best_possible, best + count.price)
        yield from differs("objective.bound", objective.bound, bound + count.price)
        yield from differs("objective.mip_gap", objective.mip_gap, exact(reported.mip_gap))
        if any(plan.kind == "goals" for plan in count.stages):
            best += count.price
            yield from differs("objective.goals_cost", objective.goals_cost, best - value, terms=(best, value))
        elif objective.goals_cost is not None:
            yield Violation("objective.goals_cost", str(objective.goals_cost), "none: the set has no goals")
    told = {same_name(scale.kpi_key): scale for scale in objective.scales}
    weighed = {kpi for kpi, scale in count.scales.items() if scale.weight}
    if not weighed <= told.keys() <= count.scales.keys() or len(told) < len(objective.scales):
        yield Violation("objective.scales", str(sorted(told)), f"one for each of {sorted(weighed)}")
    for kpi, scale in ((kpi, scale) for kpi, scale in count.scales.items() if kpi in told):
        what, row = f"objective.scales.{kpi}", told[kpi]
        yield from differs(f"{what}.weight", row.weight, scale.weight)
        yield from differs(f"{what}.scale", row.scale, scale.scale)
        if row.source != scale.source:
            yield Violation(f"{what}.source", row.source, scale.source)
        if not scale.source_rows.issuperset(row.source_rows) or bool(scale.source_rows) != bool(row.source_rows):
            yield Violation(f"{what}.source_rows", str(row.source_rows), f"of {sorted(scale.source_rows)}")


def stages(count: Recount, result: Result) -> Iterator[Violation]:
    """The stages are those of the objective, their bounds make sense, and the portfolio keeps what they reached."""
    plan, told = count.stages, result.objective.stages
    if result.status != "optimal":
        plan = plan[: len(told)]
    elif "stage_skipped" in {alert.code for alert in result.alerts}:
        plan = plan[: max(len(told), len(plan) - 1)]  # only the economy may be left out of an optimal run
    wanted = [(stage.kind, stage.name, stage.second_pass) for stage in plan]
    found = [(stage.kind, same_name(stage.name), stage.second_pass) for stage in told]
    if found != wanted:
        yield Violation("objective.stages", str(found), str(wanted))
        return
    repeated = any(stage.second_pass for stage in plan)
    for position, (stage, reported) in enumerate(zip(plan, told, strict=True)):
        what = f"objective.stages.{position} ({stage.name})"
        yield from _stage_numbers(count, result, what, stage, reported)
        sign = 1 if stage.is_kpi else -1
        value, bound = sign * exact(reported.value), sign * exact(reported.bound)
        final = sign * count.measure(stage)
        if final < value - stage.tolerance * abs(value) - 2 * room(value):
            yield Violation(f"{what} held", f"{float(final):.9g}", f"{float(value):.9g} within {stage.tolerance}")
        if stage.kind == "economy":
            yield from differs(f"{what}.value", reported.value, count.tokens())
        loosened = repeated and stage.is_kpi and not stage.second_pass and position > 0
        if final > bound + 2 * room(bound) and not loosened:
            yield Violation(f"{what}.bound", f"{float(bound):.9g}", f"no better than {float(final):.9g}, reached")


def _stage_numbers(
    count: Recount, result: Result, what: str, stage: Stage, reported: StageResult
) -> Iterator[Violation]:
    value, bound = exact(reported.value), exact(reported.bound)
    sense = "max" if stage.is_kpi else "min"
    if reported.sense != sense:
        yield Violation(f"{what}.sense", reported.sense, sense)
    apart = bound - value if stage.is_kpi else value - bound
    if apart < -room(value):
        yield Violation(f"{what}.bound", f"{reported.bound:.9g}", f"not on the wrong side of {reported.value:.9g}")
    if value:
        yield from differs(f"{what}.mip_gap", reported.mip_gap, abs(bound - value) / abs(value))
    elif abs(bound) <= TOLERANCE < abs(exact(reported.mip_gap)):
        yield Violation(f"{what}.mip_gap", f"{reported.mip_gap:.9g}", "0")
    if reported.proven and apart > exact(count.snapshot.solver.mip_gap) * abs(value) + room(value):
        yield Violation(f"{what}.proven", f"True at {float(apart):.9g} apart", "within the gap that was asked for")
    if result.status == "optimal" and stage.kind != "economy" and not reported.proven:
        yield Violation(f"{what}.proven", "False", "True, as the run is optimal")
