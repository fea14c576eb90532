"""What every table shares: the declarative base, column types that mean the same on SQLite and Postgres."""

import datetime as dt
from typing import Annotated, Any

from sqlalchemy import DateTime, Dialect, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, so that a later migration can speak of it."""


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware UTC time; SQLite keeps it without its zone, Postgres as `timestamptz`."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Refuse naive times; write UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; pass UTC")
        utc = value if value.tzinfo is dt.UTC else value.astimezone(dt.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Read as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


Id = Annotated[int, mapped_column(primary_key=True, autoincrement=True)]
JsonText = Annotated[str, mapped_column(Text)]
"""JSON exactly as it was given: hashes are of bytes, so it is text and nothing reformats it."""
OptionalJsonText = Annotated[str | None, mapped_column(Text)]
Sha256 = Annotated[str, mapped_column(String(64))]
Utc = Annotated[dt.datetime, mapped_column(UtcDateTime())]
OptionalUtc = Annotated[dt.datetime | None, mapped_column(UtcDateTime())]


class Base(DeclarativeBase):
    """Base of all tables. Text columns have no length: a sheet's cell has none that we should cut at."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: dict[Any, Any] = {str: Text()}


class Synced:
    """Columns of every table that mirrors a tab."""

    content_hash: Mapped[Sha256]
    """sha256 of what the row stores, but for its place in the sheet and its times."""
    source_row: Mapped[str]
    """Where it stood at the last save that saw it: `Candidates!4`."""
    created_at: Mapped[Utc]
    updated_at: Mapped[Utc]
    """When a save last changed anything of the row."""
    archived_at: Mapped[OptionalUtc]
    """When it left the sheet, or fell into error; None while it counts."""
