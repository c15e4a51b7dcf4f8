"""A file in the place of another kind is told in one sentence, by every command that reads one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scenarios.cli.app import run as command
from scenarios.file_kinds import DESIGN, PROGRAM, SCENARIO, kind_of
from scenarios.load import library, library_text, load
from scenarios.sweeps.template import TEMPLATE
from sim.errors import ProblemsFound

SHOP = Path(__file__).parents[1] / "data" / "corner_shop.yaml"
DOCUMENTS = {
    "plan.json": {"schema_version": 1, "roadmap": {}, "claim": "x", "provenance": {}},
    "problem.json": {"schema_version": 1, "periods": 4, "initiatives": []},
    "forecast.json": {"schema_version": 1, "records": []},
    "figures.json": {"schema_version": 1, "npv": {}, "course": {}},
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_bytes(SHOP.read_bytes())
    (tmp_path / "design.yaml").write_text(TEMPLATE)
    run = tmp_path / "run"
    run.mkdir()
    for name, document in DOCUMENTS.items():
        (run / name).write_text(json.dumps(document))
    (run / "scenario.yaml").write_bytes(SHOP.read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("sweep run shop.yaml --out out", "a scenario, not a design of a sweep (`roadfolio sweep new` prints"),
        ("sweep run run/plan.json --out out", "the document of a plan, not a design of a sweep"),
        ("plan design.yaml", "a design of a sweep, not a scenario (`roadfolio sweep run design.yaml"),
        ("check design.yaml", "a design of a sweep, not a scenario"),
        ("plan run/plan.json", "the document of a plan, not a scenario (of a run, name scenario.yaml beside it)"),
        ("plan run/problem.json", "a roadmap program, not a scenario (`roadfolio solve run/problem.json`"),
        ("plan run/forecast.json", "the record of a plan's forecasts, not a scenario"),
        ("plan run/figures.json", "a document that a command printed, not a scenario"),
        ("plan run", "run is a folder (name run/scenario.yaml, its scenario)"),
        ("solve shop.yaml", "a scenario, not a roadmap program (`roadfolio plan shop.yaml --out FOLDER`"),
        ("replan shop.yaml --at 3", "a scenario, not the folder of a run (`roadfolio plan shop.yaml --out FOLDER`"),
        ("replan run/plan.json --at 3", "not the folder of a run (name run, the folder that it is in)"),
    ],
)
def test_one_sentence(folder: Path, capsys: pytest.CaptureFixture[str], words: str, said: str) -> None:
    assert command(words.split()) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert said in lines[0]
    assert not (folder / "out").exists()


def test_kinds() -> None:
    """Every scenario of the library is one, also as JSON; a file that only lacks a part is read as what it is."""
    for name in library():
        assert kind_of(library_text(name)) == SCENARIO
    assert kind_of(TEMPLATE) == DESIGN
    assert kind_of(json.dumps(DOCUMENTS["problem.json"])) == PROGRAM
    for text in ("", "[]", "{", "a: 1", "version: 1\nname: x\nprofile: {}\n", '{"name": 1}'):
        assert kind_of(text) is None
    calibration = Path(load.__code__.co_filename).parent / "library" / "retailer.calibration.yaml"
    assert kind_of(calibration.read_text()) == "the calibration of a scenario"


def test_a_scenario_with_problems_lists_them(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(SHOP.read_text().replace("people:", "peopel:", 1))
    with pytest.raises(ProblemsFound, match="peopel"):
        load(broken)
