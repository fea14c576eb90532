"""What the sheet is to be told of its rows: kept in the database first, so that it can be delivered again."""

import datetime as dt
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from optcenter_pipeline.database.tables import RowStatus, TabState


class PromisedStatus(NamedTuple):
    """The status of one row's content."""

    tab: str
    content_hash: str
    """Of the content that was judged: a row edited since gets no status from this."""
    occurrence: int
    """0 for the first row of this content in its tab, 1 for the next, …"""
    row_num: int
    """Where it stood when it was judged; a hint, never where to write."""
    key: str
    run_status: str
    updated_source: str
    updated_at: dt.datetime
    """UTC."""


def promised_statuses(session: Session) -> tuple[PromisedStatus, ...]:
    """Every status that stands, by tab and row; none for a tab that could not be read at the last save."""
    columns = [getattr(RowStatus, name) for name in PromisedStatus._fields]
    unreadable = select(TabState.tab).where(TabState.is_readable.is_(False))
    query = select(*columns).where(RowStatus.tab.not_in(unreadable)).order_by(RowStatus.tab, RowStatus.row_num)
    return tuple(PromisedStatus(*row) for row in session.execute(query))
