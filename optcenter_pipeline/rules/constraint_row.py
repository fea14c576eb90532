"""A row of Constraints: one of the types, told apart by the column constraint_type."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Tag

from optcenter_pipeline.rules.bundle import BundleRow
from optcenter_pipeline.rules.capacity_row import CapacityCapRow, CapacityFloorRow
from optcenter_pipeline.rules.exclude_initiative import ExcludeInitiativeRow
from optcenter_pipeline.rules.exclude_pair import ExcludePairRow
from optcenter_pipeline.rules.mandatory import MandatoryRow
from optcenter_pipeline.rules.prerequisite import PrerequisiteRow
from optcenter_pipeline.rules.row import SetRow
from optcenter_pipeline.rules.synergy import SynergyBonusRow

ALIASES = {
    "cap": "capacity_cap",
    "floor": "capacity_floor",
    "bundle": "bundle_all_or_nothing",
    "prereq": "require_prereq",
    "exclude": "exclude_initiative",
    "synergy": "synergy_bonus",
}
"""Short spellings of the types."""

ROW_BY_TYPE: Mapping[str, type[SetRow]] = {
    "capacity_floor": CapacityFloorRow,
    "capacity_cap": CapacityCapRow,
    "mandatory": MandatoryRow,
    "exclude_initiative": ExcludeInitiativeRow,
    "exclude_pair": ExcludePairRow,
    "bundle_all_or_nothing": BundleRow,
    "require_prereq": PrerequisiteRow,
    "synergy_bonus": SynergyBonusRow,
}

TARGET_TYPES = frozenset({"target", "targets", "target_floor", "target_goal", "kpi_target"})
"""What people type here that belongs into tab Targets."""


def _type_of(row: Any) -> Any:
    return row.get("constraint_type") if isinstance(row, dict) else getattr(row, "constraint_type", None)


ConstraintRow = Annotated[
    Annotated[CapacityFloorRow, Tag("capacity_floor")]
    | Annotated[CapacityCapRow, Tag("capacity_cap")]
    | Annotated[MandatoryRow, Tag("mandatory")]
    | Annotated[ExcludeInitiativeRow, Tag("exclude_initiative")]
    | Annotated[ExcludePairRow, Tag("exclude_pair")]
    | Annotated[BundleRow, Tag("bundle_all_or_nothing")]
    | Annotated[PrerequisiteRow, Tag("require_prereq")]
    | Annotated[SynergyBonusRow, Tag("synergy_bonus")],
    Discriminator(_type_of),
]
"""Its `constraint_type` is in the system's spelling, aliases resolved."""
