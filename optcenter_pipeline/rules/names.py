"""How names are compared: initiative keys upper-cased, everything else without case, both trimmed."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

InitiativeKey = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, min_length=1)]
"""An initiative's key, trimmed and upper-cased on the way in, so equality is plain `==`."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A scenario, set, KPI or attribute name: shown as first typed, compared through `fold`."""

SourceRow = str
"""The sheet row that something came from, written `Constraints!7`."""


def fold(name: str) -> str:
    """The form in which two names are compared: trimmed, without case."""
    return name.strip().casefold()


class Value(BaseModel):
    """Base of the immutable values of the domain; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Rule(Value):
    """Base of all compiled rules: whatever a rule says, it knows the sheet rows that said it."""

    source_rows: tuple[SourceRow, ...] = ()
