"""Asset registers: systems from CSV files as programs and people write them, and nothing that vanishes."""

import contextlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.assets.insertion import with_systems
from scenarios.cli.app import run
from scenarios.documents import schema
from scenarios.import_assets import Imported, import_assets
from scenarios.load import load, parse, plain
from sim.errors import ProblemsFound

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "tests" / "data" / "corner_shop.yaml"
TEXT = SHOP.read_text(encoding="utf-8")
PLAIN = "name,type,purchase date,warranty end,cost\nTill 1,POS terminal,2021-01-01,2028-03-31,1450\n"


@pytest.fixture
def imported(tmp_path: Path) -> Any:
    """Imports a register, text or bytes, into the corner shop."""

    def call(content: str | bytes, **options: str) -> Imported:
        file = tmp_path / "assets.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_assets(file, str(SHOP), **options)

    return call


def problems(call: Any, content: str | bytes, **options: str) -> list[str]:
    """What is wrong with a register."""
    with pytest.raises(ProblemsFound) as found:
        call(content, **options)
    return [str(problem) for problem in found.value.errors]


def test_a_row_becomes_a_system(imported: Any) -> None:
    """Age at the start of the scenario, end of the warranty as a month, the price as that of a replacement."""
    found = imported(PLAIN)
    (system,) = found.systems
    assert (system.name, system.kind, system.line) == ("till_1", "till", 2)
    assert system.fields["age_years"] == pytest.approx(6.0, abs=0.01)
    assert system.fields["support_ends_month"] == 14
    assert system.fields["refresh"] == {"at_age_years": 7, "cost": 1450}
    scenario = parse(found.text.encode(), "shop.yaml")
    assert scenario.systems["till_1"].age_years == system.fields["age_years"]
    assert set(scenario.systems) == {*load(str(SHOP)).systems, "till_1"}
    assert not found.unused_rows
    assert not found.unused_columns
    assert found.hash == scenario.hash()


@pytest.mark.parametrize(
    "content",
    [
        "Kosten;Garantie bis;Kaufdatum;Typ;Bezeichnung\n1.450,00 €;31.03.2028;01.01.2021;Kasse;Till 1\n",
        "\ufeffAsset Name\tCategory\tDate of Purchase\tWarranty Expiry\tPrice\nTill 1\tTill\t1 Jan 2021\tMarch 31, 2028"
        "\tEUR 1'450\n",
        "our register\n\nsep=;\nname;type;purchase date (dd/mm/yyyy);warranty end;cost [EUR]\n"
        "Till 1;pos;01/01/2021;31/3/2028;1450,-\n",
        "name|type|bought|support until|purchase_price\nTill 1|Registers|20210101|2028-03|1.45k\n",
        "name,type,bought,warranty,cost\n\"Till 1\",till,44197,2028-03-31 00:00:00,\"1,450.00\"\n",
    ],
)  # fmt: skip
def test_many_ways_to_write_the_same(imported: Any, content: str) -> None:
    """Order of columns, synonyms, delimiters, byte order mark, titles above, dates, decimals, currency."""
    for raw in (content.encode(), content.lstrip("\ufeff").encode("utf-16"), content.replace("\n", "\r\n").encode()):
        (system,) = imported(raw).systems
        assert system.name == "till_1"
        assert system.fields["age_years"] == pytest.approx(6.0, abs=0.01)
        assert system.fields["support_ends_month"] == 14
        assert system.fields["refresh"]["cost"] == 1450


def test_windows_text_is_read_and_told(imported: Any) -> None:
    """A file that is no UTF-8 has its accents, and a note."""
    found = imported("Bezeichnung;Kaufdatum\nKühlgerät;01.02.2020\n".encode("cp1252"))
    assert found.systems[0].name == "kühlgerät"
    assert any("Windows text" in note for note in found.notes)


def test_ambiguous_dates_are_asked_back(imported: Any) -> None:
    """Each, at once, with both readings and the option that decides; a date that can be read in one way decides too."""
    content = "name,bought\na,3/4/2021\nb,5/6/2021\nc,7/7/2021\n"
    found = problems(imported, content)
    assert len(found) == 2
    assert "assets.csv:2: bought: 3/4/2021 can be read in two ways" in found[0]
    assert "--dates dmy: 03 April 2021, --dates mdy: 04 March 2021" in found[0]
    ages = [imported(content, dates=order).systems[0].fields["age_years"] for order in ("dmy", "mdy")]
    assert ages[0] < ages[1]
    decided = imported(content + "d,31/12/2020\n")
    assert decided.dates == "dmy"
    assert any("day first" in note for note in decided.notes)
    assert problems(imported, content + "d,31/12/2020\ne,12/31/2020\n")


def test_ambiguous_amounts_are_asked_back(imported: Any) -> None:
    """1,200 is twelve hundred or one and a fifth; another amount of the column decides."""
    content = 'name,bought,cost\na,2020-01-01,"1,200"\n'
    (found,) = problems(imported, content)
    assert "--decimals point: 1,200, --decimals comma: 1.2" in found
    assert imported(content, decimals="point").systems[0].fields["refresh"]["cost"] == 1200
    assert imported(content + "b,2020-01-01,349.90\n").systems[0].fields["refresh"]["cost"] == 1200


def test_an_amount_of_three_decimals_is_asked_back_whatever_others_show(imported: Any) -> None:
    """1.200 beside 349.90 is hardly a price of 1.2; the option decides, in both ways."""
    content = "name,bought,cost\na,2020-01-01,€ 1.200\nb,2020-01-01,349.90\n"
    (found,) = problems(imported, content)
    assert "assets.csv:2: cost: € 1.200 can be read in two ways" in found
    costs = [imported(content, decimals=sign).systems[0].fields["refresh"]["cost"] for sign in ("comma", "point")]
    assert costs == [1200, 1.2]


def test_what_is_missing_or_odd_is_told_as_it_is(imported: Any) -> None:
    """A cost that says it is unknown, a row without a name, a name of signs, a year before all others."""
    rows = ["a,PC,2020-01-01,n/a", "b,PC,2020-01-01,unknown", ",PC,2020-01-01,1", "🙂,PC,2020-01-01,1",
            "c,PC,1899-01-01,1", "d,PC,2020-01-01,", "e,PC,2020-01-01,-"]  # fmt: skip
    found = imported("name,type,bought,cost\n" + "\n".join(rows) + "\n")
    notes = {one.name: " ".join(one.notes) for one in found.systems}
    assert "cost is n/a, which is no amount: not used" in notes["a"]
    assert "cost is unknown, which is no amount: not used" in notes["b"]
    assert "no name, and is called by its type" in notes["pc"]
    assert notes["d"] == notes["e"] == ""
    assert [(line, reason) for line, _, reason in found.unused_rows] == [
        (5, "its name 🙂 has no letter or digit to make a name of"),
        (6, "bought is 1899-01-01, which is too old: years from 1970 are read"),
    ]


def test_what_is_not_used_is_listed(imported: Any) -> None:
    """Every row is a system or among the unused, every column is used or listed, every value has its reason."""
    rows = [
        "Server,server,2020-01-01,,USD 900,Cellar,1",
        "till,POS,2020-01-01,,100,,1",
        ",,2020-01-01,,1,,1",
        "No date,PC,n/a,,1,,1",
        "Soon,PC,soon,,1,,1",
        "New,PC,2030-01-01,,1,,1",
        "Old,PC,1970-01-01,,1,,1",
        "Many,PC,2020-01-01,,1,,30",
        "Shifted,PC,2020-01-01,,1,000,,1,9",
        "Free,zeppelin,2020-01-01,never,nothing,,1",
        "Books,ERP,2020-01-01,,500,,1",
        "Server,server,2020-01-01,,900,,1",
    ]
    found = imported("name,type,bought,warranty,cost,room,quantity\n" + "\n".join(rows) + "\n")
    assert len(found.systems) + len(found.unused_rows) == len(rows)
    assert [one.name for one in found.systems] == ["server", "free", "books", "server_2"]
    reasons = {line: reason for line, _, reason in found.unused_rows}
    for line, words in (
        (3, "has a system till already"), (4, "no name"), (5, "no date of purchase"), (6, "is soon, which is no date"),
        (7, "after the start"), (8, "at most 50 years"), (9, "30 pieces"), (10, "cells and the heads are"),
    ):  # fmt: skip
        assert words in reasons[line]
    assert [column for column, _ in found.unused_columns] == ["room"]
    notes = {one.name: " ".join(one.notes) for one in found.systems}
    assert "in USD, the scenario counts in EUR" in notes["server"]
    for words in ("nothing is known of the type zeppelin", "never, which is no date", "nothing, which is no amount"):
        assert words in notes["free"]
    assert "500 is not used" in notes["books"]
    assert "another one is called server" in notes["server_2"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("name,type,cost\na,PC,1\n", "no column with the date of purchase"),
        ("colour,bought\nred,2020-01-01\n", "no column with the name of an asset"),
        ("just words", "no column with the name of an asset"),
        ('name,bought\n"a,2020-01-01\n', "quotes of the file are broken"),
        ("name,bought\n", "heads but no rows"),
        ("name,bought\na,soon\n", "soon, which is no date"),
        (b"PK\x03\x04rest", "this is a workbook, not CSV"),
        (b"a\0b", "binary file"),
        (b"name,bought\n" + b"a,2020-01-01\n" * 1_001, "1,000 are read at most"),
        (b" " * 2_000_001, "larger than 2 MB"),
        (b"name,bought\n" + b"x" * 200_000 + b",2020-01-01\n", "broken"),
    ],
)
def test_what_is_no_register_is_refused(imported: Any, content: str | bytes, says: str) -> None:
    """With the heads that were found, and those that are known."""
    assert any(says in text for text in problems(imported, content))


@settings(max_examples=25)
@given(st.text(alphabet="a1/.,;|\t\n\r\"'-€ =@+&#:{}[]\u202e🙂", max_size=80), st.sampled_from(["", PLAIN]))
def test_any_text_gives_systems_or_errors(tmp_path_factory: pytest.TempPathFactory, text: str, before: str) -> None:
    """Never anything else; what is added to the scenario is what was read."""
    file = tmp_path_factory.getbasetemp() / "any.csv"
    file.write_text(before + text, encoding="utf-8", newline="")
    found = None
    with contextlib.suppress(ProblemsFound):
        found = import_assets(file, str(SHOP))
    if found is not None:
        names = {"till", "office", *(one.name for one in found.systems)}
        assert set(parse(found.text.encode(), "x").systems) == names


HOSTILE = (
    "\"=cmd|' /C calc'!A0\"",
    "<script>",
    "../../x",
    "\u202eאבג",
    "🏪 kiosk",
    '"two\nlines # x: y"',
    "a" * 10_000,
)


def test_hostile_names_stay_names(imported: Any) -> None:
    """A name becomes letters and digits; what it was stands in a comment that it cannot leave."""
    found = imported("name,bought\n" + "".join(f"{name},2020-01-01\n" for name in HOSTILE))
    assert len(found.systems) == len(HOSTILE)
    assert "cmd_c_calc_a0" in parse(found.text.encode(), "x").systems
    assert all(len(one.name) <= 60 for one in found.systems)
    assert plain(found.text.encode(), "x").data["initiatives"] == plain(SHOP.read_bytes(), "x").data["initiatives"]


@pytest.mark.parametrize(
    "block",
    [
        "systems: {}\n",
        "systems:\n",
        "systems: null  # none yet\n",
        "",
        "systems:\n    office:  # desks\n      {age_years: 2}\n",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_text_around_stays_as_it_is(imported: Any, block: str, end: str) -> None:
    """Comments, order and line ends of the file are kept, wherever the systems stand."""
    text = f"# mine\nname: tiny\n{block}# of people\npeople: {{}}  # nobody\n".replace("\n", end)
    found = with_systems(text, imported(PLAIN).systems, "tiny.yaml", "a.csv")
    for line in ("# mine", "name: tiny", "# of people", "people: {}  # nobody"):
        assert f"{line}{end}" in found
    assert found.count("\n") == found.count(end)
    data = plain(found.encode(), "x").data
    before = plain(text.encode(), "x").data
    assert list(data["systems"]) == [*(before.get("systems") or {}), "till_1"]
    assert {**data, "systems": None} == {**before, "systems": None}


@pytest.mark.parametrize("block", ["{office: {age_years: 2}}", "&all {}"])
def test_systems_in_one_line_are_not_guessed_at(imported: Any, block: str) -> None:
    """Where the text has no place for more, it is said where and what to do."""
    with pytest.raises(ProblemsFound, match=r"x.yaml:2: systems: no system can be added to this text"):
        with_systems(f"name: x\nsystems: {block}\n", imported(PLAIN).systems, "x.yaml", "a.csv")


def test_the_command_keeps_what_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In place with a copy beside it; again, nothing is doubled; a failed import changes nothing."""
    shop, assets = tmp_path / "shop.yaml", tmp_path / "assets.csv"
    shop.write_text(TEXT)
    assets.write_text(PLAIN)
    assert run(["import-assets", str(assets), str(shop), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schema("import-assets")).validate(document)
    assert Path(document["kept"]).read_text() == TEXT
    after = shop.read_text()
    assert next(line for line in after.splitlines() if line not in TEXT.splitlines()).startswith("  # from assets.csv")
    assert run(["import-assets", str(assets), str(shop)]) == 2
    assert "has a system till_1 already" in capsys.readouterr().err
    assert shop.read_text() == after
    assert sorted(path.name for path in tmp_path.iterdir()) == ["assets.csv", "shop.yaml", "shop.yaml.before"]
    assets.write_text(PLAIN.replace("Till 1", "Till 2"))
    assert run(["import-assets", str(assets), str(shop)]) == 0
    assert "Till 2" not in capsys.readouterr().out.replace("till_2", "")
    assert (tmp_path / "shop.yaml.before").read_text() == TEXT
    assert (tmp_path / "shop.yaml.before2").read_text() == after


def test_other_targets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The library and workbooks are never changed in place; --out takes either kind of file and overwrites none."""
    assets, book, out = tmp_path / "assets.csv", tmp_path / "shop.xlsx", tmp_path / "new.xlsx"
    assets.write_text(PLAIN)
    assert run(["import-assets", str(assets), "retailer"]) == 2
    assert "add --out retailer.yaml" in capsys.readouterr().err
    assert run(["convert", str(SHOP), str(book)]) == 0
    before = book.read_bytes()
    assert run(["import-assets", str(assets), str(book)]) == 2
    assert "--out shop_assets.xlsx" in capsys.readouterr().err
    assert run(["import-assets", str(assets), str(book), "--out", str(out)]) == 0
    assert book.read_bytes() == before
    assert "till_1" in load(out).systems
    assert run(["import-assets", str(assets), str(book), "--out", str(out)]) == 2
    assert run(["import-assets", str(tmp_path / "none.csv"), str(book), "--out", str(tmp_path / "x.yaml")]) == 2
    assert "cannot be read" in capsys.readouterr().err
