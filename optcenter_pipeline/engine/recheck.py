"""What a rounded portfolio that breaks a row teaches: a cut that no portfolio which keeps the row breaks.

The solver accepts a row that misses its bound by a tolerance; people do not. A portfolio is accepted only after
every row was added up exactly. Where one breaks, only funding (or dropping) somebody who brings the row back can
help, and that is a row of whole numbers, which rounding cannot hurt.
"""

from optcenter_pipeline.engine.linear_model import LinearModel, Point
from optcenter_pipeline.rules.linear import LinearRow, Terms

CUT_FAMILY = "exact_recheck"


def repairing_cut(model: LinearModel, row: LinearRow, point: Point) -> LinearRow:
    """sum of (1 - x_i) over the funded + sum of x_i over the others, of those whose change helps the row, >= 1.

    Args:
        model: the run's model.
        row: a row that the point breaks.
        point: an exact point of a portfolio.

    Returns:
        A row that the point breaks by 1, and every portfolio that keeps `row` keeps. Without anybody who could
        help it reads 0 >= 1: the row cannot be kept at all.
    """
    wanted = 1 if row.terms.value(point) < row.lower else -1
    helpful: set[int] = set()
    for column, coefficient in zip(row.terms.columns, row.terms.coefficients, strict=True):
        helpful |= _helpers(model, column, rising=(coefficient > 0) == (wanted > 0), point=point)
    columns = tuple(sorted(helpful))
    signs = tuple(-1.0 if point[column] else 1.0 for column in columns)
    funded = sum(1 for column in columns if point[column])
    text = f"whatever keeps the rule: {row.text}"
    return LinearRow(CUT_FAMILY, Terms(columns, signs), row.source_rows, text, lower=1.0 - funded)


def _helpers(model: LinearModel, column: int, *, rising: bool, point: Point) -> set[int]:
    """The x columns whose change can raise (or lower) a column from where it is."""
    n, m = model.candidate_count, len(model.synergies)
    if column < n:
        return {column} if rising == (point[column] == 0) else set()
    if column < n + m:
        if rising != (point[column] == 0):
            return set()
        return {i for i in model.synergy_members[column - n] if rising == (point[i] == 0)}
    helpers: set[int] = set()
    terms = model.goal_terms[column - n - m]
    for inner, coefficient in zip(terms.columns, terms.coefficients, strict=True):
        helpers |= _helpers(model, inner, rising=(coefficient > 0) != rising, point=point)
    return helpers
