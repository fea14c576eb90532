"""Sixty faults of many kinds in one workbook: exactly these messages, and nothing that was sound is touched."""

from optcenter_pipeline.rows import compile_sets, validate
from optcenter_pipeline.rows.messages import SetKey
from optcenter_pipeline.rows.validated import ValidatedWorkbook
from optcenter_pipeline_tests.rows.planted import CANDIDATES, CONSTRAINTS, Planted, sound_part
from optcenter_pipeline_tests.rows.planted_in_sets import IN_SETS
from optcenter_pipeline_tests.rows.planted_outside_sets import OUTSIDE_SETS
from optcenter_pipeline_tests.support.portfolio_rows import lines
from optcenter_pipeline_tests.support.raw_tabs import raw_tabs

PLANTED = (*IN_SETS, *OUTSIDE_SETS)


def judged_with_faults() -> tuple[ValidatedWorkbook, list[str]]:
    """The judged workbook, and the messages that were planted."""
    book = sound_part()
    places: dict[str, str] = {}
    planted_at: list[tuple[str, Planted]] = []
    for planted in PLANTED:
        book[planted.tab].append(planted.cells)
        place = f"{planted.tab}!{len(book[planted.tab]) + 1}"
        places[planted.name] = place
        planted_at.append((place, planted))
    expected = []
    for place, planted in planted_at:
        for text in planted.found:
            for name, named_place in places.items():
                text = text.replace(f"{{{name}}}", named_place) if name else text  # noqa: PLW2901
            expected.append(f"{place} {text}")
    return validate(raw_tabs(book)), expected


def test_exactly_the_planted_faults_are_found() -> None:
    validated, expected = judged_with_faults()

    assert len(expected) == 60
    assert sorted(lines(validated)) == sorted(expected)


def test_sound_rows_sets_and_scenarios_are_untouched() -> None:
    validated, _ = judged_with_faults()

    valid = {SetKey("plan", name) for name in ("fine", "also fine", "w01", "w02", "w03", "w04")}
    named = {each.key for each in validated.sets}
    assert named - set(validated.invalid_sets) == valid
    assert set(validated.invalid_scenarios) == {"s1", "s2", "s3", "s4", "s7"}
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
