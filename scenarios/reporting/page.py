"""The page: one HTML file that needs nothing else and may load nothing else.

Text reaches the page through Jinja2 with autoescape, data for the charts as JSON in which nothing can end the script.
A content security policy names the digests of the two scripts of ours, so no other script runs, and forbids every
request.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from importlib import resources
from typing import Any

from scenarios.reporting.first_screen import FirstScreen
from scenarios.reporting.part import Part

UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def page(first: FirstScreen, charts: Part, groups: Sequence[tuple[str, Sequence[Part]]], facts: dict[str, str]) -> str:
    """The whole file. charts: the chart of the first screen. groups: heading and parts. facts: line at the bottom."""
    from jinja2 import Environment, StrictUndefined
    from plotly.offline import get_plotlyjs

    library, own = get_plotlyjs(), _file("report.js")
    parts = [part for _, group in groups for part in group]
    data = {part.key: part.figure for part in (charts, *parts) if part.figure is not None}
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_file("report.html.jinja"))
    return template.render(
        first=first, budget=charts, groups=groups, facts=facts, style=_file("report.css"), library=library, own=own,
        data=embedded(data), digests=[_digest(library), _digest(own)],
    )  # fmt: skip


def embedded(data: Any) -> str:
    """JSON that may stand in a script of a page: no letter of it can begin a tag.

    >>> embedded({"a": "</script><b>&"})
    '{"a":"\\\\u003c/script\\\\u003e\\\\u003cb\\\\u003e\\\\u0026"}'
    """
    text = json.dumps(data, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    for letter, code in UNSAFE.items():
        text = text.replace(letter, code)
    return text


def _digest(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _file(name: str) -> str:
    return (
        (resources.files("scenarios.reporting") / "page_files" / name).read_text(encoding="utf-8").replace("\r\n", "\n")
    )
