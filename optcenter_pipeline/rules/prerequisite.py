"""`require_prereq`: an initiative that may be funded only together with what it requires."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from optcenter_pipeline.rules.initiative_rule_row import InitiativeRuleRow
from optcenter_pipeline.rules.linear import LinearRow, PoolColumns, Terms, fixed_row
from optcenter_pipeline.rules.names import InitiativeKey, Rule, listed
from optcenter_pipeline.rules.row import Groups, KeyList, PackedKeys, Saying, wrong

FAMILY = "require_prereq"
_RIGHT = "the prerequisites, joined by '|'"


class Prerequisite(Rule):
    """x_i <= x_j for each required j."""

    initiative_key: InitiativeKey
    requires: Annotated[tuple[InitiativeKey, ...], Field(min_length=1)]

    def initiatives_named(self) -> Iterator[tuple[str, str]]:
        """The one that needs others, and those."""
        yield "initiative_key", self.initiative_key
        yield from (("requires", key) for key in self.requires)

    def missing(self, pool: PoolColumns) -> tuple[str, ...]:
        """Required initiatives outside the pool: one of them blocks the dependent."""
        return tuple(required for required in self.requires if required not in pool.index)

    def linear_rows(self, pool: PoolColumns) -> Iterable[LinearRow]:
        """A row for each required initiative, x_i = 0 where one is outside the pool."""
        dependent = pool.index.get(self.initiative_key)
        if dependent is None:
            return
        missing = self.missing(pool)
        if missing:
            are = "is" if len(missing) == 1 else "are"
            text = f"{self.initiative_key} needs {listed(missing)}, which {are} not in the pool"
            yield fixed_row(FAMILY, dependent, 0.0, self.source_rows, text)
        for required in dict.fromkeys(self.requires):
            column = pool.index.get(required)
            if column is not None and column != dependent:
                text = f"{self.initiative_key} needs {required}"
                yield LinearRow(FAMILY, Terms((dependent, column), (1.0, -1.0)), self.source_rows, text, upper=0.0)

    def in_words(self) -> str:
        """As a person would say it."""
        return f"{self.initiative_key} needs {listed(self.requires)}"


class PrerequisiteRow(InitiativeRuleRow):
    """A row of Constraints of type `require_prereq`; what is required may be packed behind the initiative."""

    initiative_columns: ClassVar[tuple[str, ...]] = ("dimension_key", "member_keys")
    constraint_type: Literal["require_prereq"]
    dimension_key: PackedKeys = Field(description="the key of the initiative that needs others")
    member_keys: KeyList = Field(default=(), validate_default=True, description=_RIGHT)

    @field_validator("dimension_key")
    @classmethod
    def _someone(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        if not keys:
            raise wrong("is blank; give the key of the initiative that needs others")
        return keys

    @field_validator("member_keys")
    @classmethod
    def _something_else(cls, members: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        packed = info.data.get("dimension_key")
        if packed is None:
            return members
        if len(packed) == 1 and not members:
            raise wrong(f"is blank; give {_RIGHT}")
        if packed[0] in packed[1:]:
            raise wrong(f"{packed[0]} cannot be its own prerequisite; take it out", "dimension_key")
        if packed[0] in members:
            raise wrong(f"{packed[0]} cannot be its own prerequisite; take it out")
        return members

    @property
    def initiative(self) -> str:
        """The initiative that needs others."""
        return self.dimension_key[0]

    @property
    def requires(self) -> tuple[str, ...]:
        """What it needs, each once."""
        return tuple(dict.fromkeys((*self.dimension_key[1:], *self.member_keys)))

    def sayings(self, groups: Groups) -> Iterator[Saying]:
        """An initiative needs the same others once."""
        text = f"that {self.initiative} needs {', '.join(sorted(self.requires))}"
        yield Saying(("prerequisite", self.initiative, frozenset(self.requires)), "dimension_key", text)

    def rules(self, groups: Groups, kpi_keys: Mapping[str, str]) -> Iterator[Rule]:
        """One, what it requires in order of the keys."""
        yield Prerequisite(
            initiative_key=self.initiative, requires=tuple(sorted(self.requires)), source_rows=(self.source_row,)
        )
