"""What every row model shares: strict cells, lists of keys, and errors that say what would be right.

A row model's fields are the columns of its tab by canonical name. A field's description completes the
sentence "give …" in the message about a wrong cell, so it says what would be right.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from optcenter_pipeline.rules.names import LARGEST, SMALLEST, InitiativeKey, Name, Rule, SourceRow, Value, fold

LONGEST_SHOWN = 60
"""A longer cell is shortened in messages."""

WRONG_CELL = "wrong_cell"
"""Type of the errors whose text is already in our words."""

FIXED_MARK = "[fixed]"

_FORMULA_ERRORS = frozenset(
    fold(text)
    for text in (
        "#REF!",
        "#N/A",
        "#VALUE!",
        "#DIV/0!",
        "#NAME?",
        "#NUM!",
        "#NULL!",
        "#ERROR!",
        "#SPILL!",
        "#CALC!",
        "#GETTING_DATA",
    )
)
_SEPARATORS = re.compile(r"[|;,]")


class Remark(NamedTuple):
    """A warning that a row gives about itself."""

    column: str
    text: str


class Saying(NamedTuple):
    """What a row says once for all: two rows of one set and tab with the same identity say the same."""

    identity: object
    column: str
    text: str
    """In words, to begin a message with."""
    together: str = ""
    """What it means to say it again, where that is no error."""


Groups = Mapping[str, tuple[str, ...]]
"""Members of the Candidates' synergy groups, by folded name."""


class Row(Value):
    """One valid row of a tab. A filled column that is no field of the model is an error."""

    tab: ClassVar[str]
    initiative_columns: ClassVar[tuple[str, ...]] = ()
    """Columns that name initiatives."""
    kpi_columns: ClassVar[tuple[str, ...]] = ()
    """Columns that name a KPI."""
    row_num: int
    """The sheet's own number."""

    @property
    def source_row(self) -> SourceRow:
        """`Constraints!7`."""
        return f"{self.tab}!{self.row_num}"

    def remarks(self, cells: Mapping[str, object]) -> Iterator[Remark]:
        """Warnings that need nothing but this row; `cells` are its cells as they were read."""
        yield from ()


def shown(cell: object) -> str:
    """A cell as messages show it: text in quotes, numbers as typed, shortened where long."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        text = str(int(cell))
    elif isinstance(cell, bool):
        text = str(cell).upper()
    elif isinstance(cell, dt.date):
        text = cell.isoformat()
    elif isinstance(cell, (list, tuple)) and all(isinstance(part, str) for part in cell):
        text = repr("|".join(cell))
    elif isinstance(cell, (list, tuple, dict)):
        text = json.dumps(cell, ensure_ascii=False, default=str)
    else:
        text = repr(cell)
    if len(text) <= LONGEST_SHOWN:
        return text
    return text[: LONGEST_SHOWN - 1] + "…" + (text[-1] if text[-1] in "'\"" else "")


def wrong(text: str, column: str = "") -> PydanticCustomError:
    """An error in our own words; `column` where it is not the field that is being validated."""
    return PydanticCustomError(WRONG_CELL, "{text}", {"text": text, "column": column})


def is_fixed(notes: object) -> bool:
    """Whether a row's notes keep it as it is: `[fixed]` anywhere in them, in any case."""
    return isinstance(notes, str) and FIXED_MARK in fold(notes)


def is_formula_error(cell: object) -> bool:
    """`#REF!`, `#N/A` and their like."""
    return isinstance(cell, str) and "#" in cell and fold(cell) in _FORMULA_ERRORS


def split_keys(text: str) -> tuple[str, ...]:
    """`A|B; C` → A, B, C."""
    return tuple(part.strip() for part in _SEPARATORS.split(text) if part.strip())


def word(cell: Any) -> Any:
    """A choice as the system spells it: `North Star`, `north-star` → `north_star`."""
    return re.sub(r"[\s_\-]+", "_", fold(cell)) if isinstance(cell, str) else cell


def _no_formula_error(text: str) -> str:
    if is_formula_error(text):
        raise wrong(f"{text!r} is a formula error; mend the formula or type the text")
    return text


def _of_usable_size(number: float) -> float:
    if number != 0 and not SMALLEST <= abs(number) <= LARGEST:
        raise wrong(
            f"{shown(number)} is too {'large' if abs(number) > 1 else 'small'} to be summed; check the zeros"
        )
    return number


def _distinct(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keys)) if len(keys) > 1 else keys


def _keys_of(cell: Any) -> Any:
    return split_keys(cell) if isinstance(cell, str) else cell


def _one_key(cell: Any) -> Any:
    if isinstance(cell, str) and len(split_keys(cell)) > 1:
        raise wrong(f"{shown(cell)} names several initiatives; give one, in one row each")
    return cell


RowName = Annotated[Name, AfterValidator(_no_formula_error)]
RowKey = Annotated[InitiativeKey, AfterValidator(_no_formula_error)]
OneKey = Annotated[RowKey, BeforeValidator(_one_key)]
"""The key of one initiative, in a column where other types have several."""
KeyList = Annotated[tuple[RowKey, ...], AfterValidator(_distinct)]
"""Keys of initiatives, each once, as typed in a list column."""
PackedKeys = Annotated[tuple[RowKey, ...], BeforeValidator(_keys_of)]
"""Keys of initiatives packed into one text cell, `A|B`."""
Attribute = Annotated[str, AfterValidator(_no_formula_error)]
"""Kept as typed, blanks at its ends too; slices compare it trimmed and without case."""
Number = Annotated[float, Field(strict=True), AfterValidator(_of_usable_size)]
Tokens = Annotated[float, Field(strict=True, ge=0), AfterValidator(_of_usable_size)]
PositiveTokens = Annotated[float, Field(strict=True, gt=0), AfterValidator(_of_usable_size)]
Percent = Annotated[float, Field(strict=True, ge=0, le=100)]
Flag = Annotated[bool, Field(strict=True)]


class SetRow(Row):
    """A row that belongs to one constraint set of one scenario."""

    needs_candidates: ClassVar[bool] = False
    """Whether the initiatives that it names must have tokens."""
    scenario_name: RowName = Field(description="the name of a scenario, as in Scenario_Config")
    constraint_set_name: RowName = Field(description="the name of the constraint set")
    notes: str = ""

    @property
    def set_key(self) -> tuple[str, str]:
        """(scenario, set), folded."""
        return fold(self.scenario_name), fold(self.constraint_set_name)

    def sayings(self, groups: Groups) -> Iterator[Saying]:
        """What no other row of the set may say again; the order of members has no meaning."""
        raise NotImplementedError

    def rules(self, groups: Groups, kpi_keys: Mapping[str, str]) -> Iterator[Rule]:
        """What the row compiles to.

        Args:
            groups: those that can be whole.
            kpi_keys: folded → as Metrics_Config spells it.
        """
        raise NotImplementedError
