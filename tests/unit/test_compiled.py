"""The key of the cache of compiled code: it changes with every file that compiled code may call, and with no other."""

import ast
import os
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


def only_temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No cache can be made where it is asked for; a folder for temporary files."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ROADFOLIO_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    return tmp_path / f"roadfolio-{os.getuid()}"


def test_a_folder_among_temporary_files_is_for_the_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = only_temporary(tmp_path, monkeypatch)
    assert compiled.cache_folder().parent == home
    assert home.stat().st_mode & 0o777 == 0o700
    home.chmod(0o777)
    with pytest.raises(OSError, match="set ROADFOLIO_CACHE"):
        compiled.cache_folder()


def test_a_folder_of_another_user_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only_temporary(tmp_path, monkeypatch)
    another = os.getuid() + 1
    monkeypatch.setattr("os.getuid", lambda: another)
    (tmp_path / f"roadfolio-{another}").mkdir()
    with pytest.raises(OSError, match="set ROADFOLIO_CACHE"):
        compiled.cache_folder()


def test_a_link_among_temporary_files_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = only_temporary(tmp_path, monkeypatch)
    (tmp_path / "elsewhere").mkdir()
    home.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="set ROADFOLIO_CACHE"):
        compiled.cache_folder()
