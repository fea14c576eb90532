"""Columns that several tabs have, and short ways to say what a column is."""

from optcenter_pipeline.workbook.columns import Column, Kind, Owner

STAMPS = (
    Column(
        "run_status",
        "Written by the system: OK, OK (warning: …) or FAILED: column: what to change.",
        Owner.SYSTEM,
        width=320,
    ),
    Column("updated_source", "Written by the system: the action and the run that judged this row.", Owner.SYSTEM),
    Column("updated_at", "Written by the system: when, in UTC.", Owner.SYSTEM),
)

INITIATIVE = Column(
    "initiative_key",
    "As in Initiatives.",
    aliases=("key", "initiative"),
    is_key=True,
    is_required=True,
)

NOTES = Column("notes", "Yours; the system reads nothing into it.", width=220)

NOTES_THAT_FIX = Column(
    "notes",
    "Yours; the system reads one word in it: [fixed] keeps repairs of an infeasible run from changing this row.",
    width=220,
)


def number(name: str, note: str, aliases: tuple[str, ...] = (), *, is_required: bool = False) -> Column:
    """A PM-owned column of numbers."""
    return Column(name, note, kind=Kind.NUMBER, aliases=aliases, is_required=is_required)


def system(name: str, note: str, *, is_key: bool = False, kind: Kind = Kind.TEXT, width: int = 0) -> Column:
    """A column that the system writes; a key of the row must be there."""
    return Column(name, note, Owner.SYSTEM, kind, is_key=is_key, is_required=is_key, width=width)
