"""The stages of a save on the newest reading of the sheet, whoever else saves at the same time.

Each stage's output is one row of the database. A run that was overtaken goes on from the newer reading, and never
writes older rows over newer ones: a reading replaces only an older one, and what was made of a reading is saved
only while that reading is the newest.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy.orm import Session

from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.save_scope import SaveScope
from optcenter_pipeline.database.stage_outputs import (
    StagePayload,
    read_stage_output,
    sha256_of,
    write_stage_output,
)
from optcenter_pipeline.database.sync import SyncReport, sync_save
from optcenter_pipeline.rows import compile_scenario_default, compile_sets, validate
from optcenter_pipeline.rows.raw import RawTab, RawWorkbook
from optcenter_pipeline.rows.validated import CompiledWorkbook, ValidatedWorkbook
from optcenter_pipeline.workbook.actions_tab import actions_tab
from optcenter_pipeline.workbook.grid import TabGrid, read_grids
from optcenter_pipeline.workbook.reading import raw_tabs_of
from optcenter_pipeline.workbook.tabs import INPUT_TABS
from optcenter_pipeline.workbook.workbook import Workbook

RAW_TABS = "raw_tabs"
VALIDATED_ROWS = "validated_rows"
CONSTRAINT_SETS = "constraint_sets"
SAVED = "saved"
"""Names the reading that was last saved as a whole."""

ValueT = TypeVar("ValueT", bound=BaseModel)

_AT_HAND: dict[str, tuple[str, BaseModel]] = {}
"""Stage → sha256 and value of what this process has just made: the next stage need not read it from JSON again."""


class NothingToWorkOnError(Exception):
    """What a stage works on is not there yet; the text says what to run first."""


@dataclass(frozen=True)
class Kept(Generic[ValueT]):
    """A stage's current output; its JSON, maybe tens of megabytes, is read only where the value is asked for."""

    payload: StagePayload
    kind: type[ValueT]

    @cached_property
    def value(self) -> ValueT:
        """The output itself."""
        sha256, value = _AT_HAND.get(self.payload.stage, ("", None))
        if sha256 == self.sha256 and isinstance(value, self.kind):
            return value
        return self.kind.model_validate_json(self.payload.payload_json)

    @property
    def sha256(self) -> str:
        """Of the output."""
        return self.payload.sha256

    def is_made_from(self, source: "Kept[Any]") -> bool:
        """Whether it was made from this output of the stage before."""
        return self.payload.input_sha256 == source.sha256


def read_inputs(
    workbook: Workbook, blank_rows: int, *, actions_title: str | None = None
) -> tuple[dict[str, RawTab], TabGrid | None]:
    """Every input tab, and Actions where its title is given and it is there, in one batch request.

    Raises:
        WorkbookError: the workbook could not be read.
    """
    beside = [] if actions_title is None else [actions_tab(actions_title)]
    grids = read_grids(workbook, [*INPUT_TABS, *beside])
    return raw_tabs_of(grids, INPUT_TABS, blank_rows), grids.get(actions_title or "")


def keep_reading(database: Database, reading: RawWorkbook, *, began: dt.datetime) -> Kept[RawWorkbook]:
    """Keep a reading of the sheet, unless a newer one is there already; the newest.

    Args:
        began: UTC; when the reading began, so that nothing typed later can be missing from a newer one.
    """
    payload = reading.model_dump_json()
    with database.session() as session:
        newest = read_stage_output(session, RAW_TABS)
        if newest is None or newest.updated_at <= began:
            write_stage_output(session, RAW_TABS, payload, now=began)
            _AT_HAND[RAW_TABS] = sha256_of(payload), reading
    return _kept(database, RAW_TABS, RawWorkbook)


def judged_rows(database: Database) -> Kept[ValidatedWorkbook]:
    """The newest reading, judged; judged now where nobody has done it yet.

    Raises:
        NothingToWorkOnError: the sheet has not been read yet.
    """
    while True:
        reading = _kept(database, RAW_TABS, RawWorkbook)
        judged = _kept_if_any(database, VALIDATED_ROWS, ValidatedWorkbook)
        if judged is not None and judged.is_made_from(reading):
            return judged
        _keep(database, VALIDATED_ROWS, validate(reading.value.tabs), RAW_TABS, reading.sha256)
        _AT_HAND.pop(RAW_TABS, None)


def compiled_workbook(database: Database) -> Kept[CompiledWorkbook]:
    """The newest reading's sets, compiled; compiled now where nobody has done it yet.

    Raises:
        NothingToWorkOnError: the sheet has not been read yet.
    """
    while True:
        judged = judged_rows(database)
        compiled = _kept_if_any(database, CONSTRAINT_SETS, CompiledWorkbook)
        if compiled is not None and compiled.is_made_from(judged):
            return compiled
        made = CompiledWorkbook(sets=compile_sets(judged.value), default=compile_scenario_default(judged.value))
        _keep(database, CONSTRAINT_SETS, made, VALIDATED_ROWS, judged.sha256)


def save(database: Database, *, scope: SaveScope, source: str) -> SyncReport:
    """Write the newest reading to the tables, as far as the scope goes, in one transaction.

    Raises:
        NothingToWorkOnError: the sheet has not been read yet.
    """
    while True:
        kept_sets, kept_rows = compiled_workbook(database), judged_rows(database)
        compiled, judged = kept_sets.value, kept_rows.value  # before others wait for our transaction
        _AT_HAND.clear()
        with database.session() as session:
            reading = read_stage_output(session, RAW_TABS)
            if reading is None or kept_rows.payload.input_sha256 != reading.sha256:
                continue
            if not kept_sets.is_made_from(kept_rows):
                continue
            now = dt.datetime.now(dt.UTC)
            _note_what_is_saved(session, reading, scope, now)
            return sync_save(
                session,
                judged,
                compiled.sets,
                dict.fromkeys(judged.scenario_names, compiled.default.compiled),
                scope=scope,
                source=source,
                now=now,
            )


def _note_what_is_saved(session: Session, reading: StagePayload, scope: SaveScope, now: dt.datetime) -> None:
    """A part of another reading, and the tables hold none as a whole any more."""
    saved = read_stage_output(session, SAVED)
    is_the_same = saved is not None and saved.input_sha256 == reading.sha256
    if scope.is_whole or (saved is not None and not is_the_same):
        whole = reading.sha256 if scope.is_whole else None
        write_stage_output(session, SAVED, "{}", input_sha256=whole, now=now)


@dataclass(frozen=True)
class KnownReadings:
    """sha256 of readings of the input tabs (see `reading_sha256`); None where there is none yet."""

    newest: str | None
    """What was read last, and may still be on its way into the tables."""
    saved: str | None
    """What was last saved as a whole."""


def known_readings(database: Database) -> KnownReadings:
    """Which readings the database knows."""
    with database.reading() as session:
        newest, saved = read_stage_output(session, RAW_TABS), read_stage_output(session, SAVED)
    return KnownReadings(newest.sha256 if newest else None, saved.input_sha256 if saved else None)


def reading_sha256(tabs: dict[str, RawTab]) -> str:
    """Names what people typed into the input tabs, row by row; what the system writes is no part of it."""
    return sha256_of(RawWorkbook(tabs=tabs).model_dump_json())


def _kept(database: Database, stage: str, kind: type[ValueT]) -> Kept[ValueT]:
    kept = _kept_if_any(database, stage, kind)
    if kept is None:
        raise NothingToWorkOnError(f"the stage {stage} has not run yet: run save_job, or materialise {stage} first")
    return kept


def _kept_if_any(database: Database, stage: str, kind: type[ValueT]) -> Kept[ValueT] | None:
    with database.reading() as session:
        payload = read_stage_output(session, stage)
    return None if payload is None else Kept(payload, kind)


def _keep(database: Database, stage: str, value: BaseModel, input_stage: str, input_sha256: str) -> None:
    """Keep a stage's output, if what it was made from is still the newest."""
    payload = value.model_dump_json()
    with database.session() as session:
        newest = read_stage_output(session, input_stage)
        if newest is not None and newest.sha256 == input_sha256:
            write_stage_output(session, stage, payload, input_sha256=input_sha256, now=dt.datetime.now(dt.UTC))
            _AT_HAND[stage] = sha256_of(payload), value
