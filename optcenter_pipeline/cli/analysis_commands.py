"""`explain`, `frontier`, `alternatives`, `robustness`: what else can be said of a snapshot's answer.

The engine and its analyses alone; no workbook, no database, no Dagster.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optcenter_pipeline.cli.console import Console, ExitCode
from optcenter_pipeline.cli.pipeline import exit_code
from optcenter_pipeline.cli.run_options import WhatIf, finite, overrides_of
from optcenter_pipeline.cli.snapshot_files import invalid_lines, loaded_snapshot, write_document
from optcenter_pipeline.rules.analysis_options import (
    CAPACITY,
    COUNT,
    DRAWS,
    POINTS,
    SEED,
    TOKENS_PCT,
    WITHIN_PCT,
    AlternativesOptions,
    ExplainOptions,
    FrontierOptions,
    OptionsT,
    RobustnessOptions,
    WrongAnalysesError,
    option_in_words,
    options_as,
)

if TYPE_CHECKING:
    from pydantic import BaseModel

    from optcenter_pipeline.engine.result import Result
    from optcenter_pipeline.engine.snapshot import Snapshot
    from optcenter_pipeline.explain.base_plan import BasePlan
    from optcenter_pipeline.explain.documents import Explanation
    from optcenter_pipeline.runs.stopping import StopWish

SnapshotFile = Annotated[Path, typer.Argument(metavar="SNAPSHOT.json")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="Where the JSON document goes.")]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        min=0.001, callback=finite, help="Seconds for the plan, and as many again for what is asked of it."
    ),
]
MipGap = Annotated[float | None, typer.Option(min=0.0, callback=finite, help="Relative gap that counts as proven.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(explain)
    app.command()(frontier)
    app.command()(alternatives)
    app.command()(robustness)


def explain(
    context: typer.Context,
    snapshot: SnapshotFile,
    output: Output = None,
    time_limit: TimeLimit = None,
    mip_gap: MipGap = None,
    what_if: WhatIf = None,
    exact: Annotated[int | None, typer.Option(help=option_in_words(ExplainOptions, "exact"))] = None,
) -> int:
    """Tell why each candidate is in or out; where no plan is possible, which rows clash and what would mend it."""
    from optcenter_pipeline.engine.result import Result
    from optcenter_pipeline.explain.documents import Explanation
    from optcenter_pipeline.explain.explanation import explain as explain_snapshot

    console: Console = context.obj
    asked = _asked(ExplainOptions, exact=exact)
    loaded = loaded_snapshot(snapshot, _options(time_limit, mip_gap), overrides_of(what_if))
    if isinstance(loaded, Result):
        document = Explanation(status="invalid", messages=tuple(invalid_lines(snapshot, loaded)))
    else:
        with _stop_wish() as wish, console.progress(str(snapshot)) as view:
            document = explain_snapshot(loaded, exact=asked.exact, cancel=wish.is_wished, on_progress=view.show)
    _keep(console, document, output)
    _show_explanation(console, document)
    return exit_code(document.status)


def frontier(
    context: typer.Context,
    snapshot: SnapshotFile,
    output: Output = None,
    points: Annotated[int, typer.Option(help=option_in_words(FrontierOptions, "points"))] = POINTS,
    against: Annotated[str, typer.Option(help=option_in_words(FrontierOptions, "against"))] = CAPACITY,
    of: Annotated[str | None, typer.Option(help=option_in_words(FrontierOptions, "of"))] = None,
    time_limit: TimeLimit = None,
    mip_gap: MipGap = None,
    what_if: WhatIf = None,
) -> int:
    """Tell what more or fewer tokens would bring: the best for each capacity, proven or with its bound."""
    from optcenter_pipeline.explain.documents import Frontier
    from optcenter_pipeline.explain.frontier import frontier as frontier_of
    from optcenter_pipeline.explain.frontier_axis import NoAxisError
    from optcenter_pipeline.report.analysis_tables import frontier_frame

    asked = _asked(FrontierOptions, points=points, against=against, of=of)

    def make(plan: "BasePlan", cancel: Callable[[], bool]) -> Frontier:
        try:
            return frontier_of(plan, points=asked.points, against=asked.against, of=asked.of, cancel=cancel)
        except NoAxisError as error:
            raise typer.BadParameter(str(error)) from error

    def show(console: Console, document: Frontier) -> None:
        console.table(frontier_frame(document), f"{document.y_name} against {document.x_name}")

    loaded = loaded_snapshot(snapshot, _options(time_limit, mip_gap), overrides_of(what_if))
    return _analyse(context.obj, snapshot, loaded, output, make, show)


def alternatives(
    context: typer.Context,
    snapshot: SnapshotFile,
    output: Output = None,
    count: Annotated[int, typer.Option(help=option_in_words(AlternativesOptions, "count"))] = COUNT,
    within: Annotated[float, typer.Option(help=option_in_words(AlternativesOptions, "within"))] = WITHIN_PCT,
    time_limit: TimeLimit = None,
    mip_gap: MipGap = None,
    what_if: WhatIf = None,
) -> int:
    """Tell which other portfolios are nearly as good, as different from the best and each other as possible."""
    from optcenter_pipeline.explain.alternatives import alternatives as alternatives_of
    from optcenter_pipeline.explain.documents import Alternatives
    from optcenter_pipeline.report.analysis_tables import alternatives_frame

    asked = _asked(AlternativesOptions, count=count, within=within)

    def make(plan: "BasePlan", cancel: Callable[[], bool]) -> Alternatives:
        return alternatives_of(plan, count=asked.count, within_pct=asked.within, cancel=cancel)

    def show(console: Console, document: Alternatives) -> None:
        if document.found:
            console.table(alternatives_frame(document), f"Within {document.within_pct:g} % of the best")
        if document.no_more_exist:
            console.say(f"{len(document.found)} exist, and no more")

    loaded = loaded_snapshot(snapshot, _options(time_limit, mip_gap), overrides_of(what_if))
    return _analyse(context.obj, snapshot, loaded, output, make, show)


def robustness(
    context: typer.Context,
    snapshot: SnapshotFile,
    output: Output = None,
    draws: Annotated[int, typer.Option(help=option_in_words(RobustnessOptions, "draws"))] = DRAWS,
    tokens: Annotated[float, typer.Option(help=option_in_words(RobustnessOptions, "tokens"))] = TOKENS_PCT,
    seed: Annotated[int, typer.Option(help=option_in_words(RobustnessOptions, "seed"))] = SEED,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Processes that solve; by default one a core.")
    ] = None,
    time_limit: TimeLimit = None,
    mip_gap: MipGap = None,
    what_if: WhatIf = None,
) -> int:
    """Tell how the plan stands when contributions (low … high) and tokens turn out otherwise."""
    from optcenter_pipeline.explain.documents import Robustness
    from optcenter_pipeline.explain.robustness import robustness as robustness_of
    from optcenter_pipeline.report.analysis_tables import robustness_frame, robustness_lines

    asked = _asked(RobustnessOptions, draws=draws, tokens=tokens, seed=seed)

    def make(plan: "BasePlan", cancel: Callable[[], bool]) -> Robustness:
        return robustness_of(
            plan,
            draws=asked.draws,
            tokens_pct=asked.tokens,
            seed=asked.seed,
            processes=processes,
            cancel=cancel,
        )

    def show(console: Console, document: Robustness) -> None:
        console.table(robustness_frame(document), f"{len(document.draws)} draws")
        for line in robustness_lines(document):
            console.say(line)

    loaded = loaded_snapshot(snapshot, _options(time_limit, mip_gap), overrides_of(what_if))
    return _analyse(context.obj, snapshot, loaded, output, make, show)


def _asked(model: type[OptionsT], **given: object) -> OptionsT:
    """The options of an analysis.

    Raises:
        typer.BadParameter: one is out of its range.
    """
    try:
        return options_as(model, given)
    except WrongAnalysesError as error:
        raise typer.BadParameter(str(error)) from error


def _analyse(
    console: Console,
    path: Path,
    loaded: "Snapshot | Result",
    output: Path | None,
    make: "Callable[[BasePlan, Callable[[], bool]], Any]",
    show: Callable[[Console, Any], None],
) -> int:
    """Solve a snapshot and analyse its plan; a run without a portfolio is told as `optcenter solve` tells it."""
    from optcenter_pipeline.engine.result import Result
    from optcenter_pipeline.explain.answer import answer
    from optcenter_pipeline.explain.base_plan import base_plan

    if isinstance(loaded, Result):
        return _without_plan(console, path, None, loaded, output)
    with _stop_wish() as wish:
        with console.progress(str(path)) as view:
            result = answer(loaded, on_progress=view.show, cancel=wish.is_wished)
        if not result.has_portfolio:
            return _without_plan(console, path, loaded, result, output)
        document = make(base_plan(loaded, result), wish.is_wished)
    _keep(console, document, output)
    show(console, document)
    _tell(console, document.messages)
    if wish.is_wished():
        console.warn("stopped by a person: what was found by then is told")
    return ExitCode.DONE


def _without_plan(
    console: Console, path: Path, snapshot: "Snapshot | None", result: "Result", output: Path | None
) -> int:
    """Instead of the analysis the result, which says why there is no plan: on the screen, as JSON, in the file."""
    from optcenter_pipeline.cli.run_view import show_result

    _keep(console, result, output)
    if result.status == "invalid" or snapshot is None:
        console.findings(invalid_lines(path, result))
    else:
        show_result(console, snapshot, result, title=str(path))
        console.warn("there is no portfolio to analyse; `optcenter explain` tells what stands in its way")
    return exit_code(result.status)


def _keep(console: Console, document: "BaseModel", output: Path | None) -> None:
    content = document.model_dump(mode="json")
    console.document(content)
    if output is not None:
        write_document(output, content)
        console.say(f"written to {output}")


def _show_explanation(console: Console, document: "Explanation") -> None:
    from optcenter_pipeline.report.analysis_tables import binding_frame, candidates_frame, limits_frame
    from optcenter_pipeline.report.tables import conflict_frame, repairs_frame

    if document.status == "invalid":
        console.findings(document.messages)
        return
    if document.conflict:
        console.table(conflict_frame(document.conflict), "Rules that cannot hold together")
        if document.conflict.repairs:
            console.table(repairs_frame(document.conflict), "Ways out, each tried on a copy; the cost in tokens")
    if document.candidates:
        console.table(candidates_frame(document), "Each candidate, and the plan with it the other way")
    if document.limits:
        console.table(limits_frame(document), "What tokens are worth")
    if document.binding_rows:
        console.table(binding_frame(document), "Rules without which the plan would be better")
    _tell(console, document.messages)
    console.say(document.status, style="bold")


def _tell(console: Console, messages: tuple[str, ...]) -> None:
    for message in messages:
        console.say(message, style="yellow")


def _options(time_limit: float | None, mip_gap: float | None) -> dict[str, Any]:
    given = {"time_limit_seconds": time_limit, "mip_gap": mip_gap}
    return {name: value for name, value in given.items() if value is not None}


def _stop_wish() -> "AbstractContextManager[StopWish]":
    from optcenter_pipeline.runs.stopping import stop_wish

    return stop_wish()
