"""What is funded and what is not, each with why, and where the tokens go."""

from collections.abc import Iterator, Mapping

from optcenter_pipeline.engine.result import Result, SliceCapacity
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain.documents import CandidateExplanation, Certainty, Explanation
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
)
from optcenter_pipeline.report.html.figures import Bar, bars
from optcenter_pipeline.report.html.sections.summary import first_stage
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.numbers import amount, counted
from optcenter_pipeline.rules.portfolio import Candidate
from optcenter_pipeline.rules.slices import slice_in_words
from optcenter_pipeline.rules.units import Units

_GROUPS = ("country", "department", "product")
_MOST_BARS = 20
_LONG = 25
"""Rows from which a table is folded."""


def attribute(candidate: Candidate, name: str) -> str:
    """An attribute as typed; blank where there is none."""
    return next((text or "" for known, text in candidate.attributes.items() if fold(known) == name), "")


def portfolio_section(snapshot: Snapshot, result: Result, explanation: Explanation | None) -> Section:
    """Every funded initiative by rank."""
    if not result.selected:
        text = "Nothing is funded: no candidate adds to the objective within the rules."
        return Section("portfolio", "The portfolio", (Words(text),))
    candidates = {candidate.initiative_key: candidate for candidate in snapshot.candidates}
    told = _explained(explanation)
    rows = []
    for chosen in result.selected:
        candidate = candidates[chosen.initiative_key]
        row = [
            number(chosen.rank),
            cell(chosen.initiative_key),
            _title(candidate),
            number(chosen.allocated_tokens),
            number(chosen.objective_contribution),
        ]
        own = told.get(chosen.initiative_key)
        if told:
            row.append(_otherwise(own))
        row.append(cell(own.reason if own else chosen.reason))
        rows.append(tuple(row))
    columns = (
        Column("Rank", is_number=True),
        Column("Initiative", is_key=True),
        Column("Title", is_wide=True),
        Column("Tokens", is_number=True),
        Column(f"Adds {Units(snapshot.metrics).title(first_stage(result))}".strip(), is_number=True),
        *([Column("Without it", is_number=True)] if told else []),
        Column("Why", is_widest=True),
    )
    blocks: list[Block] = [Table("Funded, by rank", columns, tuple(rows))]
    if told:
        blocks.append(
            Words(
                "“Without it” is what the objective would change by, with everything else planned anew around it."
            )
        )
    return Section("portfolio", "The portfolio", blocks)


def rejected_section(snapshot: Snapshot, result: Result, explanation: Explanation | None) -> Section | None:
    """Every candidate that is not funded, and why."""
    if not result.rejected:
        return None
    candidates = {candidate.initiative_key: candidate for candidate in snapshot.candidates}
    told = _explained(explanation)
    rows = []
    for left in result.rejected:
        candidate, own = candidates[left.initiative_key], told.get(left.initiative_key)
        row = [cell(left.initiative_key), _title(candidate), number(candidate.engineering_tokens)]
        if told:
            row.append(_otherwise(own))
        rows_named = own.source_rows if own and own.source_rows else left.source_rows
        row += [cell(own.reason if own else left.reason), rows_cell(rows_named)]
        rows.append(tuple(row))
    columns = (
        Column("Initiative", is_key=True),
        Column("Title", is_wide=True),
        Column("Tokens", is_number=True),
        *([Column("With it", is_number=True)] if told else []),
        Column("Why not", is_widest=True),
        Column("Sheet rows"),
    )
    count = len(rows)
    caption = f"{counted(count, 'candidate')} not funded"
    table = Table(caption, columns, tuple(rows), is_folded=count > _LONG)
    return Section("rejected", "Not funded, and why", (table,))


def _title(candidate: Candidate) -> Cell:
    """The title, and below it where the candidate belongs."""
    return cell(candidate.title, note=" · ".join(filter(None, (attribute(candidate, name) for name in _GROUPS))))


def _explained(explanation: Explanation | None) -> Mapping[str, CandidateExplanation]:
    return {own.initiative_key: own for own in explanation.candidates} if explanation else {}


def _otherwise(own: CandidateExplanation | None) -> Cell:
    """What the objective would change by with the candidate the other way."""
    if own is None:
        return Cell("")
    if not own.is_possible:
        return Cell("not possible")
    found = "" if own.found_change is None else f"{number(own.found_change, is_change=True).text} found"
    if own.objective_change is None:
        return Cell(found or "not known", own.found_change)
    change = number(own.objective_change, is_change=True)
    note = found if own.certainty == "bound" else ""
    return Cell(f"{change.text}{labelled(own.certainty)}", own.objective_change, note=note)


def labelled(certainty: Certainty) -> str:
    """What is not exact says so."""
    return {"exact": "", "bound": " at best", "found": " found so far"}[certainty]


def slices_section(snapshot: Snapshot, result: Result) -> Section | None:
    """Where the tokens go: slices that rules speak of, and all by country, department and product."""
    if result.capacity is None or not result.selected:
        return None
    blocks: list[Block] = []
    ruled = [slice_ for slice_ in result.capacity.slices if not _is_whole(slice_)]
    whole = [slice_ for slice_ in result.capacity.slices if _is_whole(slice_)]
    total = Bar(
        "the whole portfolio",
        result.capacity.used,
        f"{amount(result.capacity.used)} of {amount(result.capacity.total)}",
        low=whole[0].min_tokens if whole else None,
        high=min([result.capacity.total, *(s.max_tokens for s in whole if s.max_tokens is not None)]),
    )
    shown = [total, *(_slice_bar(slice_) for slice_ in ruled[:_MOST_BARS])]
    blocks.append(
        bars("Tokens used by every slice that a rule speaks of, against its least and most", shown, unit="tokens",
             marks=("at least", "at most"))
    )  # fmt: skip
    if result.capacity.slices:
        blocks.append(_slices_table(result))
    blocks.extend(_by_attribute(snapshot, result))
    return Section("tokens", "Where the tokens go", blocks)


def _is_whole(slice_: SliceCapacity) -> bool:
    return slice_in_words(slice_.dimension, slice_.dimension_key) == "the whole portfolio"


def _slice_bar(slice_: SliceCapacity) -> Bar:
    return Bar(
        slice_in_words(slice_.dimension, slice_.dimension_key),
        slice_.used,
        f"{amount(slice_.used)} ({_range(slice_)})",
        low=slice_.min_tokens,
        high=slice_.max_tokens,
    )


def _range(slice_: SliceCapacity) -> str:
    parts = []
    if slice_.min_tokens is not None:
        parts.append(f"at least {amount(slice_.min_tokens)}")
    if slice_.max_tokens is not None:
        parts.append(f"at most {amount(slice_.max_tokens)}")
    return ", ".join(parts)


def _slices_table(result: Result) -> Table:
    slices = result.capacity.slices if result.capacity else ()
    return Table(
        "Slices with a rule",
        (
            Column("Slice", is_key=True),
            Column("Tokens used", is_number=True),
            Column("At least", is_number=True),
            Column("At most", is_number=True),
        ),
        tuple(
            (
                cell(slice_in_words(slice_.dimension, slice_.dimension_key)),
                number(slice_.used),
                number(slice_.min_tokens),
                number(slice_.max_tokens),
            )
            for slice_ in slices
        ),
        is_folded=True,
    )


def _by_attribute(snapshot: Snapshot, result: Result) -> Iterator[Block]:
    candidates = {candidate.initiative_key: candidate for candidate in snapshot.candidates}
    pool = [*(c.initiative_key for c in result.selected), *(c.initiative_key for c in result.rejected)]
    tokens = {chosen.initiative_key: chosen.allocated_tokens for chosen in result.selected}
    for name in _GROUPS:
        groups: dict[str, tuple[str, float, int, int]] = {}
        for key in pool:
            typed = attribute(candidates[key], name).strip()
            shown, used, funded, known = groups.get(fold(typed), (typed or "(blank)", 0.0, 0, 0))
            groups[fold(typed)] = (shown, used + tokens.get(key, 0.0), funded + (key in tokens), known + 1)
        if set(groups) <= {""}:
            continue
        largest = sorted(groups.values(), key=lambda group: (-group[1], group[0]))
        shown_bars = [
            Bar(label, used, f"{amount(used)} · {funded:,} of {known:,} funded")
            for label, used, funded, known in largest[:_MOST_BARS]
        ]
        more = len(largest) - _MOST_BARS
        label = f"Tokens by {name}" + (f"; {more:,} more have fewer" if more > 0 else "")
        yield bars(label, shown_bars, unit="tokens")
