"""`roadfolio break-even` and `scenarios.break_even`: drivers, initiatives, budgets, and what is no flip."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from scenarios import load
from scenarios.break_even import break_even
from scenarios.cli.app import run
from scenarios.documents import schema
from scenarios.turning.budgets import seeds
from scenarios.turning.worlds import FIRST_DRAW, DriverWorld, away_from_one, benefits_times, costs_times
from scenarios.variant import variant
from sim.errors import ProblemsFound
from sim.montecarlo import evaluate
from sim.roadmap import roadmap
from sim.world import Scenario

SHOP = Path(__file__).resolve().parents[1] / "data" / "corner_shop.yaml"
CHANCE = "threats.ransomware.success_probability"
FEW = {"draws": 400, "seed": 3}


def shop() -> Scenario:
    return load(str(SHOP))


def test_the_value_of_a_driver_flips_the_decision() -> None:
    """Protection pays where attacks succeed often: at the value found the two are worth the same, within the error."""
    found = break_even(shop(), {"edr": 0}, driver=CHANCE, **FEW)
    (flip,) = found.flips
    assert found.low < flip.value < found.high
    assert flip.low is None or flip.low < flip.value
    assert flip.high is None or flip.value < flip.high
    assert dict(flip.above or {}) == {"edr": 0}
    assert flip.below == {}
    assert found.unit == "share"
    world = DriverWorld(shop(), CHANCE, (roadmap(shop(), {"edr": 0}), roadmap(shop(), {})), 400, 3, None)
    assert abs(world(flip.value).mean()) < 0.02 * abs(found.curve[-1].difference.estimate)
    assert world.value(world.level(flip.value)) == pytest.approx(flip.value, rel=1e-9)
    assert flip.within == pytest.approx(world.level(flip.value))


def test_with_the_driver_as_it_is_drawn_it_is_the_plain_difference() -> None:
    found = break_even(shop(), {"edr": 0}, driver=CHANCE, **FEW)
    plain = evaluate(shop(), {"edr": 0}, 400, 3, first_draw=FIRST_DRAW, detail=False)
    assert found.now is not None
    assert found.now.estimate == pytest.approx(float(plain[0].npv.mean()), rel=1e-12)


def test_no_flip_within_the_range_is_an_answer() -> None:
    found = break_even(shop(), {"pos": 0}, driver="initiatives.pos.capital", **FEW)
    assert found.flips == ()
    assert "no flip" in repr(found)
    assert found.unit == "EUR"
    assert len(found.to_frame()) == 0


def test_factors_on_an_initiative() -> None:
    """More cost, less worth; more benefit, more worth; the other roadmap is the one without it."""
    cost = break_even(shop(), {"pos": 0, "edr": 0, "web": 6}, initiative="pos", **FEW)
    assert cost.against == {"edr": 0}  # the web shop requires the tills
    means = [one.difference.estimate for one in cost.curve]
    assert means == sorted(means, reverse=True)
    benefit = break_even(shop(), {"pos": 0, "edr": 0}, initiative="pos", part="benefit", **FEW)
    gains = [one.difference.estimate for one in benefit.curve]
    assert gains == sorted(gains)
    (flip,) = benefit.flips
    assert dict(flip.above or {}) == {"pos": 0, "edr": 0}
    assert benefit.now is not None
    assert benefit.curve[4].difference.estimate == pytest.approx(benefit.now.estimate)  # factor 1


def test_factors_change_what_they_say() -> None:
    changed = variant(shop(), costs_times(shop(), "pos", 2.0)).initiatives["pos"]
    assert changed.capital.median == pytest.approx(2.0 * shop().initiatives["pos"].capital.median, rel=1e-9)
    assert changed.running_per_month.median == pytest.approx(500.0)
    stronger = benefits_times(shop(), "pos", 2.0)
    path = "initiatives.pos.effects.processes.counter.lost_share"
    assert stronger[path]["add"] == pytest.approx(-0.02)
    assert away_from_one("0.75 to 0.9", 2.0) == "0.5 to 0.8"
    assert away_from_one(0.4, 3.0) == 0.0
    assert away_from_one({"low": 0.5, "high": 1.5, "origin": "x"}, 0.5) == {"low": 0.75, "high": 1.25, "origin": "x"}


def test_budget_at_which_the_plan_changes() -> None:
    """Between the range's ends, an interval over valuations on draws of their own."""
    found = break_even(shop(), budget="change", repeats=2, seed=1)
    assert found.present == 96_000.0
    assert found.low == 0.0
    assert found.flips
    for flip in found.flips:
        assert flip.below != flip.above
        assert found.low <= flip.value <= found.high
        assert flip.refused is not None or flip.low is not None
    assert len(set(seeds(1, 4))) == 4
    assert seeds(1, 2)[0] == 1


def test_same_seed_same_bits_whatever_the_threads() -> None:
    one, two = (break_even(shop(), {"edr": 0}, driver=CHANCE, threads=threads, **FEW) for threads in (1, 2))
    assert json.dumps(one.document()) == json.dumps(two.document())


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({}, "one thing has to be named"),
        ({"driver": CHANCE, "budget": "change"}, "one thing has to be named"),
        ({"driver": "initiatives.pos.capitl"}, "did you mean initiatives.pos.capital"),
        ({"driver": "initiatives.pos.running_per_month"}, "is certain"),
        ({"initiative": "pso"}, "did you mean 'pos'"),
        ({"initiative": "web"}, "both roadmaps are the same"),
        ({"initiative": "web", "against": {}}, "no roadmap starts web"),
        ({"initiative": "pos", "part": "price"}, "cost or benefit"),
        ({"budget": "chnge"}, "did you mean 'change'"),
        ({"budget": "change", "repeats": 1}, "2 or more"),
        ({"driver": CHANCE, "draws": 10}, "200 or more"),
    ],
)
def test_what_cannot_be_asked_is_said(asked: dict[str, Any], says: str) -> None:
    with pytest.raises(ProblemsFound, match=says):
        break_even(shop(), {"pos": 0}, **asked)


def test_a_roadmap_is_needed_but_for_a_budget() -> None:
    with pytest.raises(ProblemsFound, match="no decision without a roadmap"):
        break_even(shop(), driver=CHANCE)


Document = Callable[..., dict[str, Any]]


def test_documents_and_screens(capsys: pytest.CaptureFixture[str]) -> None:
    """Each kind keeps the schema, and its screen says where the decision flips, or that it does not."""
    few = ("--draws", "200", "--seed", "3")
    for arguments, words in (
        (
            ("--roadmap", "edr@0", "--driver", CHANCE, *few),
            ("flips it at", "95 %: ", "A above", "lies below"),
        ),
        (
            ("--roadmap", "pos@0", "--driver", "initiatives.pos.capital", *few),
            ("No flip within the range: B", "less than B"),
        ),
        (("--roadmap", "pos@0", "--initiative", "pos", *few), ("The cost of pos flips it at", " times")),
        (("--budget", "change", "--repeats", "2"), ("sum over the planning periods 96,000 EUR", "At present: ")),
    ):
        assert run(["break-even", str(SHOP), *arguments, "--json"]) == 0
        content = json.loads(capsys.readouterr().out)
        jsonschema.Draft202012Validator(schema("break-even")).validate(content)
        assert run(["break-even", str(SHOP), *arguments]) == 0
        out = capsys.readouterr().out
        assert max(len(line) for line in out.splitlines()) <= 100
        joined = " ".join(out.split())
        for text in words:
            assert text in joined, text


def test_bad_arguments_get_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["break-even", str(SHOP), "--roadmap", "pos@0"]) == 2
    assert "--driver PATH, --initiative NAME or --budget NAME" in capsys.readouterr().err
    assert np.isfinite(FIRST_DRAW)
