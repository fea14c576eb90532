"""A valid snapshot as a model: what every run, export and analysis begins with, and varies."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from optcenter_pipeline.engine.canonical import canonical_snapshot
from optcenter_pipeline.engine.linear_model import LinearModel, Point, build_linear_model
from optcenter_pipeline.engine.objective import Plan, build_plan
from optcenter_pipeline.engine.pool import Pool, build_pool
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.rules.linear import LinearRow


@dataclass(frozen=True)
class Question:
    """What is asked: which portfolios are allowed, and which of them is wanted most."""

    snapshot: Snapshot
    """In canonical form."""
    pool: Pool
    model: LinearModel
    plan: Plan

    def with_rows(self, rows: Sequence[LinearRow]) -> "Question":
        """The question with more rows over the same columns."""
        return self.with_model_rows((*self.model.rows, *rows))

    def with_model_rows(self, rows: Sequence[LinearRow]) -> "Question":
        """The question with these rows instead of its own, over the same columns."""
        model = LinearModel(self.model.columns, tuple(rows), self.model.synergies, self.model.goals)
        return replace(self, model=model)

    def with_plan(self, plan: Plan) -> "Question":
        """The question with other stages over the same columns."""
        return replace(self, plan=plan)

    def point_of(self, keys: Collection[str]) -> Point:
        """The exact point of the portfolio that funds these; a key outside the pool is passed over."""
        funded = frozenset(keys)
        return self.model.point([c.initiative_key in funded for c in self.model.columns.candidates])

    def keys_of(self, point: Point) -> tuple[str, ...]:
        """Whom a point funds, in order of key."""
        candidates = self.model.columns.candidates
        return tuple(c.initiative_key for column, c in enumerate(candidates) if point[column])


def build_question(snapshot: Snapshot) -> Question:
    """The model of a snapshot in which `find_problems` found nothing."""
    canonical = canonical_snapshot(snapshot)
    pool = build_pool(canonical)
    model = build_linear_model(canonical, pool)
    return Question(canonical, pool, model, build_plan(canonical, pool, model))
