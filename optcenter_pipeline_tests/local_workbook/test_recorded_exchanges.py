"""Replays exchanges that gspread once recorded with Google: the same requests must get the same answers.

`recorded_exchanges.json` holds them by gspread's test; an exchange without an ``answer`` is a set-up that the
record left out (it was made before, or by another test).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gspread
import pytest
import requests

from optcenter_pipeline.local_workbook import LocalWorkbookServer

RECORDED = json.loads(Path(__file__).with_name("recorded_exchanges.json").read_text(encoding="utf-8"))
# what Google chooses by chance
CHOSEN_IDS = (("addSheet", "properties", "sheetId"), ("addProtectedRange", "protectedRange", "protectedRangeId"))


def chosen_id(answer: Any) -> str | None:
    for reply in answer.get("replies", []) if isinstance(answer, dict) else []:
        for kind, resource, member in CHOSEN_IDS:
            if kind in reply:
                return str(reply[kind][resource][member])
    return None


@pytest.mark.parametrize("recorded", RECORDED, ids=[recorded["name"] for recorded in RECORDED])
def test_answers_like_google(
    recorded: dict[str, Any],
    server: LocalWorkbookServer,
    session: requests.Session,
    workbook: gspread.Spreadsheet,
) -> None:
    ours_for_theirs: dict[str, str] = {}
    for exchange in recorded["exchanges"]:
        path, _, query = exchange["path"].replace("ID", workbook.id, 1).partition("?")
        body = json.dumps(exchange.get("body"))
        for google_id, our_id in ours_for_theirs.items():
            body = body.replace(google_id, our_id)
        url = server.root_url + quote(path, safe="/:") + "?" + query
        response = session.request(exchange["method"], url, json=json.loads(body))
        if "answer" not in exchange:
            assert response.ok, response.text
            continue
        theirs, ours = chosen_id(exchange["answer"]), chosen_id(response.json())
        text = response.text.replace(workbook.id, "ID")
        if theirs and ours:
            ours_for_theirs[theirs] = ours
            text = text.replace(ours, theirs)
        assert json.loads(text) == exchange["answer"], exchange["path"]
        assert response.status_code == exchange["status"]
