"""What the run is, what it answers, and how sure that is."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.report.html.blocks import (
    Block,
    Cell,
    Column,
    Facts,
    Section,
    Table,
    Tone,
    Words,
    cell,
    rows_cell,
    sentence,
)
from optcenter_pipeline.report.html.documents import ReportHeader
from optcenter_pipeline.report.lines import stability_line
from optcenter_pipeline.report.output_rows import gap_summary
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.numbers import amount, counted, percent
from optcenter_pipeline.rules.units import Units


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status in one word, and in a sentence."""

    word: str
    sentence: str
    tone: Tone


def verdict(header: ReportHeader, snapshot: Snapshot, result: Result | None) -> Verdict:
    """What the run's end means."""
    status = header.status
    if result is None or status == "failed":
        told = header.error_text or "it has no result"
        return Verdict(status, f"The run decided nothing: {told}", "bad")
    if status == "optimal":
        return Verdict("optimal", f"{_portfolio(snapshot, result)} {_proof(result)}", "good")
    if status == "feasible":
        return Verdict("feasible", f"{_portfolio(snapshot, result)} {_proof(result)}", "warn")
    if status == "cancelled":
        kept = "Nothing was decided."
        if result.has_portfolio:
            kept = f"{_portfolio(snapshot, result)} It is the best of the search so far."
        return Verdict("cancelled", f"A person stopped the run. {kept}", "warn")
    sentences = {
        "infeasible": "No portfolio keeps all the rules.",
        "no_solution": "A limit stopped the search before it found a portfolio. Nothing says that there is none: "
        "run again with more time or more nodes.",
        "invalid": "The inputs make no plan, so nothing was solved. The alerts say which rows to mend.",
    }
    return Verdict(status, sentences[status], "bad" if status != "no_solution" else "warn")


def _portfolio(snapshot: Snapshot, result: Result) -> str:
    used = result.capacity.used if result.capacity else 0.0
    total = result.capacity.total if result.capacity else 0.0
    funded = f"{counted(len(result.selected), 'initiative')} funded with {amount(used)} of {amount(total)} tokens"
    stage, value = first_stage(result), result.objective.value
    worth = f", for {amount(value)} {Units(snapshot.metrics).named(stage)}" if stage and value is not None else ""
    return f"{funded}{worth}."


def _proof(result: Result) -> str:
    """What is proven, and what is not."""
    objective = result.objective
    if objective.value is None or objective.bound is None:
        return ""
    if result.status != "optimal":
        return f"The search was stopped: no portfolio can have more than {amount(objective.bound)}."
    gap = objective.mip_gap or 0.0
    sure = "proven" if gap == 0 else f"proven to {percent(gap)}"
    if objective.goals_cost:
        best = amount(objective.best_possible or 0.0)
        return (
            f"The best possible is {best} ({sure}); goals and tolerances take {amount(objective.goals_cost)} of it."
        )
    return f"No portfolio that keeps the rules has more ({sure})."


def first_stage(result: Result) -> str:
    """What the first KPI stage maximises: a KPI, or the weighted sum; blank where nothing was solved."""
    return next((stage.name for stage in result.objective.stages if stage.kind in ("kpi", "weighted")), "")


def summary(header: ReportHeader, snapshot: Snapshot, result: Result | None) -> Section:
    """The figures of the run, and who asked for it when."""
    facts = [*_answer(snapshot, result), *_request(header, snapshot)]
    blocks: list[Block] = [Facts(tuple(facts))]
    for override in snapshot.what_if.values():
        blocks.append(Words(sentence(f"what if: {override.message}"), tone="warn"))
    if snapshot.commitments is not None:
        told = stability_line(result.stability) if result and result.stability else snapshot.commitments.in_words()
        blocks.append(Words(sentence(told)))
    if result is not None and result.has_portfolio:
        blocks.extend(_kpis(snapshot, result))
    return Section("summary", "Summary", blocks)


def _answer(snapshot: Snapshot, result: Result | None) -> Iterator[tuple[str, str]]:
    if result is None or not result.has_portfolio:
        yield "Tokens there are", amount(snapshot.scenario.capacity_total_tokens)
        return
    objective = result.objective
    if objective.value is not None:
        yield f"Objective: {Units(snapshot.metrics).title(first_stage(result))}", amount(objective.value)
    if objective.bound is not None:
        yield "No plan can have more than", amount(objective.bound)
    if result.capacity is not None:
        yield "Tokens used", f"{amount(result.capacity.used)} of {amount(result.capacity.total)}"
    yield "Initiatives", f"{len(result.selected):,} of {len(result.selected) + len(result.rejected):,} funded"
    if result.gaps:
        yield "Targets", gap_summary(result.gaps)


def _request(header: ReportHeader, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    yield "Scenario", header.scenario_name
    yield "Constraint set", header.constraint_set_name or "none: capacity and the Candidates' own rules"
    if snapshot.scenario.period_key:
        yield "Period", snapshot.scenario.period_key
    chosen = {"all": "all candidates", "selected": "selected candidates"}[snapshot.scope.scope_type]
    yield "Scope", chosen
    yield "Asked for", _by(header.requested_by, _minute(header.created_at))
    finished = _minute(header.finished_at)
    if finished:
        yield "Finished", finished
    if header.approved_by:
        yield "Approved", _by(header.approved_by, _minute(header.approved_at))


def _by(who: str | None, when: str | None) -> str:
    return ", ".join(part for part in (f"by {who}" if who else "", when or "") if part) or "not known"


def _minute(moment: dt.datetime | None) -> str | None:
    """UTC to the minute; a time without a zone is UTC."""
    if moment is None:
        return None
    utc = moment if moment.tzinfo is None else moment.astimezone(dt.UTC)
    return f"{utc:%Y-%m-%d %H:%M} UTC"


def _kpis(snapshot: Snapshot, result: Result) -> Iterator[Block]:
    """Every KPI's value in the portfolio, the north star first."""
    metrics = {fold(metric.kpi_key): metric for metric in snapshot.metrics}
    levels = ("north_star", "strategic", "supporting")

    def place(kpi: str) -> tuple[int, str]:
        known = metrics.get(fold(kpi))
        return (levels.index(known.kpi_level) if known else len(levels), kpi)

    rows = []
    for kpi in sorted(result.kpis, key=place):
        known = metrics.get(fold(kpi))
        level = known.kpi_level.replace("_", " ") if known else ""
        value = result.kpis[kpi]
        rows.append((cell(kpi), Cell(amount(value), value), cell(known.unit if known else ""), Cell(level)))
    if rows:
        columns = (Column("KPI", is_key=True), Column("Value", is_number=True), Column("Unit"), Column("Level"))
        yield Table("What the portfolio brings", columns, tuple(rows))
    if result.synergies:
        yield Table(
            "Synergies that take effect",
            (
                Column("Initiatives", is_key=True, is_wide=True),
                Column("KPI"),
                Column("Adds", is_number=True),
                Column("Sheet rows"),
            ),
            tuple(
                (
                    cell(", ".join(bonus.members)),
                    cell(Units(snapshot.metrics).title(bonus.kpi_key)),
                    Cell(amount(bonus.value), bonus.value),
                    rows_cell(bonus.source_rows),
                )
                for bonus in result.synergies
            ),
        )
