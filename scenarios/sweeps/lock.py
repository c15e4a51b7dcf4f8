"""One driver a folder: a lock that the system takes back when its holder ends, however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import Problem, ProblemsFound

FILE = ".lock"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder. Raises ProblemsFound while another process does."""
    import fcntl

    with (folder / FILE).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            hint = "wait for it, or end it; `roadfolio sweep status` tells how far it is"
            problem = Problem("--out", f"another sweep writes to {folder}", str(folder), hint)
            raise ProblemsFound([problem]) from None
        yield


def is_held(folder: Path) -> bool:
    """Whether a process writes to the folder."""
    import fcntl

    try:
        with (folder / FILE).open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return True
            return False
    except OSError:
        return False
