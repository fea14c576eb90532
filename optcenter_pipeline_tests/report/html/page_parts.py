"""A report read as a browser's parser would: elements, texts, and the data of its plots."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

_VOID = frozenset({"meta", "img", "br", "link", "input", "hr"})


@dataclass
class Element:
    """An element with what stands in it."""

    tag: str
    attributes: dict[str, str]
    children: "list[Element | str]" = field(default_factory=list)

    def all(self, tag: str) -> "list[Element]":
        """Every such element below, in order."""
        found: list[Element] = []
        for child in self.children:
            if isinstance(child, Element):
                found += [child] if child.tag == tag else []
                found += child.all(tag)
        return found

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    @property
    def outline(self) -> Any:
        """The elements without texts and without the values of attributes."""
        inner = [child.outline for child in self.children if isinstance(child, Element)]
        return (self.tag, sorted(self.attributes), inner)

    def named(self, name: str) -> "Element":
        """The element with this id."""
        (found,) = [one for tag in ("section", "div") for one in self.all(tag) if one.attributes.get("id") == name]
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        closed = self._open.pop()
        assert closed.tag == tag, f"<{closed.tag}> is closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def parsed(html: str) -> Element:
    """The document; every element must be closed by its own end tag."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader._open == [reader.root]
    return reader.root


def plots(page: Element) -> dict[str, Any]:
    """plotly's figure by the id of the element that it is drawn in."""
    return {
        script.attributes["data-plot"]: json.loads(script.text)
        for script in page.all("script")
        if "data-plot" in script.attributes
    }


def cells(page: Element, section: str) -> list[list[str]]:
    """Texts of the section's rows, headers too; a note below a text stands behind a bar."""
    return [
        [" | ".join(part.text for part in cell.children if isinstance(part, Element)) or cell.text.strip()
         for cell in row.children if isinstance(cell, Element)]
        for row in page.named(section).all("tr")
    ]  # fmt: skip
