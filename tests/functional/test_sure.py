"""`roi --precision` and `--against`: draws until a figure is sure, kept and extended."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from scenarios import kept_draws
from scenarios.cli.app import run
from scenarios.cli.render.sure import sentences
from scenarios.documents import schema
from scenarios.kept_draws import FILE, read_draws, write_draws
from scenarios.load import load
from scenarios.review import review
from scenarios.statistics import figure
from scenarios.sure import Verdict, origin, sure
from sim.delivery_notes import capped_means
from sim.errors import ProblemsFound
from sim.measures import ChanceBelow, TailMean
from sim.montecarlo import evaluate
from sim.outcomes import statistic
from sim.parameters import Parameters
from sim.roadmap import EMPTY, roadmap
from tests.naive.shops import corner_shop, setting

SHOP_FILE = str(Path(__file__).resolve().parents[1] / "data" / "corner_shop.yaml")
SHOP = load(SHOP_FILE)
BOTH, ONE = roadmap(SHOP, {"pos": 0, "edr": 3}), roadmap(SHOP, {"pos": 0})
SEED = 7
ROI = ("roi", SHOP_FILE, "--roadmap", "pos@0,edr@3", "--seed", str(SEED))


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run([*ROI, *arguments, "--json"]) == 0
    content: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schema("roi")).validate(content)
    return content


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run([*ROI, *arguments]) == 2
    return capsys.readouterr().err


def test_a_precision_is_reached_with_few_draws(capsys: pytest.CaptureFixture[str]) -> None:
    """The first look that is narrow enough ends it; the figures are those of the same number of draws."""
    content = printed(capsys, "--precision", "2,000 EUR")
    found = content["sure"]
    assert (found["reached"], found["verdict"], found["draws"], found["draws_needed"]) == (True, "reached", 4096, None)
    assert max(found["high"] - found["estimate"], found["estimate"] - found["low"]) <= 2000
    plain = evaluate(SHOP, BOTH, 4096, SEED)
    assert content["npv"]["mean"] == found["estimate"] == statistic(plain[0].npv).mean
    assert content["npv"] == json.loads(json.dumps(plain.document()["npv"]))
    assert content["kpis"] == {}


def test_what_is_not_reached_says_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    content = printed(capsys, "--precision", "0.01%", "--max-draws", "10000")
    assert content["sure"]["draws"] == 8192  # the last look within 10,000
    assert (content["sure"]["reached"], content["sure"]["verdict"]) == (False, "cannot_tell")
    assert content["sure"]["draws_needed"] > 10**6
    assert run([*ROI, "--precision", "0.01%", "--max-draws", "5000"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for words in (
        "is NOT reached",
        "draws would be needed (extrapolated",
        "however the draws were stopped",
        "more than the 1,048,576 of the last look",
        "with --max-draws 5,000 the run stops at the last one within it, 4,096",
    ):
        assert words in shown
    assert "table hold for a number of draws that was stated beforehand" in shown


@pytest.mark.parametrize(("needed", "look"), [(20_000, "32,768"), (4_097, "8,192"), (4_096, "8,192")])
def test_the_look_that_would_do_is_named(needed: int, look: str) -> None:
    """Not the extrapolated number, at which there is no look."""
    answer, _ = sure(SHOP, (ONE,), figure("npv"), "0.01%", SEED, most=4096)
    shown = " ".join(sentences(replace(answer, needed=needed)))
    assert f"raise --max-draws to {look}, the first look" in shown
    assert "the run stops at" not in shown


def test_an_extended_run_is_one_long_run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Same bits, no draw repeated, whatever the threads and the ranges."""
    folder = tmp_path / "run"
    first = printed(capsys, "--precision", "0.01%", "--max-draws", "4096", "--out", str(folder), "--threads", "1")
    assert json.loads((folder / "roi.json").read_text()) == first
    extended = printed(capsys, "--precision", "0.01%", "--max-draws", "16384", "--extend", str(folder))
    once = printed(capsys, "--precision", "0.01%", "--max-draws", "16384", "--threads", "2")
    assert extended == once
    kept = read_draws(folder, origin(SHOP, (BOTH,), SEED))
    assert kept.draws == len(np.unique(kept.values["npv"][0])) == 16384
    np.testing.assert_array_equal(kept.values["npv"][0], evaluate(SHOP, BOTH, 16384, SEED, detail=False)[0].npv)
    assert "holds a run" in refused(capsys, "--precision", "1%", "--out", str(folder))
    assert "16,384 draws already" in refused(
        capsys, "--precision", "1%", "--extend", str(folder), "--max-draws", "8192"
    )
    assert "no values by draw of kpi.wait" in refused(
        capsys, "--precision", "1%", "--statistic", "kpi.wait", "--extend", str(folder)
    )
    again = printed(capsys, "--precision", "90%", "--statistic", "npv.p5", "--extend", str(folder))
    assert again["sure"]["draws"] == 16384  # what is there is used, another figure may be asked for


def test_only_the_same_draws_are_extended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another seed, roadmap, scenario or version, a damaged or foreign file: refused with a sentence."""
    _, kept = sure(SHOP, (ONE,), figure("npv"), "50%", SEED, most=4096)
    write_draws(tmp_path, kept)
    for changed, says in (
        (origin(SHOP, (ONE,), SEED + 1), "its seed is 7"),
        (origin(SHOP, (BOTH,), SEED), "it is a run of pos@0"),
        (origin(SHOP, (ONE, EMPTY), SEED), "it is a run of pos@0"),
        (origin(load("retailer"), (ONE,), SEED), "the scenario is another one"),
    ):
        with pytest.raises(ProblemsFound, match=says):
            read_draws(tmp_path, changed)
    monkeypatch.setattr("scenarios.sure.code_digest", lambda: "other")
    with pytest.raises(ProblemsFound, match="another version"):
        read_draws(tmp_path, origin(SHOP, (ONE,), SEED))
    monkeypatch.undo()
    whole = (tmp_path / FILE).read_bytes()
    for content in (b"", b"not a file of draws", whole[: len(whole) // 2]):
        (tmp_path / FILE).write_bytes(content)
        with pytest.raises(ProblemsFound, match="damaged"):
            read_draws(tmp_path, origin(SHOP, (ONE,), SEED))
    np.savez(tmp_path / FILE, about=np.array([{"format": 1}], dtype=object))
    with pytest.raises(ProblemsFound, match="damaged"):
        read_draws(tmp_path, origin(SHOP, (ONE,), SEED))
    with pytest.raises(ProblemsFound, match="no run to extend"):
        read_draws(tmp_path / "nowhere", origin(SHOP, (ONE,), SEED))


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, kept = sure(SHOP, (ONE,), figure("npv"), "50%", SEED, most=4096)
    write_draws(tmp_path, kept)
    before = (tmp_path / FILE).read_bytes()

    def fails(*_arguments: object, **_arrays: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept_draws.np, "savez", fails)
    with pytest.raises(ProblemsFound, match="No space left"):
        write_draws(tmp_path, kept)
    assert (tmp_path / FILE).read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_which_of_two_is_better() -> None:
    """The sign of a difference, in the direction of the figure: a second initiative costs more, so it is worse."""
    answer, kept = sure(SHOP, (BOTH, ONE), figure("cost"), None, SEED, most=4096)
    assert (answer.verdict, answer.reached) == (Verdict.WORSE, True)
    assert answer.interval.estimate == pytest.approx(np.mean(kept.values["cost"][0] - kept.values["cost"][1]))
    swapped, _ = sure(SHOP, (ONE, BOTH), figure("cost"), None, SEED, most=4096)
    assert swapped.verdict is Verdict.BETTER
    assert swapped.interval.low == pytest.approx(-(answer.interval.high or 0.0))


def test_the_same_roadmap_twice_cannot_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Difference 0, error 0, and no number of draws that would help."""
    content = printed(capsys, "--against", "pos@0,edr@3", "--max-draws", "4096")
    found = content["sure"]
    assert (found["estimate"], found["low"], found["high"], found["se"]) == (0.0, 0.0, 0.0, 0.0)
    assert (found["verdict"], found["reached"], found["draws_needed"]) == ("cannot_tell", False, None)
    assert run([*ROI, "--against", "pos@0,edr@3", "--max-draws", "4096"]) == 0
    assert "Cannot tell yet which roadmap is better" in capsys.readouterr().out


def test_what_was_never_seen_is_not_precise() -> None:
    """A chance or a mean of 0 has no share that could be reached; an amount can be, and the interval stays 0 to 0."""
    for name in ("P(npv < -100M)", "financing"):
        answer, _ = sure(SHOP, (ONE,), figure(name), "5%", SEED, most=4096)
        assert (answer.interval.estimate, answer.reached, answer.verdict) == (0.0, False, Verdict.CANNOT_TELL)
        shown = " ".join(sentences(answer))
        assert "is NOT reached" in shown
        assert "Nothing of it was seen in 4,096 draws" in shown
    plain, _ = sure(SHOP, (ONE,), figure("financing"), "500 EUR", SEED, most=4096)
    assert (plain.interval.half, plain.reached) == (0.0, True)


def test_the_interval_is_printed_by_its_ends_and_differences_of_shares_in_points() -> None:
    """No `±` beside an interval: on the same screen that is a standard error."""
    for name, sign in (("npv", "EUR (95 %: "), ("roi", "% (95 %: "), ("prob_npv_negative", "% (95 %: ")):
        answer, _ = sure(SHOP, (BOTH,), figure(name), "90%", SEED, most=4096)
        assert sign in sentences(answer)[0]
        assert "±" not in sentences(answer)[0]
    for name in ("roi", "prob_npv_negative"):
        answer, _ = sure(SHOP, (BOTH, ONE), figure(name), None, SEED, most=4096)
        assert " points (95 %: " in sentences(answer)[0]
        assert "%" not in sentences(answer)[0].replace("95 %", "")


def test_a_difference_without_interval_says_so() -> None:
    """Not that an interval holds 0."""
    answer, _ = sure(SHOP, (BOTH, ONE), figure("npv"), None, SEED, most=4096)
    none = replace(answer.interval, low=None, high=None, refused="the variance looks infinite")
    shown = " ".join(sentences(replace(answer, interval=none, verdict=Verdict.CANNOT_TELL, reached=False)))
    assert "there is no interval" in shown
    assert "the variance looks infinite" in shown
    assert "holds 0" not in shown


@pytest.mark.parametrize(
    "name",
    ["npv.p5", "npv.cvar5", "prob_npv_negative", "roi", "cash_trough.p5", "payback_months.p5", "P(npv < -10000)",
     "P(npv > -10000)", "kpi.wait", "kpi.cyber_loss.p95", "npv_within_horizon", "funding_need.cvar5"],
)  # fmt: skip
def test_every_figure_has_a_name(name: str) -> None:
    """Its estimate is that of the ordinary run on the same draws."""
    answer, _ = sure(SHOP, (BOTH,), figure(name), "99%", SEED, most=4096)
    one = evaluate(SHOP, BOTH, 4096, SEED)[0]
    wait, loss = (one.kpis[:, k].mean(axis=1) for k in (3, 8))
    expected = {
        "npv.p5": np.quantile(one.npv, 0.05),
        "npv.cvar5": statistic(one.npv).cvar5,
        "prob_npv_negative": one.prob_npv_negative,
        "roi": one.roi.mean if one.roi else None,
        "cash_trough.p5": np.quantile(one.trough, 0.05),
        "payback_months.p5": statistic(one.payback, "high").p5,
        "P(npv < -10000)": np.mean(one.npv < -10000),
        "P(npv > -10000)": np.mean(one.npv > -10000),
        "kpi.wait": wait.mean(),
        "kpi.cyber_loss.p95": np.quantile(loss, 0.95),
        "npv_within_horizon": np.mean(one.npv - one.residual),
        "funding_need.cvar5": statistic(one.need, "high").cvar5,
    }[name]
    assert answer.interval.estimate == pytest.approx(expected)
    assert answer.figure.name.startswith(name)
    assert sentences(answer)[0].startswith(answer.figure.name)


def test_thresholds_are_written_as_in_scenario_files() -> None:
    assert figure("P(npv < -10k)").estimator == figure("P(npv < -10,000)").estimator == ChanceBelow(-10_000.0)
    assert figure("P(npv > 2.5M)").estimator == ChanceBelow(-2.5e6)
    assert figure("P(kpi.utilisation < 70 %)").estimator == figure("P(kpi.utilisation < 0.7)").estimator


def test_a_quantile_among_draws_without_value_has_a_reason() -> None:
    answer, _ = sure(SHOP, (BOTH,), figure("payback_months.p99"), "5%", SEED, most=4096)
    assert answer.interval.estimate is None
    assert "the 99 % quantile falls among the draws without value" in sentences(answer)[0]


def test_the_worst_end_of_a_figure_is_where_it_hurts() -> None:
    assert figure("cost.cvar5").estimator == TailMean(0.05, "high")
    assert figure("kpi.customers.cvar10").estimator == TailMean(0.1, "low")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--precision", "2%", "--statistic", "nvp.mean"), "did you mean npv"),
        (("--precision", "2%", "--statistic", "kpi.wiat"), "did you mean kpi.wait"),
        (("--precision", "2%", "--statistic", "npv.p0"), "above 0 and below 100"),
        (("--precision", "2%", "--statistic", "npv.median"), "p5 for the 5 % quantile"),
        (("--precision", "2%", "--statistic", "payback_months.mean"), "some draws never have a value"),
        (("--precision", "0.02"), "a precision needs its unit"),
        (("--precision", "5 USD"), "'USD' is not the unit"),
        (("--precision", "0%"), "no precision"),
        (("--precision", "5,5%"), "write 5.5"),
        (("--precision", "1,5 points", "--statistic", "roi"), "write 1.5"),
        (("--precision", "12,34,567 EUR"), "no precision"),
        (("--precision", "2%", "--statistic", "P(kpi.wait > 5,3)"), "write 5.3"),
        (("--precision", "2%", "--statistic", "P(roi < 0.1)"), "P() knows npv, npv_within_horizon, residual"),
        (("--precision", "2%", "--statistic", "P(kpi.wiat < 5)"), "did you mean kpi.wait?"),
        (("--precision", "2%", "--statistic", "roi.p5"), "roi is one figure and takes no ending"),
        (("--precision", "2%", "--statistic", "P(kpi.utilisation > 70)"), "is a share, from 0 to 100 %"),
        (("--precision", "2%", "--statistic", "P(kpi.wait > 70 %)"), "is no share: its unit is minutes"),
        (("--precision", "2%", "--statistic", "P(npv < ten)"), "'ten' is not a number"),
        (("--precision", "100%"), "outside the range"),
        (("--precision", "-2%"), "no precision"),
        (("--precision", "2%", "--max-draws", "100"), "fewer than the first look"),
        (("--precision", "2%", "--draws", "100"), "--max-draws limits them"),
        (("--precision", "2%", "--force"), "nothing is to be replaced"),
        (("--precision", "2%", "--out", "a", "--extend", "b"), "a run is begun or extended"),
        (("--precision", "2%", "--extend", "nowhere"), "holds no run to extend"),
        (("--statistic", "npv.p5"), "no precision is asked for"),
        (("--against", "pso@0"), "did you mean pos"),
    ],
)
def test_bad_requests_get_a_sentence(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str) -> None:
    assert says in refused(capsys, *arguments)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_driver_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch, bad: float) -> None:
    """NaN or infinity in one draw: an error with the driver's path and the draw, no figure."""
    theta = Parameters.theta
    broken: list[str] = []

    def drawn(table: Parameters, draws: Any, seed: int) -> Any:
        values, clipped = theta(table, draws, seed)
        values = values.copy()
        values[3, -1] = bad
        broken.append(table.drivers[-1].path)
        return values, clipped

    monkeypatch.setattr(Parameters, "theta", drawn)
    with pytest.raises(ProblemsFound, match="not a finite number in draw 1000003") as found:
        evaluate(SHOP, ONE, 8, 123_456, first_draw=1_000_000)
    assert found.value.errors[0].path == broken[0]


def test_an_overrun_without_mean_is_capped_and_said() -> None:
    """Exponent at or below 1: `check` and the notes of `roi` say so; above 1 nothing does. A loss is refused."""
    assert capped_means(SHOP, SHOP.initiatives) == ()
    heavy = corner_shop(setting("risk_classes.package.tail_exponent", 1.0))
    said = "which has no mean: it is capped at"
    assert any(said in warning for warning in review(heavy).warnings)
    used = next(name for name, one in heavy.initiatives.items() if one.risk_class in heavy.risk_classes)
    assert any(said in note for note in evaluate(heavy, {used: 0}, 20, SEED).notes)
    assert not any(said in note for note in evaluate(heavy, {}, 20, SEED).notes)
    with pytest.raises(ValueError, match="tail_index"):
        corner_shop(setting(f"threats.{next(iter(SHOP.threats))}.tail_index", 1.0))


def test_a_run_keeps_the_kpi_that_it_was_asked_for() -> None:
    """Extended for another figure, it still holds the KPI of all draws, so that it may be asked for again."""
    _, kept = sure(SHOP, (ONE,), figure("kpi.wait"), "90%", SEED, most=4096)
    _, longer = sure(SHOP, (ONE,), figure("npv.p5"), "0.001%", SEED, most=8192, kept=kept)
    again, _ = sure(SHOP, (ONE,), figure("kpi.wait.p50"), "90%", SEED, most=8192, kept=longer)
    assert again.interval.estimate == pytest.approx(
        np.median(evaluate(SHOP, ONE, 8192, SEED)[0].kpis[:, 3].mean(axis=1))
    )
