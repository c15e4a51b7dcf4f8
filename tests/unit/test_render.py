"""What the screens say: digits that the error justifies, what is not known, and names that cannot do harm.

The results are made by hand, so no engine runs.
"""

import io
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from optimize.archive import Estimate
from optimize.gaps import Gaps, ModelGap, SolverGap
from optimize.planning import Candidate, DrawRange, LeftOut, Plan, PlannedPeriod, Purse, Yardstick
from optimize.problem import RoadmapProblem
from optimize.risk.attitude import Attitude
from optimize.risk.report import RiskReport
from optimize.sampling_gap import SamplingGap
from optimize.stochastic_value import StochasticValue
from scenarios.cli.render.agreement import show_agreement
from scenarios.cli.render.figures import chance, percent, rough, sensible
from scenarios.cli.render.outcome import show_outcome
from scenarios.cli.render.plan import short_reason, show_plan
from scenarios.cli.render.words import titles
from scenarios.verify import Agreement, Row, Verdict
from sim.display.text import clean
from sim.measures import cvar_interval
from sim.montecarlo.kpis import CATEGORIES, KPIS
from sim.outcomes import Outcome, Outcomes
from sim.roadmap import roadmap
from sim.statistic import draw_means
from sim.world import Scenario
from tests.naive.shops import corner_shop, setting

HOSTILE = ("[bold red]sale[/] :bomb:", "\x1b[31mred\x07\n\x1b]0;title", "🧨" * 50, "x" * 10_000, "a\u202eb\u200bc")
SHOP = corner_shop()


def number(text: str) -> float:
    return float(text.replace(",", ""))


# Figures


@given(value=st.floats(-1e7, 1e7), error=st.floats(0.02, 1e8))
def test_sensible_prints_what_the_error_justifies(value: float, error: float) -> None:
    """The error has at most two digits other than zeros at its ends, the number is off by at most half of its last
    place, and no number has more than five digits, however small the error."""
    shown, _, shown_error = sensible(value, error).partition(" ± ")
    coarsest = 0.5 * 10.0 ** (math.floor(math.log10(max(abs(value), error))) - 4)
    assert abs(number(shown) - value) <= (0.05 * error + coarsest) * (1.0 + 1e-9)
    assert len(shown.replace(",", "").replace(".", "").strip("-0")) <= 5
    if shown_error:
        assert 1 <= len(shown_error.replace(",", "").replace(".", "").strip("0")) <= 2
        assert abs(number(shown_error) - error) <= (0.05 * error + coarsest) * (1.0 + 1e-9)
    else:
        assert error <= coarsest
    assert not shown.startswith("-0") or number(shown) != 0.0


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (26633.0, 1278.0, "26,600 ± 1,300"),
        (0.0, 0.0, "0"),
        (-0.0, None, "0"),
        (0.0, 12.3, "0 ± 12"),
        (-3.0, 99.6, "0 ± 100"),
        (1234.0, math.inf, "1,230"),
        (2869.63, 1e-13, "2,870"),
        (4152697.0, 5.0, "4,152,700"),
    ],
)
def test_sensible_cases(value: float, error: float | None, text: str) -> None:
    """Rounding that carries, no error, an error of arithmetic, an infinite one."""
    assert sensible(value, error) == text


def test_shares_and_chances() -> None:
    """Per cent with their error; nothing and everything with the limit that the draws allow."""
    assert percent(0.343, 0.0141) == "34.3 ± 1.4 %"
    assert percent(0.5, 1e-9) == "50.0 %"
    assert chance(0.25, 4) == "25 ± 22 %"
    assert chance(0.0, 1) == "not in the one draw"
    assert chance(0.0, 4096) == "in none of 4,096 draws (below 0.073 %)"
    assert rough(-38022.4, 2395.0) == "-38,000"


def test_years_without_value_do_not_count() -> None:
    """A draw's mean is of the years that it has."""
    values = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, np.nan]])
    assert draw_means(values)[0] == 2.0
    assert np.isnan(draw_means(values)[1])


# Names


@pytest.mark.parametrize("name", HOSTILE)
def test_clean_cuts_and_disarms(name: str) -> None:
    """One line of at most so many columns, no control or direction characters left."""
    for most in (5, 44):
        shown = clean(name, most)
        assert 0 < cell_len(shown) <= most
        assert shown.isprintable()


def test_titles_that_look_the_same_keep_their_ids() -> None:
    """Two long titles with the same beginning are still told apart."""
    shop = corner_shop(setting("initiatives.pos.title", "x" * 200), setting("initiatives.edr.title", "x" * 300))
    names = titles(shop)
    assert names["pos"].endswith("(pos)")
    assert names["edr"].endswith("(edr)")
    assert names["web"] == "Web shop"


# Screens


def hostile_shop() -> Scenario:
    """Every title is hostile."""
    edits = [setting(f"initiatives.{name}.title", title) for name, title in zip(SHOP.initiatives, HOSTILE, strict=True)]
    return corner_shop(setting("title", HOSTILE[0] + HOSTILE[3]), *edits)


def outcomes(scenario: Scenario = SHOP, draws: int = 200, **changes: Any) -> Outcomes:
    """Figures of the roadmap pos@0, edr@3, drawn from a normal distribution with a fixed seed."""
    rng = np.random.default_rng(5)
    categories = rng.normal(100.0, 1000.0, (draws, len(CATEGORIES)))
    kpis = rng.uniform(0.2, 0.8, (draws, len(KPIS), 3))
    one = Outcome(
        roadmap=roadmap(scenario, {"pos": 0, "edr": 3}),
        npv=categories.sum(axis=1),
        cost=np.full(draws, 20_000.0),
        payback=np.where(rng.random(draws) < 0.16, np.inf, rng.uniform(10, 30, draws)),
        trough=rng.normal(20_000.0, 9_000.0, draws),
        need=np.zeros(draws),
        categories=categories,
        kpis=kpis,
        baseline_kpis=kpis - 0.1,
        states=np.zeros((draws, 5), dtype=np.int64),
    )
    return Outcomes(
        scenario=scenario.name,
        scenario_hash=scenario.hash(),
        title=scenario.title,
        currency="EUR",
        engine="kernel",
        seed=7,
        first_draw=0,
        draws=draws,
        initiatives=tuple(scenario.initiatives),
        roles=("clerk", "it"),
        outcomes=(replace(one, **changes),),
    )


def plan(scenario: Scenario = SHOP) -> Plan:
    """A plan of pos@0 and edr@3 with every kind of finding."""
    figures = outcomes(scenario)
    periods = tuple(
        PlannedPeriod(
            start=3 * t,
            label=scenario.period_label(t),
            capital=5_000.0 if t == 0 else 0.0,
            running=750.0,
            delivery=0.0,
            budgets={"change": Purse(12_000.0, 5_750.0 if t == 0 else 750.0, 6_250.0 if t == 0 else 17_500.0)},
            skill_days={"it_days": 12.0 if t < 2 else 0.0},
            capacity={"it_days": 24.0},
        )
        for t in range(scenario.periods)
    )
    started = "started in 2027 Q3, the best that fits, it would"
    return Plan(
        status="optimal",
        objective=1.0,
        bound=1.0,
        gap=0.0,
        roadmap={"pos": 0, "edr": 3},
        titles={name: one.title for name, one in scenario.initiatives.items()},
        periods=periods,
        outcomes=figures,
        finalists=(
            Candidate({"pos": 0, "edr": 3}, Estimate(1000.0, 100.0), 0.7, 512),
            Candidate({"pos": 3}, Estimate(900.0, 100.0), 0.3, 512),
        ),
        indistinct=(),
        prob_good=0.97,
        indifference=10.0,
        rejected=(
            LeftOut("web", f"{started} drop edr, and lower the NPV by 900 ± 20 EUR", Estimate(-900.0, 20.0)),
            LeftOut("cloud_backup", "no roadmap holds it unless the budget change would give way", None),
            LeftOut(
                "basic_backup",
                f"{started} change the NPV by 9 ± 20 EUR, no more than the indifference or chance",
                Estimate(9.0, 20.0),
            ),
        ),
        yardsticks=(
            Yardstick("do nothing", {}, Estimate(0.0, 0.0), 0.0, Estimate(1_000.0, 50.0)),
            Yardstick("highest ROI first", {"edr": 0}, Estimate(90_000.0, 100.0), 0.0, Estimate(-80_000.0, 200.0)),
        ),
        iterations=(),
        interactions={},
        program=RoadmapProblem(periods=1, initiatives=()),
        gaps=Gaps(
            constant=250.0,
            model=ModelGap(Estimate(-40.0, 5.0), Estimate(10.0, 8.0), 55.0, Estimate(310.0, 60.0), 32),
            sampling=SamplingGap(90.0, 20.0, 128.0, 8, 32, 8, 3),
            solver=SolverGap("optimal", 1.0, 1.0, 0.0, 3),
        ),
        stochastic_value=StochasticValue({"pos": 3}, Estimate(700.0, 90.0), Estimate(300.0, 40.0), "mean NPV"),
        claim="Best of 32 feasible roadmaps simulated on 256 common draws.",
        rule="highest mean NPV",
        draws={"report": DrawRange(0, 200, 200)},
        seconds=3.0,
        stopped_by_time=False,
        risk=RiskReport(
            attitude=Attitude(),
            score=Estimate(1000.0, 100.0),
            cvar=cvar_interval(figures[0].npv, 0.05),
            tails=(),
            overruns={},
            futures=(),
            neutral=None,
            worlds=None,
            tightened=0,
        ),
    )


def agreement(scenario: Scenario = SHOP) -> Agreement:
    """A row of each verdict."""

    def row(year: int, gap: float, half: float, verdict: Verdict) -> Row:
        return Row("revenue", "baseline", year, "EUR/year", 5e5, 5e5 + gap, gap - half, gap + half, 1e4, verdict)

    rows = (
        row(1, 100.0, 500.0, Verdict.PASS),
        row(2, 2_000.0, 500.0, Verdict.PASS),
        row(3, 50_000.0, 500.0, Verdict.FAIL),
        row(4, 9_800.0, 500.0, Verdict.REVIEW),
        row(5, 0.0, 1e300, Verdict.TOO_FEW),
        Row("availability", "roadmap", 1, "share", 0.99, 0.99, -1e-17, 1e-17, 0.01, Verdict.PASS),
    )
    return Agreement(scenario.name, scenario.hash(), (roadmap(scenario, {"pos": 0, "edr": 3}),), 7, 0, 8, rows)


def shown(show: Any, result: Any, scenario: Scenario, width: int = 80) -> str:
    """A screen as it looks without colour."""
    stream = io.StringIO()
    show(result, scenario, Console(file=stream, width=width, highlight=False, markup=False))
    return stream.getvalue()


def words(text: str) -> str:
    """The text without its line breaks."""
    return " ".join(text.split())


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize(("show", "make"), [(show_outcome, outcomes), (show_plan, plan), (show_agreement, agreement)])
def test_screens_fit_and_hostile_names_do_nothing(show: Any, make: Any, width: int) -> None:
    """No line is wider than the terminal, no control character gets out, markup and emoji codes stand as written, and
    ten thousand letters are cut."""
    shop = hostile_shop()
    text = shown(show, make(shop), shop, width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    assert "[bold red]sale[/] :bomb:" in words(text)
    assert "x" * 100 not in text
    assert len(text.splitlines()) < 90


def test_outcome_says_what_is_known() -> None:
    """Error, range, chance, recovery, what was not changed."""
    text = words(shown(show_outcome, outcomes(), SHOP))
    for part in ("NPV", "± ", "9 in 10:", "chance to lose money", "not recovered in", "of draws", "ROI", "seed 7"):
        assert part in text
    constant = np.zeros((200, len(CATEGORIES)))
    text = words(shown(show_outcome, outcomes(categories=constant), SHOP))
    assert "unchanged: margin, labour" in text


def test_outcome_says_what_is_not_known() -> None:
    """Never recovered, nothing spent, a KPI without value, one draw."""
    none = np.full((200, len(KPIS), 3), np.nan)
    text = words(
        shown(
            show_outcome,
            outcomes(payback=np.full(200, np.inf), cost=np.zeros(200), kpis=none, trough=np.full(200, -5.0)),
            SHOP,
        )
    )
    assert "never in 100 % of draws" in text
    assert "nothing is spent" in text
    assert "no draw has a value" in text
    assert "below 0: 100 %" in text
    text = words(shown(show_outcome, outcomes(draws=1), SHOP))
    assert "an error needs more than one of the draws" in text
    assert "±" not in text


def test_few_draws_have_no_one_in_twenty() -> None:
    """Quantiles of nineteen draws would pretend."""
    assert "1 in 20" not in shown(show_outcome, outcomes(draws=19), SHOP)
    assert "1 in 20" in shown(show_outcome, outcomes(draws=20), SHOP)


def test_plan_recommends_in_one_sentence_and_one_screen() -> None:
    """Titles instead of ids, cost against budget with what was carried over, and at most fifty lines."""
    text = shown(show_plan, plan(), SHOP, 100)
    flat = words(text)
    assert flat.startswith(
        "Corner Shop: start New point of sale in 2027 Q1; Endpoint detection in 2027 Q2. Leave out the other 3."
    )
    assert "5,800 / 12,000" in flat
    assert "12/24" in flat
    assert "2027 Q3 on" in flat  # idle periods are joined
    assert "How sure: Best of 32 feasible roadmaps" in flat
    assert (
        "Probability to be the best finalist or within 10 EUR of it: 97 %; to be the best: 70 %. Next, with 30 %:"
        in flat
    )
    assert len(text.splitlines()) <= 50


def test_plan_keeps_three_gaps_apart() -> None:
    """Each gap with its size and its meaning, then what planning with uncertainty is worth; unknown ones say why."""
    made = plan()
    flat = words(shown(show_plan, made, SHOP, 100))
    assert "model gap: it puts this roadmap 40.0 ± 5.0 below its simulation" in flat
    assert "32 simulated roadmaps 55 off on average and 310 ± 60 above at worst" in flat
    assert "best of the program within 3 changes would be at most 128 better" in flat
    assert "solver gap: none" in flat
    assert "Planning with uncertainty is worth 300 ± 40 EUR" in flat
    assert 'it is worse than "highest ROI first"' in flat
    gaps = replace(
        made.gaps,
        sampling=None,
        why_not="the clock stopped the work before it",
        solver=SolverGap("feasible", 1.0, 8.0, 0.9, 3),
    )
    other = replace(
        made,
        gaps=gaps,
        stochastic_value=StochasticValue(made.roadmap, Estimate(1.0, 1.0), Estimate(0.0, 0.0), "mean NPV"),
    )
    flat = words(shown(show_plan, other, SHOP, 100))
    assert "sampling gap: not estimated, the clock stopped the work before it" in flat
    assert "may be 7 short of its best" in flat
    assert "at its mean the roadmap would be the same" in flat


def test_joined_periods_show_the_tightest() -> None:
    """Of the idle periods the one with the largest share of its money spent."""
    one = plan()
    dear = replace(one.periods[5], budgets={"change": Purse(12_000.0, 11_000.0, 0.0)})
    periods = (*one.periods[:5], dear, *one.periods[6:])
    assert "11,000 / 29,500" in shown(show_plan, replace(one, periods=periods), SHOP, 100)


def test_plan_calls_out_a_better_yardstick() -> None:
    """A rule that earned clearly more than the plan is no footnote; one that earned less is none at all."""
    flat = words(shown(show_plan, plan(), SHOP, 100))
    assert 'Beware: the rule "highest ROI first"' in flat
    assert 'the rule "do nothing"' not in flat


def test_empty_plan_has_a_sentence() -> None:
    """To start nothing is a recommendation, too."""
    figures = outcomes()
    nothing = replace(
        plan(), roadmap={}, outcomes=replace(figures, outcomes=(replace(figures[0], roadmap=roadmap(SHOP, {})),))
    )
    assert "Corner Shop: start none of the 5 initiatives." in shown(show_plan, nothing, SHOP)


def test_reasons_are_short_and_whole() -> None:
    """The figure has its own column; what else the sentence says stays, with titles for ids; an unknown form stays
    as it is."""
    names = titles(SHOP)
    web, cloud, basic = plan().rejected
    assert short_reason(web, names) == "lowers the NPV (2027 Q3); would drop Endpoint detection"
    assert short_reason(cloud, names) == "no roadmap holds it unless the budget change would give way"
    assert short_reason(basic, names) == "no clear change (2027 Q3)"
    rival = LeftOut(
        "web",
        "in place of pos, from 2027 Q3, the best that fits, it would lower the NPV by 900 ± 20 EUR; it would raise it "
        "by 300 EUR in 2027 Q1, but the budget change is short by 50 EUR in 2027 Q1",
        Estimate(-900.0, 20.0),
    )
    assert short_reason(rival, names) == (
        "lowers the NPV (2027 Q3 instead of New point of sale); would raise it by 300 EUR in 2027 Q1, but the budget "
        "change is short by 50 EUR in 2027 Q1"
    )
    assert short_reason(LeftOut("web", "quite another sentence", Estimate(1.0, 0.1)), names) == (
        "better on the search draws, not chosen on fresh ones quite another sentence"
    )


def test_agreement_groups_years_and_says_what_verdicts_mean() -> None:
    """Years of one verdict share a line that shows the worst; every verdict that occurs is explained."""
    text = shown(show_agreement, agreement(), SHOP)
    (passed,) = (line for line in text.splitlines() if "1-2" in line)
    assert "1,500 to 2,500" in passed
    assert "needs more" in text
    assert "0 to 0" in text  # not the noise of arithmetic
    for verdict in Verdict:
        assert words(f"{verdict.value}, {agreement().count(verdict)} of 6 figures: {verdict.text}") in words(text)
    passing = replace(agreement(), rows=agreement().rows[:1])
    assert Verdict.FAIL.text not in words(shown(show_agreement, passing, SHOP))
