"""What can go wrong with the database, and what to do about it."""


class DatabaseError(Exception):
    """The database cannot be used as asked; the text is one line for a person, without any password."""


class DatabaseUnavailableError(DatabaseError):
    """It cannot be opened: no such folder, not a database, no server, no driver."""


class NewerSchemaError(DatabaseError):
    """A newer release of this program has already changed the tables."""


class DatabaseLockedError(DatabaseError):
    """Another process has been writing for longer than we wait."""


class LeaseHeldError(DatabaseError):
    """Another process does what only one may do at a time."""


class RunLedgerError(DatabaseError):
    """A run is not in the state that a change of it needs."""


class UnknownRunError(RunLedgerError):
    """No run has this id."""


class RunAlreadyFinalError(RunLedgerError):
    """The run has its final status already; it never changes again."""


class RunBlockedError(Exception):
    """The inputs do not allow a run.

    Args:
        lines: why, one finding a line: `TAB!ROW column: text`.
    """

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
