"""What validation says of a row: the column, what stands there, and what would be right."""

from typing import NamedTuple

from optcenter_pipeline.rules.names import Value

NOT_READ = "were not read"
"""Words of the warning about data that reading did not come to: runs tell of it too."""


class SetKey(NamedTuple):
    """(scenario, constraint set), both folded: names are compared without case."""

    scenario: str
    constraint_set: str


class CellMessage(Value):
    """One finding about one cell."""

    column: str
    """Canonical column name; empty where the finding is about the row or the tab as a whole."""
    text: str
    """What stands there and what would be right, without the column's name in front."""
    constraint_set: SetKey | None = None
    """The only set that this finding is about, for rows (of Candidates) that belong to every set."""

    def __str__(self) -> str:
        """`column: text`, or the text alone where it is about the row or tab as a whole."""
        return f"{self.column}: {self.text}" if self.column else self.text


class ValidationMessage(Value):
    """All findings about one row. `row_num` 1 is the header: findings about the tab."""

    tab: str
    row_num: int
    key: str
    """The row's key, its parts joined by ` / `, as far as it could be read."""
    errors: tuple[CellMessage, ...] = ()
    warnings: tuple[CellMessage, ...] = ()

    @property
    def source_row(self) -> str:
        """`Constraints!7`."""
        return f"{self.tab}!{self.row_num}"

    def lines(self) -> list[str]:
        """One line a finding: `TAB!ROW column: text`; warnings are marked."""
        return self.error_lines() + self.warning_lines()

    def error_lines(self) -> list[str]:
        """One line an error."""
        return [self._line(error, error.text) for error in self.errors]

    def warning_lines(self) -> list[str]:
        """One line a warning, marked as one."""
        return [self._line(warning, f"warning: {warning.text}") for warning in self.warnings]

    def _line(self, finding: CellMessage, text: str) -> str:
        """A finding about a tab as a whole stands at its header."""
        return f"{self.source_row} {finding.column or 'header'}: {text}"

    def status(self) -> str:
        """What the row's `run_status` cell says: `OK`, `OK (warning: …)` or `FAILED: column: text; …`."""
        if self.errors:
            return "FAILED: " + "; ".join(map(str, self.errors))
        if self.warnings:
            return "OK (warning: " + "; ".join(map(str, self.warnings)) + ")"
        return "OK"
