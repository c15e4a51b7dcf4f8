"""Machines that take items, several systems a step, items that do not come, items that others make: both engines."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from sim.company import replicate, simulate
from sim.company.business import Business
from sim.company.items.engines import item_engines
from sim.company.items.interface import Items, Journal
from sim.company.replication import Replication
from sim.company.world_layer import Draw
from sim.errors import ProblemsFound
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import AUTOMATION, KPI_NAMES
from sim.outcomes import Outcome
from sim.parameters import parameters
from sim.roadmap import EMPTY, roadmap
from sim.world import Scenario
from tests.functional.test_company import ALL, STORMY
from tests.naive.shops import EVERYTHING, PLANNER, SEED, Edit, corner_shop, setting
from tests.truths.test_kernel_twin import check

SERVE, WRAP = "processes.counter.steps.serve", "processes.counter.steps.wrap"
MACHINES = (
    setting(f"{SERVE}.automated", "0.1 to 0.3"),
    setting(f"{SERVE}.exceptions", "0.1 to 0.4"),
    setting(f"{SERVE}.machine_minutes", 3),
    setting(f"{WRAP}.automated", 0.5),
    setting("initiatives.web.effects", {f"{SERVE}.automated": {"add": 0.4}, f"{WRAP}.exceptions": {"add": 0.2}}),
)
BOTH_SYSTEMS = (setting(f"{SERVE}.system", ["office", "till"]), setting(f"{WRAP}.system", ["till"]))
ABSENT = (
    setting("processes.counter.no_show", "0.1 to 0.2"),
    setting("processes.counter.no_show_time", 0.4),
    setting("initiatives.web.effects", {"processes.counter.no_show": {"multiply": 0.5}}),
)
RETURNS = {
    "arrivals_per_day": 2,
    "fed_by": {"counter": {"share": "0.05 to 0.1", "delay_days": 30}, "tickets": {"share": 0.3}},
    "target_minutes": 60,
    "item_revenue": 2,
    "steps": {"take_back": {"role": "clerk", "minutes": 12}},
    **PLANNER,
}
REPAIRS = {
    "arrivals_per_day": 0,
    "driven_by": "fixed",
    "fed_by": {"returns": {"share": 0.6, "delay_days": 2}, "counter": {"share": 0.02, "delay_days": 1.5}},
    "target_minutes": 600,
    "patience_minutes": 300,
    "lost_share": 0.1,
    "steps": {"mend": {"role": "it", "minutes": 20, "error_probability": 0.1}},
    **PLANNER,
}
FED = (
    setting("processes.repairs", REPAIRS),  # before its source in the file
    setting("processes.returns", RETURNS),
    setting("initiatives.web.effects", {"processes.returns.fed_by.counter.share": {"multiply": 2}}),
)
EVERY_WAY = (
    *MACHINES,
    *BOTH_SYSTEMS,
    setting("processes.counter.no_show", 0.1),
    setting("processes.counter.no_show_time", 0.5),
    setting("processes.repairs", REPAIRS),
    setting("processes.returns", RETURNS),
)
WORLDS = pytest.mark.parametrize(
    "edits",
    [MACHINES, BOTH_SYSTEMS, ABSENT, FED, EVERY_WAY],
    ids=["machines", "systems", "no-shows", "feeds", "all"],
)


@WORLDS
def test_kernel_is_its_twin(edits: tuple[Edit, ...]) -> None:
    check(corner_shop(*edits), [{}, EVERYTHING, {"pos": 2, "edr": 4, "web": 3}, {"pos": 20}], range(3))


def test_a_roadmap_alone_has_the_values_that_it_has_among_others() -> None:
    """What months in common save changes nothing where items of earlier months come later."""
    shop = corner_shop(*EVERY_WAY)
    roadmaps = [{"edr": 3}, {"edr": 3, "pos": 9}, {"pos": 9}, EVERYTHING]
    together = evaluate(shop, roadmaps, 20, SEED, detail=False)
    for one, found in zip(roadmaps, together, strict=True):
        alone = evaluate(shop, one, 20, SEED)[0]
        np.testing.assert_array_equal(found.npv, alone.npv)
        np.testing.assert_array_equal(found.trough, alone.trough)


def played(scenario: Scenario, items: Items, draw: int, one: Any) -> tuple[Replication, Journal]:
    world, journal = Draw(parameters(scenario), draw, SEED), Journal()
    return Business(world, item_engines(world, items), one, journal).run(), journal


@WORLDS
@pytest.mark.parametrize("regular", [False, True], ids=["erratic", "regular"])
def test_both_item_engines_play_the_same(edits: tuple[Edit, ...], regular: bool) -> None:
    """Every item and every cell, also where arrivals, services and machines are regular, so that times coincide."""
    steady = [setting("processes.counter.arrival_cv", 0), setting(f"{SERVE}.cv", 0), setting(f"{SERVE}.minutes", 20)]
    year = [setting("horizon_months", 14), setting("planning_months", 12)]
    scenario = corner_shop(*STORMY, *edits, *year, *(steady if regular else []))
    for one in (EMPTY, ALL):
        (reference, by_hand), (compiled, noted) = (
            played(scenario, items, 1, one) for items in ("reference", "compiled")
        )
        assert noted.rows == by_hand.rows
        assert len(noted.rows) > 1000
        for field in fields(Replication):
            a, b = getattr(reference, field.name), getattr(compiled, field.name)
            assert np.array_equal(a, b, equal_nan=True) if isinstance(a, np.ndarray) else a == b, field.name


def test_items_are_conserved() -> None:
    """What arrives is lost, gives up, passes without coming, is completed or inside; what is made has a maker."""
    scenario = corner_shop(*EVERY_WAY)
    for draw in range(3):
        items = replicate(parameters(scenario), roadmap(scenario, EVERYTHING), draw, SEED).items
        for count in items.values():
            gone = count.lost + count.gave_up + count.completed + count.absent
            assert count.arrived == gone + count.inside
            assert 0 <= count.inside < 0.05 * count.arrived + 50
        assert items["counter"].absent > 0
        assert 0 < items["repairs"].arrived < 0.6 * items["returns"].completed + 0.04 * items["counter"].completed + 50


def plain(*edits: Edit) -> Scenario:
    """A shop where nothing fails and nobody leaves."""
    quiet = [
        setting("threats", {}),
        setting("systems.till.life_scale_years", 50),
        setting("systems.office.life_scale_years", 50),
        setting("people.clerk.annual_turnover", 0),
        setting("people.it.annual_turnover", 0),
        setting("planning_months", 12),
        setting("horizon_months", 12),
        setting("initiatives.edr.effects", {"processes.counter.item_revenue": {"multiply": 1.01}}),
        setting("initiatives.basic_backup.effects", {}),
        setting("initiatives.cloud_backup.effects", {}),
    ]
    return corner_shop(*quiet, *edits)


def kpi(outcome: Outcome, name: str) -> float:
    return float(np.nanmean(outcome.baseline_kpis[:, KPI_NAMES.index(name)]))


def both(scenario: Scenario, draws: int = 8) -> tuple[Outcome, Outcome]:
    return evaluate(scenario, {}, draws, SEED)[0], simulate(scenario, {}, draws, SEED)[0]


def test_share_of_visits_without_people() -> None:
    """0.4 of the sold items at a first step whose machine keeps 0.75 of them; 0.4 pass the second, half by machine,
    without errors: 0.3 + 0.2 visits by machine against 0.7 + 0.2 by people. Items in the company: binomial error 0.003,
    tolerance four times as much (false alarm 6e-5)."""
    shop = plain(
        setting(f"{SERVE}.automated", 0.4), setting(f"{SERVE}.exceptions", 0.25), setting(f"{WRAP}.automated", 0.5),
        setting(f"{SERVE}.error_probability", 0), setting("processes.counter.patience_minutes", 5000),
        setting("processes.tickets.arrivals_per_day", 0),
    )  # fmt: skip
    kernel, company = both(shop, 2)
    assert kpi(kernel, "automation_share") == pytest.approx(0.5 / 1.4, abs=1e-9)
    assert kpi(company, "automation_share") == pytest.approx(0.5 / 1.4, abs=0.012)
    assert not evaluate(corner_shop(), {}, 4, SEED)[0].kpis[:, AUTOMATION].any()


def test_engines_agree_on_machines_absences_and_feeds() -> None:
    """Mean of eight draws of a calm year: shares to 1.5 points, money to 2.5 %, use of people to 1.5 points."""
    shop = plain(*EVERY_WAY)
    kernel, company = both(shop)
    for name, relative, absolute in (
        ("automation_share", 0, 0.01),
        ("lost_share", 0, 0.015),
        ("revenue", 0.025, 0),
        ("utilisation", 0, 0.015),
        ("on_time_share", 0, 0.03),
    ):
        assert kpi(company, name) == pytest.approx(kpi(kernel, name), rel=relative or 1e-12, abs=absolute or 1e-12), (
            name
        )


def direction(path: str, value: Any, *edits: Edit) -> dict[str, float]:
    """Change of KPIs of both engines when a number is set."""
    changes = {}
    for engine, (with_it, without) in {
        "kernel": [evaluate(plain(*edits, *s), {}, 4, SEED)[0] for s in ([setting(path, value)], [])],
        "company": [simulate(plain(*edits, *s), {}, 4, SEED)[0] for s in ([setting(path, value)], [])],
    }.items():
        for name in ("revenue", "wait", "utilisation", "lost_share", "automation_share"):
            changes[f"{engine} {name}"] = kpi(with_it, name) - kpi(without, name)
    return changes


@pytest.mark.parametrize("engine", ["kernel", "company"])
def test_directions(engine: str) -> None:
    """A machine unloads people and shortens waits; exceptions undo it; absences cost revenue and time."""
    machine = direction(f"{SERVE}.automated", 0.4)
    assert machine[f"{engine} utilisation"] < -0.05
    assert machine[f"{engine} wait"] < 0
    assert machine[f"{engine} revenue"] > 0
    exceptions = direction(f"{SERVE}.exceptions", 0.5, setting(f"{SERVE}.automated", 0.4))
    assert exceptions[f"{engine} utilisation"] > 0.03
    assert exceptions[f"{engine} automation_share"] < 0
    absence = direction("processes.counter.no_show", 0.2)
    assert absence[f"{engine} revenue"] < 0
    assert absence[f"{engine} lost_share"] > 0.1
    spared = direction("processes.counter.no_show_time", 0.2, setting("processes.counter.no_show", 0.2))
    assert spared[f"{engine} utilisation"] < -0.02


def test_a_slow_machine_makes_items_late() -> None:
    edits = [setting(f"{SERVE}.automated", 0.5), setting("processes.counter.target_minutes", 30)]
    for engine in (evaluate, simulate):
        quick, slow = (
            engine(plain(*edits, setting(f"{SERVE}.machine_minutes", minutes)), {}, 2, SEED)[0] for minutes in (1, 120)
        )
        assert kpi(slow, "on_time_share") < kpi(quick, "on_time_share") - 0.2


def test_work_stands_still_while_either_system_is_down() -> None:
    """With a second system that fails, more is lost than with either alone, in both engines; machines need it too."""
    failing = [
        setting("systems.till.life_scale_years", 0.4),
        setting("systems.office.life_scale_years", 0.4),
        setting("systems.till.repair_hours", 20),
        setting("systems.office.repair_hours", 20),
    ]
    for engine in (evaluate, simulate):
        lost = {
            needs: kpi(engine(plain(*failing, setting(f"{SERVE}.system", list(needs))), {}, 8, SEED)[0], "lost_share")
            for needs in ((), ("till",), ("office",), ("till", "office"))
        }
        assert lost["till", "office"] > max(lost["till",], lost["office",]) + 0.01
        assert min(lost["till",], lost["office",]) > lost[()] + 0.01
        alone, with_machine = (
            kpi(engine(plain(*failing, setting(f"{SERVE}.automated", a)), {}, 8, SEED)[0], "lost_share") for a in (0, 1)
        )
        assert with_machine > lost[()] + 0.01
        assert with_machine < alone + 0.01


def test_what_is_made_follows_its_source() -> None:
    """Every tenth sale comes back three days later: returns are a tenth of the sales, less three days."""
    feed = {**RETURNS, "arrivals_per_day": 0, "fed_by": {"counter": {"share": 0.1, "delay_days": 3}}}
    shop = plain(setting("processes.returns", feed))
    items = replicate(parameters(shop), EMPTY, 0, SEED).items
    expected = 0.1 * items["counter"].completed
    assert abs(items["returns"].arrived - expected * (1 - 3 / 264)) < 4 * np.sqrt(expected)  # false alarm 6e-5
    sure = plain(setting("processes.returns", {**feed, "fed_by": {"counter": {"share": 1.0}}}))
    items = replicate(parameters(sure), EMPTY, 0, SEED).items
    assert items["returns"].arrived == items["counter"].completed


def test_strength_zero_changes_no_bit() -> None:
    """Machines that take nothing, absences of nobody, feeds of nothing."""
    nothing = {**RETURNS, "fed_by": {"counter": {"share": 0}}}
    edits = (
        setting(f"{SERVE}.exceptions", 0.5),
        setting(f"{SERVE}.machine_minutes", 10),
        setting("processes.counter.no_show_time", 0.1),
        setting(f"{SERVE}.system", ["till"]),
    )
    own = setting("processes.returns", {**nothing, "fed_by": {}})
    fed = setting("processes.returns", nothing)
    for engine, draws in ((evaluate, 16), (simulate, 1)):
        for before, after in ((plain(own), plain(own, *edits)), (plain(own), plain(fed))):
            a, b = engine(before, EVERYTHING, draws, SEED)[0], engine(after, EVERYTHING, draws, SEED)[0]
            np.testing.assert_array_equal(a.npv, b.npv)
            np.testing.assert_array_equal(a.kpis, b.kpis)


def test_errors_have_places_and_remedies() -> None:
    with pytest.raises(ProblemsFound, match="there is no process named sales") as caught:
        corner_shop(setting("processes.tickets.fed_by", {"sales": {"share": 0.1}}))
    assert "processes.tickets.fed_by.sales" in str(caught.value)
    with pytest.raises(ProblemsFound, match="items would make each other without end"):
        corner_shop(
            setting("processes.tickets.fed_by", {"counter": {"share": 0.1}}),
            setting("processes.counter.fed_by", {"tickets": {"share": 0.1}}),
        )
    with pytest.raises(ProblemsFound, match="without end"):
        corner_shop(setting("processes.tickets.fed_by", {"tickets": {"share": 0.1}}))
    with pytest.raises(ProblemsFound, match="there is no system named tilt"):
        corner_shop(setting(f"{SERVE}.system", ["office", "tilt"]))
    with pytest.raises(ValueError, match="outside the allowed range 0 to 1"):
        corner_shop(setting(f"{SERVE}.automated", 1.5))


def test_items_that_come_in_too_many_ways_are_refused() -> None:
    chain = {"arrivals_per_day": 1, "target_minutes": 60, "steps": {"do": {"role": "it", "minutes": 1}}, **PLANNER}
    edits = [setting("processes.p0", chain)]
    for k in range(1, 8):
        sources = {f"p{j}": {"share": 0.1} for j in range(k)}
        edits.append(setting(f"processes.p{k}", {**chain, "fed_by": sources}))
    corner_shop(*edits)  # 128 ways
    with pytest.raises(ProblemsFound, match="too many processes"):
        corner_shop(*edits, setting("processes.p8", {**chain, "fed_by": {"p7": {"share": 0.1}}}))
