"""What contributions and tokens turn out to be in each draw.

Each number has a stream of its own, named by seed, initiative and KPI; draw d takes its d-th number. So a draw is
the same whatever else is drawn, in whatever order: one more candidate, more draws or processes change nothing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from pyomo.common.gc_manager import PauseGC

from optcenter_pipeline.engine.linear_model import build_linear_model
from optcenter_pipeline.engine.objective import build_plan
from optcenter_pipeline.engine.question import Question
from optcenter_pipeline.engine.row_matrix import Floats
from optcenter_pipeline.rules.names import LARGEST, SMALLEST, fold
from optcenter_pipeline.rules.portfolio import Candidate


@dataclass(frozen=True, slots=True)
class UncertainContribution:
    """A contribution with a range."""

    column: int
    kpi_key: str
    mode: float
    """The contribution as it is planned; 0 where none is given."""
    low: float
    high: float

    @property
    def is_inside(self) -> bool:
        """Whether the planned contribution lies within its range."""
        return self.low <= self.mode <= self.high


@dataclass(frozen=True)
class Draws:
    """Seeded draws of one question's numbers.

    Args:
        question: the run's.
        count: how many draws there are.
        tokens_pct: tokens lie evenly within so many percent of those planned, either way; below 100.
        seed: 0 or more.
    """

    question: Question
    count: int
    tokens_pct: float
    seed: int

    @property
    def _candidates(self) -> tuple[Candidate, ...]:
        return self.question.model.columns.candidates

    @cached_property
    def uncertain(self) -> tuple[UncertainContribution, ...]:
        """Every contribution of the pool that has a range, in order of candidate."""
        return tuple(
            UncertainContribution(column, kpi, candidate.contributions.get(kpi, 0.0), low, high)
            for column, candidate in enumerate(self._candidates)
            for kpi, (low, high) in sorted(candidate.contribution_ranges.items())
        )

    @property
    def varies(self) -> bool:
        """Whether a draw can have any number that is not the planned one."""
        return self.tokens_pct > 0 or any(not entry.low == entry.mode == entry.high for entry in self.uncertain)

    def contributions(self, number: int) -> Floats:
        """What draw `number` makes of `uncertain`. Shape (uncertain,)."""
        ends = np.array([(entry.low, entry.mode, entry.high) for entry in self.uncertain]).reshape(-1, 3)
        return drawn_between(ends[:, 0], ends[:, 1], ends[:, 2], self._even_contributions[:, number])

    def tokens(self, number: int) -> Floats:
        """What draw `number` makes of the pool's tokens. Shape (candidates,)."""
        planned = np.array([candidate.engineering_tokens for candidate in self._candidates])
        if not self.tokens_pct:
            return planned
        factors = 1 + self.tokens_pct / 100 * (2 * self._even_tokens[:, number] - 1)
        return np.asarray(np.clip(planned * factors, SMALLEST, LARGEST))

    @cached_property
    def _even_contributions(self) -> Floats:
        return self._even(
            [(self._candidates[entry.column].initiative_key, entry.kpi_key) for entry in self.uncertain]
        )

    @cached_property
    def _even_tokens(self) -> Floats:
        return self._even([(candidate.initiative_key, "") for candidate in self._candidates])

    def _even(self, names: Sequence[tuple[str, str]]) -> Floats:
        """Numbers spread evenly from 0 to 1, a stream for each (initiative, KPI). Shape (names, draws)."""
        numbers = np.empty((len(names), self.count))
        for position, (key, kpi) in enumerate(names):
            stream = np.random.SeedSequence(self.seed, spawn_key=_words(key, kpi))
            np.random.default_rng(stream).random(out=numbers[position])
        return numbers

    def drawn(self, number: int) -> Question:
        """The run's question with the numbers of draw `number`; nothing else of it is other.

        Only numbers differ, and each is in range, so nothing is validated or brought in order again.
        """
        question = self.question
        with PauseGC():
            candidates = self._drawn_candidates(number)
            by_key = {candidate.initiative_key: candidate for candidate in candidates}
            listed = tuple(by_key.get(c.initiative_key, c) for c in question.snapshot.candidates)
            snapshot = question.snapshot.model_copy(update={"candidates": listed})
            pool = replace(question.pool, columns=replace(question.pool.columns, candidates=candidates))
            model = build_linear_model(snapshot, pool)
            return Question(snapshot, pool, model, build_plan(snapshot, pool, model))

    def _drawn_candidates(self, number: int) -> tuple[Candidate, ...]:
        """The pool with the numbers of a draw."""
        contributions = [dict(candidate.contributions) for candidate in self._candidates]
        for entry, amount in zip(self.uncertain, self.contributions(number).tolist(), strict=True):
            contributions[entry.column][entry.kpi_key] = amount
        tokens = self.tokens(number).tolist()
        return tuple(
            candidate.model_copy(update={"engineering_tokens": cost, "contributions": amounts})
            for candidate, cost, amounts in zip(self._candidates, tokens, contributions, strict=True)
        )


def drawn_between(low: Floats, mode: Floats, high: Floats, even: Floats) -> Floats:
    """Numbers from low to high: most often near the mode (triangular), evenly where that lies outside.

    Args:
        low: smallest. Shape (n,).
        mode: likeliest. Shape (n,).
        high: largest. Shape (n,).
        even: where in its distribution each number lies, 0 to 1. Shape (n,).
    """
    width = high - low
    is_inside = (low <= mode) & (mode <= high)
    peak = np.where(is_inside, mode, low)
    rises = even * width < peak - low
    below = low + np.sqrt(even * width * (peak - low))
    above = high - np.sqrt((1 - even) * width * (high - peak))
    drawn = np.where(is_inside, np.where(rises, below, above), low + even * width)
    return np.asarray(np.clip(drawn, low, high))


def _words(initiative_key: str, kpi_key: str) -> tuple[int, ...]:
    """A name as eight whole numbers."""
    digest = hashlib.sha256(f"{initiative_key}\0{fold(kpi_key)}".encode()).digest()
    return tuple(int(word) for word in np.frombuffer(digest, dtype="<u4"))
