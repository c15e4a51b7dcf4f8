"""Freed hours and the planned hires that they make superfluous: closed form, twin, both engines."""

from typing import Any

import numpy as np
import pytest

from sim.company import simulate
from sim.company.world_layer import run_hire
from sim.errors import ProblemsFound
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES, KPI_NAMES
from sim.world import Scenario
from tests.functional.test_automation import EVERY_WAY, SERVE
from tests.functional.test_integration import silo
from tests.naive.shops import EVERYTHING, SEED, Edit, corner_shop, setting
from tests.truths.test_kernel_twin import check

LABOUR = CATEGORIES.index("labour")
MONTH_HOURS = 176.0
HIRE = {"month": 6, "seats": 1, "realisable_share": 0.5, "step_seats": 0.25, "notice_months": 2}
MORE = (
    setting("people.clerk.hires", {
        "first": {**HIRE, "realisable_share": "0.4 to 0.9", "step_seats": 0.1},
        "second": {**HIRE, "month": 14, "seats": 1.5, "notice_months": 5},
    }),
    setting("people.it.hires", {"helper": {**HIRE, "month": 0, "step_seats": 0.05, "realisable_share": 1}}),
)  # fmt: skip


def steady(minutes_factor: float, *edits: Edit) -> Scenario:
    """100 items a day of 20 minutes at the clerks, nobody leaves; `edr` from month 1 on multiplies the minutes."""
    return corner_shop(
        setting("profile.customers.monthly_churn", 0),
        setting("profile.customers.monthly_acquisition", 0),
        setting("profile.customers.service_churn", 0),
        setting("profile.growth_per_year", 0),
        setting("correlations", []),
        setting("people.clerk.annual_turnover", 0),
        setting("people.clerk.headcount", 9),
        setting("processes.counter.arrivals_per_day", 100),
        setting("processes.counter.lost_share", 0.1),
        setting(SERVE, {"role": "clerk", "minutes": 20, "error_probability": 0.2}),
        setting("initiatives.edr.effects", {f"{SERVE}.minutes": {"multiply": minutes_factor}}),
        *edits,
    )


def freed_in_steady(factor: float) -> float:
    """100 items * 22 days * 0.9 kept * 20 minutes / 0.8 passes."""
    return 100 * 22 * 0.9 * 20 / 60 / 0.8 * (1 - factor)


@pytest.mark.parametrize("engine", [evaluate, simulate])
def test_freed_hours_in_closed_form(engine: Any) -> None:
    """From month 1 of 36 on; season, dips and waits play no part."""
    scenario = steady(0.8)
    one = engine(scenario, {"edr": 0}, 2, SEED)[0]
    clerk, it = list(scenario.people).index("clerk"), list(scenario.people).index("it")
    np.testing.assert_allclose(one.freed_hours[:, clerk], freed_in_steady(0.8) * 35 / 36, rtol=1e-12)
    np.testing.assert_array_equal(one.freed_hours[:, it], 0.0)
    np.testing.assert_array_equal(one.spared_months, 0.0)


@pytest.mark.parametrize("engine", [evaluate, simulate])
@pytest.mark.parametrize(("factor", "left_out"), [(0.8, 0.25), (0.5, 1.0), (0.95, 0.0)])
def test_whole_steps_are_left_out(engine: Any, factor: float, left_out: float) -> None:
    """165, 412.5 and 41.25 hours freed; half of them are 0.47, 1.17 and 0.12 seats: of one seat in quarters that leaves
    out one quarter, all and nothing, from month 6 to 35 at 2,800 a month."""
    scenario = steady(factor, setting("people.clerk.hires", {"extra": HIRE}))
    one = engine(scenario, {"edr": 0}, 2, SEED)[0]
    assert freed_in_steady(factor) * 0.5 / MONTH_HOURS // 0.25 * 0.25 >= left_out
    clerk = list(scenario.people).index("clerk")
    np.testing.assert_allclose(one.spared_months[:, clerk], 30 * left_out, atol=1e-9)
    discount = 1.09 ** (-np.arange(6, 36) / 12)
    np.testing.assert_allclose(one.categories[:, LABOUR], 2800 * left_out * discount.sum(), rtol=1e-9, atol=1e-6)


def test_a_hire_costs_and_serves_in_the_baseline() -> None:
    with_it, without = steady(0.8, setting("people.clerk.hires", {"extra": {**HIRE, "seats": 2}})), steady(0.8)
    for engine in (evaluate, simulate):
        a, b = (engine(s, {}, 2, SEED)[0] for s in (with_it, without))
        for name, sign in (("utilisation", -1), ("cost_to_serve", 1)):
            k = KPI_NAMES.index(name)
            assert np.all(sign * (a.baseline_kpis[:, k, 2] - b.baseline_kpis[:, k, 2]) > 0), name


def added(freed: list[float], **changes: Any) -> list[float]:
    hire = {"first": 2, "seats": 1.0, "step": 0.5, "share": 1.0, "notice": 1, **changes}
    out = np.empty(len(freed))
    run_hire(
        hire["first"], hire["seats"], hire["step"], hire["share"], hire["notice"], np.array(freed), 100.0,
        np.zeros(len(freed)), out,
    )  # fmt: skip
    return [float(x) for x in out]


def test_hires_month_by_month() -> None:
    """Hours count from notice on; a hire no longer covered is made, and one that was made stays."""
    assert added([0, 100, 100, 100, 100]) == [0, 0, 0, 0, 0]
    assert added([0, 0, 100, 100, 100]) == [0, 0, 1, 1, 1]
    assert added([0, 60, 60, 60, 60]) == [0, 0, 0.5, 0.5, 0.5]
    assert added([0, 100, 100, 40, 100]) == [0, 0, 0, 0, 1]
    assert added([0, 49.9] * 2) == [0, 0, 1, 1]
    assert added([100, 100, 100, 100], seats=0.7) == pytest.approx([0, 0, 0.2, 0.2])
    assert added([-50, -50, -50]) == [0, 0, 1]


@pytest.mark.parametrize(
    "edits",
    [MORE, (*MORE, *EVERY_WAY), (*MORE, setting("money.run_off_months", 24))],
    ids=["hires", "hires and all", "run-off"],
)
def test_kernel_is_its_twin(edits: tuple[Edit, ...]) -> None:
    check(corner_shop(*edits), [{}, EVERYTHING, {"pos": 2, "edr": 4, "web": 3}], range(3))


def test_both_engines_free_the_same_hours_and_make_the_same_hires() -> None:
    scenario = corner_shop(*MORE, *EVERY_WAY)
    kernel, company = evaluate(scenario, EVERYTHING, 6, SEED)[0], simulate(scenario, EVERYTHING, 6, SEED)[0]
    np.testing.assert_allclose(company.freed_hours, kernel.freed_hours, rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(company.spared_months, kernel.spared_months, rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(company.categories[:, LABOUR], kernel.categories[:, LABOUR], rtol=1e-9, atol=1e-6)
    assert kernel.spared_months.any()


def test_links_free_the_hours_of_keying_again() -> None:
    """What `link` frees is the keying and the mending of the counter, less the work on items no longer lost; both
    engines and the twin."""
    scenario = silo(*MORE)
    kernel, company = evaluate(scenario, {"link": 0}, 3, 5)[0], simulate(scenario, {"link": 0}, 3, 5)[0]
    np.testing.assert_allclose(company.freed_hours, kernel.freed_hours, rtol=1e-10, atol=1e-9)
    assert np.all(kernel.freed_hours[:, list(scenario.people).index("it")] > 10)
    check(scenario, [{"link": 0}, {"link": 2, **EVERYTHING}], range(2))


def test_who_does_not_get_through_makes_no_work() -> None:
    """Channels that let half of the demand through halve the hours that are freed; both engines and the twin."""
    half = setting("processes.counter.channels", {"web": {"share": 1, "conversion": 0.5}})
    alone, thinned = (evaluate(steady(0.5, *edits), {"edr": 0}, 2, SEED)[0] for edits in ((), (half,)))
    np.testing.assert_allclose(2 * thinned.freed_hours[:, 0], alone.freed_hours[:, 0], rtol=1e-9)
    slow = {"share": 0.6, "conversion": 0.7, "delay_seconds": 3, "lost_per_second": 0.05}
    scenario = corner_shop(
        *MORE,
        setting("processes.counter.channels", {"web": slow, "app": {"share": 0.3, "conversion": 0.8}}),
        setting("initiatives.web.effects", {"processes.counter.channels.web.delay_seconds": {"multiply": 0.5}}),
        setting("initiatives.web.imitation", None),
    )
    kernel, company = evaluate(scenario, EVERYTHING, 3, SEED)[0], simulate(scenario, EVERYTHING, 3, SEED)[0]
    np.testing.assert_allclose(company.freed_hours, kernel.freed_hours, rtol=1e-10, atol=1e-9)
    check(scenario, [{}, EVERYTHING], range(2))


def test_a_roadmap_alone_has_the_values_that_it_has_among_others() -> None:
    scenario = corner_shop(*MORE)
    roadmaps = [{"edr": 3}, {"edr": 3, "pos": 9}, {"pos": 9}, EVERYTHING]
    together = evaluate(scenario, roadmaps, 20, SEED, detail=False)
    for one, found in zip(roadmaps, together, strict=True):
        np.testing.assert_array_equal(found.npv, evaluate(scenario, one, 20, SEED)[0].npv)


def test_directions() -> None:
    """A larger realisable part never makes more hires; coarser steps never fewer."""
    spared = []
    for share, step in ((0.2, 0.25), (0.6, 0.25), (1.0, 0.25), (1.0, 1.0)):
        edit = setting("people.clerk.hires", {"extra": {**HIRE, "realisable_share": share, "step_seats": step}})
        spared.append(evaluate(steady(0.75, edit), {"edr": 0}, 4, SEED)[0].spared_months.sum(axis=1))
    assert np.all(spared[0] <= spared[1])
    assert np.all(spared[1] <= spared[2])
    assert np.all(spared[3] <= spared[2])
    assert spared[2].sum() > spared[0].sum()


def test_errors_have_places_and_remedies() -> None:
    with pytest.raises(ProblemsFound, match="the simulated months end at 36") as caught:
        corner_shop(setting("people.clerk.hires", {"extra": {**HIRE, "month": 36}}))
    assert "people.clerk.hires.extra.month" in str(caught.value)
    with pytest.raises(ValueError, match="`step_seats` 2 is more than the 1 seats"):
        corner_shop(setting("people.clerk.hires", {"extra": {**HIRE, "step_seats": 2}}))
