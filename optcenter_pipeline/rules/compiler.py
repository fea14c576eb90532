"""From valid rows to a compiled constraint set, in an order that the sheet's order of rows has no say in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from optcenter_pipeline.rules import bundle
from optcenter_pipeline.rules.bundle import Bundle
from optcenter_pipeline.rules.candidate import CandidateMember, CandidateRow, bundles_of, is_unknown, synergy_groups
from optcenter_pipeline.rules.constraint_set import RULE_TYPES, ConstraintSetCompiled
from optcenter_pipeline.rules.names import Rule
from optcenter_pipeline.rules.row import Groups, SetRow
from optcenter_pipeline.rules.source_rows import in_sheet_order

RuleT = TypeVar("RuleT", bound=Rule)
Identity = tuple[str, ...]
"""What a rule says, without the rows that say it."""


@dataclass(frozen=True)
class CandidateRules:
    """The rules that the rows of Candidates carry for every set, made once for all sets."""

    by_type: Mapping[type[Rule], Mapping[Identity, Rule]] = field(default_factory=dict)
    """All but bundles."""
    bundle_parts: tuple[Bundle, ...] = ()
    """One part a row; parts of one name are one bundle, also with rows of Constraints."""
    bundles: tuple[Bundle, ...] = ()
    groups: Groups = field(default_factory=dict)
    """The synergy groups that can be whole: none with a member that the registry does not have."""


def candidate_rules(members: Iterable[CandidateMember]) -> CandidateRules:
    """The rules of the candidates; rows left out still count as members of bundles and groups."""
    members = tuple(members)
    rules = _by_type(rule for row in members if isinstance(row, CandidateRow) for rule in row.rules())
    parts = tuple(bundles_of(members))
    unknown = frozenset(row.initiative_key for row in members if is_unknown(row))
    return CandidateRules(
        by_type={rule_type: by_identity(same) for rule_type, same in rules.items()},
        bundle_parts=parts,
        bundles=_bundles(parts),
        groups={name: keys for name, keys in synergy_groups(members).items() if unknown.isdisjoint(keys)},
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
    own = _by_type(rule for row in rows for rule in row.rules(candidates.groups, kpi_keys))
    lists: dict[str, tuple[Rule, ...]] = {
        name: _joined(candidates.by_type.get(rule_type, {}), own.get(rule_type, []))
        for name, rule_type in RULE_TYPES.items()
    }
    parts = [rule for rule in own.get(Bundle, []) if isinstance(rule, Bundle)]
    lists["bundles"] = _bundles((*candidates.bundle_parts, *parts)) if parts else candidates.bundles
    return ConstraintSetCompiled.model_validate({"constraint_set_name": constraint_set_name, **lists})


def merged(rules: Iterable[RuleT]) -> tuple[RuleT, ...]:
    """Rules that say the same are one rule with all source rows; in canonical order."""
    return tuple(by_identity(rules).values())


def by_identity(rules: Iterable[RuleT]) -> dict[Identity, RuleT]:
    """The merged rules by what they say, in canonical order."""
    alike: dict[Identity, list[RuleT]] = {}
    for rule in rules:
        alike.setdefault(_identity(rule), []).append(rule)
    return {identity: _one(alike[identity]) for identity in sorted(alike)}


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


def _by_type(rules: Iterable[Rule]) -> dict[type[Rule], list[Rule]]:
    found: dict[type[Rule], list[Rule]] = {}
    for rule in rules:
        found.setdefault(type(rule), []).append(rule)
    return found
