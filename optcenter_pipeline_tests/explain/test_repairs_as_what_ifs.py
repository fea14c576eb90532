"""What a repair proposes can be tried without touching the sheet: each is a set of what-if overrides."""

from hypothesis import HealthCheck, assume, given, seed, settings

from optcenter_pipeline.engine import solve
from optcenter_pipeline.engine.checker import check
from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.result import Repair
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.what_if import with_overrides
from optcenter_pipeline.explain.answer import answer
from optcenter_pipeline_tests.support.commitments import committed_snapshots
from optcenter_pipeline_tests.support.random_cases import cases


def as_overrides(repair: Repair) -> dict[str, float | bool]:
    """What a person types behind --set for a repair."""
    overrides: dict[str, float | bool] = {}
    for change in repair.changes:
        if change.drop:
            overrides[f"{change.source_row}.drop"] = True
        elif change.to is not None:
            overrides[f"{change.source_row}.{change.field}"] = change.to
    return overrides


def test_each_repair_tried_as_a_what_if_gives_a_plan() -> None:
    tried = 0

    @seed(5)
    @settings(max_examples=cases(40), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(question=committed_snapshots(tight_percent=60, most=7))
    def put(question: Snapshot) -> None:
        nonlocal tried
        asked = build_question(question).snapshot  # rules without a row are named after their place
        result = answer(asked)
        assume(result.conflict is not None)
        for repair in result.conflict.repairs if result.conflict else ():
            changed = with_overrides(asked, as_overrides(repair))
            again = solve(changed)
            assert again.has_portfolio, repair.text
            assert check(changed, again) == ()
            assert len(changed.what_if) == len(repair.changes)
            tried += 1

    put()
    assert tried > 20
