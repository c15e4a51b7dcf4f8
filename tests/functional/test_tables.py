"""Tables against the kernel: path by path the same worth, whatever falls apart, and every coupling is noticed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimize.archive import Archive
from optimize.periods import months
from optimize.plan_limits import PlanLimits
from optimize.random_roadmaps import random_roadmaps
from scenarios.load import load
from sim.errors import ProblemsFound
from sim.measures import cvar, quantile
from sim.montecarlo import Tables, evaluate, tables, worth_a_table
from sim.montecarlo.tabulated import evaluator
from sim.montecarlo.tabulated.coupling import Separation
from sim.montecarlo.tabulated.learning import DisagreementError
from sim.montecarlo.tabulated.lookup import LookUp
from sim.montecarlo.tabulated.understood import UNDERSTOOD, strange_fields
from sim.montecarlo.tabulated.world import Draws
from sim.world import Scenario
from sim.world.initiatives import Initiative
from tests.naive.roadmap_worlds import FIXED, MODEL, A, B, C, Edit, block, busy, effects, loss, overrunning, world
from tests.naive.shops import corner_shop, setting

SEED, DRAWS = 3, 50  # not whole blocks
TOLERANCE = 1e-6
Starts = Mapping[str, int]
TOGETHER: list[Starts] = [{A: 0}, {B: 4}, {A: 0, B: 4}, {A: 9, B: 4, C: 2}, {A: 3, B: 3}, {C: 1, B: 0, A: 12}, {}]


def worst(scenario: Scenario, table: Tables, roadmaps: list[Starts]) -> float:
    """Largest difference of a path, or of the mean cost, between tables and kernel, over the largest standard
    deviation of the worth."""
    found = table.npv(roadmaps)
    outcomes = evaluate(scenario, roadmaps, table.draws, SEED, first_draw=5, detail=False)
    truth = np.array([one.npv for one in outcomes]).T
    cost = np.abs(table.costs(roadmaps) - [one.cost.mean() for one in outcomes]).max()
    return float(max(np.abs(found - truth).max(), cost) / truth.std(axis=0).max())


def made(scenario: Scenario, **options: Any) -> Tables:
    return tables(scenario, DRAWS, SEED, first_draw=5, **options)


@pytest.fixture(scope="module")
def model() -> Scenario:
    return load(MODEL)


@pytest.fixture(scope="module")
def roadmaps(model: Scenario) -> list[Starts]:
    return list(random_roadmaps(model, 20, SEED))


@pytest.fixture(scope="module")
def table(model: Scenario) -> Tables:
    return made(model, threads=1)


def test_the_model_falls_apart_and_adds_up_path_by_path(model: Scenario, table: Tables, roadmaps: list[Starts]) -> None:
    assert table.separation.units == tuple((i,) for i in range(12))
    assert table.separation.threats == (1, 2, 3)
    assert table.separation.systems == (0, 2)
    assert worst(model, table, roadmaps) < TOLERANCE


def test_scarce_days_and_requirements_are_looked_up_by_what_they_make_of_the_starts(
    model: Scenario, table: Tables
) -> None:
    crowded = [
        {f"initiative_{k}": 0 for k in (2, 4, 5, 6, 8, 12)},
        {f"initiative_{k}": k // 3 for k in range(1, 13)},
        {"initiative_5": 0, "initiative_2": 9, "initiative_6": 10},
        {"initiative_10": 0, "initiative_7": 3, "initiative_12": 2, "initiative_5": 3, "initiative_2": 2},
    ]
    assert worst(model, table, crowded) < TOLERANCE


def test_units_that_hold_up_each_other_are_run_whole(
    model: Scenario, table: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """10 waits for 7, which is served after 12: without 10 there is no roadmap in which 7 does what it does here, for
    10 is planned first, and without 7 there is none for 10."""
    whole: list[int] = []
    run = LookUp._run_whole

    def counted(self: LookUp, planned: Any, found: Any) -> None:
        whole.append(len(planned))
        run(self, planned, found)

    monkeypatch.setattr(LookUp, "_run_whole", counted)
    tangled: list[Starts] = [{"initiative_10": 0, "initiative_7": 5, "initiative_12": 3}]
    assert worst(model, table, tangled) < TOLERANCE
    assert whole


def test_statistics_are_those_of_the_measures(table: Tables, roadmaps: list[Starts]) -> None:
    values, found = table.npv(roadmaps), table.statistics(roadmaps)
    np.testing.assert_allclose(found.mean, values.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.se, values.std(axis=0, ddof=1) / np.sqrt(DRAWS), rtol=1e-12)
    np.testing.assert_allclose(found.p5, quantile(values.T, 0.05), rtol=1e-12)
    np.testing.assert_allclose(found.cvar5, cvar(values.T, 0.05), rtol=1e-12)


def test_threads_and_memory_change_no_worth(model: Scenario, table: Tables, roadmaps: list[Starts]) -> None:
    values = table.npv(roadmaps)
    np.testing.assert_array_equal(made(model, threads=2).npv(roadmaps), values)
    entry = 8 * 64 * 8  # bytes: four blocks of 16 paths; worth, five tax years, worth after tax, cost
    small = made(model, threads=1, most_bytes=40 * entry)
    np.testing.assert_allclose(small.npv(roadmaps), values, rtol=1e-9, atol=1e-5)
    assert len(small) < 40 < len(table)
    turned = made(model, threads=1)
    np.testing.assert_allclose(turned.npv(roadmaps[::-1])[:, ::-1], values, rtol=1e-9, atol=1e-5)


def test_too_little_memory_is_refused_with_a_remedy(model: Scenario, roadmaps: list[Starts]) -> None:
    with pytest.raises(ProblemsFound, match="does not hold the entries of one roadmap"):
        made(model, most_bytes=4 * 8 * 64 * 8).npv(roadmaps)


@pytest.mark.parametrize(("draws", "first"), [(0, 0), (4, -1)])
def test_bad_draws_are_refused(model: Scenario, draws: int, first: int) -> None:
    with pytest.raises(ProblemsFound, match="draw"):
        tables(model, draws, SEED, first_draw=first)


def test_an_unknown_start_is_refused(table: Tables) -> None:
    with pytest.raises(ProblemsFound, match="no initiative named"):
        table.npv([{"initiative_99": 3}])


@pytest.mark.parametrize("wrong", [np.zeros((2, 3), np.int64), np.zeros(12, np.int64), np.zeros((2, 12))])
def test_an_array_of_starts_must_have_its_shape(table: Tables, wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"int64 array \(roadmaps, 12\)"):
        table.npv(wrong)


def test_no_roadmap_gives_nothing(table: Tables) -> None:
    assert table.npv([]).shape == (DRAWS, 0)
    assert table.costs([]).shape == (0,)
    assert table.statistics([]).mean.shape == (0,)


def test_one_unit_is_the_kernel_itself() -> None:
    shop = corner_shop()
    table = made(shop)
    assert table.separation.units == (tuple(range(5)),)
    assert not worth_a_table(shop, SEED)
    assert worst(shop, table, [{"pos": 1, "edr": 0, "web": 3}, {"cloud_backup": 9}, {"edr": 4}]) < TOLERANCE


def test_what_falls_apart_is_worth_a_table(model: Scenario) -> None:
    assert worth_a_table(model, SEED)
    assert worth_a_table(world(), SEED)
    assert not worth_a_table(world(overrunning, setting(f"initiatives.{A}.skill_days", {"it": 6})), SEED)


def test_a_scenario_without_initiatives_has_one_roadmap() -> None:
    empty = world(kept=())
    assert not worth_a_table(empty, SEED)
    assert made(empty).npv([{}]).tolist() == [[0.0]] * DRAWS


def test_a_busy_business_is_one_unit_and_equal_too() -> None:
    retailer = load("retailer")
    table = tables(retailer, 12, SEED, first_draw=5)
    assert len(table.separation.units) == 1
    assert worst(retailer, table, list(random_roadmaps(retailer, 2, SEED))) < TOLERANCE


POOL = (
    (FIXED, ("add", "-3k to -1k")),
    (FIXED, ("multiply", 0.95)),
    ("systems.system_1.monthly_cost", ("add", 150)),
    ("systems.system_2.repair_cost", ("multiply", 0.5)),
    ("people.office.monthly_cost", ("add", "-30 to 20")),
    ("insurance.annual_premium", ("add", "1k to 2k")),
    ("threats.threat_1.success_probability", ("multiply", "0.3 to 0.8")),
    ("threats.threat_1.severity", ("multiply", "0.5 to 1.5")),
    ("threats.threat_1.attempts_per_year", ("add", -1)),
    ("threats.threat_2.attempts_per_year", ("multiply", "0.4 to 1.2")),
    ("threats.threat_2.success_probability", ("multiply", 0.5)),
    ("threats.threat_3.severity", ("multiply", 0.6)),
    ("threats.threat_3.success_probability", ("multiply", 0.6)),
    ("processes.order.item_revenue", ("multiply", "1.01 to 1.03")),
    ("profile.customers.monthly_churn", ("multiply", 0.9)),
)
NAMES = tuple(f"initiative_{k}" for k in (2, 4, 6, 8, 12))


@settings(max_examples=12)
@given(st.integers(0, 10**6))
def test_random_worlds_and_roadmaps(number: int) -> None:
    """Each initiative changes up to two numbers of POOL, refreshes a system, requires another and is of use for a time,
    by chance; tables and kernel agree on every path."""
    chance = np.random.default_rng(number)
    edits: list[Edit] = [loss("threat_1"), loss("threat_2"), loss("threat_3"), setting(FIXED, "10k to 100k")]
    for k, name in enumerate(NAMES):
        at = f"initiatives.{name}"
        picked = [POOL[i] for i in chance.choice(len(POOL), size=2, replace=False)]
        edits.append(setting(f"{at}.effects", {path: {kind: size} for path, (kind, size) in picked}))
        edits.append(setting(f"{at}.skill_days", {"it": int(chance.integers(1, 6))}))
        edits.append(setting(f"{at}.failure_probability", float(chance.choice([0.0, 0.3]))))
        edits.append(setting(f"{at}.benefit_if_failed", float(chance.choice([0.0, 0.5]))))
        if chance.random() < 0.5:
            edits.append(setting(f"{at}.refreshes", [f"system_{chance.integers(1, 3)}"]))
        if k and chance.random() < 0.3:
            fails = str(chance.choice(["cancel", "proceed"]))
            requirement = {"initiative": NAMES[int(chance.integers(k))], "if_fails": fails}
            edits.append(setting(f"{at}.requires", [requirement]))
        if chance.random() < 0.3:
            edits.append(setting(f"{at}.life_months", 12))
    edits += [overrunning] if chance.random() < 0.3 else []
    edits += [busy] if chance.random() < 0.2 else []
    scenario = world(*edits, kept=NAMES)
    roadmaps: list[Starts] = []
    for _ in range(6):
        one = {name: int(chance.integers(24)) for name in NAMES if chance.random() < 0.7}
        while lacking := {r.initiative for name in one for r in scenario.initiatives[name].requires} - set(one):
            one |= {name: int(chance.integers(24)) for name in sorted(lacking)}
        roadmaps.append(one)
    assert worst(scenario, made(scenario), [*roadmaps, {NAMES[0]: 0}]) < TOLERANCE


APART: dict[str, list[Edit]] = {
    "taxed profits": [setting(FIXED, "20k to 30k")],
    "run-off": [setting("money.run_off_months", 24)],
    "inflation": [setting("money.inflation", {"technology": 0.05, "wages": 0.03})],
    "a future": [
        block(
            "futures.slump",
            title="Slump",
            probability=0.5,
            start_month=10,
            changes={"processes.order.arrivals_per_day": {"multiply": 0.8}},
        )
    ],
    "a refreshed system each": [
        setting(f"initiatives.{A}.refreshes", ["system_1"]),
        setting(f"initiatives.{B}.refreshes", ["system_2"]),
    ],
    "the same system refreshed": [
        setting(f"initiatives.{A}.refreshes", ["system_1"]),
        setting(f"initiatives.{B}.refreshes", ["system_1"]),
    ],
    "the same threat thinned": [
        loss("threat_1"),
        effects(A, threats__threat_1__success_probability={"multiply": 0.5}),
        effects(B, threats__threat_1__attempts_per_year={"multiply": "0.4 to 1.5"}),
        effects(C, threats__threat_1__severity={"multiply": "0.5 to 2"}),
    ],
    "a threat of each year": [
        loss("threat_1"),
        setting("threats.threat_1.dispersion", 0.5),
        setting("threats.threat_1.dispersion_per", "year"),
        effects(A, threats__threat_1__success_probability={"multiply": 0.5}),
        effects(B, threats__threat_1__success_probability={"multiply": 0.4}),
        setting(f"initiatives.{A}.benefit_if_failed", 0.4),
        setting(f"initiatives.{A}.failure_probability", 0.5),
        setting(f"initiatives.{A}.life_months", 10),
    ],
    "monthly costs": [
        effects(A, systems__system_1__monthly_cost={"add": -100}, people__office__monthly_cost={"add": -50}),
        effects(B, systems__system_1__monthly_cost={"add": 150}, people__office__monthly_cost={"add": -20}),
        effects(C, insurance__annual_premium={"add": 900}),
        setting(f"initiatives.{B}.effects", {"insurance.annual_premium": {"add": 500}}),
    ],
    "money of others": [
        setting(f"initiatives.{A}.grant", {"probability": 0.5, "share": 0.4, "cap": "8k", "last_start": 6}),
        setting(f"initiatives.{B}.financing", {"kind": "lease", "months": 12, "monthly_price": "2k"}),
        setting(f"initiatives.{C}.deposit_share", 0.3),
        setting(f"initiatives.{C}.lead_months", 2),
        setting(f"initiatives.{A}.life_months", 12),
        setting(f"initiatives.{A}.renewal_cost", "4k"),
    ],
}


@pytest.mark.parametrize("name", APART)
def test_what_works_on_nothing_else_adds_up(name: str) -> None:
    scenario = world(*APART[name])
    table = made(scenario)
    assert table.separation.units == ((0,), (1,), (2,))
    assert worst(scenario, table, TOGETHER) < TOLERANCE


SERVE = "processes__order__steps__serve__minutes"
STRIKE = "threats__threat_1__success_probability"
HARM = "threats__threat_1__severity"
COUPLED: dict[str, list[Edit]] = {
    "lines": [busy, effects(A, **{SERVE: {"multiply": 0.8}}), effects(B, **{SERVE: {"multiply": 0.9}})],
    "days of a role on a line": [busy, setting("skills.it.role", "field")],
    "dips on a line": [
        busy,
        setting(f"initiatives.{A}.dip", {"roles": ["field"], "depth": 0.5, "months": 9}),
        setting(f"initiatives.{B}.dip", {"roles": ["field"], "depth": 0.5, "months": 9}),
    ],
    "training on a line": [
        busy,
        setting(f"initiatives.{A}.adoption.roles", ["field"]),
        setting(f"initiatives.{A}.adoption.training", {"half_life_months": 6, "days": 5}),
        setting(f"initiatives.{B}.dip", {"roles": ["field"], "depth": 0.5, "months": 9}),
    ],
    "one number multiplied": [
        effects(A, **{FIXED.replace(".", "__"): {"multiply": 0.8}}),
        effects(B, **{FIXED.replace(".", "__"): {"multiply": 0.7}}),
    ],
    "one number clipped": [setting(FIXED, "1k to 2k")],
    "staff and what it costs": [
        effects(A, people__office__headcount={"multiply": 0.8}),
        effects(B, people__office__monthly_cost={"add": -500}),
    ],
    "a system's age and what it costs": [
        setting("systems.system_1.cost_growth_per_year", 0.4),
        setting(f"initiatives.{A}.refreshes", ["system_1"]),
        effects(B, systems__system_1__monthly_cost={"multiply": 3}),
    ],
    "a system's age and life": [
        setting("systems.system_1.life_scale_years", 0.5),
        setting(f"initiatives.{A}.refreshes", ["system_1"]),
        effects(B, systems__system_1__life_scale_years={"multiply": 3}),
    ],
    "repairers": [
        block("repairers.smith", number=1, response_hours=60, busy_share=0.5),
        *(setting(f"systems.system_{k}.repairer", "smith") for k in (1, 2)),
        *(setting(f"systems.system_{k}.life_scale_years", 0.4) for k in (1, 2)),
        *(setting(f"systems.system_{k}.repair_hours", 80) for k in (1, 2)),
        setting(f"initiatives.{A}.refreshes", ["system_1"]),
        setting(f"initiatives.{B}.refreshes", ["system_2"]),
    ],
    "support and attacks": [
        loss("threat_1"),
        setting("systems.system_1.support_ends_month", 2),
        setting("systems.system_1.unsupported_attacks", 3),
        setting(f"initiatives.{A}.refreshes", ["system_1"]),
        effects(B, **{STRIKE: {"multiply": 0.2}}),
    ],
    "a threat by sums": [
        loss("threat_1"),
        effects(A, **{STRIKE: {"add": -0.1}}),
        effects(B, **{HARM: {"multiply": 0.3}}),
    ],
    "a threat at its limit": [
        loss("threat_1"),
        effects(A, **{STRIKE: {"multiply": 3}}),
        effects(B, **{STRIKE: {"multiply": 3}}),
    ],
    "a threat behind the horizon": [
        loss("threat_1"),
        setting("money.run_off_months", 24),
        effects(A, **{STRIKE: {"multiply": 0.3}}),
        effects(B, **{STRIKE: {"multiply": 0.3}}),
    ],
    "the limit of a policy": [
        loss("threat_1"),
        loss("threat_2"),
        block("insurance", annual_premium=0, retention=0, event_limit="80k", annual_limit="40k"),
        effects(A, **{STRIKE: {"multiply": 0.2}}),
        effects(B, threats__threat_2__severity={"multiply": 0.3}),
    ],
    "controls": [
        loss("threat_1"),
        block("controls.filter", function="prevent", coverage=0.9, strength=0.8, brought_by=[A]),
        block("controls.watch", function="detect", coverage=0.9, strength=0.8, brought_by=[B]),
    ],
    "credits on the premium": [
        block("controls.filter", function="prevent", coverage=0.9, strength=0.8, brought_by=[A]),
        block("insurance", annual_premium="12k", credits={"filter": 0.5}),
        effects(B, insurance__annual_premium={"add": "6k"}),
    ],
    "outages of a line": [
        loss("threat_1"),
        setting("processes.order.steps.serve.system", "system_1"),
        setting("processes.order.patience_minutes", 30),
        setting("threats.threat_1.outage_hours", 60),
        effects(A, **{STRIKE: {"multiply": 0.1}}),
        effects(B, processes__order__item_revenue={"multiply": 1.5}),
    ],
    "failures of a line": [
        setting("processes.order.steps.serve.system", "system_1"),
        setting("processes.order.patience_minutes", 30),
        setting("systems.system_1.life_scale_years", 0.5),
        setting("systems.system_1.repair_hours", 40),
        setting(f"initiatives.{A}.refreshes", ["system_1"]),
        effects(B, processes__order__item_revenue={"multiply": 1.5}),
    ],
    "customers who leave after incidents": [
        loss("threat_1"),
        setting("threats.threat_1.churn_shock", 0.2),
        effects(A, **{STRIKE: {"multiply": 0.1}}),
        effects(B, profile__customers__monthly_acquisition={"add": 20}),
    ],
    "reputation": [
        loss("threat_1"),
        block("reputation", start=0.7, half_life_months=12, incident_hit=0.3, sensitivity=3),
        effects(A, **{STRIKE: {"multiply": 0.1}}),
        effects(B, profile__customers__monthly_acquisition={"add": 20}),
    ],
    "records": [
        loss("threat_1"),
        setting("profile.records", "9k"),
        setting("threats.threat_1.severity_covers", ["recovery"]),
        setting("threats.threat_1.breach", {"exposed": 0.5, "cost_per_record": 9}),
        effects(A, **{STRIKE: {"multiply": 0.1}}),
        effects(B, profile__records={"multiply": 0.3}),
    ],
    "age of systems and customers": [
        block(
            "market", size=9000, moves_per_month=0.2, utility=0, age_sensitivity=1,
            rivals={"other": {"utility": 0.5}},
        ),
        setting(f"initiatives.{A}.refreshes", ["system_1", "system_8"]),
        setting(f"initiatives.{B}.refreshes", ["system_3", "system_5"]),
    ],
    "subscriptions": [
        setting("systems.system_1.subscription", {
            "per_item": 2, "processes": ["order"], "begins_month": None, "term_months": 30, "exit_cost": "9k"
        }),
        setting(f"initiatives.{A}.subscribes", ["system_1"]),
        setting(f"initiatives.{B}.cancels", ["system_1"]),
    ],
    "links over a hub": [
        block(
            "integrations.pair", between=["system_1", "system_2"], link_capital="9k", link_monthly=200,
            crossings={"order": {"share": 0.5, "mismatch": 0.1, "lost": 0.5}},
        ),
        setting(f"initiatives.{A}.hub", {"capital_per_system": "1k"}),
        effects(B, integrations__pair__linked={"add": 0.9}),
    ],
    "readiness": [
        block("readiness", goals=0.3, resources=0.8, process=0.8),
        effects(A, readiness__goals={"add": 0.4}),
        setting(f"initiatives.{B}.needs_readiness", True),
    ],
    "momentum": [block("momentum", success=3, half_life_months=24)],
    "numbers of another": [
        setting(f"initiatives.{B}.failure_probability", 0.6),
        effects(A, initiatives__initiative_4__failure_probability={"multiply": 0.1}),
    ],
    "levels of a skill": [
        setting("skills.it.level", 1),
        setting("skills.it.gap_work", 1),
        setting(f"initiatives.{B}.difficulty", {"it": 3}),
        effects(A, skills__it__level={"add": 2}),
    ],
    "scarce days": [overrunning, setting(f"initiatives.{A}.skill_days", {"it": 6})],
    "a requirement": [overrunning, setting(f"initiatives.{B}.requires", [{"initiative": A}])],
}  # fmt: skip
WITH_BOTH: list[Starts] = [{A: 0}, {A: 0, B: 4}, {A: 9, B: 4, C: 2}, {A: 3, B: 3}, {C: 1, B: 0, A: 12}, {A: 0, B: 12}]


def _singles(table: object, lay: object, values: Any, by_schedule: bool) -> Separation:
    found = _separate(table, lay, values, by_schedule)  # type: ignore[arg-type]
    return replace(found, units=((0,), (1,), (2,)))


_separate = evaluator.separate


@pytest.mark.parametrize("name", COUPLED)
def test_every_coupling_is_noticed_and_matters(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two are one unit, which gives the kernel's worth; taken for two units they do not."""
    scenario = world(*COUPLED[name])
    roadmaps = WITH_BOTH if name == "a requirement" else TOGETHER
    table = made(scenario)
    assert any({0, 1} <= set(unit) for unit in table.separation.units)
    assert worst(scenario, table, roadmaps) < TOLERANCE
    monkeypatch.setattr(evaluator, "separate", _singles)
    with pytest.raises(DisagreementError, match="a path differs"):
        made(scenario).npv(roadmaps)


def test_fields_of_the_schema_that_the_analysis_does_not_know_couple_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for model, known in UNDERSTOOD.items():
        assert known <= set(model.model_fields)
    plain, lasting = world(), world(setting(f"initiatives.{A}.life_months", 12))
    monkeypatch.setitem(UNDERSTOOD, Initiative, UNDERSTOOD[Initiative] - {"life_months"})
    assert strange_fields(lasting) == ("Initiative.life_months",)
    assert made(lasting).separation.units == ((0, 1, 2),)
    assert not worth_a_table(lasting, SEED)
    assert made(plain).separation.units == ((0,), (1,), (2,))


def test_sums_that_do_not_give_the_worth_of_the_kernel_are_noticed(
    model: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    terms = evaluator.terms_of

    def wrong(calendar: Any) -> Any:
        found = terms(calendar)
        return replace(found, discount=found.discount * 0.999)

    table = made(model)
    monkeypatch.setattr(evaluator, "terms_of", wrong)
    with pytest.raises(DisagreementError):
        made(model).npv([{"initiative_2": 0}])
    assert table.npv([{"initiative_2": 0}]).shape == (DRAWS, 1)


def test_a_search_goes_on_without_tables_that_do_not_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Units that do not add up: a note, and the worth of the kernel."""
    scenario = world(*COUPLED["scarce days"])
    monkeypatch.setattr(evaluator, "separate", _singles)
    archive = Archive(scenario, SEED, 5, DRAWS, PlanLimits(), look_up=True)
    monkeypatch.setattr(archive, "_pays", lambda *_: True)
    asked: list[Starts] = [{A: 0, B: 1}, {A: 3, B: 1, C: 0}, {A: 1, B: 1}, {C: 0, B: 0, A: 4}]  # periods
    with pytest.warns(RuntimeWarning, match="every roadmap is simulated"):
        archive.simulate(asked, "search")
    planned = [months(scenario, one) for one in asked]
    for one, outcome in zip(asked, evaluate(scenario, planned, DRAWS, SEED, first_draw=5, detail=False), strict=True):
        assert np.array_equal(archive.npv(one), outcome.npv)
    assert archive.reach == 1


def test_larger_roadmaps_are_compared_once_each_size(
    model: Scenario, roadmaps: list[Starts], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The three largest of the first call, later only what is larger than all before."""
    table, compared = made(model), list[int]()
    flows = Draws.flows

    def counted(self: Draws, planned: Any, terms: Any) -> Any:
        if not self.muted:
            compared.append(len(planned) - 1)
        return flows(self, planned, terms)

    monkeypatch.setattr(Draws, "flows", counted)
    by_size = sorted(roadmaps, key=len)
    table.npv([{"initiative_2": 0}])
    table.npv(by_size[:8])
    table.npv(by_size[:8])
    table.npv(by_size)
    table.npv(by_size)
    assert compared == [3, 1]
