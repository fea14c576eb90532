"""Replays exchanges that gspread once recorded with Google: the same requests must get the same answers.

`recorded_exchanges.json` holds them by gspread's test; `title` is the spreadsheet's. An exchange without an
``answer`` is a set-up that the record left out (it was made before, or by another test), or an upload, whose
answer is of an older API; ``chosen`` is the id that Google once chose there. Requests that the record cut short are
completed. Not replayed is the listing of all of somebody's files.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gspread
import pytest
import requests

from optcenter_pipeline.local_workbook import LocalWorkbookServer

RECORDED = json.loads(Path(__file__).with_name("recorded_exchanges.json").read_text(encoding="utf-8"))
# what Google chooses by chance
CHOSEN_IDS = (
    ("addSheet", "properties", "sheetId"),
    ("addProtectedRange", "protectedRange", "protectedRangeId"),
    ("addNamedRange", "namedRange", "namedRangeId"),
)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def chosen_id(answer: Any) -> str | None:
    for reply in answer.get("replies", []) if isinstance(answer, dict) else []:
        for kind, resource, member in CHOSEN_IDS:
            if kind in reply:
                return str(reply[kind][resource][member])
    return None


def comparable(answer: str, file_id: str) -> Any:
    """Read an answer with its file's id and its times, which differ every time, made equal."""
    text = TIME.sub("TIME", answer.replace(file_id, "ID"))
    return json.loads(text) if text.startswith("{") else text


@pytest.mark.parametrize("recorded", RECORDED, ids=[recorded["name"] for recorded in RECORDED])
def test_answers_like_google(
    recorded: dict[str, Any],
    server: LocalWorkbookServer,
    session: requests.Session,
    workbook: gspread.Spreadsheet,
) -> None:
    if "title" in recorded:
        workbook.update_title(recorded["title"])
    ours_for_theirs: dict[str, str] = {}
    for exchange in recorded["exchanges"]:
        path, _, query = exchange["path"].replace("ID", workbook.id, 1).partition("?")
        body = json.dumps(exchange.get("body"))
        for google_id, our_id in ours_for_theirs.items():
            body = body.replace(google_id, our_id)
        url = server.root_url + quote(path, safe="/:") + "?" + query
        if "text" in exchange:
            headers = {"Content-Type": "text/csv"}
            response = session.request(exchange["method"], url, data=exchange["text"].encode(), headers=headers)
        else:
            response = session.request(exchange["method"], url, json=json.loads(body))
        if "answer" not in exchange:
            assert response.ok, response.text
            if "chosen" in exchange:
                ours_for_theirs[exchange["chosen"]] = chosen_id(response.json()) or ""
            continue
        text = response.text
        file_id = workbook.id
        if isinstance(exchange["answer"], dict):
            theirs, ours = chosen_id(exchange["answer"]), chosen_id(response.json())
            if theirs and ours:
                ours_for_theirs[theirs] = ours
            for theirs, ours in ours_for_theirs.items():
                text = text.replace(ours, theirs)
            file_id = response.json().get("id", workbook.id)
        expected = exchange["answer"]
        expected = json.dumps(expected, ensure_ascii=False) if isinstance(expected, dict) else expected
        assert comparable(text, file_id) == comparable(expected, file_id), exchange["path"]
        assert response.status_code == exchange["status"]
