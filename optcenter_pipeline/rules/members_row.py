"""Rows of Constraints whose members stand in dimension_key (`A|B`) or in member_keys, in any order."""

from collections.abc import Collection
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from optcenter_pipeline.rules.names import Name
from optcenter_pipeline.rules.row import KeyList, SetRow, is_formula_error, shown, split_keys, word, wrong

SYNERGY_GROUP = "synergy_group"
"""The dimension whose key is the name of a group of Candidates.synergy_group_keys."""


def in_number(members: Collection[str]) -> str:
    """`one initiative`, `3 initiatives`."""
    return "one initiative" if len(members) == 1 else f"{len(members)} initiatives"


class MembersRow(SetRow):
    """A rule about a few initiatives that stand on one level."""

    tab: ClassVar[str] = "Constraints"
    initiative_columns: ClassVar[tuple[str, ...]] = ("dimension_key", "member_keys")
    DIMENSIONS: ClassVar[frozenset[str]] = frozenset({"initiative", "initiatives", "pair", "initiative_pair"})
    """What the column dimension may say; all of it means the same, but for `synergy_group`."""

    dimension: Annotated[str, BeforeValidator(word)] = Field(default="initiative", description="initiative")
    dimension_key: str = Field(default="", description="the initiatives, joined by '|'")
    member_keys: KeyList = Field(default=(), validate_default=True, description="the initiatives, joined by '|'")

    @field_validator("dimension")
    @classmethod
    def _dimension_fits(cls, dimension: str) -> str:
        if dimension not in cls.DIMENSIONS:
            names = " or ".join(["initiative", *(cls.DIMENSIONS & {SYNERGY_GROUP})])
            raise wrong(f"{shown(dimension)} means nothing here; give {names}, or leave it blank")
        return dimension

    @field_validator("dimension_key")
    @classmethod
    def _no_formula_error(cls, text: str) -> str:
        if is_formula_error(text):
            raise wrong(f"{text!r} is a formula error; mend the formula or type the keys")
        return text.strip()

    @field_validator("member_keys")
    @classmethod
    def _members_fit(cls, members: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        packed, dimension = info.data.get("dimension_key"), info.data.get("dimension")
        if packed is None or dimension is None:
            return members
        if dimension == SYNERGY_GROUP:
            if not packed:
                raise wrong("is blank; give the name of the synergy group", "dimension_key")
            if members:
                text = (
                    "means nothing here: a group's members stand in Candidates.synergy_group_keys; clear the cell"
                )
                raise wrong(f"{shown(members)} {text}")
            return members
        keys = _keys(packed)
        if keys and members and set(keys) != set(members):
            raise wrong(
                f"{shown(members)} and dimension_key {shown(packed)} differ; name the initiatives in one of them"
            )
        if not keys and not members:
            raise wrong("is blank; give the initiatives, joined by '|'", "dimension_key")
        if keys:
            cls.check_members(keys, shown(packed), "dimension_key")
        else:
            cls.check_members(members, shown(members), "member_keys")
        return members

    @classmethod
    def check_members(cls, members: tuple[str, ...], typed: str, column: str) -> None:
        """Raise where these (different) initiatives are too few or too many."""
        raise NotImplementedError

    @property
    def group(self) -> Name | None:
        """The synergy group that the row names, if it names one."""
        return self.dimension_key if self.dimension == SYNERGY_GROUP else None

    @property
    def members_column(self) -> str:
        """The column that says who they are."""
        return "dimension_key" if self.dimension_key else "member_keys"

    @property
    def initiatives(self) -> tuple[str, ...]:
        """The members, each once; none where the row names a group."""
        if self.group is not None:
            return ()
        return self.member_keys or _keys(self.dimension_key)


def _keys(packed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key.upper() for key in split_keys(packed)))
