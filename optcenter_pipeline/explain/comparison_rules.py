"""Which rules two constraint sets do not share; they are matched by what they speak of, wherever they stand."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from optcenter_pipeline.explain.comparison_differences import Difference, Group, Kind, listed_keys, shown
from optcenter_pipeline.rules.bundle import Bundle
from optcenter_pipeline.rules.capacity_cap import CapacityCap
from optcenter_pipeline.rules.capacity_floor import CapacityFloor
from optcenter_pipeline.rules.constraint_set import RULE_TYPES, ConstraintSetCompiled
from optcenter_pipeline.rules.names import Rule, fold, listed
from optcenter_pipeline.rules.prerequisite import Prerequisite
from optcenter_pipeline.rules.slices import UnknownSliceError, slice_id, slice_in_words
from optcenter_pipeline.rules.synergy import SynergyBonus
from optcenter_pipeline.rules.target import Target


@dataclass(frozen=True)
class _Spoken:
    """What a rule speaks of, and what it says of that."""

    about: Hashable
    what: str
    says: tuple[tuple[str, Hashable, str | None], ...]
    """Field, what it compares by, as shown."""
    source_rows: tuple[str, ...]
    initiatives: frozenset[str]

    @property
    def compared(self) -> tuple[Hashable, ...]:
        return tuple(value for _, value, _ in self.says)

    @property
    def said(self) -> str | None:
        """All of it, for a rule that only one side has."""
        return ", ".join(text for _, _, text in self.says if text) or None


def rule_differences(before: ConstraintSetCompiled, after: ConstraintSetCompiled) -> Iterator[Difference]:
    """Rules added, removed and changed, list by list."""
    for field in RULE_TYPES:
        group = Group.TARGETS if field == "targets" else Group.CONSTRAINTS
        first, second = (_spoken_rules(field, getattr(side, field)) for side in (before, after))
        if field == "bundles":
            # one by another name is the same bundle
            first, second = _apart(first, second), _apart(second, first)
        yield from _differences(group, first, second)


def _differences(group: Group, before: list[_Spoken], after: list[_Spoken]) -> Iterator[Difference]:
    sides: dict[Hashable, tuple[list[_Spoken], list[_Spoken]]] = {}
    for side, rules in enumerate((before, after)):
        for rule in rules:
            sides.setdefault(rule.about, ([], []))[side].append(rule)
    for first, second in sides.values():
        left, right = _apart(first, second), _apart(second, first)
        for one, other in zip(left, right, strict=False):
            yield from _changed(group, one, other)
        for rule in left[len(right) :]:
            yield _one_sided(group, "removed", rule)
        for rule in right[len(left) :]:
            yield _one_sided(group, "added", rule)


def _apart(rules: list[_Spoken], others: list[_Spoken]) -> list[_Spoken]:
    """The rules that have no equal among the others, each of which counts once; in order of what they say."""
    left = Counter(other.compared for other in others)
    found = []
    for rule in rules:
        if left[rule.compared]:
            left[rule.compared] -= 1
        else:
            found.append(rule)
    return sorted(found, key=lambda rule: (rule.said or "", rule.source_rows))


def _changed(group: Group, before: _Spoken, after: _Spoken) -> Iterator[Difference]:
    for (field, one, was), (_, other, now) in zip(before.says, after.says, strict=True):
        if one != other:
            yield Difference(
                group,
                "changed",
                f"{field} of {after.what}",
                was,
                now,
                after.source_rows,
                before.initiatives | after.initiatives,
            )


def _one_sided(group: Group, kind: Kind, rule: _Spoken) -> Difference:
    before, after = (rule.said, None) if kind == "removed" else (None, rule.said)
    return Difference(group, kind, rule.what, before, after, rule.source_rows, rule.initiatives)


def _spoken_rules(field: str, rules: Iterable[Rule]) -> list[_Spoken]:
    speak = _SPEAK.get(field, _by_words)
    spoken = []
    for place, rule in enumerate(rules):
        about, what, says = speak(rule)
        initiatives = frozenset(key for _, key in rule.initiatives_named())
        sources = rule.source_rows or (f"constraint_set.{field}[{place}]",)
        spoken.append(_Spoken(about, what, says, sources, initiatives))
    return spoken


_Says = tuple[tuple[str, Hashable, str | None], ...]
_Parts = tuple[Hashable, str, _Says]


def _slice(rule: CapacityFloor | CapacityCap | Target) -> Hashable:
    """A slice in whatever spelling; one that is none of ours, as it was typed."""
    try:
        return slice_id(rule.dimension, rule.dimension_key)
    except UnknownSliceError:
        return (fold(rule.dimension), fold(rule.dimension_key))


def _floor(rule: CapacityFloor) -> _Parts:
    what = f"capacity_floor on {slice_in_words(rule.dimension, rule.dimension_key)}"
    return _slice(rule), what, (("min_tokens", rule.min_tokens, shown(rule.min_tokens)),)


def _cap(rule: CapacityCap) -> _Parts:
    what = f"capacity_cap on {slice_in_words(rule.dimension, rule.dimension_key)}"
    return _slice(rule), what, (("max_tokens", rule.max_tokens, shown(rule.max_tokens)),)


def _target(rule: Target) -> _Parts:
    about = (_slice(rule), fold(rule.kpi_key), rule.floor_or_goal)
    what = f"{rule.floor_or_goal} for {rule.kpi_key} of {slice_in_words(rule.dimension, rule.dimension_key)}"
    baseline = f"baseline {shown(rule.baseline_value)}" if rule.baseline_value else None
    value = ("target_value", rule.target_value, shown(rule.target_value))
    return about, what, (value, ("baseline_value", rule.baseline_value or 0.0, baseline))


def _bundle(rule: Bundle) -> _Parts:
    members = frozenset(rule.members)
    return fold(rule.bundle_key), f"bundle {rule.bundle_key}", (("members", members, listed_keys(members)),)


def _prerequisite(rule: Prerequisite) -> _Parts:
    needs = frozenset(rule.requires)
    return rule.initiative_key, f"what {rule.initiative_key} needs", (("keys", needs, listed_keys(needs)),)


def _synergy(rule: SynergyBonus) -> _Parts:
    members = frozenset(rule.members)
    what = f"synergy of {listed(sorted(members), ' + ')} on {rule.kpi_key}"
    return (fold(rule.kpi_key), members), what, (("value", rule.value, shown(rule.value)),)


def _by_words(rule: Any) -> _Parts:
    """Rules that say nothing but whom they are about."""
    return frozenset(key for _, key in rule.initiatives_named()), rule.in_words(), ()


_SPEAK: Mapping[str, Callable[[Any], _Parts]] = {
    "capacity_floors": _floor,
    "capacity_caps": _cap,
    "targets": _target,
    "bundles": _bundle,
    "prerequisites": _prerequisite,
    "synergy_bonuses": _synergy,
}
