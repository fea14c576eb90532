"""The same thing said twice in one tab: an error on the later row, which names the first; the first stands."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from optcenter_pipeline.rows.findings import Findings
from optcenter_pipeline.rows.keys import KEY_COLUMNS
from optcenter_pipeline.rows.sheet_row import SheetRow, SheetRows, typed
from optcenter_pipeline.rules.bundle import BundleRow
from optcenter_pipeline.rules.capacity_row import CapacityRow
from optcenter_pipeline.rules.exclude_initiative import ExcludeInitiativeRow
from optcenter_pipeline.rules.exclude_pair import ExcludePairRow
from optcenter_pipeline.rules.mandatory import MandatoryRow
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.prerequisite import PrerequisiteRow
from optcenter_pipeline.rules.row import Row, SetRow
from optcenter_pipeline.rules.slices import slice_in_words
from optcenter_pipeline.rules.synergy import SynergyBonusRow
from optcenter_pipeline.rules.target import TargetRow

_SIMPLE_TABS = ("Scenario_Config", "Candidates", "Initiatives", "Metrics_Config", "KPI_Contributions")


class Saying(NamedTuple):
    """What a row says once for all: two rows of one set with the same identity say the same."""

    identity: object
    column: str
    text: str
    """In words, to begin a message with."""


def check_duplicates(rows: SheetRows, groups: Mapping[str, tuple[str, ...]], findings: Findings) -> None:
    """Rows that say what an earlier row says; `groups` are the members of the synergy groups."""
    for tab in _SIMPLE_TABS:
        _check_keys(rows, tab, findings)
    first: dict[object, SheetRow] = {}
    bundles: dict[object, SheetRow] = {}
    for row, model in typed(rows.of("Constraints", "Targets"), SetRow):
        for saying in sayings(model, groups):
            identity = (model.set_key, row.tab, saying.identity)
            earlier = first.setdefault(identity, row)
            if earlier is not row:
                findings.duplicate(row, saying.column, _already(saying.text, earlier))
        if isinstance(model, BundleRow) and not findings.is_duplicate(row):
            earlier = bundles.setdefault((model.set_key, fold(model.dimension_key)), row)
            if earlier is not row:
                text = f"bundle {model.dimension_key!r} is also in {earlier.source_row}: all members are one bundle"
                findings.warning(row, "dimension_key", text)


def sayings(row: Row, groups: Mapping[str, tuple[str, ...]]) -> Iterator[Saying]:
    """What one row of Constraints or Targets says; the order of members has no meaning."""
    match row:
        case CapacityRow():
            where = slice_in_words(row.dimension, row.dimension_key)
            if row.min_tokens is not None:
                yield Saying(("floor", row.slice), "dimension_key", f"a floor on {where}")
            if row.max_tokens is not None:
                yield Saying(("cap", row.slice), "dimension_key", f"a cap on {where}")
        case TargetRow():
            where = slice_in_words(row.dimension, row.dimension_key)
            text = f"a {row.floor_or_goal} for {row.kpi_key} of {where}"
            yield Saying((row.floor_or_goal, row.slice, fold(row.kpi_key)), "kpi_key", text)
        case MandatoryRow():
            text = f"that {row.dimension_key} is mandatory"
            yield Saying(("mandatory", row.dimension_key), "dimension_key", text)
        case ExcludeInitiativeRow():
            for key in row.initiatives:
                column = "dimension_key" if key in row.dimension_key else "member_keys"
                yield Saying(("exclude", key), column, f"that {key} is excluded")
        case ExcludePairRow():
            text = f"that {' and '.join(sorted(row.initiatives))} exclude each other"
            yield Saying(("pair", frozenset(row.initiatives)), _column(row), text)
        case PrerequisiteRow():
            text = f"that {row.initiative} needs {', '.join(sorted(row.requires))}"
            yield Saying(("prerequisite", row.initiative, frozenset(row.requires)), "dimension_key", text)
        case BundleRow():
            identity = ("bundle", fold(row.dimension_key), frozenset(row.member_keys))
            yield Saying(identity, "dimension_key", f"bundle {row.dimension_key!r} with these members")
        case SynergyBonusRow():
            members = row.initiatives if row.group is None else groups.get(fold(row.group), ())
            if members:
                text = f"a synergy of {' + '.join(sorted(members))} on {row.target_kpi_key}"
                yield Saying(("synergy", frozenset(members), fold(row.target_kpi_key)), _column(row), text)


def _check_keys(rows: SheetRows, tab: str, findings: Findings) -> None:
    first: dict[tuple[str, ...], SheetRow] = {}
    columns = KEY_COLUMNS[tab]
    for row in rows.of(tab):
        typed_key = [row.name(column) for column in columns]
        names = [name for name in typed_key if name is not None]
        if len(names) < len(columns):
            continue
        identity = tuple(
            name.upper() if column == "initiative_key" else fold(name)
            for column, name in zip(columns, names, strict=True)
        )
        earlier = first.setdefault(identity, row)
        if earlier is not row:
            findings.duplicate(row, columns[0], _already(" with ".join(map(repr, names)), earlier))


def _already(what: str, earlier: SheetRow) -> str:
    return f"{what} is in {earlier.source_row} already, which stands; change this row or delete it"


def _column(row: ExcludePairRow | SynergyBonusRow) -> str:
    return "dimension_key" if row.dimension_key else "member_keys"
