"""Rows of Scenario_Config: the period in any common spelling, the objective with its weights."""

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationInfo, field_validator

from optcenter_pipeline.rows.analyses import analyses_of_cell
from optcenter_pipeline.rows.objective_weights import ORDERED_FORM, WEIGHTED_FORM, spelt, stages, weights
from optcenter_pipeline.rules.analysis_options import AnalysisOptions
from optcenter_pipeline.rules.asked_analyses import EXAMPLE, typed_analyses
from optcenter_pipeline.rules.period import PERIOD_FORMS, UnknownPeriodError, canonical_period
from optcenter_pipeline.rules.portfolio import ObjectiveMode, ObjectiveWeights, Scenario
from optcenter_pipeline.rules.row import (
    Percent,
    PositiveTokens,
    Remark,
    Row,
    RowName,
    is_formula_error,
    shown,
    word,
    wrong,
)

_MONTH_NUMBER = re.compile(r"(\d{4})(\d{2})", re.ASCII)


def _period(cell: Any) -> Any:
    """A canonical period from text, a year or a month (202712) as a number, or the date that a sheet made of it."""
    if isinstance(cell, dt.date):
        if cell.day != 1:
            raise wrong(f"{shown(cell)} is a date; give {PERIOD_FORMS}")
        return f"{cell.year:04d}-{cell.month:02d}"
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        raise wrong(f"{shown(cell)} is not a period; give {PERIOD_FORMS}")
    if isinstance(cell, float):
        if not cell.is_integer():
            raise wrong(f"{shown(cell)} is not a period; give {PERIOD_FORMS}")
        cell = int(cell)
    if is_formula_error(cell):
        raise wrong(f"{shown(cell)} is a formula error; mend the formula or give {PERIOD_FORMS}")
    month = _MONTH_NUMBER.fullmatch(str(cell).strip())
    if month and 1900 <= int(month[1]) <= 2100 and 1 <= int(month[2]) <= 12:
        return f"{month[1]}-{month[2]}"
    try:
        return canonical_period(str(cell))
    except UnknownPeriodError as error:
        text = str(error)
        raise wrong(text if text.startswith(repr(cell)[:20]) else f"{shown(cell)}: {text}") from None


class ScenarioRow(Row):
    """A row of Scenario_Config."""

    tab: ClassVar[str] = "Scenario_Config"
    scenario_name: RowName = Field(description="a name that no other scenario has")
    period_key: Annotated[str, BeforeValidator(_period)] = Field(description=PERIOD_FORMS)
    capacity_total_tokens: PositiveTokens = Field(description="tokens as a number above 0")
    objective_mode: Annotated[ObjectiveMode, BeforeValidator(word)] = Field(
        default="north_star",
        description="north_star, weighted_kpis or lexicographic, or leave it blank for north_star",
    )
    objective_weights_json: ObjectiveWeights | None = Field(
        default=None, validate_default=True, description=f"{WEIGHTED_FORM}, or {ORDERED_FORM}"
    )
    goal_tolerance_pct: Percent = Field(default=5.0, description="a number from 0 to 100, or leave it blank for 5")
    analyses: Annotated[
        tuple[AnalysisOptions, ...], BeforeValidator(analyses_of_cell), PlainSerializer(typed_analyses)
    ] = Field(default=(), description=f"what each run is to have beside its portfolio, e.g. {EXAMPLE}")
    notes: str = ""

    @field_validator("objective_weights_json", mode="before")
    @classmethod
    def _weights_fit(cls, cell: Any, info: ValidationInfo) -> Any:
        mode = info.data.get("objective_mode")
        if mode is None:
            return None
        if mode == "north_star":
            if cell is not None:
                raise wrong(f"{shown(cell)} means nothing with objective_mode north_star; clear the cell")
            return None
        form, parse = (WEIGHTED_FORM, weights) if mode == "weighted_kpis" else (ORDERED_FORM, stages)
        if cell is None:
            raise wrong(f"is blank, and objective_mode {mode} needs it; give {form}")
        if is_formula_error(cell):
            raise wrong(f"{shown(cell)} is a formula error; mend the formula or give {form}")
        return parse(cell)

    @property
    def weights(self) -> dict[str, float]:
        """The weights of mode weighted_kpis; else empty."""
        return self.objective_weights_json if isinstance(self.objective_weights_json, dict) else {}

    def compiled(self, kpi_keys: Mapping[str, str]) -> Scenario:
        """The scenario; `kpi_keys` are folded → as Metrics_Config spells them."""
        return Scenario(
            scenario_name=self.scenario_name,
            period_key=self.period_key,
            capacity_total_tokens=self.capacity_total_tokens,
            objective_mode=self.objective_mode,
            objective_weights=spelt(self.objective_weights_json, kpi_keys),
            goal_tolerance_pct=self.goal_tolerance_pct,
            source_row=self.source_row,
        )

    def remarks(self, cells: Mapping[str, object]) -> Iterator[Remark]:
        """A period in another spelling; weights whose sum is not 1."""
        typed = cells.get("period_key")
        as_typed = str(int(typed)) if isinstance(typed, float) else str(typed).strip()
        if typed is not None and as_typed != self.period_key:
            yield Remark("period_key", f"{shown(typed)} is read as {self.period_key}")
        total = math.fsum(self.weights.values())
        if self.weights and abs(total - 1) > 1e-9:
            yield Remark("objective_weights_json", f"the weights sum to {total:g}, not 1; only their ratios count")
