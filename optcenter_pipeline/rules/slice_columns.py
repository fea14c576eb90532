"""The columns dimension and dimension_key of rows that speak about a slice."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from optcenter_pipeline.rules.row import RowName, SetRow, is_formula_error, shown, wrong
from optcenter_pipeline.rules.slices import (
    DIMENSIONS,
    WHOLE,
    SliceId,
    UnknownSliceError,
    canonical_dimension,
    slice_id,
)

DIMENSION_FORMS = f"all, {', '.join(DIMENSIONS)}, or several of these joined by '|'"


def _known_dimension(cell: Any) -> Any:
    if not isinstance(cell, str) or not cell.strip() or is_formula_error(cell):
        return cell
    canonical = canonical_dimension(cell)
    try:
        slice_id(canonical, "|".join("x" for _ in canonical.split("|")))
    except UnknownSliceError as error:
        raise wrong(str(error)) from None
    return canonical


SliceDimension = Annotated[RowName, BeforeValidator(_known_dimension)]
"""One or more of `DIMENSIONS` joined by `|`, or `all`, in canonical spelling."""


class SliceRow(SetRow):
    """A row that speaks about one slice of the portfolio."""

    dimension: SliceDimension = Field(description=DIMENSION_FORMS)
    dimension_key: str = Field(default="", validate_default=True, description="the slice's key, e.g. UK")

    @model_validator(mode="before")
    @classmethod
    def _dimension_of_key(cls, cells: Any) -> Any:
        """Hook for tabs where a blank dimension has a meaning."""
        return cls.fill_dimension(cells) if isinstance(cells, dict) and not cells.get("dimension") else cells

    @classmethod
    def fill_dimension(cls, cells: dict[str, Any]) -> dict[str, Any]:
        """The cells with a dimension where a blank one means something; here it means nothing."""
        return cells

    @field_validator("dimension_key")
    @classmethod
    def _key_fits(cls, key: str, info: ValidationInfo) -> str:
        """As many keys as dimensions; `all` needs none."""
        dimension = info.data.get("dimension")
        if is_formula_error(key):
            raise wrong(f"{key!r} is a formula error; mend the formula or type the key")
        if dimension is None:
            return key.strip()
        if dimension == WHOLE:
            if key.strip() and canonical_dimension(key) != WHOLE:
                raise wrong(f"{shown(key)} is a key, and dimension all has none; clear it or give its dimension")
            return WHOLE
        if not key.strip():
            raise wrong(f"is blank; give the key of the {dimension}")
        try:
            slice_id(dimension, key)
        except UnknownSliceError as error:
            raise wrong(str(error)) from None
        return "|".join(part.strip() for part in key.split("|")) if "|" in dimension else key.strip()

    @property
    def needs_members(self) -> bool:
        """Whether something has to come from the slice, so that an empty one can never do."""
        raise NotImplementedError

    @property
    def slice(self) -> SliceId:
        """Identity of the slice: two spellings of one slice are equal."""
        return slice_id(self.dimension, self.dimension_key)
