"""How cells are shown in messages, and how keys and words are read."""

import datetime as dt

import pytest

from optcenter_pipeline.rules.row import LONGEST_SHOWN, is_fixed, is_formula_error, shown, split_keys


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("12k", "'12k'"),
        ("it's", '"it\'s"'),
        ("a\nb", r"'a\nb'"),
        (12.0, "12"),
        (12.5, "12.5"),
        (1e300, "1e+300"),
        (True, "TRUE"),
        (dt.date(2026, 3, 1), "2026-03-01"),
        (["A", "B"], "'A|B'"),
        ({"gmv": 1}, '{"gmv": 1}'),
        ([1, "ü"], '[1, "ü"]'),
    ],
)
def test_cells_are_shown_as_typed(cell: object, text: str) -> None:
    assert shown(cell) == text


@pytest.mark.parametrize("cell", ["x" * 1000, {"k": "y" * 1000}, ["z" * 1000]])
def test_long_cells_are_shortened(cell: object) -> None:
    assert len(shown(cell)) <= LONGEST_SHOWN + 1
    assert "…" in shown(cell)


@pytest.mark.parametrize("text", ["#REF!", " #n/a ", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#ERROR!"])
def test_formula_errors(text: str) -> None:
    assert is_formula_error(text)


@pytest.mark.parametrize("cell", ["#7", "# a note", "REF!", "", 5, None])
def test_what_is_no_formula_error(cell: object) -> None:
    assert not is_formula_error(cell)


def test_keys_split_on_bars_semicolons_and_commas() -> None:
    assert split_keys(" A|B ;C,, D|") == ("A", "B", "C", "D")


@pytest.mark.parametrize(
    ("notes", "fixed"),
    [
        ("[fixed]", True),
        ("agreed with finance [FIXED] in March", True),
        ("see [Fixed], twice [fixed]", True),
        ("fixed", False),
        ("[ fixed ]", False),
        ("", False),
        (None, False),
        (7.0, False),
    ],
)
def test_a_mark_in_the_notes_fixes_a_row(notes: object, fixed: bool) -> None:
    assert is_fixed(notes) == fixed
