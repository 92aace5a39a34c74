"""The one page of runs, from its templates: with everything inside, or fed by a server."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup

from tool_sandbox.common.visible_text import visible
from tool_sandbox.evaluation.explanation.parts import Reason
from tool_sandbox.viewer.overview import GROUPINGS, Overview

if TYPE_CHECKING:
    from jinja2 import Environment

MODULES = (
    "address",
    "alignment",
    "calls",
    "dom",
    "filter",
    "groups",
    "list",
    "losses",
    "main",
    "message",
    "milestones",
    "others",
    "pair",
    "sample",
    "scenario",
    "source",
    "world",
)
"""The modules of the page; they import each other as ``viewer/NAME``."""


def page(
    overview: Overview | None,
    *,
    runs: int,
    samples: int,
    title: str,
    version: str,
    data: Markup | None = None,
    partial: str = "",
    policy: str = "",
) -> str:
    """The page as HTML.

    Args:
        overview: What the first face of it shows; without one, the page asks its server for it.
        runs: How many it is about.
        samples: How many they have by now, so that the page learns whether they have grown since.
        title: Of the page.
        version: Of this package.
        data: Script elements that hold the data; without them, a server has it.
        partial: What is left out, or still to come, in words.
        policy: A content security policy that the page itself declares; a file does, a server sends it.
    """
    inline = data is not None
    return (
        _environment()
        .get_template("page.html")
        .render(
            overview=overview,
            runs=runs,
            samples=samples,
            title=title,
            version=version,
            columns=GROUPINGS,
            partial=partial,
            policy=policy,
            source="file" if inline else "server",
            style=_style() if inline else Markup('<link rel="stylesheet" href="/assets/style.css">'),
            script=_inline_script() if inline else _served_script(),
            data=data or "",
        )
    )


def fragment(overview: Overview, *, title: str) -> str:
    """The part of the page that says what runs came to."""
    template = _environment().get_template("overview.html")
    return template.render(overview=overview, title=title, columns=GROUPINGS, partial="")


def asset(name: str) -> str:
    """The text of a style sheet or of a module."""
    return (resources.files("tool_sandbox.viewer") / "assets" / name).read_text(encoding="utf-8")


def file_policy() -> str:
    """What a page that is one file may do: run its own scripts, and nothing else; it can ask nobody for anything."""
    scripts = " ".join(_digest(text) for text in (import_map(inline=True), _ENTRY))
    return f"default-src 'none'; script-src {scripts} data:; style-src {_digest(asset('style.css'))}; img-src data:"


def served_policy() -> str:
    """What a served page may do: the same, and ask its own server."""
    scripts = " ".join(_digest(text) for text in (import_map(inline=False), _ENTRY))
    return (
        f"default-src 'none'; script-src 'self' {scripts}; style-src 'self'; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


_ENTRY = 'import "viewer/main";'


@cache
def import_map(*, inline: bool) -> str:
    """Where the browser finds the modules: in the page itself, or at the server."""
    places = {name: _as_address(asset(f"{name}.js")) if inline else f"/assets/{name}.js" for name in MODULES}
    return json.dumps({"imports": {f"viewer/{name}": place for name, place in places.items()}})


def _inline_script() -> Markup:
    return _scripts(import_map(inline=True))


def _served_script() -> Markup:
    return _scripts(import_map(inline=False))


def _scripts(places: str) -> Markup:
    return Markup(f'<script type="importmap">{places}</script>\n<script type="module">{_ENTRY}</script>')  # noqa: S704 -- our own


def _style() -> Markup:
    return Markup(f"<style>{asset('style.css')}</style>")  # noqa: S704 -- our own


def _as_address(module: str) -> str:
    return f"data:text/javascript;base64,{base64.b64encode(module.encode()).decode()}"


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _shown(value: object) -> object:
    """What a template shows: text that anybody may have written cannot turn the direction of what stands around it."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _breakable(text: str) -> Markup:
    """A name that may go on in another line after each of its words."""
    return Markup("_<wbr>").join(visible(text).split("_"))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("tool_sandbox.viewer"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: Mapping[str, object] = {
        "address": lambda text: quote(visible(str(text)), safe=""),
        "breakable": _breakable,
        "meaning": lambda reason: Reason(reason).meaning if reason in set(Reason) else "",
        "quoted": lambda text: json.dumps(visible(str(text)), ensure_ascii=False),
    }
    environment.filters.update(filters)
    return environment
