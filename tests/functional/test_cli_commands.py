"""roi, simulate, plan, solve and verify as a planner meets them: documents, exit codes, files, screens."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import scenarios
from optimize.problem import RoadmapProblem
from scenarios.calibration import text_of
from scenarios.cli.app import COMMANDS, run
from scenarios.cli.compiling import announce_compilation
from scenarios.documents import DOCUMENTS, schema
from sim.world.calibration import Calibration, Correction

ROOT = Path(__file__).resolve().parents[2]
SHOP = str(ROOT / "tests" / "data" / "corner_shop.yaml")
ROADMAP = ("--roadmap", "pos@0,edr@3")
MEASURES = {"npv", "roi", "payback_months", "cash_trough"}

Json = Callable[..., dict[str, Any]]


def refuse(constant: str) -> None:
    """NaN and Infinity, which Python reads, are no JSON."""
    raise AssertionError(f"{constant} in a document")


@pytest.fixture
def document(capsys: pytest.CaptureFixture[str]) -> Json:
    """Runs a command with --json and returns its one document, after the check against the published schema."""

    def call(*arguments: str, code: int = 0, name: str | None = None) -> dict[str, Any]:
        assert run([*arguments, "--json"]) == code
        content: dict[str, Any] = json.loads(capsys.readouterr().out, parse_constant=refuse)
        jsonschema.Draft202012Validator(schema(name or arguments[0])).validate(content)
        return content

    return call


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """A whole `plan` in its own process, with pipes; its folder is the last argument."""
    folder = tmp_path_factory.mktemp("runs") / "first"
    command = [sys.executable, "-m", "scenarios.cli", "plan", SHOP, "--seed", "7", "--json", "--out", str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(finished: subprocess.CompletedProcess[str]) -> Path:
    """Where the run was written."""
    return Path(finished.args[-1])


def test_roi_prints_its_document(document: Json) -> None:
    """Everything that the schema promises: seed, draws, engine, measures, KPIs, and who made them."""
    content = document("roi", SHOP, *ROADMAP, "--draws", "300", "--seed", "7", "--threads", "1")
    assert content["roadmap"] == {"pos": 0, "edr": 3}
    assert (content["seed"], content["draws"], content["engine"], content["currency"]) == (7, 300, "kernel", "EUR")
    assert set(content) >= MEASURES
    assert content["npv"]["p5"] < content["npv"]["p50"] < content["npv"]["p95"]
    assert sum(content["categories"].values()) == pytest.approx(content["npv"]["mean"], rel=1e-9)
    assert content["provenance"]["scenario_hash"] == scenarios.load(SHOP).hash()
    again = document("roi", SHOP, *ROADMAP, "--draws", "300", "--seed", "7", "--threads", "2")
    assert again == content
    other = document("roi", SHOP, *ROADMAP, "--draws", "300", "--seed", "8")
    assert other["npv"] != content["npv"]


def test_baseline_is_a_roadmap(document: Json) -> None:
    """An empty text: NPV 0, no ROI, no cost."""
    content = document("roi", SHOP, "--roadmap", "", "--draws", "50", "--seed", "0")
    assert content["roadmap"] == {}
    assert content["roi"] is None
    assert {content["npv"][key] for key in ("mean", "p5", "p95")} == {0.0}


def test_one_draw_has_no_error(document: Json) -> None:
    """What needs more than one is null."""
    content = document("roi", SHOP, *ROADMAP, "--draws", "1")
    assert content["npv"]["se"] is None


def test_roi_shows_a_screen(capsys: pytest.CaptureFixture[str]) -> None:
    """Titles, error, units and origin; no control characters in a pipe."""
    assert run(["roi", SHOP, *ROADMAP, "--draws", "300", "--seed", "7"]) == 0
    out = capsys.readouterr().out
    for words in ("New point of sale in 2027-01", "Endpoint detection in 2027-04", "NPV", " ± ", "EUR", "seed 7"):
        assert words in out
    assert "\x1b" not in out


def test_simulate_prints_document_and_screen(document: Json, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither workers nor the engine of the items change a figure."""
    content = document("simulate", SHOP, *ROADMAP, "--replications", "2", "--seed", "7")
    assert (content["engine"], content["replications"]) == ("company", 2)
    assert "draws" not in content
    assert run(["simulate", SHOP, "--roadmap", "edr@0", "--replications", "1", "--seed", "7"]) == 0
    out = capsys.readouterr().out
    assert "the company, item by item" in out
    assert "an error needs more than one of the replications" in out
    reference = document("simulate", SHOP, *ROADMAP, "--replications", "2", "--seed", "7", "--items", "reference")
    assert reference == content


def test_verify_prints_document_and_screen(document: Json, capsys: pytest.CaptureFixture[str]) -> None:
    """With two replications hardly a figure can be told, and the screen says so."""
    content = document("verify", SHOP, "--roadmap", "pos@0", "--replications", "2", "--seed", "7")
    assert content["replications"] == 2
    assert sum(content["counts"].values()) == len(content["rows"])
    assert content["counts"]["TOO FEW"] > 0
    assert run(["verify", SHOP, "--roadmap", "pos@0", "--replications", "2", "--seed", "7"]) == 0
    out = capsys.readouterr().out
    assert "too few replications to say: add replications" in out
    assert "kernel against company, with New point of sale in 2027-01" in out


def test_calibrate_prints_its_document(document: Json, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The corrections, and the file beside the scenario that the next command uses; no second one without --force."""
    shop = tmp_path / "shop.yaml"
    shop.write_text(Path(SHOP).read_text(encoding="utf-8"), encoding="utf-8")
    content = document("calibrate", str(shop), "--replications", "2")
    assert content["replications"] == 2
    assert Path(content["file"]).read_text(encoding="utf-8")
    assert set(content["processes"]) <= set(scenarios.load(str(shop)).processes)
    assert run(["calibrate", str(shop), "--replications", "2", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["errors"]
    document("calibrate", str(shop), "--replications", "3", "--force")


def test_plan_prints_one_document_and_nothing_beside_it(finished: subprocess.CompletedProcess[str]) -> None:
    """stdout is the document alone, though files are written and compilation may be announced."""
    assert finished.returncode == 0, finished.stderr
    content = json.loads(finished.stdout, parse_constant=refuse)
    jsonschema.Draft202012Validator(schema("plan")).validate(content)
    chosen, left = set(content["roadmap"]), {one["id"] for one in content["rejected"]}
    assert chosen | left == set(scenarios.load(SHOP).initiatives)
    assert not chosen & left
    assert content["outcomes"]["roadmap"] == content["roadmap"]
    assert [one["policy"] for one in content["yardsticks"]] == [
        "do nothing", "cheapest first", "highest ROI first", "technology first", "program alone",
    ]  # fmt: skip
    assert "\r" not in finished.stderr


def test_plan_writes_a_whole_run(finished: subprocess.CompletedProcess[str], folder: Path) -> None:
    """The files and no draft: the document, its record, a program that loads, the scenario byte by byte, a row a
    period, the report and its figures."""
    assert sorted(path.name for path in folder.iterdir()) == [
        "figures.json", "forecast.json", "periods.csv", "plan.json", "problem.json", "report.html", "scenario.yaml",
    ]  # fmt: skip
    assert [path.name for path in folder.parent.iterdir()] == ["first"]
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert plan == json.loads(finished.stdout)
    assert (folder / "scenario.yaml").read_bytes() == Path(SHOP).read_bytes()
    rows = (folder / "periods.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + len(plan["periods"])
    assert rows[0].startswith("label,start,capital,delivery,running,budget.change.amount")
    problem = RoadmapProblem.from_json((folder / "problem.json").read_text(encoding="utf-8"))
    assert {one.id for one in problem.initiatives} == set(scenarios.load(SHOP).initiatives)


def test_solve_answers_the_written_program(folder: Path, document: Json, capsys: pytest.CaptureFixture[str]) -> None:
    """The program of a plan is solved alone, in periods, with a reason for each that is left out."""
    content = document("solve", str(folder / "problem.json"))
    assert content["status"] == "optimal"
    assert content["conflict"] == []
    assert set(content["roadmap"]) | {one["id"] for one in content["rejected"]} == set(scenarios.load(SHOP).initiatives)
    assert run(["solve", str(folder / "problem.json")]) == 0
    out = capsys.readouterr().out
    assert "basic_backup" in out
    assert "bound" in out


def test_plan_never_loses_a_run(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that holds anything, and a file in its place, are refused before the work; nothing is touched."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert run(["plan", SHOP, "--seed", "7", "--out", str(folder)]) == 2
    assert "is not empty (name another folder, or add --force" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (tmp_path / "notes").write_text("mine", encoding="utf-8")
    assert run(["plan", SHOP, "--out", str(tmp_path / "notes")]) == 2
    assert "is a file" in capsys.readouterr().err
    assert (tmp_path / "notes").read_text(encoding="utf-8") == "mine"


def test_plan_uses_the_calibration_and_keeps_it_with_the_run(tmp_path: Path, document: Json) -> None:
    """The plan says that the kernel is corrected, and its folder holds what a later command needs for the same figures;
    a later run without a calibration leaves none behind."""
    shop = tmp_path / "shop.yaml"
    shop.write_bytes(Path(SHOP).read_bytes())
    corrected = Calibration(processes={"counter": Correction(wait=1.5, late=1.2)})
    beside = tmp_path / "shop.calibration.yaml"
    beside.write_text(text_of(scenarios.load(SHOP), corrected, 2), encoding="utf-8")
    run_folder = tmp_path / "run"
    plan = document("plan", str(shop), "--seed", "7", "--seconds", "5", "--out", str(run_folder))
    assert any("corrected by calibration" in note for note in plan["outcomes"]["notes"])
    again = scenarios.load(run_folder / "scenario.yaml")
    assert again.calibration.processes == corrected.processes
    assert again.hash() == plan["provenance"]["scenario_hash"]
    beside.unlink()
    document("plan", str(shop), "--seed", "7", "--seconds", "5", "--out", str(run_folder), "--force")
    assert not (run_folder / "scenario.calibration.yaml").exists()


def test_force_says_what_it_replaces_and_keeps_the_rest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Files of a run are replaced and named; a file beside them stays."""
    (tmp_path / "plan.json").write_text("old", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert run(["plan", SHOP, "--seed", "7", "--out", str(tmp_path), "--force"]) == 0
    captured = capsys.readouterr()
    assert f"replaced {tmp_path / 'plan.json'}" in captured.err
    assert "periods.csv" not in captured.err
    assert json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))["seed"] == 7
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert len(list(tmp_path.iterdir())) == 8
    for words in ("Corner Shop: start", "same fresh draws", "highest ROI first", "left out", "How sure:", "seed 7"):
        assert words in captured.out


def test_infeasible_scenario_ends_with_three(tmp_path: Path, document: Json) -> None:
    """A mandatory initiative that no budget pays: the sentence names what conflicts."""
    text = Path(SHOP).read_text(encoding="utf-8").replace("amount: 12k", "amount: 10")
    file = tmp_path / "shop.yaml"
    file.write_text(text, encoding="utf-8")
    content = document("plan", str(file), "--seed", "7", code=3, name="errors")
    assert any("basic_backup" in one["message"] for one in content["errors"])


def test_infeasible_problem_ends_with_three(tmp_path: Path, document: Json, capsys: pytest.CaptureFixture[str]) -> None:
    """Two mandatory initiatives that one budget cannot pay: the document and the screen name the conflict."""
    dear = {"value": [1.0, 1.0], "cost": {"capital": [60.0]}, "mandatory": True}
    problem = {
        "periods": 2,
        "initiatives": [{"id": "till", **dear}, {"id": "kiosk", **dear}],
        "budgets": [{"name": "change", "amount": [50.0, 50.0]}],
    }
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(problem), encoding="utf-8")
    content = document("solve", str(file), code=3)
    assert content["roadmap"] is None
    assert any("change" in words for words in content["conflict"])
    assert run(["solve", str(file)]) == 3
    out = capsys.readouterr().out
    assert content["conflict_sentence"] in " ".join(out.split())
    assert content["repairs"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("roi", SHOP, "--roadmap", "pso@0"), "did you mean pos?"),
        (("roi", SHOP, "--roadmap", "pos"), "pos@0"),
        (("roi", SHOP, "--roadmap", "web@0"), "web requires pos"),
        (("roi", SHOP, "--roadmap", "pos@0", "--draws", "0"), "--draws"),
        (("roi", SHOP), "--roadmap"),
        (("simulate", SHOP, "--roadmap", "pos@24"), "0 to 23"),
        (("simulate", "nowhere.yaml", "--roadmap", ""), "nowhere.yaml"),
        (("verify", SHOP, "--roadmap", "pos@0", "--replications", "-1"), "--replications"),
        (("plan", "retailr"), "did you mean retailer?"),
        (("solve", "nowhere.json"), "cannot be read"),
        (("solve", SHOP), "is a scenario"),
        (("solve", SHOP, "--solver", "abacus"), "highs or cbc"),
    ],
)
def test_wrong_input_ends_with_two(arguments: tuple[str, ...], says: str, document: Json) -> None:
    """Code 2 and a document of errors, whose text names the remedy."""
    content = document(*arguments, code=2, name="errors")
    assert any(says in f"{one['message']} {one['hint']}" for one in content["errors"])


def test_check_keeps_its_schema(document: Json) -> None:
    """Also of the library, which has evidence and doubtful figures."""
    document("check", SHOP)
    document("check", "retailer")


def test_every_document_belongs_to_a_command() -> None:
    """Commands that print figures have a schema; `errors` belongs to all of them, `draw` to `course --draw`."""
    assert set(DOCUMENTS) - {"errors", "draw", "figures"} == set(COMMANDS) - {"new", "schema"}


def test_help_of_schema_lists_every_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "--help"]) == 0
    words = set(re.findall(r"[a-z]+(?:-[a-z]+)*", capsys.readouterr().out))
    assert set(DOCUMENTS) <= words


def test_compilation_is_announced_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty cache is announced, a cache with the kernel in it is not."""
    monkeypatch.setattr("scenarios.cli.compiling.FOLDER", tmp_path)
    announce_compilation("kernel")
    assert "compiling the kernel" in capsys.readouterr().err
    (tmp_path / "montecarlo").mkdir()
    (tmp_path / "montecarlo" / "kernel._run-101.py311.nbi").touch()
    announce_compilation("kernel")
    assert capsys.readouterr().err == ""
    announce_compilation("kernel", "company")
    assert "compiling" in capsys.readouterr().err


def test_marks_are_those_of_compiled_engines(document: Json) -> None:
    """After a run of both engines the real cache holds what the announcement looks for."""
    document("verify", SHOP, "--roadmap", "", "--replications", "2")
    announced = subprocess.run(
        [sys.executable, "-m", "scenarios.cli", "verify", SHOP, "--roadmap", "", "--replications", "2"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "compiling" not in announced.stderr
