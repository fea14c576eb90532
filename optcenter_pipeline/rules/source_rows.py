"""Sheet rows in texts: `Constraints!7` is for machines, `Constraints row 7` for people."""

from collections.abc import Iterable

from optcenter_pipeline.rules.names import MOST_LISTED, SourceRow


def in_words(sources: Iterable[SourceRow]) -> str:
    """`Constraints rows 3, 5 and Targets row 2`: by tab, in order of the numbers; of many, the first.

    What is no row of a sheet stays as it is. Blank where there are none.
    """
    tabs: dict[str, list[int]] = {}
    for source in dict.fromkeys(sources):
        tab, _, number = source.rpartition("!")
        if tab and number.isdecimal():
            tabs.setdefault(tab, []).append(int(number))
        else:
            tabs[source] = []
    is_alone = len(tabs) == 1
    return _joined([_of_tab(tab, sorted(numbers), is_alone=is_alone) for tab, numbers in tabs.items()])


def in_brackets(sources: Iterable[SourceRow]) -> str:
    """The same behind what it speaks of, ` (Constraints row 7)`; blank where there are none."""
    words = in_words(sources)
    return f" ({words})" if words else ""


def sheet_order(source: SourceRow) -> tuple[str, int, str]:
    """Sorts source rows by tab and number."""
    tab, _, number = source.rpartition("!")
    return tab, int(number) if number.isdecimal() else 0, source


def in_sheet_order(sources: Iterable[SourceRow]) -> tuple[SourceRow, ...]:
    """Each once, by tab and number."""
    return tuple(sorted(set(sources), key=sheet_order))


def _of_tab(tab: str, numbers: list[int], *, is_alone: bool) -> str:
    if not numbers:
        return tab
    listed = _joined([str(number) for number in numbers], " and " if is_alone else ", ")
    return f"{tab} row{'s' if len(numbers) > 1 else ''} {listed}"


def _joined(parts: list[str], last: str = " and ") -> str:
    """`A, B and C`; of many the first, and how many more there are."""
    shown = parts[:MOST_LISTED]
    more = len(parts) - len(shown)
    if more:
        shown.append(f"{more:,} more")
    return last.join([*([", ".join(shown[:-1])] if len(shown) > 1 else []), *shown[-1:]])
