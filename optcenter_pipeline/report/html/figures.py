"""Figures for plotly, drawn by its library in the browser; every text in them is data.

plotly reads markup in labels, numbers and dates in categories, and formats in hover texts. So positions are numbers
that labels stand beside, texts are escaped by `plain`, and nothing that people typed stands in a format.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from optcenter_pipeline.explain.documents import CapacityStep, Frontier, FrontierPoint
from optcenter_pipeline.report.html.blocks import Plot, Tone
from optcenter_pipeline.rules.numbers import amount

_COLORS: Mapping[Tone, str] = {"": "#4b9a86", "good": "#3f9a6d", "warn": "#d9962b", "bad": "#cc4b41"}
_INK, _QUIET, _CURVE = "#3a4656", "#8b97a6", "#2f6fb0"
_ROW, _AXIS, _LEGEND, _CURVE_HEIGHT = 26, 46, 34, 360
"""Pixels."""
_STANDOFF = 16
"""Between an axis's numbers and its title: none of them stands on the other."""
_LONGEST = 30
"""Signs of a label beside an axis."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: how long, and what is written at its end; `low` and `high` are marks across it."""

    label: str
    value: float
    told: str
    tone: Tone = ""
    low: float | None = None
    high: float | None = None


def plain(text: str, most: int = 400) -> str:
    """A text that plotly shows as it stands: no markup, one line, and its direction kept to itself."""
    words = " ".join(text.split())
    if len(words) > most:
        words = words[: most - 1] + "…"
    return f"\u2068{html.escape(words, quote=False)}\u2069"


def bars(label: str, rows: Sequence[Bar], *, unit: str, marks: tuple[str, str] = ("", "")) -> Plot:
    """Horizontal bars, the first on top.

    Args:
        label: what the plot shows, for those who do not see it.
        rows: the bars.
        unit: what the axis counts.
        marks: what `low` and `high` are.
    """
    places = list(range(len(rows)))
    figure = go.Figure(
        go.Bar(
            x=[row.value for row in rows],
            y=places,
            orientation="h",
            marker={"color": [_COLORS[row.tone] for row in rows]},
            hovertext=[f"{plain(row.label)}<br>{plain(row.told)}" for row in rows],
            hoverinfo="text",
            showlegend=False,
        )
    )
    for name, color, values in (
        (marks[0], _INK, [row.low for row in rows]),
        (marks[1], _COLORS["bad"], [row.high for row in rows]),
    ):
        shown = [(value, place) for value, place in zip(values, places, strict=True) if value is not None]
        if shown:
            figure.add_trace(_across(name, color, shown))
    # the words stand behind the bar and its marks
    ends = [max(0.0, row.value, row.low or 0.0, row.high or 0.0) for row in rows]
    figure.add_trace(_words(ends, places, [row.told for row in rows]))
    has_legend = any(row.low is not None or row.high is not None for row in rows)
    height = _ROW * len(rows) + _AXIS + (_LEGEND if has_legend else 0)
    figure.update_layout(_layout(height, has_legend=has_legend), bargap=0.4)
    least, most = min([0.0, *(row.value for row in rows)]), max(ends, default=0.0)
    room = 0.35 * ((most - least) or 1.0)
    figure.update_xaxes(title_text=plain(unit), range=[least, most + room])
    figure.update_yaxes(
        tickvals=places,
        ticktext=[plain(row.label, _LONGEST) for row in rows],
        range=[len(rows) - 0.4, -0.6],
        showgrid=False,
        zeroline=False,
    )
    words = "; ".join(f"{row.label}: {row.told}" for row in rows)
    return Plot(label, figure.to_plotly_json(), height, words)


def _across(name: str, color: str, shown: Sequence[tuple[float, int]]) -> go.Scatter:
    """Marks across bars."""
    return go.Scatter(
        x=[value for value, _ in shown],
        y=[place for _, place in shown],
        mode="markers",
        marker={"symbol": "line-ns-open", "size": 15, "color": color, "line": {"width": 3, "color": color}},
        name=plain(name),
        hovertext=[f"{plain(name)} {amount(value)}" for value, _ in shown],
        hoverinfo="text",
    )


def _words(ends: Sequence[float], places: Sequence[int], texts: Sequence[str]) -> go.Scatter:
    """What is written at each bar."""
    return go.Scatter(
        x=ends,
        y=places,
        mode="text",
        text=[f"\u00a0\u00a0{plain(text)}" for text in texts],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )


def frontier_figure(label: str, frontier: Frontier, x_title: str, y_title: str) -> Plot:
    """The curve: proven points are filled, others hollow with a line up to their bound; the run's own apart."""
    points = [point for point in frontier.points if point.y is not None]
    rises = frontier.x_name == "capacity"
    figure = go.Figure(
        go.Scatter(
            x=[point.x for point in points],
            y=[point.y for point in points],
            mode="lines",
            # between two points the better of both is not reached, the other is
            line={"shape": "hv" if rises else "vh", "color": _CURVE, "width": 2},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    current = [point for point in points if point.is_current]
    proven = [point for point in points if point.certainty == "exact" and not point.is_current]
    unproven = [point for point in points if point.certainty != "exact" and not point.is_current]
    for name, shown, symbol, color in (
        ("proven", proven, "circle", _CURVE),
        ("not proven: a better one may exist, up to the line", unproven, "circle-open", _CURVE),
        ("this run", current, "diamond", _COLORS["warn"]),
    ):
        if shown:
            figure.add_trace(_dots(name, shown, symbol, color))
    figure.update_layout(_layout(_CURVE_HEIGHT))
    figure.update_xaxes(title_text=plain(x_title))
    figure.update_yaxes(title_text=plain(y_title), title_standoff=_STANDOFF)
    return Plot(label, figure.to_plotly_json(), _CURVE_HEIGHT)


def _dots(name: str, points: Sequence[FrontierPoint], symbol: str, color: str) -> go.Scatter:
    open_ends = [
        (point.bound - point.y)
        if point.certainty != "exact" and point.bound is not None and point.y is not None
        else 0.0
        for point in points
    ]
    return go.Scatter(
        x=[point.x for point in points],
        y=[point.y for point in points],
        mode="markers",
        marker={"symbol": symbol, "size": 11, "color": color, "line": {"width": 2, "color": color}},
        error_y={"array": open_ends, "arrayminus": [0.0] * len(points), "color": _QUIET}
        if any(open_ends)
        else None,
        name=plain(name),
        hovertext=[_point_in_words(point) for point in points],
        hoverinfo="text",
    )


def _point_in_words(point: FrontierPoint) -> str:
    told = f"{amount(point.x)}: {amount(point.y or 0.0)}"
    if point.certainty != "exact" and point.bound is not None:
        told += f"<br>not proven; at most {amount(point.bound)}"
    return told


def steps_figure(label: str, steps: Sequence[CapacityStep], limit: float, value: float, y_title: str) -> Plot:
    """What the plan would be worth with fewer and with more tokens under one limit."""
    shown = [step for step in steps if step.objective is not None]
    here = [(limit, value, True), *((s.limit, s.objective or 0.0, s.certainty == "exact") for s in shown)]
    places = sorted(here)
    figure = go.Figure(
        go.Scatter(
            x=[x for x, _, _ in places],
            y=[y for _, y, _ in places],
            mode="lines+markers",
            line={"shape": "hv", "color": _CURVE, "width": 2},
            marker={
                "opacity": 1,
                "size": [13 if x == limit else 9 for x, _, _ in places],
                "symbol": [
                    "diamond" if x == limit else "circle" if exact else "circle-open" for x, _, exact in places
                ],
                "color": [_COLORS["warn"] if x == limit else _CURVE for x, _, _ in places],
            },
            hovertext=[
                f"{amount(x)} tokens: {amount(y)}{'' if exact else ', not proven'}" for x, y, exact in places
            ],
            hoverinfo="text",
            showlegend=False,
        )
    )
    figure.update_layout(_layout(_CURVE_HEIGHT))
    figure.update_xaxes(title_text="limit (tokens)")
    figure.update_yaxes(title_text=plain(y_title), title_standoff=_STANDOFF)
    return Plot(label, figure.to_plotly_json(), _CURVE_HEIGHT)


def _layout(height: int, *, has_legend: bool = True) -> dict[str, Any]:
    """Clear ground, so that the page's colours show through; nothing that a finger moves by chance."""
    axis = {
        "automargin": True,
        "fixedrange": True,
        "ticklabelstandoff": 5,
        "separatethousands": True,
        "gridcolor": "#dde2e8",
        "zerolinecolor": "#9aa5b1",
    }

    return {
        "template": "none",
        "height": height,
        "margin": {"l": 8, "r": 16, "t": _LEGEND if has_legend else 4, "b": 8},
        "font": {"family": 'system-ui, "Segoe UI", Roboto, Arial, sans-serif', "size": 12, "color": _INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {
            "bgcolor": "#1b2430",
            "bordercolor": "#1b2430",
            "font": {"color": "#ffffff"},
            "align": "left",
        },
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
        "dragmode": False,
        "xaxis": axis,
        "yaxis": axis,
    }
