"""Permissions and comments of files."""

from __future__ import annotations

from typing import Any

import gspread
import pytest
import requests

from optcenter_pipeline.local_workbook import LocalWorkbookServer

from .test_drive_files import Drive, drive, reason

__all__ = ["drive"]


def test_a_file_is_shared_and_no_longer(workbook: gspread.Spreadsheet, drive: Drive) -> None:
    def shares() -> list[tuple[Any, ...]]:
        return [
            (item["type"], item["role"], item.get("emailAddress") or item.get("domain"))
            for item in workbook.list_permissions()
        ]

    def version() -> int:
        return int(drive("GET", f"/{workbook.id}", fields="version").json()["version"])

    owner = ("user", "owner", "workbook@optcenter.local")
    assert shares() == [owner]
    before = version()
    workbook.share("pm@example.org", perm_type="user", role="reader", notify=False)
    workbook.share("PM@example.org", perm_type="user", role="writer", notify=False)
    workbook.share("example.org", perm_type="domain", role="reader")
    workbook.share("", perm_type="anyone", role="reader")
    assert shares() == [
        owner,
        ("user", "writer", "PM@example.org"),
        ("domain", "reader", "example.org"),
        ("anyone", "reader", None),
    ]
    assert version() == before + 4
    assert workbook.remove_permissions("PM@example.org") != []
    assert shares()[1][0] == "domain"


def test_a_copy_can_take_permissions_and_comments_along(
    client: gspread.Client, workbook: gspread.Spreadsheet, drive: Drive
) -> None:
    workbook.share("pm@example.org", perm_type="user", role="writer", notify=False)
    made = drive("POST", f"/{workbook.id}/comments", {"content": "Why?", "anchor": "a"}, fields="id,content")
    assert made.json()["content"] == "Why?"
    plain = client.copy(workbook.id, copy_comments=False)
    assert [item["role"] for item in plain.list_permissions()] == ["owner"]
    assert drive("GET", f"/{plain.id}/comments", fields="comments/content").json() == {"comments": []}
    whole = client.copy(workbook.id, copy_comments=True)
    fields = "comments/content,comments/anchor"
    kept = drive("GET", f"/{whole.id}/comments", fields=fields).json()
    assert kept == {"comments": [{"content": "Why?", "anchor": "a"}]}


def test_a_permission_is_told_changed_and_deleted(workbook: gspread.Spreadsheet, drive: Drive) -> None:
    path = f"/{workbook.id}/permissions"
    body = {"type": "group", "role": "reader", "emailAddress": "pms@example.org"}
    made = drive("POST", path, body).json()
    assert made == {"kind": "drive#permission", "id": made["id"], "type": "group", "role": "reader"}
    changed = drive("PATCH", f"{path}/{made['id']}", {"role": "commenter"}, fields="role,emailAddress")
    assert changed.json() == {"role": "commenter", "emailAddress": "pms@example.org"}
    assert drive("GET", f"{path}/{made['id']}").json()["role"] == "commenter"
    assert drive("DELETE", f"{path}/{made['id']}").status_code == 204
    assert reason(drive("GET", f"{path}/{made['id']}")) == (404, "notFound")
    (owner,) = workbook.list_permissions()
    assert reason(drive("DELETE", f"{path}/{owner['id']}")) == (403, "insufficientFilePermissions")


def test_a_file_is_given_to_another_owner(workbook: gspread.Spreadsheet) -> None:
    workbook.share("pm@example.org", perm_type="user", role="reader", notify=False)
    local, other = workbook.list_permissions()
    workbook.transfer_ownership(str(other["id"]))
    _, asked = workbook.list_permissions()
    assert (asked["role"], asked["pendingOwner"]) == ("writer", True)
    workbook.accept_ownership(str(other["id"]))
    before, now = workbook.list_permissions()
    assert (before["id"], before["role"], now["role"], now["pendingOwner"]) == (
        local["id"],
        "writer",
        "owner",
        False,
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (400, "required")),
        ({"type": "user"}, (400, "required")),
        ({"type": "robot", "role": "reader"}, (400, "invalid")),
        ({"type": "user", "role": "king", "emailAddress": "a@b"}, (400, "invalid")),
        ({"type": "user", "role": "reader", "emailAddress": "nobody"}, (400, "invalid")),
        ({"type": "domain", "role": "reader"}, (400, "invalid")),
        ({"type": "user", "role": "owner", "emailAddress": "a@b"}, (403, "forbidden")),
    ],
)
def test_permissions_that_are_refused(
    workbook: gspread.Spreadsheet, drive: Drive, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert reason(drive("POST", f"/{workbook.id}/permissions", body)) == expected
    assert len(workbook.list_permissions()) == 1


def test_comments_say_which_fields(workbook: gspread.Spreadsheet, drive: Drive) -> None:
    path = f"/{workbook.id}/comments"
    assert reason(drive("GET", path)) == (400, "required")
    assert reason(drive("POST", path, {"content": "x"})) == (400, "required")
    assert reason(drive("POST", path, {}, fields="id")) == (400, "required")
    made = drive("POST", path, {"content": "x"}, fields="*").json()
    assert drive("DELETE", f"{path}/{made['id']}").status_code == 204
    assert reason(drive("DELETE", f"{path}/{made['id']}")) == (404, "notFound")


def test_somebody_elses_file_is_refused_everywhere(
    server: LocalWorkbookServer, session: requests.Session, drive: Drive
) -> None:
    made = requests.post(f"{server.root_url}/__admin/private", json={"id": "somebody-elses"}, timeout=10)
    assert made.status_code == 200
    assert session.get(f"{server.root_url}/v4/spreadsheets/somebody-elses").status_code == 403
    for path in ("", "/export", "/permissions"):
        expected = (403, "insufficientFilePermissions")
        assert reason(drive("GET", f"/somebody-elses{path}", mimeType="text/csv")) == expected
    listed = drive("GET", "", pageSize=1000).json()["files"]
    assert "somebody-elses" not in [file["id"] for file in listed]
    for body in ({}, {"id": ""}, {"id": 7}):
        refused = requests.post(f"{server.root_url}/__admin/private", json=body, timeout=10)
        assert refused.status_code == 400
