"""What differs from another run, and why."""

from optcenter_pipeline.explain.documents import Comparison
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
from optcenter_pipeline.report.html.sections.portfolio import labelled
from optcenter_pipeline.rules.names import listed


def comparison_section(comparison: Comparison) -> Section:
    """Figures, initiatives, what explains them, and the inputs that were changed."""
    blocks: list[Block] = []
    if comparison.run_a != comparison.run_b:
        before, after = f"run {comparison.run_a} ({comparison.status_a})", f"run {comparison.run_b}"
        blocks.append(Words(f"From {before} to {after} ({comparison.status_b})."))
        if comparison.is_empty:
            blocks.append(Words("Both asked and answered the same."))
    blocks.extend(table for table in _tables(comparison) if table.rows)
    blocks.extend(Words(sentence(message)) for message in comparison.messages)
    return Section("comparison", "Beside another run", blocks)


def _tables(comparison: Comparison) -> tuple[Table, ...]:
    before_after = (
        Column("Before", is_number=True),
        Column("After", is_number=True),
        Column("Change", is_number=True),
    )
    figures = tuple(
        (cell(own.name), number(own.before), number(own.after), number(own.change, is_change=True))
        for own in comparison.figures
    )
    initiatives = tuple(
        (
            cell(own.initiative_key),
            Cell("now funded" if own.change == "in" else "no longer funded"),
            cell(own.reason),
            rows_cell(own.source_rows),
        )
        for own in comparison.initiatives
    )
    explained = tuple(
        (
            cell(own.cause),
            Cell(
                f"{number(own.objective_change, is_change=True).text}{labelled(own.certainty)}"
                if own.objective_change is not None
                else "",
                own.objective_change,
            ),
            number(own.tokens_change, is_change=True),
            cell(listed(own.moves_in)),
            cell(listed(own.moves_out)),
            rows_cell(own.source_rows),
        )
        for own in comparison.explained
    )
    inputs = tuple(
        (rows_cell(own.source_row.split(", ")), Cell(own.kind), cell(own.what), cell(own.before), cell(own.after))
        for own in comparison.inputs
    )
    return (
        Table("Figures that differ", (Column("Figure", is_key=True), *before_after), figures),
        Table(
            "Initiatives in and out",
            (
                Column("Initiative", is_key=True),
                Column("Change"),
                Column("Why", is_wide=True),
                Column("Sheet rows"),
            ),
            initiatives,
        ),
        Table(
            "What explains the difference",
            (
                Column("Cause", is_key=True, is_wide=True),
                Column("Objective", is_number=True),
                Column("Tokens", is_number=True),
                Column("Lets in", is_wide=True),
                Column("Drops", is_wide=True),
                Column("Sheet rows"),
            ),
            explained,
        ),
        Table(
            "Inputs that differ",
            (
                Column("Sheet row", is_key=True),
                Column("Change"),
                Column("What", is_wide=True),
                Column("Before"),
                Column("After"),
            ),
            inputs,
        ),
    )
