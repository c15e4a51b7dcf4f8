"""The server of the page: Dash on Flask, on the loopback address, quiet."""

from __future__ import annotations

import logging
from collections.abc import Callable
from html import escape
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.workbench.desk import Desk
from scenarios.workbench.security import Guard, protect
from sim.display.text import plain

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.serving import BaseWSGIServer

LOOPBACK = "127.0.0.1"
HEAD = """<div class="workbench"><header class="top"><div><p class="brand">Roadfolio workbench</p>
<h1><bdi>{title}</bdi></h1></div></header>
<div class="state begin"><span class="lamp"></span><span>Loading the page …</span></div></div>"""
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
{%metas%}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{%title%}</title>
{%css%}
</head>
<body>
{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>"""


class PortTakenError(Exception):
    """Something else listens on the port."""


def made(desk: Desk, guard: Guard) -> Flask:
    """The application, with nothing open to whom the guard does not know."""
    from dash import Dash
    from werkzeug.exceptions import HTTPException

    from scenarios.workbench.callbacks import attach, defect
    from scenarios.workbench.downloads import knows_excel, offer
    from scenarios.workbench.page import page

    excel = knows_excel()
    assets = Path(str(resources.files("scenarios.workbench") / "assets"))

    class Page(Dash):
        """Shows its head before the scripts have run."""

        def interpolate_index(self, *args: Any, **parts: Any) -> Any:
            title = plain(desk.base.title) or plain(desk.base.name)
            parts["app_entry"] = parts["app_entry"].replace("Loading...", HEAD.format(title=escape(title)))
            return super().interpolate_index(*args, **parts)  # type: ignore[no-untyped-call]

    app = Page(
        "roadfolio", assets_folder=str(assets), title="Roadfolio workbench", update_title="", index_string=PAGE,
        serve_locally=True, suppress_callback_exceptions=True, on_error=defect, add_log_handler=False,
    )  # fmt: skip
    app.layout = page(desk.base, desk.numbers, excel)
    attach(app, desk, excel)
    server: Flask = app.server
    server.logger.disabled = True
    protect(server, guard, [f"'{one}'" if not one.startswith("'") else one for one in app.csp_hashes()])
    offer(server, desk)

    @server.errorhandler(Exception)
    def told(error: Exception) -> tuple[str, int, dict[str, str]]:
        kind = {"Content-Type": "text/plain; charset=utf-8"}
        if isinstance(error, HTTPException):
            return f"{error.description}\n", error.code or 500, kind
        defect(error)
        return "roadfolio has a defect; reload the page\n", 500, kind

    return server


def listening(port: int) -> BaseWSGIServer:
    """A server on the loopback address that knows no page yet; port 0: one that is free. Raises PortTakenError."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nothing is written of a request."""

        def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
            """Nor of a connection that the browser gave up."""

    logging.getLogger("werkzeug").disabled = True
    try:
        return make_server(LOOPBACK, port, _nothing, threaded=True, request_handler=Quiet)
    except (OSError, SystemExit) as error:
        raise PortTakenError(str(error)) from None


def _nothing(_environ: Any, start: Callable[..., Any]) -> list[bytes]:
    start("503 Service Unavailable", [("Content-Type", "text/plain")])
    return [b"starting\n"]
