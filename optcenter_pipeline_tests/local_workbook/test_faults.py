"""Which request a plan of faults strikes."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from optcenter_pipeline.local_workbook.faults import Fault, FaultPlan
from optcenter_pipeline.local_workbook.traffic import kind_of


def plan(*faults: dict[str, Any]) -> FaultPlan:
    made = FaultPlan()
    for fault in faults:
        made.add(Fault.model_validate(fault))
    return made


def strikes(made: FaultPlan, requests: int) -> list[str]:
    struck = [made.strike("GET", "/v4/spreadsheets/X", "read") for _ in range(requests)]
    return ["" if fault is None else fault.name for fault in struck]


def test_some_pass_some_are_struck_and_the_rest_pass() -> None:
    assert strikes(plan({"status": 503, "skip": 2, "times": 3}), 7) == ["", "", "503", "503", "503", "", ""]


def test_two_due_at_once_strike_one_after_the_other() -> None:
    made = plan({"status": 503, "skip": 1, "after_commit": True}, {"drop": True, "skip": 1})
    assert strikes(made, 4) == ["", "503 after commit", "drop", ""]


def test_two_due_apart_count_their_own_requests() -> None:
    made = plan({"status": 429, "skip": 3}, {"expire_tokens": True, "skip": 1})
    assert strikes(made, 5) == ["", "expired token", "", "429", ""]


def test_without_an_end_it_lasts_until_it_is_cleared() -> None:
    made = plan({"delay_seconds": 0.1, "times": None})
    assert strikes(made, 100) == ["delay"] * 100
    made.clear()
    assert strikes(made, 1) == [""]


@pytest.mark.parametrize(
    ("pattern", "is_struck"),
    [
        ({"method": "post"}, True),
        ({"method": "PUT"}, False),
        ({"path": "values:batchUpdate$"}, True),
        ({"path": "^/drive/"}, False),
        ({"kind": "write"}, True),
        ({"kind": "read"}, False),
    ],
)
def test_it_strikes_what_it_is_meant_for(pattern: dict[str, Any], is_struck: bool) -> None:
    made = plan({"status": 500, **pattern})
    struck = made.strike("POST", "/v4/spreadsheets/X/values:batchUpdate", "write")
    assert (struck is not None) is is_struck


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"status": 200},
        {"status": 503, "drop": True},
        {"drop": True, "expire_tokens": True},
        {"drop": True, "retry_after": "7"},
        {"status": 503, "times": 0},
        {"status": 503, "skip": -1},
        {"status": 503, "path": "("},
        {"status": 503, "verb": "GET"},
        {"delay_seconds": -1},
    ],
)
def test_what_makes_no_sense_is_refused(fault: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Fault.model_validate(fault)


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/v4/spreadsheets/X", "read"),
        ("GET", "/v4/spreadsheets/X/values/A1", "read"),
        ("POST", "/v4/spreadsheets/X:getByDataFilter", "read"),
        ("POST", "/v4/spreadsheets/X/values:batchGetByDataFilter", "read"),
        ("POST", "/v4/spreadsheets/X/developerMetadata:search", "read"),
        ("POST", "/v4/spreadsheets/X/values:batchUpdateByDataFilter", "write"),
        ("POST", "/v4/spreadsheets/X:batchUpdate", "write"),
        ("PUT", "/v4/spreadsheets/X/values/A1", "write"),
        ("POST", "/v4/spreadsheets", "write"),
        ("GET", "/drive/v3/files/X", "drive"),
        ("PATCH", "/upload/drive/v3/files/X", "drive"),
        ("POST", "/token", "token"),
        ("GET", "/", None),
        ("POST", "/__admin/private", None),
    ],
)
def test_calls_are_of_the_kinds_that_quotas_know(method: str, path: str, kind: str | None) -> None:
    assert kind_of(method, path) == kind
