"""The page as it is first shown: everything in its place, empty where it must be worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dash import dcc, html

from scenarios.reporting.part import Table
from scenarios.workbench.controls import aria, main_controls, pin_rows
from scenarios.workbench.session import Session
from scenarios.workbench.shown import KEYS
from sim.display.text import plain

if TYPE_CHECKING:
    from scenarios.workbench.numbers import Number
    from sim.world import Scenario

TITLES = {
    "gantt": "Roadmap with phases and gates",
    "budget": "Cost against budget",
    "cash": "Cumulative cash against doing nothing",
    "worth": "Distribution of the NPV",
    "value": "Where the value comes from",
}
NOW = "what is shown now"
GRAPH: Any = {"displayModeBar": False, "displaylogo": False, "showTips": False}
BUSY, IDLE = 250, 2000  # milliseconds between two questions of the page


def page(scenario: Scenario, numbers: Mapping[str, Number], excel: bool) -> Any:
    """The whole layout, with the controls as the file has them. It is the same for every page that is opened; what is
    worked out, and what was changed before a reload, `callbacks` fetches."""
    title = plain(scenario.title) or plain(scenario.name)
    return html.Div(
        [
            dcc.Store(id="tab", storage_type="session"),
            dcc.Store(id="seen", data={"version": 0, "controls": 0}),
            dcc.Store(id="nudge", data=0),
            dcc.Store(id="drawn"),
            dcc.Store(id="width", data=0),
            dcc.Interval(id="tick", interval=BUSY),
            html.A("To the answer", href="#answer", className="skip"),
            html.Header(
                [
                    html.Div([html.P("Roadfolio workbench", className="brand"), html.H1(html.Bdi(title))]),
                    html.Div(
                        [
                            html.Button("Undo", id="undo", disabled=True, title="Undo the last change", accessKey="z"),
                            html.Button("Redo", id="redo", disabled=True, title="Redo it (Alt+Y)", accessKey="y"),
                            html.Button("As the file", id="reset", disabled=True, title="Take back every change"),
                        ],
                        className="bar", role="group", **aria(label="Changes"),
                    ),
                ],
                className="top",
            ),
            html.Div(
                [
                    html.Span("", className="lamp"),
                    html.Span("Starting …", id="words", role="status", **aria(live="polite")),
                    html.Progress(id="share", value="0", max="1", className="share", **aria(label="Progress")),
                    html.Span(
                        [html.Span("before: ", id="before", hidden=True), html.Span("", id="headline")],
                        id="figures", className="headline",
                    ),
                    html.Nav(
                        [html.A("Controls", href="#controls"), html.A("Answer", href="#answer"),
                         html.A("Variants", href="#variants-title")],
                        **aria(label="Parts of the page"),
                    ),
                ],
                id="state", className="state begin",
            ),
            html.Div([_side(scenario, numbers), _main(excel)], className="columns"),
        ],
        className="workbench",
    )  # fmt: skip


def _side(scenario: Scenario, numbers: Mapping[str, Number]) -> Any:
    unchanged = Session("")
    return html.Section(
        [
            html.H2("What if", className="first"),
            html.Div(main_controls(unchanged, scenario, numbers), id="main-controls"),
            html.H3("Any number of the scenario", id="any"),
            html.Label("Search by name, meaning or unit", htmlFor="words-wanted", className="note"),
            dcc.Input(id="words-wanted", type="search", debounce=0.25, maxLength=80, autoComplete="off",
                      placeholder="margin, hiring months, pos capital …", className="search"),
            html.Div(id="found", className="found", role="status", **aria(live="polite")),
            html.Div(id="opened"),
            html.H3("Decisions taken already"),
            html.P("Hold an initiative to a start, hold it out, or leave it free. The mark says what the roadmap does.",
                   className="note"),
            html.Div(pin_rows(unchanged, scenario), id="pins"),
        ],
        id="controls", className="side", **aria(label="Controls"),
    )  # fmt: skip


def _main(excel: bool) -> Any:
    charts = [
        html.Section(
            [
                html.H3(TITLES[key], id=f"title-{key}"),
                html.P("", id=f"says-{key}"),
                html.Div(
                    dcc.Graph(id=f"chart-{key}", config=GRAPH, figure={"data": [], "layout": {"height": 300}},
                              responsive=True, style={"display": "none"}),
                    role="img", className="chart",
                    **aria(labelledby=f"title-{key}", describedby=f"says-{key}"),
                ),
                html.Details([html.Summary("The figures as a table"), html.Div(id=f"table-{key}")], id=f"more-{key}",
                             hidden=True),
            ],
            className="part",
        )
        for key in KEYS
    ]  # fmt: skip
    return html.Main(
        [
            html.Div([html.H2("The answer", className="first"), html.P("", id="lead", className="lead"),
                      html.Div(id="failed", role="alert")], id="answer", tabIndex="-1"),
            html.Div(_tiles(), id="tiles", className="tiles"),
            *charts[:2],
            _variants(),
            *charts[2:],
            _exports(excel),
        ],
        id="main",
    )  # fmt: skip


def _tiles() -> list[Any]:
    return [html.Div([html.Div("\u00a0", className="name"), html.Div("…", className="figure")], className="tile")] * 4


def _variants() -> Any:
    return html.Section(
        [
            html.H3("Variants", id="variants-title"),
            html.P("Keep what is shown under a name, change on, and compare.", className="note"),
            html.Div(
                [
                    html.Label("Name of the variant", htmlFor="variant-name", className="unseen"),
                    dcc.Input(id="variant-name", type="text", maxLength=60, autoComplete="off",
                              placeholder="name, such as: two thirds of the budget", className="search"),
                    html.Button("Keep this variant", id="keep"),
                ],
                className="bar",
            ),
            html.P("", id="keep-says", className="problem", role="alert"),
            html.Ul(id="variants", className="variants"),
            html.Div(
                [
                    html.Div(
                        [
                            _choice("left", "Compare", "First variant to compare"),
                            _choice("right", "with", "Second variant to compare"),
                        ],
                        className="two",
                    ),
                    html.Div(id="comparison", role="status", **aria(live="polite")),
                ],
                id="compare", hidden=True,
            ),
        ],
        className="part",
    )  # fmt: skip


def _choice(key: str, title: str, label: str) -> Any:
    list_ = dcc.Dropdown(id=key, clearable=False, searchable=False, options=[NOW], value=NOW)
    return html.Div([html.Span(title), list_], role="group", **aria(label=label))


def _exports(excel: bool) -> Any:
    return html.Section(
        [
            html.H3("Take it with you"),
            html.Div(
                [
                    html.A("Scenario (YAML)", id="get-yaml", href="#", download="scenario.yaml", className="button"),
                    html.A("Result (Excel)", id="get-excel", href="#", download="plan.xlsx", className="button",
                           hidden=not excel),
                    html.Button("Write the report", id="ask-report"),
                    html.A("Report (HTML)", id="get-report", href="#", download="report.html", className="button",
                           hidden=True),
                ],
                className="bar",
            ),
            html.P("", id="export-says", className="note", role="status", **aria(live="polite")),
        ],
        className="part",
    )  # fmt: skip


def drawn(found: Table) -> Any:
    """A table of the report on the page."""

    def cell(text: str, k: int) -> Any:
        return html.Td(html.Bdi(text), className="r" if k in found.right else "")

    heads = [
        html.Th(head, scope="col", className="r" if k in found.right else "") for k, head in enumerate(found.heads)
    ]
    body = [html.Tr([cell(text, k) for k, text in enumerate(row)]) for row in found.rows]
    whole = html.Table([html.Caption(found.caption), html.Thead(html.Tr(heads)), html.Tbody(body)],
                       className="narrow" if len(found.heads) < 4 else "")  # fmt: skip
    return html.Div(whole, className="wide", tabIndex="0", role="region", **aria(label=found.caption))


def tables(found: Sequence[Table]) -> list[Any]:
    """Tables below each other."""
    return [drawn(one) for one in found]
