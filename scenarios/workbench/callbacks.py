"""What happens on the page: each control tells the desk, and a question asked again and again fetches the news."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from dash import ALL, MATCH, Input, Output, State, ctx, html, no_update, set_props
from dash.exceptions import PreventUpdate

from scenarios.workbench.controls import file_pin, ident, ticked
from scenarios.workbench.edits import Edits
from scenarios.workbench.history import History
from scenarios.workbench.numbers import search
from scenarios.workbench.page import NOW, tables
from scenarios.workbench.session import Session
from scenarios.workbench.side_by_side import Side, side_by_side
from scenarios.workbench.view import CHARTS, OUTPUTS, charts_view, words_view
from sim.display.text import plain
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from dash import Dash

    from scenarios.workbench.desk import Desk

MOST_FOUND = 12
LONGEST_WORDS = 80


def attach(app: Dash, desk: Desk, excel: bool) -> None:
    """Connect the parts of the page with the desk."""
    _begin(app, desk)
    _controls(app, desk)
    _numbers(app, desk)
    _variants(app, desk)

    @app.callback(
        [Output(*one) for one in OUTPUTS], Input("tick", "n_intervals"), Input("nudge", "data"), Input("tab", "data"),
        State("seen", "data"), prevent_initial_call=True,
        running=[(Output("tick", "disabled"), True, False)],  # an answer that is overtaken by the next question is lost
    )  # fmt: skip
    def fetch(_n: Any, _nudge: Any, tab: Any, seen: Any) -> Any:
        found = words_view(desk, tab, seen, excel) if desk.knows(tab) else None
        if found is None:
            raise PreventUpdate
        return [found.get(one, no_update) for one in OUTPUTS]

    @app.callback(
        [Output(*one) for one in CHARTS], Input("drawn", "data"), Input("width", "data"), State("tab", "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    def draw(_drawn: Any, width: Any, tab: Any) -> Any:
        found = charts_view(desk, tab, int(width or 0)) if desk.knows(tab) else None
        if found is None:
            raise PreventUpdate
        return [found.get(one, no_update) for one in CHARTS]

    @app.callback(
        Output(ident("place", ALL), "children"), Input("drawn", "data"), Input("pins", "children"),
        State("tab", "data"),        State(ident("place", ALL), "id"),
    )  # fmt: skip
    def places(_drawn: Any, _pins: Any, tab: Any, ids: Any) -> Any:
        if not desk.knows(tab) or not ids:
            raise PreventUpdate
        with desk.session(tab) as session:
            roadmap = {} if session.answer is None else session.answer.roadmap
        label, step = desk.base.period_label, desk.base.period_months
        return [
            f"starts {label(roadmap[one['key']] // step)}" if one["key"] in roadmap else "not started" for one in ids
        ]


def _nudge() -> None:
    """Let the page ask at once."""
    set_props("nudge", {"data": time.time()})


def _begin(app: Dash, desk: Desk) -> None:
    @app.callback(Output("tab", "data"), Input("tab", "modified_timestamp"), State("tab", "data"))
    def begin(_when: Any, tab: Any) -> Any:
        if desk.knows(tab):
            raise PreventUpdate
        return desk.new_session()

    app.clientside_callback(  # type: ignore[no-untyped-call]
        "function(_) { return Math.round(document.getElementById('main').clientWidth); }",
        Output("width", "data"), Input("tab", "data"),
    )  # fmt: skip


def _controls(app: Dash, desk: Desk) -> None:
    @app.callback(
        Output(ident("slider", MATCH), "value"), Output(ident("field", MATCH), "value"),
        Output(ident("problem", MATCH), "children"),
        Input(ident("slider", MATCH), "value"), Input(ident("field", MATCH), "value"), State("tab", "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    def number(position: Any, text: Any, tab: Any) -> Any:
        if not desk.knows(tab) or not ctx.triggered_id:
            raise PreventUpdate
        path = str(ctx.triggered_id["key"])
        one = desk.numbers.get(path)
        if one is None:
            raise PreventUpdate
        with desk.session(tab) as session:
            shown = session.history.now.value(path) or one.stated
        slid = ctx.triggered_id["kind"] == "slider"
        at = _number(position)
        if slid and (at is None or abs(at - one.position_of(shown)) < 1e-9):
            raise PreventUpdate
        wanted = one.text_at(at) if slid and at is not None else str(text or "").strip()
        if not slid and wanted == shown:
            return no_update, no_update, ""
        value = None if wanted in ("", one.stated) else wanted
        done = desk.change(tab, path, lambda edits: edits.with_value(path, value))
        _nudge()
        if not done:
            with desk.session(tab) as session:
                return no_update, no_update, ticked(session.problems.get(path, ""))
        wanted = value or one.stated
        return (no_update, wanted, "") if slid else (one.position_of(wanted), wanted, "")

    @app.callback(
        Output("risk-slider", "value"), Output("risk-field", "value"), Output("risk-problem", "children"),
        Input("risk-slider", "value"), Input("risk-field", "value"), State("tab", "data"), prevent_initial_call=True,
    )  # fmt: skip
    def risk(position: Any, text: Any, tab: Any) -> Any:
        from scenarios.cli.arguments import parse_share

        if not desk.knows(tab) or not ctx.triggered_id:
            raise PreventUpdate
        stated = 0.0 if desk.base.money.risk is None else float(desk.base.money.risk.weight)
        with desk.session(tab) as session:
            weight = session.history.now.risk_weight
        shown = stated if weight is None else weight
        slid = ctx.triggered_id == "risk-slider"
        try:
            wanted = _number(position) if slid else parse_share("risk weight", str(text or "0"), 0.0, 1.0)
        except ProblemsFound as error:
            return no_update, no_update, str(error)
        if wanted is None or abs(wanted - shown) < 1e-9:
            return no_update, no_update, ""
        done = desk.change(tab, "risk", lambda edits: edits.with_risk_weight(None if wanted == stated else wanted))
        _nudge()
        with desk.session(tab) as session:
            problem = ticked(session.problems.get("risk", ""))
        return (no_update, f"{wanted:g}", "") if done and slid else (wanted if done else no_update, no_update, problem)

    @app.callback(
        Output(ident("pin-problem", MATCH), "children"), Input(ident("pin", MATCH), "value"), State("tab", "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    def pin(value: Any, tab: Any) -> Any:
        if not desk.knows(tab) or not ctx.triggered_id or not isinstance(value, str):
            raise PreventUpdate
        name = str(ctx.triggered_id["key"])
        if name not in desk.base.initiatives:
            raise PreventUpdate
        stated = file_pin(desk.base, name)
        with desk.session(tab) as session:
            if value == dict(session.history.now.pins).get(name, stated):
                raise PreventUpdate
        desk.change(tab, f"pin {name}", lambda edits: edits.with_pin(name, None if value == stated else value))
        _nudge()
        with desk.session(tab) as session:
            return ticked(session.problems.get(f"pin {name}", ""))

    @app.callback(
        Output("nudge", "data", allow_duplicate=True), Input("undo", "n_clicks"), Input("redo", "n_clicks"),
        Input("reset", "n_clicks"), State("tab", "data"), prevent_initial_call=True,
    )  # fmt: skip
    def step(_undo: Any, _redo: Any, _reset: Any, tab: Any) -> Any:
        if not desk.knows(tab):
            raise PreventUpdate
        if ctx.triggered_id == "undo":
            desk.step(tab, History.undone)
        elif ctx.triggered_id == "redo":
            desk.step(tab, History.redone)
        else:
            desk.put(tab, Edits())
        return time.time()

    @app.callback(
        Output("nudge", "data", allow_duplicate=True), Input("ask-report", "n_clicks"), State("tab", "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    def ask_report(_clicks: Any, tab: Any) -> Any:
        if not desk.knows(tab):
            raise PreventUpdate
        desk.ask_report(tab)
        return time.time()


def _numbers(app: Dash, desk: Desk) -> None:
    @app.callback(Output("found", "children"), Input("words-wanted", "value"), prevent_initial_call=True)
    def find(words: Any) -> Any:
        text = str(words or "")[:LONGEST_WORDS]
        if not text.strip():
            return []
        found, count = search(desk.numbers, text, MOST_FOUND)
        if not found:
            return html.P("No number of the scenario has these words.", className="note")
        buttons = [
            html.Button(
                [html.Code(one.path), html.Span(plain(f"{one.meaning}: {one.said}", 110))],
                id=ident("open", one.path), className="hit", title=f"Show the control of {one.path}",
            )
            for one in found
        ]  # fmt: skip
        more = ("one number" if count == 1 else f"{count} numbers") + (
            f", the first {len(found)}:" if count > len(found) else ":"
        )
        return [html.P(more, className="note"), *buttons]

    @app.callback(
        Output("nudge", "data", allow_duplicate=True), Input(ident("open", ALL), "n_clicks"),
        Input(ident("close", ALL), "n_clicks"), State("tab", "data"), prevent_initial_call=True,
    )  # fmt: skip
    def show(_open: Any, _close: Any, tab: Any) -> Any:
        if not desk.knows(tab) or not ctx.triggered_id or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        path = str(ctx.triggered_id["key"])
        if ctx.triggered_id["kind"] == "open":
            desk.open_number(tab, path)
        else:
            desk.close_number(tab, path)
        return time.time()


def _variants(app: Dash, desk: Desk) -> None:
    @app.callback(
        Output("keep-says", "children"), Output("variant-name", "value"), Input("keep", "n_clicks"),
        Input("variant-name", "n_submit"), State("variant-name", "value"), State("tab", "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    def keep(_clicks: Any, _submit: Any, name: Any, tab: Any) -> Any:
        if not desk.knows(tab):
            raise PreventUpdate
        try:
            desk.keep(tab, str(name or ""))
        except ProblemsFound as error:
            return str(error), no_update
        _nudge()
        return "", ""

    @app.callback(
        Output("nudge", "data", allow_duplicate=True), Input(ident("load", ALL), "n_clicks"),
        Input(ident("delete", ALL), "n_clicks"), State("tab", "data"), prevent_initial_call=True,
    )  # fmt: skip
    def use(_load: Any, _delete: Any, tab: Any) -> Any:
        if not desk.knows(tab) or not ctx.triggered_id or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        name = str(ctx.triggered_id["key"])
        with desk.session(tab) as session:
            variant = session.variant(name)
        if variant is None:
            raise PreventUpdate
        if ctx.triggered_id["kind"] == "load":
            desk.put(tab, variant.edits)
        else:
            desk.delete(tab, name)
        return time.time()

    @app.callback(
        Output("comparison", "children"), Input("left", "value"), Input("right", "value"), Input("drawn", "data"),
        Input("left", "options"), State("tab", "data"), prevent_initial_call=True,
    )  # fmt: skip
    def compare(left: Any, right: Any, _drawn: Any, _names: Any, tab: Any) -> Any:
        if not desk.knows(tab):
            raise PreventUpdate
        with desk.session(tab) as session:
            sides = _side(session, left), _side(session, right)
        if sides[0] is None or sides[1] is None:
            return []
        if left == right:
            return html.P("Choose two different ones.", className="note")
        sentence, found = side_by_side(desk.base, sides[0], sides[1])
        return [html.P(sentence), *tables(found)]


def _side(session: Session, name: Any) -> Side | None:
    if name == NOW:
        if session.answer is None or session.answered is None:
            return None
        return Side(NOW, session.answered, session.answer)
    kept = session.variant(str(name))
    return None if kept is None else Side(kept.name, kept.edits, kept.answer)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def defect(error: Exception) -> None:
    """What is said of a mistake of ours: one line, and no traceback."""
    import sys

    problem = Problem("", f"roadfolio has a defect: {type(error).__name__}: {error}", hint="reload the page")
    print(problem, file=sys.stderr)
