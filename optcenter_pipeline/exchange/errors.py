"""What keeps a file from being written or read."""

from collections.abc import Sequence


class ExchangeError(Exception):
    """The file, or what stands in it or in the workbook, cannot be exchanged; nothing was written.

    Args:
        lines: one a finding, `TAB!ROW column: text` where it is about a cell.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = tuple(lines)
