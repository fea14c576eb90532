"""Requests of the tab Actions: the claims of a row, judged, as one typed request.

Everything in the row is a claim: who asks is held against an allow-list, and an old request is not carried out.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from optcenter_pipeline.rows.messages import CellMessage
from optcenter_pipeline.rows.nearest import Nearest
from optcenter_pipeline.rows.raw import CellValue
from optcenter_pipeline.rows.run_options import OPTIONS, judge_options
from optcenter_pipeline.rules.commitment import AskedCommitments
from optcenter_pipeline.rules.names import Value, fold
from optcenter_pipeline.rules.row import is_formula_error, shown, word
from optcenter_pipeline.rules.what_if import Overrides

TAB = "Actions"
ENDINGS = frozenset({"success", "failed", "rejected"})
"""Statuses of requests that are over."""

_SHEET_EPOCH = dt.datetime(1899, 12, 30, tzinfo=dt.UTC)
_AHEAD = dt.timedelta(days=1)
"""Clocks and time zones differ by less; a later time is a slip, and would keep the request from expiring."""
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
"""A time as the sheet counts it, in days: five digits until the year 2173."""


class Action(StrEnum):
    """What can be asked for."""

    SAVE_SELECTED = "pm.save_selected"
    RUN_SELECTED = "pm.optimize.run_selected_candidates"
    RUN_ALL = "pm.optimize.run_all_candidates"

    @classmethod
    def run_of(cls, scope_type: str) -> "Action":
        """The run of a scope, `all` or `selected`, whoever asks for it and from where."""
        return cls(f"pm.optimize.run_{scope_type}_candidates")

    @property
    def is_run(self) -> bool:
        """Whether it solves something; it saves every input tab first."""
        return self is not Action.SAVE_SELECTED

    @property
    def is_of_selected(self) -> bool:
        """Whether it chooses from some candidates alone: those that the request names, or those that are ticked."""
        return self is Action.RUN_SELECTED


_BY_SPELLING = {re.sub(r"\W", "_", action.value): action for action in Action}
_ACTIONS = ", ".join(Action)


class ActionRequest(Value):
    """One request that may be carried out."""

    request_id: str
    action: Action
    tab: str | None = None
    """For a save: only this input tab, as the workbook spells it."""
    keys: tuple[str, ...] | None = None
    """Only the rows, or candidates, with these keys; None: all of them (or those that are selected)."""
    scenario_name: str = ""
    constraint_set_name: str = ""
    """Blank: the Candidates' own rules alone."""
    time_limit_seconds: float | None = None
    node_limit: int | None = None
    mip_gap: float | None = None
    analyses: tuple[str, ...] = ()
    """What is wanted beside the run, as `asked_analyses` reads it, in the order in which it is made."""
    what_if: Overrides = {}
    """Numbers that are not the sheet's, by name (`rules/what_if.py`)."""
    commitments: AskedCommitments | None = None
    requested_by: str = ""
    requested_at: dt.datetime | None = None

    def document(self) -> dict[str, Any]:
        """The request in its public form."""
        options = {name: getattr(self, name) for name in OPTIONS}
        if self.commitments is not None:
            options["commitments"] = self.commitments.model_dump(mode="json", exclude_none=True)
        return {
            "request_id": self.request_id,
            "action": self.action.value,
            "sheet_context": {"tab": self.tab},
            "scope": {"type": "all" if self.keys is None else "keys", "keys": list(self.keys or ())},
            "scenario_name": self.scenario_name,
            "constraint_set_name": self.constraint_set_name,
            "options": {name: value for name, value in options.items() if value not in (None, (), {})},
            "requested_by": self.requested_by,
            "requested_at": self.requested_at.isoformat() if self.requested_at else None,
        }

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> "ActionRequest":
        """The request whose public form this is; fields that it leaves out are blank."""
        scope = document.get("scope") or {}
        return cls(
            request_id=document["request_id"],
            action=Action(document["action"]),
            tab=(document.get("sheet_context") or {}).get("tab"),
            keys=tuple(scope.get("keys") or ()) if scope.get("type") == "keys" else None,
            scenario_name=document.get("scenario_name") or "",
            constraint_set_name=document.get("constraint_set_name") or "",
            requested_by=document.get("requested_by") or "",
            requested_at=document.get("requested_at"),
            **(document.get("options") or {}),
        )


@dataclass(frozen=True)
class RequestRules:
    """What requests are held against."""

    tabs: tuple[str, ...]
    """The input tabs, as the workbook spells them."""
    allowed: tuple[str, ...] = ()
    """E-mail addresses, or `*@domain`; empty: anybody who can edit the workbook."""
    expiry: dt.timedelta = dt.timedelta(hours=24)
    """An older request is not carried out."""
    now: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))

    def admits(self, requester: str) -> bool:
        """Whether this person may ask for anything."""
        name, at, domain = fold(requester).rpartition("@")
        accepted = {f"{name}@{domain}", f"*@{domain}"} if at else {domain} - {""}
        return not self.allowed or any(fold(entry) in accepted for entry in self.allowed)


def allow_list(text: str) -> tuple[str, ...]:
    """`ann@example.com, *@example.org` → its entries."""
    return tuple(entry.strip() for entry in text.split(",") if entry.strip())


def judge_request(
    request_id: str, cells: Mapping[str, CellValue], rules: RequestRules
) -> ActionRequest | tuple[CellMessage, ...]:
    """One row of Actions as a request, or everything that is wrong with it.

    Args:
        request_id: not blank; any text.
        cells: the PM-owned cells that are not blank, coerced, by column.
        rules: what it is held against.
    """
    return _Judgement(cells, rules).of(request_id)


class _Judgement:
    """One row under judgement; the errors of all its cells are collected."""

    def __init__(self, cells: Mapping[str, CellValue], rules: RequestRules) -> None:
        self._cells = cells
        self._rules = rules
        self._errors: list[CellMessage] = []
        self._broken = {column for column, cell in cells.items() if is_formula_error(cell)}

    def of(self, request_id: str) -> ActionRequest | tuple[CellMessage, ...]:
        for column in sorted(self._broken):
            text = f"{shown(self._cells[column])} is a formula error; mend the formula, or type what is meant"
            self._errors.append(CellMessage(column=column, text=text))
        action = self._action()
        options = self._options(action)
        request = {
            "tab": self._tab(action),
            "keys": self._keys(action),
            "scenario_name": self._scenario(action),
            "constraint_set_name": self._text("constraint_set_name"),
            "requested_by": self._requester(),
            "requested_at": self._time(),
        }
        if self._errors or action is None:
            return tuple(self._errors)
        return ActionRequest(request_id=request_id, action=action, **request, **options)

    def _text(self, column: str) -> str:
        cell = self._cells.get(column)
        return "" if cell is None else str(cell).strip()

    def _wrong(self, column: str, text: str) -> None:
        if column in self._broken:
            return
        cell = self._cells.get(column)
        there = "" if cell is None else f"{shown(cell)} "
        self._errors.append(CellMessage(column=column, text=f"{there}{text}"))

    def _action(self) -> Action | None:
        typed = self._text("action")
        action = _BY_SPELLING.get(re.sub(r"[.\s_\-]+", "_", fold(typed)))
        if not typed:
            self._wrong("action", f"is blank; give {_ACTIONS}")
        elif action is None:
            self._wrong("action", f"is not an action; give {_ACTIONS}")
        return action

    def _tab(self, action: Action | None) -> str | None:
        """Only a save is about a tab; a run notes where it was asked for, and that may be anywhere."""
        typed = self._text("tab")
        if not typed or action is None or action.is_run:
            return None
        tabs = self._rules.tabs
        found = next((tab for tab in tabs if _header(tab) == _header(typed)), None)
        if found is None:
            hint = Nearest(tabs).hint(typed)
            self._wrong("tab", f"is not an input tab; give one of {', '.join(tabs)}, or nothing for all{hint}")
        return found

    def _keys(self, action: Action | None) -> tuple[str, ...] | None:
        scope = word(self._text("scope_type"))
        keys = _listed(self._cells.get("scope_keys"))
        if scope not in ("", "all", "keys"):
            self._wrong("scope_type", "is no scope; give all or keys")
        elif scope == "keys" and action is Action.RUN_ALL:
            self._wrong("scope_type", f"means nothing for {action}; give all, or ask for {Action.RUN_SELECTED}")
        elif scope == "keys" and not keys:
            self._wrong("scope_keys", "is blank; give the keys of the rows, separated by |, or the scope all")
        elif scope != "keys" and keys:
            self._wrong("scope_keys", "means nothing for the scope all; clear the cell, or give the scope keys")
        return keys if scope == "keys" else None

    def _scenario(self, action: Action | None) -> str:
        name = self._text("scenario_name")
        if action is not None and action.is_run and not name:
            self._wrong("scenario_name", "is blank; give the name of a scenario of Scenario_Config")
        return name

    def _options(self, action: Action | None) -> dict[str, Any]:
        cell = self._cells.get("options_json")
        if cell is None:
            return {}
        if not isinstance(cell, dict):
            self._wrong("options_json", 'is not a JSON object; give e.g. {"time_limit_seconds": 60}')
            return {}
        if cell and action is Action.SAVE_SELECTED:
            self._wrong("options_json", f"means nothing for {action}; clear the cell")
        options, wrong = judge_options(cell)
        for text in wrong:
            self._wrong("options_json", text)
        return options

    def _requester(self) -> str:
        name = self._text("requested_by")
        if not self._rules.admits(name):
            who = "may not ask for actions" if name else "is blank, and only known people may ask for actions"
            self._wrong(
                "requested_by",
                f"{who}; whoever runs the server can add the address to OPTCENTER_ALLOWED_REQUESTERS",
            )
        return name

    def _time(self) -> dt.datetime | None:
        typed = self._text("requested_at")
        if not typed:
            return None
        asked = _time_of(typed)
        if asked is None:
            self._wrong("requested_at", "is not a time; give e.g. 2027-03-31T09:30:00Z, or nothing")
        elif self._rules.now - asked > self._rules.expiry:
            hours = self._rules.expiry.total_seconds() / 3600
            self._wrong("requested_at", f"has expired: requests are good for {hours:g} hours")
        elif asked - self._rules.now > _AHEAD:
            now = f"{self._rules.now:%Y-%m-%dT%H:%MZ}"
            self._wrong(
                "requested_at", f"is more than a day from now ({now}); give when it is asked for, or nothing"
            )
        return asked


def _header(name: str) -> str:
    return re.sub(r"[\s_\-]+", "", fold(name))


def _listed(cell: CellValue) -> tuple[str, ...]:
    """Keys of a cell; those that a JSON list gives may hold separators."""
    keys: Iterable[Any] = cell if isinstance(cell, list) else () if cell is None else (cell,)
    return tuple(dict.fromkeys(text for text in (str(key).strip() for key in keys) if text))


def _time_of(typed: str) -> dt.datetime | None:
    """A time as text, or as the sheet counts days; UTC where it names no zone."""
    try:
        if _SERIAL.fullmatch(typed):
            return _SHEET_EPOCH + dt.timedelta(days=float(typed))
        time = dt.datetime.fromisoformat(typed)
        return time.astimezone(dt.UTC) if time.tzinfo else time.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):
        return None
