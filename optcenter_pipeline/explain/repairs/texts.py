"""A repair in words, row by row, as a person would carry it out in the sheet."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from optcenter_pipeline.engine.linear_model import Point, holds
from optcenter_pipeline.explain.repairs.levers import Levers, Number
from optcenter_pipeline.rules import bundle, exclude_pair, mandatory, prerequisite
from optcenter_pipeline.rules.candidate import CandidateRow
from optcenter_pipeline.rules.linear import LinearRow
from optcenter_pipeline.rules.names import SourceRow
from optcenter_pipeline.rules.numbers import typed
from optcenter_pipeline.rules.source_rows import in_words

_IN_CANDIDATES: Mapping[str, str] = {
    mandatory.FAMILY: "set is_mandatory to FALSE",
    exclude_pair.FAMILY: "clear exclusion_keys",
    bundle.FAMILY: "clear bundle_key",
    prerequisite.FAMILY: "clear prerequisite_keys",
}
"""What a person does in a row of Candidates so that it says a rule of this family no more."""


def number_text(number: Number, to: float) -> str:
    """`Constraints row 7: lower min_tokens from 300 to 262`."""
    verb = "raise" if number.is_raised else "lower"
    change = f"{verb} {number.field} from {typed(number.value)} to {typed(to)}"
    return "; ".join(f"{in_words((source,))}: {change}" for source in number.source_rows)


def drop_texts(levers: Levers, dropped: Sequence[SourceRow], point: Point) -> Iterator[str]:
    """`Constraints row 9: drop the rule (INIT-2 and INIT-3 exclude each other)`, one for each row.

    Args:
        levers: of the run.
        dropped: all source rows that go.
        point: a portfolio that all other rules allow: of several rules of a row, those that it breaks are named.
    """
    for source in dropped:
        gone = [
            levers.question.model.rows[number]
            for number, sources in levers.rows_of_drops.items()
            if source in sources and all(other in dropped for other in sources)
        ]
        broken = [row for row in gone if not holds(row, point)]
        yield f"{in_words((source,))}: {_drop(source, broken or gone)}"


def _drop(source: SourceRow, rows: Sequence[LinearRow]) -> str:
    if source.startswith(f"{CandidateRow.tab}!") and all(row.family in _IN_CANDIDATES for row in rows):
        return _distinct(rows, lambda row: _IN_CANDIDATES[row.family], " and ")
    return f"drop the rule ({_distinct(rows, lambda row: row.text, '; ')})"


def _distinct(rows: Sequence[LinearRow], text: Callable[[LinearRow], str], separator: str) -> str:
    return separator.join(dict.fromkeys(map(text, rows)))
