"""Bundles and synergy groups: members that stand in several rows, or in none."""

from collections.abc import Iterable, Mapping, Sequence

from optcenter_pipeline.rows.findings import Findings
from optcenter_pipeline.rows.nearest import Nearest
from optcenter_pipeline.rows.set_rows import RowsOfSet
from optcenter_pipeline.rows.sheet_row import SheetRow, SheetRows, by_key
from optcenter_pipeline.rules.bundle import BundleRow
from optcenter_pipeline.rules.candidate import CandidateMember, CandidateRow
from optcenter_pipeline.rules.exclude_initiative import ExcludeInitiativeRow
from optcenter_pipeline.rules.members_row import SYNERGY_GROUP
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.row import Groups, shown
from optcenter_pipeline.rules.synergy import SynergyBonusRow

Candidates = Sequence[tuple[SheetRow, CandidateRow]]


def check_lonely_bundles(
    candidates: Candidates, members: Iterable[CandidateMember], rows: SheetRows, findings: Findings
) -> None:
    """A bundle with one member in all ties nothing together."""
    sizes: dict[str, int] = {}
    for member in members:
        if member.bundle_key is not None:
            sizes[fold(member.bundle_key)] = sizes.get(fold(member.bundle_key), 0) + 1
    named = {
        fold(name)
        for row in rows.of("Constraints")
        if row.constraint_type() == "bundle_all_or_nothing" and (name := row.name("dimension_key")) is not None
    }
    for row, candidate in candidates:
        key = candidate.bundle_key
        if key is not None and sizes[fold(key)] == 1 and fold(key) not in named:
            findings.warning(row, "bundle_key", f"{shown(key)} has no other member: it ties nothing together")


def bundle_names(members: Iterable[CandidateMember]) -> dict[str, set[str]]:
    """initiative → the (folded) bundles that its row of Candidates puts it in."""
    names: dict[str, set[str]] = {}
    for member in members:
        if member.bundle_key is not None:
            names.setdefault(member.initiative_key, set()).add(fold(member.bundle_key))
    return names


def check_excluded_members(
    rows: RowsOfSet, by_candidates: Mapping[str, set[str]], sizes: Mapping[str, int], findings: Findings
) -> None:
    """A bundle with an excluded member: the whole bundle can never be funded.

    Args:
        rows: the rows of one set.
        by_candidates: see `bundle_names`.
        sizes: how many members each (folded) bundle has in Candidates.
        findings: what is found goes here.
    """
    bundles: dict[str, list[tuple[SheetRow, BundleRow]]] = {}
    for row, bundle in rows.of(BundleRow):
        bundles.setdefault(fold(bundle.dimension_key), []).append((row, bundle))
    holders: dict[str, set[str]] = {}
    for name, parts in bundles.items():
        for _, bundle in parts:
            for key in bundle.member_keys:
                holders.setdefault(key, set()).add(name)
    for row, exclusion in rows.of(ExcludeInitiativeRow):
        for key in exclusion.initiatives:
            own = {name for name in by_candidates.get(key, ()) if name in bundles or sizes[name] > 1}
            for name in sorted(own | holders.get(key, set())):
                text = f"{key} is a member of bundle {name!r}: none of the bundle can be funded"
                findings.warning(row, exclusion.column_of(key), text)
                for bundle_row, _ in bundles.get(name, ()):
                    text = f"{key} is excluded in {row.source_row}: none of the bundle can be funded"
                    findings.warning(bundle_row, "member_keys", text)


def check_groups_exist(rows: SheetRows, groups: Groups, findings: Findings) -> None:
    """A synergy row that names a group needs its members in Candidates."""
    nearest = Nearest(groups)
    for row, synergy in by_key(rows.of("Constraints"), SynergyBonusRow):
        if synergy.group is None:
            continue
        members = groups.get(fold(synergy.group), ())
        if not members:
            right = nearest.hint(fold(synergy.group)) or "; give a group of Candidates.synergy_group_keys"
            findings.error(row, "dimension_key", f"{shown(synergy.group)} is no synergy group in Candidates{right}")
        elif len(members) == 1:
            text = f"synergy group {shown(synergy.group)} has one member in Candidates; give it two or more"
            findings.error(row, "dimension_key", text)


def check_groups_have_values(candidates: Candidates, rows: SheetRows, groups: Groups, findings: Findings) -> None:
    """A group names members only: somewhere a synergy row has to say what they add."""
    named: set[str] = set()
    valued: set[frozenset[str]] = set()
    for row in rows.of("Constraints"):
        if row.constraint_type() != "synergy_bonus":
            continue
        name = row.name("dimension_key")
        if row.word("dimension") == SYNERGY_GROUP and name is not None:
            named.add(fold(name))
        elif isinstance(row.by_key, SynergyBonusRow):
            valued.add(frozenset(row.by_key.initiatives))
    for row, candidate in candidates:
        for group in candidate.synergy_group_keys:
            if fold(group) not in named and frozenset(groups[fold(group)]) not in valued:
                text = (
                    f"synergy group {shown(group)} has no value: no synergy_bonus row names it or has its members"
                )
                findings.warning(row, "synergy_group_keys", text)
