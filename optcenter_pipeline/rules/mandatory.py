"""`mandatory`: an initiative that every plan must fund."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Literal

from pydantic import Field

from optcenter_pipeline.rules.initiative_rule_row import InitiativeRuleRow
from optcenter_pipeline.rules.linear import LinearRow, PoolColumns, fixed_row
from optcenter_pipeline.rules.names import InitiativeKey, Rule
from optcenter_pipeline.rules.row import Groups, OneKey, Saying

FAMILY = "mandatory"


class Mandatory(Rule):
    """x_i = 1."""

    initiative_key: InitiativeKey

    def initiatives_named(self) -> Iterator[tuple[str, str]]:
        """The one that must be funded."""
        yield "initiative_key", self.initiative_key

    def linear_rows(self, pool: PoolColumns) -> Iterable[LinearRow]:
        """One row; a mandatory initiative is always in the pool (semantics.md, *The pool*, 2)."""
        column = pool.index[self.initiative_key]
        yield fixed_row(FAMILY, column, 1.0, self.source_rows, self.in_words())

    def in_words(self) -> str:
        """As a person would say it."""
        return f"{self.initiative_key} is mandatory"


class MandatoryRow(InitiativeRuleRow):
    """A row of Constraints of type `mandatory`."""

    initiative_columns: ClassVar[tuple[str, ...]] = ("dimension_key",)
    needs_candidates: ClassVar[bool] = True
    constraint_type: Literal["mandatory"]
    dimension_key: OneKey = Field(description="the key of one initiative")

    def sayings(self, groups: Groups) -> Iterator[Saying]:
        """An initiative is mandatory once."""
        text = f"that {self.dimension_key} is mandatory"
        yield Saying(("mandatory", self.dimension_key), "dimension_key", text)

    def rules(self, groups: Groups, kpi_keys: Mapping[str, str]) -> Iterator[Rule]:
        """One."""
        yield Mandatory(initiative_key=self.dimension_key, source_rows=(self.source_row,))
