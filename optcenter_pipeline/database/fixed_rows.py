"""The sheet rows that people marked as fixed, of what one run reads: repairs leave them as they are."""

import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from optcenter_pipeline.database.tables import CandidateRecord, OptimizationConstraintSet, OptimizationScenario
from optcenter_pipeline.rules.names import SourceRow, fold
from optcenter_pipeline.rules.row import is_fixed
from optcenter_pipeline.rules.source_rows import in_sheet_order


def read_fixed_rows(session: Session, scenario_name: str, set_name: str) -> tuple[SourceRow, ...]:
    """Rows with `[fixed]` in their notes, of the scenario, its set and all candidates; by tab and number.

    Args:
        session: no save comes between its statements.
        scenario_name: names compare without case.
        set_name: blank for a run without a set.
    """
    scenario, constraint_set = fold(scenario_name), fold(set_name)
    return in_sheet_order((*_of_scenario(session, scenario, constraint_set), *_of_candidates(session)))


def _of_scenario(session: Session, scenario: str, constraint_set: str) -> Iterator[SourceRow]:
    config, table = OptimizationScenario, OptimizationConstraintSet
    for source_row, notes in session.execute(
        select(config.source_row, config.notes).where(config.scenario_key == scenario, config.archived_at.is_(None))
    ):
        if is_fixed(notes):
            yield source_row
    of_set = select(table.rows_json).where(
        table.scenario_key == scenario, table.constraint_set_key == constraint_set, table.archived_at.is_(None)
    )
    for rows_json in session.scalars(of_set):
        for row in json.loads(rows_json):
            if is_fixed(row["cells"].get("notes")):
                yield f"{row['tab']}!{row['row_num']}"


def _of_candidates(session: Session) -> Iterator[SourceRow]:
    table = CandidateRecord
    rows = session.execute(select(table.source_row, table.notes).where(table.archived_at.is_(None)))
    return (source_row for source_row, notes in rows if is_fixed(notes))
