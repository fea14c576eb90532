"""Other portfolios that are nearly as good."""

from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.explain.documents import Alternative, Alternatives
from optcenter_pipeline.report.html.blocks import Block, Cell, Column, Section, Table, Words, cell, number, sentence
from optcenter_pipeline.rules.names import listed
from optcenter_pipeline.rules.numbers import amount
from optcenter_pipeline.rules.units import Units


def alternatives_section(alternatives: Alternatives, result: Result, units: Units) -> Section:
    """What each alternative costs, adds and drops against this plan."""
    within = f"within {amount(alternatives.within_pct)} % of the run's {alternatives.objective_name}"
    blocks: list[Block] = []
    found = len(alternatives.found)
    if found:
        told = (
            f"{found} of {alternatives.asked} asked for, {within}; each keeps every rule, the most different first."
        )
        blocks.append(Words(told))
        blocks.append(_table(alternatives, units))
        if any(own.kpis for own in alternatives.found):
            blocks.append(_kpis(alternatives, result, units))
    if alternatives.no_more_exist:
        which = "No other portfolio lies" if not found else "No more portfolios lie"
        blocks.append(Words(f"{which} {within}; that is proven."))
    elif not found and not alternatives.messages:
        blocks.append(Words(f"No other portfolio was found {within}; one may exist.", tone="warn"))
    blocks.extend(Words(sentence(message)) for message in alternatives.messages)
    return Section("alternatives", "Alternatives that are nearly as good", blocks)


def _table(alternatives: Alternatives, units: Units) -> Table:
    columns = (
        Column("Alternative", is_number=True, is_key=True),
        Column(units.title(alternatives.objective_name), is_number=True),
        Column("Below this plan", is_number=True),
        Column("Tokens", is_number=True),
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
            cell(listed(own.adds) or "nothing"),
            cell(listed(own.drops) or "nothing"),
            _proof(own),
        )
        for own in alternatives.found
    )
    return Table("Alternatives, beside this plan", columns, rows)


def _kpis(alternatives: Alternatives, result: Result, units: Units) -> Table:
    """What this plan brings, and each alternative."""
    kpis = sorted({*result.kpis, *(kpi for own in alternatives.found for kpi in own.kpis)})
    columns = (
        Column("KPI", is_key=True),
        Column("This plan", is_number=True),
        *(Column(f"Alternative {own.number}", is_number=True) for own in alternatives.found),
    )
    rows = tuple(
        (
            cell(units.title(kpi)),
            number(result.kpis.get(kpi)),
            *(number(own.kpis.get(kpi)) for own in alternatives.found),
        )
        for kpi in kpis
    )
    return Table("What each brings", columns, rows)


def _proof(own: Alternative) -> Cell:
    if own.certainty == "exact":
        return Cell("the most different there is", tone="good")
    return Cell("a more different one may exist", tone="warn")
