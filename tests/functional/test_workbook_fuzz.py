"""Mutated scenarios and workbooks: a scenario or the list of errors, never anything else.

`ROADFOLIO_FUZZ=1000` tries so many of each kind; a run of the suite tries fewer.
"""

import contextlib
import io
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.cli.app import run
from scenarios.convert import workbook
from scenarios.load import library_text, parse, plain, scenario_of
from scenarios.review import review
from scenarios.workbooks.flow import yaml_text
from scenarios.workbooks.gather import gather
from scenarios.workbooks.grid import Grid
from scenarios.workbooks.read import read_grids
from sim.errors import ProblemsFound
from sim.world import Scenario

SHOP = Path(__file__).resolve().parents[1] / "data" / "corner_shop.yaml"
MANY = int(os.environ.get("ROADFOLIO_FUZZ", "0"))
ODD: list[Any] = [
    None, True, False, 0, -1, 1, 12, 0.5, 1e308, 2**60, float("inf"), float("nan"), "", " ", "x", "12", "5 %", "1 to 2",
    "2 to 1", "{low: 1, mode: 2, high: 3}", "{low: 1}", "{", "[", '"', "[[[[]]]]", "{a: {b: {c: 1}}}", "null", "=1+1",
    "<script>", "../../x", "\u202e\u05d0", "🙂", "x" * 5_000, "till", "clerk, it", "clerk; it", "clerk", "2027-01",
    "start", "processes.counter.arrivals_per_day", "origin", "planner assumption", "a.b.c", "[a, b.c]", "0x10",
    "1e999", ".nan",
]  # fmt: skip


def outcome(document: Any) -> list[str]:
    """The errors of a document, none where it states a scenario. Each has words, and a place where it has a line."""
    try:
        scenario = scenario_of(document, "shop.xlsx")
    except ProblemsFound as found:
        problems = list(found.errors)
        assert problems
        assert all(problem.message and problem.file == "shop.xlsx" for problem in problems)
        return [str(problem) for problem in problems]
    assert isinstance(scenario, Scenario)
    return []


@pytest.fixture(scope="module")
def grids() -> list[Grid]:
    """The sheets of the corner shop."""
    found, problems = read_grids(workbook(SHOP.read_bytes(), "shop.yaml"), "shop.xlsx")
    assert not problems
    assert outcome(gather(found)) == []
    return found


@settings(max_examples=MANY or 60)
@given(st.data())
def test_mutated_sheets_give_errors(grids: list[Grid], data: st.DataObject) -> None:
    """Cells overwritten, swapped and moved, sheets renamed and lost."""
    cells = {grid.name: dict(grid.cells) for grid in grids}
    names = [name for name, content in cells.items() if content]
    for _ in range(data.draw(st.integers(1, 6))):
        name = data.draw(st.sampled_from(names))
        content = cells[name]
        if not content:
            continue
        place = data.draw(st.sampled_from(list(content)))
        kind = data.draw(st.sampled_from(["set", "set", "set", "clear", "copy", "row", "column", "sheet"]))
        row, column = place
        if kind == "set":
            content[place] = data.draw(st.one_of(st.sampled_from(ODD[1:]), st.text(min_size=1, max_size=12)))
        elif kind == "clear":
            del content[place]
        elif kind == "copy":
            other = cells[data.draw(st.sampled_from(names))]
            content[place] = data.draw(st.sampled_from(list(other.values()))) if other else "x"
        elif kind == "row":
            to = data.draw(st.integers(1, 30))
            cells[name] = {(to if r == row else r, c): value for (r, c), value in content.items()}
        elif kind == "column":
            to = data.draw(st.integers(1, 30))
            cells[name] = {(r, to if c == column else c): value for (r, c), value in content.items()}
        else:
            cells[name] = {}
    outcome(gather([Grid(name, content) for name, content in cells.items()]))


def damaged(data: st.DataObject, node: Any, depth: int = 0) -> Any:
    """Plain data with one place changed, somewhere inside."""
    if isinstance(node, dict) and node and depth < 6:
        key = data.draw(st.sampled_from(list(node)))
        kind = data.draw(st.sampled_from(["in", "in", "in", "in", "drop", "rename", "set", "copy"]))
        if kind == "in":
            return {**node, key: damaged(data, node[key], depth + 1)}
        if kind == "drop":
            return {name: value for name, value in node.items() if name != key}
        if kind == "rename":
            new = data.draw(st.one_of(st.sampled_from([str(one) for one in ODD[4:]]), st.just(f"{key}x")))
            return {new if name == key else name: value for name, value in node.items()}
        if kind == "copy":
            return {**node, key: node[data.draw(st.sampled_from(list(node)))]}
    if isinstance(node, list) and node and data.draw(st.booleans()):
        return [*node[1:], damaged(data, node[0], depth + 1)]
    return data.draw(st.sampled_from([*ODD, [], {}, [1, "a"], {"low": 1, "mode": 1, "high": 1}]))


@settings(max_examples=MANY or 40)
@given(st.data())
def test_mutated_scenarios_give_errors(data: st.DataObject) -> None:
    """Values, keys and blocks changed; what passes is reviewed, and written as a workbook that says the same."""
    content = plain(SHOP.read_bytes(), "shop.yaml").data
    for _ in range(data.draw(st.integers(1, 3))):
        content = damaged(data, content)
        if not isinstance(content, dict):
            content = {"version": content}
    raw = yaml_text(content).encode()
    if outcome(plain(raw, "shop.xlsx")):
        return
    scenario = parse(raw, "shop.yaml")
    assert review(scenario).name == scenario.name
    assert parse(workbook(raw, "shop.yaml"), "shop.xlsx") == scenario


@settings(max_examples=MANY or 15)
@given(st.data())
def test_mutated_files_give_errors(whole: bytes, data: st.DataObject) -> None:
    """Bytes of the archive, and of the parts inside it."""
    raw = whole
    if data.draw(st.booleans()):
        memory = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(memory, "w", zipfile.ZIP_STORED) as new:
            names = old.namelist()
            victim = data.draw(st.sampled_from(names))
            for name in names:
                part = old.read(name)
                new.writestr(name, mutated(data, part) if name == victim else part)
        raw = memory.getvalue()
    else:
        raw = mutated(data, raw)
    with contextlib.suppress(ProblemsFound):
        outcome(plain(raw, "shop.xlsx"))


@pytest.fixture(scope="module")
def whole() -> bytes:
    """A workbook with a single item on each of a few sheets, so that reading it is quick."""
    return workbook(b"version: 1\nname: tiny\ntitle: Tiny\n", "tiny.yaml")


def mutated(data: st.DataObject, raw: bytes) -> bytes:
    """Bytes with a piece cut out, doubled or overwritten."""
    start = data.draw(st.integers(0, max(0, len(raw) - 1)))
    end = min(len(raw), start + data.draw(st.integers(0, 60)))
    piece = data.draw(st.sampled_from([b"", b"\0", b"<", b"&x;", b"]]>", b"999999999", b"-1", raw[start:end] * 2]))
    return raw[:start] + piece + raw[end:]


def test_commands_end_with_errors_on_damaged_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and sentences, whatever the file calls itself."""
    text = library_text("clinic")
    for name, content in (
        ("a.xlsx", b"PK\x03\x04 nothing"), ("b.xlsx", text.encode()[:5000]), ("c.yaml", b"PK\x03\x04"), ("d.xlsx", b""),
    ):  # fmt: skip
        file = tmp_path / name
        file.write_bytes(content)
        for command in (["check", str(file)], ["plan", str(file)], ["convert", str(file), str(tmp_path / "out.yaml")]):
            assert run(command) == 2, command
            assert "Traceback" not in capsys.readouterr().err
