"""Object code from the disk: the same numbers as from the compiler, and every obstacle leads back to the compiler."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim import machine_code, streams
from sim.machine_code import Stored

ARGUMENTS = np.uint64(7), np.arange(5), np.arange(3)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of compiled code, and a process that has linked nothing."""
    monkeypatch.setattr(machine_code, "FOLDER", tmp_path)
    monkeypatch.setattr(machine_code, "_LINKED", {})
    return tmp_path


def by_compiler() -> np.ndarray:
    out = np.empty((5, 3))
    streams._fill(*ARGUMENTS, out)
    return out


def by_code() -> np.ndarray:
    out = np.empty((5, 3))
    Stored("sim.streams", "_fill")(*ARGUMENTS, out)
    return out


def test_code_is_kept_and_gives_the_same_bits(folder: Path) -> None:
    assert np.array_equal(by_code(), by_compiler())
    (file,) = folder.iterdir()
    assert re.fullmatch(r"streams\._fill\.u-i1-i1-f2\.[0-9a-f]{12}\.o", file.name)
    made = file.stat().st_mtime_ns
    machine_code._LINKED.clear()
    assert np.array_equal(by_code(), by_compiler())
    assert file.stat().st_mtime_ns == made


def unwanted(*_args: object) -> None:
    raise AssertionError("it was tried again")


def test_code_that_needs_an_unknown_symbol_is_not_linked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Linking it would end the process; Numba runs the function instead."""
    by_code()
    (file,) = folder.iterdir()
    found = machine_code._read(file)
    assert found is not None
    machine_code._write(file, replace(found, foreign=("no_such_function_anywhere",)))
    machine_code._LINKED.clear()
    assert np.array_equal(by_code(), by_compiler())
    assert not machine_code._LINKED
    monkeypatch.setattr(machine_code, "_link", unwanted)
    assert np.array_equal(by_code(), by_compiler())  # and is not tried a second time


@pytest.mark.parametrize(
    "damaged",
    [
        lambda whole: b"",
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:40],
        lambda whole: whole.replace(b"_fill", b"_bill", 1),
        lambda whole: whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:],
        lambda whole: b"[1]\n" + whole,
    ],
    ids=["empty", "half", "half a head", "another name", "a flipped bit", "no head"],
)
def test_a_damaged_file_is_made_anew(folder: Path, damaged: Callable[[bytes], bytes]) -> None:
    """Linking it would end the process."""
    by_code()
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damaged(whole))
    assert file.read_bytes() != whole
    machine_code._LINKED.clear()
    assert np.array_equal(by_code(), by_compiler())
    assert machine_code._read(file) is not None
    assert [*folder.iterdir()] == [file]


def test_code_runs_where_nothing_can_be_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is gone, or a draft cannot be moved to its place."""
    folder.rmdir()
    assert np.array_equal(by_code(), by_compiler())
    assert not folder.exists()
    assert len(machine_code._LINKED) == 1
    folder.mkdir()
    machine_code._LINKED.clear()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert np.array_equal(by_code(), by_compiler())
    assert not list(folder.iterdir())


def test_an_unknown_calling_convention_is_not_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_code, "_as_expected", lambda *_: False)
    assert np.array_equal(by_code(), by_compiler())
    assert not list(folder.iterdir())


def test_other_kinds_of_arguments_have_code_of_their_own(folder: Path) -> None:
    stored = Stored("sim.streams", "_fill")
    assert stored.file(("i", "f1")) != stored.file(("i", "f2"))


@pytest.mark.parametrize("array", [np.zeros((4, 4))[:, 1], np.zeros(4, dtype=np.float32)])
def test_arrays_that_the_code_would_misread_are_refused(array: np.ndarray) -> None:
    with pytest.raises(TypeError, match="contiguous array of 64-bit"):
        Stored("sim.streams", "_fill")(1, array)


@pytest.mark.parametrize("number", [2.7, True, np.int32(3), "4"])
def test_numbers_that_the_code_would_misread_are_refused(number: object) -> None:
    with pytest.raises(TypeError, match="64-bit integer"):
        Stored("sim.streams", "_fill")(number, np.zeros(4))
