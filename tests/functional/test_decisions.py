"""Decisions by driver world: the set, information, discovery and robustness on the corner shop."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import scenarios
from scenarios.cli.app import run
from scenarios.cli.information import read_studies
from scenarios.decisions.choices import decision_set
from scenarios.decisions.delayed import delayed
from scenarios.decisions.worlds import spread_levels, worlds_of
from scenarios.documents import schema
from scenarios.knowing.gates import gates
from scenarios.knowing.nested import nested_levels
from scenarios.knowing.report import Information
from scenarios.knowing.study import Study, parse_study, study
from scenarios.load import parse
from sim.errors import ProblemsFound
from sim.montecarlo.conditional import table_of
from sim.world import Scenario
from tests.unit.bad_files import SHOP, TEXT

SEED = 7
GIVEN: list[dict[str, int]] = [
    {"basic_backup": 0, "cloud_backup": 0},
    {"basic_backup": 0, "edr": 0},
    {"basic_backup": 3, "pos": 0},
]
FRAILTY = "threats.ransomware.frailty"
QUICK: dict[str, Any] = {"roadmaps": GIVEN, "points": 64, "noise": 8, "resolved": 4}
FUTURES = """
futures:
  slump: {title: A slump, probability: 0.2, changes: {processes.counter.arrivals_per_day: {multiply: 0.8}},
          origin: planner assumption}
  siege: {title: A siege, changes: {threats.ransomware.attempts_per_year: {multiply: 3}}, origin: planner assumption}
"""


def shop(*edits: tuple[str, str], more: str = "") -> Scenario:
    text = TEXT
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return parse((text + more).encode(), "shop.yaml")


@pytest.fixture(scope="module")
def plain() -> Scenario:
    return shop()


@pytest.fixture(scope="module")
def told(plain: Scenario) -> Information:
    which = Study("logs", FRAILTY, n=4, sd=0.5, cost=300.0, delay=3)
    return scenarios.information(plain, SEED, **QUICK, groups={"attacks": ["threats.ransomware"]}, studies=[which])


def test_the_set_holds_what_was_given_do_nothing_and_optima(plain: Scenario) -> None:
    """Each roadmap once, all of them allowed; the same on every run."""
    found = decision_set(plain, SEED, roadmaps=[*GIVEN, GIVEN[0]], resolved=4)
    assert [dict(one.roadmap) for one in found.decisions[:3]] == GIVEN
    names = [one.name for one in found.decisions]
    assert "do nothing" in names
    assert found.resolved == 4
    keys = {tuple(sorted(one.items())) for one in found.roadmaps}
    assert len(keys) == len(found.decisions)
    assert all("basic_backup" in one.roadmap for one in found.decisions)  # mandatory
    assert found == decision_set(plain, SEED, roadmaps=GIVEN, resolved=4)


def test_one_decision_is_none(plain: Scenario) -> None:
    least = decision_set(plain, SEED, roadmaps=GIVEN, resolved=0).decisions[-1].roadmap
    with pytest.raises(ProblemsFound, match="nothing to choose"):
        decision_set(plain, SEED, roadmaps=[least], resolved=0)


def test_worlds_are_stratified_and_keep_the_correlations(plain: Scenario) -> None:
    """One level in each part of every driver's range; the rank correlation of the file."""
    table = table_of(plain)
    levels = spread_levels(table, 400, SEED)
    correlated = set(table.copula[0]) if table.copula else set()
    for j in range(levels.shape[1]):
        if j not in correlated:
            assert sorted((levels[:, j] * 400).astype(int).tolist()) == list(range(400))
    paths = [one.path for one in table.drivers]
    pair = [paths.index(path) for path in plain.correlations[0].drivers]
    ranks = np.argsort(np.argsort(levels[:, pair], axis=0), axis=0)
    assert np.corrcoef(ranks.T)[0, 1] == pytest.approx(0.4, abs=0.1)


def test_nested_levels_hold_what_is_known_and_draw_the_rest_given_it(plain: Scenario) -> None:
    """One level of the known driver an outer row, strata of it, and the correlation of the file overall."""
    table = table_of(plain)
    paths = [one.path for one in table.drivers]
    known, other = (paths.index(path) for path in plain.correlations[0].drivers)
    levels = nested_levels(table, [known], 50, 20, SEED)
    by_row = levels.reshape(50, 20, -1)
    assert (np.ptp(by_row[:, :, known], axis=1) == 0.0).all()
    assert sorted((by_row[:, 0, known] * 50).astype(int).tolist()) == list(range(50))
    ranks = np.argsort(np.argsort(levels[:, [known, other]], axis=0, kind="stable"), axis=0)
    assert np.corrcoef(ranks.T)[0, 1] == pytest.approx(0.4, abs=0.1)
    assert len(np.unique(by_row[:, :, other])) == 1000
    together = nested_levels(table, [known, other], 20, 5, SEED).reshape(20, 5, -1)
    assert (np.ptp(together[:, :, [known, other]], axis=1) == 0.0).all()


def test_worlds_do_not_depend_on_threads(plain: Scenario) -> None:
    one, two = (worlds_of(plain, GIVEN, 64, 8, SEED, threads=n).npv for n in (1, 2))
    np.testing.assert_array_equal(one, two)


def test_information_says_what_knowing_is_worth(told: Information) -> None:
    """The frailty of the threat first; no driver is worth more than all; a group holds its drivers; estimates agree."""
    assert told.drivers[0].name == FRAILTY
    assert told.drivers[0].worth_knowing
    limit = told.evpi.value + 4.0 * told.evpi.se
    assert all(one.regression.value < limit for one in (*told.drivers, *told.groups))
    assert told.evpi.least <= told.evpi.raw
    assert told.evpi_agree
    assert told.groups[0].paths[-1].startswith("threats.ransomware")
    assert [one.nested is not None for one in told.drivers[:4]] == [True, True, True, False]
    assert told.drivers[0].agree
    behind = [one.behind for one in told.decisions]
    assert min(behind) == behind[told.best] == 0.0
    chosen = told.decisions[told.best]
    assert told.best_value != chosen.mean
    assert abs(told.best_value - chosen.mean) < 4.5 * np.hypot(told.best_se, chosen.se)


def test_a_study_is_worth_less_than_knowing_and_pays_its_price(told: Information) -> None:
    only = told.studies[0]
    assert 0.0 < only.gain.reweighted.value <= told.drivers[0].regression.raw + told.drivers[0].regression.se
    assert only.net.value == pytest.approx(only.net.worth.value - only.net.waiting - 300.0)
    assert only.verdict in ("yes", "no", "cannot tell yet")


def test_information_without_uncertainty_is_refused() -> None:
    edits = [("1.5 to 4", "2"), ("0.05 to 0.15", "0.1")]
    with pytest.raises(ProblemsFound) as error:
        scenarios.information(shop(*edits), SEED, drivers=["threats.ransomware.attempts_per_year"], roadmaps=GIVEN)
    assert "no uncertain number" in str(error.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"points": 10}, "64 or more"),
        ({"noise": 9}, "even number"),
        ({"drivers": ["threats.ransomware.frailt"]}, "did you mean"),
        ({"groups": {"a": ["nowhere"]}}, "--group a"),
        ({"studies": [Study("s", "threats.ransomware", sd=1.0)]}, "no single uncertain number"),
        ({"studies": [Study("s", "processes.counter.arrivals_per_day", trials=5)]}, "no probability"),
        ({"resolved": -1}, "not negative"),
        ({"plan": {"roadmap": {}}}, "no document of a plan"),
    ],
)
def test_what_cannot_be_asked_is_refused(plain: Scenario, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ProblemsFound) as error:
        scenarios.information(plain, SEED, **{**QUICK, **options})
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("driver=a.b", "either sd"),
        ("driver=a.b,sd=1,trials=3", "either sd"),
        ("driver=a.b,sd=0", "above 0"),
        ("driver=a.b,sd=1,n=1.5", "whole number"),
        ("driver=a.b,sd=1,delay=-1", "0 to 120"),
        ("driver=a.b,sd=1,price=3", "no key price"),
        ("driver=a.b,sd", "KEY=VALUE"),
        ("driver=a.b,trials=2,n=3", "remove n"),
    ],
)
def test_studies_that_are_none(text: str, words: str) -> None:
    with pytest.raises(ProblemsFound) as error:
        parse_study(text)
    assert words in str(error.value)


def test_studies_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "studies.yaml"
    file.write_text("studies:\n  count: {driver: a.b, n: 20, sd: 4, cost: 1.5k, delay: 1}\n")
    assert read_studies([str(file), "driver=c,trials=9"]) == [
        Study("count", "a.b", 20, 4.0, None, 1500.0, 1),
        Study("study 2", "c", 1, None, 9),
    ]
    assert study("x", {"driver": "a", "sd": "2"}).words(" minutes") == "1 observation with sd 2 minutes"
    for text in ("", "studies: 3", "a: [1"):
        file.write_text(text)
        with pytest.raises(ProblemsFound):
            read_studies([str(file)])


def test_a_wait_moves_what_is_not_decided_yet(plain: Scenario) -> None:
    """Mandatory starts stay, others move; what no longer fits is dropped, with what requires it."""
    found = delayed(plain, [{"pos": 21, "web": 22, "edr": 3, "basic_backup": 0}], 3)
    assert found.roadmaps == ({"edr": 6, "basic_backup": 0},)
    assert found.lost == ("pos", "web")


def test_gates_are_worth_the_option_to_stop() -> None:
    """A follower that stops where its pilot fails, and phases with a limit; without a gate there is none."""
    starts = {"pos": 0, "web": 6, "basic_backup": 0}
    pilot = gates(shop(), starts, 400, SEED)
    assert [(one.kind, one.initiative, one.stops) for one in pilot] == [("pilot", "pos", "web")]
    phased = shop(
        ("    failure_probability: 0.06\n", "    phases: {try: {share: 0.3, stop_above_cost: 1.1}, do: {share: 0.7}}\n")
    )
    kinds = [one.kind for one in gates(phased, starts, 400, SEED)]
    assert kinds == ["stop limits", "pilot"]
    assert gates(shop(), {"basic_backup": 0}, 400, SEED) == ()


def test_discovery_finds_what_a_goal_hangs_on(plain: Scenario) -> None:
    """Few arrivals miss the goal of sales: their box is denser on points that did not choose it."""
    found = scenarios.discover(plain, {"pos": 0}, "goal:more_sales", SEED, points=200, noise=4)
    assert found.boxes[0].confirmed
    assert "processes.counter.arrivals_per_day" in [end.driver for end in found.boxes[0].ends]
    assert found.boxes[0].density.value > found.base.value
    assert 1 <= len(found.signposts) <= 3
    assert found.signposts[0].end.driver == "processes.counter.arrivals_per_day"
    assert found.signposts[0].beyond.value > found.signposts[0].otherwise.value
    assert "items/day" in found.boxes[0].condition


def test_discovery_of_drivers_and_of_what_never_fails(plain: Scenario) -> None:
    """Of drivers a point fails or does not; what fails nowhere has no box."""
    found = scenarios.discover(plain, {"pos": 0}, "npv<0", SEED, of="drivers", points=200, noise=8)
    assert 0.0 < found.base.value <= 1.0
    assert round(found.base.value * 200) == pytest.approx(found.base.value * 200)
    assert found.unsure is not None
    assert 0.0 < found.unsure.value < 1.0
    with pytest.raises(ProblemsFound, match="8 or more"):
        scenarios.discover(plain, {"pos": 0}, "npv<0", SEED, of="drivers", points=200, noise=1)
    never = scenarios.discover(plain, {"pos": 0}, "npv<-1e12", SEED, points=200, noise=1)
    assert (never.base.value, never.boxes, never.signposts) == (0.0, (), ())


@pytest.mark.parametrize(
    ("fails", "words"),
    [("npv=0", "no criterion"), ("npw<0", "did you mean"), ("npv<x", "no amount"), ("goal:sale", "no goal")],
)
def test_criteria_that_are_none(plain: Scenario, fails: str, words: str) -> None:
    with pytest.raises(ProblemsFound) as error:
        scenarios.discover(plain, {"pos": 0}, fails)
    assert words in str(error.value)


def test_robustness_sets_decisions_side_by_side() -> None:
    """Shares of best decisions add up, the mandatory one is always funded, rules take what they say."""
    floored = shop(("  discount_rate: 0.09", "  cash_floor: {amount: -60k, probability: 0.2}\n  discount_rate: 0.09"),
                   more=FUTURES)  # fmt: skip
    found = scenarios.robustness(floored, SEED, **QUICK, draws=100)
    assert sum(one.best.raw for one in found.decisions) == pytest.approx(1.0)
    by_id = {one.id: one for one in found.initiatives}
    assert by_id["basic_backup"].share.value == 1.0
    assert [name for name, _, _ in found.futures] == ["base", "slump", "siege"]
    assert found.futures[0][2] == pytest.approx(0.8)
    assert found.futures[2][2] is None
    rules = {one.rule: one for one in found.rules}
    assert set(rules) == {"average", "worst case", "minimax regret"}
    worst = [one.worst[1] for one in found.decisions if one.worst]
    assert worst[rules["worst case"].decision] == max(worst)
    regrets = [one.most_regret[1] for one in found.decisions if one.most_regret]
    assert regrets[rules["minimax regret"].decision] == min(regrets)
    assert (found.floor, found.allowed) == (-60_000.0, 0.2)
    for one in found.decisions:
        assert one.floor is not None
        assert one.floor.low <= one.floor.share <= one.floor.high
        assert one.acceptable.low <= one.floor.worlds.high
    jsonschema.Draft202012Validator(schema("robustness")).validate(found.document())
    assert found.to_frame().height > 10


def test_a_floor_that_is_never_or_always_broken_is_told_with_few_draws() -> None:
    """Kept in nearly all worlds, or in nearly none; then what is acceptable is where the roadmap gains, or nothing."""
    for amount, kept in (("-1000k", "yes"), ("900k", "no")):
        line = f"  cash_floor: {{amount: {amount}, probability: 0.2}}\n  discount_rate: 0.09"
        found = scenarios.robustness(shop(("  discount_rate: 0.09", line)), SEED, **{**QUICK, "resolved": 0}, draws=100)
        for one in found.decisions:
            assert one.floor is not None
            assert one.floor.kept == kept
            if kept == "yes":
                assert one.floor.worlds.low > 0.7
                assert one.acceptable.low <= one.gains.value <= one.acceptable.high + 1e-9
            else:
                assert one.acceptable.high < 0.2


def test_what_was_chosen_is_valued_on_other_draws() -> None:
    """The values of the rules are not those that chose, and lie within their errors of them; so of `information`."""
    found = scenarios.robustness(shop(more=FUTURES), SEED, **QUICK, draws=400)
    for rule in found.rules:
        one = found.decisions[rule.decision]
        told = {
            "average": (one.mean, one.se), "worst case": (one.worst or ("", 0, 0))[1:],
            "minimax regret": (one.most_regret or ("", 0, 0))[1:],
        }[rule.rule]  # fmt: skip
        assert rule.value != told[0] or told[0] == 0.0
        assert abs(rule.value - told[0]) < 4.5 * np.hypot(rule.se, told[1]) + 1e-9


def test_documents_keep_their_schema(told: Information, plain: Scenario) -> None:
    jsonschema.Draft202012Validator(schema("information")).validate(json.loads(json.dumps(told.document())))
    assert set(told.to_frame()["unit"]) == {"EUR"}
    found = scenarios.discover(plain, {"pos": 0}, "goal:more_sales", SEED, points=200, noise=2)
    jsonschema.Draft202012Validator(schema("discover")).validate(json.loads(json.dumps(found.document())))
    assert "box" in found.to_frame().columns
    assert str(told).startswith("Information(scenario=corner_shop")


def test_screens(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The three commands say what was found; a folder that is no run is refused."""
    quick = ["--points", "64", "--noise", "8", "--resolved", "2", "--seed", "7"]
    maps = ["--roadmap", "basic_backup@0,cloud_backup@0", "--roadmap", "basic_backup@0,edr@0"]
    asked = ["--study", f"driver={FRAILTY},sd=0.5,cost=300,delay=3", "--group", "attacks=threats.ransomware"]
    assert run(["information", str(SHOP), *maps, *quick, *asked, "--nested", "1"]) == 0
    text = capsys.readouterr().out
    assert f"Find out first: {FRAILTY}. Worth at most" in text
    assert "1 observation with sd 0.5" in text
    assert "lower bound" in text
    assert run(["robustness", str(SHOP), *maps, *quick]) == 0
    text = capsys.readouterr().out
    assert "Best on average" in text
    assert "has no futures" in text
    assert "dim" not in text
    named = re.findall(r"^best of driver world \d+ ", text, re.MULTILINE)
    assert named
    assert all(text.count(name.strip()) >= 2 for name in named)  # in the table, and in words
    assert run(["discover", str(SHOP), "--roadmap", "pos@0", "--fails", "goal:more_sales", "--points", "200"]) == 0
    text = capsys.readouterr().out
    assert "watch whether" in text
    assert run(["information", str(SHOP), "--plan", str(tmp_path)]) == 2
    assert "plan.json" in capsys.readouterr().err
