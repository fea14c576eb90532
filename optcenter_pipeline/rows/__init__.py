"""Row models, coerced rows → validated rows, messages, cross-row and cross-tab rules."""

from optcenter_pipeline.rows.compiled_sets import compile_scenario_default, compile_sets
from optcenter_pipeline.rows.validation import validate

__all__ = ["compile_scenario_default", "compile_sets", "validate"]
