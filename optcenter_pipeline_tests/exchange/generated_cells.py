"""Cells as hypothesis makes them: everything that a sheet can hold, with a liking for what programs change."""

import string

from hypothesis import strategies as st

from optcenter_pipeline.exchange.file_cells import FileCell, Moment, plain_number
from optcenter_pipeline_tests.support.dangerous_text import DANGEROUS

_MILLISECONDS = 86_400_000

plain_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffe\uffff"), max_size=40)
_pieces = st.one_of(
    st.sampled_from("=+-@',;07 \t\r\n\uff1d\""),
    st.sampled_from(
        ["<r>", "</r>", "_x0041_", "_x", "\r\n", "TRUE", "FALSE", "#REF!", "007", "1e5", "1e-07", "12.5"]
    ),
    st.sampled_from(["2027-03-31", "2027-03-31 14:30:00"]),
)
_short_dangers = st.sampled_from([text for text in DANGEROUS if len(text) < 1000])
texts = st.one_of(
    plain_text, _short_dangers, st.lists(_pieces, max_size=6).map("".join), st.text(string.punctuation, max_size=12)
)
numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(plain_number),
    st.integers(-(10**15), 10**15),
    st.sampled_from([1e-7, 123456789012345, 0.1 + 0.2, 5e-324, 1.7976931348623157e308, -0.5]),
)
moments = st.one_of(
    st.integers(61, 2_958_465), st.integers(0, 2_958_466 * _MILLISECONDS - 1).map(lambda ms: ms / _MILLISECONDS)
).map(lambda serial: Moment(plain_number(serial)))

cells: st.SearchStrategy[FileCell] = st.one_of(st.just(""), texts, numbers, st.booleans(), moments)


def typed(cell: FileCell) -> tuple[type, object]:
    """A cell with its type, so that TRUE is not 1 and 7 is not '7'; 7 and 7.0 are one number."""
    if isinstance(cell, Moment):
        return Moment, float(cell.serial)
    return (
        (bool, cell) if isinstance(cell, bool) else (str, cell) if isinstance(cell, str) else (float, float(cell))
    )
