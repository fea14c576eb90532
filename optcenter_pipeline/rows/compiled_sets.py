"""Compile the sets of a judged workbook: each whole, or not at all."""

import hashlib
import json
from typing import Any

from optcenter_pipeline.rows.messages import SetKey, ValidationMessage
from optcenter_pipeline.rows.validated import CompiledSet, NamedSet, SetSourceRow, ValidatedWorkbook
from optcenter_pipeline.rules.compiler import CandidateRules, candidate_rules, compile_constraint_set
from optcenter_pipeline.rules.row import SetRow

SET_TABS = frozenset({"Constraints", "Targets", "Candidates"})
"""Without one of these a set would be compiled in part."""


def compile_sets(validated: ValidatedWorkbook) -> tuple[CompiledSet, ...]:
    """Every set that Constraints or Targets name, in order of its key.

    None at all if Constraints, Targets or Candidates could not be read: what a set says is not known then, and
    what was stored of it before is not to be touched.
    """
    if SET_TABS & set(validated.unreadable_tabs):
        return ()
    candidates = _candidates(validated)
    rows: dict[SetKey, list[SetRow]] = {}
    for row in (*validated.constraints, *validated.targets):
        rows.setdefault(SetKey(*row.set_key), []).append(row)
    messages = _messages(validated)
    return tuple(
        _compiled(named, rows.get(named.key, []), candidates, messages.get(named.key, []), validated.kpi_keys)
        for named in validated.sets
    )


def compile_scenario_default(validated: ValidatedWorkbook) -> CompiledSet:
    """The Candidates' own rules alone, for runs without a set; not valid where Candidates could not be read."""
    if "Candidates" in validated.unreadable_tabs:
        messages = tuple(m for m in validated.messages if m.tab == "Candidates" and m.row_num == 1)
        return _stored("", "", None, messages, ())
    compiled = compile_constraint_set("", (), _candidates(validated), validated.kpi_keys)
    return _stored("", "", compiled, (), ())


def canonical_json(value: Any) -> str:
    """Equal values give equal text, byte for byte."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _candidates(validated: ValidatedWorkbook) -> CandidateRules:
    return candidate_rules((*validated.candidates, *validated.candidates_left_out))


def _compiled(
    named: NamedSet,
    rows: list[SetRow],
    candidates: CandidateRules,
    messages: list[ValidationMessage],
    kpi_keys: dict[str, str],
) -> CompiledSet:
    compiled = None
    if not named.problems:
        compiled = compile_constraint_set(named.constraint_set_name, rows, candidates, kpi_keys)
    return _stored(named.scenario_name, named.constraint_set_name, compiled, tuple(messages), named.rows)


def _stored(
    scenario_name: str,
    constraint_set_name: str,
    compiled: Any,
    messages: tuple[ValidationMessage, ...],
    rows: tuple[SetSourceRow, ...],
) -> CompiledSet:
    rows_json = canonical_json([row._asdict() for row in rows])
    compiled_json = "" if compiled is None else compiled.model_dump_json()
    digest = hashlib.sha256()
    for part in (rows_json, compiled_json, *(message.model_dump_json() for message in messages)):
        digest.update(part.encode())
        digest.update(b"\0")
    return CompiledSet(
        scenario_name=scenario_name,
        constraint_set_name=constraint_set_name,
        is_valid=compiled is not None,
        compiled=compiled,
        messages=messages,
        rows_json=rows_json,
        content_hash=digest.hexdigest(),
    )


def _messages(validated: ValidatedWorkbook) -> dict[SetKey, list[ValidationMessage]]:
    """The findings of each set: on its own rows, and on rows of Candidates as far as they are about it alone."""
    owners = {(row.tab, row.row_num): named.key for named in validated.sets for row in named.rows}
    by_set: dict[SetKey, list[ValidationMessage]] = {}
    for message in validated.messages:
        owner = owners.get((message.tab, message.row_num))
        if owner is not None:
            by_set.setdefault(owner, []).append(message)
        for key in dict.fromkeys(e.constraint_set for e in message.errors if e.constraint_set is not None):
            errors = tuple(error for error in message.errors if error.constraint_set == key)
            by_set.setdefault(key, []).append(message.model_copy(update={"errors": errors, "warnings": ()}))
    return by_set
