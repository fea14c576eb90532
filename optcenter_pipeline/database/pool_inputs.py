"""What a run's pool is made of: candidates with their effects, metrics, and the rows that it has to do without."""

import json
from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from optcenter_pipeline.database.tables import (
    CandidateRecord,
    Initiative,
    KpiContribution,
    MetricRecord,
    RowStatus,
    TabState,
)
from optcenter_pipeline.rows.registry import ContributionRow, InitiativeRow, MetricRow
from optcenter_pipeline.rules.candidate import CandidateRow
from optcenter_pipeline.rules.constraint_set import ConstraintSetCompiled
from optcenter_pipeline.rules.portfolio import Candidate, Metric
from optcenter_pipeline.rules.slices import DIMENSIONS

_POOL_TABS = (CandidateRow.tab, InitiativeRow.tab, MetricRow.tab, ContributionRow.tab)
"""A row in error in one of these is missing from the run, and the run says so."""


class LeftOut(NamedTuple):
    """A sheet row that this run has to do without."""

    source_row: str
    message: str
    """`column: text`."""


def read_candidates(session: Session) -> tuple[list[tuple[Candidate, bool]], list[LeftOut]]:
    """The candidates, each with whether it is selected; and those that their initiative keeps out."""
    contributions: dict[str, dict[str, float]] = defaultdict(dict)
    ranges: dict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
    effect = KpiContribution
    for key, kpi, amount, low, high in session.execute(
        select(effect.initiative_key, effect.kpi_key, effect.contribution, effect.low, effect.high)
        .join(MetricRecord, MetricRecord.kpi_key == effect.kpi_key)
        .where(effect.archived_at.is_(None), MetricRecord.archived_at.is_(None))
    ):
        contributions[key][kpi] = amount
        if low is not None or high is not None:
            bottom = low if low is not None else amount if high is None else min(amount, high)
            ranges[key][kpi] = (bottom, max(bottom, amount) if high is None else high)
    pool: list[tuple[Candidate, bool]] = []
    left_out: list[LeftOut] = []
    rows = session.execute(
        select(
            CandidateRecord.initiative_key,
            CandidateRecord.engineering_tokens,
            CandidateRecord.deadline_date,
            CandidateRecord.is_selected_for_run,
            CandidateRecord.source_row,
            Initiative.archived_at,
            Initiative.title,
            Initiative.lifecycle_status,
            *(getattr(Initiative, dimension) for dimension in DIMENSIONS),
        )
        .join(Initiative, Initiative.initiative_key == CandidateRecord.initiative_key)
        .where(CandidateRecord.archived_at.is_(None))
    )
    for key, tokens, deadline, is_selected, source_row, archived_at, title, lifecycle, *attributes in rows:
        if archived_at is not None:
            left_out.append(LeftOut(source_row, f"initiative_key: {key!r} has no valid row in {InitiativeRow.tab}"))
            continue
        candidate = Candidate(
            initiative_key=key,
            title=title,
            engineering_tokens=tokens,
            deadline_date=deadline,
            lifecycle_status=lifecycle,
            attributes=dict(zip(DIMENSIONS, attributes, strict=True)),
            contributions=dict(sorted(contributions[key].items())),
            contribution_ranges=dict(sorted(ranges[key].items())),
            source_row=source_row,
        )
        pool.append((candidate, is_selected))
    # Sorted here, and the KPIs above: a Postgres server orders text by its own collation.
    return sorted(pool, key=lambda pair: pair[0].initiative_key), left_out


def read_metrics(session: Session) -> tuple[Metric, ...]:
    """The metrics, in order of `kpi_key`."""
    rows = session.scalars(select(MetricRecord).where(MetricRecord.archived_at.is_(None)))
    metrics = [
        Metric.model_validate(
            {"kpi_key": row.kpi_key, "kpi_level": row.kpi_level, "unit": row.unit, "is_active": row.is_active}
        )
        for row in rows
    ]
    return tuple(sorted(metrics, key=lambda metric: metric.kpi_key))


def known_initiatives(session: Session, named: frozenset[str]) -> tuple[str, ...]:
    """Those of the named keys that stand in the registry, be it in a row in error."""
    if not named:
        return ()
    live = session.scalars(select(Initiative.initiative_key).where(Initiative.archived_at.is_(None)))
    in_error = session.scalars(
        select(RowStatus.key).where(RowStatus.tab == InitiativeRow.tab, RowStatus.left_out_json.is_not(None))
    )
    return tuple(sorted(named & {*live, *(key.strip().upper() for key in in_error)}))


def rows_in_error(session: Session) -> list[LeftOut]:
    """Rows that their own errors keep out, as the last save of each found them; and what was not read of a tab."""
    rows = session.execute(
        select(RowStatus.tab, RowStatus.row_num, RowStatus.left_out_json).where(
            RowStatus.left_out_json.is_not(None), RowStatus.tab.in_(_POOL_TABS)
        )
    )
    not_read = session.execute(select(TabState.tab, TabState.messages_json).where(TabState.is_readable.is_(True)))
    return [
        *(
            LeftOut(f"{tab}!{row_num}", " ".join("; ".join(json.loads(errors or "[]")).split()))
            for tab, row_num, errors in rows
        ),
        *(LeftOut(f"{tab}!1", text) for tab, texts in not_read for text in json.loads(texts)),
    ]


def place(row: LeftOut) -> tuple[str, int, str]:
    """Orders rows by tab and number."""
    tab, _, number = row.source_row.rpartition("!")
    return tab, int(number) if number.isdigit() else 0, row.message


def initiatives_named(constraint_set: ConstraintSetCompiled) -> frozenset[str]:
    """Every initiative that a rule of the set speaks of."""
    return frozenset(key for rule in constraint_set.rules() for _, key in rule.initiatives_named())
