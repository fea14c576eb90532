"""What the sheet is promised to be told: a status for each row's content, and whether each tab could be read."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from optcenter_pipeline.database.save_scope import SaveScope
from optcenter_pipeline.database.table_sync import TableCounts, Values
from optcenter_pipeline.database.tables import RowStatus, TabState
from optcenter_pipeline.database.upserts import insert_into
from optcenter_pipeline.rows.messages import NOT_READ
from optcenter_pipeline.rows.validated import ValidatedWorkbook

StatusKey = tuple[str, str, int]
"""(tab, content_hash, occurrence)."""

_KEY = ("tab", "content_hash", "occurrence")
_TOLD = ("run_status", "left_out_json")
_PLACE = ("row_num", "key")
_STAMP = ("updated_source", "updated_at")


def sync_row_statuses(
    session: Session,
    validated: ValidatedWorkbook,
    scope: SaveScope,
    waiting: Mapping[tuple[str, int], str],
    *,
    source: str,
    now: dt.datetime,
) -> TableCounts:
    """Keep the statuses of the rows that the save is about.

    A row whose content and status are what they were keeps its old source and time, wherever it has moved to.
    Statuses of rows that a wholly saved tab no longer has are dropped; an unreadable tab keeps all of its own.

    Args:
        waiting: (tab, row_num) → why a valid row does not count yet, a JSON list of `column: text`.
    """
    columns = [getattr(RowStatus, name) for name in (*_KEY, *_TOLD, *_PLACE, *_STAMP)]
    known: dict[StatusKey, tuple[object, ...]] = {
        (row[0], row[1], row[2]): tuple(row[3:]) for row in session.execute(select(*columns))
    }
    left_out = {**waiting, **_left_out(validated)}
    seen: Counter[tuple[str, str]] = Counter()
    present: set[StatusKey] = set()
    changed: list[Values] = []
    inserted = kept = 0
    for row in validated.judged:
        key = (row.tab, row.content_hash, seen[row.tab, row.content_hash])
        seen[row.tab, row.content_hash] += 1
        present.add(key)
        if not scope.has_row(row.tab, row.key):
            continue
        place_in_sheet = (row.tab, row.row_num)
        told = (_status(row.status, waiting.get(place_in_sheet)), left_out.get(place_in_sheet))
        place = (row.row_num, row.key)
        old = known.get(key)
        if old is not None and old[:4] == (*told, *place):
            kept += 1
            continue
        inserted += old is None
        stamp = old[4:] if old is not None and old[:2] == told else (source, now)
        changed.append(dict(zip((*_KEY, *_TOLD, *_PLACE, *_STAMP), (*key, *told, *place, *stamp), strict=True)))
    unreadable = frozenset(validated.unreadable_tabs)
    gone = [
        key
        for key, old in known.items()
        if key not in present and key[0] not in unreadable and scope.has_row(key[0], str(old[3]))
    ]
    _drop(session, gone)
    _write(session, changed)
    return TableCounts(inserted, len(changed) - inserted, kept, len(gone))


def sync_tab_states(
    session: Session, validated: ValidatedWorkbook, scope: SaveScope, tabs: tuple[str, ...], *, now: dt.datetime
) -> None:
    """Keep whether each tab could be read, and what was not read of it: runs are blocked by it, or tell of it."""
    unreadable = frozenset(validated.unreadable_tabs)
    lines: dict[str, list[str]] = {tab: [] for tab in tabs}
    for message in validated.messages:
        if message.tab in unreadable and message.tab in lines:
            lines[message.tab] += message.error_lines()
        elif message.row_num == 1 and message.tab in lines:
            lines[message.tab] += (warning.text for warning in message.warnings if NOT_READ in warning.text)
    known = {
        row.tab: (row.is_readable, row.messages_json)
        for row in session.execute(select(TabState.tab, TabState.is_readable, TabState.messages_json))
    }
    changed = [
        {"tab": tab, "is_readable": state[0], "messages_json": state[1], "updated_at": now}
        for tab in tabs
        if scope.has_tab(tab)
        and known.get(tab) != (state := (tab not in unreadable, json.dumps(lines[tab], ensure_ascii=False)))
    ]
    if changed:
        statement = insert_into(session, TabState)
        written = {name: statement.excluded[name] for name in changed[0] if name != "tab"}
        session.connection().execute(statement.on_conflict_do_update(index_elements=["tab"], set_=written), changed)


def _left_out(validated: ValidatedWorkbook) -> Mapping[tuple[str, int], str]:
    """(tab, row_num) → its errors as JSON, for every row that its errors keep out of the typed rows."""
    typed_rows = (
        *validated.initiatives,
        *validated.metrics,
        *validated.contributions,
        *validated.candidates,
        *validated.scenarios,
        *validated.constraints,
        *validated.targets,
    )
    standing = {(row.tab, row.row_num) for row in typed_rows}
    return {
        (message.tab, message.row_num): json.dumps(list(map(str, message.errors)), ensure_ascii=False)
        for message in validated.messages
        if message.errors and (message.tab, message.row_num) not in standing
    }


def _status(judged: str, waiting: str | None) -> str:
    """What the row is told: that it waits for another one is a warning, the row itself is right."""
    if waiting is None or not judged.startswith("OK"):
        return judged
    warnings = [judged.removeprefix("OK (warning: ").removesuffix(")")] if judged != "OK" else []
    return f"OK (warning: {'; '.join([*warnings, *json.loads(waiting)])})"


def _write(session: Session, changed: list[Values]) -> None:
    if not changed:
        return
    statement = insert_into(session, RowStatus)
    written = {name: statement.excluded[name] for name in (*_TOLD, *_PLACE, *_STAMP)}
    session.connection().execute(statement.on_conflict_do_update(index_elements=list(_KEY), set_=written), changed)


def _drop(session: Session, gone: list[StatusKey]) -> None:
    if not gone:
        return
    table = RowStatus.__table__
    session.connection().execute(
        delete(RowStatus).where(*(table.c[name] == bindparam(f"old_{name}") for name in _KEY)),
        [{f"old_{name}": part for name, part in zip(_KEY, key, strict=True)} for key in gone],
    )
