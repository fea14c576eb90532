"""The tokens that a finished portfolio leaves under each cap, and whom that is too little for."""

from collections.abc import Iterator
from dataclasses import dataclass

from optcenter_pipeline.engine.linear_model import LinearModel, Point, row_tolerance
from optcenter_pipeline.engine.row_matrix import row_matrix
from optcenter_pipeline.rules import capacity_cap
from optcenter_pipeline.rules.linear import LinearRow
from optcenter_pipeline.rules.numbers import amount, counted
from optcenter_pipeline.rules.source_rows import in_brackets


class Room:
    """All caps of a run: those of slices, then the scenario's capacity.

    Args:
        model: the run.
        point: the exact point of its portfolio.
    """

    def __init__(self, model: LinearModel, point: Point) -> None:
        rows = [row for row in model.rows if row.family == capacity_cap.FAMILY]
        rows += [row for row in model.rows if row.family == capacity_cap.SCENARIO_FAMILY]
        self._caps = [_Cap.of(row, point) for row in rows]
        by_column = row_matrix(rows, model.column_count).matrix.tocsc()
        self._starts, self._numbers = by_column.indptr.tolist(), by_column.indices.tolist()
        self._candidates = model.columns.candidates

    def lacking(self, column: int) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each cap that a candidate which is not funded does not fit under: a text, and the cap's source rows."""
        tokens = self._candidates[column].engineering_tokens
        for number in self._numbers[self._starts[column] : self._starts[column + 1]]:
            cap = self._caps[number]
            if tokens > cap.room:
                yield f"did not fit: it needs {counted(tokens, 'token')}{cap.told}", cap.source_rows


@dataclass(frozen=True, slots=True)
class _Cap:
    """The tokens that still fit under a cap, and what is said of a candidate that does not."""

    room: float
    told: str
    """What stands behind the tokens that the candidate needs."""
    source_rows: tuple[str, ...]

    @staticmethod
    def of(row: LinearRow, point: Point) -> "_Cap":
        free = max(0.0, row.upper - row.terms.value(point))
        room, left = free + row_tolerance(row), amount(free) if free else "none"
        if row.family == capacity_cap.SCENARIO_FAMILY:
            return _Cap(room, f", with {left} left; what was chosen brings more", ())
        told = f", with {left} left of {row.text}{in_brackets(row.source_rows)}"
        return _Cap(room, told, row.source_rows)
