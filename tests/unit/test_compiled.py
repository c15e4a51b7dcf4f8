"""The key of the cache of compiled code: it changes with every file that compiled code may call, and with no other."""

import ast
import shutil
from pathlib import Path

import pytest

from sim import compiled
from sim.compiled import CALLED, KEPT_CACHES, ROOT, content_key


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__")))


def covered(root: Path) -> list[Path]:
    places = [root / name for name in CALLED]
    return [file for place in places for file in (sorted(place.rglob("*.py")) if place.is_dir() else [place])]


def test_equal_trees_have_equal_keys(tree: Path) -> None:
    assert content_key(tree) == content_key()


def test_an_edit_of_any_covered_file_changes_the_key(tree: Path) -> None:
    original = content_key(tree)
    files = covered(tree)
    assert len(files) > 20
    for file in files:
        text = file.read_bytes()
        file.write_bytes(text + b"# edited\n")
        assert content_key(tree) != original, file
        file.write_bytes(text)
    assert content_key(tree) == original


def test_a_new_or_renamed_file_changes_the_key_and_another_file_does_not(tree: Path) -> None:
    original = content_key(tree)
    (tree / "outcomes.py").write_text("")
    assert content_key(tree) == original
    (tree / "mechanisms" / "another.py").write_text("")
    added = content_key(tree)
    assert added != original
    (tree / "mechanisms" / "another.py").rename(tree / "mechanisms" / "renamed.py")
    assert content_key(tree) not in (original, added)


def test_another_compiler_has_another_key(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = content_key(tree)
    monkeypatch.setattr(compiled, "compiler_version", lambda: b"0.0.1")
    assert content_key(tree) != original


def test_every_file_with_compiled_code_is_covered() -> None:
    """Whoever imports the decorators holds compiled code."""
    inside = set(covered(ROOT))
    users = []
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "sim.compiled":
                users.append(file)
    assert len(users) > 8
    assert set(users) <= inside


def test_old_contents_are_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest few folders keep their files."""
    monkeypatch.setenv("ROADFOLIO_CACHE", str(tmp_path))
    for number in range(7):
        monkeypatch.setattr(compiled, "content_key", lambda number=number: f"content{number}")
        folder = compiled.cache_folder()
        (folder / "code.nbi").write_text("x")
    alive = [folder.parent.name for folder in (tmp_path / "roadfolio").rglob("code.nbi")]
    assert "content6" in alive
    assert len(alive) <= KEPT_CACHES
    assert len(list((tmp_path / "roadfolio").iterdir())) <= KEPT_CACHES  # no empty folders stay behind
