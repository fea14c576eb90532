"""What can go wrong with a workbook, in words that say what was tried and what is safe to do next."""


class WorkbookError(Exception):
    """Base of the family. The text is for people: what was tried, what happened, what to do; never a secret."""


class WorkbookAddressError(WorkbookError):
    """The setting that names the workbook is none: neither `local:PATH.sqlite` nor `gsheets:ID`."""


class WorkbookCredentialsError(WorkbookError):
    """The service-account file is missing, is none, or was refused."""


class WorkbookUnreachableError(WorkbookError):
    """No usable answer within the deadline: connection errors, or a server that kept failing."""


class WorkbookQuotaError(WorkbookError):
    """The server kept answering that too many requests were made."""


class WorkbookPermissionError(WorkbookError):
    """The workbook is there, but is not shared with the service account."""


class WorkbookNotFoundError(WorkbookError):
    """There is no workbook with this id."""


class WorkbookRefusedError(WorkbookError):
    """The server understood the request and refused it; repeating it as it is would not help."""

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        """The server's own words."""
