"""What of the documentation is made by `make docs`: the committed files are what the build makes."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

import optimize
import scenarios
from docs.build.__main__ import REFERENCE, SCENARIO, main, reference_page, scenario
from docs.build.browser import found
from docs.build.examples import SOURCES, Examples
from docs.build.pictures import PICTURES, draw
from docs.build.reference import ADDED, anchor, places
from scenarios import load
from scenarios.schema import scenario_schema
from sim.display.shown import Shown

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").glob("*.md"))
LARGEST = 120_000  # bytes of a picture
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
NAMES = re.findall(r"`((?:scenarios|optimize|sim)(?:\.\w+)+)`", (ROOT / "docs/api.md").read_text(encoding="utf-8"))


def test_reference_is_what_the_build_makes() -> None:
    """The page belongs to the schema of today."""
    assert REFERENCE.read_text(encoding="utf-8") == reference_page(), "run `make docs`"


def test_scenario_is_what_the_walk_adds_up_to() -> None:
    """The file beside the page is the one that the reader ends with."""
    assert SCENARIO.read_text(encoding="utf-8") == scenario(), "run `make docs`"


@pytest.mark.parametrize("name", [name for name in SOURCES if name.startswith("docs/")])
def test_examples_are_valid_scenarios(name: str) -> None:
    """What the reference takes examples from has no errors."""
    assert load(str(ROOT / name)).initiatives


def test_reference_has_every_block_and_key_with_an_example() -> None:
    """Nothing of the schema is left out, no bracket of a description is left unread, and every link hits a heading."""
    text = REFERENCE.read_text(encoding="utf-8")
    schema = scenario_schema()
    blocks = places(schema)
    assert {one.name for one in blocks} == {"", *schema["$defs"]}
    examples = Examples()
    without = [one.path for one in blocks if one.path and examples.of(one.path) is None]
    assert without == ["calibration", "calibration.processes.NAME"]  # written by a command, never by hand
    for one in blocks:
        for key, field in one.block["properties"].items():
            assert f"`{key}`" in text
            description = field.get("description", "")
            assert ADDED.match(description) or not re.search(r"\((in|from) ", description), description
    headings = {anchor(line.lstrip("# ")) for line in text.splitlines() if line.startswith("#")}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings


def test_pages_show_pictures_that_the_build_makes() -> None:
    """Each exists, is small, says in words what it shows, and is named in the build; none is made for nothing."""
    shown = [(page.name, *one) for page in PAGES for one in PICTURE.findall(page.read_text(encoding="utf-8"))]
    for page, words, target in shown:
        path = ROOT / "docs" / target
        assert len(words) > 30, (page, target)
        assert path.is_file(), (page, target)
        assert path.stat().st_size < LARGEST, target
    assert {Path(target).name for _, _, target in shown} == set(PICTURES)
    assert {path.name for path in (ROOT / "docs/pictures").iterdir()} == set(PICTURES)


def test_a_picture_can_be_drawn_again(tmp_path: Path) -> None:
    """In the browser of this machine, and of the same size as the committed one."""
    pytest.importorskip("playwright.sync_api")
    if found() is None:
        pytest.skip("no Chromium on the PATH: no picture was drawn")
    draw(["break_even.png"], tmp_path)
    new, old = (tmp_path / "break_even.png").read_bytes(), (ROOT / "docs/pictures/break_even.png").read_bytes()
    assert new[:8] == b"\x89PNG\r\n\x1a\n"
    assert new[16:24] == old[16:24]  # width and height


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_hit(page: Path) -> None:
    """Every relative link names a file that is there, and a heading in it."""
    for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if not re.search(r"[.#]", target):
            continue  # a formula
        name, _, heading = target.partition("#")
        path = page.parent / name if name else page
        assert name.startswith("http") or path.exists(), target
        if heading and path.suffix == ".md":
            lines = path.read_text(encoding="utf-8").splitlines()
            assert heading in {anchor(line.lstrip("# ").replace("`", "")) for line in lines if line.startswith("#")}


@pytest.mark.parametrize("name", dict.fromkeys(NAMES))
def test_stable_names_can_be_imported_and_say_what_they_are(name: str) -> None:
    """As written on the page; a result shows itself."""
    module, _, last = name.rpartition(".")
    thing = getattr(importlib.import_module(module), last)
    assert inspect.getdoc(thing)
    if isinstance(thing, type) and issubclass(thing, Shown) and thing is not Shown:
        assert {"to_frame", "plot"} <= set(dir(thing))


def test_page_lists_all_that_the_packages_export() -> None:
    """What is exported is stable, and what is stable is listed."""
    exported = {f"{package.__name__}.{name}" for package in (optimize, scenarios) for name in package.__all__}
    assert exported <= set(NAMES)


def test_index_names_every_page() -> None:
    """No page that nobody finds."""
    text = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES if page.name != "README.md" and f"({page.name})" not in text] == []


def test_unknown_part_of_the_build_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """With a sentence and exit code 2."""
    assert main(["referenz"]) == 2
    assert "reference" in capsys.readouterr().err
