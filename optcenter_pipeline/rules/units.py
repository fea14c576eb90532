"""KPIs with their units, as Metrics_Config gives them: texts name a unit wherever it is known."""

from collections.abc import Iterable

from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.portfolio import Metric

NET = " net of changes"
"""Behind the name of what has the price of changes against an earlier run taken off."""


class Units:
    """The units of KPIs.

    Args:
        metrics: of the run; a name that is none of theirs has no unit.
    """

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._by_kpi = {fold(metric.kpi_key): metric.unit.strip() for metric in metrics if metric.unit}

    def of(self, kpi: str) -> str:
        """`kEUR`; blank where it is not known."""
        return self._by_kpi.get(fold(kpi)) or self._by_kpi.get(fold(kpi.removesuffix(NET)), "")

    def named(self, kpi: str) -> str:
        """What stands behind a number: `kEUR of gmv`, or `gmv`."""
        unit = self.of(kpi)
        return f"{unit} of {kpi}" if unit else kpi

    def title(self, kpi: str) -> str:
        """What stands over a column or beside an axis: `gmv (kEUR)`, or `gmv`."""
        unit = self.of(kpi)
        return f"{kpi} ({unit})" if unit else kpi
