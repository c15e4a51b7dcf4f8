"""The comparison of the engines: workers, several roadmaps, a broken kernel, exit codes, months, order; and the kernel
as control variate."""

import json
import math
from collections import OrderedDict
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import sim.montecarlo
from optimize.check import violations
from optimize.plan_limits import PlanLimits
from optimize.random_roadmaps import random_roadmaps
from optimize.valuation import rules
from scenarios import verify as verify_module
from scenarios.agreement import Verdict, order_of
from scenarios.calibration import calibrate
from scenarios.cli.app import run
from scenarios.documents import schema
from scenarios.precision import controlled, simulate_to_precision
from scenarios.verify import verify
from sim.company import simulate
from sim.company.company import replicate
from sim.errors import ProblemsFound
from sim.montecarlo import estimate, evaluate
from sim.montecarlo.kpis import INCIDENTS, KPIS, WAIT
from sim.montecarlo.structures import Layout
from sim.parameters import parameters
from sim.roadmap import roadmap
from tests.naive.shops import CORNER_SHOP, SEED, corner_shop, setting

SHORT = setting("planning_months", 6), setting("horizon_months", 6)
SHOP = corner_shop(*SHORT)


def test_neither_workers_nor_other_roadmaps_change_a_row() -> None:
    one = verify(SHOP, [{"pos": 0}, {"edr": 1}], SEED, replications=6, months=True)
    two = verify(SHOP, [{"pos": 0}, {"edr": 1}], SEED, replications=6, months=True, workers=2)
    assert one == two
    alone = verify(SHOP, {"pos": 0}, SEED, replications=6)
    assert [r for r in one.rows if r.number != 2] == list(alone.rows)
    assert {(r.arm, r.number) for r in one.rows} == {
        ("baseline", None), ("roadmap", 1), ("roadmap", 2), ("difference", 1), ("difference", 2)
    }  # fmt: skip


def test_broken_mechanism_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel with all service times doubled. What is told of the sound one is no FAIL with 40 replications."""
    sound = verify(SHOP, {"pos": 0}, SEED, replications=20)
    assert sound.count(Verdict.PASS) > len(sound.rows) / 2
    real = sim.montecarlo.evaluate

    def broken(*given: Any, workload: float = 1.0, **named: Any) -> Any:
        return real(*given, workload=2.0 * workload, **named)

    monkeypatch.setattr(sim.montecarlo, "evaluate", broken)
    found = verify(SHOP, {"pos": 0}, SEED, replications=20)
    assert found.verdict is Verdict.FAIL
    failed = {row.figure for row in found.rows if row.verdict is Verdict.FAIL}
    assert {"utilisation", "wait"} <= failed


def test_kernel_whose_items_never_give_up_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """One mechanism of the kernel switched off: nobody leaves a line. The shares that are lost must FAIL."""
    busy = corner_shop(*SHORT, setting("processes.counter.arrivals_per_day", "72 to 78"))
    sound = verify(busy, [], SEED, replications=20)
    lost = [row for row in sound.rows if row.figure == "lost_share"]
    assert lost
    assert all(row.verdict is not Verdict.FAIL for row in lost)
    real = estimate.layout

    def broken(*given: Any) -> Layout:
        found = real(*given)
        return found._replace(work=found.work._replace(loss_factor=np.zeros_like(found.work.loss_factor)))

    monkeypatch.setattr(estimate, "layout", broken)
    monkeypatch.setattr(estimate, "_PREPARED", OrderedDict())
    found = verify(busy, [], SEED, replications=20)
    assert found.verdict is Verdict.FAIL
    assert all(row.verdict is Verdict.FAIL for row in found.rows if row.figure == "lost_share")


def test_calibrated_kernel_passes_on_draws_and_roadmaps_that_it_was_not_fitted_on() -> None:
    """A shop with short waits, fitted on the baseline and one roadmap, judged on the draws of `verify` under another
    roadmap: no FAIL among operations, and more of them PASS than without. Seeds are fixed, so no chance is in it."""
    shop = corner_shop(setting("planning_months", 12), setting("horizon_months", 12))
    found = calibrate(shop, roadmaps=[{"pos": 0}], replications=40)
    fitted = shop.model_copy(update={"calibration": found})
    before, after = (
        [row for row in verify(one, {"edr": 1}, SEED, replications=60).rows if row.figure in OPERATIONS]
        for one in (shop, fitted)
    )
    assert len(after) == 2 * len(OPERATIONS)
    assert not [row for row in after if row.verdict is Verdict.FAIL]
    gained = [sum(row.verdict is Verdict.PASS for row in rows) for rows in (before, after)]
    assert gained[1] > gained[0]


OPERATIONS = ("on_time_share", "lost_share", "wait", "utilisation")


def test_exit_code_says_that_a_figure_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["verify", str(CORNER_SHOP), "--roadmap", "pos@0", "--replications", "3", "--seed", "7", "--json"]
    monkeypatch.setattr(verify_module, "judge", lambda *_: Verdict.FAIL)
    assert run(arguments) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "FAIL"
    monkeypatch.setattr(verify_module, "judge", lambda *_: Verdict.REVIEW)
    assert run(arguments) == 0


def test_command_takes_roadmaps_from_everywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--roadmap twice, --random, --plan; --months in the document; the screen names every roadmap and the order."""
    (tmp_path / "plan.json").write_text(json.dumps({"roadmap": {"edr": 2}}))
    more = ["--roadmap", "pos@0", "--roadmap", "edr@1", "--random", "1", "--plan", str(tmp_path), "--seed", "7"]
    arguments = ["verify", str(CORNER_SHOP), *more, "--replications", "2"]
    assert run([*arguments, "--months", "--json"]) in (0, 1)
    content = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schema("verify")).validate(content)
    assert content["roadmaps"][:3] == [{"pos": 0}, {"edr": 1}, {"edr": 2}]
    assert len(content["roadmaps"]) == 4
    assert len(content["months"]) == 5 * len(KPIS)
    assert len(content["months"][0]["company"]) == 36
    assert len(content["order"]) == 6
    assert "not calibrated" in content["notes"][0]
    assert run(arguments) in (0, 1)
    out = capsys.readouterr().out
    assert "roadmap 4:" in out
    assert "NPV of roadmap 1 less that of roadmap 2" in out
    assert run(["verify", str(CORNER_SHOP), "--plan", str(tmp_path / "nowhere")]) == 2


def test_random_roadmaps_keep_every_limit() -> None:
    shop = corner_shop()
    found = random_roadmaps(shop, 6, 3)
    assert found == random_roadmaps(shop, 6, 3)
    assert len({tuple(one.items()) for one in found}) > 1
    problem = rules(shop, 3, PlanLimits(cost_draws=256)).problem
    for one in found:
        assert not violations(problem, {name: month // shop.period_months for name, month in one.items()})
    assert random_roadmaps(shop, 0, 3) == ()


def test_years_are_made_of_months() -> None:
    """Both engines: figures that are means over months of equal weight."""
    customers = next(k for k, kpi in enumerate(KPIS) if kpi.name == "customers")
    shop = corner_shop()
    years, months = (evaluate(shop, {"pos": 0}, 3, SEED, by_month=flag)[0].kpis for flag in (False, True))
    assert months.shape[2] == 36
    assert months[:, customers].reshape(3, 3, 12).mean(axis=2) == pytest.approx(years[:, customers])
    played = replicate(parameters(shop), roadmap(shop, {"pos": 0}), 0, SEED)
    assert played.monthly_kpis[customers].reshape(3, 12).mean(axis=1) == pytest.approx(played.kpis[customers])


def test_more_work_makes_longer_waits() -> None:
    plain, busy = (evaluate(SHOP, {}, 32, SEED, workload=w)[0].baseline_kpis[:, WAIT].mean() for w in (1.0, 1.05))
    assert busy > 1.05 * plain


def test_rare_threats_strike_both_engines_at_the_same_moments() -> None:
    """A threat below the lowest layer, made frequent by the frailty of its draw."""
    shop = corner_shop(
        setting("threats.ransomware.attempts_per_year", 0.16),
        setting("threats.ransomware.success_probability", 0.05),
        setting("threats.ransomware.dispersion", 0.2),
    )
    company, kernel = simulate(shop, {}, 150, SEED)[0], evaluate(shop, {}, 150, SEED)[0]
    assert company.kpis[:, INCIDENTS] == pytest.approx(kernel.kpis[:, INCIDENTS], abs=1e-12)
    assert kernel.kpis[:, INCIDENTS].sum() > 0


def test_order_is_told_only_where_the_company_is_sure() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(size=100)
    (pair,) = order_of([noise + 1.0, noise], [noise, noise + 2.0 + 0.1 * rng.normal(size=100)])
    assert pair.told == "reversed"
    (pair,) = order_of([noise, noise], [noise, rng.permutation(noise)])
    assert pair.told == "the company cannot tell them apart"


# The kernel as control variate


def test_controlled_mean_is_unbiased_and_its_error_is_right() -> None:
    """4,000 studies of 12 replications, heavy-tailed and non-linear: mean of the estimates within 4 errors of the
    truth, error within 10 % of the spread of the estimates. False alarm below 1e-3."""
    rng = np.random.default_rng(11)
    estimates, errors = [], []
    for _ in range(4_000):
        kernel, further = rng.exponential(size=12), rng.exponential(size=600)
        company = 3.0 + 2.0 * kernel + 0.2 * kernel**2 + 0.3 * rng.normal(size=12)
        found = controlled(company, kernel, further)
        estimates.append(found.mean)
        errors.append(found.se)
    truth = 3.0 + 2.0 + 0.2 * 2.0
    assert abs(np.mean(estimates) - truth) < 4.0 * np.std(estimates) / math.sqrt(4_000)
    assert math.sqrt(np.mean(np.square(errors))) == pytest.approx(np.std(estimates), rel=0.25)


def test_without_correlation_nothing_is_gained() -> None:
    """Independent kernel: the worth of a replication is 1, within the error of the coefficient."""
    rng = np.random.default_rng(5)
    found = controlled(rng.normal(size=400), rng.normal(size=400), rng.normal(size=20_000))
    assert (found.plain_se / found.se) ** 2 == pytest.approx(1.0, abs=0.05)
    constant = controlled(rng.normal(size=30), np.ones(30), np.ones(1_500))
    assert constant.coefficient == 0.0
    assert constant.se == pytest.approx(constant.plain_se)


def test_control_variate_agrees_with_many_plain_replications() -> None:
    """Corner shop, a year: the controlled mean of 30 replications against 300 others; false alarm about 1e-4."""
    shop = corner_shop(setting("planning_months", 12), setting("horizon_months", 12))
    outcomes, found = simulate_to_precision(shop, {"pos": 0}, 1e-6, SEED, most=30)
    assert not found.reached
    assert (found.replications, found.kernel_draws, outcomes.draws) == (30, 1_500, 30)
    assert found.worth > 1.0
    plain = simulate(shop, {"pos": 0}, 300, SEED, first_draw=10_000)[0].npv
    error = math.hypot(found.se, plain.std(ddof=1) / math.sqrt(300))
    assert abs(found.mean - plain.mean()) < 4.0 * error


def test_precision_ends_early_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["simulate", str(CORNER_SHOP), "--roadmap", "pos@0", "--seed", "7", "--precision"]
    assert run([*arguments, "10%", "--measure", "cost", "--replications", "100", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schema("simulate")).validate(content)
    assert content["control_variate"]["reached"]
    assert content["replications"] == content["control_variate"]["replications"] < 100
    assert run([*arguments, "0.0001", "--measure", "wait", "--replications", "20"]) == 0
    out = capsys.readouterr().out
    assert "NOT reached" in out
    assert "is worth" in out


@pytest.mark.parametrize(
    ("measure", "precision", "most", "words"),
    [("nvp", 0.1, 30, "did you mean npv"), ("npv", 1.5, 30, "--precision"), ("npv", 0.1, 5, "too few")],
)
def test_bad_requests_are_refused(measure: str, precision: float, most: int, words: str) -> None:
    with pytest.raises(ProblemsFound, match=words):
        simulate_to_precision(SHOP, {}, precision, SEED, measure=measure, most=most)
