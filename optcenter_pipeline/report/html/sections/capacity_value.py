"""What more tokens would buy, and which rows hold the plan back."""

from optcenter_pipeline.explain.documents import CapacityStep, Explanation, LimitValue
from optcenter_pipeline.report.html.blocks import Block, Cell, Column, Section, Table, Words, cell, number
from optcenter_pipeline.report.html.figures import steps_figure
from optcenter_pipeline.report.html.sections.portfolio import labelled
from optcenter_pipeline.report.numbers import amount
from optcenter_pipeline.rules.names import listed


def capacity_section(explanation: Explanation) -> Section | None:
    """Each limit with its next useful increment; the plan's worth around the whole capacity; rows that bind."""
    if not explanation.limits and not explanation.binding_rows and not explanation.messages:
        return None
    name = explanation.objective_name or "objective"
    blocks: list[Block] = []
    for limit in explanation.limits[:1]:
        blocks.append(Words(_next(limit, name)))
        if limit.steps and explanation.objective_value is not None:
            label = f"{name} with fewer and with more tokens, solved again at each step"
            blocks.append(steps_figure(label, limit.steps, limit.limit, explanation.objective_value, name))
            blocks.append(_steps(limit, name))
    if explanation.limits:
        blocks.append(_limits(explanation.limits, name))
    if explanation.binding_rows:
        blocks.append(_binding(explanation, name))
    blocks.extend(Words(message) for message in explanation.messages)
    return Section("capacity", "What one more token buys", blocks)


def _next(limit: LimitValue, name: str) -> str:
    step = limit.next_increment
    if step is None:
        return f"No number of tokens more under {limit.text} is known to buy anything."
    brings = f" and lets in {listed(step.lets_in)}" if step.lets_in else ""
    gain = f"+{amount(step.objective_change or 0.0)}{labelled(step.certainty)}"
    return (
        f"The next useful increment of {limit.text}: {amount(step.change)} tokens more buy {name} {gain}{brings}."
    )


def _steps(limit: LimitValue, name: str) -> Table:
    columns = (
        Column("Tokens", is_number=True, is_key=True),
        Column("Change", is_number=True),
        Column(name, is_number=True),
        Column(f"Change of {name}", is_number=True),
        Column("Lets in", is_wide=True),
        Column("Displaces", is_wide=True),
    )
    return Table(f"Steps of {limit.text}", columns, tuple(_step(step) for step in limit.steps), is_folded=True)


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
        Column("Row", is_key=True),
        Column("Limit", is_wide=True),
        Column("Used", is_number=True),
        Column("At most", is_number=True),
        Column("Binds"),
        Column(f"{name} without it", is_number=True),
        Column("Next useful increment", is_number=True),
        Column("buys", is_number=True),
    )
    rows = []
    for limit in limits:
        gain, step = number(limit.gain_without, is_change=True), limit.next_increment
        rows.append(
            (
                cell(limit.source_row),
                cell(limit.text),
                number(limit.used),
                number(limit.limit),
                Cell("yes" if limit.is_binding else "no", tone="warn" if limit.is_binding else ""),
                Cell(f"{gain.text}{labelled(limit.certainty)}" if gain.text else "", limit.gain_without),
                number(step.change if step else None, is_change=True),
                Cell(f"+{amount(step.objective_change or 0.0)}{labelled(step.certainty)}", step.objective_change)
                if step
                else Cell("nothing known"),
            )
        )
    return Table("Limits on tokens", columns, tuple(rows))


def _binding(explanation: Explanation, name: str) -> Table:
    columns = (
        Column("Row", is_key=True),
        Column("Rule", is_wide=True),
        Column(f"{name} without it", is_number=True),
    )
    rows = tuple(
        (
            cell(row.source_row),
            cell(row.text),
            Cell(f"{number(row.gain, is_change=True).text}{labelled(row.certainty)}", row.gain),
        )
        for row in explanation.binding_rows
    )
    return Table("Rows that hold the plan back, the costliest first", columns, rows)
