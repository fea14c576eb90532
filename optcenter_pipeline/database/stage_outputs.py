"""What each stage of the pipeline hands to the next: one current payload a stage, told apart by sha256."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from optcenter_pipeline.database.tables import StageOutput
from optcenter_pipeline.database.upserts import insert_into


@dataclass(frozen=True, slots=True)
class StagePayload:
    """The current output of a stage."""

    stage: str
    sha256: str
    payload_json: str
    input_sha256: str | None
    """sha256 of what the stage made it from, as its writer gave it."""
    updated_at: dt.datetime
    """When the payload last changed, UTC."""


def sha256_of(text: str) -> str:
    """sha256 of a text's UTF-8 bytes, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def write_stage_output(
    session: Session, stage: str, payload_json: str, *, input_sha256: str | None = None, now: dt.datetime
) -> bool:
    """Keep a stage's output; one that says the same as the current one changes no row.

    Returns:
        Whether the payload changed. (A new `input_sha256` alone is kept, and `updated_at` stays.)
    """
    sha256 = sha256_of(payload_json)
    old = session.execute(
        select(StageOutput.sha256, StageOutput.input_sha256).where(StageOutput.stage == stage)
    ).first()
    is_same = old is not None and old.sha256 == sha256
    if is_same and old is not None and old.input_sha256 == input_sha256:
        return False
    values = {
        "stage": stage,
        "sha256": sha256,
        "payload_json": payload_json,
        "input_sha256": input_sha256,
        "updated_at": now,
    }
    kept = {"input_sha256"} if is_same else set(values) - {"stage"}
    session.execute(
        insert_into(session, StageOutput)
        .values(values)
        .on_conflict_do_update(index_elements=["stage"], set_={name: values[name] for name in sorted(kept)})
    )
    return not is_same


def read_stage_output(session: Session, stage: str) -> StagePayload | None:
    """The current output of a stage, None where it has not run yet."""
    row = session.execute(
        select(
            StageOutput.stage,
            StageOutput.sha256,
            StageOutput.payload_json,
            StageOutput.input_sha256,
            StageOutput.updated_at,
        ).where(StageOutput.stage == stage)
    ).first()
    return None if row is None else StagePayload(*row)
