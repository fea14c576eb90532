"""The local workbook: Google Sheets' API on 127.0.0.1, kept in one SQLite file, where there is no Google account.

It answers gspread (and any other client of Sheets API v4 and Drive API v3) over real HTTP, in Google's words, and
shows the grid on a page. It knows nothing of planning: to it a workbook is sheets of cells.

`LocalWorkbookServer` serves a file from a thread.
"""

from .server import LocalWorkbookServer

__all__ = ["LocalWorkbookServer"]
