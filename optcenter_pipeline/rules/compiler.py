"""From valid rows to a compiled constraint set, in an order that the sheet's order of rows has no say in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from optcenter_pipeline.rules import bundle
from optcenter_pipeline.rules.bundle import Bundle, BundleRow
from optcenter_pipeline.rules.candidate import CandidateMember, CandidateRow, bundles_of, is_unknown, synergy_groups
from optcenter_pipeline.rules.capacity_cap import caps_of
from optcenter_pipeline.rules.capacity_floor import floors_of
from optcenter_pipeline.rules.capacity_row import CapacityRow
from optcenter_pipeline.rules.constraint_set import ConstraintSetCompiled
from optcenter_pipeline.rules.exclude_initiative import ExcludeInitiativeRow
from optcenter_pipeline.rules.exclude_pair import ExcludePair, ExcludePairRow
from optcenter_pipeline.rules.mandatory import Mandatory, MandatoryRow
from optcenter_pipeline.rules.names import Rule, SourceRow, fold
from optcenter_pipeline.rules.prerequisite import Prerequisite, PrerequisiteRow
from optcenter_pipeline.rules.row import Row, SetRow
from optcenter_pipeline.rules.synergy import SynergyBonusRow
from optcenter_pipeline.rules.target import TargetRow

RuleT = TypeVar("RuleT", bound=Rule)
RowT = TypeVar("RowT", bound=Row)
Identity = tuple[str, ...]
"""What a rule says, without the rows that say it."""


@dataclass(frozen=True)
class CandidateRules:
    """The rules that the rows of Candidates carry for every set, made once for all sets."""

    mandatory: Mapping[Identity, Mandatory] = field(default_factory=dict)
    exclude_pairs: Mapping[Identity, ExcludePair] = field(default_factory=dict)
    prerequisites: Mapping[Identity, Prerequisite] = field(default_factory=dict)
    bundle_parts: tuple[Bundle, ...] = ()
    """One part a row; parts of one name are one bundle, also with rows of Constraints."""
    bundles: tuple[Bundle, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Members of the synergy groups by folded name."""
    unknown: frozenset[str] = frozenset()
    """Members that the registry does not have: a group with one of them is never whole."""

    def can_give(self, row: SynergyBonusRow) -> bool:
        """Whether all members of the group that the row names, if it names one, can be in a pool."""
        return row.group is None or self.unknown.isdisjoint(self.groups[fold(row.group)])


def candidate_rules(members: Iterable[CandidateMember]) -> CandidateRules:
    """The rules of the candidates; rows left out still count as members of bundles and groups."""
    members = tuple(members)
    candidates = [row for row in members if isinstance(row, CandidateRow)]
    parts = tuple(bundles_of(members))
    return CandidateRules(
        mandatory=by_identity(rule for row in candidates for rule in row.mandatory()),
        exclude_pairs=by_identity(rule for row in candidates for rule in row.exclude_pairs()),
        prerequisites=by_identity(rule for row in candidates for rule in row.prerequisites()),
        bundle_parts=parts,
        bundles=_bundles(parts),
        groups=synergy_groups(members),
        unknown=frozenset(row.initiative_key for row in members if is_unknown(row)),
    )


def compile_constraint_set(
    constraint_set_name: str, rows: Sequence[SetRow], candidates: CandidateRules, kpi_keys: Mapping[str, str]
) -> ConstraintSetCompiled:
    """All rules and targets of one set.

    Args:
        constraint_set_name: as first typed; blank for the Candidates' own rules alone.
        rows: the set's rows of Constraints and Targets, without errors.
        candidates: see `candidate_rules`.
        kpi_keys: folded → as Metrics_Config spells it.
    """
    capacities = _of(rows, CapacityRow)
    bundle_rows = [row.compiled() for row in _of(rows, BundleRow)]
    return ConstraintSetCompiled(
        constraint_set_name=constraint_set_name,
        capacity_floors=merged(rule for row in capacities for rule in floors_of(row)),
        capacity_caps=merged(rule for row in capacities for rule in caps_of(row)),
        targets=merged(row.compiled(_spelt(row.kpi_key, kpi_keys)) for row in _of(rows, TargetRow)),
        mandatory=_joined(candidates.mandatory, [row.compiled() for row in _of(rows, MandatoryRow)]),
        exclude_initiatives=merged(rule for row in _of(rows, ExcludeInitiativeRow) for rule in row.compiled()),
        exclude_pairs=_joined(candidates.exclude_pairs, [row.compiled() for row in _of(rows, ExcludePairRow)]),
        bundles=_bundles((*candidates.bundle_parts, *bundle_rows)) if bundle_rows else candidates.bundles,
        prerequisites=_joined(candidates.prerequisites, [row.compiled() for row in _of(rows, PrerequisiteRow)]),
        synergy_bonuses=merged(
            row.compiled(candidates.groups, _spelt(row.target_kpi_key, kpi_keys))
            for row in _of(rows, SynergyBonusRow)
            if candidates.can_give(row)
        ),
    )


def merged(rules: Iterable[RuleT]) -> tuple[RuleT, ...]:
    """Rules that say the same are one rule with all source rows; in canonical order."""
    return tuple(by_identity(rules).values())


def by_identity(rules: Iterable[RuleT]) -> dict[Identity, RuleT]:
    """The merged rules by what they say, in canonical order."""
    alike: dict[Identity, list[RuleT]] = {}
    for rule in rules:
        alike.setdefault(_identity(rule), []).append(rule)
    return {identity: _one(alike[identity]) for identity in sorted(alike)}


def in_sheet_order(source_rows: Iterable[SourceRow]) -> tuple[SourceRow, ...]:
    """Each once, by tab and row number."""
    places = {(tab, int(row_num)) for tab, _, row_num in (source.rpartition("!") for source in source_rows)}
    return tuple(f"{tab}!{row_num}" for tab, row_num in sorted(places))


def _joined(first: Mapping[Identity, RuleT], more: Sequence[RuleT]) -> tuple[RuleT, ...]:
    """The candidates' rules and a set's own, merged."""
    if not more:
        return tuple(first.values())
    both = dict(first)
    for identity, rule in by_identity(more).items():
        both[identity] = _one((both[identity], rule)) if identity in both else rule
    return tuple(both[identity] for identity in sorted(both))


def _bundles(parts: Iterable[Bundle]) -> tuple[Bundle, ...]:
    return merged(bundle.merged(parts))


def _one(rules: Sequence[RuleT]) -> RuleT:
    if len(rules) == 1 and len(rules[0].source_rows) == 1:
        return rules[0]
    source_rows = in_sheet_order(source for rule in rules for source in rule.source_rows)
    return rules[0].model_copy(update={"source_rows": source_rows})


def _identity(rule: Rule) -> Identity:
    return tuple(str(getattr(rule, name)) for name in type(rule).model_fields if name != "source_rows")


def _of(rows: Iterable[SetRow], model: type[RowT]) -> list[RowT]:
    return [row for row in rows if isinstance(row, model)]


def _spelt(kpi_key: str, kpi_keys: Mapping[str, str]) -> str:
    return kpi_keys.get(fold(kpi_key), kpi_key)
