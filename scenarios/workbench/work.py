"""What runs in a worker process: takes tasks in turn, answers each in steps, and stops one that is superseded.

A process of its own keeps the page alive while a kernel runs. Everything that crosses the border is a frozen dataclass.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

from scenarios.workbench.answer import Answer
from scenarios.workbench.edits import Edits, applied
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from scenarios.workbench.known import Known
    from sim.world import Scenario

Kind = Literal["coarse", "refined", "report"]
NICENESS: Final = 15  # of the process that refines: a change is answered first
OFTEN: Final = 0.25  # seconds between two words of progress


@dataclass(frozen=True)
class Source:
    """The scenario file as it was read when the workbench began: content, printed name, calibration beside it."""

    content: bytes
    name: str
    calibration: tuple[bytes, str] | None

    def scenario(self) -> Scenario:
        """As `load` gives it."""
        from scenarios.load import calibrated, parse

        return calibrated(parse(self.content, self.name), self.calibration)


@dataclass(frozen=True)
class Task:
    """number: from 1, never twice. session: the page that asked. before: roadmap that it shows; hints: other ones."""

    number: int
    session: str
    kind: Kind
    edits: Edits
    before: Mapping[str, int] | None = None
    hints: tuple[Mapping[str, int], ...] = ()


@dataclass(frozen=True)
class Word:
    """What a worker says of a task: `answer` (payload: Answer), `progress` (stage and share done), `report` (the page),
    `failed` (sentences), and last `done` or `stopped`."""

    number: int
    kind: Literal["answer", "progress", "report", "failed", "done", "stopped"]
    payload: Any = None


class SupersededError(Exception):
    """The task is wanted no longer."""


def work(source: Source, seed: int, connection: Connection, wanted: Any, nice: int, rests: Any) -> None:
    """The loop of a process. wanted: shared number of the task that shall go on. rests: of the process that is paused
    while this one answers, 0 for none. It ends when the connection closes, at once: threads of a kernel that still runs
    could not be ended in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        _serve(source, seed, connection, wanted, nice)
    finally:
        if rests.value and not nice and hasattr(signal, "SIGCONT"):
            with contextlib.suppress(OSError):  # whoever paused it may be gone, and it must not rest for ever
                os.kill(rests.value, signal.SIGCONT)
        os._exit(0)


def _serve(source: Source, seed: int, connection: Connection, wanted: Any, nice: int) -> None:
    if nice and hasattr(os, "nice"):
        os.nice(nice)
    from scenarios.workbench.known import Known

    base, known = source.scenario(), Known(seed)
    last: list[Any] = [None, None]  # the newest plan, and the scenario of which it is
    while True:
        try:
            task = connection.recv()
        except (EOFError, OSError):
            return
        try:
            _perform(task, source, base, known, last, connection.send, partial(_is, wanted, task.number))
            end = Word(task.number, "done")
        except SupersededError:
            end = Word(task.number, "stopped")
        except OSError:  # of the connection: those of the work are told
            return
        try:
            connection.send(end)
        except OSError:
            return


def _is(wanted: Any, number: int) -> bool:
    return bool(wanted.value == number)


def _perform(
    task: Task,
    source: Source,
    base: Scenario,
    known: Known,
    last: list[Any],
    send: Callable[[Word], None],
    goes_on: Callable[[], bool],
) -> None:
    from optimize import NoRoadmap

    began = time.monotonic()
    told = 0.0

    def progress(stage: str, done: int, total: int) -> None:
        nonlocal told
        if not goes_on():
            raise SupersededError
        if time.monotonic() - told >= OFTEN:
            told = time.monotonic()
            send(Word(task.number, "progress", (stage, done / total if total else 0.0)))

    def answer(found: Answer) -> None:
        send(Word(task.number, "answer", replace(found, seconds=time.monotonic() - began)))

    try:
        if not goes_on():
            raise SupersededError
        scenario = applied(base, task.edits)
        if task.kind == "coarse":
            from scenarios.workbench.coarse import coarse

            for found in coarse(known, scenario, task.before, task.hints, progress):
                answer(found)
                progress("searching on", 0, 1)
        else:
            from scenarios.workbench.refined import refined, report_of

            if last[1] != scenario.hash() or task.kind == "refined":
                for found, plan in refined(known, scenario, task.before, progress):
                    answer(found)
                    last[:] = [plan, scenario.hash()] if plan is not None else last
            if task.kind == "report":
                send(Word(task.number, "report", report_of(source, base, task.edits, scenario, last[0], progress)))
    except ProblemsFound as error:
        send(Word(task.number, "failed", tuple(str(one) for one in error.errors)))
    except NoRoadmap as error:
        from scenarios.workbench.told import no_answer

        send(Word(task.number, "failed", no_answer(scenario, error)))
    except (SupersededError, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 (a defect of ours must not end the process that other pages share)
        problem = Problem("", f"roadfolio has a defect: {type(error).__name__}: {error}", hint="undo the last change")
        send(Word(task.number, "failed", (str(problem),)))
