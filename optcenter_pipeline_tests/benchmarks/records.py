"""Records by hand."""

from typing import Any

from benchmarks.compare.record import Key, Record


def record(solver: str, seconds: float, *, instance: str = "nrp1@30", **changes: Any) -> Record:
    """A proof of value 100 in one run, unless `changes` say otherwise: fields of the run, `limit`, `published` …"""
    limit, gap = changes.pop("limit", 30.0), changes.pop("mip_gap", 0.0)
    group, candidates = changes.pop("group", "nrp"), changes.pop("candidates", 140)
    published = changes.pop("published", None)
    run = {
        "status": "proven",
        "value": 100.0,
        "bound": 100.0,
        "funded": 3,
        "broken": [],
        "handover": 0.0,
        "peak_mb": 50,
        "more": {},
        "seconds": seconds,
        "cpu": seconds / 2,
        **changes,
    }
    key = Key(instance, solver, "1.0", "d1", gap, limit, 1)
    return Record(key, group, candidates, 2, published, (run,))
