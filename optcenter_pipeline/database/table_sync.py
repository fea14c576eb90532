"""One table brought in step with the rows of its tab: upserts of what changed, archives, and exact counts."""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from optcenter_pipeline.database.tables import Base
from optcenter_pipeline.database.upserts import insert_into

Values = dict[str, Any]
"""One row of a table by column, without id and times."""

_ALWAYS_COMPARED = ("content_hash", "source_row")
_CANONICAL = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), default=str)


@dataclass(frozen=True, slots=True)
class TableCounts:
    """What a save did to a table's rows."""

    inserted: int = 0
    updated: int = 0
    """Changed, moved to another row of the sheet, or back from the archive."""
    unchanged: int = 0
    archived: int = 0


@dataclass(frozen=True, slots=True)
class TabRows:
    """The valid rows of one tab, on their way into a table.

    Args:
        table: where they go.
        key: the columns that identify a row; the table has a unique constraint on them.
        rows: by key, each with all of the table's columns but id and times.
        archive_missing: the whole tab is saved, so a row that is not here has left it, or is in error.
        archive: keys to archive in any case.
        compared: columns besides `content_hash` and `source_row` that make a row a changed one.
    """

    table: type[Base]
    key: tuple[str, ...]
    rows: Mapping[tuple[str, ...], Values]
    archive_missing: bool
    archive: Collection[tuple[str, ...]] = ()
    compared: tuple[str, ...] = field(default=())


def content_hash(values: Iterable[object]) -> str:
    """sha256 of a row's values in the order given; dates by their ISO form."""
    return hashlib.sha256(_CANONICAL.encode(list(values)).encode()).hexdigest()


def sync_table(session: Session, tab: TabRows, now: dt.datetime) -> TableCounts:
    """Write what changed, and nothing else; a row that comes back from the archive keeps its id and created_at."""
    compared = (*_ALWAYS_COMPARED, *tab.compared)
    columns = [getattr(tab.table, name) for name in (*tab.key, "archived_at", *compared)]
    width = len(tab.key)
    known = {tuple(row[:width]): tuple(row[width:]) for row in session.execute(select(*columns))}

    changed: list[Values] = []
    inserted = 0
    for key, values in tab.rows.items():
        old = known.get(key)
        if old == (None, *(values[name] for name in compared)):
            continue
        inserted += old is None
        changed.append({**values, "created_at": now, "updated_at": now, "archived_at": None})
    _upsert(session, tab, changed, compared)

    leaving = [
        key
        for key, (archived_at, *_) in known.items()
        if archived_at is None and key not in tab.rows and (tab.archive_missing or key in tab.archive)
    ]
    _archive(session, tab, leaving, now)
    return TableCounts(inserted, len(changed) - inserted, len(tab.rows) - len(changed), len(leaving))


def _upsert(session: Session, tab: TabRows, changed: list[Values], compared: tuple[str, ...]) -> None:
    """INSERT … ON CONFLICT DO UPDATE, one statement for all rows; what another save wrote alike stays as it is."""
    if not changed:
        return
    statement = insert_into(session, tab.table)
    new = statement.excluded
    written = {name: new[name] for name in changed[0] if name != "created_at" and name not in tab.key}
    differs = [getattr(tab.table, name).is_distinct_from(new[name]) for name in compared]
    session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=list(tab.key),
            set_=written,
            where=or_(tab.table.__table__.c.archived_at.is_not(None), *differs),
        ),
        changed,
    )


def _archive(session: Session, tab: TabRows, leaving: list[tuple[str, ...]], now: dt.datetime) -> None:
    """Rows that no longer count; nothing is deleted."""
    if not leaving:
        return
    statement = (
        update(tab.table.__table__)  # type: ignore[arg-type]
        .where(*(tab.table.__table__.c[name] == bindparam(f"key_{name}") for name in tab.key))
        .values(archived_at=now, updated_at=now)
    )
    session.connection().execute(
        statement, [{f"key_{name}": part for name, part in zip(tab.key, key, strict=True)} for key in leaving]
    )
