"""Everything that one run needs, read from the tables in one view; or the lines that say why there is none."""

import json
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.orm import Session

from optcenter_pipeline.database.errors import RunBlockedError
from optcenter_pipeline.database.fixed_rows import read_fixed_rows
from optcenter_pipeline.database.locks import wait_for_saves
from optcenter_pipeline.database.pool_inputs import (
    LeftOut,
    initiatives_named,
    known_initiatives,
    place,
    read_candidates,
    read_metrics,
    rows_in_error,
)
from optcenter_pipeline.database.sync import SET_TABS
from optcenter_pipeline.database.tables import (
    OptimizationConstraintSet,
    OptimizationScenario,
    TabState,
)
from optcenter_pipeline.rows.scenario import ScenarioRow
from optcenter_pipeline.rules.analysis_options import AnalysisOptions
from optcenter_pipeline.rules.asked_analyses import asked_analyses
from optcenter_pipeline.rules.candidate import CandidateRow
from optcenter_pipeline.rules.constraint_set import ConstraintSetCompiled
from optcenter_pipeline.rules.names import SourceRow, fold
from optcenter_pipeline.rules.portfolio import Candidate, Metric, Scenario


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
    fixed_rows: tuple[SourceRow, ...]
    """Rows that repairs leave as they are, in order of tab and row."""
    analyses: tuple[AnalysisOptions, ...]
    """What the scenario asks for beside its runs; nothing that an answer depends on."""


def load_run_inputs(session: Session, scenario_name: str, constraint_set_name: str | None) -> RunInputs:
    """The inputs of a run on a scenario and set; names compare without case.

    Args:
        session: no save comes between its statements.
        constraint_set_name: None or blank: capacity and the Candidates' own rules alone.

    Raises:
        RunBlockedError: an input tab could not be read, or the scenario or set is unknown or invalid.
    """
    wait_for_saves(session)
    set_name = (constraint_set_name or "").strip()
    _refuse_unreadable(session, () if set_name else SET_TABS)
    scenario, default, analyses = _scenario(session, scenario_name)
    compiled = _constraint_set(session, scenario, set_name) if set_name else default
    pool, not_counting = read_candidates(session)
    left_out = sorted({*rows_in_error(session), *not_counting}, key=place)
    candidates = tuple(candidate for candidate, _ in pool)
    keys = frozenset(candidate.initiative_key for candidate in candidates)
    _refuse_missing_mandatory(compiled, keys, left_out)
    return RunInputs(
        scenario=scenario,
        constraint_set=compiled,
        candidates=candidates,
        metrics=read_metrics(session),
        selected_keys=tuple(candidate.initiative_key for candidate, is_selected in pool if is_selected),
        known_initiatives=known_initiatives(session, initiatives_named(compiled) - keys),
        rows_left_out=tuple(left_out),
        fixed_rows=read_fixed_rows(session, scenario.scenario_name, set_name),
        analyses=analyses,
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


def valid_sets(session: Session) -> tuple[tuple[str, str], ...]:
    """(scenario, set) of every named set that a run may be made of, as shown."""
    query = (
        select(OptimizationScenario.scenario_name, OptimizationConstraintSet.constraint_set_name)
        .join(
            OptimizationConstraintSet, OptimizationConstraintSet.scenario_key == OptimizationScenario.scenario_key
        )
        .where(
            OptimizationScenario.archived_at.is_(None),
            OptimizationConstraintSet.archived_at.is_(None),
            OptimizationScenario.is_valid,
            OptimizationConstraintSet.is_valid,
        )
        .order_by(OptimizationScenario.id, OptimizationConstraintSet.id)
    )
    return tuple((row.scenario_name, row.constraint_set_name) for row in session.execute(query))


def _refuse_unreadable(session: Session, not_needed: Iterable[str]) -> None:
    """An old copy of a tab is no substitute for it."""
    lines = [
        line
        for tab, messages in session.execute(
            select(TabState.tab, TabState.messages_json)
            .where(TabState.is_readable.is_(False), TabState.tab.not_in(tuple(not_needed)))
            .order_by(TabState.tab)
        )
        for line in json.loads(messages) or [f"{tab}!1 header: the tab cannot be read"]
    ]
    if lines:
        raise RunBlockedError(tuple(lines))


def _refuse_missing_mandatory(
    constraint_set: ConstraintSetCompiled, candidates: Container[str], left_out: Sequence[LeftOut]
) -> None:
    """What every plan must fund cannot be left out of one."""
    lines: list[str] = []
    for rule in constraint_set.mandatory:
        if rule.initiative_key in candidates:
            continue
        sources = rule.source_rows or (f"{CandidateRow.tab}!1",)
        lines.append(
            f"{sources[0]} initiative_key: {rule.in_words()}, and no valid row of Candidates gives it tokens"
        )
        lines += (f"{row.source_row} {row.message}" for row in left_out if repr(rule.initiative_key) in row.message)
    if lines:
        raise RunBlockedError(tuple(dict.fromkeys(lines)))


def _scenario(session: Session, name: str) -> tuple[Scenario, ConstraintSetCompiled, tuple[AnalysisOptions, ...]]:
    """The scenario, the Candidates' own rules under it, and the analyses that it asks for."""
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
        raise RunBlockedError((f"{CandidateRow.tab}!1 header: the rules of Candidates do not go together",))
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
    analyses = asked_analyses(json.loads(row.analyses_json or "[]"))
    return scenario, ConstraintSetCompiled.model_validate_json(row.default_compiled_json), analyses


def _constraint_set(session: Session, scenario: Scenario, name: str) -> ConstraintSetCompiled:
    """The set, compiled."""
    table = OptimizationConstraintSet
    of_scenario = select(table).where(
        table.scenario_key == fold(scenario.scenario_name), table.archived_at.is_(None)
    )
    row = session.scalars(of_scenario.where(table.constraint_set_key == fold(name))).first()
    if row is None:
        known = [known_set.constraint_set_name for known_set in session.scalars(of_scenario)]
        where = f" in scenario {scenario.scenario_name!r}"
        line = _unknown(name, known, "constraint set", where)
        raise RunBlockedError((f"{SET_TABS[0]}!1 constraint_set_name: {line}",))
    if not row.is_valid or row.compiled_json is None:
        raise RunBlockedError(_errors(row.messages_json, f"{row.source_row} constraint_set_name: is not valid"))
    return ConstraintSetCompiled.model_validate_json(row.compiled_json)


def _unknown(name: str, known: Iterable[str], what: str, where: str = "") -> str:
    """That a name is unknown, with those that are near to it."""
    by_folded = {fold(candidate): candidate for candidate in known}
    near = [by_folded[folded] for folded in get_close_matches(fold(name), by_folded, n=3, cutoff=0.6)]
    if near:
        return f"there is no {what} {name.strip()!r}{where}; did you mean {' or '.join(map(repr, near))}?"
    some = sorted(by_folded.values())[:5]
    there = f"there {'is' if len(some) == 1 else 'are'} {', '.join(map(repr, some))}" if some else "none is saved"
    return f"there is no {what} {name.strip()!r}{where}; {there}"


def _errors(messages_json: str, otherwise: str) -> tuple[str, ...]:
    """The stored lines that block."""
    return tuple(json.loads(messages_json)["errors"]) or (otherwise,)
