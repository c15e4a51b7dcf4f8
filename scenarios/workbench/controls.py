"""The controls of the page: budget, horizon, attitude to risk, decisions, and any number by its path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dash import dcc, html

from scenarios.workbench.edits import FREE, OUT
from scenarios.workbench.numbers import MOST_SHOWN, Number
from sim.display.text import plain

if TYPE_CHECKING:
    from scenarios.workbench.edits import Edits
    from scenarios.workbench.session import Session
    from sim.world import Scenario

AS_FILE = "as the file says"
LONGEST_SENTENCE, LONGEST_WORD = 700, 80  # letters


def ident(kind: str, key: Any) -> dict[str, Any]:
    """Identity of a part of the page that exists once for each key."""
    return {"kind": kind, "key": key}


def ticked(text: str) -> list[Any]:
    """A sentence in which what stands between backticks is shown as code. A long one ends at the end of a word."""
    shown = plain(text, LONGEST_SENTENCE)
    if len(text) > LONGEST_SENTENCE and " " in shown[-LONGEST_WORD:]:
        shown = f"{shown.rpartition(' ')[0]} …"
    pieces = shown.split("`")
    return [html.Code(piece) if k % 2 else piece for k, piece in enumerate(pieces) if piece]


def aria(**words: str) -> dict[str, Any]:
    """What programs that read the page aloud are told of a part.

    >>> aria(label="Controls")
    {'aria-label': 'Controls'}
    """
    return {f"aria-{name}": text for name, text in words.items()}


def dom(kind: str, key: str) -> str:
    """The same as the `id` of its element, which labels name."""
    from dash._utils import stringify_id

    return str(stringify_id(ident(kind, key)))


def control(number: Number, edits: Edits, title: str, note: Sequence[Any], problem: str, closes: bool) -> Any:
    """Slider and field of one number. title: what it is called. closes: with a button that puts it away."""
    text = edits.value(number.path) or number.stated
    ends = number.slider
    name = ident("field", number.path)
    head: list[Any] = [html.Label(title, htmlFor=dom("field", number.path), className="name")]
    if closes:
        head.append(
            html.Button("Reset and close", id=ident("close", number.path), className="small", title=f"Reset {title}")
        )
    body: list[Any] = [html.Div(head, className="head")]
    slider: dict[str, Any] = dict(zip(("min", "max", "step"), ends or (0.0, 1.0, 1.0), strict=True))
    body.append(
        html.Div(
            [
                html.Label(
                    f"{title}, slider" + (" in per cent of what the file states" if number.is_factor else ""),
                    htmlFor=dom("slider", number.path), className="unseen",
                ),
                dcc.Input(
                    id=ident("slider", number.path), type="range", value=number.position_of(text), debounce=0.15,
                    className="slider" if ends is not None else "slider none", **slider,
                ),
                dcc.Input(
                    id=name, type="text", value=text, debounce=True, maxLength=400, spellCheck=False,
                    autoComplete="off", className="field",
                ),
            ],
            className="pair",
        )
    )  # fmt: skip
    body.append(html.P(list(note), className="note"))
    body.append(html.P(ticked(problem), id=ident("problem", number.path), className="problem", role="alert"))
    return html.Div(body, className="control")


def note_of(number: Number, currency: str, *, path: bool) -> list[Any]:
    """What a number means, its unit, what the file states, and where that comes from."""
    unit = number.unit.replace("money", plain(currency, 12))
    parts: list[Any] = [html.Code(number.path), " "] if path else []
    words = [plain(number.meaning)] if path else []
    words.append(f"the file states {plain(number.said, MOST_SHOWN)}" + (f" {unit}" if unit else ""))
    if number.is_factor:
        words.append("the slider scales it, in per cent; the field takes x0.8 or a value of its own")
    parts.append("; ".join(words) + ".")
    source = evidence(number.origin)
    if source:
        parts += [html.Br(), source]
    return parts


def evidence(origin: str) -> str:
    """Where a number comes from, in words; empty where the file does not say."""
    from scenarios.evidence import MEANING, entry
    from sim.world.base import PLANNER

    if not origin:
        return ""
    if origin == PLANNER:
        return "Origin: the planner's assumption."
    known = entry(origin)
    if known is None:
        return f"Origin: {plain(origin, 80)}."
    source = known.source
    return f"Evidence: {plain(source.authors)} ({source.year}), {plain(source.title)}; {MEANING[known.verified]}."


def budgets(scenario: Scenario) -> list[str]:
    """Paths of the amounts of the budgets."""
    return [f"money.budgets.{name}.amount" for name in scenario.money.budgets]


def main_controls(session: Session, base: Scenario, numbers: Any) -> list[Any]:
    """Budget, horizon and attitude to risk."""
    edits, currency = session.history.now, base.profile.currency
    made = []
    for path in budgets(base):
        number: Number = numbers[path]
        name = path.split(".")[2]
        title = "Budget" if len(base.money.budgets) == 1 else f"Budget “{plain(name, 40)}”"
        made.append(control(number, edits, title, _budget_note(number, base), session.problems.get(path, ""), False))
    horizon = numbers["horizon_months"]
    words = [f"Months simulated; initiatives may start in the first {base.planning_months}. "
             f"The file states {horizon.stated}."]  # fmt: skip
    problem = session.problems.get(horizon.path, "")
    made.append(control(horizon, edits, "Horizon, months", words, problem, False))
    weight = edits.risk_weight
    stated = 0.0 if base.money.risk is None else float(base.money.risk.weight)
    made.append(
        html.Div(
            [
                html.Div(html.Label("Risk weight", htmlFor="risk-field", className="name"), className="head"),
                html.Div(
                    [
                        html.Label("Risk weight, slider", htmlFor="risk-slider", className="unseen"),
                        dcc.Input(id="risk-slider", type="range", min=0, max=1, step=0.05, debounce=0.15,
                                  value=stated if weight is None else weight, className="slider"),
                        dcc.Input(id="risk-field", type="text", value=f"{stated if weight is None else weight:g}",
                                  debounce=True, maxLength=20, autoComplete="off", className="field"),
                    ],
                    className="pair",
                ),
                html.P(
                    "0: the mean alone counts; 1: the mean of the worst draws alone. "
                    f"The file states {stated:g}. Currency of all money: {plain(currency, 12)}.",
                    className="note",
                ),
                html.P(ticked(session.problems.get("risk", "")), id="risk-problem", className="problem", role="alert"),
            ],
            className="control",
        )
    )  # fmt: skip
    return made


def _budget_note(number: Number, base: Scenario) -> list[Any]:
    name = number.path.split(".")[2]
    amounts = base.money.budgets[name].amount
    each = amounts if len(amounts) > 1 else amounts * base.periods
    currency = plain(base.profile.currency, 12)
    low, high = min(each), max(each)
    span = f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
    period = {1: "month", 3: "quarter", 6: "half-year", 12: "year"}[base.period_months]
    return [
        f"The file states {span} {currency} a {period}, {sum(each):,.0f} {currency} in all. The slider scales it, in "
        f"per cent; the field takes a share of what is stated (80% or x0.8), an amount of every {period}, or "
        f"{len(each)} amounts with semicolons between them."
    ]


def pin_rows(session: Session, base: Scenario) -> list[Any]:
    """A row for each initiative: what is decided of it."""
    edits = dict(session.history.now.pins)
    year, month = (int(part) for part in base.start.split("-"))
    starts = []
    for period in range(base.periods):
        at = year * 12 + month - 1 + period * base.period_months
        starts.append({"label": base.period_label(period), "value": f"{at // 12}-{at % 12 + 1:02d}"})
    rows = []
    for name, one in base.initiatives.items():
        file_says = file_pin(base, name)
        options = [{"label": "free", "value": FREE}, {"label": "out", "value": OUT}, *starts]
        title = plain(one.title, 80) or name
        rows.append(
            html.Div(
                [
                    html.Span(title, id=dom("title", name), className="name"),
                    html.Span("", id=ident("place", name), className="place"),
                    html.Div(
                        dcc.Dropdown(id=ident("pin", name), options=options, value=edits.get(name, file_says),
                                     clearable=False, searchable=False, maxHeight=260, className="pin"),
                        role="group", **aria(label=f"Decision on {title}"),
                    ),
                    html.P(ticked(session.problems.get(f"pin {name}", "")), id=ident("pin-problem", name),
                           className="problem", role="alert"),
                ],
                className="row",
            )
        )  # fmt: skip
    return rows


def _month(base: Scenario, start: int) -> str:
    year, month = (int(part) for part in base.start.split("-"))
    at = year * 12 + month - 1 + start
    return f"{at // 12}-{at % 12 + 1:02d}"


def file_pin(base: Scenario, name: str) -> str:
    """What the file says of an initiative, as the control of its row has it."""
    stated = base.pins.get(name)
    if stated is None:
        return FREE
    return OUT if stated.start_month is None else _month(base, stated.start_month)


def opened(session: Session, base: Scenario, numbers: Any) -> list[Any]:
    """Controls of the numbers that were looked for, and of those that were changed."""
    fixed = {*budgets(base), "horizon_months"}
    changed = [path for path, _ in session.history.now.values]
    paths = [*session.opened, *(path for path in changed if path not in session.opened)]
    edits, currency = session.history.now, base.profile.currency
    return [
        control(numbers[path], edits, _name(path), note_of(numbers[path], currency, path=True),
                session.problems.get(path, ""), True)
        for path in paths
        if path in numbers and path not in fixed
    ]  # fmt: skip


def _name(path: str) -> str:
    """The last words of a path.

    >>> _name("processes.counter.steps.serve.minutes")
    'serve: minutes'
    """
    parts = path.replace("_", " ").split(".")
    return ": ".join(parts[-2:])
