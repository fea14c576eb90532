"""Rows of the registry tabs: Initiatives, Metrics_Config, KPI_Contributions."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from optcenter_pipeline.rules.portfolio import KpiLevel
from optcenter_pipeline.rules.row import Attribute, Flag, Number, Remark, Row, RowKey, RowName, shown, word, wrong
from optcenter_pipeline.rules.slices import DIMENSIONS


class InitiativeRow(Row):
    """A row of Initiatives."""

    tab: ClassVar[str] = "Initiatives"
    initiative_key: RowKey = Field(description="a key that no other initiative has, e.g. INIT-12")
    title: str = ""
    lifecycle_status: Attribute | None = None
    country: Attribute | None = None
    region: Attribute | None = None
    segment: Attribute | None = None
    product: Attribute | None = None
    category: Attribute | None = None
    program: Attribute | None = None
    department: Attribute | None = None
    notes: str = ""

    @property
    def attributes(self) -> dict[str, str | None]:
        """By dimension, as typed."""
        return {dimension: getattr(self, dimension) for dimension in DIMENSIONS}


class MetricRow(Row):
    """A row of Metrics_Config."""

    tab: ClassVar[str] = "Metrics_Config"
    kpi_key: RowName = Field(description="a key that no other KPI has, e.g. gmv")
    kpi_name: str = ""
    kpi_level: Annotated[KpiLevel, BeforeValidator(word)] = Field(description="north_star, strategic or supporting")
    unit: str | None = None
    is_active: Flag = Field(default=True, description="TRUE or FALSE, or leave it blank for TRUE")
    description: str = ""


class ContributionRow(Row):
    """A row of KPI_Contributions."""

    tab: ClassVar[str] = "KPI_Contributions"
    initiative_columns: ClassVar[tuple[str, ...]] = ("initiative_key",)
    kpi_columns: ClassVar[tuple[str, ...]] = ("kpi_key",)
    initiative_key: RowKey = Field(description="the key of an initiative, as in Initiatives")
    kpi_key: RowName = Field(description="the key of a KPI, as in Metrics_Config")
    contribution: Number = Field(description="a number in the KPI's unit")
    low: Number | None = Field(default=None, description="a number in the KPI's unit, or leave it blank")
    high: Number | None = Field(default=None, description="a number in the KPI's unit, or leave it blank")
    notes: str = ""

    @field_validator("high")
    @classmethod
    def _in_order(cls, high: float | None, info: ValidationInfo) -> float | None:
        low = info.data.get("low")
        if low is not None and high is not None and low > high:
            raise wrong(f"{shown(low)} is above high {shown(high)}; give low as the smaller of the two", "low")
        return high

    def remarks(self, cells: Mapping[str, object]) -> Iterator[Remark]:
        """A contribution outside its own range."""
        if self.low is not None and self.contribution < self.low:
            yield Remark("contribution", f"{shown(self.contribution)} is below low {shown(self.low)}")
        if self.high is not None and self.contribution > self.high:
            yield Remark("contribution", f"{shown(self.contribution)} is above high {shown(self.high)}")
