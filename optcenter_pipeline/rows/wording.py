"""From pydantic's errors to our words: one mapping for all tabs."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from optcenter_pipeline.rows.messages import CellMessage
from optcenter_pipeline.rules.constraint_row import ROW_BY_TYPE, TARGET_TYPES
from optcenter_pipeline.rules.row import WRONG_CELL, Row, is_formula_error, shown

WORDS = {
    "missing": "is blank",
    "string_too_short": "is blank",
    "float_type": "{cell} is not a number",
    "finite_number": "{cell} is not a number",
    "greater_than": "{cell} is not above {gt}",
    "greater_than_equal": "{cell} is below {ge}",
    "less_than_equal": "{cell} is above {le}",
    "bool_type": "{cell} is neither TRUE nor FALSE",
    "date_type": "{cell} is not a date",
    "literal_error": "{cell} is none of the choices",
    "tuple_type": "{cell} is not a list of keys",
    "string_type": "{cell} is not text",
}
"""pydantic's error type → what stands there; "; give …" with the column's description follows."""


def cell_messages(error: ValidationError, model: type[Row], cells: Mapping[str, Any]) -> Iterator[CellMessage]:
    """What the row model finds wrong in one row."""
    for detail in error.errors(include_url=False):
        yield _message(detail, model, cells)


def _message(detail: ErrorDetails, model: type[Row], cells: Mapping[str, Any]) -> CellMessage:
    kind, context = detail["type"], detail.get("ctx", {})
    column = str(detail["loc"][0]) if detail["loc"] else ""
    if kind == WRONG_CELL:
        return CellMessage(column=context["column"] or column, text=context["text"])
    cell = cells.get(column)
    if kind == "extra_forbidden":
        constraint_type = model.model_fields.get("constraint_type")
        what = get_args(constraint_type.annotation)[0] if constraint_type else f"tab {model.tab}"
        return CellMessage(column=column, text=f"{shown(cell)} means nothing for {what}; clear the cell")
    field = model.model_fields.get(column)
    right = field.description if field and field.description else "text"
    if is_formula_error(cell):
        return CellMessage(
            column=column, text=f"{shown(cell)} is a formula error; mend the formula or give {right}"
        )
    words = WORDS.get(kind, "{cell} does not fit (" + detail["msg"].replace("{", "{{").replace("}", "}}") + ")")
    return CellMessage(column=column, text=f"{words.format(cell=shown(cell), **_numbers(context))}; give {right}")


def _numbers(context: Mapping[str, Any]) -> dict[str, str]:
    return {name: f"{limit:g}" for name, limit in context.items() if isinstance(limit, (int, float))}


def no_such_type(cell: Any, constraint_type: str) -> str:
    """What is wrong with a cell constraint_type that names no type."""
    types = ", ".join(ROW_BY_TYPE)
    if cell is None:
        return f"is blank; give {types}"
    if is_formula_error(cell):
        return f"{shown(cell)} is a formula error; mend the formula or give {types}"
    if constraint_type in TARGET_TYPES:
        return f"{shown(cell)} is not a constraint; move this row to tab Targets"
    return f"{shown(cell)} is not a constraint type; give {types}"
