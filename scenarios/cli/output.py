"""What the commands print. Results go to stdout; errors, warnings and progress to stderr. rich is loaded when used."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from rich.console import Console

SCHEMA_VERSION = 1
DONE, INVALID, INFEASIBLE = 0, 2, 3  # exit codes of commands; a defect ends with Python's own 1


def emit(content: Mapping[str, Any]) -> None:
    """Print one JSON document. NaN and Infinity are refused with ValueError: no document may contain them."""
    document = content if "schema_version" in content else {"schema_version": SCHEMA_VERSION, **content}
    print(json.dumps(document, indent=2, allow_nan=False))


def console() -> Console:
    """The terminal for results. In a pipe it prints plain text without colours, 120 letters wide."""
    return _console(sys.stdout)


def warn(text: str) -> None:
    """Print a warning."""
    print(f"warning: {text}", file=sys.stderr)


@contextmanager
def progress(description: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing in a pipe. Yields a function that is told how many steps were done since last time.

    total: number of steps.
    """
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=_console(sys.stderr), transient=True) as bar:
        task = bar.add_task(description, total=total)
        yield lambda steps: bar.advance(task, steps)


@contextmanager
def progress_so_far(description: str, total: int) -> Iterator[Callable[[int], None]]:
    """As `progress`, for work that tells how many steps are done in all."""
    done = 0
    with progress(description, total) as advance:

        def reached(so_far: int) -> None:
            nonlocal done
            advance(so_far - done)
            done = so_far

        yield reached


def print_problems(problems: Iterable[Problem], as_json: bool) -> None:
    """Print errors: one JSON document on stdout, or a line for each on stderr."""
    found = list(problems)
    if as_json:
        keys = ("file", "sheet", "line", "column", "path", "value", "message", "hint")
        rows = [dataclasses.asdict(problem) for problem in found]
        emit({"errors": [{key: _plain(row[key]) for key in keys} for row in rows]})
        return
    if not sys.stderr.isatty():
        for problem in found:
            print(problem, file=sys.stderr)
    else:
        from rich.text import Text

        terminal = _console(sys.stderr)
        for problem in found:
            line = Text().append(f"{problem.place}: " if problem.place else "", "dim")
            line.append(f"{problem.path}: " if problem.path else "", "bold")
            line.append(problem.message)
            terminal.print(line.append(f" ({problem.hint})" if problem.hint else "", "cyan"), soft_wrap=True)
    if len(found) > 1:
        print(f"{len(found)} errors", file=sys.stderr)


def check_free(path: Path, *, overwrite: bool, option: str = "--out") -> None:
    """Raise ProblemsFound where a file exists that may not be overwritten; for work that takes long before `save`."""
    if path.exists() and not overwrite:
        raise ProblemsFound([Problem(option, f"{path} exists already", str(path), "add --force to overwrite it")])


def save(path: Path, text: str, *, overwrite: bool, option: str = "--out") -> None:
    """Write a text file as a whole or not at all. option: that named the file.

    Raises ProblemsFound where a file exists that may not be overwritten, or the place cannot be written.
    """
    save_bytes(path, text.encode("utf-8"), overwrite=overwrite, option=option)


def save_bytes(path: Path, content: bytes, *, overwrite: bool, option: str = "--out") -> None:
    """As `save`, for a file that is no text."""
    check_free(path, overwrite=overwrite, option=option)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            draft.write_bytes(content)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ProblemsFound([Problem(option, f"{path} cannot be written: {reason}", str(path))]) from error


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    return Console(file=stream, highlight=False, markup=False, width=None if stream.isatty() else 120)


def _silent(_steps: int) -> None:
    """Progress that nobody watches."""


def _plain(value: object) -> object:
    """A value that JSON knows."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return value if isinstance(value, float) and abs(value) < float("inf") else str(value)
