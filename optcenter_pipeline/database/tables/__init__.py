"""Every table of the database."""

from optcenter_pipeline.database.tables.analyses import RunAnalysis
from optcenter_pipeline.database.tables.approvals import Approval
from optcenter_pipeline.database.tables.base import Base
from optcenter_pipeline.database.tables.planning import (
    CandidateRecord,
    Initiative,
    KpiContribution,
    MetricRecord,
    OptimizationConstraintSet,
    OptimizationScenario,
)
from optcenter_pipeline.database.tables.runs import (
    OPEN_STATUSES,
    ActionRequest,
    OptimizationRun,
    Portfolio,
    PortfolioItem,
)
from optcenter_pipeline.database.tables.working import Delivery, Lease, RowStatus, StageOutput, TabState

__all__ = [
    "OPEN_STATUSES",
    "ActionRequest",
    "Approval",
    "Base",
    "CandidateRecord",
    "Delivery",
    "Initiative",
    "KpiContribution",
    "Lease",
    "MetricRecord",
    "OptimizationConstraintSet",
    "OptimizationRun",
    "OptimizationScenario",
    "Portfolio",
    "PortfolioItem",
    "RowStatus",
    "RunAnalysis",
    "StageOutput",
    "TabState",
]
