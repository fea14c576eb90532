"""A compiled constraint set: all rules and targets that one run has to respect."""

from collections.abc import Iterator, Mapping
from typing import get_args

from optcenter_pipeline.rules.bundle import Bundle
from optcenter_pipeline.rules.capacity_cap import CapacityCap
from optcenter_pipeline.rules.capacity_floor import CapacityFloor
from optcenter_pipeline.rules.exclude_initiative import ExcludeInitiative
from optcenter_pipeline.rules.exclude_pair import ExcludePair
from optcenter_pipeline.rules.linear import LinearRule
from optcenter_pipeline.rules.mandatory import Mandatory
from optcenter_pipeline.rules.names import Document, Rule
from optcenter_pipeline.rules.prerequisite import Prerequisite
from optcenter_pipeline.rules.synergy import SynergyBonus
from optcenter_pipeline.rules.target import Target


class ConstraintSetCompiled(Document):
    """What the compiler makes of one set's rows; a set without a name is the Candidates' own rules alone."""

    constraint_set_name: str = ""
    capacity_floors: tuple[CapacityFloor, ...] = ()
    capacity_caps: tuple[CapacityCap, ...] = ()
    targets: tuple[Target, ...] = ()
    mandatory: tuple[Mandatory, ...] = ()
    exclude_initiatives: tuple[ExcludeInitiative, ...] = ()
    exclude_pairs: tuple[ExcludePair, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    prerequisites: tuple[Prerequisite, ...] = ()
    synergy_bonuses: tuple[SynergyBonus, ...] = ()

    def rules(self) -> Iterator[LinearRule]:
        """Every rule, in the order of the model's families."""
        yield from self.capacity_floors
        yield from self.capacity_caps
        yield from self.mandatory
        yield from self.exclude_initiatives
        yield from self.exclude_pairs
        yield from self.bundles
        yield from self.prerequisites
        yield from self.synergy_bonuses
        yield from self.targets


RULE_TYPES: Mapping[str, type[Rule]] = {
    name: get_args(field.annotation)[0]
    for name, field in ConstraintSetCompiled.model_fields.items()
    if name != "constraint_set_name"
}
"""The lists of a constraint set, in the order of the document, and what stands in them."""
