"""The Dagster instance that remembers runs: `DAGSTER_HOME` where it is set, else a folder of the settings' home."""

import os
from pathlib import Path

import dagster as dg
from filelock import FileLock

from optcenter_pipeline.settings import Settings, SettingsError

_INSTANCE_YAML = """\
telemetry:
  enabled: false
nux:
  enabled: false
run_coordinator:
  module: dagster
  class: QueuedRunCoordinator
  config:
    dequeue_interval_seconds: 1
sensors:
  use_threads: true
  num_workers: 4
"""


def dagster_home(settings: Settings) -> Path:
    """Where Dagster keeps its history; made, with telemetry off, where it is ours and is not there yet.

    Raises:
        SettingsError: `DAGSTER_HOME` is no folder.
    """
    if os.environ.get("DAGSTER_HOME"):
        home = Path(os.environ["DAGSTER_HOME"])
        if not home.is_absolute() or not home.is_dir():
            raise SettingsError(
                f"DAGSTER_HOME is {home}: give the absolute path of a folder that is there, or unset it"
            )
        return home
    home = settings.dagster_home()
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dagster.yaml").exists():
        (home / "dagster.yaml").write_text(_INSTANCE_YAML, encoding="utf-8")
    return home


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """The instance that the command line's runs and the Dagster UI share."""
    home = dagster_home(settings)
    # Dagster makes the tables of its SQLite files at the first look, and two processes at once trip over each other
    with FileLock(home / ".opening.lock"):
        instance = dg.DagsterInstance.from_config(str(home))
        instance.get_runs_count()
        instance.get_dynamic_partitions("")
        instance.all_asset_keys()
        instance.all_instigator_state()
    return instance
