"""Brings the tables in step with one reading of the workbook, in one transaction: all of a save or none of it.

What a save does to a row of a tab that could be read:

- valid and new, changed, moved, or back again → written (and taken out of the archive);
- valid and as it was → not touched, not even its times;
- in error → archived, so that no run goes on its old version in silence; its errors stay in `row_statuses`,
  and every run says which rows it had to leave out;
- valid, but referring to an initiative or KPI whose own row does not count → as one in error;
- gone from the sheet → archived where the whole tab is saved, never deleted.

Scenarios and constraint sets are kept in error too, marked invalid, since they block the runs on themselves.
A tab that could not be read is not touched at all, nor is what can only be judged with it.
"""

import datetime as dt
import json
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from optcenter_pipeline.database.locks import wait_to_save
from optcenter_pipeline.database.row_values import (
    candidate_values,
    contribution_values,
    initiative_values,
    metric_values,
)
from optcenter_pipeline.database.save_scope import SEPARATOR, WHOLE_WORKBOOK, SaveScope
from optcenter_pipeline.database.set_sync import Defaults, default_texts, refresh_defaults, scenario_rows, set_rows
from optcenter_pipeline.database.status_sync import sync_row_statuses, sync_tab_states
from optcenter_pipeline.database.table_sync import TableCounts, TabRows, Values, sync_table
from optcenter_pipeline.database.tables import (
    Base,
    CandidateRecord,
    Initiative,
    KpiContribution,
    MetricRecord,
    OptimizationScenario,
)
from optcenter_pipeline.rows.registry import ContributionRow, InitiativeRow, MetricRow
from optcenter_pipeline.rows.scenario import ScenarioRow
from optcenter_pipeline.rows.validated import CompiledSet, ValidatedWorkbook
from optcenter_pipeline.rules.candidate import CandidateRow
from optcenter_pipeline.rules.mandatory import MandatoryRow
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.target import TargetRow

SET_TABS = (MandatoryRow.tab, TargetRow.tab)
INPUT_TABS = (
    InitiativeRow.tab,
    MetricRow.tab,
    ContributionRow.tab,
    ScenarioRow.tab,
    *SET_TABS,
    CandidateRow.tab,
)

_JUDGED_WITH = {
    CandidateRow.tab: (InitiativeRow.tab,),
    ContributionRow.tab: (InitiativeRow.tab, MetricRow.tab),
    ScenarioRow.tab: (MetricRow.tab,),
}
"""A tab whose rows mean nothing without another one."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a save did."""

    tables: Mapping[str, TableCounts] = field(default_factory=dict)
    """By table name; tables that the save was not about are not there."""
    untouched_tabs: tuple[str, ...] = ()
    """Tabs in the scope that could not be read, or be judged without one that could not."""
    waiting: tuple[str, ...] = ()
    """A line for each row that others refer to and that is in error, or not saved yet: the others do not count."""
    keys_not_found: tuple[str, ...] = ()
    """Keys of the scope that no row has."""

    @property
    def is_unchanged(self) -> bool:
        """Whether no row of any table changed."""
        return not any(count.inserted or count.updated or count.archived for count in self.tables.values())

    def as_dict(self) -> dict[str, dict[str, int]]:
        """The counts by table, as plain values."""
        return {name: asdict(counts) for name, counts in self.tables.items()}


def sync_save(
    session: Session,
    validated: ValidatedWorkbook,
    compiled_sets: Sequence[CompiledSet],
    defaults: Defaults,
    *,
    scope: SaveScope = WHOLE_WORKBOOK,
    source: str,
    now: dt.datetime,
) -> SyncReport:
    """Save what was validated, as far as the scope goes; the caller's transaction keeps all of it or nothing.

    Args:
        session: of `Database.session()`, so that no other save comes between.
        validated: one reading of the whole workbook, judged, whatever the scope.
        compiled_sets: every set of that reading.
        defaults: for every scenario of it, the Candidates' own rules alone.
        source: what the rows' `updated_source` says.
        now: UTC.

    Raises:
        ValueError: the scope names a tab that is no input tab.
    """
    if unknown := scope.unknown_tabs(INPUT_TABS):
        raise ValueError(f"there is no input tab {', '.join(unknown)}; give {', '.join(INPUT_TABS)}")
    wait_to_save(session)
    return _Save(session, validated, scope, now).carry_out(compiled_sets, defaults, source)


class _Save:
    """One save at work: each step needs the ones before it."""

    def __init__(self, session: Session, validated: ValidatedWorkbook, scope: SaveScope, now: dt.datetime) -> None:
        self.session = session
        self.validated = validated
        self.scope = scope
        self.now = now
        self.counts: dict[str, TableCounts] = {}
        self.untouched: list[str] = []
        self.waiting: dict[tuple[str, str, str], list[int]] = {}
        self.keys_in_sheet: dict[str, set[str]] = {}
        if scope.keys is not None:
            for row in validated.judged:
                self.keys_in_sheet.setdefault(row.tab, set()).add(fold(row.key))

    def carry_out(self, compiled_sets: Sequence[CompiledSet], defaults: Defaults, source: str) -> SyncReport:
        """All steps, in the order in which rows refer to each other."""
        session, validated, scope, now = self.session, self.validated, self.scope, self.now
        if self.is_open(InitiativeRow.tab):
            self.mirror(InitiativeRow.tab, Initiative, map(initiative_values, validated.initiatives))
        if self.is_open(MetricRow.tab):
            self.mirror(MetricRow.tab, MetricRecord, map(metric_values, validated.metrics), key=("kpi_folded",))
        known = frozenset(
            session.scalars(select(Initiative.initiative_key).where(Initiative.archived_at.is_(None)))
        )
        if self.is_open(ContributionRow.tab):
            values = self.contributions(known)
            self.mirror(ContributionRow.tab, KpiContribution, values, key=("initiative_key", "kpi_key"))
        if self.is_open(CandidateRow.tab):
            rows = [
                row for row in validated.candidates if self.refers(row, "initiative_key", row.initiative_key, known)
            ]
            self.mirror(CandidateRow.tab, CandidateRecord, map(candidate_values, rows))
        self.save_scenarios(defaults)
        self.save_sets(compiled_sets)
        self.counts["row_statuses"] = sync_row_statuses(
            session, validated, scope, self.candidates_waiting(), source=source, now=now
        )
        sync_tab_states(session, validated, scope, INPUT_TABS, now=now)
        return SyncReport(
            self.counts,
            tuple(dict.fromkeys(self.untouched)),
            tuple(_waiting_line(*what, rows) for what, rows in self.waiting.items()),
            tuple(scope.keys_not_in((row.tab, row.key) for row in validated.judged)),
        )

    def is_open(self, tab: str) -> bool:
        """Whether the save is about this tab, and it can be judged."""
        if not self.scope.has_tab(tab):
            return False
        if any(needed in self.validated.unreadable_tabs for needed in (tab, *_JUDGED_WITH.get(tab, ()))):
            self.untouched.append(tab)
            return False
        return True

    def refers(self, row: CandidateRow | ContributionRow, column: str, key: str, live: Container[str]) -> bool:
        """Whether what a row refers to counts: it may be in error itself, or not be saved yet."""
        if key in live:
            return True
        self.waiting.setdefault((row.tab, column, key), []).append(row.row_num)
        return False

    def candidates_waiting(self) -> dict[tuple[str, int], str]:
        """Why candidates do not count, by row. Contributions can be thousands: what they miss speaks for them."""
        return {
            (tab, row_num): json.dumps([f"{column}: {_missing(column, key)}"], ensure_ascii=False)
            for (tab, column, key), rows in self.waiting.items()
            if tab == CandidateRow.tab
            for row_num in rows
        }

    def contributions(self, known: frozenset[str]) -> Iterable[Values]:
        """Rows whose initiative and KPI are there, with the KPI as `metrics_config` spells it."""
        live = self.session.execute(
            select(MetricRecord.kpi_folded, MetricRecord.kpi_key).where(MetricRecord.archived_at.is_(None))
        )
        spelling = {row.kpi_folded: row.kpi_key for row in live}
        for row in self.validated.contributions:
            folded = fold(row.kpi_key)
            if self.refers(row, "initiative_key", row.initiative_key, known) and self.refers(
                row, "kpi_key", folded, spelling
            ):
                yield contribution_values(row, spelling[folded])

    def mirror(
        self, tab: str, table: type[Base], values: Iterable[Values], key: tuple[str, ...] = ("initiative_key",)
    ) -> None:
        """The tab's valid rows into their table; in a save of some keys, the named rows in error are archived."""
        rows = {tuple(row[name] for name in key): row for row in values}
        archive: set[tuple[str, ...]] = set()
        if self.scope.keys is not None:
            named = {k for k in self.keys_in_sheet.get(tab, ()) if self.scope.has_key(k)}
            columns = [table.__table__.c[name] for name in key]
            archive = {
                tuple(stored)
                for stored in self.session.execute(select(*columns))
                if fold(SEPARATOR.join(stored)) in named and tuple(stored) not in rows
            }
            rows = {k: row for k, row in rows.items() if self.scope.has_key(SEPARATOR.join(k))}
        self.write(TabRows(table, key, rows, archive_missing=self.scope.has_whole(tab), archive=archive))

    def save_scenarios(self, defaults: Defaults) -> None:
        """The scenarios, or their defaults alone where only the whole of Candidates is saved."""
        is_known = CandidateRow.tab not in self.validated.unreadable_tabs
        texts = default_texts(self.session, defaults, is_known=is_known)
        if self.is_open(ScenarioRow.tab):
            self.write(scenario_rows(self.validated, texts, self.scope))
        elif is_known and self.scope.has_whole(CandidateRow.tab):
            self.counts[OptimizationScenario.__tablename__] = refresh_defaults(self.session, texts, self.now)

    def save_sets(self, compiled_sets: Sequence[CompiledSet]) -> None:
        """The sets, where everything that they are judged with could be read."""
        tabs = [tab for tab in (*SET_TABS, CandidateRow.tab) if self.scope.has_tab(tab)]
        if not tabs:
            return
        needed = frozenset(INPUT_TABS) - {ContributionRow.tab}
        if needed.intersection(self.validated.unreadable_tabs):
            self.untouched += [tab for tab in tabs if tab in SET_TABS]
            return
        self.write(
            set_rows(
                self.session,
                self.validated,
                compiled_sets,
                self.scope,
                set_tabs=SET_TABS,
                candidates_tab=CandidateRow.tab,
            )
        )

    def write(self, rows: TabRows) -> None:
        """One table, and its counts."""
        self.counts[rows.table.__tablename__] = sync_table(self.session, rows, self.now)


def _waiting_line(tab: str, column: str, key: str, rows: Sequence[int]) -> str:
    """One line for all rows that wait for the same one."""
    others = f" ({len(rows)} rows of {tab} need it)" if len(rows) > 1 else ""
    return f"{tab}!{rows[0]} {column}: {_missing(column, key)}{others}"


def _missing(column: str, key: str) -> str:
    needed = InitiativeRow.tab if column == "initiative_key" else MetricRow.tab
    return f"{key!r} has no valid saved row in {needed}; mend or save that row"
