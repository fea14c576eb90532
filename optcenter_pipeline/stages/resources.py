"""What stages reach the world through. Each gives a plain object of its room; none opens anything at import."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from optcenter_pipeline.settings import load_settings

if TYPE_CHECKING:
    from optcenter_pipeline.database.connection import Database
    from optcenter_pipeline.engine.snapshot import SolverOptions
    from optcenter_pipeline.runs.report_place import ReportPlace
    from optcenter_pipeline.workbook.retries import RetryPolicy
    from optcenter_pipeline.workbook.workbook import Workbook

# The rooms' own libraries are heavy and imported where they are used: a code location then loads in a second.


class WorkbookResource(dg.ConfigurableResource["WorkbookResource"]):
    """The planning workbook: of the settings, or the one named here."""

    location: str | None = None
    """`local:PATH.sqlite` or `gsheets:SPREADSHEET_ID`; None: `OPTCENTER_WORKBOOK`."""
    blank_rows: int | None = None
    """So many blank rows in a run end a tab; None: `OPTCENTER_BLANK_ROWS`."""
    deadline_seconds: float | None = None
    """For one call of the workbook's server with all of its attempts; None: `OPTCENTER_WORKBOOK_DEADLINE`."""
    answer_seconds: float = 60.0
    """To wait for one answer."""
    first_wait_seconds: float = 1.0
    """At most, before the second attempt of a call; it doubles from attempt to attempt."""

    def blank_rows_that_end_a_tab(self) -> int:
        """As given here, else by the settings."""
        return self.blank_rows or load_settings().blank_rows

    def policy(self, at_most_seconds: float | None = None) -> "RetryPolicy":
        """How patient the client is; less so where the caller itself has not so much time for a call."""
        from optcenter_pipeline.workbook.retries import RetryPolicy

        deadline = self.deadline_seconds or load_settings().workbook_deadline
        return RetryPolicy(
            deadline=min(deadline, at_most_seconds or deadline),
            read_timeout=min(self.answer_seconds, at_most_seconds or self.answer_seconds),
            first_wait=self.first_wait_seconds,
        )

    @contextmanager
    def open(self, *, at_most_seconds: float | None = None) -> Iterator["Workbook"]:
        """The workbook, for as long as the context lasts.

        Args:
            at_most_seconds: for a call with all of its attempts, where the caller has no more time than that.

        Raises:
            WorkbookError: it cannot be reached, read or written; the text says what to do.
        """
        from optcenter_pipeline.runs.workbook_access import open_workbook

        settings = load_settings()
        with open_workbook(
            self.location or settings.workbook_location(),
            google_credentials=settings.google_credentials,
            google_api_root=settings.google_api_root,
            policy=self.policy(at_most_seconds),
        ) as workbook:
            yield workbook


class DatabaseResource(dg.ConfigurableResource["DatabaseResource"]):
    """The database: of the settings, or the one named here.

    The settings' URL may hold a password, so it is read where it is used and never becomes part of the
    configuration that Dagster shows.
    """

    url: str | None = None

    def open(self) -> AbstractContextManager["Database"]:
        """The database with its tables up to date, for as long as the context lasts.

        Raises:
            DatabaseError: it cannot be opened; the text says what to do.
        """
        from optcenter_pipeline.database.connection import open_database

        settings = load_settings()
        url = self.url or settings.database_location()
        if not (self.url or settings.database_url):
            settings.home.mkdir(parents=True, exist_ok=True)
        return open_database(url)


class SolverResource(dg.ConfigurableResource["SolverResource"]):
    """How hard a run searches where the request does not say: of the settings, or as given here."""

    time_limit_seconds: float | None = None
    node_limit: int | None = None
    mip_gap: float | None = None
    threads: int | None = None

    def options(
        self,
        *,
        time_limit_seconds: float | None = None,
        node_limit: int | None = None,
        mip_gap: float | None = None,
    ) -> "SolverOptions":
        """Options of one run: the request's own, else this resource's, else the settings'."""
        from optcenter_pipeline.engine.snapshot import SolverOptions

        settings = load_settings()
        limits = (time_limit_seconds, self.time_limit_seconds, settings.solver_time_limit)
        nodes = (node_limit, self.node_limit, settings.solver_node_limit)
        gaps = (mip_gap, self.mip_gap, settings.solver_mip_gap)
        return SolverOptions(
            time_limit_seconds=next((limit for limit in limits if limit is not None), None),
            node_limit=next((limit for limit in nodes if limit is not None), None),
            mip_gap=next(gap for gap in gaps if gap is not None),
            threads=self.threads or settings.solver_threads,
        )


class ReportsResource(dg.ConfigurableResource["ReportsResource"]):
    """Where the reports of runs are kept, and under which address they are served: of the settings, or as here."""

    folder: str | None = None
    """None: `OPTCENTER_REPORTS`."""
    url: str | None = None
    """None: `OPTCENTER_REPORTS_URL`."""
    kept: int | None = None
    """So many of the newest stay for each scenario and constraint set, 0: all; None: `OPTCENTER_REPORTS_KEPT`."""

    def place(self) -> "ReportPlace":
        """As given here, else by the settings."""
        from optcenter_pipeline.runs.report_place import ReportPlace

        settings = load_settings()
        folder = Path(self.folder) if self.folder else settings.reports_folder()
        kept = settings.reports_kept if self.kept is None else self.kept
        return ReportPlace(folder, self.url or settings.reports_url, kept)
