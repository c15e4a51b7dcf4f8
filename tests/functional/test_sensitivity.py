"""`roadfolio sensitivity` and `scenarios.sensitivity`: directions, what cannot matter, refusals, documents, screens."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from scipy.stats import spearmanr

from scenarios import load
from scenarios.cli.app import run
from scenarios.cli.render.bars import share_bar, two_sided
from scenarios.documents import schema
from scenarios.sensing.chosen import DECISION_FROM, LEVERS_FROM
from scenarios.sensing.drivers import correlated, drivers_of, felt
from scenarios.sensing.methods import DATA_FROM, TORNADO_FROM
from scenarios.sensing.morris import elementary
from scenarios.sensing.outcome import EVENTS_FROM
from scenarios.sensing.report import Sensitivity
from scenarios.sensing.saltelli import design
from scenarios.sensitivity import expected_draws, sensitivity
from scenarios.turning.worlds import FIRST_DRAW
from sim.errors import ProblemsFound
from sim.montecarlo import evaluate
from sim.montecarlo.conditional import drawn_levels, table_of
from sim.montecarlo.given import Given
from sim.world import Scenario
from tests.naive.shops import corner_shop, setting

SHOP = Path(__file__).resolve().parents[1] / "data" / "corner_shop.yaml"
STARTS = {"pos": 0, "edr": 3}
CAPITAL = "initiatives.pos.capital"
SEED = 5


def shop() -> Scenario:
    return load(str(SHOP))


def uncorrelated() -> Scenario:
    return corner_shop(setting("correlations", []))


@pytest.fixture(scope="module")
def bars() -> Sensitivity:
    return sensitivity(shop(), STARTS, points=256, seed=SEED)


def by_name(found: Sensitivity) -> dict[str, dict[str, float]]:
    return {one.name: {name: figure.estimate for name, figure in one.figures.items()} for one in found.influences}


def test_directions_are_those_of_sense(bars: Sensitivity) -> None:
    """Dearer tills are worse; a stronger effect, here a smaller factor, is better; high less low is what it says."""
    found = by_name(bars)
    assert found[CAPITAL]["swing"] < 0.0
    assert found["initiatives.pos.effects.processes.counter.steps.serve.minutes.multiply"]["swing"] < 0.0
    assert found["processes.counter.arrivals_per_day"]["swing"] > 0.0
    for one in found.values():
        assert one["high"] - one["low"] == pytest.approx(one["swing"], rel=1e-9, abs=1e-6)
    sizes = [abs(one["swing"]) for one in found.values()]
    assert sizes == sorted(sizes, reverse=True)


def test_base_is_the_plain_figure(bars: Sensitivity) -> None:
    """The mean NPV within the error of both; the same draws of the drivers and of the events by hand, exactly."""
    table = table_of(shop())
    levels = drawn_levels(table, 256, SEED, TORNADO_FROM)
    numbers = EVENTS_FROM + np.arange(256, dtype=np.int64)
    columns = [one.column for one in felt(drivers_of(shop(), table), STARTS)]
    whole = np.full_like(levels, 0.5)
    whole[:, columns] = levels[:, columns]
    plain = evaluate(
        shop(), STARTS, 256, SEED, first_draw=EVENTS_FROM, detail=False, given=Given(whole, numbers=numbers)
    )
    assert bars.value.estimate == pytest.approx(float(plain[0].npv.mean()), rel=1e-12)


def test_numbers_of_initiatives_that_do_not_start_bear_on_nothing() -> None:
    """Exactly: the web shop's effect, moved over its whole range, changes no draw of a roadmap without it."""
    table = table_of(shop())
    (web,) = [one for one in drivers_of(shop(), table) if one.initiative == "web"]
    assert web not in felt(drivers_of(shop(), table), STARTS)
    levels = drawn_levels(table, 32, SEED)
    moved = levels.copy()
    moved[:, web.column] = 0.99
    one, other = (evaluate(shop(), STARTS, 32, SEED, detail=False, given=Given(u))[0] for u in (levels, moved))
    np.testing.assert_array_equal(one.npv, other.npv)
    np.testing.assert_array_equal(one.trough, other.trough)


def test_groups_move_their_drivers_together() -> None:
    """Every driver in one group; by kind, initiative and owner."""
    found = sensitivity(shop(), STARTS, points=200, seed=SEED, group_by="kind")
    names = [path for one in found.influences for path in one.drivers]
    assert sorted(names) == sorted(set(names))
    assert {one.name for one in found.influences} >= {"cyber", "cost of initiatives", "market"}
    by_initiative = sensitivity(shop(), STARTS, "morris", points=4, noise=2, seed=SEED, group_by="initiative")
    assert {one.name for one in by_initiative.influences} == {"the business", "pos", "edr"}
    by_owner = sensitivity(shop(), STARTS, "morris", points=4, noise=2, seed=SEED, group_by="owner")
    assert [one.name for one in by_owner.influences] == ["nobody named"]


def test_statistics_of_the_tail_and_chances() -> None:
    """A tornado of P(npv < x) is in shares; its complement has the opposite sign; a quantile has no interval of few."""
    below, above = (
        by_name(sensitivity(shop(), STARTS, points=200, seed=SEED, statistic=text))[CAPITAL]["swing"]
        for text in ("P(npv < -20k)", "P(npv > -20k)")
    )
    assert below == pytest.approx(-above)
    assert 0.0 < below < 1.0
    tail = sensitivity(shop(), STARTS, points=200, seed=SEED, statistic="npv.p5")
    assert "draws" in (tail.influences[0].figures["swing"].refused or "")
    kpi = sensitivity(shop(), STARTS, "morris", points=4, noise=2, seed=SEED, statistic="kpi.wait")
    assert kpi.unit == "minutes"
    assert by_name(kpi)["processes.counter.steps.serve.minutes"]["mu_star"] > 0.0


def test_difference_to_itself_does_not_vary() -> None:
    """With `against` the same roadmap every influence is exactly 0."""
    found = sensitivity(shop(), STARTS, points=200, seed=SEED, against=STARTS)
    assert all(figure.estimate == 0.0 for one in found.influences for figure in one.figures.values())
    flat = sensitivity(uncorrelated(), STARTS, "sobol", points=16, noise=2, seed=SEED, against=STARTS)
    assert all(one.figures["total"].estimate == 0.0 for one in flat.influences)
    assert flat.influences[0].figures["total"].refused == "the outcome does not vary"
    for method in ("morris", "pawn", "delta"):
        still = sensitivity(shop(), {}, method, points=128, noise=2, seed=SEED)
        assert all(figure.estimate == 0.0 for one in still.influences for figure in one.figures.values())


def test_sobol_under_correlation_is_refused_or_labelled() -> None:
    pairs = correlated(shop(), drivers_of(shop(), table_of(shop())))
    assert pairs == (("profile.growth_per_year", "processes.counter.arrivals_per_day"),)
    with pytest.raises(ProblemsFound, match=r"pawn or delta, or --independent"):
        sensitivity(shop(), STARTS, "sobol", points=16)
    found = sensitivity(shop(), STARTS, "sobol", points=16, noise=2, independent=True)
    assert found.independent
    assert any("INDEPENDENT" in note for note in found.notes)
    assert not sensitivity(uncorrelated(), STARTS, "sobol", points=16, noise=2, independent=True).independent


def test_many_drivers_leave_a_rest_as_one_group() -> None:
    """Five told apart by their elementary effects; the names of the others, and one index of all of them, come last."""
    found = sensitivity(uncorrelated(), STARTS, "sobol", points=16, noise=2, one_by_one=5, by_year=True)
    assert len(found.influences) == 6
    assert set(found.influences[-1].drivers) == set(found.rest)
    assert len(found.rest) == 8
    assert len(found.years) == 3
    assert all(len(year.figures) == 6 for year in found.years)
    assert [year.label for year in found.years] == ["2027-12", "2028-12", "2029-12"]


def test_chance_is_a_group_of_its_own() -> None:
    """One draw of the events a point; of a world without uncertain events its index would be 0, here it is not."""
    found = sensitivity(uncorrelated(), STARTS, "sobol", points=64, chance=True, seed=SEED)
    assert found.noise == 1
    assert found.chance is not None
    assert found.chance["total"].estimate > 0.1
    assert found.luck_left is None
    assert found.draws == 64 * (13 + 1 + 2)


def test_same_seed_same_bits_whatever_the_threads() -> None:
    one, two = (
        sensitivity(shop(), STARTS, "morris", points=8, noise=2, seed=SEED, threads=threads) for threads in (1, 2)
    )
    assert json.dumps(one.document()) == json.dumps(two.document())
    other = sensitivity(shop(), STARTS, "morris", points=8, noise=2, seed=SEED + 1)
    assert other.value != one.value


def test_studies_with_the_same_seed_share_no_numbers() -> None:
    """Designs of every method, and the draws of tornado, data, decision, levers and break-even, under the default
    seed: no rank correlation between any two columns of different ones (512 rows, 4 standard errors; false alarm of
    one pair 6e-5, the seed is fixed)."""
    table = table_of(uncorrelated())
    trajectories: list[np.ndarray] = []

    def keep(u: np.ndarray) -> np.ndarray:
        trajectories.append(u)
        value: np.ndarray = u.sum(axis=1)
        return value

    elementary(keep, 3, [[0], [1], [2]], 512, 1)
    columns = {
        "saltelli": design(3, [[0], [1], [2]], 512, 1, second=False)[::5][:, :2],
        "morris": trajectories[0][::4][:, :2],
        **{
            str(first): drawn_levels(table, 512, 1, first)[:, :2]
            for first in (0, TORNADO_FROM, DATA_FROM, DECISION_FROM, LEVERS_FROM, FIRST_DRAW)
        },
    }
    for one, other in itertools.combinations(columns, 2):
        for i, j in itertools.product(range(2), range(2)):
            rho = float(spearmanr(columns[one][:, i], columns[other][:, j]).statistic)
            assert abs(rho) < 4.0 / np.sqrt(511.0), (one, other, rho)


def test_levers_and_decision_name_their_sets() -> None:
    found = sensitivity(
        shop(), STARTS, "morris", points=4, noise=2, seed=SEED, decision=True, choices=[{"edr": 0}], against={"pos": 6}
    )
    assert {one.name for one in found.levers} == {"drivers", "roadmap"}
    (lever,) = [one for one in found.levers if one.name == "roadmap"]
    assert lever.choices == ("pos@0,edr@3", "pos@6", "edr@0")
    seen = found.decision
    assert seen is not None
    names = [one.name for one in seen.choices]
    assert names == ["the baseline", "the roadmap", "without pos", "without edr", "the other roadmap", "choice 1"]
    assert sum(one.share.estimate for one in seen.choices) == pytest.approx(1.0)
    assert seen.choices[0].mean.estimate == 0.0
    assert set(seen.funded) == {"pos", "edr"}
    assert len(seen.turns) == 13


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"method": "sobl"}, "did you mean 'sobol'"),
        ({"method": "morris", "noise": 1}, "mixes luck into the drivers"),
        ({"method": "morris", "chance": True}, "only with sobol"),
        ({"method": "sobol", "points": 100, "independent": True}, "powers of two"),
        ({"method": "pawn", "points": 5}, "128 or more"),
        ({"method": "pawn", "group_by": "kind"}, "no index of a group"),
        ({"group_by": "kinds"}, "did you mean 'kind'"),
        ({"method": "pawn", "statistic": "npv.p5"}, "use --method tornado"),
        ({"statistic": "roi"}, "ratio of two means"),
        ({"second_order": True}, "use --method sobol"),
        ({"by_year": True}, "not of years"),
        ({"noise": 4}, "leave --noise out"),
        ({"one_by_one": 0}, "1 or more"),
        ({"statistic": "payback_months.mean"}, "some draws have no value"),
    ],
)
def test_what_cannot_be_asked_is_said(asked: dict[str, Any], says: str) -> None:
    with pytest.raises(ProblemsFound, match=says):
        sensitivity(shop(), STARTS, **asked)


def test_world_without_uncertain_numbers_is_refused() -> None:
    with pytest.raises(ProblemsFound, match="one draw, from 0 on"):
        evaluate(shop(), STARTS, 4, 1, given=Given(np.full((4, 14), 0.5), numbers=np.zeros(3, dtype=np.int64)))


def test_expected_draws_are_about_those_that_are_simulated(bars: Sensitivity) -> None:
    assert expected_draws(shop(), STARTS, "tornado", "npv.mean", 256) == bars.draws
    assert expected_draws(shop(), STARTS, "sobl", "npv.mean") == 0


Document = Callable[..., dict[str, Any]]


@pytest.fixture
def document(capsys: pytest.CaptureFixture[str]) -> Document:
    """Runs the command with --json, checks the document against the published schema and returns it."""

    def call(*arguments: str) -> dict[str, Any]:
        assert run(["sensitivity", str(SHOP), "--roadmap", "pos@0,edr@3", *arguments, "--json"]) == 0
        content: dict[str, Any] = json.loads(capsys.readouterr().out)
        jsonschema.Draft202012Validator(schema("sensitivity")).validate(content)
        return content

    return call


def test_documents_keep_their_schema(document: Document, bars: Sensitivity) -> None:
    content = document("--points", "256", "--seed", str(SEED))
    assert content["influences"] == json.loads(json.dumps(bars.document()["influences"]))
    sobol = ("--method", "sobol", "--independent", "--points", "16", "--noise", "2")
    assert len(document(*sobol, "--second-order", "--by-year", "--one-by-one", "3")["pairs"]) == 6
    assert document("--method", "sobol", "--independent", "--points", "16", "--chance")["chance"]["total"]
    few = ("--method", "pawn", "--points", "128", "--noise", "2")
    assert document(*few, "--decision", "--choice", "edr@0", "--in-future", "base")["decision"]["choices"]
    never = document("--statistic", "payback_months.p95", "--points", "200")
    assert never["value"]["estimate"] is None


def test_table_has_a_row_for_each_figure(bars: Sensitivity) -> None:
    frame = bars.to_frame()
    assert len(frame) == 3 * len(bars.influences)
    assert set(frame["unit"]) == {"EUR"}
    assert "tornado of npv.mean" in repr(bars)


SCREENS = {
    "tornado": ((), ("high - low", "░", "│", "paired on common draws", "1 further driver belongs")),
    "kind": (("--group-by", "kind", "--statistic", "P(npv < -20k)"), ("cyber (4 drivers)", " %", "worse alone")),
    "morris": (("--method", "morris", "--points", "4", "--by-year"), ("mu*, EUR", "sigma", "to 2027-12")),
    "sobol": (
        ("--method", "sobol", "--independent", "--points", "16", "--one-by-one", "4", "--second-order"),
        ("the other drivers together", "one by one", "together beyond each alone", "INDEPENDENT"),
    ),
    "chance": (("--method", "sobol", "--independent", "--points", "16", "--chance"), ("which nobody can know",)),
    "decision": (
        ("--method", "pawn", "--points", "128", "--decision", "--choice", "edr@0"),
        ("cannot be told from", "Which drivers change the decision", "which roadmap we choose", "of the driver worlds"),
    ),
}


@pytest.mark.parametrize("name", SCREENS)
def test_screens_say_what_they_show(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Within 120 columns, without control characters."""
    arguments, words = SCREENS[name]
    assert run(["sensitivity", str(SHOP), "--roadmap", "pos@0,edr@3", *arguments]) == 0
    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines()) <= 120
    assert "\x1b" not in out
    joined = " ".join(out.split())
    for text in words:
        assert text in joined, text


def test_bad_arguments_get_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sensitivity", str(SHOP), "--roadmap", "pos@0", "--method", "sobol"]) == 2
    assert "the file correlates drivers" in capsys.readouterr().err


def test_bars_fill_what_they_say() -> None:
    assert share_bar(1.0, 1.0, 1.0, 4) == "████"
    assert two_sided(1.0, 1.0, 0.0, 2) == "  │  "
