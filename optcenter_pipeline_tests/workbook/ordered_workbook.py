"""A workbook at a server that fails on demand, reached by the real token flow; and a clock for its client."""

from typing import Any

from optcenter_pipeline.workbook.connection import connect
from optcenter_pipeline.workbook.retries import RetryPolicy
from optcenter_pipeline.workbook.workbook import RangeWrite, Workbook
from optcenter_pipeline_tests.support.ordered_server import OrderedServer

WRITE = [RangeWrite("'Sheet1'!A1", [["written"]])]
FOR_EVER = {"times": None}


class Naps:
    """A clock that only naps move."""

    def __init__(self, deadline: float = 120.0, jitter: float = 1.0, **limits: float) -> None:
        self.naps: list[float] = []
        self.policy = RetryPolicy(
            deadline=deadline, clock=lambda: sum(self.naps), sleep=self.naps.append, jitter=lambda: jitter, **limits
        )


def workbook(server: OrderedServer, naps: Naps | None = None, spreadsheet_id: str = "") -> Workbook:
    """The server's workbook through its service account."""
    return connect(
        spreadsheet_id or server.server.spreadsheet_id,
        server.server.service_account_info(),
        api_root=server.server.root_url,
        policy=(naps or Naps()).policy,
        trust_environment=False,
    )


def cells(server: OrderedServer) -> list[list[Any]]:
    return workbook(server).batch_get(["'Sheet1'!A1:A9"])[0].rows
