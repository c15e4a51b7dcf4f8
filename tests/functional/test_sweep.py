"""Sweeps: the same table whatever runs the points, nothing mixed, nothing repeated, nothing lost."""

from __future__ import annotations

import importlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars
import pytest

from scenarios import load, sweep
from scenarios.sweeps import driving
from scenarios.sweeps.pools import ProcessPool
from scenarios.sweeps.result import SweepResult, read_result
from scenarios.variant import variant
from sim.errors import ProblemsFound
from sim.montecarlo import evaluate
from tests.functional.sweep_cases import SHOP, cheap, deadly, design, seeds

orchestrator = importlib.import_module("scenarios.sweep")  # the package shows the function under this name


def table(found: SweepResult) -> polars.DataFrame:
    return found.wide().collect()


@pytest.fixture(scope="module")
def inline(tmp_path_factory: pytest.TempPathFactory) -> SweepResult:
    """The table that every other way must give."""
    return sweep(design(), tmp_path_factory.mktemp("sweep") / "out", workers=1)


def test_workers_and_tasks_change_no_bit(inline: SweepResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes; a caller's executor of threads; tasks of one group each."""
    assert inline.counts == {"done": 70, "failed": 10, "lost": 0, "left": 0}
    assert table(sweep(design(), tmp_path / "two", workers=2)).equals(table(inline))
    with ThreadPoolExecutor(2) as pool:
        assert table(sweep(design(), tmp_path / "threads", pool, workers=2)).equals(table(inline))
    monkeypatch.setattr(driving, "TASK_SECONDS", 0.0)
    assert table(sweep(design(), tmp_path / "single", workers=1)).equals(table(inline))


def test_it_is_the_plain_loop(inline: SweepResult) -> None:
    """Each row is what variant and evaluate say of its point alone."""
    from optimize.plan_limits import REPORT_FROM

    shop = load(SHOP)
    for row in table(inline).filter(polars.col("status") == "done").head(6).to_dicts():
        changes = {
            "money.discount_rate": row["money.discount_rate"],
            "initiatives.pos.earliest_month": int(row["initiatives.pos.earliest_month"]),
            "initiatives.pos.capital": {"multiply": row["initiatives.pos.capital"]},
        }
        world = variant(shop, changes)
        starts = {"pos": 0} if row["roadmap"] == "till" else {}
        alone = evaluate(world, starts, 64, 1, first_draw=REPORT_FROM, detail=False)
        assert row["npv.mean"] == alone[0].npv.mean()
        assert row["scenario_hash"] == world.hash()


def test_a_failed_point_keeps_its_row(inline: SweepResult) -> None:
    """With the reason; its neighbour in the group has figures."""
    rows = table(inline)
    late = rows.filter(polars.col("initiatives.pos.earliest_month") == 3)
    assert set(late.filter(polars.col("roadmap") == "till")["status"]) == {"failed"}
    assert set(late.filter(polars.col("roadmap") == "nothing")["status"]) == {"done"}
    assert "available from month 3" in inline.reasons[0][0]
    assert inline.reasons[0][1] == inline.counts["failed"]


def test_the_tidy_table_has_units(inline: SweepResult) -> None:
    tidy = inline.to_frame()
    assert tidy.columns[-5:] == ["value", "se", "low", "high", "unit"]
    assert tidy.height == 80 * len(inline.manifest.measures)
    mean = tidy.filter((polars.col("measure") == "npv.mean") & (polars.col("status") == "done"))
    assert set(mean["unit"]) == {"EUR"}
    assert (mean["low"] <= mean["value"]).all()
    assert inline.units["money.discount_rate"] == "share/year"
    assert inline.units["initiatives.pos.capital"] == "factor"


def test_a_finished_sweep_is_not_repeated(inline: SweepResult, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_args: Any) -> None:
        raise AssertionError("a point was worked out twice")

    monkeypatch.setattr(driving, "run_task", never)
    assert table(sweep(design(), inline.folder, workers=1, resume=True)).equals(table(inline))


@pytest.mark.parametrize("share", [0, 1, 3])
def test_resumed_where_it_stopped(inline: SweepResult, tmp_path: Path, share: int) -> None:
    """Stopped after so many tasks, by an error of whoever watches."""

    class StopError(Exception):
        pass

    seen = []

    def watch(advance: Any) -> None:
        seen.append(advance.done)
        if len(seen) > share:
            raise StopError

    with pytest.raises(StopError):
        sweep(design(), tmp_path / "out", workers=1, progress=watch)
    partial = read_result(tmp_path / "out")
    assert partial.counts["left"] == 80 - seen[-1]
    assert not partial.complete
    assert table(sweep(design(), tmp_path / "out", workers=1, resume=True)).equals(table(inline))


def test_nothing_is_mixed(inline: SweepResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another design, scenario or code is told; a folder with a sweep or other files is left alone."""
    with pytest.raises(ProblemsFound, match="holds a sweep already"):
        sweep(design(), inline.folder, workers=1)
    with pytest.raises(ProblemsFound, match="the design has changed"):
        sweep(design(draws=65), inline.folder, workers=1, resume=True)
    shop = tmp_path / "shop.yaml"
    shop.write_text(Path(SHOP).read_text())
    own = {**design(4), "scenario": str(shop)}
    sweep(own, tmp_path / "own", workers=1)
    shop.write_text(Path(SHOP).read_text().replace("discount_rate: 0.09", "discount_rate: 0.08"))
    with pytest.raises(ProblemsFound, match="the scenario has changed"):
        sweep(own, tmp_path / "own", workers=1, resume=True)
    monkeypatch.setattr("scenarios.sweeps.prepare.code_version", lambda: "0123456789abcdef")
    with pytest.raises(ProblemsFound, match="the program"):
        sweep(design(), inline.folder, workers=1, resume=True)
    with pytest.raises(ProblemsFound, match="a worker runs code"):
        sweep(design(4), tmp_path / "other", workers=1)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(ProblemsFound, match="other files"):
        sweep(design(), tmp_path / "mine", workers=1)


def test_a_torn_part_is_left_out(inline: SweepResult, tmp_path: Path) -> None:
    """What a killed driver leaves: drafts under other names, and parts that a merged one holds already."""
    found = sweep(seeds(300), tmp_path / "out", workers=1, own=cheap)
    parts = tmp_path / "out" / "parts"
    (whole,) = parts.glob("part-*.parquet")
    (parts / ".part-00000001-00000001.parquet.123").write_bytes(b"PAR1")
    found.wide().head(3).collect().write_parquet(parts / "part-00000002-00000002.parquet")
    assert table(read_result(tmp_path / "out")).height == 300
    sweep(seeds(300), tmp_path / "out", workers=1, resume=True, own=cheap)
    assert list(parts.iterdir()) == [whole]


def test_a_damaged_part_is_done_again(tmp_path: Path) -> None:
    """As after a power cut. Until then the status says so."""
    found = sweep(seeds(50), tmp_path / "out", workers=1, own=cheap)
    (whole,) = (tmp_path / "out" / "parts").glob("part-*.parquet")
    expected = table(found)
    whole.write_bytes(whole.read_bytes()[:200])
    with pytest.raises(ProblemsFound, match="cannot be read"):
        _ = read_result(tmp_path / "out").counts
    assert table(sweep(seeds(50), tmp_path / "out", workers=1, resume=True, own=cheap)).equals(expected)


def test_many_parts_are_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driving, "TASK_SECONDS", 0.0)
    monkeypatch.setattr("scenarios.sweeps.parts.MERGED_AT", 8)
    most = []

    def watch(_advance: Any) -> None:
        most.append(len(list((tmp_path / "out" / "parts").glob("part-*.parquet"))))

    found = sweep(seeds(100), tmp_path / "out", workers=1, own=cheap, progress=watch)
    assert max(most) < 25
    rows = table(found)
    assert rows["point"].to_list() == list(range(100))
    assert rows["first"].to_list() == [float(seed) for seed in range(100)]


def test_a_point_that_kills_its_worker_is_lost_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others have their rows; a resumed sweep tries it again."""
    monkeypatch.setattr(orchestrator, "pool_of", lambda *_: ProcessPool(1))
    found = sweep(seeds(12), tmp_path / "out", workers=2, own=deadly)
    assert found.counts == {"done": 11, "failed": 0, "lost": 1, "left": 0}
    assert not found.complete
    assert "worker died 3 times" in found.reasons[0][0]
    with pytest.raises(ProblemsFound, match="another function"):
        sweep(seeds(12), tmp_path / "out", workers=1, own=cheap, resume=True)


def test_two_drivers_do_not_share_a_folder(inline: SweepResult) -> None:
    from scenarios.sweeps.lock import held, is_held

    assert not is_held(inline.folder)
    with held(inline.folder):
        assert is_held(inline.folder)
        with pytest.raises(ProblemsFound, match="another sweep writes"):
            sweep(design(), inline.folder, workers=1, resume=True)


def test_document(inline: SweepResult) -> None:
    import jsonschema

    from scenarios.documents import schema

    document = json.loads(json.dumps(inline.document(), allow_nan=False))
    jsonschema.Draft202012Validator(schema("sweep")).validate(document)
    assert repr(inline) == "SweepResult(design=rates, points=80, done=70, failed=10)"
