"""Which analyses are asked for, and how, as people type it.

`frontier(points=20, against=gmv) | alternatives(count=3, within=2) | report`: names, each with its options in
brackets where some are given; `|`, `;` and `,` separate both. A value that holds one of these, or a bracket without
its other, stands in double quotes. `all` is every analysis.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from optcenter_pipeline.rules.analysis_kinds import AnalysisKind
from optcenter_pipeline.rules.analysis_options import AnalysisOptions, WrongAnalysesError, options_of
from optcenter_pipeline.rules.names import MOST_LISTED, fold, listed
from optcenter_pipeline.rules.row import shown

ALL_ANALYSES = "all"
ANALYSIS_NAMES = ", ".join((*AnalysisKind, ALL_ANALYSES))
"""For messages and help."""
EXAMPLE = "frontier(points=20, against=goals) | report"

_SEPARATORS = frozenset("|;,")
_ITEM = re.compile(r"([^()]*)(?:\((.*)\))?", re.DOTALL)
_SPELLINGS = {"explanation": "explain", "explanations": "explain", "alternative": "alternatives"}


def asked_analyses(typed: object) -> tuple[AnalysisOptions, ...]:
    """The analyses that a cell, an option or a JSON value asks for, each once, in the order in which they are made.

    Args:
        typed: text as above; a list of such texts; or an object of options by name, `{"frontier": {"points": 20},
            "report": {}}`.

    Raises:
        WrongAnalysesError: with everything that is wrong in it.
    """
    faults: list[str] = []
    asked: dict[AnalysisKind, AnalysisOptions] = {}
    every = False
    for item, options in _items(typed, faults):
        name = fold(item)
        kind = _kind(name)
        if name == ALL_ANALYSES:
            every = True
            if options:
                faults.append(f"{ALL_ANALYSES} takes no options; give them to one of {', '.join(AnalysisKind)}")
        elif kind is None:
            faults.append(_no_analysis(item, is_hinted=len(faults) < MOST_LISTED))
        else:
            try:
                one = options_of(kind, options)
            except WrongAnalysesError as error:
                faults.append(str(error))
                continue
            before = asked.setdefault(kind, one)
            if before != one or before.given != one.given:
                faults.append(f"{before.as_typed()} and {one.as_typed()}: a run has one of each; give {kind} once")
    if faults:
        raise WrongAnalysesError(listed(list(dict.fromkeys(faults)), "; "))
    if every:
        asked = {kind: asked.get(kind) or options_of(kind, {}) for kind in AnalysisKind}
    return tuple(asked[kind] for kind in AnalysisKind if kind in asked)


def typed_analyses(asked: Iterable[AnalysisOptions]) -> list[str]:
    """The same as people type it, a text each: how it is passed on and stored."""
    return [options.as_typed() for options in asked]


def _items(typed: object, faults: list[str]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Names with their options, as typed; what has no form that could be read goes to the faults."""
    if isinstance(typed, Mapping):
        for name, options in typed.items():
            if isinstance(options, Mapping):
                yield str(name), options
            else:
                faults.append(f"{shown(name)} has {shown(options)} for options; give an object, e.g. {{}}")
        return
    texts = [typed] if isinstance(typed, str) else typed
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        faults.append(f"{shown(typed)} is no list of analyses; give some of {ANALYSIS_NAMES}, e.g. {EXAMPLE}")
        return
    for item in (part for text in texts for part in _parts(text)):
        found = _ITEM.fullmatch(item)
        alone = _unpaired(item)
        if found is None or alone:
            text = f"has a {alone} without its other" if alone else "cannot be read"
            faults.append(f"{shown(item)} {text}; give e.g. {EXAMPLE}")
            continue
        options = dict[str, object]()
        for part in _parts(found[2] or ""):
            name, mark, value = part.partition("=")
            if not mark:
                faults.append(f"{shown(part)} in {shown(item)} is no option; give name=value, e.g. {EXAMPLE}")
            elif fold(name) in options:
                faults.append(f"{shown(fold(name))} stands twice in {shown(item)}; give it once")
            else:
                options[fold(name)] = _unquoted(value.strip())
        yield found[1].strip(), options


def _parts(text: str) -> list[str]:
    """What the separators part, those within brackets or quotes aside; blank parts are none."""
    parts, depth, is_quoted = [""], 0, False
    for sign in text:
        is_quoted ^= sign == '"'
        if not is_quoted:
            depth += (sign == "(") - (sign == ")")
        if sign in _SEPARATORS and depth <= 0 and not is_quoted:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts if part.strip()]


def _unpaired(text: str) -> str:
    """What of a text lacks its other, if anything: brackets in quotes are text."""
    bare = re.sub(r'"[^"]*"', "", text)
    return "quote" if '"' in bare else "bracket" if bare.count("(") != bare.count(")") else ""


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] == '"'
    return value[1:-1].replace('""', '"') if is_quoted else value


def _kind(name: str) -> AnalysisKind | None:
    try:
        return AnalysisKind(_SPELLINGS.get(name, name))
    except ValueError:
        return None


def _no_analysis(item: str, *, is_hinted: bool) -> str:
    near = get_close_matches(fold(item), list(AnalysisKind), n=1) if is_hinted else []
    hint = f"; did you mean {str(near[0])!r}?" if near else ""
    return f"{shown(item)} is not an analysis; give some of {ANALYSIS_NAMES}{hint}"
