"""The page that shows the workbook's grid to people: read-only, one tab at a time, no script."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from .a1 import column_letters
from .cell import Cell, Row
from .errors import ApiError
from .formulas.calculation import Calculation
from .formulas.values import CellError
from .rendering import formatted
from .routes import Endpoint
from .sheet import Sheet
from .spreadsheet import Spreadsheet
from .store import Store

MAX_ROWS = 5000
_LOOPBACK_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")
_COOKIE_SECONDS = 30 * 24 * 3600


def make_page(store: Store, spreadsheet_id: str, token: str, port: int) -> Endpoint:
    """Give the endpoint of ``GET /``.

    The page answers only under a loopback host name (another site's name that resolves to this machine gets
    nothing) and only with the token, in the address once and in a cookie from then on.

    Args:
        store: the file.
        spreadsheet_id: the workbook shown when the address names no other (``?spreadsheet=``).
        token: the page's secret.
        port: sets the cookie's name apart from those of other servers on this machine.
    """
    cookie = f"optcenter_page_{port}"

    async def page(request: Request) -> Response:
        if not _LOOPBACK_HOST.fullmatch(request.headers.get("host", "")):
            return _text("This page is only served under the name of this machine.", 403)
        given = request.query_params.get("token")
        if not _equal(given or request.cookies.get(cookie, ""), token):
            return _text("Open the address that `optcenter workbook serve` printed: it carries a token.", 403)
        wanted = request.query_params.get("spreadsheet") or spreadsheet_id
        response = await run_in_threadpool(_answer, store, wanted, request.query_params.get("tab"))
        if given is not None:
            response.set_cookie(cookie, token, max_age=_COOKIE_SECONDS, httponly=True, samesite="strict")
        return response

    return page


def _equal(given: str, token: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "replace"), token.encode())


def _text(text: str, status: int) -> Response:
    return Response(text + "\n", status, media_type="text/plain; charset=utf-8")


def _answer(store: Store, spreadsheet_id: str, title: str | None) -> Response:
    try:
        with store.read() as connection:
            spreadsheet = Spreadsheet.open(connection, spreadsheet_id)
            body = render_page(spreadsheet, title)
    except ApiError as refusal:
        return _text(refusal.message, refusal.code)
    style = _template().partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    headers = {
        "Content-Security-Policy": f"{policy}; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(body, media_type="text/html; charset=utf-8", headers=headers)


def _template() -> str:
    return files(__package__).joinpath("page.html").read_text(encoding="utf-8")


def render_page(spreadsheet: Spreadsheet, title: str | None) -> str:
    """Write the page of one tab, the first one where there is none of that title."""
    sheet = (spreadsheet.sheet_by_title(title) if title else None) or spreadsheet.sheets[0]
    rows = {index: row for index, row in sheet.rows().items() if _shows(row.values())}
    summary = f"{escape(sheet.title)} · {len(rows)} rows · version {spreadsheet.version}"
    return Template(_template()).substitute(
        title=escape(str(spreadsheet.properties["title"])),
        tab=escape(sheet.title),
        summary=summary,
        grid=_grid(Calculation(spreadsheet), sheet, rows),
        tabs="".join(_tab_link(spreadsheet, other, current=other is sheet) for other in spreadsheet.sheets),
    )


def _shows(cells: Iterable[Cell]) -> bool:
    return any(cell.has_content or cell.note for cell in cells)


def _tab_link(spreadsheet: Spreadsheet, sheet: Sheet, *, current: bool) -> str:
    if sheet.document["properties"].get("hidden"):
        return ""
    address = escape("?" + urlencode({"spreadsheet": spreadsheet.id, "tab": sheet.title}))
    mark = ' aria-current="page"' if current else ""
    return f'<a href="{address}"{mark}>{escape(sheet.title)}</a>'


def _grid(calculation: Calculation, sheet: Sheet, rows: dict[int, Row]) -> str:
    if not rows:
        return "<p>This tab is empty.</p>"
    width = 1 + max(column for row in rows.values() for column in row if _shows([row[column]]))
    frozen = int(sheet.document["properties"]["gridProperties"].get("frozenRowCount", 0))
    writer = _RowWriter(calculation, sheet, width)
    letters = "".join(f"<th>{column_letters(column)}</th>" for column in range(width))
    head = f'<tr class="letters"><th class="number"></th>{letters}</tr>'
    head += "".join(writer.row(index, sheet.row(index), frozen=True) for index in range(frozen))
    shown = range(frozen, max(rows) + 1)[:MAX_ROWS]
    body = "".join(writer.row(index, rows.get(index, {}), frozen=False) for index in shown)
    cut = max(rows) + 1 - frozen - len(shown)
    rest = f"<p>{cut} more rows are not shown.</p>" if cut > 0 else ""
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>{rest}"


class _RowWriter:
    """Writes table rows, knowing which columns are protected and which tell a row's status."""

    def __init__(self, calculation: Calculation, sheet: Sheet, width: int) -> None:
        self._calculation = calculation
        self._sheet = sheet
        self._width = width
        self._status_columns = {
            column for column, cell in sheet.row(0).items() if str(cell.value).lower() == "run_status"
        }
        self._protected = {
            column
            for protected in sheet.document.get("protectedRanges", [])
            for column in range(
                protected["range"].get("startColumnIndex", 0),
                min(width, protected["range"].get("endColumnIndex", width)),
            )
        }

    def row(self, index: int, row: Row, *, frozen: bool) -> str:
        cells = "".join(self._cell(index, column, row.get(column, Cell()), frozen) for column in range(self._width))
        mark = ' class="frozen"' if frozen else ""
        return f'<tr{mark}><th class="number">{index + 1}</th>{cells}</tr>'

    def _cell(self, index: int, column: int, cell: Cell, frozen: bool) -> str:
        value = self._calculation.value(self._sheet, index, column, cell)
        number_format = self._sheet.format_of(cell).get("numberFormat") if cell.format_key else None
        text = formatted(value, number_format)
        classes = ["note"] if cell.note else []
        if not frozen:
            if isinstance(value, float):
                classes.append("numeric")
            elif isinstance(value, CellError):
                classes.append("error")
            if column in self._protected:
                classes.append("protected")
            if column in self._status_columns:
                classes.append(_status_class(text))
        tag = "th" if frozen else "td"
        marks = f' class="{" ".join(filter(None, classes))}"' if any(classes) else ""
        note = f' title="{escape(cell.note)}"' if cell.note else ""
        return f"<{tag}{marks}{note}>{escape(text)}</{tag}>"


def _status_class(text: str) -> str:
    if text.startswith("OK (warning"):
        return "warning"
    if text == "OK":
        return "ok"
    return "failed" if text.startswith("FAILED") else ""
