"""Which rows stand between a portfolio and the same with one candidate the other way."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np

from optcenter_pipeline.engine.linear_model import LinearModel, holds
from optcenter_pipeline.engine.propagation import Propagation
from optcenter_pipeline.explain.base_plan import BasePlan
from optcenter_pipeline.rules.linear import LinearRow
from optcenter_pipeline.rules.names import SourceRow
from optcenter_pipeline.rules.source_rows import in_brackets


class FlipRules:
    """The rows of a run, as they concern one candidate and then the next.

    Args:
        plan: the run and its portfolio.
    """

    def __init__(self, plan: BasePlan) -> None:
        self._plan = plan
        self._model: LinearModel = plan.question.model

    def broken(self, column: int) -> tuple[LinearRow, ...]:
        """The rows that the portfolio breaks once this candidate alone is the other way."""
        point = self._plan.point
        funded = [bool(value) for value in point[: self._model.candidate_count]]
        funded[column] = not funded[column]
        flipped = self._model.point(funded)
        moved = [other for other, (now, then) in enumerate(zip(point, flipped, strict=True)) if now != then]
        touched = sorted({row for other in moved for row in self._rows_of(other)})
        return tuple(row for row in map(self._model.rows.__getitem__, touched) if not holds(row, flipped))

    def forcing(self, column: int) -> tuple[LinearRow, ...] | None:
        """The rows that by themselves leave a candidate no other way; None where they leave it one."""
        if self._propagation.value(column) is None:
            return None
        return tuple(self._model.rows[number] for number in sorted(self._propagation.why(column)))

    def _rows_of(self, column: int) -> Iterator[int]:
        starts, numbers = self._by_column
        yield from numbers[starts[column] : starts[column + 1]]

    @cached_property
    def _by_column(self) -> tuple[list[int], list[int]]:
        matrix = self._model.row_matrix.matrix.tocsc()
        return np.asarray(matrix.indptr).tolist(), np.asarray(matrix.indices).tolist()

    @cached_property
    def _propagation(self) -> Propagation:
        return Propagation(self._model)


def source_rows(rows: Iterable[LinearRow]) -> tuple[SourceRow, ...]:
    """The sheet rows of some rows, each once, in their order."""
    return tuple(dict.fromkeys(source for row in rows for source in row.source_rows))


def quoted(rows: Sequence[LinearRow], most: int = 2) -> str:
    """Rows as a sentence names them: `“at most 90 tokens on country UK” (Constraints row 6)`."""
    texts = [f"“{row.text}”{in_brackets(row.source_rows)}" for row in rows]
    return _joined(texts, most)


def quoted_rules(rules: Sequence[tuple[SourceRow, str]], most: int = 4) -> str:
    """Rules by their source row, as a sentence names them."""
    return _joined([f"“{text}”{in_brackets((source,))}" for source, text in rules], most)


def _joined(texts: Sequence[str], most: int) -> str:
    each = tuple(dict.fromkeys(texts))
    if len(each) > most:
        return f"{', '.join(each[:most])} and {len(each) - most} more"
    return " and ".join((", ".join(each[:-1]), each[-1]) if len(each) > 2 else each)
