"""Scenarios as workbooks: nothing is lost on the way there and back, and an error names the cell it stands in."""

import datetime
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.cli.app import run
from scenarios.convert import convert, workbook
from scenarios.load import library, load, parse, plain, read
from scenarios.positions import UNPRINTABLE
from scenarios.workbooks import read as reading
from scenarios.workbooks.flow import yaml_text
from sim.errors import Problem, ProblemsFound

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "tests" / "data" / "corner_shop.yaml"
CALC = "=cmd|' /C calc'!A0"
HOSTILE = (
    "<script>alert(1)</script>", CALC, "+1", "-2+3", "@SUM(A1)", "../../x", "x" * 10_000, "\u202eשלום عربي\u202c",
    "🏪🙂", "&amp; ]]>", "_x000D_", "_x005F_x000D_", " blank ", "two\nlines", "12", "true", "null", "", "'quoted",
    '"quoted"', "{a: 1}", "2027-01", "http://example.org",
)  # fmt: skip

Change = Callable[[Any], None]


@pytest.fixture(scope="module")
def shop() -> bytes:
    """The corner shop as a workbook."""
    return workbook(SHOP.read_bytes(), "shop.yaml")


def changed(raw: bytes, *changes: Change) -> bytes:
    """A workbook as somebody saves it after changes to its openpyxl book."""
    book = openpyxl.load_workbook(io.BytesIO(raw))
    for change in changes:
        change(book)
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def cell(sheet: str, where: str, value: Any) -> Change:
    """A change of one cell."""

    def change(book: Any) -> None:
        book[sheet][where] = value

    return change


def renamed(sheet: str, name: str) -> Change:
    """A change of the name of a sheet."""

    def change(book: Any) -> None:
        book[sheet].title = name

    return change


def problems(raw: bytes) -> list[Problem]:
    """What is wrong with a workbook, at least one thing."""
    with pytest.raises(ProblemsFound) as found:
        parse(raw, "shop.xlsx")
    return list(found.value.errors)


def where(book_bytes: bytes, sheet: str, row: str, head: str) -> str:
    """Cell of an item's field, by what stands in the first column and in the head; of a form, the head is `value`."""
    page = openpyxl.load_workbook(io.BytesIO(book_bytes))[sheet]
    at = next(line for line in range(1, 200) if page.cell(line, 1).value == row)
    column = next(i for i in range(1, 200) if page.cell(2, i).value == head)
    return str(page.cell(at, column).coordinate)


@pytest.mark.parametrize("name", [*library(), str(SHOP)])
def test_there_and_back_nothing_is_lost(name: str) -> None:
    """YAML to workbook to YAML: the same plain data, key by key in their order, and the same hash."""
    raw, file = read(name)
    before = plain(raw, file).data
    book = workbook(raw, file)
    after = plain(book, "x.xlsx").data
    assert after == before
    text = yaml_text(after)
    assert plain(text.encode(), "x.yaml").data == before
    assert list(plain(text.encode(), "x.yaml").data["initiatives"]) == list(before["initiatives"])
    scenario = parse(raw, file)
    assert parse(book, "x.xlsx") == scenario
    assert parse(text.encode(), "x.yaml").hash() == scenario.hash()


def test_hostile_names_survive() -> None:
    """Markup, formulas, paths, ten thousand letters, right to left: a text comes back as it was, never as anything
    else, in a table, in a form and as the name of an item."""
    data = plain(SHOP.read_bytes(), "shop.yaml").data
    data["initiatives"] |= {f"odd_{i}": {**data["initiatives"]["pos"], "title": text} for i, text in enumerate(HOSTILE)}
    data["pins"] = {text: {"start": i} for i, text in enumerate(HOSTILE)}
    data["title"], data["story"] = CALC, HOSTILE[0]
    assert plain(workbook(yaml_text(data).encode(), "shop.yaml"), "shop.xlsx").data == data


def test_no_text_becomes_a_formula_or_a_link() -> None:
    """Every cell of the workbook is a number, a text or true/false; no formula, no link, no macro."""
    data = plain(SHOP.read_bytes(), "shop.yaml").data
    data |= {"title": CALC, "story": "http://example.org", "name": "shop"}
    raw = workbook(yaml_text(data).encode(), "shop.yaml")
    book = openpyxl.load_workbook(io.BytesIO(raw))
    kinds = {
        one.data_type for page in book.worksheets for row in page.iter_rows() for one in row if one.value is not None
    }
    assert kinds <= {"n", "s", "b"}
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = archive.namelist()
        sheets = b"".join(archive.read(name) for name in names if "worksheets/sheet" in name)
    assert b"<f>" not in sheets
    assert not any("vba" in name or "externalLink" in name for name in names)


def test_what_no_cell_can_hold_is_said(tmp_path: Path) -> None:
    """A text beyond the limit of Excel stays with YAML; nothing is cut."""
    long = tmp_path / "long.yaml"
    long.write_text(SHOP.read_text(encoding="utf-8").replace("title: Corner Shop", f"title: {'x' * 40_000}"))
    with pytest.raises(ProblemsFound, match="40,000 characters, and a cell of Excel holds 32,767"):
        convert(str(long), tmp_path / "long.xlsx")


def test_what_xml_forbids_is_said_or_kept(shop: bytes) -> None:
    """YAML refuses control characters at once; one that a workbook spells out gives an error or comes back."""
    title = where(shop, "Company", "title", "value")
    (problem,) = problems(changed(shop, cell("Company", title, "bell _x0007_ rings")))
    assert "U+0007" in problem.message
    assert problem.place == f"shop.xlsx: Company!{title}"
    with pytest.raises(ProblemsFound, match=r"U\+0007"):
        parse(SHOP.read_bytes().replace(b"Corner Shop", b'"bell \\x07"', 1), "shop.yaml")


@settings(max_examples=8)
@given(
    st.text(max_size=40).filter(lambda text: not UNPRINTABLE.search(text)),
    st.one_of(
        st.floats(0.0, 0.9),
        st.sampled_from(["5 %", "0.1 to 0.3", "1.500 to 2.500", {"low": 0.1, "mode": 0.2, "high": 0.5}]),
    ),
    st.lists(st.floats(0.5, 1.5), min_size=12, max_size=12),
    st.dictionaries(st.from_regex(r"[a-z][a-z0-9_-]{0,12}", fullmatch=True), st.integers(0, 40), max_size=3),
)
def test_any_content_goes_there_and_back(title: str, tax: Any, season: list[float], pins: dict[str, int]) -> None:
    """Also what the schema refuses: converting is not judging."""
    data = plain(SHOP.read_bytes(), "shop.yaml").data
    data["title"], data["profile"]["tax_rate"], data["profile"]["seasonality"] = title, tax, season
    data["pins"] = {name: {"start": month} for name, month in pins.items()}
    data["unknown"] = {title or "x": [title, tax]}
    assert plain(workbook(yaml_text(data).encode(), "x.yaml"), "x.xlsx").data == data


def test_errors_name_sheet_row_and_column(shop: bytes) -> None:
    """All at once, each with the cell, the value, the range or the nearest name."""
    minutes = where(shop, "Steps", "counter", "minutes")
    system = where(shop, "Steps", "counter", "system")
    raw = changed(
        shop, cell("Steps", minutes, "a while"), cell("Steps", system, "tilt"), cell("People", "B4", -3),
        cell("Company", where(shop, "Company", "profile.tax_rate", "value"), 25),
    )  # fmt: skip
    found = {str(problem).partition(": ")[2] for problem in problems(raw)}
    assert len(found) == 4
    assert any(text.startswith(f"Steps!{minutes}: processes.counter.steps.serve.minutes:") for text in found)
    assert any(f"Steps!{system}" in text and "did you mean till?" in text for text in found)
    assert any(text.startswith("People!") and "from 0 to 500" in text for text in found)


def test_a_missing_value_points_at_its_empty_cell(shop: bytes) -> None:
    """The cell to fill in."""
    at = where(shop, "People", "clerk", "monthly_cost")
    (problem,) = problems(changed(shop, cell("People", at, None)))
    assert problem.place == f"shop.xlsx: People!{at}"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("12.000", "write 12000 or 12k for thousands, 12.0 for a decimal"),
        ("1.500 to 2.500", "write 1500 or 1.5k for thousands, 1.5 for a decimal"),
        ("1.234", "write 1234 or 1.234k for thousands, 1.2340 for a decimal"),
    ],
)
def test_a_typed_number_with_a_dot_of_thousands_is_asked_back(text: str, hint: str, shop: bytes) -> None:
    """A text is never guessed at; what has one reading only is read, and a number is what Excel says it is."""
    at = where(shop, "People", "clerk", "monthly_cost")
    found = problems(changed(shop, cell("People", at, text)))
    assert any(one.place == f"shop.xlsx: People!{at}" and hint in str(one) for one in found), found
    for sure in (12.125, "12.0", "12k", "1.5k to 2.25k", "12.5000", '"12.000"', "{low: 1.125, mode: 2, high: 3}"):
        assert not plain(changed(shop, cell("People", at, sure)), "shop.xlsx").problems


def test_numbers_with_three_decimals_go_there_and_back() -> None:
    """Texts and lists of a YAML file that would be asked back in a cell are written so that they are not."""
    data = plain(SHOP.read_bytes(), "shop.yaml").data
    data["profile"]["tax_rate"] = "0.125 to 1.375"
    data["people"]["clerk"]["monthly_cost"] = "1.500 to 2.500"
    data["profile"]["seasonality"] = [1.125, 0.875, "1.125", "1.500 to 2.500", 1.25, 12.0]
    data["title"], data["unknown"], data["other"] = "12.000", "1.234", {"a": 1.234, "b": "7.500 to 8.500", "c": [1.125]}
    data["third"] = 1.125
    assert plain(workbook(yaml_text(data).encode(), "x.yaml"), "x.xlsx").data == data
    data["profile"]["seasonality"] = [1.125] * 12
    assert plain(workbook(yaml_text(data).encode(), "x.yaml"), "x.xlsx").data == data


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (cell("People", "A5", "clerk"), "clerk stands here twice"),
        (cell("People", "A4", None), "this row has no `name`"),
        (cell("Steps", "A4", "conter"), "did you mean counter?"),
        (cell("People", "B2", "headcout"), "did you mean headcount?"),
        (cell("People", "C2", "headcount"), "stands here twice"),
        (cell("Company", "A4", "titel"), "did you mean title?"),
        (cell("People", "B4", "=1+1"), "this formula has no value yet"),
        (cell("People", "B4", "#DIV/0!"), "is"),
        (cell("People", "B4", datetime.datetime(2026, 3, 1)), "Excel has read this as a date"),
        (cell("People", "B4", "{low: 1"), "cannot be read"),
        (cell("People", "CE4", 12), "nothing is read from CE4: the column has no head"),
        (cell("Company", "H9", "why?"), "nothing is read from H9: the column has no head"),
        (renamed("Goals", "Ziele"), "the sheet Ziele looks like Goals and is not read (rename it to Goals)"),
        (renamed("Company", "Firma"), "looks like Company and is not read"),
        (renamed("Money", "Geld"), "looks like Money and is not read"),
        (renamed("Pins", "Feste"), "looks like Pins and is not read"),
        (lambda book: book.create_sheet("Peopel"), "no scenario has a sheet Peopel"),
        (lambda book: book.remove(book["Company"]), "`version` is missing"),
    ],
)
def test_each_slip_is_told_with_its_place(change: Change, says: str, shop: bytes) -> None:
    """Whatever is wrong with the sheets themselves."""
    found = problems(changed(shop, change))
    assert any(says in str(problem) for problem in found), [str(problem) for problem in found]
    assert all(problem.file == "shop.xlsx" for problem in found)


def test_sheets_and_columns_of_ones_own_may_be_added_and_moved(shop: bytes) -> None:
    """Notes on a sheet of their own, columns in another order, a start month that Excel took for a date."""

    def rearranged(book: Any) -> None:
        book.create_sheet("My calculations")["A1"] = "from the ledger"
        book.copy_worksheet(book["Goals"]).title = "Backup of last year"
        page = book["People"]
        page.insert_cols(2)
        for row in range(1, 8):
            page.cell(row, 2).value = page.cell(row, 4).value
            page.cell(row, 4).value = None
        page.delete_cols(4)
        company = book["Company"]
        row = next(line for line in range(1, 40) if company.cell(line, 1).value == "start")
        company.cell(row, 2).value = datetime.datetime(2027, 1, 1)

    assert parse(changed(shop, rearranged), "shop.xlsx") == load(str(SHOP))


def test_the_workbook_helps_to_fill_it_in() -> None:
    """Heads, units, comments with meaning and evidence, drop-downs, panes that stay."""
    raw, file = read("retailer")
    book = openpyxl.load_workbook(io.BytesIO(workbook(raw, file)))
    page = book["Threats"]
    assert page.freeze_panes == "B4"
    heads = [one.value for one in page[2]]
    assert page.cell(3, heads.index("severity") + 1).value == "money"
    assert "from 0" in page.cell(2, heads.index("severity") + 1).comment.text
    notes = [one.comment.text for row in page.iter_rows(min_row=4) for one in row if one.comment is not None]
    assert any("cyber.ransomware.frequency.claims" in note for note in notes)
    assert any("read" in note for note in notes)  # how far it was verified
    lists = {one.formula1 for one in book["Steps"].data_validations.dataValidation}
    assert any("Systems" in str(one) for one in lists)
    assert any("TRUE" in str(one) for one in book["Initiatives"].data_validations.dataValidation)
    assert book["Evidence"].max_row > 20
    assert "Read me" in book.sheetnames
    widths = [page.column_dimensions[letter].width for letter in "ABC"]
    assert all(10 < width < 60 for width in widths)


def test_broken_files_are_refused(shop: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Damaged, cut, too large, unpacking to too much, with entities: one sentence, no traceback."""
    for raw in (shop[:1000], b"PK\x03\x04" + b"\0" * 100, shop[:-3000]):
        (problem,) = problems(raw)
        assert "cannot be read" in problem.message
        assert problem.hint
    assert "larger than 2 MB" in problems(shop + b"\0" * 2_000_001)[0].message
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (reading.MAX_INSIDE + 1))
    assert "unpacks to more than" in problems(memory.getvalue())[0].message
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    assert "defines entities" in problems(memory.getvalue())[0].message
    monkeypatch.setattr(reading, "MAX_CELLS", 50)
    assert "cells, and 50 are read at most" in problems(shop)[0].message


def test_commands_take_a_workbook_as_they_take_yaml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same document but for the name of the file; errors with sheet and cell as JSON, too."""
    book = tmp_path / "shop.xlsx"
    assert run(["convert", str(SHOP), str(book)]) == 0
    capsys.readouterr()
    documents = []
    for file in (str(SHOP), str(book)):
        assert run(["roi", file, "--roadmap", "pos@0", "--draws", "200", "--json"]) == 0
        documents.append(json.loads(capsys.readouterr().out))
    assert documents[0] == documents[1]
    assert run(["check", str(book)]) == 0
    capsys.readouterr()
    book.write_bytes(changed(book.read_bytes(), lambda one: one.create_sheet("Ledger").append(["from the ledger"])))
    assert run(["check", str(book), "--json"]) == 0
    warnings = json.loads(capsys.readouterr().out)["warnings"]
    assert warnings[-1] == "sheets of your own, which are not read: Ledger"
    book.write_bytes(changed(book.read_bytes(), cell("People", "B4", "many")))
    assert run(["check", str(book), "--json"]) == 2
    (error,) = json.loads(capsys.readouterr().out)["errors"]
    assert (error["sheet"], error["line"], error["column"]) == ("People", 4, 2)
    assert run(["check", str(book)]) == 2
    assert capsys.readouterr().err.startswith(f"{book}: People!B4: people.clerk.headcount:")


def test_new_writes_a_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Scaled as the YAML is; never over a file unasked; an odd name is refused before the work."""
    book = tmp_path / "mine.xlsx"
    command = ["new", "--sector", "retail", "--employees", "12", "--excel", str(book)]
    assert run(command) == 0
    assert capsys.readouterr().out == ""
    assert run(command) == 2
    assert "--force" in capsys.readouterr().err
    assert sum(role.seats for role in load(book).people.values()) <= 14
    assert run(["new", "--sector", "retail", "--excel", str(tmp_path / "mine.xls")]) == 2
    assert "end it with .xlsx" in capsys.readouterr().err


def test_convert_never_overwrites_and_tells_what_stays_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Comments of YAML have no place in a workbook, and a calibration stays beside its file."""
    book = tmp_path / "retailer.xlsx"
    assert run(["convert", "retailer", str(book), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["hash"] == parse(*read("retailer")).hash()
    assert any("comments" in note for note in document["notes"])
    assert any("calibration" in note for note in document["notes"])
    before = book.read_bytes()
    assert run(["convert", "clinic", str(book)]) == 2
    assert book.read_bytes() == before
    assert run(["convert", str(book), str(tmp_path / "x.txt")]) == 2
    assert "end it with .xlsx, .yaml, .yml" in capsys.readouterr().err
