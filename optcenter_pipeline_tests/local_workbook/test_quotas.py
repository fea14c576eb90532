"""Google's quotas, on a clock of the test's own."""

from __future__ import annotations

import pytest

from optcenter_pipeline.local_workbook.quotas import QuotaExceededError, QuotaLimits, Quotas


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def admitted(quotas: Quotas, user: str, times: int) -> int:
    """How many of so many reads are let in."""
    count = 0
    for _ in range(times):
        try:
            quotas.admit("read", user)
        except QuotaExceededError:
            continue
        count += 1
    return count


def test_a_user_may_sixty_and_a_project_three_hundred(clock: Clock) -> None:
    quotas = Quotas(QuotaLimits(), clock)
    assert [admitted(quotas, f"user {n}", 61) for n in range(6)] == [60, 60, 60, 60, 60, 0]


def test_reads_and_writes_count_apart(clock: Clock) -> None:
    quotas = Quotas(QuotaLimits(per_user=1), clock)
    quotas.admit("read", "A")
    quotas.admit("write", "A")
    with pytest.raises(QuotaExceededError):
        quotas.admit("write", "A")
    assert quotas.document()["used"] == {"read": 1, "write": 1}


def test_no_stretch_of_a_window_holds_more_than_the_limit(clock: Clock) -> None:
    quotas = Quotas(QuotaLimits(per_user=2), clock)
    at = []
    for second in range(300):
        clock.now = float(second)
        at += [second] * admitted(quotas, "A", 1)
    assert at == [0, 1, 60, 61, 120, 121, 180, 181, 240, 241]


def test_a_refused_request_is_not_counted(clock: Clock) -> None:
    quotas = Quotas(QuotaLimits(per_user=1), clock)
    quotas.admit("read", "A")
    clock.now = 59.0
    assert admitted(quotas, "A", 5) == 0
    clock.now = 60.0
    assert admitted(quotas, "A", 1) == 1


@pytest.mark.parametrize(
    ("limits", "words", "limit", "value"),
    [
        (QuotaLimits(per_user=0), "'Write requests per minute per user'", "WriteRequestsPerMinutePerUser", "0"),
        (QuotaLimits(per_project=0), "'Write requests per minute'", "WriteRequestsPerMinutePerProject", "0"),
    ],
)
def test_the_refusal_is_worded_as_googles(limits: QuotaLimits, words: str, limit: str, value: str) -> None:
    with pytest.raises(QuotaExceededError) as caught:
        Quotas(limits).admit("write", "A")
    error = caught.value.body()["error"]
    assert (error["code"], error["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert f"Quota exceeded for quota metric 'Write requests' and limit {words} of service" in error["message"]
    info = error["details"][0]
    assert (info["@type"], info["reason"]) == ("type.googleapis.com/google.rpc.ErrorInfo", "RATE_LIMIT_EXCEEDED")
    assert info["metadata"]["quota_metric"] == "sheets.googleapis.com/write_requests"
    assert (info["metadata"]["quota_limit"], info["metadata"]["quota_limit_value"]) == (limit, value)
