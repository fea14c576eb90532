"""Random snapshots with commitments to an earlier run."""

from typing import Any

from hypothesis import strategies as st

from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline_tests.support.snapshots import snapshots


@st.composite
def committed_snapshots(draw: st.DrawFn, /, **kind: Any) -> Snapshot:
    """Any valid snapshot whose plan is to keep some of an earlier run's portfolio; half of it is gone at times."""
    question = draw(snapshots(spoilt_percent=0, **kind))
    keys = [candidate.initiative_key for candidate in question.candidates]
    selected = [key for key in (*keys, "GONE-1") if draw(st.booleans())]
    few = st.lists(st.sampled_from([*selected, *keys, "GONE-2"]), max_size=2, unique=True)
    commitments = {
        "run_id": "20261123T054200-3f2a9c",
        "selected": selected,
        "locked_in": draw(few) if draw(st.integers(1, 100)) <= 40 else [],
        "max_changes": draw(st.none() | st.integers(0, 5)),
        "price_per_change": draw(st.none() | st.sampled_from([0, 0.01, 0.05, 0.5, 2.0, 7.25])),
    }
    return Snapshot.model_validate({**question.model_dump(), "commitments": commitments})
