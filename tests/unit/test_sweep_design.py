"""Designs of sweeps: what each kind lists, and what is wrong with a file, at its place and with the nearest name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaincinv

from scenarios import load
from scenarios.cli.advance import told
from scenarios.sweeps.advance import Advance, Watch
from scenarios.sweeps.base_points import base_points, latin_levels, sobol_levels
from scenarios.sweeps.csv_rows import read_rows
from scenarios.sweeps.design import Latin, Sobol
from scenarios.sweeps.factors import factor
from scenarios.sweeps.points import Points
from scenarios.sweeps.prepare import prepared
from scenarios.sweeps.reading import design_of, read_design
from scenarios.sweeps.template import TEMPLATE
from sim.errors import ProblemsFound

SHOP = str(Path(__file__).resolve().parents[1] / "data" / "corner_shop.yaml")


def stated(points: dict[str, Any], /, **work: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "name": "d",
        "scenario": SHOP,
        "work": {"roadmaps": {"till": {"pos": 0}}, **work},
        "design": points,
    }


def points_of(data: dict[str, Any], folder: Path = Path()) -> Points:
    design = design_of(data)
    return Points(design, base_points(design, folder), load(SHOP))


def test_a_grid_is_every_combination() -> None:
    """The last factor changes first; each roadmap and policy is a point of its own."""
    grid = {"kind": "grid", "factors": {"money.discount_rate": [0.05, 0.1], "seed": [1, 2, 3]}}
    points = points_of(stated(grid, policies=["do nothing"]))
    assert len(points) == 12
    assert points.names == ("money.discount_rate", "seed", "roadmap", "policy")
    assert points.values(0) == [0.05, 1, "till", None]
    assert points.values(11) == [0.1, 3, None, "do nothing"]
    assert points.point(3).policy == "do nothing"
    assert (points.point(3).seed, points.point(2).starts) == (2, {"pos": 0})


def test_groups_share_a_world() -> None:
    """Also where the design lists them far from each other; each point is in one group."""
    grid = {
        "kind": "grid",
        "factors": {"roadmap": ["till", "edr@0", "pos@0,edr@2"], "money.discount_rate": [0.05, 0.1]},
    }
    count, groups = points_of(stated(grid)).groups(np.ones(6, dtype=np.bool_))
    found = [[point.index for point in group] for group in groups]
    assert (count, found) == (2, [[0, 2, 4], [1, 3, 5]])
    wanted = np.array([False, True, True, False, True, False])
    assert [[p.index for p in group] for group in points_of(stated(grid)).groups(wanted)[1]] == [[1], [2, 4]]


def test_a_list_and_rows_change_what_they_state(tmp_path: Path) -> None:
    """An empty cell changes nothing; cells are read as YAML reads words."""
    listed = {"kind": "list", "points": [{"money.discount_rate": 0.1}, {"budget": 0.8, "future": "base"}]}
    points = points_of(stated(listed))
    assert points.point(0).changes == {"money.discount_rate": 0.1}
    assert points.point(1).changes == {"money.budgets.change.amount": {"multiply": 0.8}}
    assert points.point(1).future == "base"
    (tmp_path / "p.csv").write_text("money.discount_rate,initiatives.pos.capital,roadmap\n0.1,,till\n,x0.8,edr@3\n")
    rows = points_of(stated({"kind": "rows", "file": "p.csv"}), tmp_path)
    assert [dict(rows.point(i).changes) for i in range(2)] == [
        {"money.discount_rate": 0.1}, {"initiatives.pos.capital": "x0.8"},
    ]  # fmt: skip
    assert rows.point(1).starts == {"edr": 3}


@pytest.mark.parametrize("seed", [1, 7])
def test_a_latin_hypercube_has_one_point_in_each_slice(seed: int) -> None:
    levels = latin_levels(Latin(kind="latin_hypercube", points=37, seed=seed, factors={"a": 1, "b": 2}))
    assert (np.sort(np.floor(levels * 37), axis=0) == np.arange(37)[:, None]).all()


def test_sobol_points_are_balanced_and_seeded() -> None:
    """Of 2^k scrambled points each of 2^k slices of a factor holds one; seeds differ; a longer one begins the same."""
    kind = Sobol(kind="sobol", points=64, factors={"a": 1, "b": 2, "c": 3})
    levels = sobol_levels(kind)
    assert (np.sort(np.floor(levels * 64), axis=0) == np.arange(64)[:, None]).all()
    assert not np.array_equal(levels, sobol_levels(kind.model_copy(update={"seed": 2})))
    assert np.array_equal(levels, sobol_levels(kind.model_copy(update={"points": 100}))[:64])


def test_a_sampled_factor_goes_through_its_quantile_function() -> None:
    assert factor("a", "8k to 15k").value(0.05) == pytest.approx(8000.0)
    assert factor("a", {"low": 1, "mode": 2, "high": 5}).value(0.5) == pytest.approx(1 + 4 * betaincinv(2, 4, 0.5))
    assert [factor("a", {"levels": ["x", "y"]}).value(u) for u in (0.1, 0.5, 0.999)] == ["x", "y", "y"]
    kind = {"kind": "sobol", "points": 4, "factors": {"initiatives.pos.capital": {"multiply": "0.8 to 1.5"}}}
    (change,) = points_of(stated(kind)).point(2).changes.values()
    assert set(change) == {"multiply"}


@given(st.floats(2.0**-53, 1.0 - 2.0**-53), st.integers(-50, 50), st.integers(1, 100))
def test_whole_numbers_stay_within_their_ends(level: float, low: int, width: int) -> None:
    value = factor("a", {"low": low, "high": low + width, "whole": True}).value(level)
    assert isinstance(value, int)
    assert low <= value <= low + width


def test_keys_follow_the_content() -> None:
    """The same point has the same key at whatever place; another seed, roadmap, change or origin has another."""
    grid = {"kind": "grid", "factors": {"money.discount_rate": [0.05, 0.1], "seed": [1, 2]}}
    points = points_of(stated(grid, roadmaps={"a": {"pos": 0}, "b": {"edr": 0}}))
    key = points.keys(["scenario", "work", "code"])
    names = {key(points.point(i)) for i in range(len(points))}
    assert len(names) == len(points) == 8
    listed = {"kind": "list", "points": [{"money.discount_rate": 0.1, "seed": 2, "roadmap": "b"}]}
    again = points_of(stated(listed, roadmaps={"b": {"edr": 0}}))
    assert again.keys(["scenario", "work", "code"])(again.point(0)) in names
    assert again.keys(["scenario", "work", "other"])(again.point(0)) not in names


LONG = list(range(2000))
GRID = {"kind": "grid", "factors": {"money.discount_rate": [0.1]}}
WRONG: list[tuple[dict[str, Any], str]] = [
    ({**stated(GRID), "scenari": "x"}, "did you mean scenario"),
    (stated({**GRID, "kind": "gird"}), "did you mean grid"),
    (stated(GRID, drawz=5), "did you mean draws"),
    (stated(GRID, draws=0), "greater than or equal"),
    (stated(GRID, policies=["do nothin"]), "did you mean do nothing"),
    (stated(GRID, measures=["npv.maen"]), "no figure of a distribution"),
    (stated(GRID, limits={"search_drawz": 5}), "search_draws"),
    (stated(GRID, limits={"seconds": 5}), "differ from run to run"),
    (stated(GRID, roadmaps={"a": {"pso": 0}}), "did you mean 'pos'"),
    (stated(GRID, roadmaps={}), "no roadmap is valued"),
    (stated(GRID, kind="plan"), "chooses the roadmap itself"),
    (stated({"kind": "grid", "factors": {"money.discuont_rate": [1]}}), "did you mean discount_rate"),
    (stated({"kind": "grid", "factors": {"budgt": [1]}}), "did you mean 'budget'"),
    (stated({"kind": "grid", "factors": {"budget": ["much"]}}), "no factor"),
    (stated({"kind": "grid", "factors": {"seed": [1.5]}}), "whole number"),
    (stated({"kind": "grid", "factors": {"roadmap": ["tll"]}}), "did you mean 'till'"),
    (stated({"kind": "grid", "factors": {"policy": ["plam"]}}), "did you mean 'plan'"),
    (stated({"kind": "grid", "factors": {"future": ["boom"]}}), "base"),
    (stated({"kind": "grid", "factors": {"seed": LONG, "money.discount_rate": LONG}}), "points"),
    (stated({"kind": "sobol", "points": 4, "factors": {"money.discount_rate": 0.1}}), "certain"),
    (stated({"kind": "sobol", "points": 4, "factors": {"seed": {"low": 3, "high": 1}}}), "below the high end"),
    (stated({"kind": "sobol", "points": 10**6, "factors": {f"f{i}": "1 to 2" for i in range(50)}}), "memory"),
    (stated({"kind": "rows", "file": "none.csv"}), "cannot be read"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "says"), WRONG, ids=[says for _, says in WRONG])
def test_what_is_wrong_is_told(data: dict[str, Any], says: str, tmp_path: Path) -> None:
    """In a file with its line; JSON is YAML."""
    with pytest.raises(ProblemsFound, match=says):
        prepared(data)
    file = tmp_path / "design.yaml"
    file.write_text(json.dumps(data, indent=1))
    with pytest.raises(ProblemsFound) as caught:
        prepared(file)
    assert all(problem.line is not None for problem in caught.value.errors if problem.file == str(file))


@pytest.mark.parametrize("text", ["", "[1]", "a: [", "version: 1\nname: !!python/object:os.system x", "\0", "\xff\xfe"])
def test_what_is_no_design(text: str, tmp_path: Path) -> None:
    file = tmp_path / "design.yaml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(ProblemsFound):
        read_design(file)


@pytest.mark.parametrize("text", ["", "a\n", "a,a\n1,2\n", "a,b\n1\n", 'a\n"1\n', ",b\n1,2\n"])
def test_what_is_no_csv(text: str, tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_text(text)
    with pytest.raises(ProblemsFound):
        read_rows(file)


def test_the_template_is_a_design(tmp_path: Path) -> None:
    file = tmp_path / "design.yaml"
    file.write_text(TEMPLATE)
    assert len(prepared(file).points) == 18


def test_rate_and_remaining_time() -> None:
    """Of the points since the sweep was resumed, not of those that were there."""
    clock = iter([0.0, 10.0, 20.0])
    seen: list[Advance] = []
    watch = Watch(100, 200, seen.append, lambda: next(clock))
    watch.add(20, 1)
    watch.add(20, 0)
    assert seen[-1] == Advance(140, 200, 1, 2.0, 30.0)
    assert told(seen[-1]) == "140 of 200 points (1 failed), 2.0 a second, 30 s left"


def test_many_roadmaps_of_one_world_are_several_calls() -> None:
    """A call is what a kill may lose; every point stays in exactly one, in order."""
    names = [f"pos@{month}" for month in range(12)]
    grid = {"kind": "grid", "factors": {"roadmap": [f"{a},web@{b}" for a in names for b in range(12, 24)]}}
    points = points_of(stated(grid))
    count, groups = points.groups(np.ones(len(points), dtype=bool))
    made = list(groups)
    assert (len(points), count, len(made)) == (144, 3, 3)
    assert max(len(group) for group in made) <= 64
    assert [point.index for group in made for point in group] == list(range(144))


@pytest.mark.parametrize(
    ("factors", "says"),
    [
        ({"seed": [float("inf")]}, "a seed is a whole number"),
        ({"seed": [float("nan")]}, "a seed is a whole number"),
        ({"budget": [0.8], "money.budgets.change.amount": ["x2"]}, "changes the same amounts"),
        ({"roadmap": ["till"], "policy": ["plan"]}, "a roadmap and a policy"),
    ],
)
def test_factors_that_cannot_be_or_would_hide_each_other(factors: dict[str, Any], says: str) -> None:
    """A sentence, never a traceback and never a factor without effect."""
    with pytest.raises(ProblemsFound, match=says):
        points_of(stated({"kind": "grid", "factors": factors}))


def test_a_list_may_mix_roadmaps_and_policies() -> None:
    """Each point its own; a roadmap may be a block; both in one point are refused."""
    points = points_of(stated({"kind": "list", "points": [{"roadmap": {"pos": 3}}, {"policy": "do nothing"}]}))
    assert (points.point(0).starts, points.point(1).policy) == ({"pos": 3}, "do nothing")
    with pytest.raises(ProblemsFound, match="a roadmap and a policy"):
        points_of(stated({"kind": "list", "points": [{"roadmap": {"pos": 3}, "policy": "do nothing"}]}))
