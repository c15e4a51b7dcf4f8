"""A headless Chromium that turns charts into pictures. Nothing is fetched: plotly.js is the one of the package."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDTH: Final = 820  # pixels
PAGE: Final = """<!doctype html><meta charset="utf-8"><style>body {{ margin: 0 }}</style>
<div id="chart" style="width: {width}px"></div><script>{library}</script>
<script>const made = {figure}; Plotly.newPlot("chart", made.data, made.layout, {{staticPlot: true}})
    .then(() => document.documentElement.dataset.drawn = "yes");</script>"""


def found() -> str | None:
    """The browser of this machine, or None."""
    return next((path for path in map(shutil.which, PROGRAMS) if path), None)


@contextmanager
def browser() -> Iterator[Any]:
    """The browser, offline. Raises RuntimeError where there is none."""
    from playwright.sync_api import sync_playwright

    program = found()
    if program is None:
        raise RuntimeError("pictures need Chromium: install it, or leave them as they are")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as player:
        opened = player.chromium.launch(executable_path=program, args=["--no-sandbox"] if root else [])
        context = opened.new_context(viewport={"width": WIDTH, "height": 900}, offline=True, device_scale_factor=1.25)
        yield context
        opened.close()


def picture_of_chart(context: Any, figure: Any, target: Path) -> None:
    """What `.plot()` of a result gives, as a picture."""
    from plotly.offline import get_plotlyjs

    figure.update_layout(width=WIDTH)
    page = context.new_page()
    page.set_content(PAGE.format(width=WIDTH, library=get_plotlyjs(), figure=figure.to_json().replace("<", "\\u003c")))
    page.wait_for_selector("html[data-drawn]", timeout=30_000)
    page.locator("#chart").screenshot(path=target)
    page.close()


def pictures_of_report(context: Any, report: Path, targets: dict[str, Path]) -> None:
    """Charts of a report by their keys."""
    page = context.new_page()
    page.goto(report.as_uri())
    page.wait_for_selector("html[data-drawn]", timeout=30_000)
    for key, target in targets.items():
        page.locator(f"#chart-{key}").screenshot(path=target)
    page.close()
