"""What a command replaces is kept beside it."""

from __future__ import annotations

from pathlib import Path

from sim.errors import Problem, ProblemsFound


def keep_before(path: Path) -> Path | None:
    """Keep a copy of a file beside it, under a name that is free; None where there is no file. Raises ProblemsFound."""
    if not path.exists():
        return None
    number = 1
    while True:
        copy = path.with_name(f"{path.name}.before{'' if number == 1 else number}")
        try:
            with copy.open("xb") as stream:
                stream.write(path.read_bytes())
        except FileExistsError:
            number += 1
            continue
        except OSError as error:
            reason = error.strerror or str(error)
            raise ProblemsFound([Problem("", f"{copy} cannot be written: {reason}", str(copy))]) from None
        return copy
