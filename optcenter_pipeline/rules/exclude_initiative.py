"""`exclude_initiative`: an initiative that no plan may fund."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from optcenter_pipeline.rules.initiative_rule_row import InitiativeRuleRow
from optcenter_pipeline.rules.linear import LinearRow, PoolColumns, fixed_row
from optcenter_pipeline.rules.names import InitiativeKey, Rule
from optcenter_pipeline.rules.row import Groups, KeyList, PackedKeys, Saying, wrong

FAMILY = "exclude_initiative"
_RIGHT = "the key of the initiative, or several joined by '|'"


class ExcludeInitiative(Rule):
    """x_i = 0."""

    initiative_key: InitiativeKey

    def initiatives_named(self) -> Iterator[tuple[str, str]]:
        """The one that may not be funded."""
        yield "initiative_key", self.initiative_key

    def linear_rows(self, pool: PoolColumns) -> Iterable[LinearRow]:
        """One row where the initiative is in the pool."""
        column = pool.index.get(self.initiative_key)
        if column is not None:
            yield fixed_row(FAMILY, column, 0.0, self.source_rows, self.in_words())

    def in_words(self) -> str:
        """As a person would say it."""
        return f"{self.initiative_key} is excluded"


class ExcludeInitiativeRow(InitiativeRuleRow):
    """A row of Constraints of type `exclude_initiative`: one initiative or more."""

    initiative_columns: ClassVar[tuple[str, ...]] = ("dimension_key", "member_keys")
    constraint_type: Literal["exclude_initiative"]
    dimension_key: PackedKeys = Field(default=(), description=_RIGHT)
    member_keys: KeyList = Field(default=(), validate_default=True, description=_RIGHT)

    @field_validator("member_keys")
    @classmethod
    def _someone(cls, members: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if "dimension_key" in info.data and not (info.data["dimension_key"] or members):
            raise wrong(f"is blank; give {_RIGHT}", "dimension_key")
        return members

    @property
    def initiatives(self) -> tuple[str, ...]:
        """All initiatives that the row excludes, each once."""
        return tuple(dict.fromkeys((*self.dimension_key, *self.member_keys)))

    def column_of(self, initiative: str) -> str:
        """The column that one of them stands in."""
        return "dimension_key" if initiative in self.dimension_key else "member_keys"

    def sayings(self, groups: Groups) -> Iterator[Saying]:
        """An initiative is excluded once."""
        for key in self.initiatives:
            yield Saying(("exclude", key), self.column_of(key), f"that {key} is excluded")

    def rules(self, groups: Groups, kpi_keys: Mapping[str, str]) -> Iterator[Rule]:
        """One for each initiative."""
        for key in self.initiatives:
            yield ExcludeInitiative(initiative_key=key, source_rows=(self.source_row,))
