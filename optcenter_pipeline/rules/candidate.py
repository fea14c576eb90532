"""The rows of Candidates, and the rules that they carry for every set of every scenario."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from optcenter_pipeline.rules.bundle import Bundle
from optcenter_pipeline.rules.exclude_pair import ExcludePair
from optcenter_pipeline.rules.mandatory import Mandatory
from optcenter_pipeline.rules.names import Name, Rule, fold
from optcenter_pipeline.rules.prerequisite import Prerequisite
from optcenter_pipeline.rules.row import Flag, KeyList, PositiveTokens, Remark, Row, RowKey, RowName, wrong


class CandidateRow(Row):
    """A row of Candidates."""

    tab: ClassVar[str] = "Candidates"
    initiative_columns: ClassVar[tuple[str, ...]] = ("initiative_key", "prerequisite_keys", "exclusion_keys")
    initiative_key: RowKey = Field(description="the key of an initiative, as in Initiatives")
    engineering_tokens: PositiveTokens = Field(description="tokens as a number above 0")
    deadline_date: Annotated[dt.date, Field(strict=True)] | None = Field(
        default=None, description="a date, e.g. 2026-09-30, or leave it blank"
    )
    is_mandatory: Flag = Field(default=False, description="TRUE or FALSE, or leave it blank for FALSE")
    mandate_reason: str = ""
    bundle_key: RowName | None = Field(default=None, description="the bundle's name, or leave it blank")
    prerequisite_keys: KeyList = Field(default=(), description="keys of initiatives, joined by '|'")
    exclusion_keys: KeyList = Field(default=(), description="keys of initiatives, joined by '|'")
    synergy_group_keys: tuple[RowName, ...] = Field(default=(), description="names of groups, joined by '|'")
    is_selected_for_run: Flag = Field(default=False, description="TRUE or FALSE, or leave it blank for FALSE")
    notes: str = ""

    @field_validator("prerequisite_keys", "exclusion_keys")
    @classmethod
    def _others(cls, keys: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        own = info.data.get("initiative_key")
        if own in keys:
            what = "be its own prerequisite" if info.field_name == "prerequisite_keys" else "exclude itself"
            raise wrong(f"{own} cannot {what}; take it out")
        return keys

    def remarks(self, cells: Mapping[str, object]) -> Iterator[Remark]:
        """A reason for a mandate that is not there."""
        if self.mandate_reason.strip() and not self.is_mandatory:
            yield Remark(
                "mandate_reason", "is filled, but is_mandatory is not TRUE: the initiative is not mandatory"
            )

    def rules(self) -> Iterator[Rule]:
        """What the row itself says; a bundle is said by all its rows, see `bundles_of`."""
        sources = (self.source_row,)
        if self.is_mandatory:
            yield Mandatory(initiative_key=self.initiative_key, source_rows=sources)
        for other in self.exclusion_keys:
            first, second = sorted((self.initiative_key, other))
            yield ExcludePair(members=(first, second), source_rows=sources)
        if self.prerequisite_keys:
            requires = tuple(sorted(self.prerequisite_keys))
            yield Prerequisite(initiative_key=self.initiative_key, requires=requires, source_rows=sources)


class CandidateLeftOut(Row):
    """A row of Candidates in error: no candidate, but what it belongs to still knows it as a member.

    Without that a bundle would be funded in part because one of its rows has a typing error: so it is blocked
    (semantics.md, *The pool*, 4), and a synergy group's value is not given for less than the whole group.
    """

    tab: ClassVar[str] = "Candidates"
    initiative_key: RowKey
    is_known: bool
    """Whether the registry has it; no rule can name what it does not have."""
    bundle_key: Name | None = None
    synergy_group_keys: tuple[Name, ...] = ()


CandidateMember = CandidateRow | CandidateLeftOut


def bundles_of(candidates: Iterable[CandidateMember]) -> Iterator[Bundle]:
    """bundle_key as a bundle of one member a row; `bundle.merged` makes them whole."""
    for row in candidates:
        if row.bundle_key is not None and not is_unknown(row):
            yield Bundle(bundle_key=row.bundle_key, members=(row.initiative_key,), source_rows=(row.source_row,))


def is_unknown(row: CandidateMember) -> bool:
    """Whether the registry does not have the initiative."""
    return isinstance(row, CandidateLeftOut) and not row.is_known


def synergy_groups(candidates: Iterable[CandidateMember]) -> dict[str, tuple[str, ...]]:
    """Members of each synergy group, by its folded name."""
    members: dict[str, set[str]] = {}
    for row in candidates:
        for group in row.synergy_group_keys:
            members.setdefault(fold(group), set()).add(row.initiative_key)
    return {group: tuple(sorted(keys)) for group, keys in sorted(members.items())}
