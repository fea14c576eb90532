"""`SNAPSHOT.json`: all that a run needs, nothing else read. Same snapshot, same answer."""

from typing import Annotated, Literal

from pydantic import Field

from optcenter_pipeline.rules.commitment import Commitments
from optcenter_pipeline.rules.constraint_set import ConstraintSetCompiled
from optcenter_pipeline.rules.names import Document, InitiativeKey, SourceRow, Value, WholeNumber
from optcenter_pipeline.rules.portfolio import Candidate, Metric, Scenario
from optcenter_pipeline.rules.what_if import Override


class Scope(Document):
    """Which candidates the run may choose from; what is mandatory or locked in joins whatever the scope."""

    scope_type: Literal["all", "selected"] = "all"
    initiative_keys: tuple[InitiativeKey, ...] | None = None
    """For `selected`: the candidates whose `is_selected_for_run` was true, or that were named."""


class SolverOptions(Document):
    """How hard to search. Without a time limit the same snapshot gives the same answer on every run."""

    time_limit_seconds: Annotated[float, Field(strict=True, gt=0)] | None = None
    node_limit: Annotated[WholeNumber, Field(ge=1)] | None = None
    """Nodes of the search, of all stages together: a limit that is the same on every machine."""
    mip_gap: Annotated[float, Field(strict=True, ge=0)] = 1e-4
    threads: Annotated[WholeNumber, Field(ge=1)] = 1
    seed: Annotated[WholeNumber, Field(ge=0)] = 0


class RowLeftOut(Value):
    """A sheet row that is not in this snapshot because it was in error; the result alerts people to it."""

    source_row: SourceRow
    message: str


class Snapshot(Document):
    """The inputs of one run."""

    schema_version: Literal[1]
    scenario: Scenario
    constraint_set: ConstraintSetCompiled = ConstraintSetCompiled()
    candidates: tuple[Candidate, ...]
    metrics: tuple[Metric, ...]
    scope: Scope = Scope()
    solver: SolverOptions = SolverOptions()
    known_initiatives: tuple[InitiativeKey, ...] = ()
    """Initiatives of the registry that are no candidates: a rule may name them, they are outside every pool."""
    rows_left_out: tuple[RowLeftOut, ...] = ()
    fixed_rows: tuple[SourceRow, ...] = ()
    """Source rows that no repair may change: those with `[fixed]` in their notes."""
    commitments: Commitments | None = None
    """What the plan keeps of an earlier run's portfolio."""
    what_if: dict[str, Override] = {}
    """Numbers that are not the sheet's, and rows that were left out, by name: a record, all are made already."""
