"""Targets against what the portfolio achieves."""

from optcenter_pipeline.engine.result import Gap, Result, Severity
from optcenter_pipeline.report.html.blocks import Block, Cell, Column, Section, Table, Tone, cell, number, rows_cell
from optcenter_pipeline.report.html.figures import Bar, bars
from optcenter_pipeline.rules.numbers import amount, percent
from optcenter_pipeline.rules.slices import slice_in_words
from optcenter_pipeline.rules.units import Units

_TONES: dict[Severity, Tone] = {"OK": "good", "WARN": "warn", "CRITICAL": "bad"}
_MOST_BARS = 30


def targets_section(result: Result, units: Units) -> Section | None:
    """Every floor and goal, the largest gap first in the plot."""
    if not result.gaps:
        return None
    blocks: list[Block] = []
    # a share of what is required says nothing where that is 0 or less
    shares = [gap for gap in result.gaps if gap.required > 0]
    if shares:
        worst = sorted(shares, key=lambda gap: gap.achieved / gap.required)[:_MOST_BARS]
        told = "Targets: what is achieved, as a share of what is required"
        if len(shares) > _MOST_BARS:
            told += f"; the {_MOST_BARS} furthest behind"
        blocks.append(
            bars(
                told, [_bar(gap) for gap in worst], unit="achieved (% of what is required)", marks=("", "required")
            )
        )
    rows = tuple(
        (
            cell(units.title(gap.kpi_key)),
            cell(slice_in_words(gap.dimension, gap.dimension_key)),
            Cell(gap.floor_or_goal),
            number(gap.required),
            number(gap.achieved),
            number(gap.gap),
            number(gap.surplus),
            Cell(gap.severity, tone=_TONES[gap.severity]),
            rows_cell(gap.source_rows),
        )
        for gap in result.gaps
    )
    columns = (
        Column("KPI", is_key=True),
        Column("Where"),
        Column("Kind"),
        Column("Required", is_number=True),
        Column("Achieved", is_number=True),
        Column("Gap", is_number=True),
        Column("Surplus", is_number=True),
        Column("Severity"),
        Column("Sheet rows"),
    )
    blocks.append(Table("Floors and goals", columns, rows))
    return Section("targets", "Targets and gaps", blocks)


def _bar(gap: Gap) -> Bar:
    where = slice_in_words(gap.dimension, gap.dimension_key)
    label = gap.kpi_key if where == "the whole portfolio" else f"{gap.kpi_key} · {gap.dimension_key}"
    share = gap.achieved / gap.required
    missing = f", {amount(gap.gap)} short" if gap.gap else ""
    told = f"{gap.severity} {percent(round(share, 3))}{missing}"
    return Bar(label, round(share * 100, 6), told, _TONES[gap.severity], high=100.0)
