"""Why a run has no portfolio: a set of sheet rows that cannot all be kept, none of them needless."""

from optcenter_pipeline.explain.conflict.finding import NoConflictError, find_conflict

__all__ = ["NoConflictError", "find_conflict"]
