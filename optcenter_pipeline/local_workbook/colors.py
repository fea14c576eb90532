"""Colours, which the API spells twice: ``backgroundColor`` and ``backgroundColorStyle.rgbColor``."""

from __future__ import annotations

from typing import Any

_SPELLED_TWICE = (
    "backgroundColor",
    "color",
    "firstBandColor",
    "footerColor",
    "foregroundColor",
    "headerColor",
    "secondBandColor",
    "tabColor",
)


def with_both_spellings(body: dict[str, Any]) -> dict[str, Any]:
    """Add to each colour the other spelling, at any depth; zero channels are left out as in Google's answers."""
    completed: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, list):
            completed[name] = [with_both_spellings(item) if isinstance(item, dict) else item for item in value]
        else:
            completed[name] = with_both_spellings(value) if isinstance(value, dict) else value
    for name in _SPELLED_TWICE:
        style = completed.get(f"{name}Style")
        if isinstance(style, dict) and isinstance(style.get("rgbColor"), dict):
            completed[f"{name}Style"] = {**style, "rgbColor": _channels(style["rgbColor"])}
            completed[name] = _channels(style["rgbColor"])
        elif isinstance(completed.get(name), dict):
            completed[name] = _channels(completed[name])
            completed[f"{name}Style"] = {"rgbColor": completed[name]}
        elif isinstance(style, dict) and not any(style.values()):
            del completed[f"{name}Style"]
    return completed


def _channels(color: dict[str, Any]) -> dict[str, Any]:
    return {channel: amount for channel, amount in color.items() if amount}
