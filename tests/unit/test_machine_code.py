"""Object code from the disk: the same numbers as from the compiler, and every obstacle leads back to the compiler."""

import json
import re
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


def test_code_that_needs_an_unknown_symbol_is_not_linked(folder: Path) -> None:
    """Linking it would end the process; Numba runs the function instead."""
    by_code()
    (file,) = folder.iterdir()
    head, _, code = file.read_bytes().partition(b"\n")
    changed = {**json.loads(head), "foreign": ["no_such_function_anywhere"]}
    file.write_bytes(json.dumps(changed).encode() + b"\n" + code)
    machine_code._LINKED.clear()
    assert np.array_equal(by_code(), by_compiler())
    assert not machine_code._LINKED


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
