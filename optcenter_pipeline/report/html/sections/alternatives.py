"""Other portfolios that are nearly as good."""

from optcenter_pipeline.explain.documents import Alternative, Alternatives
from optcenter_pipeline.report.html.blocks import Block, Cell, Column, Section, Table, Words, cell, number
from optcenter_pipeline.report.numbers import amount
from optcenter_pipeline.rules.names import fold, listed


def alternatives_section(alternatives: Alternatives) -> Section:
    """What each alternative costs, adds and drops against this plan."""
    within = f"within {amount(alternatives.within_pct)} % of the best {alternatives.objective_name}"
    blocks: list[Block] = []
    found = len(alternatives.found)
    if found:
        told = (
            f"{found} of {alternatives.asked} asked for, {within}; each keeps every rule, the most different first."
        )
        blocks.append(Words(told))
        blocks.append(_table(alternatives))
    if alternatives.no_more_exist:
        which = "No other portfolio lies" if not found else "No more portfolios lie"
        blocks.append(Words(f"{which} {within}; that is proven."))
    elif not found:
        blocks.append(Words(f"No other portfolio was found {within}; one may exist.", tone="warn"))
    blocks.extend(Words(message) for message in alternatives.messages)
    return Section("alternatives", "Alternatives that are nearly as good", blocks)


def _table(alternatives: Alternatives) -> Table:
    shown = fold(alternatives.objective_name)
    kpis = sorted({kpi for own in alternatives.found for kpi in own.kpis if fold(kpi) != shown})
    columns = (
        Column("Alternative", is_number=True, is_key=True),
        Column(alternatives.objective_name, is_number=True),
        Column("Below the best", is_number=True),
        Column("Tokens", is_number=True),
        *(Column(kpi, is_number=True) for kpi in kpis),
        Column("Adds", is_wide=True),
        Column("Drops", is_wide=True),
        Column("Proof"),
    )
    rows = tuple(
        (
            number(own.number),
            number(own.objective),
            Cell(f"{amount(round(own.loss_pct, 3))} %", own.loss_pct),
            number(own.tokens),
            *(number(own.kpis.get(kpi)) for kpi in kpis),
            cell(listed(own.adds) or "nothing"),
            cell(listed(own.drops) or "nothing"),
            _proof(own),
        )
        for own in alternatives.found
    )
    return Table("Alternatives, beside this plan", columns, rows)


def _proof(own: Alternative) -> Cell:
    if own.certainty == "exact":
        return Cell("none differs more", tone="good")
    return Cell("a more different one may exist", tone="warn")
