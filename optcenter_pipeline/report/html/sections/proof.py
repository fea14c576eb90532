"""How the answer was found and how far it is proven: alerts, stages, inputs, solver."""

from collections.abc import Iterator

from optcenter_pipeline.engine.result import Result, StageResult
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.report.html.blocks import (
    Block,
    Cell,
    Column,
    Facts,
    Section,
    Table,
    cell,
    number,
    rows_cell,
    sentence,
)
from optcenter_pipeline.report.html.documents import ReportHeader
from optcenter_pipeline.report.output_rows import advice_on
from optcenter_pipeline.rules.numbers import amount, percent
from optcenter_pipeline.rules.source_rows import in_words

_LIMITS = {
    "time": "the time limit",
    "nodes": "the node limit",
    "cancel": "a person",
    "effort": "economy takes no longer than the plan",
}
_SOURCES = {
    "all_target": "the target on the whole portfolio",
    "slice_target": "the largest target on a slice",
    "positive_contributions": "all positive contributions",
    "unit": "1: nothing else was there",
}


def alerts_section(result: Result) -> Section | None:
    """What else a person should know."""
    if not result.alerts:
        return None
    columns = (
        Column("Alert", is_key=True),
        Column("Message", is_widest=True),
        Column("Sheet rows"),
        Column("What to do", is_wide=True),
    )
    rows = tuple(
        (
            cell(alert.code.replace("_", " ")),
            cell(sentence(alert.message)),
            rows_cell(alert.source_rows),
            cell(advice_on(alert)),
        )
        for alert in result.alerts
    )
    return Section("alerts", "Alerts", (Table("What else to know", columns, rows),))


def proof_section(header: ReportHeader, snapshot: Snapshot, result: Result | None) -> Section:
    """Each stage with its bound, and what would have to be the same for the same answer."""
    blocks: list[Block] = []
    if result is not None:
        blocks.extend(_stages(result))
    blocks.append(Facts(tuple(_origin(header, snapshot, result)), is_list=True))
    return Section("proof", "How far it is proven", blocks)


def _stages(result: Result) -> Iterator[Block]:
    if result.objective.stages:
        columns = (
            Column("Stage", is_key=True),
            Column("Looks for"),
            Column("Value", is_number=True),
            Column("Bound", is_number=True),
            Column("Gap", is_number=True),
            Column("Proof"),
            Column("Nodes", is_number=True),
            Column("Seconds", is_number=True),
        )
        yield Table(
            "Stages of the objective, in order; each is held while the next is searched",
            columns,
            tuple(_stage(stage) for stage in result.objective.stages),
        )
    if result.objective.scales:
        yield Table(
            "Weights and scales of the KPIs",
            (
                Column("KPI", is_key=True),
                Column("Weight", is_number=True),
                Column("Divided by", is_number=True),
                Column("Which is"),
                Column("Sheet rows"),
            ),
            tuple(
                (
                    cell(scale.kpi_key),
                    number(scale.weight),
                    number(scale.scale),
                    Cell(_SOURCES[scale.source]),
                    rows_cell(scale.source_rows),
                )
                for scale in result.objective.scales
            ),
        )


def _stage(stage: StageResult) -> tuple[Cell, ...]:
    if stage.proven:
        proof = Cell("proven", tone="good")
    else:
        proof = Cell(
            f"not proven; stopped by {_LIMITS[stage.stopped_by]}" if stage.stopped_by else "not proven", tone="warn"
        )
    return (
        cell(stage.name + (" (again, goals held)" if stage.second_pass else "")),
        Cell("the most" if stage.sense == "max" else "the least"),
        number(stage.value),
        number(stage.bound),
        Cell(percent(stage.mip_gap), stage.mip_gap),
        proof,
        Cell(f"{stage.nodes:,}", stage.nodes),
        Cell(amount(round(stage.seconds, 3)), stage.seconds),
    )


def _origin(header: ReportHeader, snapshot: Snapshot, result: Result | None) -> Iterator[tuple[str, str]]:
    yield "Run", header.run_id
    if header.inputs_sha256:
        yield "Inputs (sha256)", header.inputs_sha256
    rules = sum(1 for _ in snapshot.constraint_set.rules())
    yield (
        "Inputs",
        f"{len(snapshot.candidates):,} candidates, {rules:,} rules and targets, {len(snapshot.metrics):,} KPIs",
    )
    if snapshot.rows_left_out:
        rows = in_words(row.source_row for row in snapshot.rows_left_out)
        yield "Rows left out, being in error", rows
    options = snapshot.solver
    limits = [f"gap {percent(options.mip_gap)}" if options.mip_gap else "a full proof"]
    if options.time_limit_seconds is not None:
        limits.append(f"{amount(options.time_limit_seconds)} s at most")
    if options.node_limit is not None:
        limits.append(f"{options.node_limit:,} nodes at most")
    yield "Asked of the search", ", ".join(limits)
    if result is None:
        return
    solver = result.solver
    yield "Solver", f"{solver.name} {solver.version}"
    if solver.model is not None:
        size = f"{solver.model.rows:,} rows, {solver.model.columns:,} columns"
        if solver.presolved is not None:
            size += f"; after reduction {solver.presolved.rows:,} and {solver.presolved.columns:,}"
        yield "Model", size
    timings = result.timings
    yield "Seconds", f"{amount(round(timings.build + timings.solve + timings.extract, 3))} to build, solve and read"
