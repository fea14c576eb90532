"""save_job: the sheet into the database, statuses back. optimize_job: a save, then one set solved and delivered.
analyses_job: behind a run, what was asked of it.
"""

import dagster as dg

from optcenter_pipeline.orchestration.hooks import answer_failure

SAVE = dg.AssetSelection.groups("save")
RUN = dg.AssetSelection.groups("run")
ANALYSES = dg.AssetSelection.groups("analyses")

save_job = dg.define_asset_job(
    "save_job",
    selection=SAVE,
    hooks={answer_failure},
    description="Read the workbook, judge and compile its rows, save them, and write each row's status back.",
)

optimize_job = dg.define_asset_job(
    "optimize_job",
    selection=SAVE | RUN,
    hooks={answer_failure},
    description="Save everything, then solve one constraint set (the partition) and write its portfolio back.",
)

analyses_job = dg.define_asset_job(
    "analyses_job",
    selection=ANALYSES,
    description="Analyse a finished run of one constraint set (the partition); write what was found to the sheet.",
)
