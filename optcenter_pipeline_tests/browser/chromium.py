"""A Chromium that stands on this machine; none is downloaded."""

import os
import shutil
from pathlib import Path

VARIABLE = "OPTCENTER_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_ONE = f"no Chromium on this machine: `make test-browser` installs one, or name it in {VARIABLE}"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


def chromium() -> str | None:
    """Its path: as the variable says, else the first that is found."""
    named = os.environ.get(VARIABLE)
    if named:
        return named if Path(named).is_file() else None
    return next((path for name in _NAMES if (path := shutil.which(name))), None)
