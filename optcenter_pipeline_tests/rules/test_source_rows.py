"""Sheet rows as texts name them."""

import pytest

from optcenter_pipeline.rules.source_rows import in_brackets, in_sheet_order, in_words


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        (["Constraints!7"], "Constraints row 7"),
        (["Constraints!11", "Constraints!3"], "Constraints rows 3 and 11"),
        (["Constraints!5", "Targets!2", "Constraints!3"], "Constraints rows 3, 5 and Targets row 2"),
        (["B!1", "A!2", "C!3"], "B row 1, A row 2 and C row 3"),
        (["Targets!2", "Targets!2"], "Targets row 2"),
        ([f"Candidates!{row}" for row in range(2, 14)], "Candidates rows 2, 3, 4, 5, 6, 7, 8, 9 and 4 more"),
        (["run r-1 locked_in A!7B", "candidates[0]"], "run r-1 locked_in A!7B and candidates[0]"),
        ([], ""),
    ],
)
def test_rows_are_named_by_tab(sources: list[str], words: str) -> None:
    assert in_words(sources) == words


def test_brackets_stand_only_round_something() -> None:
    assert (in_brackets(("Targets!2",)), in_brackets(())) == (" (Targets row 2)", "")


def test_source_rows_stand_in_the_sheets_order() -> None:
    rows = ["Constraints!10", "Constraints!9", "Candidates!30", "Constraints!9"]

    assert in_sheet_order(rows) == ("Candidates!30", "Constraints!9", "Constraints!10")
