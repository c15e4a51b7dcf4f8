"""A scenario becomes a roadmap problem: periods, costs, days, windows, and the worth of singles, pairs and changes."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from optimize.archive import Archive
from optimize.check import worth
from optimize.linearise import linearise
from optimize.periods import by_period, latest_period, months, periods_of
from optimize.plan_limits import REPORT_FROM, SEARCH_FROM, SELECTION_FROM, PlanLimits
from optimize.problem import Interaction, Triple
from optimize.structure import Structure, relations
from optimize.triples import with_triples
from optimize.valuation import Rules, Valuation, filled, planned_spend, rules, starts_to_simulate, valuation
from sim.errors import ProblemsFound
from sim.montecarlo import cost_profiles, evaluate
from sim.world import Scenario
from tests.naive.shops import adding_initiative, corner_shop, setting

SEED = 7
LIMITS = PlanLimits(search_draws=16, pair_draws=16, linear_draws=16, cost_draws=256, grid=1)


@pytest.fixture(scope="module")
def shop() -> Scenario:
    return corner_shop()


@pytest.fixture(scope="module")
def ruled(shop: Scenario) -> Rules:
    return rules(shop, SEED, LIMITS)


@pytest.fixture(scope="module")
def archive(shop: Scenario) -> Archive:
    return Archive(shop, SEED, SEARCH_FROM, LIMITS.search_draws, LIMITS)


@pytest.fixture(scope="module")
def valued(ruled: Rules, archive: Archive) -> Valuation:
    return valuation(ruled, archive, LIMITS)


def simulated(shop: Scenario, roadmap: dict[str, int]) -> np.ndarray:
    return evaluate(shop, months(shop, roadmap), LIMITS.search_draws, SEED, detail=False)[0].npv


@pytest.mark.parametrize("length", [1, 3, 6, 12])
def test_a_period_that_is_begun_counts(length: int) -> None:
    """periods_of is the smallest number of periods that hold the months; latest_period the last that begins in time."""
    for number in range(40):
        whole = periods_of(number, length)
        assert whole * length >= number > (whole - 1) * length
        begins = latest_period(number, length)
        assert begins * length <= number < (begins + 1) * length
    assert latest_period(-1, length) == -1


def test_sums_by_period_lose_nothing() -> None:
    """Every month is in one period; what passes the last period is cut."""
    monthly = list(range(1, 11))
    assert by_period(monthly, 3, 4) == (6.0, 15.0, 24.0, 10.0)
    assert by_period(monthly, 3, 2) == (6.0, 15.0)
    assert by_period([0.0] * 5, 3, 4) == ()


def test_costs_are_those_of_the_months(shop: Scenario, ruled: Rules) -> None:
    """The cost by elapsed period adds up to the monthly profile within the planning months."""
    profiles = cost_profiles(shop, LIMITS.cost_draws, SEED, first_draw=SEARCH_FROM)
    for one in ruled.problem.initiatives:
        profile = profiles[one.id]
        for kind in ("capital", "delivery", "running"):
            expected = getattr(profile, kind)[: shop.planning_months].sum()
            assert sum(getattr(one.cost, kind)) == pytest.approx(expected, rel=1e-12)


def test_rules_of_the_corner_shop(shop: Scenario, ruled: Rules) -> None:
    """Budgets, days, windows, precedence and duty arrive in periods of three months."""
    problem = ruled.problem
    assert not ruled.unusable
    assert problem.periods == 8
    assert problem.skills == {"it_days": (24.0,) * 8}
    assert problem.budgets[0].amount == (12_000.0,) * 8
    assert problem.initiative("pos").skill_days == {"it_days": (12.0,)}
    assert problem.initiative("web").duration == 2
    assert problem.initiative("web").skill_days == {"it_days": (15.0, 5.0)}
    assert problem.initiative("basic_backup").mandatory
    assert problem.initiative("basic_backup").latest == 3  # ready before month 12, so begun in month 9 at the latest
    (rule,) = problem.requires
    assert (rule.initiative, rule.requires, problem.delay(rule)) == ("web", "pos", 1)


def test_lag_and_earliest_month_round_up() -> None:
    """A lag of one month costs a whole period; a window that opens in month 4 opens with the period of month 6."""
    shop = corner_shop(
        setting("initiatives.web.requires", [{"initiative": "pos", "lag_months": 1, "counted_from": "start"}]),
        setting("initiatives.edr.earliest_month", 4),
    )
    problem = rules(shop, SEED, LIMITS).problem
    assert problem.delay(problem.requires[0]) == 1
    assert problem.initiative("edr").earliest == 2


def test_initiative_without_a_start_is_left_out_with_what_requires_it() -> None:
    """No quarter begins in months 1 to 2: the optional one goes, and so does the one that requires it."""
    window = [setting("initiatives.pos.earliest_month", 1), setting("initiatives.pos.deadline_month", 5)]
    ruled = rules(corner_shop(*window), SEED, LIMITS)
    assert set(ruled.unusable) == {"pos", "web"}
    assert "requires pos" in ruled.unusable["web"]
    with pytest.raises(ProblemsFound, match="pos"):
        rules(corner_shop(*window, setting("initiatives.pos.mandatory", True)), SEED, LIMITS)


def test_value_of_a_single_start_is_its_simulation(shop: Scenario, valued: Valuation) -> None:
    """v[i,t] = E f(i@t), and beside what i requires E f(C + i@t) - E f(C), recomputed from separate evaluations."""
    edr = valued.problem.initiative("edr")
    assert edr.value[3] == pytest.approx(simulated(shop, {"edr": 3}).mean(), rel=1e-12)
    web = valued.problem.initiative("web")
    expected = simulated(shop, {"pos": 0, "web": 4}).mean() - simulated(shop, {"pos": 0}).mean()
    assert web.value[4] == pytest.approx(expected, rel=1e-9)


def test_interaction_is_what_both_are_worth_beyond_the_sum(shop: Scenario, valued: Valuation) -> None:
    """w[i,j] = E[f(i + j) - f(i) - f(j)] at the earliest starts; the pair that one requires has none."""
    both = simulated(shop, {"edr": 0, "cloud_backup": 0})
    expected = both - simulated(shop, {"edr": 0}) - simulated(shop, {"cloud_backup": 0})
    assert valued.pairs["edr", "cloud_backup"].mean == pytest.approx(expected.mean(), rel=1e-9)
    assert ("pos", "web") not in valued.pairs


def test_pairs_that_share_something(shop: Scenario, ruled: Rules) -> None:
    """Both backups act on one threat; pos and edr share the IT person; nothing joins edr and a tidy shop window."""
    extra = adding_initiative("tidy", {"duration_months": 1, "effects": {"profile.fixed_costs_per_month": {"add": 1}}})
    wide = corner_shop(extra)
    related = relations(wide, Structure(rules(wide, SEED, LIMITS).problem))
    assert related["basic_backup", "cloud_backup"]
    assert related["pos", "edr"]
    assert not related["edr", "tidy"]
    assert all(pair in relations(shop, Structure(ruled.problem)) for pair in related if "tidy" not in pair)


def test_a_control_joins_what_brings_it_to_the_threats_it_works_against() -> None:
    """A control has a name of its own: who brings it shares the threats, and the systems that they hit."""
    guard = {"function": "prevent", "coverage": 0.9, "strength": 0.5, "brought_by": ["tidy"], "origin": "test"}
    threat = next(name for name, one in corner_shop().threats.items() if one.hits)
    extra = adding_initiative("tidy", {"duration_months": 1})
    wide = corner_shop(extra, setting("controls", {"doors": {**guard, "threats": [threat]}}))
    related = relations(wide, Structure(rules(wide, SEED, LIMITS).problem))
    assert related["edr", "tidy"]


def test_controls_and_links_relate_what_they_touch() -> None:
    """A control joins whoever strengthens it with whoever acts on its threat or the insurance; a link joins whoever
    links with the hub and with whoever changes what crosses."""
    control = {"function": "prevent", "threats": ["ransomware"], "coverage": 0.5, "strength": 0.5}
    pair = {"between": ["till", "office"], "crossings": {"counter": {"mismatch": 0.1, "lost": 0.5}}}
    origin = {"origin": "planner assumption"}
    shop = corner_shop(
        setting("controls", {"drill": {**control, **origin}}),
        setting("integrations.books", {**pair, **origin}),
        adding_initiative("drill", {"duration_months": 1, "effects": {"controls.drill.coverage": {"add": 0.2}}}),
        adding_initiative("policy", {"duration_months": 1, "effects": {"insurance.retention": {"add": 100}}}),
        adding_initiative("link", {"duration_months": 1, "effects": {"integrations.books.linked": {"add": 0.9}}}),
        adding_initiative("hub", {"duration_months": 1, "hub": {"capital_per_system": 100}}),
        adding_initiative("stall", {"duration_months": 1, "effects": {"processes.counter.item_revenue": {"add": 1}}}),
    )
    related = relations(shop, Structure(rules(shop, SEED, LIMITS).problem))
    assert related["edr", "drill"]
    assert related["drill", "policy"]
    assert related["link", "hub"]
    assert related["link", "stall"]
    assert not related["policy", "hub"]


def test_null_initiative_is_worth_nothing_at_all() -> None:
    """No cost, effect or staff: value 0 at every start and no interaction, exactly."""
    shop = corner_shop(adding_initiative("nothing", {"duration_months": 1}))
    ruled = rules(shop, SEED, LIMITS)
    valued = valuation(ruled, Archive(shop, SEED, SEARCH_FROM, 16, LIMITS), LIMITS)
    assert set(valued.problem.initiative("nothing").value) == {0.0}
    assert not [pair for pair in valued.problem.interactions if "nothing" in (pair.first, pair.second)]
    assert all(found.mean == 0.0 for pair, found in valued.tested.items() if "nothing" in pair)


def test_program_around_an_incumbent_is_exact_for_single_changes(
    shop: Scenario, valued: Valuation, archive: Archive
) -> None:
    """Its worth of the incumbent, and of changes at the starts of the grid, is the simulated mean NPV."""
    incumbent = {"pos": 0, "edr": 2, "basic_backup": 1}
    program = linearise(valued, archive, incumbent, LIMITS)
    changed = [incumbent, {"pos": 0, "basic_backup": 1}, {**incumbent, "pos": 4}, {**incumbent, "cloud_backup": 4}]
    changed += [{**incumbent, "web": 1}, {**incumbent, "basic_backup": 3}, {"edr": 2, "basic_backup": 1}]
    for roadmap in changed:
        assert worth(program, roadmap) == pytest.approx(simulated(shop, roadmap).mean(), abs=1e-6)


def test_program_around_an_incumbent_is_exact_for_changed_pairs_that_interact(
    shop: Scenario, valued: Valuation, archive: Archive
) -> None:
    """Two additions, a drop and an addition, and two drops are worth what the simulation says, not what the pair was
    worth in an empty business."""
    early = {(pair.first, pair.second): pair.value for pair in valued.problem.interactions}
    pair = ("basic_backup", "cloud_backup")
    assert abs(early[pair]) > 1.0
    windows = Structure(valued.problem).windows
    for base in ({"pos": 0}, {"pos": 0, "cloud_backup": 0}, {"pos": 0, "edr": 1, "cloud_backup": 0}):
        program = linearise(valued, archive, base, LIMITS)
        starts = {name: program.initiative(name).value for name in pair}
        changed = dict(base)
        for name in pair:
            if name in base:
                del changed[name]
            else:
                simulated_starts = starts_to_simulate(windows[name], 2 * LIMITS.grid)
                changed[name] = max(simulated_starts, key=lambda t, of=starts[name]: (of[t], -t))
        assert worth(program, changed) == pytest.approx(simulated(shop, changed).mean(), abs=1e-6)
    around = {(one.first, one.second): one.value for one in linearise(valued, archive, {"pos": 0}, LIMITS).interactions}
    assert around[pair] != early[pair]


def test_a_triple_is_what_three_are_worth_beyond_their_pairs(
    shop: Scenario, ruled: Rules, valued: Valuation, archive: Archive
) -> None:
    """The third difference of simulated means; the program with it is exact for the three, and for single changes."""
    three = ("pos", "basic_backup", "cloud_backup")
    pairs = tuple(Interaction(first=a, second=b, value=1.0) for a, b in combinations(three, 2))
    linked = replace(valued, problem=valued.problem.model_copy(update={"interactions": pairs}))
    found = with_triples(linked, archive, {}, LIMITS)
    assert list(found.triples) == [three]
    term = found.triples[three]
    structure = Structure(ruled.problem)
    full = structure.complete({}, three)
    assert full is not None
    total = 0.0
    for size in range(4):
        for left_out in combinations(three, size):
            subset = {name: t for name, t in full.items() if name not in left_out}
            total += (-1) ** size * simulated(shop, subset).mean()
    assert term.mean == pytest.approx(total, abs=1e-6)
    known = {one.members for one in found.problem.triples}
    assert known == {
        names
        for names, one in found.triples.items()
        if abs(one.mean) > max(3.0 * one.se, 0.1 * shop.money.indifference)
    }


def test_program_with_triples_is_exact_for_single_changes(shop: Scenario, valued: Valuation, archive: Archive) -> None:
    """Whatever the triples are worth: what they add around the incumbent is taken out of pairs and values."""
    terms = [
        Triple(first="pos", second="edr", third="basic_backup", value=5e3),
        Triple(first="pos", second="edr", third="cloud_backup", value=-7e3),
        Triple(first="pos", second="basic_backup", third="cloud_backup", value=3e3),
    ]
    richer = replace(valued, problem=valued.problem.model_copy(update={"triples": tuple(terms)}))
    incumbent = {"pos": 0, "edr": 2, "basic_backup": 1}
    program = linearise(richer, archive, incumbent, LIMITS)
    changed = [incumbent, {"pos": 0, "basic_backup": 1}, {**incumbent, "pos": 4}, {**incumbent, "cloud_backup": 4}]
    for roadmap in changed:
        assert worth(program, roadmap) == pytest.approx(simulated(shop, roadmap).mean(), abs=1e-6)


def test_values_between_simulated_starts_are_interpolated(shop: Scenario, ruled: Rules) -> None:
    """With a coarse grid both ends and every grid-th start are simulated, the rest lies on straight lines."""
    coarse = replace(LIMITS, grid=4)
    valued = valuation(ruled, Archive(shop, SEED, SEARCH_FROM, 16, coarse), coarse)
    value = valued.problem.initiative("edr").value
    assert value[4] == pytest.approx(simulated(shop, {"edr": 4}).mean())
    assert value[2] == pytest.approx((value[0] + value[4]) / 2)
    assert starts_to_simulate(range(2, 7), 3, around=4) == [2, 3, 4, 5, 6]
    assert filled({0: 1.0}, 3) == (1.0, 1.0, 1.0)


def test_planned_spend_ends_with_the_planning_months(ruled: Rules) -> None:
    """A late start is charged less of its running cost."""
    problem = ruled.problem
    cost = problem.initiative("cloud_backup").cost
    assert planned_spend(problem, {"cloud_backup": 0}) == pytest.approx(sum(cost.running))
    assert planned_spend(problem, {"cloud_backup": 7}) == pytest.approx(sum(cost.running[:1]))
    assert planned_spend(problem, {}) == 0.0


def test_archive_simulates_nothing_twice(shop: Scenario) -> None:
    """A roadmap that is known is not simulated again, whatever the order of its names; more draws are."""
    archive = Archive(shop, SEED, SEARCH_FROM, 16, LIMITS)
    archive.simulate([{"edr": 0, "pos": 1}, {"pos": 1, "edr": 0}], "test", draws=4)
    assert archive.paths == 4
    assert {"edr": 0, "pos": 1} not in archive
    few = archive.npv({"edr": 0, "pos": 1})
    archive.simulate([{"pos": 1, "edr": 0}], "test")
    archive.simulate([{"edr": 0, "pos": 1}, {}], "test")
    assert archive.paths == 16  # the four that are known are not simulated again
    assert np.array_equal(archive.npv({"edr": 0, "pos": 1})[:4], few)
    assert np.all(archive.npv({}) == 0.0)


def test_draw_ranges_are_disjoint() -> None:
    """No limit that is accepted lets one range run into the next."""
    most = SELECTION_FROM - SEARCH_FROM
    assert most <= REPORT_FROM - SELECTION_FROM
    with pytest.raises(ValueError, match="search_draws"):
        PlanLimits(search_draws=most + 1)
    with pytest.raises(ValueError, match="selection_draws"):
        PlanLimits(selection_draws=PlanLimits().first_selection_draws - 1)
