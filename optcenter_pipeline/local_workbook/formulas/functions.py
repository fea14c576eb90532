"""The functions that formulas may call, by name. Any other name is ``#NAME?``.

Nothing spills: a result of several cells is ``#VALUE!`` where one value is wanted, and there is no ARRAYFORMULA,
FILTER, SORT or UNIQUE.
"""

from __future__ import annotations

from . import (
    date_functions,
    logic_functions,
    lookup_functions,
    number_functions,
    statistics_functions,
    text_functions,
)
from .arguments import Signature

FUNCTIONS: dict[str, Signature] = {
    **date_functions.FUNCTIONS,
    **logic_functions.FUNCTIONS,
    **lookup_functions.FUNCTIONS,
    **number_functions.FUNCTIONS,
    **statistics_functions.FUNCTIONS,
    **text_functions.FUNCTIONS,
}
