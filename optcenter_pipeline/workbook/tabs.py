"""The workbook contract: every tab, its columns, and whose they are (workbook.md, *Tabs*).

The one place to ask which column is whose: reading, template, write-back and docs all read it.
"""

from optcenter_pipeline.workbook.input_tabs import ACTIONS, CANDIDATES, CONSTRAINTS, SCENARIO_CONFIG, TARGETS
from optcenter_pipeline.workbook.output_tabs import COMPARISON, EXPLANATIONS, FRONTIER, GAPS_ALERTS, RESULTS, RUNS
from optcenter_pipeline.workbook.registry_tabs import INITIATIVES, KPI_CONTRIBUTIONS, METRICS_CONFIG
from optcenter_pipeline.workbook.shared_columns import STAMPS

REGISTRY_TABS = (INITIATIVES, METRICS_CONFIG, KPI_CONTRIBUTIONS)
PM_INPUT_TABS = (SCENARIO_CONFIG, CONSTRAINTS, TARGETS, CANDIDATES)
INPUT_TABS = (*REGISTRY_TABS, *PM_INPUT_TABS)
ANALYSIS_TABS = (EXPLANATIONS, FRONTIER, COMPARISON)
OUTPUT_TABS = (RUNS, RESULTS, GAPS_ALERTS, *ANALYSIS_TABS)
ALL_TABS = (*PM_INPUT_TABS, *REGISTRY_TABS, ACTIONS, *OUTPUT_TABS)
TAB_BY_NAME = {tab.name: tab for tab in ALL_TABS}

__all__ = [
    "ACTIONS",
    "ALL_TABS",
    "ANALYSIS_TABS",
    "CANDIDATES",
    "COMPARISON",
    "CONSTRAINTS",
    "EXPLANATIONS",
    "FRONTIER",
    "GAPS_ALERTS",
    "INITIATIVES",
    "INPUT_TABS",
    "KPI_CONTRIBUTIONS",
    "METRICS_CONFIG",
    "OUTPUT_TABS",
    "PM_INPUT_TABS",
    "REGISTRY_TABS",
    "RESULTS",
    "RUNS",
    "SCENARIO_CONFIG",
    "STAMPS",
    "TAB_BY_NAME",
    "TARGETS",
]
