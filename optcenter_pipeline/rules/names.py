"""How names are compared: initiative keys upper-cased, everything else without case, both trimmed."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticKnownError

InitiativeKey = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, min_length=1)]
"""An initiative's key, trimmed and upper-cased on the way in, so equality is plain `==`."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A scenario, set, KPI or attribute name: shown as first typed, compared through `fold`."""

SourceRow = str
"""The sheet row that something came from, written `Constraints!7`."""

MOST_LISTED = 8
"""Keys that a text names before it counts the rest."""

LARGEST = 1e15
SMALLEST = 1e-100
"""A number is 0, or between these in size: below 1e15 a double still tells one unit from the next, and no sum of
products of weights, contributions and scales comes near to its end, 1e308."""


@lru_cache(maxsize=2**14)
def fold(name: str) -> str:
    """The form in which two names are compared: trimmed, without case."""
    return name.strip().casefold()


def _own_whole_number(value: object) -> object:
    if isinstance(value, (bool, str)):
        raise PydanticKnownError("int_type")
    return value


WholeNumber = Annotated[int, BeforeValidator(_own_whole_number)]
"""2, and 2.0 as well; neither `true` nor a text."""


def listed(keys: Sequence[str], separator: str = ", ", *, count: int | None = None) -> str:
    """Keys as a text names them: all of a few, the first of many and how many more there are.

    Args:
        keys: all of them, or the first.
        separator: what stands between two.
        count: how many there are in all, where `keys` are the first.
    """
    more = (len(keys) if count is None else count) - MOST_LISTED
    named = separator.join(keys[:MOST_LISTED])
    return f"{named}{separator}{more:,} more" if more > 0 else named


class Value(BaseModel):
    """Base of the immutable values of the domain; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Document(Value):
    """Base of the objects that people write by hand: a null says what a missing field says."""

    @model_validator(mode="before")
    @classmethod
    def _null_is_missing(cls, content: Any) -> Any:
        if not isinstance(content, dict) or None not in content.values():
            return content
        optional = {name for name, field in cls.model_fields.items() if not field.is_required()}
        return {name: value for name, value in content.items() if value is not None or name not in optional}


class Rule(Value):
    """Base of all compiled rules: whatever a rule says, it knows the sheet rows that said it."""

    source_rows: tuple[SourceRow, ...] = ()

    @field_validator("*", mode="before")
    @classmethod
    def _own_numbers(cls, value: object, info: ValidationInfo) -> object:
        """Neither `true` nor a text is a number, whichever field of whichever rule asks for one."""
        wanted = cls.model_fields[info.field_name or ""].annotation
        if wanted in (float, float | None) and isinstance(value, (bool, str)):
            raise PydanticKnownError("float_type")
        return value

    def initiatives_named(self) -> Iterator[tuple[str, str]]:
        """(field, initiative_key) of every initiative that the rule names; a rule about a slice names none."""
        yield from ()
