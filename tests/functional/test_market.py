"""Customers and their market: directions draw by draw, null cases, conservation, both engines on the same draws."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from scenarios.review import review
from sim.company import simulate
from sim.errors import ProblemsFound
from sim.mechanisms.crowd import MOST
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import KPI_NAMES
from sim.outcomes import Outcome
from sim.roadmap import roadmap
from sim.world import Scenario
from tests.naive.markets import MARKET, REPUTATION, VALUATION, WHOLE, quiet, small
from tests.naive.shops import EVERYTHING, PLANNER, SEED, Edit, adding_initiative, corner_shop, setting
from tests.unit.bad_files import edited, problems_of

Floats = NDArray[np.float64]
DRAWS = 64
NEUTRAL_MARKET = {"size": 10_000, "moves_per_month": 0.05, "utility": 0, "rivals": {"chain": {"utility": 1}}, **PLANNER}


def kpi(outcome: Outcome, name: str) -> Floats:
    """(draws, years) under the roadmap."""
    return np.asarray(outcome.kpis[:, KPI_NAMES.index(name)])


def before(outcome: Outcome, name: str) -> Floats:
    """(draws, years) under the empty roadmap."""
    return np.asarray(outcome.baseline_kpis[:, KPI_NAMES.index(name)])


def lever(path: str, **change: Any) -> Edit:
    """An initiative without cost that changes one number from month 1 on."""
    return adding_initiative("lever", {"duration_months": 1, "effects": {path: change}})


def pulled(*edits: Edit, draws: int = DRAWS) -> Outcome:
    """The lever pulled in month 0."""
    return evaluate(corner_shop(*edits), {"lever": 0}, draws, SEED)[0]


def assert_same_figures(one: Outcome, other: Outcome) -> None:
    for name in ("npv", "cost", "payback", "trough", "need", "categories", "kpis", "baseline_kpis"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


# --- null cases ------------------------------------------------------------------------------------------------------

NULL = {
    "reputation that moves nothing": setting("reputation", {**REPUTATION, "sensitivity": 0, "utility": 0}),
    "channels that let everybody through": setting(
        "processes.counter.channels", {"web": {"share": 0.4}, "app": {"share": 0.1, "conversion": 1}}
    ),
    "valuation": setting("valuation", VALUATION),
    "referral of nobody": setting("profile.customers.referral", 0),
}


@pytest.mark.parametrize("name", NULL)
def test_a_block_of_no_strength_changes_no_bit(name: str) -> None:
    """KPIs that only the block has are left out."""
    plain, null = (evaluate(corner_shop(*e), EVERYTHING, DRAWS, SEED)[0] for e in ([], [NULL[name]]))
    for field in ("npv", "cost", "trough", "categories"):
        np.testing.assert_array_equal(getattr(plain, field), getattr(null, field), err_msg=field)
    shared = [k for k in range(len(KPI_NAMES)) if not np.isnan(plain.kpis[:, k]).all()]
    np.testing.assert_array_equal(plain.kpis[:, shared], null.kpis[:, shared])


def test_blocks_of_no_strength_change_nothing_in_the_company() -> None:
    plan = {"pos": 1}
    plain, null = (simulate(corner_shop(*e), plan, 1, SEED)[0] for e in ([], list(NULL.values())))
    np.testing.assert_array_equal(plain.npv, null.npv)
    np.testing.assert_array_equal(plain.categories, null.categories)


def test_kpis_exist_with_their_block_only() -> None:
    plain, whole = (evaluate(corner_shop(*e), {}, 8, SEED)[0] for e in ([], WHOLE))
    for name in ("market_share", "reputation", "valuation"):
        assert np.isnan(kpi(plain, name)).all()
        assert np.isfinite(kpi(whole, name)).all()


def test_constant_lag_is_the_same_as_before_and_a_random_one_differs_by_draw() -> None:
    def shop(lag: Any) -> Outcome:
        return evaluate(corner_shop(setting("initiatives.pos.imitation.lag_months", lag)), {"pos": 0}, DRAWS, SEED)[0]

    constant, low, high, drawn = shop(6), shop(2), shop(12), shop("2 to 12")
    assert_same_figures(constant, evaluate(corner_shop(), {"pos": 0}, DRAWS, SEED)[0])
    lost = [kpi(one, "lost_share").mean() for one in (low, constant, high)]
    assert lost[0] > lost[1] > lost[2]  # rivals who follow later leave the advantage longer
    assert lost[0] > kpi(drawn, "lost_share").mean() > lost[2]


# --- directions, draw by draw ----------------------------------------------------------------------------------------


def test_more_referral_never_lowers_customers() -> None:
    path = "profile.customers.referral"
    for base in ([], [small()]):
        one = pulled(*quiet(), *base, setting(path, 0.004), lever(path, multiply=2))
        assert np.all(kpi(one, "customers") >= before(one, "customers"))
        assert kpi(one, "customers")[:, -1].mean() > 1.01 * before(one, "customers")[:, -1].mean()


def test_more_acquisition_and_less_churn_only_add_customers_to_a_small_base() -> None:
    """Every customer of the one world is there in the other: the newcomers of a month are points below its
    intensity, and each customer leaves by an own threshold."""
    for change in (
        lever("profile.customers.monthly_acquisition", multiply=1.5),
        lever("profile.customers.monthly_churn", multiply=0.7),
        lever("threats.ransomware.churn_shock", multiply=0.1),
    ):
        raided = [setting("threats.ransomware.attempts_per_year", 20), setting("threats.ransomware.churn_shock", 0.1)]
        one = pulled(setting("processes.counter.driven_by", "fixed"), *raided, small(), change)
        assert np.all(kpi(one, "customers") >= before(one, "customers"))
        assert kpi(one, "customers").mean() > before(one, "customers").mean()


@pytest.mark.parametrize(
    ("path", "change", "up"),
    [
        ("market.utility", {"add": 0.5}, True),
        ("market.rivals.chain.utility", {"add": 0.5}, False),
        ("market.price.level", {"multiply": 1.2}, False),
        ("market.moves_per_month", {"multiply": 2.0}, True),  # we are chosen by more than we have
    ],
)
def test_directions_of_choice(path: str, change: Mapping[str, float], up: bool) -> None:
    market = {**NEUTRAL_MARKET, "price": {"sensitivity": 2}}
    one = pulled(*quiet(), setting("market", market), lever(path, **change))
    more, less = (kpi(one, "market_share"), before(one, "market_share"))[:: 1 if up else -1]
    assert np.all(more >= less)
    assert more[:, -1].mean() > less[:, -1].mean() + 0.01


def test_a_larger_market_feeds_acquisition() -> None:
    still = {**NEUTRAL_MARKET, "moves_per_month": 0}
    one = pulled(*quiet(), setting("market", still), lever("market.size", multiply=2))
    assert np.all(kpi(one, "customers") > before(one, "customers"))
    assert np.all(kpi(one, "market_share") < before(one, "market_share"))


def test_a_rival_that_gains_takes_customers() -> None:
    grows = {**NEUTRAL_MARKET, "rivals": {"chain": {"utility": 1, "gain_per_year": 0.4}}}
    share = [
        before(evaluate(corner_shop(*quiet(), setting("market", m)), {}, DRAWS, SEED)[0], "market_share")
        for m in (NEUTRAL_MARKET, grows)
    ]
    assert np.all(share[1] < share[0])


def test_a_price_above_todays_is_all_margin_and_sells_to_fewer() -> None:
    dear = [lever("market.price.level", multiply=1.1), setting("profile.gross_margin", 0.4), *quiet()]
    insensitive = pulled(setting("market", {**NEUTRAL_MARKET, "price": {"sensitivity": 0}}), *dear)
    ratio = kpi(insensitive, "revenue")[:, 1:] / before(insensitive, "revenue")[:, 1:]
    np.testing.assert_allclose(ratio, 1.1, rtol=1e-12)
    gained = (kpi(insensitive, "gross_margin") / before(insensitive, "gross_margin"))[:, 1:]
    np.testing.assert_allclose(gained, (0.4 + 0.1) / 0.4, rtol=1e-12)


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("reputation.incident_hit", {"multiply": 0.2}),
        ("threats.ransomware.success_probability", {"multiply": 0.3}),
    ],
)
def test_fewer_and_milder_incidents_never_lower_reputation(path: str, change: Mapping[str, float]) -> None:
    raided = [setting("threats.ransomware.attempts_per_year", 20), setting("reputation", {**REPUTATION, "utility": 0})]
    feedback_off = [setting("systems.till.unsupported_attacks", 1.0), setting("threats.ransomware.hits", [])]
    one = pulled(*quiet(), *raided, *feedback_off, lever(path, **change))
    for name in ("reputation", "customers"):
        assert np.all(kpi(one, name) >= before(one, name)), name
        assert kpi(one, name).mean() > before(one, name).mean(), name


def test_good_service_lifts_reputation_and_with_it_acquisition() -> None:
    faster = lever("processes.counter.steps.serve.minutes", multiply=0.7)
    one = pulled(setting("reputation", {**REPUTATION, "utility": 0}), faster)
    assert np.all(kpi(one, "reputation") >= before(one, "reputation"))
    assert np.all(kpi(one, "customers") >= before(one, "customers") - 1e-9)
    weak = pulled(setting("reputation", {**REPUTATION, "utility": 0, "sensitivity": 0}), faster)
    assert np.all(
        kpi(one, "customers") - before(one, "customers") >= kpi(weak, "customers") - before(weak, "customers")
    )


@pytest.mark.parametrize(
    ("path", "change", "up"),
    [
        ("conversion", {"multiply": 1.3}, True),
        ("share", {"add": 0.2}, False),  # more come by a way that lets fewer through
        ("delay_seconds", {"add": 3}, False),
        ("lost_per_second", {"multiply": 0.5}, True),
    ],
)
def test_directions_of_channels(path: str, change: Mapping[str, float], up: bool) -> None:
    channels = {"web": {"share": 0.3, "conversion": 0.7, "delay_seconds": 3, "lost_per_second": 0.05}}
    shop = [
        setting("processes.counter.channels", channels),
        *quiet(),
        setting("processes.counter.arrivals_per_day", "39.9 to 40.1"),
    ]
    one = pulled(*shop, lever(f"processes.counter.channels.web.{path}", **change))
    more, less = (kpi(one, "revenue"), before(one, "revenue"))[:: 1 if up else -1]
    assert np.all(more > less)


def test_valuation_rises_with_recurring_revenue_and_falls_with_risk_and_multiple() -> None:
    rich = [setting("valuation", VALUATION), setting("processes.counter.item_revenue", 120), *quiet()]
    for path, change, up in (
        ("valuation.recurring_share", {"add": 0.4}, True),
        ("valuation.recurring_premium", {"multiply": 2}, True),
        ("valuation.risk_discount", {"add": 0.3}, False),
        ("valuation.multiple", {"multiply": 0.8}, False),
    ):
        one = pulled(*rich, lever(path, **change))
        more, less = (kpi(one, "valuation"), before(one, "valuation"))[:: 1 if up else -1]
        assert np.all(more > less), path
        assert not one.npv.any(), path  # never added to what the roadmap is worth


def test_valuation_is_a_multiple_of_earnings_after_tax() -> None:
    """Without initiative there is no delivery and no depreciation: the profit of the year."""
    sure = {"multiple": 4, "recurring_share": 0.5, "recurring_premium": 0.4, "risk_discount": 0.25, **PLANNER}
    one = evaluate(corner_shop(setting("valuation", sure)), {}, DRAWS, SEED)[0]
    expected = 4 * 1.2 * 0.75 * 0.75 * np.maximum(before(one, "profit"), 0)
    np.testing.assert_allclose(before(one, "valuation"), expected, rtol=1e-9)


# --- conservation and state -------------------------------------------------------------------------------------------


def test_customers_never_pass_the_market_and_are_whole_in_a_small_base() -> None:
    """Twelve times the mean of a year is a sum of whole numbers."""
    crowded = {**NEUTRAL_MARKET, "size": 300, "moves_per_month": 0.2, "utility": 5}
    shop = corner_shop(small(acquisition=60, start=200), setting("market", crowded))
    customers = before(evaluate(shop, {}, DRAWS, SEED)[0], "customers")
    assert np.all(customers <= 300)
    assert customers[:, -1].mean() > 285
    np.testing.assert_allclose(12 * customers, np.round(12 * customers), atol=1e-9)
    large = corner_shop(setting("market", {**crowded, "size": 2200}))
    share = before(evaluate(large, {}, DRAWS, SEED)[0], "market_share")
    assert np.all(share <= 1)
    assert share[:, -1].mean() > 0.85


def test_a_roadmap_behind_two_others_counts_the_same_customers() -> None:
    """What the first roadmaps kept serves the later ones: with and without detail, alone and in company."""
    for edits in ([*WHOLE, small(), setting("market", {**MARKET, "size": 900})], WHOLE, [small(referral=0.01)]):
        shop = corner_shop(*edits)
        plans = [{"pos": 2}, {"pos": 2, "web": 9}, {"edr": 20}, EVERYTHING, {}]
        together = evaluate(shop, plans, DRAWS, SEED, detail=False)
        for plan, one in zip(plans, together, strict=True):
            alone = evaluate(shop, plan, DRAWS, SEED)[0]
            np.testing.assert_array_equal(one.npv, alone.npv)
        assert not together[4].npv.any()


def test_threads_and_chunks_change_no_bit() -> None:
    shop = corner_shop(*WHOLE, small(), setting("market", {**MARKET, "size": 900}))
    one, other = (evaluate(shop, EVERYTHING, 50, SEED, threads=t, chunk=c)[0] for t, c in ((1, 50), (2, 16)))
    assert_same_figures(one, other)
    later = evaluate(shop, EVERYTHING, 20, SEED, first_draw=30)[0]
    np.testing.assert_array_equal(one.kpis[30:], later.kpis)


def test_too_many_to_count_are_refused() -> None:
    shop = corner_shop(small(acquisition=2000, churn=0))
    with pytest.raises(ProblemsFound, match=f"more than {MOST} customers") as caught:
        evaluate(shop, {}, 4, SEED)
    assert "500 customers or more" in str(caught.value.errors[0].hint)


# --- both engines -----------------------------------------------------------------------------------------------------


def both(scenario: Scenario, plan: Mapping[str, int], draws: int) -> tuple[Outcome, Outcome]:
    return evaluate(scenario, plan, draws, SEED)[0], simulate(scenario, roadmap(scenario, plan), draws, SEED)[0]


def test_engines_count_the_same_customers_where_operations_do_not_matter() -> None:
    """Newcomers, leavers, the market and the incidents' hits are of the world layer: the same numbers."""
    shop = corner_shop(
        setting("processes.counter.driven_by", "fixed"),
        small(referral=0.01),
        setting("market", {**MARKET, "size": 900}),
        setting("reputation", REPUTATION),
        setting("threats.ransomware.churn_shock", 0.1),
        setting("threats.ransomware.attempts_per_year", 20),
    )
    kernel, company = both(shop, {"pos": 1, "edr": 3}, 4)
    for name in ("customers", "market_share", "reputation", "churn", "incidents"):
        np.testing.assert_allclose(kpi(company, name), kpi(kernel, name), rtol=1e-9, err_msg=name)
        np.testing.assert_allclose(before(company, name), before(kernel, name), rtol=1e-9, err_msg=name)
    assert before(kernel, "incidents").sum() > 20


def test_engines_agree_on_everything_at_once() -> None:
    """Means over 12 draws within 3 % (shares 2 points); the operations of a shop of 50 items a day are noise of about
    1 % a year."""
    kernel, company = both(corner_shop(*WHOLE), EVERYTHING, 12)
    for name in ("customers", "revenue", "market_share", "reputation", "churn"):
        for figures in (kpi, before):
            share = name in ("market_share", "reputation", "churn")
            gap = figures(company, name).mean(axis=0) - figures(kernel, name).mean(axis=0)
            assert np.all(np.abs(gap) < (0.02 if share else 0.03 * figures(kernel, name).mean(axis=0))), name


def test_engines_value_the_business_alike() -> None:
    rich = corner_shop(setting("valuation", VALUATION), setting("processes.counter.item_revenue", 120), *quiet())
    kernel, company = both(rich, {"pos": 1}, 8)
    ratio = kpi(company, "valuation").mean(axis=0) / kpi(kernel, "valuation").mean(axis=0)
    np.testing.assert_allclose(ratio, 1, atol=0.06)


def test_channels_thin_the_arrivals_of_the_company() -> None:
    """About 36,000 items: the ratio of counts within 2 % has a false alarm below 1e-3."""
    half = {"web": {"share": 0.5, "conversion": 0.2}, "app": {"share": 0.1, "conversion": 1.5}}
    steady = [
        setting("processes.counter.driven_by", "fixed"),
        setting("processes.counter.arrivals_per_day", "39.9 to 40.1"),
    ]
    kernels, companies = zip(
        *(both(corner_shop(*steady, *e), {}, 2) for e in ([], [setting("processes.counter.channels", half)])),
        strict=True,
    )
    for plain, thinned in (kernels, companies):
        ratio = before(thinned, "revenue").sum() / before(plain, "revenue").sum()
        assert ratio == pytest.approx(1 - 0.5 * 0.8 + 0.1 * 0.5, abs=0.02)


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "path", "says"),
    [
        (("systems:", "market: {size: 1500, moves_per_month: 0.1, utility: 0, rivals: {a: {utility: 0}}, "
          "origin: planner assumption}\nsystems:"), "market.size", "no room beside the 2000|more than 2000"),
        (("systems:", "market: {size: 9k, moves_per_month: 0.1, utility: 0, rivals: {}, "
          "origin: planner assumption}\nsystems:"), "market.rivals", "at least one entry"),
        (("systems:", "market: {size: 9k, moves_per_month: 1.5, utility: 0, rivals: {a: {utility: 0}}, "
          "origin: planner assumption}\nsystems:"), "market.moves_per_month", "outside|0 to 1"),
        (("systems:", "reputation: {start: 0.8, half_life_months: 6, incident_hit: 0.1, utility: 1, "
          "origin: planner assumption}\nsystems:"), "reputation.utility", "no market|add the block `market`"),
        (("    lost_share: 0.03", "    lost_share: 0.03\n    channels: {a: {share: 0.7}, b: {share: 0.6}}"),
         "processes.counter.channels", "add up to 1.3|at most 1 together"),
        (("    lost_share: 0.03", "    lost_share: 0.03\n    channels: {a: {share: 0.7, delay_seconds: 2}}"),
         "processes.counter.channels.a.delay_seconds", "`delay_seconds` has no effect|state both"),
        (("kpi: lost_share", "kpi: market_share"), "goals.fewer_lost.kpi", "has no block `market`|add the block"),
        (("start: 2000", "start: 0"), "profile.customers.start", "1 to"),
    ],
)  # fmt: skip
def test_wrong_markets_are_refused_with_the_remedy(edit: tuple[str, str], path: str, says: str) -> None:
    problems = problems_of(edited(edit))
    assert [problem.path for problem in problems] == [path]
    text = f"{problems[0].message} {problems[0].hint}"
    for part in says.split("|"):
        assert part in text


def test_check_says_where_the_utilities_draw_the_base() -> None:
    """2,000 of 10,000 at the start; the logit of -1 is 27 %."""
    (warning,) = review(corner_shop(setting("market", NEUTRAL_MARKET))).warnings
    assert "20 % of it are customers" in warning
    assert "27 % would choose" in warning
    settled = {**NEUTRAL_MARKET, "rivals": {"chain": {"utility": float(np.log(4))}}}
    assert review(corner_shop(setting("market", settled))).warnings == ()
