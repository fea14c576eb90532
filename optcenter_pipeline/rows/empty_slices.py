"""Slices that no initiative of the registry lies in."""

from optcenter_pipeline.rows.findings import Findings
from optcenter_pipeline.rows.nearest import Nearest
from optcenter_pipeline.rows.sheet_row import SheetRow, SheetRows, by_key
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.slice_columns import SliceRow
from optcenter_pipeline.rules.slices import DIMENSIONS, SliceId, slice_in_words


class RegistrySlices:
    """Which slices have members, asked one combination of dimensions at a time."""

    def __init__(self, initiatives: list[SheetRow]) -> None:
        self._attributes = [
            {d: fold(cell) for d in DIMENSIONS if isinstance(cell := row.cells.get(d), str)} for row in initiatives
        ]
        self._spellings = {
            d: Nearest(dict.fromkeys(str(row.cells[d]).strip() for row in initiatives if d in row.cells))
            for d in DIMENSIONS
        }
        self._keys: dict[tuple[str, ...], set[tuple[str | None, ...]]] = {}

    def is_empty(self, wanted: SliceId) -> bool:
        """Whether no initiative lies in the slice; the whole portfolio is never empty."""
        if not wanted:
            return False
        dimensions = tuple(dimension for dimension, _ in wanted)
        if dimensions not in self._keys:
            self._keys[dimensions] = {tuple(each.get(d) for d in dimensions) for each in self._attributes}
        return tuple(key for _, key in wanted) not in self._keys[dimensions]

    def hint(self, wanted: SliceId) -> str:
        """The nearest spelling of the one key, where one is near."""
        if len(wanted) != 1:
            return ""
        ((dimension, key),) = wanted
        return self._spellings[dimension].hint(key)


def check_slices(rows: SheetRows, findings: Findings) -> None:
    """A slice without members is a warning, and an error where something has to come from it."""
    slices = RegistrySlices(list(rows.of("Initiatives")))
    for row, model in by_key(rows.of("Constraints", "Targets"), SliceRow):
        if not slices.is_empty(model.slice):
            continue
        where = slice_in_words(model.dimension, model.dimension_key)
        hint = slices.hint(model.slice)
        if model.needs_members:
            right = hint or "; give a key that some initiative has in Initiatives"
            findings.error(
                row, "dimension_key", f"no initiative lies in {where}: its floor can never be met{right}"
            )
        else:
            findings.warning(row, "dimension_key", f"no initiative lies in {where}{hint}")
