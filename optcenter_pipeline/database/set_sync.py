"""Scenarios and constraint sets on their way into their tables: kept whether valid or not, with what was found."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from optcenter_pipeline.database.row_values import scenario_values
from optcenter_pipeline.database.save_scope import SaveScope
from optcenter_pipeline.database.table_sync import TableCounts, TabRows, Values
from optcenter_pipeline.database.tables import OptimizationConstraintSet, OptimizationScenario
from optcenter_pipeline.rows.messages import SetKey, ValidationMessage
from optcenter_pipeline.rows.scenario import ScenarioRow
from optcenter_pipeline.rows.validated import CompiledSet, ValidatedWorkbook
from optcenter_pipeline.rules.constraint_set import ConstraintSetCompiled
from optcenter_pipeline.rules.names import fold

Defaults = Mapping[str, ConstraintSetCompiled | None]
"""Scenario (folded) → the Candidates' own rules alone, compiled; None where they contradict themselves."""


def messages_json(errors: Iterable[str], warnings: Iterable[str]) -> str:
    """Findings as they are stored: lines `TAB!ROW column: text`, those that block apart from those that do not."""
    return json.dumps({"errors": list(errors), "warnings": list(warnings)}, ensure_ascii=False)


def default_texts(session: Session, defaults: Defaults, *, is_known: bool) -> dict[str, str | None]:
    """Scenario (folded) → its default as JSON; the stored ones where Candidates could not be read."""
    if is_known:
        return {key: compiled.model_dump_json() if compiled else None for key, compiled in defaults.items()}
    stored = session.execute(select(OptimizationScenario.scenario_key, OptimizationScenario.default_compiled_json))
    return {row.scenario_key: row.default_compiled_json for row in stored}


def refresh_defaults(session: Session, texts: Mapping[str, str | None], now: dt.datetime) -> TableCounts:
    """New defaults for the scenarios that are there: what a save of Candidates alone means for them."""
    table = OptimizationScenario
    stored = session.execute(select(table.scenario_key, table.default_compiled_json)).all()
    changed = [key for key, text in stored if key in texts and texts[key] != text]
    for key in changed:
        session.execute(
            update(table)
            .where(table.scenario_key == key)
            .values(default_compiled_json=texts[key], updated_at=now)
            .execution_options(synchronize_session=False)
        )
    return TableCounts(updated=len(changed), unchanged=len(stored) - len(changed))


def scenario_rows(validated: ValidatedWorkbook, defaults: Mapping[str, str | None], scope: SaveScope) -> TabRows:
    """Every scenario that a row of Scenario_Config names, one in error too: then `is_valid` is false."""
    tab = ScenarioRow.tab
    typed = {fold(row.scenario_name): row for row in validated.scenarios}
    warnings: dict[str, list[str]] = {}
    for message in validated.messages:
        if message.tab == tab:
            warnings.setdefault(fold(message.key), []).extend(_warnings([message]))
    rows: dict[tuple[str, ...], Values] = {}
    for judged in validated.judged:
        key = fold(judged.key)
        if judged.tab != tab or not key or (key,) in rows or not scope.has_row(tab, judged.key):
            continue
        row = typed.get(key)
        errors = validated.invalid_scenarios.get(key, ())
        rows[(key,)] = scenario_values(
            row,
            scenario_name=row.scenario_name if row else judged.key.strip(),
            source_row=row.source_row if row else f"{tab}!{judged.row_num}",
            messages_json=messages_json(errors, warnings.get(key, ())),
            is_valid=row is not None and not errors,
            default_compiled_json=defaults.get(key),
        )
    return TabRows(
        OptimizationScenario,
        ("scenario_key",),
        rows,
        archive_missing=scope.has_whole(tab),
        compared=("default_compiled_json",),
    )


def set_rows(
    session: Session,
    validated: ValidatedWorkbook,
    compiled_sets: Sequence[CompiledSet],
    scope: SaveScope,
    *,
    set_tabs: tuple[str, str],
    candidates_tab: str,
) -> TabRows:
    """The sets that the save is about.

    A set is never saved in part: a key that names one of its rows names the whole set. Since a set's rules
    are partly those of Candidates, a save of that whole tab brings the sets along.
    """
    scenarios = session.execute(select(OptimizationScenario.scenario_key, OptimizationScenario.id))
    scenario_ids = {row.scenario_key: row.id for row in scenarios}
    in_scope = {
        (row.tab, row.row_num)
        for row in validated.judged
        if row.tab in set_tabs and scope.has_row(row.tab, row.key)
    }
    touched = {
        named.key for named in validated.sets if any((row.tab, row.row_num) in in_scope for row in named.rows)
    }
    is_whole = any(scope.has_whole(tab) for tab in (*set_tabs, candidates_tab))
    first_rows = {
        named.key: f"{named.rows[0].tab}!{named.rows[0].row_num}" for named in validated.sets if named.rows
    }
    rows: dict[tuple[str, ...], Values] = {}
    for compiled_set in compiled_sets:
        key = SetKey(fold(compiled_set.scenario_name), fold(compiled_set.constraint_set_name))
        if not is_whole and key not in touched:
            continue
        rows[tuple(key)] = {
            "scenario_id": scenario_ids.get(key.scenario),
            "scenario_name": compiled_set.scenario_name,
            "constraint_set_name": compiled_set.constraint_set_name,
            "scenario_key": key.scenario,
            "constraint_set_key": key.constraint_set,
            "rows_json": compiled_set.rows_json,
            "compiled_json": compiled_set.compiled.model_dump_json() if compiled_set.compiled else None,
            "is_valid": compiled_set.is_valid,
            "messages_json": messages_json(
                validated.invalid_sets.get(key, ()), _warnings(compiled_set.messages, key)
            ),
            "content_hash": compiled_set.content_hash,
            "source_row": first_rows.get(key, ""),
        }
    return TabRows(
        OptimizationConstraintSet,
        ("scenario_key", "constraint_set_key"),
        rows,
        archive_missing=any(scope.has_whole(tab) for tab in set_tabs),
        compared=("scenario_id", "is_valid", "messages_json", "compiled_json"),
    )


def _warnings(messages: Iterable[ValidationMessage], key: SetKey | None = None) -> list[str]:
    """Lines of the warnings, those about another set left out."""
    return [
        f"{message.source_row} {warning}"
        for message in messages
        for warning in message.warnings
        if warning.constraint_set is None or key is None or warning.constraint_set == key
    ]
