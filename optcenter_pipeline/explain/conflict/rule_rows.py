"""Sheet rows and the linear rows they ask for: a person can drop a sheet row only with everything that it says."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from optcenter_pipeline.engine.infeasibility import is_bonus
from optcenter_pipeline.engine.linear_model import LinearModel
from optcenter_pipeline.rules.names import SourceRow
from optcenter_pipeline.rules.synergy import FAMILY as SYNERGY_FAMILY


@dataclass(frozen=True)
class Saying:
    """One thing that a sheet row says, and the linear rows that it takes to say it."""

    source: SourceRow
    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class RuleRows:
    """A run's rules by the sheet rows that they come from.

    A linear row is in force while any of its sheet rows is, and always where it has none. A bonus is no rule but
    like a contribution: what ties it to its members is in force whatever is dropped. A goal can be missed: it is in
    nobody's way.
    """

    model: LinearModel

    @cached_property
    def by_source(self) -> dict[SourceRow, tuple[int, ...]]:
        """Sheet row → numbers of its linear rows, in the order of the model's rows."""
        numbers: dict[SourceRow, list[int]] = {}
        for number in self._hard:
            for source in self.model.rows[number].source_rows:
                numbers.setdefault(source, []).append(number)
        return {source: tuple(own) for source, own in numbers.items()}

    @cached_property
    def unsourced(self) -> tuple[int, ...]:
        """Linear rows that nobody can drop."""
        return tuple(number for number in self._hard if not self.model.rows[number].source_rows)

    @cached_property
    def _hard(self) -> tuple[int, ...]:
        """All linear rows but goals and what ties bonuses."""
        first_shortfall = self.model.candidate_count + len(self.model.synergies)
        return tuple(
            number
            for number, row in enumerate(self.model.rows)
            if not is_bonus(row) and not (row.terms.columns and row.terms.columns[-1] >= first_shortfall)
        )

    @cached_property
    def maluses(self) -> dict[int, int]:
        """A cannibalisation's column → the row that ties it to its members, which can be dropped like any rule."""
        n, m = self.model.candidate_count, len(self.model.synergies)
        return {
            row.terms.columns[-1]: number
            for number, row in enumerate(self.model.rows)
            if row.family == SYNERGY_FAMILY and n <= row.terms.columns[-1] < n + m
        }

    def numbers(self, sources: Iterable[SourceRow]) -> list[int]:
        """The linear rows that these ask for, in order."""
        return sorted({number for source in sources for number in self.by_source[source]})

    def sources(self, numbers: Iterable[int], among: Collection[SourceRow]) -> list[SourceRow]:
        """Some of these sheet rows that ask for all of these linear rows, one each; in order of the rows."""
        return list(dict.fromkeys(source for n in sorted(numbers) for source in self._source(n, among)))

    def _source(self, number: int, among: Collection[SourceRow]) -> Sequence[SourceRow]:
        return [source for source in self.model.rows[number].source_rows if source in among][:1]

    def sayings(self, sources: Sequence[SourceRow]) -> list[Saying]:
        """What these sheet rows say, by row and then in order of the linear rows."""
        found: dict[tuple[SourceRow, str], list[int]] = {}
        for source in sources:
            for number in self.by_source[source]:
                found.setdefault((source, self.model.rows[number].text), []).append(number)
        return [Saying(source, text, tuple(numbers)) for (source, text), numbers in found.items()]
