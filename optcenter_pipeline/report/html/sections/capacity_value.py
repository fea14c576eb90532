"""What more tokens would buy, and which rows hold the plan back."""

from optcenter_pipeline.explain.documents import CapacityStep, Explanation, LimitValue
from optcenter_pipeline.report.certainty import FEWEST_FOUND, NOT_SEARCHED, binds_in_words
from optcenter_pipeline.report.html.blocks import (
    Block,
    Cell,
    Column,
    Section,
    Table,
    Words,
    cell,
    number,
    rows_cell,
    sentence,
)
from optcenter_pipeline.report.html.figures import steps_figure
from optcenter_pipeline.report.html.sections.portfolio import labelled
from optcenter_pipeline.rules.names import listed
from optcenter_pipeline.rules.numbers import amount, change, counted
from optcenter_pipeline.rules.source_rows import in_brackets
from optcenter_pipeline.rules.units import Units

_MOST_TOLD = 3
"""Limits whose next increment is told in a sentence; the table has all."""


def capacity_section(explanation: Explanation, units: Units) -> Section | None:
    """Each limit with its next useful increment; the plan's worth around the whole capacity; rows that bind."""
    if not explanation.limits and not explanation.binding_rows and not explanation.messages:
        return None
    name = units.title(explanation.objective_name or "objective")
    blocks: list[Block] = []
    blocks.extend(Words(text) for text in _next_steps(explanation, units))
    for limit in explanation.limits[:1]:
        if limit.steps and explanation.objective_value is not None:
            label = f"{name} with fewer and with more tokens, solved again at each step; the diamond is this run"
            blocks.append(steps_figure(label, limit.steps, limit.limit, explanation.objective_value, name))
            blocks.append(_steps(limit, name))
    if explanation.limits:
        blocks.append(_limits(explanation.limits, name))
    if explanation.binding_rows:
        blocks.append(_binding(explanation, name))
    blocks.extend(Words(sentence(message)) for message in explanation.messages)
    return Section("capacity", "What one more token buys", blocks)


def _next_steps(explanation: Explanation, units: Units) -> list[str]:
    """The fewest tokens more that buy anything, or the fewest found that do, by limit."""
    name, told = units.named(explanation.objective_name or "objective"), []
    for limit in explanation.limits[:_MOST_TOLD]:
        step = limit.next_increment
        if step is not None and step.objective_change:
            brings = f", letting in {listed(step.lets_in)}" if step.lets_in else ""
            where = f"than “{limit.text}”{in_brackets((limit.source_row,))}"
            fewest = "" if step.certainty == "exact" else f", {FEWEST_FOUND},"
            buys = f"{amount(step.objective_change)} {name} more{labelled(step.certainty)}"
            more = counted(step.change, "token more", "tokens more")
            told.append(f"{more}{fewest} {where} would bring {buys}{brings}.")
    if explanation.limits and not told:
        told.append("It is not known that more tokens under any of these limits would buy anything.")
    return told


def _gain(step: CapacityStep) -> str:
    return f"{change(step.objective_change) or '0'}{labelled(step.certainty)}"


def _steps(limit: LimitValue, name: str) -> Table:
    columns = (
        Column("Tokens", is_number=True, is_key=True),
        Column("Change", is_number=True),
        Column(name, is_number=True),
        Column(f"Change of {name}", is_number=True),
        Column("Lets in", is_wide=True),
        Column("Pushes out", is_wide=True),
    )
    return Table(f"Steps: {limit.text}", columns, tuple(_step(step) for step in limit.steps), is_folded=True)


def _step(step: CapacityStep) -> tuple[Cell, ...]:
    if step.objective is None:
        return (number(step.limit), number(step.change, is_change=True), Cell("no portfolio is possible"), Cell(""),
                Cell(""), Cell(""))  # fmt: skip
    changed = number(step.objective_change, is_change=True)
    return (
        number(step.limit),
        number(step.change, is_change=True),
        number(step.objective),
        Cell(f"{changed.text}{labelled(step.certainty)}", step.objective_change),
        cell(listed(step.lets_in)),
        cell(listed(step.displaces)),
    )


def _limits(limits: tuple[LimitValue, ...], name: str) -> Table:
    columns = (
        Column("Sheet row", is_key=True),
        Column("Limit", is_wide=True),
        Column("Used", is_number=True),
        Column("At most", is_number=True),
        Column("Holds the plan back"),
        Column(f"{name} without it", is_number=True),
        Column("Fewest tokens more that buy anything", is_number=True),
        Column("They buy", is_number=True),
    )
    rows = []
    for limit in limits:
        gain, binds = number(limit.gain_without, is_change=True), binds_in_words(limit)
        rows.append(
            (
                rows_cell((limit.source_row,)),
                cell(limit.text),
                number(limit.used),
                number(limit.limit),
                Cell(binds, tone="" if binds == "no" else "warn"),
                Cell(f"{gain.text}{labelled(limit.certainty)}" if gain.text else NOT_SEARCHED, limit.gain_without),
                *_increment(limit.next_increment),
            )
        )
    return Table("Limits on tokens", columns, tuple(rows))


def _increment(step: CapacityStep | None) -> tuple[Cell, Cell]:
    """(the fewest tokens more that buy anything, what they buy)."""
    if step is None:
        return Cell(""), Cell("nothing known")
    fewest = "" if step.certainty == "exact" else f", {FEWEST_FOUND}"
    more = Cell(f"{number(step.change, is_change=True).text}{fewest}", step.change)
    return more, Cell(_gain(step), step.objective_change)


def _binding(explanation: Explanation, name: str) -> Table:
    columns = (
        Column("Sheet row", is_key=True),
        Column("Rule", is_wide=True),
        Column(f"{name} without it", is_number=True),
    )
    rows = tuple(
        (
            rows_cell((row.source_row,)),
            cell(row.text),
            Cell(f"{number(row.gain, is_change=True).text}{labelled(row.certainty)}", row.gain),
        )
        for row in explanation.binding_rows
    )
    return Table("Rows that hold the plan back, the costliest first", columns, rows)
