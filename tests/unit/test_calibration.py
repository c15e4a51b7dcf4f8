"""Corrections of the kernel: the file, its hash, and what each factor does."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from scenarios.calibration import FIRST_DRAW, calibrate, operations_hash, text_of, with_calibration
from scenarios.load import calibration_file, load
from scenarios.precision import FURTHER_FROM
from scenarios.verify import FIRST_DRAW as VERIFY_FROM
from sim.company.company import replicate_many
from sim.errors import ProblemsFound
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import LOST, ON_TIME, WAIT
from sim.parameters import parameters
from sim.roadmap import EMPTY, roadmap
from sim.world import Scenario
from sim.world.calibration import Calibration, Correction, calibration_notes
from tests.naive.shops import CORNER_SHOP, SEED, corner_shop, setting

SHOP = corner_shop(setting("profile.customers.service_churn", 0))
NAMES = list(SHOP.processes)


def corrected(**factors: float) -> Scenario:
    rows = {name: Correction.model_validate(factors) for name in NAMES}
    return SHOP.model_copy(update={"calibration": Calibration(processes=rows)})


def kpis(scenario: Scenario) -> np.ndarray:
    return evaluate(scenario, {"pos": 0}, 32, SEED)[0].kpis


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("title", "another"),
        ("money.discount_rate", 0.2),
        ("profile.cash_at_start", 1),
        ("people.clerk.monthly_cost", 9000),
        ("initiatives.pos.capital", 5),
        ("insurance.annual_premium", 77),
        ("processes.counter.origin", "planner assumption"),
    ],
)
def test_money_and_names_do_not_change_the_hash(path: str, value: object) -> None:
    assert operations_hash(corner_shop(setting(path, value))) == operations_hash(corner_shop())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("people.clerk.annual_turnover", 0.9),
        ("processes.counter.steps.serve.minutes", 7),
        ("profile.hours_per_day", 7),
        ("initiatives.pos.dip", {"depth": 0.3, "months": 2, "roles": ["clerk"]}),
        ("systems.till.repair_hours", 40),
    ],
)
def test_what_items_feel_changes_the_hash(path: str, value: object) -> None:
    if path.endswith("serve.minutes"):
        (path,) = [
            f"processes.counter.steps.{label}.minutes" for label in list(corner_shop().processes["counter"].steps)[:1]
        ]
    assert operations_hash(corner_shop(setting(path, value))) != operations_hash(corner_shop())


def test_factors_of_one_change_no_bit() -> None:
    plain, ones = (evaluate(s, {"pos": 0}, 32, SEED)[0] for s in (SHOP, corrected(wait=1, late=1, gave_up=1)))
    assert np.array_equal(plain.npv, ones.npv)
    assert np.array_equal(plain.kpis, ones.kpis, equal_nan=True)


def test_each_factor_acts_on_its_figure() -> None:
    """Waits and lateness in proportion, losses upwards; losses thin the flows, so they are not in proportion."""
    plain = kpis(SHOP)
    assert kpis(corrected(wait=1.5))[:, WAIT] == pytest.approx(1.5 * plain[:, WAIT], rel=1e-9)
    assert (kpis(corrected(wait=1.5))[:, ON_TIME] <= plain[:, ON_TIME] + 1e-12).all()
    late = kpis(corrected(late=0.5))
    assert 1.0 - late[:, ON_TIME] == pytest.approx(0.5 * (1.0 - plain[:, ON_TIME]), rel=1e-9)
    assert (kpis(corrected(gave_up=2.0))[:, LOST] >= plain[:, LOST]).all()
    assert kpis(corrected(gave_up=2.0))[:, LOST].mean() > plain[:, LOST].mean()


def test_file_is_used_while_it_fits(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    text = CORNER_SHOP.read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    bare = load(file)
    assert not bare.calibration.processes
    assert not bare.calibration.note
    found = Calibration(processes={name: Correction(wait=1.25) for name in bare.processes})
    beside = Path(calibration_file(str(file)))
    beside.write_text(text_of(bare, found, 20), encoding="utf-8")
    fitting = load(file)
    assert fitting.calibration.processes == found.processes
    assert fitting.hash() != bare.hash()
    assert "x1.25" in evaluate(fitting, {}, 2, SEED).notes[0]
    file.write_text(text.replace("discount_rate:", "discount_rate: 0.123 #"), encoding="utf-8")
    assert load(file).calibration.processes == found.processes
    file.write_text(text.replace("annual_turnover: 0.4", "annual_turnover: 0.77", 1), encoding="utf-8")
    stale = load(file)
    assert not stale.calibration.processes
    assert "is of other operations and is not used" in stale.calibration.note
    assert stale.calibration.note in evaluate(stale, {}, 2, SEED).notes
    assert stale.hash() == stale.model_copy(update={"calibration": Calibration()}).hash()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("format: 1\n", "states format, operations and processes"),
        ("[1, 2]\n", "states format, operations and processes"),
        ("format: 9\noperations: x\nprocesses: {}\n", "format 9 is not known"),
        ("HEAD  counter: {wait: 0}\n", "wait"),
        ("HEAD  counter: {wait: 11}\n", "wait"),
        ("HEAD  counter: {wait: fast}\n", "wait"),
        ("HEAD  counter: {pace: 2}\n", "pace"),
        ("HEAD  nowhere: {wait: 2}\n", "no process named nowhere"),
    ],
)
def test_bad_files_are_refused(text: str, words: str) -> None:
    head = f'format: 1\noperations: "{operations_hash(SHOP)}"\nprocesses:\n'
    with pytest.raises(ProblemsFound, match=words) as caught:
        with_calibration(SHOP, text.replace("HEAD", head).encode(), "shop.calibration.yaml")
    assert caught.value.errors[0].file == "shop.calibration.yaml"
    assert "calibrate" in str(caught.value.errors[0].hint)


def test_file_that_is_no_text_is_refused() -> None:
    with pytest.raises(ProblemsFound, match="no UTF-8"):
        with_calibration(SHOP, b"\xff\xfe\x00", "shop.calibration.yaml")


def test_scenario_may_state_its_corrections() -> None:
    shop = corner_shop(setting("calibration.processes", {"counter": {"wait": 1.3}}))
    assert calibration_notes(shop.calibration) == (
        "corrected by calibration against the company: waits (counter x1.30)",
    )
    with pytest.raises(ProblemsFound, match="no process named countr"):
        corner_shop(setting("calibration.processes", {"countr": {"wait": 1.3}}))


def test_measured_factors_bring_the_kernel_to_the_company() -> None:
    """Hours waited by an item of each process, on the draws of the calibration: within 1 % after it, not before it.

    No chance is in it: both engines are what they are on these draws.
    """
    shop = corner_shop(setting("planning_months", 12), setting("horizon_months", 12))
    found = calibrate(shop, roadmaps=[{"pos": 0}], replications=12)
    again = calibrate(shop, roadmaps=[{"pos": 0}], replications=12, workers=2)
    assert found == again
    assert set(found.processes) == set(shop.processes)
    arms = [EMPTY, roadmap(shop, {"pos": 0})]
    played = list(replicate_many(parameters(shop), arms, range(FIRST_DRAW, FIRST_DRAW + 12), 1))
    company = np.array(
        [
            sum(one.items[name].waited for row in played for one in row)
            / sum(one.items[name].completed for row in played for one in row)
            for name in shop.processes
        ]
    )
    errors = []
    for scenario in (shop, shop.model_copy(update={"calibration": found})):
        kernel = evaluate(scenario, {"pos": 0}, 12, 1, first_draw=FIRST_DRAW, by_process=True)[0]
        sums = kernel.courses.sum(axis=0) + kernel.baseline_courses.sum(axis=0)
        errors.append(np.abs(sums[:, 3] / sums[:, 1] / company - 1.0))
    assert errors[0].max() > 0.02
    assert errors[1].max() < 0.01
    with pytest.raises(ProblemsFound, match="too few"):
        calibrate(shop, roadmaps=[], replications=1)


def test_draws_are_kept_apart() -> None:
    """So many draws lie between the ranges of the commands that none meets another."""
    starts = sorted([0, 3_000_000, FURTHER_FROM, VERIFY_FROM, FIRST_DRAW])
    assert min(b - a for a, b in pairwise(starts)) >= 3_000_000
