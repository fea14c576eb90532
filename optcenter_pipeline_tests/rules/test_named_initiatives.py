"""Every rule says itself which initiatives it names."""

from typing import get_args

from optcenter_pipeline.rules.bundle import Bundle
from optcenter_pipeline.rules.capacity_cap import CapacityCap
from optcenter_pipeline.rules.capacity_floor import CapacityFloor
from optcenter_pipeline.rules.constraint_set import ConstraintSetCompiled
from optcenter_pipeline.rules.exclude_initiative import ExcludeInitiative
from optcenter_pipeline.rules.exclude_pair import ExcludePair
from optcenter_pipeline.rules.mandatory import Mandatory
from optcenter_pipeline.rules.names import Rule
from optcenter_pipeline.rules.prerequisite import Prerequisite
from optcenter_pipeline.rules.synergy import SynergyBonus
from optcenter_pipeline.rules.target import Target

NAMED: dict[Rule, list[tuple[str, str]]] = {
    CapacityCap(max_tokens=1): [],
    CapacityFloor(min_tokens=1): [],
    Target(kpi_key="gmv", floor_or_goal="goal", target_value=1): [],
    Mandatory(initiative_key="a"): [("initiative_key", "A")],
    ExcludeInitiative(initiative_key="a"): [("initiative_key", "A")],
    ExcludePair(members=("a", "b")): [("members", "A"), ("members", "B")],
    Bundle(bundle_key="x", members=("a", "b")): [("members", "A"), ("members", "B")],
    Prerequisite(initiative_key="a", requires=("b",)): [("initiative_key", "A"), ("requires", "B")],
    SynergyBonus(members=("a", "b"), kpi_key="gmv", value=1): [("members", "A"), ("members", "B")],
}


def test_initiatives_named() -> None:
    assert {rule: list(rule.initiatives_named()) for rule in NAMED} == NAMED


def test_every_rule_of_a_set_is_here_and_its_fields_of_keys_are_all_named() -> None:
    types = {
        get_args(f.annotation)[0] for n, f in ConstraintSetCompiled.model_fields.items() if get_args(f.annotation)
    }
    assert {type(rule) for rule in NAMED} == types
    for rule, named in NAMED.items():
        fields = {"initiative_key", "members", "requires"} & set(type(rule).model_fields)
        assert {field for field, _ in named} == fields
