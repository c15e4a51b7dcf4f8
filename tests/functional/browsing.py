"""The browser in which tests look at pages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from docs.build.browser import found


@contextmanager
def chromium(what: str) -> Iterator[Any]:
    """A headless Chromium, or the test is skipped and says that `what` was not looked at."""
    program = found()
    if program is None:
        pytest.skip(f"no Chromium on the PATH: {what} was not looked at in a browser")
    sync_api = pytest.importorskip("playwright.sync_api")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_api.sync_playwright() as player:
        opened = player.chromium.launch(executable_path=program, args=["--no-sandbox"] if root else [])
        yield opened
        opened.close()
