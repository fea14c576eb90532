"""Who may call: the service account's grant of a bearer token, and the check of one."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
import sqlite3
import time
from typing import Any

from .errors import UnauthenticatedError
from .store import get_setting, set_setting

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_SECONDS = 3600
_ACCOUNT = "workbook@optcenter.local"
_KEY_SETTING = "service_account_private_key"


class GrantRefusedError(Exception):
    """A token request that is not a well-formed grant; the text is the OAuth ``error_description``.

    Attributes:
        error: the OAuth ``error``.
    """

    def __init__(self, description: str, error: str = "invalid_grant") -> None:
        super().__init__(description)
        self.error = error


def grant_token(connection: sqlite3.Connection, form: dict[str, str]) -> dict[str, Any]:
    """Answer ``POST /token``: give a bearer token for a service account's signed assertion.

    The assertion must be a well-formed, unexpired RS256 JWT; its signature is not verified, since any account
    may bring its own key: whoever reaches the loopback port may use the workbook, as with the file itself.

    Raises:
        GrantRefusedError: for any other form.
    """
    if form.get("grant_type") != GRANT_TYPE:
        raise GrantRefusedError(f"Invalid grant_type: {form.get('grant_type', '')}", "unsupported_grant_type")
    return issue_token(connection, _check_assertion(form.get("assertion", "")))


def issue_token(connection: sqlite3.Connection, account: str) -> dict[str, Any]:
    """Make a bearer token for an account whose right to one was checked."""
    token = f"{_digest(account)[:16]}.{secrets.token_urlsafe(32)}"
    now = time.time()
    connection.execute("DELETE FROM tokens WHERE expires_at < ?", (now,))
    connection.execute("INSERT INTO tokens VALUES (?, ?)", (_digest(token), now + TOKEN_SECONDS))
    return {"access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"}


def _check_assertion(assertion: str) -> str:
    """Check a JWT's form, and give its issuer."""
    parts = assertion.split(".")
    if len(parts) != 3 or not all(parts):
        raise GrantRefusedError("Invalid JWT: not three parts.")
    try:
        header, claims = (json.loads(_decode(part)) for part in parts[:2])
        _decode(parts[2])
    except ValueError as error:
        raise GrantRefusedError("Invalid JWT: a part cannot be decoded.") from error
    if not isinstance(header, dict) or header.get("alg") != "RS256":
        raise GrantRefusedError("Invalid JWT: the algorithm must be RS256.")
    if not isinstance(claims, dict) or not claims.get("iss"):
        raise GrantRefusedError("Invalid JWT: the issuer is missing.")
    expiry = claims.get("exp")
    if not isinstance(expiry, int | float) or expiry < time.time():
        raise GrantRefusedError("Invalid JWT: it has expired.")
    return str(claims["iss"])


def _decode(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error


def check_bearer(connection: sqlite3.Connection, header: str | None) -> None:
    """Check an ``Authorization`` header.

    Raises:
        UnauthenticatedError: where it carries no token of ours, or an expired one.
    """
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() == "bearer" and token:
        known = connection.execute(
            "SELECT 1 FROM tokens WHERE sha256 = ? AND expires_at > ?", (_digest(token.strip()), time.time())
        ).fetchone()
        if known:
            return
    raise UnauthenticatedError(missing=not header)


def account_of(header: str | None) -> str:
    """Tell callers apart by their ``Authorization`` header: the same text for every token of one account."""
    _, _, token = (header or "").partition(" ")
    return token.strip().partition(".")[0]


def expire_tokens(connection: sqlite3.Connection) -> None:
    """Let every token given so far expire now."""
    connection.execute("DELETE FROM tokens")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def service_account_info(connection: sqlite3.Connection, root_url: str) -> dict[str, Any]:
    """Give the JSON of a service account for this file, its key made on first use (in a write transaction)."""
    key = get_setting(connection, _KEY_SETTING)
    if key is None:
        key = _generate_key()
        set_setting(connection, _KEY_SETTING, key)
    return {
        "type": "service_account",
        "project_id": "optcenter-local",
        "private_key_id": hashlib.sha256(key.encode()).hexdigest()[:40],
        "private_key": key,
        "client_email": _ACCOUNT,
        "client_id": "0",
        "token_uri": f"{root_url}/token",
    }


def _generate_key() -> str:
    # needed once in a file's life, and slow to import
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode()
