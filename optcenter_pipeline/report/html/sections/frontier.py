"""The efficient frontier: what other limits would buy."""

from optcenter_pipeline.explain.documents import Frontier, FrontierPoint
from optcenter_pipeline.report.html.blocks import Block, Cell, Column, Section, Table, Words, number, sentence
from optcenter_pipeline.report.html.figures import frontier_figure
from optcenter_pipeline.rules.numbers import percent
from optcenter_pipeline.rules.units import Units


def frontier_section(frontiers: tuple[Frontier, ...], units: Units) -> Section:
    """A curve for each frontier, and its points as a table."""
    blocks: list[Block] = []
    for frontier in frontiers:
        against = "capacity" if frontier.x_name == "capacity" else frontier.x_name
        is_capacity = frontier.x_name == "capacity"
        x_title = "capacity (tokens)" if is_capacity else f"{units.title(frontier.x_name)}, at least"
        y_title = units.title(frontier.y_name)
        label = f"The best {frontier.y_name} against {against}"
        if any(point.y is not None for point in frontier.points):
            blocks.append(frontier_figure(label, frontier, x_title, y_title))
        if frontier.points:
            blocks.append(_points(f"{label}: the points", frontier, x_title, y_title))
        blocks.extend(Words(sentence(message)) for message in frontier.messages)
    return Section("frontier", "Frontier: what other limits would buy", blocks)


def _points(caption: str, frontier: Frontier, x_title: str, y_title: str) -> Table:
    columns = (
        Column(f"{x_title[0].upper()}{x_title[1:]}", is_number=True, is_key=True),
        Column(y_title, is_number=True),
        Column("At most", is_number=True),
        Column("Proof"),
        Column("Tokens used", is_number=True),
        Column("Initiatives", is_number=True),
        Column("Point"),
    )
    rows = tuple(
        (
            number(point.x),
            number(point.y),
            number(point.bound),
            _proof(point),
            number(point.tokens),
            number(len(point.selected)) if point.y is not None else Cell(""),
            Cell("this run" if point.is_current else ""),
        )
        for point in frontier.points
    )
    return Table(caption, columns, rows, is_folded=True)


def _proof(point: FrontierPoint) -> Cell:
    if point.y is None:
        return Cell("no portfolio is possible" if point.certainty == "exact" else "none was found")
    if point.certainty == "exact":
        gap = point.mip_gap or 0.0
        return Cell("proven" if gap == 0 else f"proven to {percent(gap)}", tone="good")
    return Cell("not proven: a better one may exist", tone="warn")
