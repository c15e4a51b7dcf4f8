"""The command line as its user meets it: check, new, schema, help, and what is said when something is wrong."""

import importlib
import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer

import scenarios
from scenarios.cli.app import COMMANDS, module_of, run
from scenarios.cli.output import emit, progress
from scenarios.evidence import evidence
from scenarios.load import library, library_text
from scenarios.new import sectors
from scenarios.positions import read_yaml
from scenarios.schema import scenario_schema

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "tests" / "data" / "corner_shop.yaml"
TEXT = SHOP.read_text(encoding="utf-8")
UNCORRELATED = (TEXT[TEXT.index("correlations:") :], "")  # for files in which a driver becomes certain
PROGRAM = [sys.executable, "-m", "scenarios.cli"]
HEAVY = {"numpy", "scipy", "numba", "pydantic", "ruamel.yaml", "rich", "polars", "pulp", "simpy", "highspy"}


def file_with(folder: Path, *edits: tuple[str, str]) -> str:
    """Path of a corner shop with some texts replaced, each of which it must contain."""
    text = TEXT
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "shop.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def document(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    """The one JSON document that a command prints on stdout, with nothing beside it."""
    assert run([*arguments, "--json"]) == code
    out, err = capsys.readouterr()
    assert err == ""
    content: dict[str, Any] = json.loads(out)
    assert content["schema_version"] == 1
    return content


def test_check_reviews_a_good_file(capsys: pytest.CaptureFixture[str]) -> None:
    """Name, hash, counts, origins, loads and threats on stdout; nothing on stderr."""
    assert run(["check", str(SHOP)]) == 0
    out, err = capsys.readouterr()
    shop = scenarios.load(SHOP)
    for words in ("Corner Shop", shop.hash(), "roles 2", "seats 5", "initiatives 5", "clerk", "ransomware"):
        assert words in out
    assert err == ""
    assert "\x1b" not in out


def test_check_gives_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    """The same facts as JSON. Numbers that the file leaves to their default do not count."""
    content = document(capsys, "check", str(SHOP), "--seed", "3")
    assert content["scenario"] == "corner_shop"
    assert content["hash"] == scenarios.load(SHOP).hash()
    assert content["counts"] == {
        "roles": 2, "seats": 5, "processes": 2, "systems": 2, "threats": 1, "initiatives": 5, "numbers": 67,
    }  # fmt: skip
    assert content["uncertain"] == TEXT.count(" to ") + TEXT.count("low:")
    assert (content["planner_assumptions"], content["from_evidence"]) == (67, 0)
    assert content["warnings"] == []
    (threat,) = content["threats"]
    assert threat["counts"] == "negative binomial, size 0.8"
    assert threat["p95_loss"] == pytest.approx(6 * threat["median_loss"])


def test_check_computes_the_load_of_roles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Work with errors is done again, lost items make none, and only customers follow the season."""
    certain = (("arrivals_per_day: 45 to 60", "arrivals_per_day: 50"), ("minutes: 18 to 22", "minutes: 20"))
    file = file_with(tmp_path, *certain, UNCORRELATED)
    clerk, it = document(capsys, "check", file)["loads"]
    work = 50 * (1 - 0.03) * (20 / (1 - 0.03) + 4 * 0.4) / 60
    assert clerk["average"] == pytest.approx(work / (4 * 8), rel=1e-12)
    assert clerk["busiest"] == pytest.approx(1.2 * work / (4 * 8), rel=1e-12)
    assert it["average"] == it["busiest"] == pytest.approx(6 * 35 / 60 / 8, rel=1e-12)


def test_check_counts_who_gets_through_the_channels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Demand that a channel does not let through is no work: here half of six tenths."""
    way = "arrivals_per_day: 50\n    channels: {web: {share: 0.6, conversion: 0.5}}"
    plain, thinned = (
        document(capsys, "check", file_with(tmp_path, ("arrivals_per_day: 45 to 60", text), UNCORRELATED))["loads"][0]
        for text in ("arrivals_per_day: 50", way)
    )
    assert thinned["average"] == pytest.approx(0.7 * plain["average"], rel=1e-12)


@pytest.mark.parametrize(
    ("arrivals", "says"), [("200", "the queue grows without end"), ("80", "arrives in the busiest month")]
)
def test_check_warns_of_overload(arrivals: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """More work than seats can do is no error, but it is said: on stderr, or in the document."""
    file = file_with(tmp_path, ("arrivals_per_day: 45 to 60", f"arrivals_per_day: {arrivals}"), UNCORRELATED)
    (warning,) = document(capsys, "check", file)["warnings"]
    assert says in warning
    assert run(["check", file]) == 0
    assert capsys.readouterr().err == f"warning: {warning}\n"


def test_role_without_seats_has_no_load(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON knows no infinity: the load is null, with a warning."""
    content = document(capsys, "check", file_with(tmp_path, ("clerk: {headcount: 4", "clerk: {headcount: 0")))
    assert content["loads"][0]["average"] is None
    assert "clerk" in content["warnings"][0]


def test_check_tells_evidence_from_assumptions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Figures from the evidence are counted, doubtful ones named, and the family of a threat's figures is shown."""
    known = evidence().values()
    rate = next(entry for entry in known if entry.measures == "frequency")
    loss = next(entry for entry in known if entry.measures == "severity" and entry.family == rate.family)
    doubtful = next(entry for entry in known if entry.doubtful)
    file = file_with(
        tmp_path,
        ("attempts_per_year: 1.5 to 4", f"attempts_per_year: {{value: 1.5 to 4, origin: {rate.id}}}"),
        ("severity: 8k to 25k", f"severity: {{value: 8k to 25k, origin: {loss.id}}}"),
        ("repair_hours: 4", f"repair_hours: {{value: 4, origin: {doubtful.id}}}"),
    )
    content = document(capsys, "check", file)
    assert (content["planner_assumptions"], content["from_evidence"]) == (64, 3)
    assert doubtful.id in content["doubtful_evidence"]
    assert content["doubtful_evidence"] == sorted({e.id for e in (rate, loss, doubtful) if e.doubtful})
    assert content["warnings"] == []
    families = [(threat["frequency_family"], threat["severity_family"]) for threat in content["threats"]]
    assert families == [(rate.family, rate.family)]


def test_rate_and_loss_of_different_families_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each family counts other events: a rate of one times the loss of another is no loss of anybody."""
    known = evidence().values()
    rate = next(entry for entry in known if entry.measures == "frequency")
    loss = next(entry for entry in known if entry.measures == "severity" and entry.family != rate.family)
    file = file_with(
        tmp_path,
        ("success_probability: 0.05 to 0.15", f"success_probability: {{value: 0.05 to 0.15, origin: {rate.id}}}"),
        ("severity: 8k to 25k", f"severity: {{value: 8k to 25k, origin: {loss.id}}}"),
    )
    assert run(["check", file]) == 2
    said = capsys.readouterr().err
    for part in ("threats.ransomware.severity", f"family {loss.family}", str(rate.family), "take both from one family"):
        assert part in said


def test_every_library_scenario_passes(capsys: pytest.CaptureFixture[str]) -> None:
    """What comes with the product has no errors and no overload; a shop may lack a skill or be not quite
    ready, which is then its story."""
    assert library()
    for name in library():
        warnings = document(capsys, "check", name)["warnings"]
        told = ("levels are missing", "readiness: ")
        assert [warning for warning in warnings if not any(words in warning for words in told)] == []


def test_errors_are_lines_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line an error, in the form that editors understand; stdout stays empty; exit code 2."""
    file = file_with(tmp_path, ("tax_rate: 0.25", "tax_rate: 2"), ("system: till", "system: tilt"))
    column = Path(file).read_text(encoding="utf-8").splitlines()[33].index("tilt") + 1
    assert run(["check", file]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        f"{file}:18:13: profile.tax_rate: `2` is outside the allowed range (one number from 0 to 0.9 share)",
        f"{file}:34:{column}: processes.counter.steps.serve.system: there is no system named tilt (did you mean till?)",
        "2 errors",
    ]


def test_errors_are_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json the errors are on stdout, each with every key."""
    file = file_with(tmp_path, ("tax_rate: 0.25", "tax_rate: .inf"), ("capital: 1500", "capitl: 1500"))
    content = document(capsys, "check", file, code=2)
    assert [tuple(error) for error in content["errors"]] == [
        ("file", "sheet", "line", "column", "path", "value", "message", "hint")
    ] * 2
    assert content["errors"][1] == {
        "file": file, "sheet": None, "line": 98, "column": 5, "path": "initiatives.basic_backup.capitl",
        "value": "capitl", "message": "unknown key `capitl`", "hint": "did you mean `capital`?",
    }  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ["chek"],
        ["check"],
        ["check", "a", "b"],
        ["check", "a", "--colour"],
        ["check", "retailer", "--seed", "-1"],
        ["check", "retailer", "--seed", "x"],
        ["check", "nowhere.yaml"],
        ["new"],
        ["new", "--sector", "farming"],
        ["--nonsense"],
    ],
)
def test_wrong_usage_ends_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong arguments are invalid input like any other, with and without --json."""
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    (error,) = document(capsys, *arguments, code=2)["errors"]
    assert error["message"]


def test_every_command_takes_json_and_seed() -> None:
    """A script may give the same options to every command."""
    for name in COMMANDS:
        command = importlib.import_module(module_of(name)).run
        app = typer.Typer(add_completion=False)
        app.command()(command)
        options = {option for parameter in typer.main.get_command(app).params for option in parameter.opts}
        assert {"--json", "--seed"} <= options, name


def test_schema_accepts_good_files_and_rejects_bad_ones(capsys: pytest.CaptureFixture[str]) -> None:
    """The printed schema is valid, says units and ranges, and agrees with the loader on files of both kinds."""
    content = document(capsys, "schema")
    assert content == json.loads(json.dumps(scenario_schema()))
    jsonschema.Draft202012Validator.check_schema(content)
    validator = jsonschema.Draft202012Validator(content)
    for text in (TEXT, *(library_text(name) for name in library())):
        assert list(validator.iter_errors(read_yaml(text).data)) == []
    edits = (
        ("tax_rate: 0.25", "tax_rate: 25"),
        ("capital:", "capitl:"),
        ("gross_margin: {low:", "gross_margin: {lo:"),
        ("currency: EUR", ""),
        ("lost_share: 0.03", "lost_share: 3"),
    )
    for old, new in edits:
        assert old in TEXT
        assert not validator.is_valid(read_yaml(TEXT.replace(old, new, 1)).data), new
    minutes = content["$defs"]["Step"]["properties"]["minutes"]
    assert (minutes["minimum"], minutes["maximum"]) == (0.01, 10_000)
    assert "in minutes; from 0.01 to 10000; initiatives may change it" in minutes["description"]


def test_new_prints_the_commented_file(capsys: pytest.CaptureFixture[str]) -> None:
    """Every scenario of the library is found by its sector, and printed as it is."""
    assert sorted(sectors().values()) == library()
    for sector, name in sectors().items():
        assert run(["new", "--sector", sector]) == 0
        out, err = capsys.readouterr()
        assert (out, err) == (library_text(name), "")
        assert document(capsys, "new", "--sector", sector)["text"] == out


def test_new_never_overwrites_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--out writes a whole file or none, and replaces one only with --force."""
    target = tmp_path / "shop.yaml"
    command = ["new", "--sector", "retail", "--out", str(target)]
    assert run(command) == 0
    assert capsys.readouterr().out == ""
    assert target.read_text(encoding="utf-8") == library_text("retailer")
    target.write_text("mine")
    assert run(command) == 2
    assert "--force" in capsys.readouterr().err
    assert target.read_text() == "mine"
    assert run([*command, "--force"]) == 0
    assert scenarios.load(target).name == "retailer"
    assert run(["new", "--sector", "retail", "--out", str(tmp_path / "no" / "shop.yaml")]) == 2
    assert run(["new", "--sector", "retail", "--out", str(tmp_path), "--force"]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["shop.yaml"]


def test_documents_refuse_what_json_lacks() -> None:
    """NaN in a result would be a defect, not a document."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        emit({"npv": float("nan")})


def start(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `main` in a process of its own after some code that prepares it."""
    program = f"import sys\n{code}\nfrom scenarios.cli import main\nmain()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


BROKEN = "import scenarios.cli.schema as it\ndef run(json: bool = False):\n    raise {error}\nit.run = run"


def test_defect_is_one_sentence() -> None:
    """An exception nobody expected: exit code 1, how to report it, and the traceback only on demand."""
    code = BROKEN.format(error="ZeroDivisionError('by nothing')")
    plain = start(code, "schema", ROADFOLIO_DEBUG="")
    assert (plain.returncode, plain.stdout) == (1, "")
    assert plain.stderr.startswith("roadfolio has a defect: ZeroDivisionError: by nothing (please report")
    assert plain.stderr.count("\n") == 1
    debug = start(code, "schema", ROADFOLIO_DEBUG="1")
    assert debug.returncode == 1
    assert "Traceback" in debug.stderr
    as_json = start(code, "schema", "--json", ROADFOLIO_DEBUG="")
    assert as_json.returncode == 1
    assert "defect" in json.loads(as_json.stdout)["errors"][0]["message"]


def test_interrupt_is_no_defect() -> None:
    """Ctrl-C ends with one word and the code that shells expect."""
    stopped = start(BROKEN.format(error="KeyboardInterrupt"), "schema")
    assert (stopped.returncode, stopped.stdout, stopped.stderr) == (130, "", "stopped\n")


def test_closed_pipe_is_no_defect() -> None:
    """`roadfolio schema | head -1`: whoever reads may stop at any time."""
    with subprocess.Popen([*PROGRAM, "schema"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_letters_that_a_terminal_lacks_are_no_defect(tmp_path: Path) -> None:
    """A terminal without UTF-8 gets the code of a letter."""
    file = file_with(tmp_path, ("title: Corner Shop", "title: Café 日本"))
    done = start("", "check", file, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Caf\\xe9" in done.stdout


def test_help_is_quick_and_loads_nothing_heavy() -> None:
    """`roadfolio --help` under 0.4 s, best of five, and without any of the large libraries."""
    code = "import atexit\natexit.register(lambda: print('LOADED', *sys.modules, file=sys.stderr))"
    done = start(code, "--help")
    assert done.returncode == 0
    assert all(f"  {name} " in done.stdout for name in COMMANDS)
    assert HEAVY & set(done.stderr.split()) == set()
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run([*PROGRAM, "--help"], cwd=ROOT, capture_output=True, check=True)
        seconds.append(time.perf_counter() - began)
    assert min(seconds) < 0.4


def test_progress_is_silent_in_a_pipe(capfd: pytest.CaptureFixture[str]) -> None:
    """No bar, no control characters, no line."""
    with progress("drawing", 10) as advance:
        advance(10)
    assert capfd.readouterr() == ("", "")


def on_terminal(code: str) -> str:
    """What some code shows when stderr is a terminal; it must not print anything on stdout."""
    near, far = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=far,
        check=True,
    )
    os.close(far)
    shown = os.read(near, 100_000).decode()
    os.close(near)
    assert done.stdout == b""
    return shown


def test_progress_shows_a_bar_on_a_terminal() -> None:
    """The bar is on stderr, with its description and its count."""
    code = "from scenarios.cli.output import progress\nwith progress('drawing', 10) as advance:\n    advance(10)"
    shown = on_terminal(code)
    assert "drawing" in shown
    assert "10/10" in shown


def test_errors_on_a_terminal_are_coloured_lines() -> None:
    """The words are those of a pipe, the line is not broken, and signs in it are not taken for markup."""
    code = f"from scenarios.cli.app import run\nassert run(['check', '[b]{'x' * 150}']) == 2"
    shown = on_terminal(code)
    assert "\x1b[" in shown
    assert f"there is no file and no library scenario named '[b]{'x' * 150}'" in shown
