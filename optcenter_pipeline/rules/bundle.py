"""`bundle_all_or_nothing`: initiatives that are funded together or not at all."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, field_validator

from optcenter_pipeline.rules.linear import LinearRow, PoolColumns, Terms, fixed_row
from optcenter_pipeline.rules.members_row import in_number
from optcenter_pipeline.rules.names import InitiativeKey, Name, Rule, fold, listed
from optcenter_pipeline.rules.row import Groups, KeyList, RowName, Saying, SetRow, shown, word, wrong

FAMILY = "bundle_all_or_nothing"


class Bundle(Rule):
    """x_i = x_j for all members i, j."""

    bundle_key: Name
    members: Annotated[tuple[InitiativeKey, ...], Field(min_length=1)]

    def initiatives_named(self) -> Iterator[tuple[str, str]]:
        """All members."""
        yield from (("members", key) for key in self.members)

    def missing(self, pool: PoolColumns) -> tuple[str, ...]:
        """Members outside the pool: with one of them missing the whole bundle is blocked."""
        return tuple(member for member in self.members if member not in pool.index)

    def linear_rows(self, pool: PoolColumns) -> Iterable[LinearRow]:
        """A chain of equalities, or x = 0 for every member where one is outside the pool."""
        columns = sorted({pool.index[m] for m in self.members if m in pool.index})
        missing = self.missing(pool)
        if missing:
            are = "is" if len(missing) == 1 else "are"
            text = f"{self.in_words()}, and {listed(missing)} {are} not in the pool"
            for column in columns:
                yield fixed_row(FAMILY, column, 0.0, self.source_rows, text)
            return
        text = self.in_words()
        for first, second in pairwise(columns):
            terms = Terms((first, second), (1.0, -1.0))
            yield LinearRow(FAMILY, terms, self.source_rows, text, lower=0.0, upper=0.0)

    def in_words(self) -> str:
        """As a person would say it."""
        return f"bundle {self.bundle_key} ({listed(self.members)}) is funded whole or not at all"


class BundleRow(SetRow):
    """A row of Constraints of type `bundle_all_or_nothing`."""

    tab: ClassVar[str] = "Constraints"
    initiative_columns: ClassVar[tuple[str, ...]] = ("member_keys",)
    constraint_type: Literal["bundle_all_or_nothing"]
    dimension: Annotated[Literal["bundle"], BeforeValidator(word)] = Field(
        default="bundle", description="bundle, or leave it blank"
    )
    dimension_key: RowName = Field(description="the bundle's name")
    member_keys: KeyList = Field(description="two or more initiatives, joined by '|'")

    @field_validator("member_keys")
    @classmethod
    def _several(cls, members: tuple[str, ...]) -> tuple[str, ...]:
        if len(members) < 2:
            raise wrong(
                f"{shown(members)} names {in_number(members)}; give two or more different ones, joined by '|'"
            )
        return members

    def sayings(self, groups: Groups) -> Iterator[Saying]:
        """A bundle has the same members once; one name with other members adds them."""
        name, own = f"bundle {self.dimension_key!r}", ("bundle", fold(self.dimension_key))
        yield Saying((*own, frozenset(self.member_keys)), "dimension_key", f"{name} with these members")
        yield Saying(own, "dimension_key", name, together="all members are one bundle")

    def rules(self, groups: Groups, kpi_keys: Mapping[str, str]) -> Iterator[Rule]:
        """A part of the bundle, its members in order of their keys; see `merged`."""
        yield Bundle(
            bundle_key=self.dimension_key, members=tuple(sorted(self.member_keys)), source_rows=(self.source_row,)
        )


def merged(bundles: Iterable[Bundle]) -> tuple[Bundle, ...]:
    """Bundles of one name are one bundle: all their members, all their source rows; fewer than two members: none.

    Of several spellings of the name the first in alphabetical order is kept, so that the order of rows has no say.
    """
    by_name: dict[str, list[Bundle]] = {}
    for bundle in bundles:
        by_name.setdefault(fold(bundle.bundle_key), []).append(bundle)
    unions = (
        Bundle(
            bundle_key=min(bundle.bundle_key for bundle in same),
            members=tuple(sorted({member for bundle in same for member in bundle.members})),
            source_rows=tuple(row for bundle in same for row in bundle.source_rows),
        )
        for same in by_name.values()
    )
    return tuple(bundle for bundle in unions if len(bundle.members) > 1)
