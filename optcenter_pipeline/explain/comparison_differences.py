"""One thing that two snapshots say differently, and the group of inputs that it belongs to."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from optcenter_pipeline.explain.documents import InputChange
from optcenter_pipeline.rules.names import SourceRow
from optcenter_pipeline.rules.numbers import amount
from optcenter_pipeline.rules.source_rows import in_brackets

Kind = Literal["added", "removed", "changed"]


class Group(StrEnum):
    """Inputs that are changed together when a difference of two plans is explained, in this order.

    The pool comes before the constraints, because constraints may name whom it has only now.
    """

    SCENARIO = "capacity and scenario"
    POOL = "pool"
    CONSTRAINTS = "constraints"
    TARGETS = "targets"
    COMMITMENTS = "commitments"
    NUMBERS = "candidates' numbers"
    CONTRIBUTIONS = "contributions"
    SEARCH = "search options"


@dataclass(frozen=True)
class Difference:
    """One thing said differently."""

    group: Group
    kind: Kind
    what: str
    before: str | None = None
    after: str | None = None
    source_rows: tuple[SourceRow, ...] = ()
    """In the later snapshot, or where it stood in the earlier one."""
    initiatives: frozenset[str] = frozenset()
    """Whom it is about; empty for what is about slices or the whole."""
    matters: bool = True
    """False: a title, a name, a unit; no plan depends on it."""

    def change(self) -> InputChange:
        """As the document has it."""
        return InputChange(
            source_row=", ".join(self.source_rows),
            kind=self.kind,
            what=self.what,
            before=self.before,
            after=self.after,
        )

    def in_words(self) -> str:
        """`engineering_tokens of INIT-7 from 12 to 9 (Candidates row 4)`."""
        rows = in_brackets(self.source_rows)
        if self.kind == "changed":
            return f"{self.what} from {self.before or 'blank'} to {self.after or 'blank'}{rows}"
        said = self.after if self.kind == "added" else self.before
        text = self.what + (f" {said}" if said else "")
        return f"now {text}{rows}" if self.kind == "added" else f"no longer {text}{rows}"


def shown(value: object) -> str | None:
    """A value as people read it; None for a blank."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return amount(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def listed_keys(keys: Iterable[str]) -> str | None:
    """Keys as a cell has them."""
    return "|".join(sorted(keys)) or None
