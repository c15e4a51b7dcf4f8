"""Files that the page gives away: scenario, workbook, report. Names are fixed, so no path can be asked for."""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from sim.errors import ProblemsFound

if TYPE_CHECKING:
    from flask import Flask, Response

    from scenarios.workbench.desk import Desk
    from scenarios.workbench.session import Session

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def knows_excel() -> bool:
    """Whether this version writes workbooks."""
    return find_spec("scenarios.workbooks") is not None and find_spec("xlsxwriter") is not None


def offer(server: Flask, desk: Desk) -> None:
    """The addresses below /export."""
    from flask import Response, abort

    def file(content: str | bytes, kind: str, name: str) -> Response:
        return Response(content, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    @server.get("/export/<path:_other>")
    def nothing(_other: str) -> Response:
        abort(404, "there is no such file")

    @server.get("/export/<key>/scenario.yaml")
    def scenario(key: str) -> Response:
        from scenarios.workbench.export import as_yaml

        with _session(desk, key) as session:
            edits = session.history.now
        try:
            text = as_yaml(desk.source, desk.base, edits, desk.scenario(edits))
        except ProblemsFound as error:
            abort(409, str(error))
        return file(text, "application/yaml", f"{desk.base.name}.yaml")

    @server.get("/export/<key>/report.html")
    def report(key: str) -> Response:
        with _session(desk, key) as session:
            page = session.report if session.report_of == session.history.now else None
        if page is None:
            abort(404, "no report was written of what is shown")
        return file(page, "text/html", f"{desk.base.name} report.html")

    @server.get("/export/<key>/plan.xlsx")
    def workbook(key: str) -> Response:
        with _session(desk, key) as session:
            answer = session.answer if session.answered == session.history.now else None
        if answer is None or answer.state != "refined" or not knows_excel():
            abort(404, "there is no refined answer to write")
        from importlib import import_module

        book = import_module("scenarios.workbooks.results").result_bytes(answer.plan, "plan")
        return file(book, EXCEL, f"{desk.base.name} plan.xlsx")


def _session(desk: Desk, key: str) -> AbstractContextManager[Session]:
    from flask import abort

    if not desk.knows(key):
        abort(404, "this page is not known")
    return desk.session(key)
