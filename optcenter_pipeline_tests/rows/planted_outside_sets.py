"""Faults in Candidates, Scenario_Config and the registry tabs."""

import datetime as dt

from optcenter_pipeline_tests.rows.planted import (
    CANDIDATES,
    CONTRIBUTIONS,
    GONE,
    INITIATIVES,
    KPI_UNIT,
    METRICS,
    PERIODS,
    THERE,
    plan,
    row,
)

OUTSIDE_SETS = (
    # Candidates
    row(
        CANDIDATES,
        "engineering_tokens: 0 is not above 0; give tokens as a number above 0",
        initiative_key="INIT-5",
        engineering_tokens=0,
    ),
    row(
        CANDIDATES,
        "deadline_date: 'soon' is not a date; give a date, e.g. 2026-09-30, or leave it blank",
        initiative_key="INIT-6",
        engineering_tokens=1,
        deadline_date="soon",
    ),
    row(
        CANDIDATES,
        f"initiative_key: 'ZZZ' is not in Initiatives; {THERE}",
        initiative_key="zzz",
        engineering_tokens=1,
    ),
    row(
        CANDIDATES,
        f"initiative_key: 'INIT-1' is in Candidates!2 {GONE}",
        initiative_key="INIT-1",
        engineering_tokens=1,
    ),
    row(
        CANDIDATES,
        f"prerequisite_keys: 'YYY' is not in Initiatives; {THERE}",
        initiative_key="INIT-7",
        engineering_tokens=1,
        prerequisite_keys=["INIT-1", "yyy"],
    ),
    row(
        CANDIDATES,
        "is_mandatory: INIT-4 is mandatory here and excluded in {exclusion of must}; drop one of the two",
        name="must",
        initiative_key="INIT-4",
        engineering_tokens=1,
        is_mandatory=True,
    ),
    row(
        CANDIDATES,
        "bundle_key: warning: 'alone' has no other member: it ties nothing together",
        initiative_key="INIT-8",
        engineering_tokens=1,
        bundle_key="alone",
    ),
    row(
        CANDIDATES,
        "mandate_reason: warning: is filled, but is_mandatory is not TRUE: the initiative is not mandatory",
        initiative_key="INIT-10",
        engineering_tokens=1,
        mandate_reason="law",
    ),
    row(
        CANDIDATES,
        "synergy_group_keys: warning: synergy group 'duo' has no value: no synergy_bonus row names it or has its "
        "members",
        initiative_key="INIT-11",
        engineering_tokens=1,
        synergy_group_keys=["duo"],
    ),
    # Scenario_Config
    plan("s1", f"period_key: 2026-03-02 is a date; {PERIODS}", period_key=dt.date(2026, 3, 2)),
    plan("s2", "capacity_total_tokens: is blank; give tokens as a number above 0", capacity_total_tokens=None),
    plan(
        "s3",
        "objective_weights_json: 'old' is not active in Metrics_Config; give an active KPI, or make it active "
        "there",
        objective_weights_json={"old": 1},
    ),
    plan(
        "s4",
        'objective_weights_json: {"gmv": 1} means nothing with objective_mode north_star; clear the cell',
        "objective_mode: 'north_star', and 2 active KPIs are north stars "
        "('gmv' in Metrics_Config!2, 'arpu' in Metrics_Config!5); leave one",
        objective_mode="north_star",
    ),
    plan("s5", "period_key: warning: '2026Q2' is read as 2026-Q2", period_key="2026Q2"),
    plan(
        "s6",
        "objective_weights_json: warning: the weights sum to 2, not 1; only their ratios count",
        objective_weights_json={"gmv": 2},
    ),
    plan(
        "s7",
        """objective_weights_json: '{"gmv' is not a JSON object; give a JSON object of KPIs and weights, """
        """e.g. {"gmv": 0.6, "nps": 0.4}""",
        objective_weights_json='{"gmv',
    ),
    # registry
    row(
        INITIATIVES,
        "initiative_key: is blank; give a key that no other initiative has, e.g. INIT-12",
        title="no key",
    ),
    row(
        METRICS,
        "kpi_level: 'big' is none of the choices; give north_star, strategic or supporting",
        kpi_key="new",
        kpi_level="big",
    ),
    row(
        CONTRIBUTIONS,
        f"contribution: 'inf' is not a number; {KPI_UNIT}",
        initiative_key="INIT-2",
        kpi_key="nps",
        contribution="inf",
    ),
    row(
        CONTRIBUTIONS,
        "low: 3 is above high 2; give low as the smaller of the two",
        initiative_key="INIT-3",
        kpi_key="nps",
        contribution=2.5,
        low=3,
        high=2,
    ),
    row(
        CONTRIBUTIONS,
        f"initiative_key: 'INIT-1' with 'GMV' is in KPI_Contributions!2 {GONE}",
        initiative_key="INIT-1",
        kpi_key="GMV",
        contribution=1,
    ),
    row(
        CONTRIBUTIONS,
        "contribution: warning: 9 is above high 8",
        initiative_key="INIT-4",
        kpi_key="nps",
        contribution=9,
        high=8,
    ),
)
