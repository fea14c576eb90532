import json
from pathlib import Path

import pytest

from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline.runs.workbook_access import open_workbook
from optcenter_pipeline.workbook.errors import (
    WorkbookAddressError,
    WorkbookCredentialsError,
    WorkbookError,
    WorkbookNotFoundError,
    WorkbookPermissionError,
    WorkbookUnreachableError,
)
from optcenter_pipeline.workbook.workbook import RangeWrite


def test_a_local_file_is_made_and_keeps_what_was_written(tmp_path: Path) -> None:
    address = f"local:{tmp_path / 'deep' / 'book.sqlite'}"
    with open_workbook(address) as workbook:
        workbook.batch_update([RangeWrite("'Sheet1'!A1", [["=kept"]])])
    with open_workbook(address) as workbook:
        assert workbook.batch_get(["'Sheet1'"])[0].rows == [["=kept"]]


def test_a_google_workbook_is_opened_with_its_account(tmp_path: Path) -> None:
    with LocalWorkbookServer(tmp_path / "book.sqlite") as server:
        credentials = tmp_path / "account.json"
        credentials.write_text(json.dumps(server.service_account_info()), encoding="utf-8")
        address = f"gsheets:{server.spreadsheet_id}"
        with open_workbook(address, google_credentials=credentials, google_api_root=server.root_url) as workbook:
            assert [sheet.title for sheet in workbook.sheets()] == ["Sheet1"]
            assert "@" in workbook.account_email
            private = workbook.http.session.post(
                f"{server.root_url}/__admin/private", json={"id": server.spreadsheet_id}
            )
            assert private.ok
            with pytest.raises(WorkbookPermissionError, match=workbook.account_email):
                workbook.sheets()
        nowhere = open_workbook("gsheets:nowhere", google_credentials=credentials, google_api_root=server.root_url)
        with nowhere as workbook, pytest.raises(WorkbookNotFoundError, match="nowhere"):
            workbook.sheets()


@pytest.mark.parametrize("address", ["", "local:", "gsheets:", "excel:book.xlsx", "book.sqlite"])
def test_other_addresses_are_refused_in_words(address: str) -> None:
    with (
        pytest.raises(WorkbookAddressError, match=r"give local:PATH\.sqlite or gsheets:SPREADSHEET_ID"),
        open_workbook(address),
    ):
        pass


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        ("my key", "not a service-account file"),
        ("[]", "not a service-account file"),
        ('{"client_email": "a@b.example", "private_key": "hush", "token_uri": "x"}', "not one that Google made"),
    ],
)
def test_a_file_that_is_no_account_is_refused_without_telling_it(
    tmp_path: Path, content: str | None, words: str
) -> None:
    path = tmp_path / "account.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with (
        pytest.raises(WorkbookCredentialsError, match=words) as caught,
        open_workbook("gsheets:X", google_credentials=path),
    ):
        pass
    assert "hush" not in str(caught.value)


def test_a_google_workbook_needs_an_account() -> None:
    with pytest.raises(WorkbookCredentialsError, match="OPTCENTER_GOOGLE_CREDENTIALS"), open_workbook("gsheets:X"):
        pass


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.sqlite"
    path.write_text("not a database at all, but long enough to be looked at" * 20)
    with pytest.raises(WorkbookUnreachableError, match="cannot be opened"), open_workbook(f"local:{path}"):
        pass


def test_what_goes_wrong_inside_is_not_taken_for_a_broken_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="mine") as caught, open_workbook(f"local:{tmp_path / 'book.sqlite'}"):
        raise OSError("mine")
    assert not isinstance(caught.value, WorkbookError)
