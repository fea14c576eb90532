"""Why an initiative is in one plan and not in the other, with the rows that did it."""

from collections.abc import Iterator, Sequence

from optcenter_pipeline.explain.comparison_differences import Difference, Group
from optcenter_pipeline.explain.documents import ExplainedChange, InitiativeChange
from optcenter_pipeline.rules.names import listed

_MOST_SAID = 3


def initiative_changes(
    before: frozenset[str],
    after: frozenset[str],
    differences: Sequence[Difference],
    explained: Sequence[ExplainedChange],
) -> Iterator[InitiativeChange]:
    """Who is in and who is out, in order of key.

    Args:
        before: whom the earlier plan funds.
        after: whom the later one funds.
        differences: of their inputs.
        explained: the steps from one to the other.
    """
    for key in sorted(before ^ after):
        own = _most_telling([d for d in differences if d.matters and key in d.initiatives])
        if own:
            rows = tuple(dict.fromkeys(row for difference in own for row in difference.source_rows))
            reason = "; ".join(difference.in_words() for difference in own)
        else:
            step = _step_of(key, explained, is_in=key in after)
            rows = step.source_rows if step else ()
            reason = _by_others(step, after - before, before - after, is_in=key in after)
        yield InitiativeChange(
            initiative_key=key, change="in" if key in after else "out", reason=reason, source_rows=rows
        )


def _most_telling(own: list[Difference]) -> list[Difference]:
    """Who is a candidate only on one side needs no other reason; rules come before numbers."""
    pool = [difference for difference in own if difference.group is Group.POOL]
    return pool[:1] or own[:_MOST_SAID]


def _step_of(key: str, explained: Sequence[ExplainedChange], *, is_in: bool) -> ExplainedChange | None:
    """The last step that moved it to where it is."""
    moved = (step for step in reversed(explained) if key in (step.moves_in if is_in else step.moves_out))
    return next(moved, None)


def _by_others(step: ExplainedChange | None, comes: frozenset[str], goes: frozenset[str], *, is_in: bool) -> str:
    """It is what others say, or what others leave, that moves it."""
    stayed = goes if is_in else comes
    if step is not None:
        together = step.moves_out if is_in else step.moves_in
        others = [key for key in together if key in stayed] or together
        text = f"{'comes in' if is_in else 'goes out'} with the changes of {step.cause}"
    else:
        others = sorted(stayed)
        text = "no input that is about it has changed"
    if not others:
        return text
    return f"{text}, {'in the place of' if is_in else 'displaced by'} {listed(others)}"
