"""What a repair asks for is what is needed, number by number, however large the others are."""

from typing import Any

import numpy as np
import pytest

from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.explain.repairs.elastic import Elastic
from optcenter_pipeline.explain.repairs.elastic_model import ElasticModel
from optcenter_pipeline.explain.repairs.levers import levers_of
from optcenter_pipeline.explain.repairs.proposal import propose
from optcenter_pipeline_tests.support.repair_oracle import assert_repairs_hold
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

UK = {"country": "UK"}
PLAN = snapshot(
    [
        candidate("A", 12, {"gmv": 100}, attributes=UK),
        candidate("B", 11, {"gmv": 100}, attributes=UK),
        candidate("C", 5, attributes={"country": "DE"}),
    ],
    capacity=10_000,
    targets=[
        {"kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 1000, "source_rows": ["Targets!6"]},
    ],
    capacity_floors=[{"min_tokens": 11, "source_rows": ["Constraints!7"]}],
    capacity_caps=[
        {"max_tokens": 10, "source_rows": ["Constraints!8"]},
        {"dimension": "country", "dimension_key": "DE", "max_tokens": 4, "source_rows": ["Constraints!9"]},
    ],
).model_copy(update={"fixed_rows": ("Constraints!7",)})
"""The target falls by nine tenths, which costs 9,000: a search to half a per cent of that minds no few tokens."""


@pytest.mark.parametrize("portfolio", [["A"], ["A", "C"], ["B", "C"], ["B"]])
def test_a_small_move_beside_a_large_one_is_no_larger_than_it_has_to_be(portfolio: list[str]) -> None:
    question = build_question(PLAN)
    levers = levers_of(question)
    nothing: Any = np.zeros(question.model.column_count, dtype=bool)
    elastic = Elastic(levers, nothing, left=lambda: None, cancel=lambda: False)
    mended = ElasticModel(levers, levers.numbers).read(question.point_of(portfolio), bound=9001.0)
    assert mended is not None
    repair = propose(elastic, mended)
    assert repair is not None
    lowered = "Targets row 6: lower target_value from 1000 to "
    assert repair.text == f"Constraints row 8: raise max_tokens from 10 to 11; {lowered}100"
    assert repair.cost == 9001.0
    assert_repairs_hold(PLAN, [repair])
