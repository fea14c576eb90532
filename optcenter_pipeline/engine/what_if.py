"""A snapshot with some of its numbers changed, or rows left out, for once: the sheet stays as it is."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, cast

from optcenter_pipeline.engine.canonical import SCENARIO_ROW
from optcenter_pipeline.engine.problems import InvalidInputError
from optcenter_pipeline.engine.result import Alert
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.validity import RULE_FIELDS as RULE_LISTS
from optcenter_pipeline.engine.validity import placed_rules
from optcenter_pipeline.rules.linear import LinearRule
from optcenter_pipeline.rules.names import LARGEST, SMALLEST, Rule, SourceRow, fold
from optcenter_pipeline.rules.numbers import amount, typed
from optcenter_pipeline.rules.source_rows import in_brackets, in_words
from optcenter_pipeline.rules.synergy import SynergyBonus
from optcenter_pipeline.rules.what_if import (
    BUDGET_FIELD,
    CANDIDATE_FIELD,
    DROP,
    FORMS,
    RULE_FIELDS,
    SCENARIO_FIELDS,
    Override,
    place_and_field,
)

_LEAST: Mapping[str, float] = {"goal_tolerance_pct": 0.0, "min_tokens": 0.0, "max_tokens": 0.0, BUDGET_FIELD: 0.0}
_ABOVE_0 = frozenset({"capacity_total_tokens", CANDIDATE_FIELD})
_RIGHT: Mapping[str, str] = {
    "capacity_total_tokens": "tokens above 0",
    CANDIDATE_FIELD: "tokens above 0",
    "goal_tolerance_pct": "a number from 0 to 100",
    "min_tokens": "tokens, 0 or more",
    "max_tokens": "tokens, 0 or more",
    "target_value": "a number",
    "baseline_value": "a number",
    BUDGET_FIELD: "a whole number, 0 or more",
    DROP: "true",
}


class _UnusableError(ValueError):
    """One override that cannot be made; the text says why, and what would be right."""


def with_overrides(snapshot: Snapshot, overrides: Mapping[str, float | bool]) -> Snapshot:
    """The snapshot with other numbers, and without the rows that are dropped; `what_if` records what was changed.

    A number is changed in every rule that its row says it of; a rule goes when all of its rows are dropped. A row
    is found by its name, or by the place that the canonical form gives to what has none (`candidates[3]`). What was
    overridden before may be overridden again: the record then still tells what the sheet says.

    Args:
        snapshot: the inputs as the sheet says them.
        overrides: by name (see `rules/what_if.py`): the number instead, or True for a row to drop.

    Raises:
        InvalidInputError: a name, a row or a value is of no use; one message each.
    """
    changes = _Changes.of(snapshot)
    problems: list[str] = []
    for name, value in overrides.items():
        try:
            changes.make(name, value)
        except _UnusableError as error:
            problems.append(f"what-if {name}: {error}")
    if not problems:
        problems += changes.rows_still_needed()
    if problems:
        raise InvalidInputError(tuple(problems))
    return changes.made() if overrides else snapshot


def what_if_alerts(snapshot: Snapshot) -> Iterator[Alert]:
    """One for each number that is not the sheet's."""
    for override in snapshot.what_if.values():
        yield Alert(code="what_if", message=f"what-if: {override.message}", source_rows=override.source_rows)


@dataclass
class _Changes:
    """A snapshot under change."""

    snapshot: Snapshot
    rules: dict[str, Rule]
    """By place, `constraint_set.targets[0]`, in the order of the document."""
    dropped: dict[SourceRow, str]
    """By row: under which name it was asked for."""
    record: dict[str, Override]
    noted: set[str]
    """What this call has overridden."""

    @classmethod
    def of(cls, snapshot: Snapshot) -> "_Changes":
        rules = {
            place: rule if rule.source_rows else rule.model_copy(update={"source_rows": (place,)})
            for place, rule in placed_rules(snapshot.constraint_set)
        }
        return cls(snapshot, rules, {}, dict(snapshot.what_if), set())

    def make(self, name: str, value: float | bool) -> None:
        """One change.

        Raises:
            _UnusableError: it cannot be made.
        """
        place, field = place_and_field(name)
        if field not in _RIGHT or (not place and field not in SCENARIO_FIELDS):
            raise _UnusableError(f"no such number; give e.g. {FORMS}")
        usable = _usable(field, value)
        if field == DROP:
            self._drop(place)
        elif field in SCENARIO_FIELDS:
            self._change_scenario(place, field, usable)
        elif field == CANDIDATE_FIELD:
            self._change_candidate(place, usable)
        elif field == BUDGET_FIELD:
            self._change_budget(place, usable)
        else:
            self._change_rules(place, field, usable)

    def _note(self, name: str, value: float | bool, before: float | None, message: str, *rows: SourceRow) -> None:
        if name in self.noted:
            raise _UnusableError(f"{name} stands twice; give it once")
        self.noted.add(name)
        self.record[name] = Override(value=value, before=before, message=message, source_rows=rows)

    def _note_number(self, name: str, value: float, before: float | None, what: str, *rows: SourceRow) -> None:
        before = self.record[name].before if name in self.record else before
        was = "where none was given" if before is None else f"instead of {amount(before)}"
        self._note(name, value, before, f"{what} is {amount(value)} {was}", *rows)

    def _change_scenario(self, place: str, field: str, value: float) -> None:
        scenario = self.snapshot.scenario
        row = scenario.source_row or SCENARIO_ROW
        if place and fold(place) != fold(row):
            raise _UnusableError(f"the scenario is {row}; give {field}, or {row}.{field}")
        self._note_number(field, value, getattr(scenario, field), f"{field}{in_brackets((row,))}", row)
        self._update(scenario=scenario.model_copy(update={field: value}))

    def _change_candidate(self, place: str, value: float) -> None:
        candidates = list(self.snapshot.candidates)
        rows = [c.source_row or f"candidates[{position}]" for position, c in enumerate(candidates)]
        for position, (row, candidate) in enumerate(zip(rows, candidates, strict=True)):
            if place.upper() == candidate.initiative_key or fold(place) == fold(row):
                name = f"{candidate.initiative_key}.{CANDIDATE_FIELD}"
                what = f"{CANDIDATE_FIELD} of {candidate.initiative_key}{in_brackets((row,))}"
                self._note_number(name, value, candidate.engineering_tokens, what, row)
                candidates[position] = candidate.model_copy(update={CANDIDATE_FIELD: value})
                self._update(candidates=tuple(candidates))
                return
        known = [*(candidate.initiative_key for candidate in candidates), *rows]
        raise _UnusableError(f"{place} is not a candidate of this run{_hint(place, known)}")

    def _change_budget(self, place: str, value: float) -> None:
        commitments = self.snapshot.commitments
        if commitments is None or commitments.max_changes is None or fold(place) != fold(commitments.budget_source):
            raise _UnusableError(
                f"{place} says no {BUDGET_FIELD}; give another one with the commitments themselves"
            )
        name, row = f"{commitments.budget_source}.{BUDGET_FIELD}", commitments.budget_source
        what = f"{BUDGET_FIELD} against run {commitments.run_id}"
        self._note_number(name, value, float(commitments.max_changes), what, row)
        self._update(commitments=commitments.model_copy(update={BUDGET_FIELD: int(value)}))

    def _change_rules(self, place: str, field: str, value: float) -> None:
        said = self._said_by(place)
        if not said:
            raise _UnusableError(self._no_such_row(place))
        having = [(where, rule, own) for where, rule in said if (own := _field_of(rule, field)) is not None]
        if not having:
            raise _UnusableError(_no_such_field(place, field, [rule for _, rule in said]))
        row = _row_among(place, having[0][1].source_rows)
        rows, before = having[0][1].source_rows, getattr(having[0][1], having[0][2])
        self._note_number(f"{row}.{field}", value, before, f"{field} of {in_words(rows)}", *rows)
        for where, rule, own in having:
            self.rules[where] = rule.model_copy(update={own: value})

    def _drop(self, place: str) -> None:
        said = self._said_by(place)
        if said:
            row = _row_among(place, said[0][1].source_rows)
            words = "; ".join(dict.fromkeys(_rule_in_words(rule) for _, rule in said))
        else:
            row, words = self._release(place)
        self._note(f"{row}.{DROP}", True, None, f"{in_words((row,))} is dropped ({words})", row)
        self.dropped[row] = f"{row}.{DROP}"

    def _release(self, place: str) -> tuple[SourceRow, str]:
        """One commitment less; (where it was said, what was said)."""
        kept = self.snapshot.commitments
        if kept is not None and kept.max_changes is not None and fold(kept.budget_source) == fold(place):
            self._update(commitments=kept.model_copy(update={BUDGET_FIELD: None}))
            return kept.budget_source, kept.budget_in_words()
        for key in kept.locked_in if kept is not None else ():
            if kept is not None and fold(kept.locked_source(key)) == fold(place):
                left = tuple(other for other in kept.locked_in if other != key)
                self._update(commitments=kept.model_copy(update={"locked_in": left}))
                return kept.locked_source(key), f"{key} is locked in"
        raise _UnusableError(self._no_such_row(place))

    def rows_still_needed(self) -> Iterator[str]:
        """A dropped row whose rule stays, because another row says it too."""
        for rule in self.rules.values():
            gone = [row for row in rule.source_rows if row in self.dropped]
            left = [row for row in rule.source_rows if row not in self.dropped]
            if gone and left:
                yield (
                    f"what-if {self.dropped[gone[0]]}: {in_words(left)} says the same ({_rule_in_words(rule)}); "
                    "drop that as well"
                )

    def made(self) -> Snapshot:
        """The snapshot with all changes."""
        lists: dict[str, list[Rule]] = {field: [] for field in RULE_LISTS}
        for place, rule in self.rules.items():
            if not set(rule.source_rows) <= self.dropped.keys():
                lists[place.removeprefix("constraint_set.").partition("[")[0]].append(rule)
        rules = self.snapshot.constraint_set.model_copy(update={name: tuple(left) for name, left in lists.items()})
        return self.snapshot.model_copy(update={"constraint_set": rules, "what_if": self.record})

    def _update(self, **fields: Any) -> None:
        self.snapshot = self.snapshot.model_copy(update=fields)

    def _said_by(self, place: str) -> list[tuple[str, Rule]]:
        """(place, rule) of every rule that a row says."""
        wanted = fold(place)
        return [(where, rule) for where, rule in self.rules.items() if wanted in map(fold, rule.source_rows)]

    def _no_such_row(self, place: str) -> str:
        rows = dict.fromkeys(row for rule in self.rules.values() for row in rule.source_rows)
        if self.snapshot.commitments is not None:
            rows |= dict.fromkeys(self.snapshot.commitments.source_rows)
        return f"no rule of this run comes from {place}{_hint(place, list(rows))}"


def _usable(field: str, value: float | bool) -> float:
    """The number, or 1 for a drop.

    Raises:
        _UnusableError: a number that the field cannot have, or none.
    """
    right = _RIGHT[field]
    if field == DROP:
        if value is not True:
            raise _UnusableError(f"{value!r} is not {right}; give {right}, or leave it out")
        return 1.0
    if isinstance(value, bool) or not math.isfinite(value) or abs(value) > LARGEST:
        raise _UnusableError(f"{value!r} is not a usable number; give {right}")
    too_small = 0 < abs(value) < SMALLEST
    below = value < _LEAST.get(field, -math.inf) or (field in _ABOVE_0 and value <= 0)
    above = field == "goal_tolerance_pct" and value > 100
    if too_small or below or above or (field == BUDGET_FIELD and value % 1):
        raise _UnusableError(f"{typed(value)} is of no use; give {right}")
    return float(value)


def _field_of(rule: Rule, field: str) -> str | None:
    """The rule's own name of a field that the sheet calls `field`; None where it has none."""
    own = "value" if isinstance(rule, SynergyBonus) and field == "target_value" else field
    return own if own in type(rule).model_fields else None


def _row_among(place: str, rows: tuple[SourceRow, ...]) -> SourceRow:
    """The row as it is spelt."""
    return next(row for row in rows if fold(row) == fold(place))


def _rule_in_words(rule: Rule) -> str:
    return cast("LinearRule", rule).in_words()


def _no_such_field(place: str, field: str, rules: list[Rule]) -> str:
    own = [name for name in RULE_FIELDS if any(_field_of(rule, name) for rule in rules)]
    words = "; ".join(dict.fromkeys(map(_rule_in_words, rules)))
    return f"{place} has no {field} ({words}); give {', '.join((*own, DROP))}"


def _hint(place: str, known: list[str]) -> str:
    """`; did you mean INIT-4?`, or some of those that there are."""
    by_folded = {fold(name): name for name in known}
    near = get_close_matches(fold(place), by_folded, n=2, cutoff=0.6)
    if near:
        return f"; did you mean {' or '.join(by_folded[folded] for folded in near)}?"
    return f"; there is {', '.join(known[:5])}" if known else ""
