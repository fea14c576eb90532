"""What sections are made of: plain values that the template draws, texts as people typed them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from optcenter_pipeline.rules.names import SourceRow
from optcenter_pipeline.rules.numbers import amount, change
from optcenter_pipeline.rules.source_rows import in_words

Tone = Literal["", "good", "warn", "bad"]
"""A colour beside a word; never instead of one."""

_LONGEST = 600
"""Signs of a text that a cell shows."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table."""

    text: str
    sort: float | None = None
    """What it is sorted by, where that is not its text."""
    tone: Tone = ""
    note: str = ""
    """What stands below the text, smaller."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    is_number: bool = False
    is_key: bool = False
    """The row's header."""
    is_wide: bool = False
    """Its texts are phrases."""
    is_widest: bool = False
    """Its texts are sentences: half of the table is theirs."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that can be sorted by any column; a folded one shows its caption until it is opened."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms and what they are: side by side, or one below the other."""

    kind: ClassVar[str] = "facts"
    items: tuple[tuple[str, str], ...]
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph."""

    kind: ClassVar[str] = "words"
    text: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Steps:
    """A numbered list: what comes first is the best."""

    kind: ClassVar[str] = "steps"
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """A figure of plotly's, and what it shows in words."""

    kind: ClassVar[str] = "plot"
    label: str
    figure: Mapping[str, Any]
    height: int
    """Pixels."""
    words: str = ""
    """All that it shows, where no table beside it does."""


Block = Table | Facts | Words | Steps | Plot


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of the report. `name` is its anchor."""

    name: str
    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)


def sentence(text: str) -> str:
    """A message as a sentence of its own."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def rows_cell(sources: Iterable[SourceRow]) -> Cell:
    """Sheet rows, sorted as they stand in the sheet."""
    return cell(in_words(sources))


def cell(text: str | None, tone: Tone = "", note: str = "") -> Cell:
    """A text; one that is too long for a table is cut, and says so."""
    return Cell(_cut(text or ""), tone=tone, note=_cut(note))


def _cut(text: str) -> str:
    more = len(text) - _LONGEST
    return f"{text[:_LONGEST]}… ({more:,} more signs)" if more > 0 else text


def number(value: float | None, *, is_change: bool = False, tone: Tone = "") -> Cell:
    """A number, sorted as one; a change shows its sign. Blank where there is none."""
    if value is None:
        return Cell("")
    return Cell(change(value) if is_change else amount(value), value, tone)
