"""Sixty faults of many kinds in one workbook: exactly these messages, and nothing that was sound is touched."""

from functools import cache

from optcenter_pipeline.rows import compile_sets, validate
from optcenter_pipeline.rows.messages import SetKey
from optcenter_pipeline.rows.validated import ValidatedWorkbook
from optcenter_pipeline_tests.rows.planted import CANDIDATES, CONSTRAINTS
from optcenter_pipeline_tests.rows.planted_book import INVALID_SCENARIOS, PLANTED, VALID_SETS, planted_book
from optcenter_pipeline_tests.support.portfolio_rows import lines
from optcenter_pipeline_tests.support.raw_tabs import raw_tabs


@cache
def judged_with_faults() -> tuple[ValidatedWorkbook, list[str]]:
    """The judged workbook, and the messages that were planted."""
    book = planted_book()
    return validate(raw_tabs(book.rows)), book.lines


def test_exactly_the_planted_faults_are_found() -> None:
    validated, expected = judged_with_faults()

    assert len(expected) == 60
    assert sorted(lines(validated)) == sorted(expected)


def test_sound_rows_sets_and_scenarios_are_untouched() -> None:
    validated, _ = judged_with_faults()

    valid = {SetKey("plan", name) for name in VALID_SETS}
    named = {each.key for each in validated.sets}
    assert named - set(validated.invalid_sets) == valid
    assert set(validated.invalid_scenarios) == set(INVALID_SCENARIOS)
    compiled = {each.constraint_set_name: each for each in compile_sets(validated)}
    assert {name for name, each in compiled.items() if each.is_valid} == {key.constraint_set for key in valid}
    assert all(each.compiled is None for each in compiled.values() if not each.is_valid)
    assert [row.initiative_key for row in validated.candidates] == [
        *("INIT-1", "INIT-2", "INIT-3", "INIT-4", "INIT-8", "INIT-10", "INIT-11")
    ]


def test_each_invalid_set_names_its_own_rows() -> None:
    validated, expected = judged_with_faults()

    blocked = [line for problems in validated.invalid_sets.values() for line in problems]
    assert len(blocked) == len(set(blocked))
    assert set(blocked) <= set(expected)
    scoped = validated.invalid_sets[SetKey("plan", "c21")]
    assert [line.split("!")[0] for line in scoped] == [CONSTRAINTS, CANDIDATES]


def test_many_kinds() -> None:
    columns_and_words = {
        (planted.tab, text.split(":")[0], " ".join(text.split()[2:5]))
        for planted in PLANTED
        for text in planted.found
    }

    assert len(columns_and_words) > 30
