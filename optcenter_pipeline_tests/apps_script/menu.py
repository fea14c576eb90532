"""The sheet's menu on node: what it writes into Actions when somebody clicks."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

CLICK = Path(__file__).with_name("click.mjs")
_OLDEST_NODE = (20, 11)


class Outcome(NamedTuple):
    """What came of one click."""

    row: list[Any] | None
    """The row that was added to Actions."""
    alert: str
    """What the person was told instead."""


def why_no_node() -> str:
    """Why the menu cannot be run here; empty if it can."""
    node = shutil.which("node")
    if node is None:
        return "node is not installed here: the sheet's menu is not tested"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    numbers = tuple(map(int, re.findall(r"\d+", version)[:2]))
    return "" if numbers >= _OLDEST_NODE else f"node {version} is older than 20.11: the sheet's menu is not tested"


def clicked(tabs: Mapping[str, list[list[Any]]], clicks: Sequence[Mapping[str, Any]]) -> list[Outcome]:
    """What comes of clicks on a workbook, one after the other.

    Args:
        tabs: name → cells, the header first.
        clicks: `tab`, `rows` ([first, last] each, 1-based), `item` of the menu, `answers` to its questions.
    """
    return [Outcome(o["row"], o["alert"]) for o in _run(tabs, clicks, ())["outcomes"]]


def constants(*names: str) -> dict[str, Any]:
    """Constants of the script, by name."""
    read: dict[str, Any] = _run({"Actions": [["request_id"]]}, (), names)["constants"]
    return read


def _run(
    tabs: Mapping[str, Any], clicks: Sequence[Mapping[str, Any]], expressions: Sequence[str]
) -> dict[str, Any]:
    asked = json.dumps({"tabs": tabs, "clicks": clicks, "expressions": expressions})
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run([node, str(CLICK)], input=asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
