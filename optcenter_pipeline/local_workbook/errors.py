"""Errors in the words and the JSON shape that Google's APIs use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class ApiError(Exception):
    """A refusal that the caller is told about.

    Attributes:
        code: the HTTP status.
        message: Google's text for the situation.
        status: the canonical name of the code, e.g. ``INVALID_ARGUMENT``.
        field_violations: the fields at fault, as in ``google.rpc.BadRequest``.
        headers: what the response tells beside its body.
    """

    def __init__(
        self, code: int, message: str, status: str, field_violations: list[dict[str, str]] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.field_violations = field_violations
        self.headers: dict[str, str] = {}

    def body(self) -> dict[str, Any]:
        """Give the response's JSON: ``{"error": {"code", "message", "status", "details"?}}``."""
        error: dict[str, Any] = {"code": self.code, "message": self.message, "status": self.status}
        if self.field_violations:
            error["details"] = [
                {
                    "@type": "type.googleapis.com/google.rpc.BadRequest",
                    "fieldViolations": self.field_violations,
                }
            ]
        return {"error": error}


class InvalidArgumentError(ApiError):
    """The request is wrong whatever the state (400).

    `faults` are the fields at fault, ``(path, text)`` each; the request itself has the empty path.
    """

    def __init__(self, message: str, faults: Sequence[tuple[str, str]] = ()) -> None:
        violations = [{"field": at, "description": text} if at else {"description": text} for at, text in faults]
        super().__init__(400, message, "INVALID_ARGUMENT", violations)


class UnsupportedError(ApiError):
    """The API knows the operation, and this server does not serve it (501)."""

    def __init__(self) -> None:
        super().__init__(501, "Operation is not implemented, or supported, or enabled.", "UNIMPLEMENTED")


class NotFoundError(ApiError):
    """No such spreadsheet, file or route (404)."""

    def __init__(self, message: str = "Requested entity was not found.") -> None:
        super().__init__(404, message, "NOT_FOUND")


class PermissionDeniedError(ApiError):
    """The caller may not read the file (403)."""

    def __init__(self) -> None:
        super().__init__(403, "The caller does not have permission", "PERMISSION_DENIED")


class DriveError(ApiError):
    """A refusal of Drive, which also tells why in a word, and which parameter is at fault."""

    def __init__(self, code: int, message: str, reason: str, location: str | None = None) -> None:
        names = {400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}
        super().__init__(code, message, names[code])
        self.reason = reason
        self.location = location

    def body(self) -> dict[str, Any]:
        """Give the response's JSON, with ``errors`` in the older form that Drive keeps to."""
        error: dict[str, Any] = {"message": self.message, "domain": "global", "reason": self.reason}
        if self.location is not None:
            error.update({"location": self.location, "locationType": "parameter"})
        body: dict[str, Any] = super().body()["error"]
        return {"error": {**body, "errors": [error]}}


class UnauthenticatedError(ApiError):
    """No credential at all, or a token that is unknown or has expired (401)."""

    def __init__(self, *, missing: bool = False) -> None:
        fault = (
            "is missing required authentication credential" if missing else "had invalid authentication credentials"
        )
        super().__init__(
            401,
            f"Request {fault}. Expected OAuth 2 access token, login cookie or other valid authentication "
            "credential. "
            "See https://developers.google.com/identity/sign-in/web/devconsole-project.",
            "UNAUTHENTICATED",
        )
        challenge = 'Bearer realm="https://accounts.google.com/"'
        self.headers["WWW-Authenticate"] = challenge if missing else f'{challenge}, error="invalid_token"'
