"""What-if overrides: numbers of a run that are not those of the sheet, for once.

An override is written `capacity_total_tokens`, `Constraints!7.min_tokens`, `INIT-4.engineering_tokens` or
`Constraints!9.drop`: the place is a sheet row, or an initiative's key, and what stands behind the last point is the
field, as the sheet names it.
"""

from optcenter_pipeline.rules.names import SourceRow, Value, fold

SCENARIO_FIELDS = ("capacity_total_tokens", "goal_tolerance_pct")
"""Need no place."""
CANDIDATE_FIELD = "engineering_tokens"
RULE_FIELDS = ("min_tokens", "max_tokens", "target_value", "baseline_value")
BUDGET_FIELD = "max_changes"
DROP = "drop"
"""A row without which the run is asked."""
FIELDS = (*SCENARIO_FIELDS, CANDIDATE_FIELD, *RULE_FIELDS, BUDGET_FIELD, DROP)
FORMS = "capacity_total_tokens, Constraints!7.min_tokens, INIT-4.engineering_tokens, Constraints!9.drop"
"""For messages and help."""

Overrides = dict[str, float | bool]
"""By the name of what is changed: the number instead, or True for what is dropped."""


class Override(Value):
    """One number of a snapshot that is not the sheet's, or a row that was left out: the snapshot has it already."""

    value: float | bool
    before: float | None = None
    """What the sheet says; None for a row that was dropped, or where the sheet says nothing."""
    message: str
    """`capacity_total_tokens is 120 instead of 100 (Scenario_Config!2)`."""
    source_rows: tuple[SourceRow, ...] = ()


def place_and_field(name: str) -> tuple[str, str]:
    """`Constraints!7.min_tokens` → (`Constraints!7`, `min_tokens`); a name without a point has no place."""
    place, _, field = name.strip().rpartition(".")
    return place.strip(), fold(field)


def names_an_override(name: str) -> bool:
    """Whether a name is one of an override, whatever its place."""
    place, field = place_and_field(name)
    return field in FIELDS if place else field in SCENARIO_FIELDS
