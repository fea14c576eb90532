"""Everything that one run needs, read from the tables in one view; or the lines that say why there is none."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from optcenter_pipeline.database.errors import RunBlockedError
from optcenter_pipeline.database.sync import SET_TABS
from optcenter_pipeline.database.tables import (
    CandidateRecord,
    Initiative,
    KpiContribution,
    MetricRecord,
    OptimizationConstraintSet,
    OptimizationScenario,
    RowStatus,
    TabState,
)
from optcenter_pipeline.rows.registry import ContributionRow, InitiativeRow, MetricRow
from optcenter_pipeline.rows.scenario import ScenarioRow
from optcenter_pipeline.rules.candidate import CandidateRow
from optcenter_pipeline.rules.constraint_set import ConstraintSetCompiled
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.portfolio import Candidate, Metric, Scenario
from optcenter_pipeline.rules.slices import DIMENSIONS

_POOL_TABS = (CandidateRow.tab, InitiativeRow.tab, MetricRow.tab, ContributionRow.tab)
"""A row in error in one of these is missing from the run, and the run says so."""


class LeftOut(NamedTuple):
    """A sheet row that this run has to do without."""

    source_row: str
    message: str
    """`column: text`."""


@dataclass(frozen=True, slots=True)
class RunInputs:
    """The inputs of a run; only what counts now, nothing archived."""

    scenario: Scenario
    constraint_set: ConstraintSetCompiled
    candidates: tuple[Candidate, ...]
    """In order of `initiative_key`, with their initiatives' attributes and their contributions."""
    metrics: tuple[Metric, ...]
    """In order of `kpi_key`."""
    selected_keys: tuple[str, ...]
    """Candidates whose `is_selected_for_run` is true, in order."""
    known_initiatives: tuple[str, ...]
    """Initiatives of the registry that a rule of the set names and that are no candidates, in order."""
    rows_left_out: tuple[LeftOut, ...]
    """In order of tab and row."""


def load_run_inputs(session: Session, scenario_name: str, constraint_set_name: str | None) -> RunInputs:
    """The inputs of a run on a scenario and set; names compare without case.

    Args:
        session: of `Database.reading()`, so that no save comes between.
        constraint_set_name: None or blank: capacity and the Candidates' own rules alone.

    Raises:
        RunBlockedError: an input tab could not be read, or the scenario or set is unknown or invalid.
    """
    set_name = (constraint_set_name or "").strip()
    _refuse_unreadable(session, () if set_name else SET_TABS)
    scenario, default = _scenario(session, scenario_name)
    compiled = _constraint_set(session, scenario, set_name) if set_name else default
    left_out = _rows_in_error(session)
    pool, not_counting = _candidates(session)
    candidates = tuple(candidate for candidate, _ in pool)
    keys = frozenset(candidate.initiative_key for candidate in candidates)
    return RunInputs(
        scenario=scenario,
        constraint_set=compiled,
        candidates=candidates,
        metrics=_metrics(session),
        selected_keys=tuple(candidate.initiative_key for candidate, is_selected in pool if is_selected),
        known_initiatives=_known(session, initiatives_named(compiled) - keys),
        rows_left_out=tuple(sorted({*left_out, *not_counting}, key=_place)),
    )


def saved_sets(session: Session) -> tuple[tuple[str, str], ...]:
    """(scenario, set) of everything that can be asked for, valid or not, as shown; `""` is a run without a set."""
    scenarios = session.execute(
        select(OptimizationScenario.scenario_key, OptimizationScenario.scenario_name)
        .where(OptimizationScenario.archived_at.is_(None))
        .order_by(OptimizationScenario.id)
    )
    names = {row.scenario_key: row.scenario_name for row in scenarios}
    sets = session.execute(
        select(OptimizationConstraintSet.scenario_key, OptimizationConstraintSet.constraint_set_name)
        .where(OptimizationConstraintSet.archived_at.is_(None))
        .order_by(OptimizationConstraintSet.id)
    )
    named = [(names[row.scenario_key], row.constraint_set_name) for row in sets if row.scenario_key in names]
    return (*((name, "") for name in names.values()), *named)


def initiatives_named(constraint_set: ConstraintSetCompiled) -> frozenset[str]:
    """Every initiative that a rule of the set speaks of."""
    named: set[str] = set()
    for rule in constraint_set.rules():
        values: dict[str, Any] = dict(rule)  # type: ignore[call-overload]
        named.update(values.get("members", ()), values.get("requires", ()))
        if "initiative_key" in values:
            named.add(values["initiative_key"])
    return frozenset(named)


def _refuse_unreadable(session: Session, not_needed: Iterable[str]) -> None:
    """An old copy of a tab is no substitute for it."""
    lines = [
        line
        for tab, messages in session.execute(
            select(TabState.tab, TabState.messages_json)
            .where(TabState.is_readable.is_(False), TabState.tab.not_in(tuple(not_needed)))
            .order_by(TabState.tab)
        )
        for line in json.loads(messages) or [f"{tab}!1 : the tab cannot be read"]
    ]
    if lines:
        raise RunBlockedError(tuple(lines))


def _scenario(session: Session, name: str) -> tuple[Scenario, ConstraintSetCompiled]:
    """The scenario, and the Candidates' own rules under it."""
    table = OptimizationScenario
    row = session.scalars(
        select(table).where(table.scenario_key == fold(name), table.archived_at.is_(None))
    ).first()
    if row is None:
        known = session.scalars(select(table.scenario_name).where(table.archived_at.is_(None))).all()
        raise RunBlockedError((f"{ScenarioRow.tab}!1 scenario_name: {_unknown(name, known, 'scenario')}",))
    if not row.is_valid:
        raise RunBlockedError(_errors(row.messages_json, f"{row.source_row} scenario_name: is not valid"))
    if row.default_compiled_json is None:
        raise RunBlockedError((f"{CandidateRow.tab}!1 : the rules of Candidates do not go together",))
    weights = None if row.objective_weights_json is None else json.loads(row.objective_weights_json)
    scenario = Scenario.model_validate(
        {
            "scenario_name": row.scenario_name,
            "period_key": row.period_key,
            "capacity_total_tokens": row.capacity_total_tokens,
            "objective_mode": row.objective_mode,
            "objective_weights": weights,
            "goal_tolerance_pct": row.goal_tolerance_pct,
            "source_row": row.source_row,
        }
    )
    return scenario, ConstraintSetCompiled.model_validate_json(row.default_compiled_json)


def _constraint_set(session: Session, scenario: Scenario, name: str) -> ConstraintSetCompiled:
    """The set, compiled."""
    table = OptimizationConstraintSet
    of_scenario = select(table).where(
        table.scenario_key == fold(scenario.scenario_name), table.archived_at.is_(None)
    )
    row = session.scalars(of_scenario.where(table.constraint_set_key == fold(name))).first()
    if row is None:
        known = [known_set.constraint_set_name for known_set in session.scalars(of_scenario)]
        what = f"constraint set of scenario {scenario.scenario_name!r}"
        raise RunBlockedError((f"{SET_TABS[0]}!1 constraint_set_name: {_unknown(name, known, what)}",))
    if not row.is_valid or row.compiled_json is None:
        raise RunBlockedError(_errors(row.messages_json, f"{row.source_row} constraint_set_name: is not valid"))
    return ConstraintSetCompiled.model_validate_json(row.compiled_json)


def _candidates(session: Session) -> tuple[list[tuple[Candidate, bool]], list[LeftOut]]:
    """The candidates, each with whether it is selected; and those that their initiative keeps out."""
    contributions: dict[str, dict[str, float]] = defaultdict(dict)
    ranges: dict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
    effect = KpiContribution
    for key, kpi, amount, low, high in session.execute(
        select(effect.initiative_key, effect.kpi_key, effect.contribution, effect.low, effect.high)
        .join(MetricRecord, MetricRecord.kpi_key == effect.kpi_key)
        .where(effect.archived_at.is_(None), MetricRecord.archived_at.is_(None))
        .order_by(effect.initiative_key, effect.kpi_key)
    ):
        contributions[key][kpi] = amount
        if low is not None or high is not None:
            ranges[key][kpi] = (amount if low is None else low, amount if high is None else high)
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
            contributions=contributions.get(key, {}),
            contribution_ranges=ranges.get(key, {}),
            source_row=source_row,
        )
        pool.append((candidate, is_selected))
    # Sorted here: a Postgres server orders text by its own collation.
    return sorted(pool, key=lambda pair: pair[0].initiative_key), left_out


def _metrics(session: Session) -> tuple[Metric, ...]:
    rows = session.scalars(select(MetricRecord).where(MetricRecord.archived_at.is_(None)))
    metrics = [
        Metric.model_validate(
            {"kpi_key": row.kpi_key, "kpi_level": row.kpi_level, "unit": row.unit, "is_active": row.is_active}
        )
        for row in rows
    ]
    return tuple(sorted(metrics, key=lambda metric: metric.kpi_key))


def _known(session: Session, named: frozenset[str]) -> tuple[str, ...]:
    """Those of the named keys that stand in the registry, be it in a row in error."""
    if not named:
        return ()
    live = session.scalars(select(Initiative.initiative_key).where(Initiative.archived_at.is_(None)))
    in_error = session.scalars(
        select(RowStatus.key).where(RowStatus.tab == InitiativeRow.tab, RowStatus.left_out.is_not(None))
    )
    return tuple(sorted(named & {*live, *(key.strip().upper() for key in in_error)}))


def _rows_in_error(session: Session) -> list[LeftOut]:
    """Rows that their own errors keep out, as the last save of each found them."""
    rows = session.execute(
        select(RowStatus.tab, RowStatus.row_num, RowStatus.left_out).where(
            RowStatus.left_out.is_not(None), or_(*(RowStatus.tab == tab for tab in _POOL_TABS))
        )
    )
    left_out = []
    for tab, row_num, lines in rows:
        source_row = f"{tab}!{row_num}"
        texts = [line.removeprefix(f"{source_row} ") for line in (lines or "").split("\n")]
        left_out.append(LeftOut(source_row, "; ".join(texts)))
    return left_out


def _place(row: LeftOut) -> tuple[str, int, str]:
    tab, _, number = row.source_row.rpartition("!")
    return tab, int(number) if number.isdigit() else 0, row.message


def _unknown(name: str, known: Iterable[str], what: str) -> str:
    """That a name is unknown, with those that are near to it."""
    by_folded = {fold(candidate): candidate for candidate in known}
    near = [by_folded[folded] for folded in get_close_matches(fold(name), by_folded, n=3, cutoff=0.6)]
    if near:
        return f"there is no {what} {name.strip()!r}; did you mean {' or '.join(map(repr, near))}?"
    some = sorted(by_folded.values())[:5]
    there = f"there {'is' if len(some) == 1 else 'are'} {', '.join(map(repr, some))}" if some else "none is saved"
    return f"there is no {what} {name.strip()!r}; {there}"


def _errors(messages_json: str, otherwise: str) -> tuple[str, ...]:
    """The stored lines that block."""
    return tuple(json.loads(messages_json)["errors"]) or (otherwise,)
