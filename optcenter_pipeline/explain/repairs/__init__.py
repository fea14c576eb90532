"""The cheapest ways out of an infeasible run: numbers changed, rules dropped, each way shown to work."""

from optcenter_pipeline.explain.repairs.find import find_repairs, touches
from optcenter_pipeline.explain.repairs.repaired import repaired_snapshot

__all__ = ["find_repairs", "repaired_snapshot", "touches"]
