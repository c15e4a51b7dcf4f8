"""Pairs of systems: work by hand while they are not linked, mismatches, lost items, and what links cost."""

from typing import Any

import numpy as np
import pytest

from sim.company import simulate
from sim.errors import ProblemsFound
from sim.montecarlo import cost_profiles, evaluate
from sim.montecarlo.kpis import CAPITAL, CATEGORIES, KPI_NAMES, RUNNING
from sim.outcomes import Outcome
from sim.world import Scenario
from tests.naive.shops import PLANNER, Edit, adding_initiative, corner_shop, setting
from tests.truths.test_kernel_twin import check

SEED = 5
PAIR = {"between": ["till", "office"], "link_capital": 4000, "link_monthly": 50, **PLANNER}
CROSSING = {"share": 0.6, "mismatch": 0.2, "lost": 0.25}
ENTER = {"role": "clerk", "minutes": 3, "by_hand": "books"}
MEND = {"role": "it", "minutes": 10, "mends": "books"}
LINK = {"duration_months": 1, "effects": {"integrations.books.linked": {"add": 1}}}
CALM = [
    setting("systems.till.life_scale_years", 200),
    setting("systems.office.life_scale_years", 200),
    setting("threats.ransomware.attempts_per_year", 0),
    setting("horizon_months", 12),
    setting("planning_months", 6),
]
STAFFED = [
    setting("people.it.headcount", 3),
    setting("people.it.annual_turnover", 0),
    setting("people.clerk.annual_turnover", 0),
]


def silo(*edits: Edit, crossing: Any = CROSSING, linked: Any = 0) -> Scenario:
    """The corner shop whose sales are keyed again into the books of the office."""
    return corner_shop(
        setting("integrations.books", {**PAIR, "linked": linked, "crossings": {"counter": crossing}}),
        setting("processes.counter.steps.enter", dict(ENTER)),
        setting("processes.counter.steps.mend", dict(MEND)),
        adding_initiative("link", LINK),
        *edits,
    )


def kpi(outcome: Outcome, name: str) -> np.ndarray:
    return outcome.kpis[:, KPI_NAMES.index(name)]


def level(scenario: Scenario, name: str, draws: int = 64) -> np.ndarray:
    return evaluate(scenario, {}, draws, SEED)[0].kpis[:, KPI_NAMES.index(name)]


MESH = [
    setting("systems.shop", {"age_years": 0, "life_shape": 1, "life_scale_years": 50, "repair_hours": 1, **PLANNER}),
    setting(
        "integrations.stock", {**PAIR, "between": ["till", "shop"], "crossings": {"counter": {"lost": "0 to 0.1"}}}
    ),
    setting("integrations.stock.crossings.counter.mismatch", 0.1),
    setting(
        "integrations.mail",
        {**PAIR, "between": ["shop", "office"], "crossings": {"tickets": {"lost": 1}}, "linked": 0.3},
    ),
]
HUB = {"duration_months": 2, "hub": {"capital_per_system": 1500, "monthly_per_system": 20}}
RISKY = {"risk_class": "package", "failure_probability": 0.3, "adoption": {"roles": ["clerk"], "p": 2, "q": 1}}
LINK_TWO = {
    "duration_months": 2,
    "effects": {"integrations.stock.linked": {"add": "0.5 to 0.9"}, "integrations.mail.linked": {"multiply": 2}},
}
NETWORK = [*MESH, adding_initiative("hub", HUB), adding_initiative("two", {**LINK_TWO, **RISKY})]


def test_twin_of_a_network() -> None:
    """Steps by hand, losses of two pairs in one process, links from point to point and over a hub that may fail."""
    scenario = silo(
        *NETWORK,
        setting("initiatives.hub.life_months", 8),
        setting("initiatives.hub.failure_probability", 0.3),
        setting("money.inflation.technology", -0.06),
    )
    late = {"link": 9, "hub": 2, "two": 4, "pos": 1}
    check(scenario, [{}, {"link": 2, "two": 1}, late, {"hub": 0, "link": 0, "two": 12}], range(5))


def test_a_linked_pair_is_no_pair() -> None:
    """Fully linked, or nothing that crosses: every value of the business without the block, but for its own KPI."""
    plain = evaluate(corner_shop(), {"pos": 1, "edr": 0}, 32, SEED)[0]
    same = [k for k, name in enumerate(KPI_NAMES) if name != "linked_share"]
    bare = corner_shop(setting("integrations.books", {**PAIR, "linked": 1, "crossings": {"counter": CROSSING}}))
    np.testing.assert_array_equal(evaluate(bare, {"pos": 1, "edr": 0}, 32, SEED)[0].kpis[:, same], plain.kpis[:, same])
    for scenario in (silo(linked=1), silo(crossing={"share": 0, "mismatch": 1, "lost": 1})):
        linked = evaluate(scenario, {"pos": 1, "edr": 0}, 32, SEED)[0]
        np.testing.assert_array_equal(linked.npv, plain.npv)
        np.testing.assert_allclose(linked.kpis[:, same], plain.kpis[:, same], rtol=1e-12)  # steps are added up
    assert np.all(np.isnan(kpi(plain, "linked_share")))


def test_work_by_hand_takes_its_minutes() -> None:
    """Closed form: people are busy for the minutes of the items that cross and are served; nothing else changes."""
    patient = [
        *CALM,
        *STAFFED,
        setting("people.clerk.headcount", 40),
        setting("processes.counter.patience_minutes", 5000),
        setting("profile.customers.service_churn", 0),
    ]
    rows = {
        minutes: evaluate(
            silo(*patient, setting("processes.counter.steps.enter.minutes", minutes), crossing={"share": 0.6}),
            {},
            64,
            SEED,
        )[0]
        for minutes in (3, 6)
    }
    served = kpi(rows[3], "revenue") / 12 / 60.0  # items a month: hardly any gives up
    present = 43 * 22 * 8 * 60
    more = (kpi(rows[6], "utilisation") - kpi(rows[3], "utilisation")) * present
    np.testing.assert_allclose(more, served * 0.6 * 3, rtol=0.01)


def test_mismatched_items_are_lost() -> None:
    """Closed form: of 100 items 60 cross, 12 do not match, 3 are lost, of those that other causes leave."""
    base, silos = level(corner_shop(*CALM), "lost_share"), level(silo(*CALM), "lost_share")
    assert np.all(silos > base)
    counter = [*CALM, *STAFFED, setting("people.clerk.headcount", 40), setting("processes.tickets.arrivals_per_day", 0)]
    np.testing.assert_allclose(level(silo(*counter), "lost_share"), 1 - 0.97 * (1 - 0.6 * 0.2 * 0.25), atol=1e-4)


@pytest.mark.parametrize("field", ["share", "mismatch", "lost"])
def test_more_of_it_never_helps(field: str) -> None:
    """Path by path: more crossings, mismatches or losses, and the business earns less."""
    few, many = ({**CROSSING, field: value} for value in (0.1, 0.5))
    profit = [level(silo(*CALM, crossing=crossing), "profit") for crossing in (few, many)]
    assert np.all(profit[1] < profit[0])


def test_linking_pays_by_freed_hands_and_costs_its_link() -> None:
    outcome = evaluate(silo(*CALM), {"link": 2}, 64, SEED)[0]
    assert np.all(kpi(outcome, "linked_share")[:, 0] == pytest.approx(0.75, abs=0.03))
    assert np.all(outcome.categories[:, CAPITAL] == pytest.approx(-4000 * 1.09 ** (-2 / 12)))
    months = 1.09 ** (-np.arange(3, 12) / 12)
    assert np.all(outcome.categories[:, RUNNING] == pytest.approx(-50 * months.sum()))
    assert np.all(kpi(outcome, "utilisation") < outcome.baseline_kpis[:, KPI_NAMES.index("utilisation")])


def capital(scenario: Scenario, starts: dict[str, int]) -> float:
    """Undiscounted capital of a roadmap."""
    return -float(evaluate(scenario, starts, 1, SEED)[0].categories[0, CAPITAL])


def test_edges_against_nodes() -> None:
    """A mesh of three systems: three links at 4,000 from point to point, three connectors at 1,500 over a hub; the
    order decides, and a system is connected once."""
    undiscounted = [setting("money.discount_rate", 0), setting("integrations.mail.linked", 0)]
    plain = [
        adding_initiative("hub", HUB),
        adding_initiative("two", {**LINK_TWO, "duration_months": 1}),
    ]
    scenario = silo(*MESH, *plain, *undiscounted)
    assert capital(scenario, {"link": 3, "two": 3}) == pytest.approx(12_000)
    assert capital(scenario, {"hub": 0, "link": 3, "two": 3}) == pytest.approx(4_500)
    assert capital(scenario, {"hub": 0, "link": 1, "two": 2}) == pytest.approx(4_000 + 4_500)
    assert capital(scenario, {"hub": 0}) == 0.0


def test_budgets_reserve_the_cost_of_who_stands_alone() -> None:
    """From point to point, unless the hub is required; systems that a requirement connects are there already."""
    free = cost_profiles(silo(*MESH, adding_initiative("two", LINK_TWO)), 8, SEED)["two"]
    assert free.capital.sum() == pytest.approx(8_000)
    assert free.running[5] == pytest.approx(100)
    over_hub = {**LINK_TWO, "requires": [{"initiative": "hub"}, {"initiative": "link"}]}
    bound = cost_profiles(silo(*MESH, adding_initiative("hub", HUB), adding_initiative("two", over_hub)), 8, SEED)[
        "two"
    ]
    assert bound.capital.sum() == pytest.approx(1_500)
    assert bound.running[5] == pytest.approx(20)


def test_both_engines_agree() -> None:
    """Money of the world layer to rounding; operations to the tolerances of `verify`, on 24 draws."""
    scenario = silo(*CALM, *STAFFED, *NETWORK)
    plan = {"hub": 0, "link": 3, "two": 1}
    kernel, company = evaluate(scenario, plan, 24, SEED)[0], simulate(scenario, plan, 24, SEED)[0]
    for name in ("capital", "running"):
        k = CATEGORIES.index(name)
        np.testing.assert_allclose(company.categories[:, k], kernel.categories[:, k], rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(company.cost, kernel.cost, rtol=1e-9)
    for name, allowed in (("linked_share", 0.002), ("lost_share", 0.006), ("utilisation", 0.006), ("revenue", 10_000)):
        k = KPI_NAMES.index(name)
        for ours, theirs in ((company.kpis, kernel.kpis), (company.baseline_kpis, kernel.baseline_kpis)):
            gap = ours[:, k].mean() - theirs[:, k].mean()
            assert abs(gap) < allowed, name


def test_both_item_engines_play_the_same() -> None:
    scenario = silo(*CALM, *NETWORK)
    one, other = (
        simulate(scenario, {"link": 1}, 2, SEED, items=items)[0]  # type: ignore[arg-type]
        for items in ("compiled", "reference")
    )
    np.testing.assert_array_equal(one.kpis, other.kpis)
    np.testing.assert_array_equal(one.npv, other.npv)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (setting("integrations.books.between", ["till", "till"]), "names till twice"),
        (setting("integrations.books.between", ["till", "ofice"]), "there is no system named ofice"),
        (setting("integrations.books.crossings", {"conter": {"lost": 1}}), "there is no process named conter"),
        (setting("processes.counter.steps.enter.by_hand", "boks"), "there is no integration named boks"),
        (setting("processes.counter.steps.enter.mends", "books"), "either `by_hand` or `mends`"),
        (setting("processes.tickets.steps.fix.by_hand", "books"), "no item of tickets crosses books"),
        (setting("integrations.twin", {**PAIR, "crossings": {"counter": {"lost": 1}}}), "joins the same systems"),
        (setting("integrations.books.crossings.tickets", {"share": 1}), "nothing depends on it"),
    ],
)
def test_what_cannot_be_is_refused(edit: Edit, message: str) -> None:
    with pytest.raises((ValueError, ProblemsFound), match=message):
        silo(edit)
