"""The page: the workbook's grid in the browser, for people; what it shows, who may see it, and what it may write.

Its parts are JSON endpoints of its own for what has to happen in one transaction (a view with its version, an edit
of rows that must still be what was seen), and static modules that draw the grid. For the rest it asks the Sheets
API, with a bearer token, as any other client does.
"""

from .endpoints import Page
from .reports import ReportFiles
from .visitors import OwnOriginMiddleware, Visitors

__all__ = ["OwnOriginMiddleware", "Page", "ReportFiles", "Visitors"]
