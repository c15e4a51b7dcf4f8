"""Loading a scenario: every error at once, each at its line, in plain words."""

import json
import re
from pathlib import Path

import pytest

import scenarios
from scenarios.load import MAX_BYTES, library, parse
from scenarios.positions import MAX_ALIASED, MAX_NODES, read_yaml
from sim.errors import ProblemsFound
from tests.unit.bad_files import BAD, JARGON, SHOP, TEXT, Bad, edited, problems_of


def line_of(text: str, needle: str) -> int:
    """Line of the first occurrence of a text, from 1."""
    return text[: text.index(needle)].count("\n") + 1


@pytest.mark.parametrize("bad", BAD, ids=[bad.name.replace(" ", "-") for bad in BAD])
def test_bad_file_has_one_error_at_its_line(bad: Bad) -> None:
    """One mistake gives one error: at its line and column, with its path, and with the remedy."""
    text = edited((bad.old, bad.new))
    (problem,) = problems_of(text)
    for fragment in bad.says.split("|"):
        assert fragment in f"{problem.message} ({problem.hint})"
    assert problem.path == bad.path
    assert problem.line == line_of(text, bad.at or bad.new)
    assert problem.file == "shop.yaml"
    assert problem.column is not None
    assert 1 <= problem.column <= len(text.splitlines()[problem.line - 1]) + 1
    assert problem.hint
    assert not JARGON.search(str(problem))


def test_good_file_has_no_error() -> None:
    """What the bad files are made of is sound, so each of their errors comes from their one edit."""
    assert problems_of(TEXT) == ()
    assert len(BAD) >= 25


def test_all_errors_of_a_file_are_reported_at_once() -> None:
    """Mistakes of every kind, each reported once, in the order of the lines."""
    text = edited(
        ("horizon_months: 36", "horizon_months: 12"),
        ("tax_rate: 0.25", "tax_rate: 25 %%"),
        ("headcount: 4,", "headcout: 4,"),
        ("minutes: 4, share: 0.4", "minutes: 4, share: 1.4"),
        ("system: till", "system: tilt"),
        ("    running_per_month: 250\n", "    running_per_month: 250\n    running_per_month: 260\n"),
        ("    imitation: {lag_months: 6, half_life_months: 24}\n", ""),
        ("    life_months: 60\n", ""),
        ("success_probability: {multiply", "sucess_probability: {multiply"),
        ("{initiative: pos}", "{initiative: pso}"),
        ("discount_rate: 0.09\n", "discount_rate: {low: 1}\n"),
    )
    found = problems_of(text)
    assert [(problem.path, problem.line) for problem in found] == [
        ("horizon_months", line_of(text, "horizon_months: 12")),
        ("profile.tax_rate", line_of(text, "25 %%")),
        ("people.clerk.headcout", line_of(text, "headcout")),
        ("processes.counter.steps.serve.system", line_of(text, "tilt")),
        ("processes.counter.steps.wrap.share", line_of(text, "share: 1.4")),
        ("initiatives.pos", line_of(text, "  pos:")),
        ("initiatives.pos.running_per_month", line_of(text, "running_per_month: 260")),
        ("initiatives.pos.renewal_cost", line_of(text, "renewal_cost")),
        ("initiatives.edr.effects.threats.ransomware.sucess_probability", line_of(text, "sucess")),
        ("initiatives.web.requires.0.initiative", line_of(text, "pso")),
        ("money.discount_rate", line_of(text, "discount_rate: {low")),
    ]
    assert all(problem.hint for problem in found)


def test_misspelt_block_hides_nothing_and_causes_nothing() -> None:
    """The content of a misspelt block is checked too, and names that it defines are known."""
    text = edited(("people:", "peple:"), ("monthly_cost: 2800", "monthly_cots: -3"), ("steps:", "step:"))
    assert [problem.path for problem in problems_of(text)] == [
        "peple",
        "peple.clerk.monthly_cots",
        "peple.clerk.monthly_cots",
        "processes.counter.step",
    ]


@pytest.mark.parametrize("value", ["", " 5", " [clerk, it]"])
def test_block_that_cannot_be_read_is_the_only_error(value: str) -> None:
    """Names that would be defined in a block that is no block are not reported one by one."""
    text = re.sub(r"people:\n(  .*\n)+", f"people:{value}\n", TEXT)
    assert [problem.path for problem in problems_of(text)] == ["people"]


def test_missing_block_is_the_only_error() -> None:
    """The same where the block is left out."""
    assert [problem.path for problem in problems_of(re.sub(r"people:\n(  .*\n)+", "", TEXT))] == ["people"]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "the file states nothing"),
        (b"# only a comment\n", "the file states nothing"),
        (b"- version: 1\n", "the file holds a list"),
        (b"just words\n", "the file holds a single value"),
        (b"name: \0\n", "this is a binary file"),
        ("name: Caf\u00e9\n".encode("latin-1"), "this is no UTF-8 text"),
        (TEXT.encode("utf-16"), "this is no UTF-8 text"),
        (b"name: \x1b[31mred\n", "U+001B"),
        (b'name: "\\x1b[31mred"\n', "U+001B"),
        (b'name: "\\ud800"\n', "U+D800"),
        (b"? [a, b]\n: 1\n", "a key must be text"),
        (b"a: &a [*a]\n", "which is not complete"),
        (b"*a : 1\n", "a key must be text"),
        (b"a: " + b"[" * 60 + b"]" * 60, "nested more than"),
        (b"- " * 5_000, "nested more than"),
        (b"a: b\n  c: d\n", "a second `:`"),
        (b"x" * (MAX_BYTES + 1), "larger than 2 MB"),
    ],
)
def test_what_is_no_scenario_is_said_plainly(raw: bytes, says: str) -> None:
    """One error, which names the file and not the parser."""
    (problem,) = problems_of(raw)
    assert says in problem.message
    assert problem.file == "shop.yaml"
    assert not JARGON.search(str(problem))


def test_aliases_repeat_values_within_a_limit() -> None:
    """An alias stands for what its anchor marks; a nest of aliases that would grow without end is refused at once."""
    assert (
        problems_of(edited(("capital: 14k to 22k", "capital: &price 14k to 22k"), ("capital: 9k", "capital: *price")))
        == ()
    )
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 20)
    )
    (problem,) = problems_of(bomb)
    assert f"more than {MAX_ALIASED:,} values" in problem.message


def test_number_of_entries_is_limited() -> None:
    """A file of few bytes an entry ends at the limit, long before its size does."""
    (problem,) = problems_of(b"a: [" + b"1," * (MAX_NODES + 1) + b"]")
    assert f"more than {MAX_NODES:,} entries" in problem.message


def test_words_of_old_yaml_stay_text() -> None:
    """Months, times and yes/no are text, and a %YAML directive does not change that."""
    text = "%YAML 1.1\n---\na: yes\nb: 2027-01\nc: 12:30\nd: 010\ne: 1_000\nf: 2027-01-05\n"
    assert read_yaml(text).data == {"a": "yes", "b": "2027-01", "c": "12:30", "d": 10, "e": "1_000", "f": "2027-01-05"}


def test_layout_does_not_change_the_scenario() -> None:
    """The same content as JSON, with other line ends or a byte order mark has the same hash."""
    data = read_yaml(TEXT).data
    texts = (TEXT.encode(), json.dumps(data).encode(), b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert len({parse(text, "shop.yaml").hash() for text in texts}) == 1


def test_load_takes_paths_and_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path as text or Path, a name of the library, and a file before a name."""
    assert scenarios.load(SHOP) == scenarios.load(str(SHOP))
    for name in library():
        assert scenarios.load(name).name == name
    monkeypatch.chdir(tmp_path)
    name = library()[0]
    (tmp_path / name).mkdir()
    assert scenarios.load(name).name == name
    (tmp_path / name).rmdir()
    (tmp_path / name).write_text(TEXT)
    assert scenarios.load(name).name == "corner_shop"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("corner_shp.yaml", "did you mean corner_shop.yaml?"),
        ("retialer", "did you mean retailer?"),
        ("folder", "folder is a folder"),
        ("a\0b", "there is no file"),
        ("x" * 5000, "x"),
        ("", "there is no file"),
    ],
)
def test_what_cannot_be_opened_is_said_plainly(
    name: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing file comes with the nearest file or name of the library."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corner_shop.yaml").write_text(TEXT)
    (tmp_path / "folder").mkdir()
    with pytest.raises(ProblemsFound) as caught:
        scenarios.load(name)
    (problem,) = caught.value.errors
    assert says in f"{problem.message} {problem.hint}"
