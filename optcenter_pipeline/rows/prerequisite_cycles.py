"""Initiatives that need each other in a circle: all of them are funded or none, which few people mean."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from optcenter_pipeline.rows.findings import Findings
from optcenter_pipeline.rows.set_rows import RowsOfSet
from optcenter_pipeline.rows.sheet_row import SheetRow
from optcenter_pipeline.rules.candidate import CandidateRow
from optcenter_pipeline.rules.prerequisite import PrerequisiteRow

LONGEST_TOLD = 8
"""A longer circle is told by its beginning."""

_LONGEST_SOUGHT = 100

Needs = Mapping[str, Iterable[str]]
"""initiative_key → what it needs."""


def needs_of(candidates: Sequence[tuple[SheetRow, CandidateRow]]) -> dict[str, tuple[str, ...]]:
    """What candidates need by their own rows."""
    return {c.initiative_key: c.prerequisite_keys for _, c in candidates if c.prerequisite_keys}


def check_candidates(candidates: Sequence[tuple[SheetRow, CandidateRow]], needs: Needs, findings: Findings) -> None:
    """Cycles among the candidates' own prerequisites."""
    circles = _circles(needs, needs)
    for row, candidate in candidates:
        circle = _circle_of(candidate.initiative_key, candidate.prerequisite_keys, needs, circles)
        if circle:
            findings.warning(row, "prerequisite_keys", circle)


def check_set(rows: RowsOfSet, candidates: Needs, findings: Findings) -> None:
    """Cycles that a set's own rows close, with the candidates' prerequisites or without."""
    added: dict[str, set[str]] = {}
    for _, model in rows.of(PrerequisiteRow):
        added.setdefault(model.initiative, set()).update(model.requires)
    if not added:
        return
    needs = {**candidates, **{key: (*candidates.get(key, ()), *sorted(more)) for key, more in added.items()}}
    circles = _circles(needs, added)
    for row, model in rows.of(PrerequisiteRow):
        column = "member_keys" if model.member_keys else "dimension_key"
        circle = _circle_of(model.initiative, model.requires, needs, circles)
        if circle:
            findings.warning(row, column, circle)


def _circle_of(own: str, requires: Iterable[str], needs: Needs, circles: Mapping[str, int]) -> str:
    """In words, a shortest circle that begins with one of these prerequisites, if there is one."""
    for required in requires:
        if own in circles and circles.get(required) == circles[own]:
            path = _shortest(required, own, needs, circles)
            told = [own, *path] if 0 < len(path) < LONGEST_TOLD else [own, required, "…", own]
            return f"{' → '.join(told)} is a circle of prerequisites: all of them are funded or none"
    return ""


def _shortest(start: str, end: str, needs: Needs, circles: Mapping[str, int]) -> list[str]:
    """The shortest way within a circle; empty where it is too long to be sought."""
    came_from = {start: start}
    queue = deque([start])
    while queue and end not in came_from:
        if len(came_from) > _LONGEST_SOUGHT:
            return []
        here = queue.popleft()
        for there in needs.get(here, ()):
            if circles.get(there) == circles[end] and there not in came_from:
                came_from[there] = here
                queue.append(there)
    path = [end]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return path[::-1]


def _circles(needs: Needs, starts: Iterable[str]) -> dict[str, int]:
    """Strongly connected components of two or more that `starts` lead to: initiative → number of its component.

    Tarjan's algorithm without recursion: a chain of prerequisites may be as long as the sheet.
    """
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    circles: dict[str, int] = {}
    for start in starts:
        if start in order:
            continue
        order[start] = low[start] = len(order)
        stack.append(start)
        on_stack.add(start)
        work = [(start, iter(needs.get(start, ())))]
        while work:
            here, edges = work[-1]
            for there in edges:
                if there not in order:
                    order[there] = low[there] = len(order)
                    stack.append(there)
                    on_stack.add(there)
                    work.append((there, iter(needs.get(there, ()))))
                    break
                if there in on_stack:
                    low[here] = min(low[here], order[there])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[here])
                if low[here] == order[here]:
                    component = [stack.pop()]
                    while component[-1] != here:
                        component.append(stack.pop())
                    on_stack.difference_update(component)
                    if len(component) > 1:
                        circles.update(dict.fromkeys(component, order[here]))
    return circles
