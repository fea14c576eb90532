"""Slices of a pool: the members that match a `(dimension, dimension_key)` (semantics.md, *Slices*)."""

from optcenter_pipeline.rules.names import fold

DIMENSIONS = ("country", "region", "segment", "product", "category", "program", "department")
"""The attributes of an initiative that a slice may be cut by, in canonical order."""

WHOLE = "all"
"""Dimension and key of the whole pool."""

_ALIASES = {
    "country_product": "country|product",
    "market": "country",
    "team": "department",
    "program_key": "program",
    "global": WHOLE,
    "total": WHOLE,
    "company": WHOLE,
}

SliceId = tuple[tuple[str, str], ...]
"""A slice in canonical form: (dimension, folded key) pairs in the order of `DIMENSIONS`; `()` is all/all."""


class UnknownSliceError(ValueError):
    """The dimension is not one of ours, or dimension and key have a different number of parts."""


def canonical_dimension(dimension: str) -> str:
    """`Country_Product` → `country|product`; parts keep their order, an unknown name is left as it is."""
    folded = fold(dimension)
    folded = _ALIASES.get(folded, folded)
    return "|".join(_ALIASES.get(part.strip(), part.strip()) for part in folded.split("|"))


def slice_id(dimension: str, dimension_key: str | None) -> SliceId:
    """Canonical identity of a slice: two spellings of one slice are equal.

    Raises:
        UnknownSliceError: the text says what is wrong and what would be right.
    """
    canonical = canonical_dimension(dimension)
    if canonical == WHOLE:
        return ()
    parts = canonical.split("|")
    typed = dimension_key or ""
    keys = [fold(key) for key in (typed.split("|") if len(parts) > 1 else [typed])]
    for part in parts:
        if part not in DIMENSIONS:
            raise UnknownSliceError(
                f"{part!r} is not a dimension; give all, {', '.join(DIMENSIONS)}, or several joined by '|'"
            )
    if len(set(parts)) != len(parts):
        raise UnknownSliceError(f"{dimension!r} names a dimension twice")
    if len(keys) != len(parts) or not all(keys):
        raise UnknownSliceError(
            f"{dimension!r} needs {len(parts)} key{'s' if len(parts) > 1 else ''}"
            f"{' joined by |' if len(parts) > 1 else ''}, {dimension_key!r} gives {sum(map(bool, keys))}"
        )
    return tuple(sorted(zip(parts, keys, strict=True), key=lambda pair: DIMENSIONS.index(pair[0])))


def slice_in_words(dimension: str, dimension_key: str | None) -> str:
    """`country UK`, `country|product UK|Payments`, or `the whole portfolio`."""
    if canonical_dimension(dimension) == WHOLE:
        return "the whole portfolio"
    return f"{dimension} {dimension_key}"
