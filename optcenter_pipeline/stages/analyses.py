"""What can be asked of a run behind its portfolio: why, frontier, alternatives, robustness, comparison, report.

None of them stands in the way of a run: they read what it left in the ledger, are made only where somebody asks,
and reach the sheet by `analysis_tabs`.
"""

from typing import Any

import dagster as dg
from pydantic import Field, create_model

from optcenter_pipeline.rules.analysis_kinds import AnalysisKind
from optcenter_pipeline.rules.analysis_options import OPTIONS_OF, option_in_words, options_of
from optcenter_pipeline.stages.failures import told_clearly
from optcenter_pipeline.stages.output_tabs import output_tabs
from optcenter_pipeline.stages.partitions import CONSTRAINT_SETS, names_of, partition_of
from optcenter_pipeline.stages.request_counts import request_metadata
from optcenter_pipeline.stages.resources import DatabaseResource, ReportsResource, WorkbookResource

GROUP = "analyses"


class AnalysisRequest(dg.Config):
    """Which run is analysed; each analysis's own configuration has its options beside it.

    Without any option it is made as it was asked for of this run before, else with the defaults.
    """

    run_id: str | None = Field(None, description="Of the ledger; none: the newest finished one of the partition.")


_TYPES = {"integer": int, "number": float, "string": str}


def _request(kind: AnalysisKind) -> type[AnalysisRequest]:
    """The configuration of an analysis: its options, each of which may be left out; they judge what is typed."""
    model = OPTIONS_OF[kind]
    schemas = model.model_json_schema().get("properties", {})
    types = {name: schema.get("type") or schema["anyOf"][0]["type"] for name, schema in schemas.items()}
    fields: dict[str, Any] = {
        name: (
            _TYPES[types[name]] | None,
            Field(None, description=f"{option_in_words(model, name)}{_by_default(option.default)}"),
        )
        for name, option in model.model_fields.items()
    }
    return create_model(f"{kind.capitalize()}Request", __base__=AnalysisRequest, __doc__=model.__doc__, **fields)


def _by_default(value: object) -> str:
    return (
        "" if value is None else f"; {value:g} by default" if isinstance(value, float) else f"; {value} by default"
    )


def _analysis(
    kind: AnalysisKind, name: str, description: str, *, deps: tuple[dg.AssetsDefinition, ...] = (output_tabs,)
) -> dg.AssetsDefinition:
    def asset(
        context: dg.AssetExecutionContext,
        config: AnalysisRequest,
        database: DatabaseResource,
        reports: ReportsResource,
    ) -> dg.MaterializeResult:
        from optcenter_pipeline.database.inputs import saved_sets
        from optcenter_pipeline.database.stage_outputs import sha256_of
        from optcenter_pipeline.report.analysis_metadata import analysis_metadata
        from optcenter_pipeline.runs.analyses import make_analysis, run_to_analyse
        from optcenter_pipeline.runs.report_place import put_old_reports_away

        with told_clearly(), database.open() as db:
            run_id = config.run_id
            if run_id is None:
                with db.reading() as session:
                    names = names_of(partition_of(context), saved_sets(session))
                run_id = run_to_analyse(db, *names)
            given = config.model_dump(exclude={"run_id"}, exclude_none=True)
            place = reports.place()
            made = make_analysis(db, run_id, options_of(kind, given), reports=place)
            if kind is AnalysisKind.REPORT and made.is_new:
                try:
                    for old in put_old_reports_away(db, place, run_id):
                        context.log.info(f"the report of run {old} was put away: {place.kept} are kept")
                except OSError as error:
                    context.log.warning(f"older reports could not be put away: {error}")
        metadata = {
            label: dg.MetadataValue.md(value) if isinstance(value, str) else value
            for label, value in analysis_metadata(made.document).items()
        }
        return dg.MaterializeResult(
            data_version=dg.DataVersion(sha256_of(made.document.model_dump_json(exclude={"seconds"}))),
            metadata={
                "run_id": run_id,
                "asked_for": made.options.as_typed(),
                "was_made_before": not made.is_new,
                **metadata,
            },
        )

    asset.__annotations__["config"] = _request(kind)  # Dagster reads the configuration's form here
    return dg.asset(
        asset,
        name=name,
        group_name=GROUP,
        kinds={"highs"} if kind not in (AnalysisKind.COMPARISON, AnalysisKind.REPORT) else {"python"},
        owners=["team:data-engineering"],
        deps=list(deps),
        partitions_def=CONSTRAINT_SETS,
        description=description,
    )


explanations = _analysis(
    AnalysisKind.EXPLAIN,
    "explanations",
    "Why each candidate is in or out, what blocks it, what tokens are worth; where no plan is possible, why.",
)
frontier = _analysis(
    AnalysisKind.FRONTIER,
    "frontier",
    "The best objective for each capacity, or against goals or another KPI, each point proven or with its bound.",
)
alternatives = _analysis(
    AnalysisKind.ALTERNATIVES,
    "alternatives",
    "Portfolios nearly as good as the best and as different as possible, each checked independently.",
)
robustness = _analysis(
    AnalysisKind.ROBUSTNESS,
    "robustness",
    "How often each candidate is chosen when contributions and tokens turn out otherwise.",
)
comparison = _analysis(
    AnalysisKind.COMPARISON,
    "comparison",
    "What differs from the approved plan, or from the run before, and by what each difference is explained.",
)
run_report = _analysis(
    AnalysisKind.REPORT,
    "run_report",
    "One HTML page of the run and of every analysis of it that there is.",
    deps=(output_tabs, explanations, frontier, alternatives, robustness, comparison),
)


@dg.asset(
    group_name=GROUP,
    kinds={"googlesheets"},
    owners=["team:product-operations"],
    deps=[explanations, frontier, alternatives, robustness, comparison, run_report],
    partitions_def=CONSTRAINT_SETS,
    description="What the sheet does not tell yet: Explanations, Frontier, Comparison, reasons, failed analyses.",
)
def analysis_tabs(
    context: dg.AssetExecutionContext, database: DatabaseResource, workbook: WorkbookResource
) -> dg.MaterializeResult:
    """Deliver what came of every analysis that the sheet does not tell yet; a repeat writes nothing."""
    from optcenter_pipeline.runs.analysis_delivery import deliver_analyses

    not_delivered: list[str] = []
    with (
        told_clearly(kept="The analyses are kept: materialise analysis_tabs to write them to the sheet."),
        database.open() as db,
        workbook.open() as book,
    ):
        delivered = deliver_analyses(db, book, tell=not_delivered.append)
        requests = book.counts
    for line in not_delivered:
        context.log.warning(line)
    return dg.MaterializeResult(
        metadata={
            "analyses_delivered": [str(one) for one in delivered],
            "not_delivered": not_delivered,
            **request_metadata(context, requests),
        }
    )


ASSET_OF = {
    AnalysisKind.EXPLAIN: explanations,
    AnalysisKind.FRONTIER: frontier,
    AnalysisKind.ALTERNATIVES: alternatives,
    AnalysisKind.ROBUSTNESS: robustness,
    AnalysisKind.COMPARISON: comparison,
    AnalysisKind.REPORT: run_report,
}
"""What makes which analysis."""
