"""A row as far as its key says what it is about, where cells outside the key are wrong.

Rows are compared with each other by these, so that a row with a wrong number hears in the same pass that it
stands twice. A row whose key is wrong takes no part: nobody knows what it is about.
"""

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import ValidationError, ValidatorFunctionWrapHandler, create_model, field_validator

from optcenter_pipeline.rows.keys import KEY_COLUMNS
from optcenter_pipeline.rules.row import SetRow


def row_by_key(model: type[SetRow], cells: Mapping[str, Any]) -> SetRow | None:
    """The row with NaN for each cell outside the key that is wrong or lacking; None where its key is wrong.

    Args:
        model: the row's own model.
        cells: as for the model. A cell of the key that means nothing for the row's type makes the key wrong.
    """
    key = KEY_COLUMNS[model.tab]
    fields = {name: field for name, field in model.model_fields.items() if name not in key}
    lacking = {name: None for name, field in fields.items() if field.is_required()}
    told = {column: cell for column, cell in cells.items() if column in key or column in fields}
    try:
        return _key_model(model).model_validate({**lacking, **told})
    except ValidationError:
        return None


@cache
def _key_model(model: type[SetRow]) -> type[SetRow]:
    """The row model with every cell outside the key loosened."""
    outside = [name for name in model.model_fields if name not in (*KEY_COLUMNS[model.tab], "row_num")]
    loosened: Any = field_validator(*outside, mode="wrap")(_read_or_nan)
    return create_model(f"{model.__name__}ByKey", __base__=model, __validators__={"_read_or_nan": loosened})


def _read_or_nan(cell: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(cell)
    except ValidationError:
        return math.nan
