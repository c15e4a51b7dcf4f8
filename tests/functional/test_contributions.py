"""Contributions of initiatives: sums, own simulation of each part, requirements, the document, the screen, refusals."""

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from scenarios.attribution import linear
from scenarios.attribution.linear import Sums
from scenarios.attribution.report import Contribution, Contributions
from scenarios.cli.app import run
from scenarios.cli.render.contributions import needing
from scenarios.contributions import contributions
from scenarios.documents import schema
from scenarios.load import parse
from sim.errors import ProblemsFound
from sim.measures import cvar
from sim.montecarlo import evaluate
from sim.world import Scenario
from tests.unit.bad_files import SHOP, TEXT

DRAWS, SEED = 400, 7
STARTS = {"pos": 0, "edr": 3, "web": 6, "basic_backup": 0}
ADDITIVE = """
  plain_{k}:
    title: Plain {k}
    capital: {k}k to {k}500
    duration_months: 1
    origin: planner assumption
"""


def shop() -> Scenario:
    return parse(TEXT.encode(), "shop.yaml")


def wide(count: int) -> Scenario:
    """The corner shop with many candidates that only cost: each its own money."""
    more = "".join(ADDITIVE.format(k=k) for k in range(1, count + 1))
    return parse(TEXT.replace("\nexclusive: {}\n", f"{more}exclusive: {{}}\n").encode(), "shop.yaml")


@pytest.fixture(scope="module")
def found() -> Contributions:
    return contributions(shop(), STARTS, DRAWS, 8, SEED, threads=1)


def named(result: Contributions, name: str) -> Contribution:
    return next(one for one in result.initiatives if one.name == name)


def test_parts_add_up_to_the_roadmap(found: Contributions) -> None:
    """NPV, cost, worst 5 % and probability of a loss, as the kernel has them for the whole roadmap."""
    whole = evaluate(shop(), STARTS, DRAWS, SEED, detail=False)[0]
    known = {
        "npv": np.mean(whole.npv),
        "cost": np.mean(whole.cost),
        "cvar5": cvar(whole.npv, 0.05),
        "prob_loss": whole.prob_npv_negative,
    }
    for measure, value in known.items():
        total = getattr(found, measure)
        assert total.mean == pytest.approx(value, rel=1e-9)
        parts = [getattr(one, measure).mean for one in found.initiatives]
        assert sum(parts) == pytest.approx(value, rel=1e-9)
    assert found.orders is None
    assert found.npv.se == pytest.approx(np.std(whole.npv, ddof=1) / np.sqrt(DRAWS), rel=1e-12)


def test_parts_add_up_in_every_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in the mean alone: to 1e-9 of the NPV of each draw."""
    kept: list[Sums] = []

    def keep(*arguments: Any) -> Sums:
        kept.append(Sums(*arguments))
        return kept[-1]

    monkeypatch.setattr(linear, "Sums", keep)
    for starts, scenario in ((STARTS, shop()), ({f"plain_{k}": k for k in range(1, 10)}, wide(9))):
        kept.clear()
        contributions(scenario, starts, 50, 4, SEED)
        npv = evaluate(scenario, starts, 50, SEED, detail=False)[0].npv
        parts = kept[0].rows[: len(starts)].sum(axis=0)
        assert np.abs(parts - npv).max() <= 1e-9 * np.abs(npv).max()


def test_alone_and_last_in_are_simulations_of_their_own(found: Contributions) -> None:
    """Alone beside what it requires; last in against the roadmap without it and without what needs it."""
    lists = [STARTS, {"pos": 0, "web": 6}, {"pos": 0}, {"edr": 3, "basic_backup": 0}, {"pos": 0, "web": 6, "edr": 3}]
    whole, web, pos, without_pos, without_backup = (
        one.npv for one in evaluate(shop(), lists, DRAWS, SEED, detail=False)
    )
    for name, alone, last_in in (
        ("pos", pos, whole - without_pos),  # the web shop goes with the tills
        ("web", web - pos, None),
        ("basic_backup", None, whole - without_backup),
    ):
        one = named(found, name)
        for estimated, values in ((one.alone, alone), (one.last_in, last_in)):
            if values is not None:
                assert estimated.mean == pytest.approx(np.mean(values), rel=1e-9)
                assert estimated.se == pytest.approx(np.std(values, ddof=1) / np.sqrt(DRAWS), rel=1e-9)
    loss = [np.asarray(npv < 0.0, dtype=float) for npv in (whole, without_pos)]
    assert named(found, "pos").last_in_loss.mean == pytest.approx(np.mean(loss[0] - loss[1]), abs=1e-12)
    assert (named(found, "web").requires, named(found, "pos").requires) == (("pos",), ())
    assert named(found, "basic_backup").mandatory


def test_shapley_value_by_all_orders_one_by_one(found: Contributions) -> None:
    """Four initiatives have 24 orders: their mean marginal, where the web shop waits for the tills."""

    def permitted(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(name for name in names if name != "web" or "pos" in names))

    orders = list(itertools.permutations(STARTS))
    sets = sorted({permitted(order[:k]) for order in orders for k in range(5)} - {()})
    outcomes = evaluate(shop(), [{n: STARTS[n] for n in one} for one in sets], DRAWS, SEED, detail=False)
    npv = {one: outcome.npv for one, outcome in zip(sets, outcomes, strict=True)} | {(): np.zeros(DRAWS)}
    assert found.simulated == len(sets)
    for name in STARTS:
        added = [
            npv[permitted(order[: order.index(name) + 1])] - npv[permitted(order[: order.index(name)])]
            for order in orders
        ]
        mean = np.mean(added, axis=0)
        part = named(found, name).npv
        assert part.mean == pytest.approx(np.mean(mean), rel=1e-9)
        assert part.se_draws == pytest.approx(np.std(mean, ddof=1) / np.sqrt(DRAWS), rel=1e-9)
        assert part.se_orders == 0.0


def test_pairs_are_four_simulations(found: Contributions) -> None:
    """The interplay beside the rest; pairs of which one needs the other are left out."""
    lists = [STARTS, {"pos": 0, "web": 6, "basic_backup": 0}, {"pos": 0, "web": 6, "edr": 3}, {"pos": 0, "web": 6}]
    whole, no_edr, no_backup, neither = (one.npv for one in evaluate(shop(), lists, DRAWS, SEED, detail=False))
    pair = next(pair for pair in found.pairs if {pair.first, pair.second} == {"edr", "basic_backup"})
    values = whole - no_edr - no_backup + neither
    assert pair.in_roadmap.mean == pytest.approx(np.mean(values), rel=1e-9)
    assert pair.in_roadmap.se == pytest.approx(np.std(values, ddof=1) / np.sqrt(DRAWS), rel=1e-9)
    assert len(found.pairs) == 5  # of 6: the web shop needs the tills
    sizes = [abs(pair.in_roadmap.mean) for pair in found.pairs]
    assert sizes == sorted(sizes, reverse=True)


def test_initiatives_that_only_cost_get_their_own_cost() -> None:
    """Nine of them, sampled orders: each part is what it is worth alone and last in, and no order errs."""
    starts = {f"plain_{k}": 0 for k in range(1, 10)}
    result = contributions(wide(9), starts, 100, 4, SEED)
    assert result.orders == 4
    for one in result.initiatives:
        assert one.npv.mean == pytest.approx(one.alone.mean, rel=1e-9)
        assert one.npv.mean == pytest.approx(one.last_in.mean, rel=1e-9)
        assert one.cost.mean == pytest.approx(-one.npv.mean, rel=0.01)  # profits are too low here for tax to matter
        assert (one.npv.se_orders, one.cost.se_orders) == (0.0, 0.0)
    assert {(pair.in_roadmap.mean, pair.in_roadmap.se, pair.clear) for pair in result.pairs} == {(0.0, 0.0, False)}
    assert sum(one.npv.mean for one in result.initiatives) == pytest.approx(result.npv.mean, rel=1e-9)


def test_single_initiative_is_the_roadmap() -> None:
    result = contributions(shop(), {"edr": 0}, 100, 4, SEED)
    (one,) = result.initiatives
    assert (one.npv.mean, one.alone.mean, one.last_in.mean) == pytest.approx([result.npv.mean] * 3, rel=1e-12)
    assert (result.pairs, result.simulated) == ((), 1)
    assert (result.cvar5, one.cvar5) == (None, None)
    assert any("needs 400 draws" in note for note in result.notes)


def test_same_seed_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the threads and the batches; another seed gives other figures."""
    scenario, starts = wide(7), {**STARTS, **{f"plain_{k}": 1 for k in range(1, 8)}}
    text = json.dumps(contributions(scenario, starts, 60, 4, SEED, threads=1).document())
    assert json.dumps(contributions(scenario, starts, 60, 4, SEED, threads=2).document()) == text
    monkeypatch.setattr(import_module("scenarios.contributions"), "BATCH", 7)
    calls: list[tuple[int, int]] = []
    again = contributions(scenario, starts, 60, 4, SEED, progress=lambda done, of: calls.append((done, of)))
    assert json.dumps(again.document()) == text
    assert calls[-1][0] == calls[-1][1] == again.simulated - 1
    assert len(calls) > 3
    assert json.dumps(contributions(scenario, starts, 60, 4, SEED + 1).document()) != text


@pytest.mark.parametrize(
    ("starts", "numbers", "says"),
    [
        ({}, {}, "no initiatives to divide"),
        ({"web": 0}, {}, "web requires pos"),
        ({"pos": 0}, {"draws": 1}, "two draws"),
        ({"pos": 0}, {"draws": 50_000_000}, "at most"),
        ({"pos": 0}, {"orders": 7}, "even number"),
        ({"pos": 0}, {"orders": 2}, "4 or more"),
    ],
)
def test_what_cannot_be_divided_is_refused(starts: dict[str, int], numbers: dict[str, int], says: str) -> None:
    with pytest.raises(ProblemsFound, match=says):
        contributions(shop(), starts, **{"draws": 10, "orders": 4, "seed": SEED, **numbers})


def test_table_has_a_row_for_each_initiative(found: Contributions) -> None:
    frame = found.to_frame()
    assert frame["initiative"].to_list() == [one.name for one in found.initiatives]
    assert frame["npv"].sum() == pytest.approx(found.npv.mean, rel=1e-9)


Document = Callable[..., dict[str, Any]]


@pytest.fixture
def document(capsys: pytest.CaptureFixture[str]) -> Document:
    """Runs the command with --json and returns its document, after the check against the published schema."""

    def call(*arguments: str) -> dict[str, Any]:
        assert run(["contributions", *arguments, "--json"]) == 0
        content: dict[str, Any] = json.loads(capsys.readouterr().out)
        jsonschema.Draft202012Validator(schema("contributions")).validate(content)
        return content

    return call


def test_document_keeps_its_schema(document: Document) -> None:
    """With all orders and with sampled ones, with and without a tail."""
    content = document(str(SHOP), "--roadmap", "pos@0,edr@3", "--draws", "400", "--seed", "7")
    assert (content["orders"], content["simulated_roadmaps"]) == (None, 3)
    assert {one["id"] for one in content["initiatives"]} == {"pos", "edr"}
    few = document(str(SHOP), "--roadmap", "pos@0", "--draws", "20")
    assert (few["cvar5"], few["pairs"]) == (None, [])
    validator = jsonschema.Draft202012Validator(schema("contributions"))
    assert not validator.is_valid({**content, "surprise": 1})
    assert not validator.is_valid({**content, "initiatives": [{}]})


def test_screen_of_all_orders(capsys: pytest.CaptureFixture[str]) -> None:
    """Rows, the sum, pairs, chance of a loss; a hundred columns; no control characters in a pipe."""
    starts = "pos@0,edr@3,web@6,basic_backup@0"
    assert run(["contributions", str(SHOP), "--roadmap", starts, "--draws", "400", "--seed", "7"]) == 0
    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines()) <= 100
    assert "\x1b" not in out
    joined = " ".join(out.split())
    words = ["what each initiative contributes", "all orders", "part of NPV", "New point of sale", "the roadmap", " ± "]
    for text in [*words, "The roadmap loses money in", "seed 7"]:
        assert text in joined
    assert "Hinder each other (worth less together, EUR): Endpoint detection with Backup at the office (-" in joined
    assert "Help each other (worth more together than both add, EUR): Endpoint detection with Web shop (+" in joined


def test_what_goes_with_an_initiative_is_said(found: Contributions) -> None:
    """Directly or not: c needs b, which needs a."""
    plain = found.initiatives[0]
    chain = [replace(plain, name=name, requires=needs) for name, needs in (("a", ()), ("b", ("a",)), ("c", ("b",)))]
    result = replace(found, initiatives=tuple(chain))
    assert [needing(result, name) for name in "abc"] == [" and what needs it", " and what needs it", ""]


def test_screen_of_sampled_orders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both errors are said."""
    more = "".join(ADDITIVE.format(k=k) for k in range(1, 10))
    file = tmp_path / "shop.yaml"
    file.write_text(TEXT.replace("\nexclusive: {}\n", f"{more}exclusive: {{}}\n"), encoding="utf-8")
    starts = ",".join(["pos@0", "edr@0", *(f"plain_{k}@1" for k in range(1, 10))])
    assert run(["contributions", str(file), "--roadmap", starts, "--draws", "40", "--orders", "4"]) == 0
    joined = " ".join(capsys.readouterr().out.split())
    assert "4 orders sampled" in joined
    assert "come from draws (at most" in joined
    assert "and from sampled orders (at most" in joined


def test_screen_of_initiatives_that_have_nothing_to_do_with_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rounding is no interplay."""
    more = "".join(ADDITIVE.format(k=k) for k in range(1, 4))
    file = tmp_path / "shop.yaml"
    file.write_text(TEXT.replace("\nexclusive: {}\n", f"{more}exclusive: {{}}\n"), encoding="utf-8")
    assert run(["contributions", str(file), "--roadmap", "plain_1@0,plain_2@0,plain_3@1", "--draws", "40"]) == 0
    joined = " ".join(capsys.readouterr().out.split())
    assert "Of 3 pairs none clearly helps or hinders each other" in joined
    assert "The roadmap loses money in all of 40 draws" in joined


def test_bad_arguments_get_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["contributions", str(SHOP), "--roadmap", ""]) == 2
    assert "no initiatives to divide it among" in capsys.readouterr().err
