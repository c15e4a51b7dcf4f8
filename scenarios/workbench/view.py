"""What a page does not show yet: the values of its parts that are newer than what it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from dash import html

from scenarios.workbench.answer import COARSE_DRAWS
from scenarios.workbench.controls import ident, main_controls, opened, pin_rows, ticked
from scenarios.workbench.page import BUSY, IDLE, NOW, tables
from scenarios.workbench.session import Session
from scenarios.workbench.shown import KEYS, first, fitted, parts
from sim.display.text import plain

if TYPE_CHECKING:
    from scenarios.workbench.answer import Answer
    from scenarios.workbench.desk import Desk
    from sim.world import Scenario

OUTPUTS: Final[tuple[tuple[str, str], ...]] = tuple(
    (part, field)
    for part, fields in {
        "seen": ("data",), "tick": ("interval",), "main-controls": ("children",), "pins": ("children",),
        "opened": ("children",), "undo": ("disabled",), "redo": ("disabled",), "reset": ("disabled",),
        "state": ("className",), "words": ("children",), "share": ("value",), "headline": ("children",),
        "figures": ("className",), "before": ("hidden",),
        "lead": ("children",), "failed": ("children",), "tiles": ("children",), "variants": ("children",),
        "left": ("options",), "right": ("options",), "compare": ("hidden",), "get-yaml": ("href",),
        "get-excel": ("href", "hidden"), "get-report": ("href", "hidden"), "ask-report": ("disabled",),
        "export-says": ("children",), "main": ("className",), "drawn": ("data",),
    }.items()
    for field in fields
)  # fmt: skip
CHARTS: Final[tuple[tuple[str, str], ...]] = tuple(
    (f"{part}-{key}", field)
    for key in KEYS
    for part, field in (
        ("says", "children"), ("chart", "figure"), ("chart", "style"), ("table", "children"), ("more", "hidden")
    )
)  # fmt: skip
View = dict[tuple[str, str], Any]


def words_view(desk: Desk, tab: str, seen: Any, excel: bool) -> View | None:
    """New values by part and property, all but the charts; None where the page shows everything."""
    known: Mapping[str, Any] = seen if isinstance(seen, dict) else {}
    session = desk.look(tab)
    if known.get("version") == session.version:
        return None
    mark = None if session.answer is None else _mark(session.answer)
    found: View = {
        ("seen", "data"): {"version": session.version, "controls": session.controls, "answer": mark},
        ("tick", "interval"): BUSY if _works(session) else IDLE,
    }
    as_loaded = not known.get("controls") and session.controls == 1 and not session.history.now
    if known.get("controls") != session.controls and not as_loaded:
        found[("main-controls", "children")] = main_controls(session, desk.base, desk.numbers)
        found[("pins", "children")] = pin_rows(session, desk.base)
        found[("opened", "children")] = opened(session, desk.base, desk.numbers)
    found |= _state(desk, session) | _kept(session) | _exports(desk, session, excel)
    if session.answer is not None and session.answered is not None and known.get("answer") != mark:
        found |= _words(desk.scenario(session.answered), session.answer)
        found[("drawn", "data")] = mark
    return found


def charts_view(desk: Desk, tab: str, width: int) -> View | None:
    """The charts of the answer, for a place of so many pixels; None where there is none."""
    session = desk.look(tab)
    if session.answer is None or session.answered is None:
        return None
    return _charts(desk.scenario(session.answered), session.answer, width)


def _works(session: Session) -> bool:
    return session.reporting or session.progress.stage in ("begin", "working", "refining")


def _mark(answer: Answer) -> str:
    return f"{answer.scenario_hash} {answer.state} {answer.draws} {sorted(answer.roadmap.items())}"


def _state(desk: Desk, session: Session) -> View:
    stage, answer = session.progress.stage, session.answer
    current = answer is not None and session.answered == session.history.now
    share = session.progress.share
    words: Any
    doing = f": {session.progress.words}" if session.progress.words else ""
    if session.failed:
        words = "No answer. What is below is of before the last change." if answer else "No answer."
    elif stage == "begin":
        words = desk.beginning
    elif stage == "working" and not current:
        words = f"Working on the change{doing} … What is below is of before it."
    elif answer is None:
        words = "Starting …"
    elif answer.state == "revalued":
        words = (
            f"Coarse: {answer.draws:,} draws, the roadmap of before with its new figures; looking for a better one …"
        )
    elif stage == "working":
        words = f"Coarse: {answer.draws:,} draws, the best roadmap of a short search, which goes on …"
    elif stage == "refining":
        words = f"Refining{doing} … Shown: coarse roadmap, {answer.draws:,} draws."
    elif answer.state == "refined":
        of = " of the downloaded scenario answers." if session.answered else " answers."
        words = [f"Refined: {answer.draws:,} draws, as ", html.Code(f"roadfolio plan --seed {desk.seed}"), of]
    else:
        words = f"Coarse: {answer.draws:,} draws."
    history = session.history
    fresh = current and not session.failed
    return {
        ("state", "className"): f"state {'failed' if session.failed else stage}",
        ("words", "children"): words,
        ("share", "value"): f"{share:.2f}" if _works(session) else "0",
        ("undo", "disabled"): not history.past,
        ("redo", "disabled"): not history.future,
        ("reset", "disabled"): not history.now,
        ("main", "className"): "" if fresh else "stale",
        ("figures", "className"): "headline" if fresh else "headline stale",
        ("before", "hidden"): fresh or answer is None,
        ("failed", "children"): [html.P(ticked(one), className="problem") for one in session.failed],
    }


def _words(scenario: Scenario, answer: Answer) -> View:
    """The recommendation and its figures."""
    screen = first(scenario, answer)
    tiles = [
        html.Div(
            [html.Dt(one.name, className="name"), html.Dd(one.figure, className="figure"),
             html.Dd(one.meaning, className="meaning")], className="tile",
        )
        for one in screen.tiles
    ]  # fmt: skip
    lead: list[Any] = [html.Bdi(screen.recommendation)]
    if answer.broken:
        sentence = f" This roadmap of before breaks a limit now: {plain(answer.broken[0])}."
        lead.append(html.Span(sentence, className="problem"))
    headline = "; ".join(f"{name} {one.figure}" for name, one in zip(("gain", "loss"), screen.tiles, strict=False))
    return {
        ("headline", "children"): headline,
        ("lead", "children"): lead,
        ("tiles", "children"): html.Dl(tiles, className="tiles"),
    }


def _charts(scenario: Scenario, answer: Answer, width: int) -> View:
    found: View = {}
    for key, part in zip(KEYS, parts(scenario, answer), strict=True):
        found[(f"says-{key}", "children")] = part.sentence or part.missing
        found[(f"chart-{key}", "style")] = {"display": "none" if part.figure is None else "block"}
        if part.figure is not None:
            figure = fitted(dict(part.figure), width or 900)
            found[(f"chart-{key}", "figure")] = figure
            found[(f"chart-{key}", "style")] = {"display": "block", "height": f"{figure['layout']['height']}px"}
        found[(f"more-{key}", "hidden")] = not part.tables
        found[(f"table-{key}", "children")] = tables(part.tables)
    return found


def _kept(session: Session) -> View:
    rows = [
        html.Li(
            [
                html.Bdi(one.name, className="name"),
                html.Span(_brief(one.answer), className="note"),
                html.Button("Show", id=ident("load", one.name), className="small", title=f"Show {one.name}"),
                html.Button("Delete", id=ident("delete", one.name), className="small", title=f"Delete {one.name}"),
            ]
        )
        for one in session.variants
    ]  # fmt: skip
    names = [NOW, *(one.name for one in session.variants)]
    return {
        ("variants", "children"): rows,
        ("left", "options"): names,
        ("right", "options"): names,
        ("compare", "hidden"): not session.variants,
    }


def _brief(answer: Answer) -> str:
    from scenarios.reporting.words import money

    npv = answer.plan["outcomes"]["npv"]
    return f"{money(npv['mean'], npv['se'], str(answer.plan['currency']))}, {answer.draws:,} draws"


def _exports(desk: Desk, session: Session, excel: bool) -> View:
    ready = session.report is not None and session.report_of == session.history.now
    home = f"/export/{session.key}"
    if session.reporting:
        says = "The report is being written; the plan is refined first where it is not yet."
    elif ready:
        says = "The report is ready."
    else:
        says = f"All of it is of what is shown now, with seed {desk.seed}. Coarse answers have {COARSE_DRAWS} draws."
    refined = session.answer is not None and session.answer.state == "refined" and not session.failed
    return {
        ("get-yaml", "href"): f"{home}/scenario.yaml",
        ("get-excel", "href"): f"{home}/plan.xlsx",
        ("get-excel", "hidden"): not (excel and refined and session.answered == session.history.now),
        ("get-report", "href"): f"{home}/report.html",
        ("get-report", "hidden"): not ready,
        ("ask-report", "disabled"): session.reporting or bool(session.failed) or session.answer is None,
        ("export-says", "children"): says,
    }
