"""Results as workbooks: every figure of the document with its unit, charts that live on cells, text that stays text."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.cli.app import run
from scenarios.workbooks.charts import CHARTS
from scenarios.workbooks.result_table import ResultTable
from scenarios.workbooks.results import result_bytes
from scenarios.workbooks.tabulate import named_apart, tables_of

SHOP = str(Path(__file__).resolve().parents[1] / "data" / "corner_shop.yaml")
ROADMAP = ("--roadmap", "pos@0,edr@3")
COMMANDS = {
    "roi": ("roi", SHOP, *ROADMAP, "--draws", "300"),
    "course": ("course", SHOP, *ROADMAP, "--draws", "300"),
    "contributions": ("contributions", SHOP, *ROADMAP, "--draws", "100"),
    "uncertainty": ("uncertainty", SHOP, *ROADMAP),
    "sensitivity": ("sensitivity", SHOP, *ROADMAP),
    "gaps": ("gaps", SHOP),
    "compare": ("compare", SHOP, "--arm", "one: pos@0", "--arm", "two: edr@3", "--draws", "300"),
    "frontier": ("frontier", SHOP),
    "break-even": ("break-even", SHOP, *ROADMAP, "--driver", "processes.counter.arrivals_per_day", "--draws", "256"),
    "discover": ("discover", SHOP, *ROADMAP, "--points", "256"),
    "simulate": ("simulate", SHOP, *ROADMAP, "--replications", "1"),
    "verify": ("verify", SHOP, *ROADMAP, "--replications", "2"),
    "check": ("check", SHOP),
    "evidence": ("evidence", "ransomware"),
}


def opened(raw: bytes) -> Any:
    """A workbook, and that no cell of it is computed."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert b"<f>" not in b"".join(archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name)
    return openpyxl.load_workbook(io.BytesIO(raw))


def values(book: Any) -> set[Any]:
    """What stands in the cells."""
    return {cell for page in book.worksheets for row in page.iter_rows(values_only=True) for cell in row}


def figures(node: Any) -> list[float]:
    """Every number of a document."""
    if isinstance(node, dict):
        return [figure for one in node.values() for figure in figures(one)]
    if isinstance(node, list):
        return [figure for one in node for figure in figures(one)]
    return [node] if isinstance(node, float) and not float(node).is_integer() else []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_writes_its_document(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside what it prints: the same figures, the answer or else Summary first, charts second, provenance last."""
    file = tmp_path / "result.xlsx"
    assert run([*COMMANDS[name], "--json", "--excel", str(file)]) in (0, 1)  # 1: engines that cannot be told alike
    document = json.loads(capsys.readouterr().out)
    book = opened(file.read_bytes())
    assert book.sheetnames[0] in ("Answer", "Summary")
    assert book.sheetnames[-1] == "Provenance"
    held = {float(f"{cell:.10g}") for cell in values(book) if isinstance(cell, (int, float))}
    text = " ".join(cell for cell in values(book) if isinstance(cell, str))
    missing = [one for one in figures(document) if float(f"{one:.10g}") not in held and str(one) not in text]
    assert missing == []
    if CHARTS.get(name):
        assert book.sheetnames[1] == "Charts"
        assert book["Charts"]._charts
    for page in book.worksheets:
        assert all(8 < size.width < 100 for size in page.column_dimensions.values() if size.width)
        if page.title != "Charts":
            assert page.freeze_panes == "B4"
    before = file.read_bytes()
    assert run([*COMMANDS[name], "--excel", str(file)]) == 2
    assert "--force" in capsys.readouterr().err
    assert file.read_bytes() == before


def test_plan_and_sweep_write_workbooks_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The plan with cost by period against the budget; a sweep with a row a point."""
    plan, table = tmp_path / "plan.xlsx", tmp_path / "sweep.xlsx"
    assert run(["plan", SHOP, "--excel", str(plan)]) == 0
    book = opened(plan.read_bytes())
    assert {"Summary", "Charts", "Periods", "Finalists", "Yardsticks", "Rejected", "Provenance"} <= set(book.sheetnames)
    assert len(book["Charts"]._charts) >= 4
    design = tmp_path / "design.yaml"
    design.write_text(
        f"version: 1\nname: taxes\nscenario: {SHOP}\nwork: {{kind: roi, draws: 64, roadmaps: {{till: {{pos: 0}}}},"
        " policies: [do nothing], measures: [npv.mean, prob_npv_negative]}\n"
        "design: {kind: grid, factors: {profile.tax_rate: [0.1, 0.2, 0.3]}}\n"
    )
    assert run(["sweep", "run", str(design), "--out", str(tmp_path / "run"), "--workers", "1"]) == 0
    assert run(["sweep", "results", str(tmp_path / "run"), "--excel", str(table)]) == 0
    page = opened(table.read_bytes())["Rows"]
    assert "profile.tax_rate" in [cell.value for cell in page[2]]
    assert "EUR" in [cell.value for cell in page[3]]
    assert page.max_row >= 6
    capsys.readouterr()


@pytest.mark.parametrize(
    ("path", "says"), [("result.csv", "end it with .xlsx"), ("no/result.xlsx", "there is no folder")]
)
def test_a_bad_place_is_told_before_the_work(
    path: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And nothing is written."""
    assert run(["plan", SHOP, "--excel", str(tmp_path / path)]) == 2
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_units_stand_below_the_heads() -> None:
    """From the published schemas, and money as money."""
    document = {
        "currency": "EUR",
        "npv": {"mean": 1.5, "se": 0.5, "intervals": {"mean": {"low": 1.0, "high": 2.0}}},
        "initiatives": [{"id": "pos", "alone": {"mean": 2.5, "se": 0.1}, "start": 3}],
        "fans": {"cumulative": {"p5": [1.5, 2.5, 3.5], "p50": [2.5, 3.5, 4.5]}},
    }
    tables = {table.name: table for table in tables_of(document, "contributions")}
    assert tables["Figures"].rows[0][:3] == ("npv", "EUR", 1.5)
    column = tables["Initiatives"].column("alone.mean")
    assert column is not None
    assert tables["Initiatives"].units[column] == "EUR"
    assert tables["Cumulative"].rows[2] == (2, 3.5, 4.5)


TEXTS = st.one_of(
    st.sampled_from(
        ["=1+1", "+1", "@x", "<script>", "x" * 40_000, "\u202eאב", "a\x07b", "_x000D_", "http://x.org", "🏪"]
    ),
    st.text(max_size=20),
)
NODE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=10,
)


@settings(max_examples=12)
@given(st.dictionaries(TEXTS, NODE, max_size=6))
def test_any_document_becomes_a_workbook(document: dict[str, Any]) -> None:
    """Names of sheets within Excel's limits, no two alike; no text is computed."""
    book = opened(result_bytes(document, "roi"))
    names = [name.casefold() for name in book.sheetnames]
    assert len(set(names)) == len(names)
    assert all(0 < len(name) <= 31 for name in names)


def test_sheets_are_told_apart() -> None:
    """By as many words of their path as it takes."""
    paths = ("model.mean", "sampling.mean", "arms", "x" * 40, "x" * 41)
    named = [table.name for table in named_apart([ResultTable(path, (), (), ()) for path in paths])]
    assert named[:3] == ["Model mean", "Sampling mean", "Arms"]
    assert len(set(named)) == len(named)


def test_a_scenario_is_not_replaced_by_a_result(tmp_path: Path) -> None:
    """Not even with --force, whatever its name; what convert replaces is kept beside it."""
    from scenarios.cli.excel import check_excel
    from scenarios.cli.keeping import keep_before
    from scenarios.convert import convert
    from sim.errors import ProblemsFound

    book = tmp_path / "shop.xlsx"
    book.write_bytes(convert(str(SHOP), book).content)
    with pytest.raises(ProblemsFound, match="is a scenario: all of it would be lost"):
        check_excel(book, overwrite=True)
    content = book.read_bytes()
    first, second = keep_before(book), keep_before(book)
    assert first is not None
    assert second is not None
    assert first != second
    assert first.read_bytes() == second.read_bytes() == content
    assert keep_before(tmp_path / "nothing") is None


def test_the_first_sheet_says_what_the_screen_says_first() -> None:
    """Figures of a roadmap with the ends of their intervals, and differences of a comparison with their verdicts."""
    from scenarios.workbooks.answer import answer

    npv = {"mean": 10.0, "p5": -5.0, "intervals": {"mean": {"low": 8.0, "high": 12.0}}}
    roi = {
        "currency": "EUR",
        "npv": npv,
        "prob_npv_negative": 0.2,
        "prob_npv_negative_error": {"low": 0.1, "high": 0.3},
    }
    rows = answer({**roi, "roadmap": {"new_till": 6}}).rows
    assert rows[0][:5] == ("NPV", 10.0, 8.0, 12.0, "EUR")
    assert rows[2][:5] == ("chance to lose money", 0.2, 0.1, 0.3, "share")
    assert rows[-1][:2] == ("start of new till", 6)
    assert answer({"currency": "EUR", "outcomes": roi}).rows[0] == rows[0]
    pair = {"first": "b", "second": "a", "npv": {"mean": 3.0, "low": 1.0, "high": 5.0, "verdict": "higher"}}
    assert answer({"pairs": [pair], "currency": "EUR"}).rows == (("NPV of b minus a", 3.0, 1.0, 5.0, "EUR", "higher"),)
    assert answer({"currency": "EUR"}).rows == ()
