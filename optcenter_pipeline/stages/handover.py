"""What one stage hands to the next: typed values, kept as JSON in the database and known by their sha256."""

import datetime as dt
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from pydantic import BaseModel

if TYPE_CHECKING:
    from optcenter_pipeline.database.connection import Database

RAW_TABS = "raw_tabs"
VALIDATED_ROWS = "validated_rows"
CONSTRAINT_SETS = "constraint_sets"

ValueT = TypeVar("ValueT", bound=BaseModel)


def hand_over(database: "Database", stage: str, value: BaseModel, *, input_sha256: str | None = None) -> str:
    """Keep the stage's output, and say its sha256; the same value again changes no row."""
    from optcenter_pipeline.database.stage_outputs import sha256_of, write_stage_output

    payload = value.model_dump_json()
    with database.session() as session:
        write_stage_output(session, stage, payload, input_sha256=input_sha256, now=dt.datetime.now(dt.UTC))
    return sha256_of(payload)


class Taken(NamedTuple, Generic[ValueT]):
    """A stage's current output."""

    value: ValueT
    sha256: str
    input_sha256: str | None
    """Of what it was made from."""


def take(database: "Database", stage: str, kind: type[ValueT]) -> Taken[ValueT]:
    """The stage's current output.

    Raises:
        LookupError: the stage has not run yet.
    """
    from optcenter_pipeline.database.stage_outputs import read_stage_output

    with database.reading() as session:
        payload = read_stage_output(session, stage)
    if payload is None:
        raise LookupError(f"the stage {stage} has not run yet: run save_job, or materialise {stage} first")
    return Taken(kind.model_validate_json(payload.payload_json), payload.sha256, payload.input_sha256)
