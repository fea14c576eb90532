"""A Chromium that stands on this machine; none is downloaded."""

import os
import shutil
from pathlib import Path

VARIABLE = "OPTCENTER_CHROMIUM"
# read when tests are collected: later on, no test sees the settings of the person who runs it
_NAMED = os.environ.get(VARIABLE)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_ONE = f"no Chromium on this machine: `make test-browser` installs one, or name it in {VARIABLE}"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


def chromium() -> str | None:
    """Its path: as the variable says, else the first that is found."""
    if _NAMED:
        return _NAMED if Path(_NAMED).is_file() else None
    return next((path for name in _NAMES if (path := shutil.which(name))), None)
