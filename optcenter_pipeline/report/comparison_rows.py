"""A comparison of two runs as rows of the tab Comparison."""

from collections.abc import Iterator, Mapping

from optcenter_pipeline.explain.documents import Comparison, ExplainedChange, FigureChange, InputChange
from optcenter_pipeline.report.analysis_rows import AnalysisRows
from optcenter_pipeline.report.output_rows import OutputRow
from optcenter_pipeline.rules.names import listed
from optcenter_pipeline.rules.numbers import amount, change, counted

COMPARISON = "Comparison"


def comparison_rows(document: Comparison, titles: Mapping[str, str]) -> AnalysisRows:
    """Rows of the later run, `run_b`, against the other; where there was none before, itself stands for it.

    Args:
        titles: by initiative key.
    """
    keys = {"run_id": document.run_b, "other_run_id": document.run_a}
    rows = [{**keys, "line": number, **cells} for number, cells in enumerate(_lines(document, titles))]
    alone = (document.run_b, document.run_b)
    return AnalysisRows({COMPARISON: rows}, {COMPARISON: (tuple(keys.values()), alone)})


def in_short(document: Comparison) -> str:
    """`optimal, and optimal before: 2 inputs changed; initiatives in: 1, out: 1; objective +3.5`."""
    if document.run_a == document.run_b and document.messages:
        return "; ".join(document.messages)
    if document.is_empty:
        return f"nothing differs: both runs are {document.status_b}, asked and answered the same"
    came, went = (sum(1 for moved in document.initiatives if moved.change == way) for way in ("in", "out"))
    parts = [f"{counted(len(document.inputs), 'input')} changed", f"initiatives in: {came:,}, out: {went:,}"]
    parts += [
        f"{f.name} {change(f.change)}" for f in document.figures if f.name in ("objective", "tokens") and f.change
    ]
    return f"{document.status_b}, and {document.status_a} before: {'; '.join(parts)}"


def _lines(document: Comparison, titles: Mapping[str, str]) -> Iterator[OutputRow]:
    yield {
        "kind": "summary",
        "before": document.status_a,
        "after": document.status_b,
        "message": in_short(document),
    }
    yield from map(_input, document.inputs)
    for moved in document.initiatives:
        yield {
            "kind": "initiative",
            "name": titles.get(moved.initiative_key) or None,
            "initiative_key": moved.initiative_key,
            "before": "out" if moved.change == "in" else "in",
            "after": moved.change,
            "source_rows": ", ".join(moved.source_rows) or None,
            "message": moved.reason,
        }
    yield from map(_figure, document.figures)
    yield from map(_explained, document.explained)
    yield from ({"kind": "message", "message": message} for message in document.messages)


def _input(changed: InputChange) -> OutputRow:
    said = {"added": f"now {changed.after}", "removed": f"was {changed.before}"}
    text = said.get(changed.kind, f"{changed.before or 'blank'} → {changed.after or 'blank'}")
    return {
        "kind": "input",
        "name": changed.what,
        "before": changed.before,
        "after": changed.after,
        "source_rows": changed.source_row,
        "message": f"{changed.kind}: {changed.what}" + (f": {text}" if changed.before or changed.after else ""),
    }


def _figure(figure: FigureChange) -> OutputRow:
    before, after = ("none" if value is None else amount(value) for value in (figure.before, figure.after))
    moved = "" if figure.change is None else f" ({change(figure.change)})"
    return {
        "kind": "figure",
        "name": figure.name,
        "before": figure.before,
        "after": figure.after,
        "change": figure.change,
        "message": f"{figure.name}: {before} → {after}{moved}",
    }


def _explained(step: ExplainedChange) -> OutputRow:
    effects = []
    if step.objective_change is not None:
        effects.append(f"objective {change(step.objective_change)}")
    if step.tokens_change is not None:
        effects.append(f"tokens {change(step.tokens_change)}")
    effects += [f"{way}: {listed(keys)}" for way, keys in (("in", step.moves_in), ("out", step.moves_out)) if keys]
    return {
        "kind": "explained",
        "name": step.cause,
        "change": step.objective_change,
        "tokens_change": step.tokens_change,
        "moves_in": list(step.moves_in),
        "moves_out": list(step.moves_out),
        "certainty": step.certainty,
        "source_rows": ", ".join(step.source_rows) or None,
        "message": f"{step.cause}: {'; '.join(effects) or 'no effect'}",
    }
