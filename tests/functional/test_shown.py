"""What every result shows of itself: one line, a table in a notebook, a chart."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import optimize
import scenarios
from optimize import PlanLimits
from optimize.choices.study import frontiers
from scenarios.contributions import contributions
from scenarios.gaps import gaps
from scenarios.two_level import two_level
from scenarios.verify import verify
from sim.display.shown import Shown
from sim.errors import ProblemsFound
from sim.montecarlo import evaluate
from sim.montecarlo.monthly import trajectories
from sim.one_draw import one_draw
from sim.world import Scenario
from tests.functional.sweep_cases import design
from tests.naive.shops import corner_shop, setting

HOSTILE = "<script>alert(1)</script> & <b>Till</b>"
ROADMAP = {"pos": 0, "edr": 3}
FEW = PlanLimits(
    search_draws=16,
    pair_draws=8,
    linear_draws=8,
    first_selection_draws=32,
    selection_draws=64,
    report_draws=64,
    cost_draws=64,
)


@cache
def shop() -> Scenario:
    return corner_shop(
        setting("title", HOSTILE), setting("initiatives.pos.title", HOSTILE), setting("initiatives.edr.title", HOSTILE)
    )


@cache
def planned() -> optimize.Plan:
    return optimize.plan(shop(), seed=7, limits=FEW)


def compared() -> Any:
    arms = [scenarios.Arm(HOSTILE, shop(), roadmap=ROADMAP), scenarios.Arm("later", shop(), roadmap={"pos": 6})]
    return scenarios.compare(arms, 200, 7, futures=False)


RESULTS: dict[str, Callable[[], Any]] = {
    "outcomes": lambda: evaluate(shop(), [{}, ROADMAP], draws=64, seed=7),
    "many outcomes": lambda: evaluate(shop(), [{"pos": k} for k in range(0, 24, 3)], draws=64, seed=7),
    "course": lambda: trajectories(shop(), ROADMAP, 64, 7),
    "one draw": lambda: one_draw(shop(), ROADMAP, 5, 7),
    "plan": planned,
    "solution": lambda: optimize.solve(planned().program),
    "frontier": lambda: frontiers(shop(), 7, FEW, (0.5, 1.0)),
    "contributions": lambda: contributions(shop(), ROADMAP, draws=400, seed=7),
    "gaps": lambda: gaps(shop(), 64, 7, ROADMAP),
    "uncertainty": lambda: two_level(shop(), ROADMAP, drivers=128, chance=4, seed=7),
    "verify": lambda: verify(shop(), [ROADMAP], seed=7, replications=2),
    "compare": compared,
    "sensitivity": lambda: scenarios.sensitivity(shop(), ROADMAP, points=200, seed=7),
    "break-even": lambda: scenarios.break_even(shop(), ROADMAP, initiative="pos", seed=7, draws=200),
    "budget": lambda: scenarios.break_even(shop(), budget="change", seed=7, draws=200, repeats=2),
    "information": lambda: scenarios.information(shop(), 7, points=64, noise=8, resolved=0, roadmaps=[{}, ROADMAP]),
    "discover": lambda: scenarios.discover(shop(), ROADMAP, "npv<0", 7, points=256, noise=1),
    "robustness": lambda: scenarios.robustness(shop(), 7, points=64, noise=8, draws=200, resolved=0, roadmaps=[{}]),
    "clients": lambda: scenarios.all_clients({"north": shop(), "south": shop()}, {"it_days": 6.0}, limits=FEW),
}  # fmt: skip


class Tags(HTMLParser):
    """Names of the tags that a page opens."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)


@pytest.mark.parametrize("name", RESULTS)
def test_result_shows_itself(name: str) -> None:
    """A short line; a table whose texts are no markup; a chart with titles on its axes, whose texts are none either."""
    import plotly.graph_objects as go

    found = RESULTS[name]()
    assert isinstance(found, Shown)
    line = repr(found)
    assert line.startswith(f"{type(found).__name__}(")
    assert "\n" not in line
    assert len(line) < 2_500
    page = found._repr_html_()
    tags = Tags()
    tags.feed(page)
    assert tags.found <= {
        "div",
        "p",
        "strong",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "ul",
        "li",
        "code",
    }
    head, rows = found.table_head(3)
    assert head.height == min(3, rows)
    assert rows == found.to_frame().height
    figure = found.plot()
    assert isinstance(figure, go.Figure)
    assert len(figure.data) > 0
    assert figure.layout.title.text
    assert figure.layout.xaxis.title.text
    drawn = figure.to_json()
    assert "<script" not in drawn
    assert "<b>" not in drawn


def test_sweep_shows_its_first_rows_and_a_measure_by_a_factor(tmp_path: Path) -> None:
    found = scenarios.sweep(design(), tmp_path / "run", workers=1)
    assert f"points={found.points}" in repr(found)
    head, rows = found.table_head(2)
    assert head.height == 2
    assert rows == found.to_frame().height
    figure = found.plot()
    assert len(figure.data[0].x) == found.counts["done"]
    assert f"{found.counts['done']} points" in figure.layout.title.text
    with pytest.raises(ProblemsFound, match=r"the sweep has no such number.*npv"):
        found.plot("npvv")


def test_reading_of_numbers_in_a_line() -> None:
    """Every number of a repr has at most four digits, or is an amount with its error or a whole number."""
    line = repr(RESULTS["sensitivity"]())
    assert not re.search(r"\d\.\d{5}", line)
