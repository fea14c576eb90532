"""The sound workbook with all faults planted into it, and what has to be said of each row."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from optcenter_pipeline_tests.rows.planted import Planted, sound_part
from optcenter_pipeline_tests.rows.planted_in_sets import IN_SETS
from optcenter_pipeline_tests.rows.planted_outside_sets import OUTSIDE_SETS
from optcenter_pipeline_tests.support.portfolio_rows import Rows

PLANTED = (*IN_SETS, *OUTSIDE_SETS)
VALID_SETS = ("fine", "also fine", "w01", "w02", "w03", "w04")
INVALID_SCENARIOS = ("s1", "s2", "s3", "s4", "s7")
_WARNING = "warning: "


@dataclass(frozen=True)
class PlantedBook:
    """Rows by tab, row 2 the first, with the messages that each of them has to get."""

    rows: Rows
    found: dict[tuple[str, int], tuple[str, ...]]
    """(tab, row number) → `column: text` or `column: warning: text`."""

    @cached_property
    def lines(self) -> list[str]:
        """`TAB!ROW column: text`."""
        return [f"{tab}!{row_num} {text}" for (tab, row_num), texts in self.found.items() for text in texts]

    def statuses(self) -> Iterator[tuple[str, int, str]]:
        """(tab, row number, run_status) of every row."""
        for tab, rows in self.rows.items():
            for row_num in range(2, len(rows) + 2):
                yield tab, row_num, _status(self.found.get((tab, row_num), ()))


def planted_book() -> PlantedBook:
    """Every planted row below the sound ones of its tab."""
    rows = sound_part()
    planted_at: dict[tuple[str, int], Planted] = {}
    for planted in PLANTED:
        rows[planted.tab].append(planted.cells)
        planted_at[planted.tab, len(rows[planted.tab]) + 1] = planted
    named = {planted.name: f"{tab}!{row}" for (tab, row), planted in planted_at.items() if planted.name}
    return PlantedBook(
        rows,
        {place: tuple(_filled(text, named) for text in planted.found) for place, planted in planted_at.items()},
    )


def _filled(text: str, named: dict[str, str]) -> str:
    for name, place in named.items():
        text = text.replace(f"{{{name}}}", place)
    return text


def _status(found: tuple[str, ...]) -> str:
    errors = [text for text in found if _WARNING not in text]
    if errors:
        return "FAILED: " + "; ".join(errors)
    return f"OK (warning: {'; '.join(text.replace(_WARNING, '') for text in found)})" if found else "OK"
