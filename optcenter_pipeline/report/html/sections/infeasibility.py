"""Why no portfolio keeps all the rules, and what would mend it."""

from optcenter_pipeline.engine.result import Conflict
from optcenter_pipeline.report.html.blocks import (
    Block,
    Cell,
    Column,
    Section,
    Steps,
    Table,
    Words,
    cell,
    number,
    rows_cell,
)


def conflict_section(conflict: Conflict) -> Section:
    """The rules that cannot hold together, and the repairs, cheapest first."""
    count = len(conflict.rules)
    if conflict.minimal:
        told = (
            "No portfolio can keep this rule."
            if count == 1
            else f"These {count} rules cannot hold together; drop any one of them and the others can."
        )
    else:
        told = (
            f"These {count} rules cannot hold together. A limit stopped the search for a smaller set: some of them "
            "may have no part in it."
        )
    blocks: list[Block] = [
        Words(told, tone="bad"),
        Table(
            "Rules in conflict",
            (Column("Sheet row", is_key=True), Column("Rule", is_wide=True)),
            tuple((rows_cell((rule.source_row,)), cell(rule.text)) for rule in conflict.rules),
        ),
    ]
    if conflict.repairs:
        blocks.append(Words("Ways out, the cheapest first. Each was solved again with its changes, and works."))
        blocks.append(Steps(tuple(repair.text for repair in conflict.repairs)))
        blocks.append(_changes(conflict))
    else:
        blocks.append(Words("No way out was worked out for this run; relax or drop one of the rows above."))
    return Section("conflict", "What stands in the way, and the ways out", blocks)


def _changes(conflict: Conflict) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for way, repair in enumerate(conflict.repairs, start=1):
        for change in repair.changes:
            becomes = Cell("dropped") if change.drop else number(change.to)
            rows.append(
                (
                    Cell(str(way), way),
                    rows_cell((change.source_row,)),
                    cell(change.field or "the whole row"),
                    number(change.from_),
                    becomes,
                )
            )
    columns = (
        Column("Way", is_number=True),
        Column("Sheet row", is_key=True),
        Column("Field"),
        Column("From", is_number=True),
        Column("To", is_number=True),
    )
    return Table("What each way changes", columns, tuple(rows))
