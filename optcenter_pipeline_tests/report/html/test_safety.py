"""What people typed is text wherever it stands, and the file needs and loads nothing but itself."""

import base64
import hashlib
import itertools
import re

import pytest

from optcenter_pipeline.report.html import render_report
from optcenter_pipeline.report.html.figures import Bar, bars, plain
from optcenter_pipeline_tests.report.html.page_parts import cells, parsed, plots
from optcenter_pipeline_tests.support.dangerous_text import DANGEROUS
from optcenter_pipeline_tests.support.report_inputs import (
    HOSTILE,
    Said,
    all_analyses,
    header,
    infeasible_run,
    plan_run,
)


def hostile() -> Said:
    """In the place of each text one that would rather be markup; the same text always becomes the same."""
    supply = itertools.cycle(HOSTILE)
    known: dict[str, str] = {}
    return lambda text: known.setdefault(text, f"{next(supply)} {text}")


def test_markup_in_texts_makes_no_element_and_every_text_is_shown_as_typed() -> None:
    inputs, run = plan_run()
    tame = parsed(render_report(header(run), inputs, run, analyses=all_analyses(run)))
    said = hostile()
    inputs, run = plan_run(said)
    wild_header = header(run, scenario=said("scenario"), asked_by=said("somebody"))
    wild = parsed(render_report(wild_header, inputs, run, analyses=all_analyses(run, said)))
    assert wild.outline == tame.outline
    titles = {c.initiative_key: c.title for c in inputs.candidates}
    shown = {row[1]: row[2].partition(" | ")[0] for row in cells(wild, "portfolio")[1:]}
    shown |= {row[0]: row[1].partition(" | ")[0] for row in cells(wild, "rejected")[1:]}
    assert shown == titles
    assert wild.all("h1")[0].text == f"{wild_header.scenario_name} / baseline"
    assert said("somebody") in wild.named("summary").text


def test_a_conflicts_texts_are_texts() -> None:
    said = hostile()
    inputs, run = infeasible_run(said)
    page = parsed(render_report(header(run), inputs, run))
    tame_inputs, tame_run = infeasible_run()
    assert page.outline == parsed(render_report(header(tame_run), tame_inputs, tame_run)).outline
    assert run.conflict is not None
    assert [item.text for item in page.all("ol")[0].all("li")] == [repair.text for repair in run.conflict.repairs]


def test_the_texts_of_plots_are_data_that_plotly_reads_no_markup_in() -> None:
    said = hostile()
    inputs, run = plan_run(said)
    html = render_report(header(run), inputs, run, analyses=all_analyses(run, said))
    figures = plots(parsed(html))
    texts = [text for figure in figures.values() for text in _texts(figure)]
    for text in texts:
        assert "<" not in text.replace("<br>", ""), text
    assert any("&lt;/script&gt;" in text for text in texts)
    # within the file a figure's JSON cannot end its own element
    raw = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert len(raw) == len(figures)
    assert not any("<" in text or ">" in text or "\u2028" in text for text in raw)


def _texts(value: object) -> list[str]:
    """Every text in a figure that plotly could read as markup."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    return [text for inner in value for text in _texts(inner)] if isinstance(value, list) else []


@pytest.mark.parametrize("text", [*DANGEROUS, *HOSTILE])
def test_a_label_is_one_line_without_markup(text: str) -> None:
    label = plain(text, 30)
    assert label.startswith("\u2068")
    assert label.endswith("\u2069")
    assert not set("<>\n\r\t") & set(label)
    assert len(label) < 30 * 5 + 3


def test_labels_that_look_like_numbers_dates_or_each_other_keep_their_bars() -> None:
    rows = [Bar(label, 1.0, "1") for label in ("00123", "123", "2026-03-01", "same", "same", "")]
    figure = bars("any", rows, unit="tokens").figure
    assert figure["data"][0]["y"] == [0, 1, 2, 3, 4, 5]
    labels = [label.strip("\u2068\u2069") for label in figure["layout"]["yaxis"]["ticktext"]]
    assert labels == ["00123", "123", "2026-03-01", "same", "same", ""]


@pytest.mark.parametrize("has_plots", [True, False])
def test_only_the_scripts_of_the_file_may_run_and_nothing_is_loaded(has_plots: bool) -> None:
    inputs, run = plan_run() if has_plots else infeasible_run()
    html = render_report(header(run), inputs, run)
    page = parsed(html)
    (policy,) = [m.attributes["content"] for m in page.all("meta") if "http-equiv" in m.attributes]
    scripts = [script.text for script in page.all("script") if "data-plot" not in script.attributes]
    assert len(scripts) == (2 if has_plots else 1)
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    allowed = " ".join(f"'sha256-{one}'" for one in hashes)
    assert f"script-src {allowed};" in policy
    assert policy.startswith("default-src 'none';")
    for element in ("script", "img", "iframe", "link", "object", "embed", "form"):
        assert not any({"src", "href", "data", "action"} & set(one.attributes) for one in page.all(element))
    assert all(link.attributes["href"].startswith("#") for link in page.all("a"))
    assert html.count("plotly.js v") == has_plots
    style = page.all("style")[0].text
    assert "url(" not in style
    assert "@import" not in style


def test_it_can_be_read_by_those_who_do_not_see_it() -> None:
    inputs, run = plan_run()
    page = parsed(render_report(header(run), inputs, run, analyses=all_analyses(run)))
    assert page.all("html")[0].attributes["lang"] == "en"
    assert len(page.all("h1")) == 1
    assert [section.all("h2")[0].attributes["id"] for section in page.all("section")] == [
        section.attributes["aria-labelledby"] for section in page.all("section")
    ]
    for table in page.all("table"):
        assert all(head.attributes.get("scope") == "col" for head in table.all("thead")[0].all("th"))
        for row in table.all("tbody")[0].all("tr"):
            assert [head.attributes["scope"] for head in row.all("th")] == ["row"]
    figures = [place for place in page.all("div") if place.attributes.get("class") == "plot"]
    assert len(figures) == len(plots(page))
    for place in figures:
        assert place.attributes["role"] == "img"
        assert len(place.attributes["aria-label"]) > 10
    (by_country,) = [p for p in figures if p.attributes["aria-label"].startswith("Tokens by country")]
    assert "UK: " in by_country.attributes["aria-label"]
    assert " funded" in by_country.attributes["aria-label"]
    names = [element.attributes["id"] for tag in ("section", "h2", "div") for element in page.all(tag)
             if "id" in element.attributes]  # fmt: skip
    assert len(names) == len(set(names))
