"""What the rules force, found without adding up every row again and again."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from optcenter_pipeline.engine import propagation
from optcenter_pipeline.engine.linear_model import LinearModel
from optcenter_pipeline.engine.propagation import Propagation
from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.validity import find_problems
from optcenter_pipeline.rules.linear import LinearRow
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot, snapshots


def told(found: Propagation, model: LinearModel) -> object:
    """Everything that a propagation answers."""
    if found.contradiction is not None:
        return found.contradiction
    forced = [column for column in range(model.candidate_count) if found.forced(column)]
    return [(column, found.why(column)) for column in forced]


@settings(max_examples=cases(200), deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(question=snapshots(spoilt_percent=0))
def test_rows_that_are_passed_over_say_nothing(question: Snapshot) -> None:
    assume(not find_problems(question))
    model = build_question(question).model
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(propagation._Ranges, "may_matter", lambda *_: True)
        expected = told(Propagation(model), model)
    assert told(Propagation(model), model) == expected


def test_a_long_chain_is_followed_to_its_end_without_adding_up_the_long_rows() -> None:
    """Each link is found behind the one before, while caps on everybody see every fixing."""
    keys = [f"I{number:04d}" for number in range(400)]
    question = snapshot(
        [candidate(key, 1, {"gmv": 1}) for key in keys],
        capacity=1000,
        mandatory=[{"initiative_key": keys[-1], "source_rows": ["M!1"]}],
        prerequisites=[
            {"initiative_key": later, "requires": [earlier], "source_rows": [f"P!{earlier}"]}
            for earlier, later in pairwise(keys)
        ],
        capacity_caps=[{"max_tokens": 500 + number, "source_rows": [f"C!{number}"]} for number in range(4)],
    )
    model = build_question(question).model
    added_up: list[int] = []
    whole = Propagation._range

    def counted(self: Propagation, row: LinearRow) -> Any:
        added_up.append(len(row.terms.columns))
        return whole(self, row)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Propagation, "_range", counted)
        found = Propagation(model)
    assert all(found.forced(column) for column in range(len(keys)))
    assert len(found.why(0)) == len(keys)
    assert sum(added_up) < 20 * len(keys)
