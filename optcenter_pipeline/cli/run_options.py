"""Options of `optimize` and `solve` that change what is asked: what-if numbers, commitments, analyses."""

import math
import re
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from optcenter_pipeline.rules.analysis_options import AnalysisOptions, WrongAnalysesError
from optcenter_pipeline.rules.asked_analyses import ANALYSIS_NAMES, EXAMPLE, asked_analyses
from optcenter_pipeline.rules.names import LARGEST
from optcenter_pipeline.rules.what_if import DROP, FORMS, Overrides, names_an_override, place_and_field

WHAT_IF = (
    f"KEY=VALUE: a number that is not the sheet's, for this run alone; KEY is e.g. {FORMS} (=true). Repeatable."
)
WhatIf = Annotated[list[str] | None, typer.Option("--set", "--what-if", metavar="KEY=VALUE", help=WHAT_IF)]
ANALYSES = f"Some of {ANALYSIS_NAMES}, by commas, with options where wanted: '{EXAMPLE}'."
KEEP = "A run of the scenario, or `approved`: what of its portfolio is to stay, says one of the next four."
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def finite(typed: float | None) -> float | None:
    """An option's number, for typer's `callback`.

    Raises:
        typer.BadParameter: it is infinite, or none.
    """
    if typed is not None and not math.isfinite(typed):
        raise typer.BadParameter(f"{typed} is not a finite number; leave the option out for no limit")
    return typed


def overrides_of(typed: Sequence[str] | None) -> Overrides:
    """`--set capacity_total_tokens=120 --set Constraints!9.drop=true` as overrides by name.

    Raises:
        typer.BadParameter: one has no form that fits, or stands twice.
    """
    overrides: Overrides = {}
    for text in typed or ():
        name, mark, value = (part.strip() for part in text.rpartition("="))
        if not mark or not names_an_override(name):
            raise typer.BadParameter(f"--set {text!r} names no number; give KEY=VALUE, KEY one of {FORMS}")
        if name in overrides:
            raise typer.BadParameter(f"--set {name} stands twice; give it once")
        overrides[name] = _value(name, value)
    return overrides


def _value(name: str, typed: str) -> float | bool:
    if place_and_field(name)[1] == DROP:
        if typed.casefold() != "true":
            raise typer.BadParameter(f"--set {name}={typed}: give {name}=true, or leave it out")
        return True
    if not _NUMBER.fullmatch(typed):
        raise typer.BadParameter(f"--set {name}={typed}: {typed!r} is not a number; give one like 120 or 0.5")
    return float(typed)


def commitments_of(
    run: str | None, *, lock: bool, locked_in: str | None, max_changes: int | None, price_per_change: float | None
) -> dict[str, Any] | None:
    """Commitments as a run's configuration takes them; None where nothing is to be kept.

    Raises:
        typer.BadParameter: a run without anything that is kept of it, or the other way round.
    """
    keys = [key.strip() for key in (locked_in or "").split(",") if key.strip()]
    asked = {
        "locked_in": lock or keys,
        "max_changes": max_changes,
        "price_per_change": price_per_change,
    }
    given = {name: value for name, value in asked.items() if value is not None and value != []}
    if price_per_change is not None and not 0 <= price_per_change <= LARGEST:
        raise typer.BadParameter(f"--price-per-change {price_per_change}: give a number from 0 on")
    if lock and keys:
        raise typer.BadParameter("--lock keeps all of the portfolio; give --locked-in without it")
    if run is None and given != {}:
        raise typer.BadParameter("of which run? give --keep RUN_ID, or --keep approved")
    if run is not None and given in ({}, {"price_per_change": 0.0}):
        raise typer.BadParameter(
            "--keep alone keeps nothing; give --lock, --locked-in KEYS, --max-changes K or --price-per-change P"
        )
    return None if run is None else {"run": run, **given}


def analyses_of(typed: str | None) -> tuple[AnalysisOptions, ...] | None:
    """The analyses that are asked for; None where the option was not given.

    Raises:
        typer.BadParameter: with everything that is wrong in what was typed.
    """
    try:
        return None if typed is None else asked_analyses(typed)
    except WrongAnalysesError as error:
        raise typer.BadParameter(f"--analyses: {error}") from None
