"""`synergy_bonus`: an extra effect on a KPI when all members are funded; below 0 it is cannibalisation."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from optcenter_pipeline.rules.linear import LinearRow, PoolColumns, Terms
from optcenter_pipeline.rules.members_row import SYNERGY_GROUP, MembersRow, in_number
from optcenter_pipeline.rules.names import InitiativeKey, Name, Rule, fold, listed
from optcenter_pipeline.rules.numbers import change
from optcenter_pipeline.rules.row import Groups, Number, RowName, Saying, wrong

FAMILY = "synergy_bonus"


class SynergyBonus(Rule):
    """y = product of x_i over the members; adds value·y to the KPI.

    y is continuous in [0, 1]: every use of a KPI (a maximised stage, a floor, a goal, a held stage) wants
    more of it, so y <= x_i is enough for a bonus and y >= sum x_i - (n - 1) for a malus.
    """

    members: Annotated[tuple[InitiativeKey, ...], Field(min_length=1)]
    kpi_key: Name
    value: float

    def initiatives_named(self) -> Iterator[tuple[str, str]]:
        """All members."""
        yield from (("members", key) for key in self.members)

    def in_pool(self, pool_keys: Iterable[str]) -> bool:
        """A synergy with a member outside the pool has no effect."""
        keys = pool_keys if isinstance(pool_keys, (set, frozenset, dict)) else frozenset(pool_keys)
        return all(member in keys for member in self.members)

    def linear_rows(self, pool: PoolColumns) -> Iterable[LinearRow]:
        """The rows that tie y to its members; none where the pool does not hold them all."""
        y = pool.column_of_synergy(self)
        if y is None:
            return
        members = tuple(dict.fromkeys(pool.index[m] for m in self.members))
        if self.value > 0:
            text = self.in_words()
            for member in members:
                terms = Terms((y, member), (1.0, -1.0))
                yield LinearRow(FAMILY, terms, self.source_rows, text, upper=0.0)
        elif self.value < 0:
            terms = Terms((*members, y), (*(1.0 for _ in members), -1.0))
            upper = float(len(members) - 1)
            yield LinearRow(FAMILY, terms, self.source_rows, self.in_words(), upper=upper)

    def in_words(self) -> str:
        """As a person would say it."""
        return f"{listed(self.members, ' + ')} together add {change(self.value)} {self.kpi_key}"


class SynergyBonusRow(MembersRow):
    """A row of Constraints of type `synergy_bonus`.

    With dimension `synergy_group` the dimension_key names a group of Candidates.synergy_group_keys.
    """

    DIMENSIONS: ClassVar[frozenset[str]] = MembersRow.DIMENSIONS | {"synergy", "group", SYNERGY_GROUP}
    kpi_columns: ClassVar[tuple[str, ...]] = ("target_kpi_key",)
    constraint_type: Literal["synergy_bonus"]
    target_kpi_key: RowName = Field(description="the KPI that it adds to, as in Metrics_Config")
    target_value: Number = Field(description="what it adds in the KPI's unit, a number other than 0")

    @field_validator("target_value")
    @classmethod
    def _something(cls, value: float) -> float:
        if value == 0:
            raise wrong("0 adds nothing; give a number other than 0")
        return value

    @classmethod
    def check_members(cls, members: tuple[str, ...], typed: str, column: str) -> None:
        """Two or more different initiatives."""
        if len(members) < 2:
            raise wrong(
                f"{typed} names {in_number(members)}; give two or more different ones, joined by '|'", column
            )

    def sayings(self, groups: Groups) -> Iterator[Saying]:
        """The same members add to one KPI once, whether they are named or their group is."""
        members = self._members(groups)
        if members:
            identity = ("synergy", frozenset(members), fold(self.target_kpi_key))
            text = f"a synergy of {' + '.join(sorted(members))} on {self.target_kpi_key}"
            yield Saying(identity, self.members_column, text)

    def rules(self, groups: Groups, kpi_keys: Mapping[str, str]) -> Iterator[Rule]:
        """One; none where the group that it names cannot be whole."""
        members = self._members(groups)
        if members:
            yield SynergyBonus(
                members=tuple(sorted(members)),
                kpi_key=kpi_keys.get(fold(self.target_kpi_key), self.target_kpi_key),
                value=self.target_value,
                source_rows=(self.source_row,),
            )

    def _members(self, groups: Groups) -> tuple[str, ...]:
        return self.initiatives if self.group is None else groups.get(fold(self.group), ())
