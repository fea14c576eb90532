"""The files that the page is made of: its own, and the grid component's out of the package that carries it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
COMPONENT = "django-js-lib-tabulator"
_COMPONENT_FILES = {
    "tabulator.mjs": "js_lib_tabulator/static/tabulator/js/tabulator_esm.min.mjs",
    "tabulator.css": "js_lib_tabulator/static/tabulator/css/tabulator.min.css",
}


class ComponentMissingError(Exception):
    """The grid component's package is not installed, or carries other files than expected."""


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is served."""

    body: bytes
    media_type: str
    etag: str


@cache
def static_files() -> dict[str, StaticFile]:
    """Every file of the page by its path below ``/page/``.

    Raises:
        ComponentMissingError: see there.
    """
    return {name: _served(Path(name).suffix, body) for name, body in (*_own(), *_component())}


def _served(suffix: str, body: bytes) -> StaticFile:
    return StaticFile(body, _TYPES[suffix], f'"{hashlib.sha256(body).hexdigest()[:24]}"')


def _own() -> Iterator[tuple[str, bytes]]:
    for file in files(__package__).joinpath("static").iterdir():
        if Path(file.name).suffix in _TYPES:
            yield f"static/{file.name}", file.read_bytes()


def _component() -> Iterator[tuple[str, bytes]]:
    """The component's files, found without importing the package around them."""
    try:
        package = distribution(COMPONENT)
        for name, path in _COMPONENT_FILES.items():
            yield f"component/{name}", Path(str(package.locate_file(path))).read_bytes()
    except (PackageNotFoundError, OSError) as error:
        raise ComponentMissingError(
            f"the page's grid comes from the package {COMPONENT}, which is not installed as expected: {error}; "
            "install what requirements.lock names"
        ) from error
