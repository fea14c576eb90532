"""`optcenter`, the command line: the same jobs as Dagster's, the engine alone, and the history of runs."""

from optcenter_pipeline.cli.main import main

__all__ = ["main"]
