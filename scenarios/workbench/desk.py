"""All pages that are open: takes their changes, has them answered, and keeps what was answered before."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from scenarios.workbench.answer import Answer
from scenarios.workbench.edits import Edits, applied
from scenarios.workbench.history import History
from scenarios.workbench.numbers import Number, numbers_of
from scenarios.workbench.session import MOST_VARIANTS, Progress, Session, Variant, free_name
from scenarios.workbench.work import NICENESS, Kind, Source, Task, Word
from scenarios.workbench.worker import Worker
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from sim.world import Scenario

MOST_SESSIONS: Final = 32
MOST_ANSWERS: Final = 64
MOST_SCENARIOS: Final = 16
RANK: Final = {"revalued": -1, "coarse": 0, "finer": 1, "refined": 2}
KEY = re.compile(r"[0-9a-f]{32}")
Listener = Callable[[Task, Word], None]


class Desk:
    """Thread-safe. seed: of all randomness; a refined answer is that of `roadfolio plan` with it."""

    def __init__(self, source: Source, seed: int) -> None:
        self.source, self.seed = source, seed
        self.base: Scenario = source.scenario()
        self._lock = threading.RLock()
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._answers: OrderedDict[Edits, Answer] = OrderedDict()
        self._scenarios: OrderedDict[Edits, Scenario] = OrderedDict()
        self._numbers = itertools.count(1)
        rests = multiprocessing.get_context("spawn").Value("q", 0, lock=False)
        self._coarse = Worker(source, seed, self._heard, rests)
        self._fine = Worker(source, seed, self._heard, rests, NICENESS)

    @cached_property
    def numbers(self) -> Mapping[str, Number]:
        """Every number of the scenario as loaded, by path."""
        return numbers_of(self.base)

    @cached_property
    def beginning(self) -> str:
        """What is said before the first answer: the first run of a version compiles, and silence looks like a hang."""
        from scenarios.cli.compiling import missing

        if missing("kernel"):
            return "First run of this version: compiling the kernel, a minute or two. Changes are answered after that."
        return "Working on the first answer: every initiative is valued, which takes a few seconds …"

    def start(self) -> None:
        """Begin the first process, so that it is ready when a page asks."""
        self._coarse.start()

    def close(self) -> None:
        """End the processes."""
        self._coarse.close()
        self._fine.close()

    def new_session(self) -> str:
        """The key of a new page, whose first answer is worked on at once."""
        key = os.urandom(16).hex()
        with self._lock:
            self._sessions[key] = session = Session(key, used=time.monotonic())
            while len(self._sessions) > MOST_SESSIONS:
                oldest, _ = self._sessions.popitem(last=False)
                self._coarse.cancel(oldest)
                self._fine.cancel(oldest)
            self._ask(session)
        return key

    @contextmanager
    def session(self, key: object) -> Iterator[Session]:
        """The state of a page, nobody else's while it is held. Raises KeyError for one that is not known."""
        with self._lock:
            if not isinstance(key, str) or not KEY.fullmatch(key):
                raise KeyError(key)
            found = self._sessions[key]
            self._sessions.move_to_end(key)
            yield found

    def knows(self, key: object) -> bool:
        """Whether a page of this key is open here."""
        return isinstance(key, str) and key in self._sessions

    def look(self, key: object) -> Session:
        """A copy of the state of a page, so that what takes long holds up nobody. Raises KeyError."""
        with self.session(key) as session:
            return replace(session)

    def scenario(self, edits: Edits) -> Scenario:
        """The scenario with these changes, kept for the next time. Raises ProblemsFound."""
        with self._lock:
            known = self._scenarios.get(edits)
        if known is None:
            known = applied(self.base, edits)
            with self._lock:
                self._scenarios[edits] = known
                while len(self._scenarios) > MOST_SCENARIOS:
                    self._scenarios.popitem(last=False)
        return known

    def change(self, key: str, control: str, make: Callable[[Edits], Edits]) -> bool:
        """Make a change that a control asks for, and have it answered. False where it cannot be made: the reason is
        among the problems of the session, and nothing changes."""
        with self.session(key) as session:
            try:
                edits = make(session.history.now)
                if edits == session.history.now:
                    self._told(session, control, "")
                    return True
                self.scenario(edits)
            except ProblemsFound as error:
                self._told(session, control, "; ".join(_sentence(one, control) for one in error.errors[:3]))
                return False
            self._told(session, control, "")
            session.history = session.history.changed(edits, control, time.monotonic())
            self._ask(session)
            return True

    def step(self, key: str, move: Callable[[History], History]) -> None:
        """Undo or redo."""
        with self.session(key) as session:
            history = move(session.history)
            if history is not session.history:
                self._replace(session, history)

    def put(self, key: str, edits: Edits) -> None:
        """Put other changes in the place of all: none, or those of a variant."""
        with self.session(key) as session:
            self._replace(session, session.history.changed(edits, "", time.monotonic()))

    def keep(self, key: str, name: str) -> str:
        """Keep what is shown as a variant; returns its name. Raises ProblemsFound."""
        with self.session(key) as session:
            if session.answer is None or session.answered != session.history.now:
                raise ProblemsFound([Problem("", "there is no answer to keep yet", hint="wait for the coarse one")])
            if len(session.variants) >= MOST_VARIANTS:
                raise ProblemsFound([Problem("", f"{MOST_VARIANTS} variants are kept already", hint="delete one")])
            chosen = free_name(name, {one.name for one in session.variants})
            session.variants = (*session.variants, Variant(chosen, session.history.now, session.answer))
            session.version += 1
            return chosen

    def delete(self, key: str, name: str) -> None:
        """Forget a variant."""
        with self.session(key) as session:
            session.variants = tuple(one for one in session.variants if one.name != name)
            session.version += 1

    def open_number(self, key: str, path: str) -> None:
        """Show the control of a number."""
        with self.session(key) as session:
            if path in self.numbers and path not in session.opened:
                session.opened = (path, *session.opened)
                session.controls += 1
                session.version += 1

    def close_number(self, key: str, path: str) -> None:
        """Put a number back to what the file says, and its control away."""
        with self.session(key) as session:
            session.opened = tuple(one for one in session.opened if one != path)
            session.problems = {name: text for name, text in session.problems.items() if name != path}
            self._replace(session, session.history.changed(session.history.now.with_value(path, None), "", 0.0))

    def ask_report(self, key: str) -> None:
        """Have the report of what is shown written, refined first where it is not yet."""
        with self.session(key) as session:
            if not session.reporting and not session.failed:
                session.reporting = True
                session.version += 1
                self._submit(session, "report", self._fine)

    def _replace(self, session: Session, history: History) -> None:
        session.history = history
        session.problems = {}
        session.controls += 1
        self._ask(session)

    def _told(self, session: Session, control: str, sentence: str) -> None:
        if session.problems.get(control, "") != sentence:
            rest = {name: text for name, text in session.problems.items() if name != control}
            session.problems = {**rest, control: sentence} if sentence else rest
            session.version += 1

    def _ask(self, session: Session) -> None:
        """Have the changes of a session answered: at once where that was done before."""
        session.version += 1
        session.failed = ()
        session.better = None
        session.reporting = False
        self._fine.cancel(session.key)
        known = self._answers.get(session.history.now)
        if known is not None:
            self._coarse.cancel(session.key)
            session.answer, session.answered = known, session.history.now
            session.progress = Progress("refined" if known.state == "refined" else "working")
            session.offer(known)
            if known.state != "refined":
                self._refine(session)
            return
        stage = "begin" if session.answer is None else "working"
        session.progress = Progress(stage)  # type: ignore[arg-type]
        self._submit(session, "coarse", self._coarse)

    def _refine(self, session: Session) -> None:
        session.progress = Progress("refining")
        self._submit(session, "refined", self._fine)

    def _submit(self, session: Session, kind: Kind, worker: Worker) -> None:
        before = None if session.answer is None else session.answer.roadmap
        session.task = next(self._numbers)
        if worker is self._coarse:
            self._fine.pause()  # a change is answered first
        worker.submit(Task(session.task, session.key, kind, session.history.now, before, session.hints))

    def _heard(self, task: Task, word: Word) -> None:
        """Called from the threads of the workers."""
        with self._lock:
            if not self._coarse.busy:
                self._fine.resume()
            if word.kind == "answer":
                self._remember(task.edits, word.payload)
                self._freshen(task.edits)
            session = self._sessions.get(task.session)
            if session is None or session.task != task.number:
                return
            session.version += 1
            if word.kind == "answer" and _waits(session, task, word.payload):
                session.better = word.payload
            elif word.kind == "answer":
                session.answer, session.answered, session.failed = word.payload, task.edits, ()
                session.better = None
                session.offer(word.payload)
                if word.payload.state == "refined":
                    session.progress = Progress("refined")
            elif word.kind == "progress":
                words, share = word.payload
                session.progress = replace(session.progress, words=words, share=share)
            elif word.kind == "report":
                session.report, session.report_of, session.reporting = word.payload, task.edits, False
                session.progress = Progress("refined")
            elif word.kind == "failed":
                session.failed, session.reporting = tuple(word.payload), False
                session.progress = Progress("failed")
            elif word.kind == "done" and task.kind == "coarse" and not session.failed:
                if session.better is not None:
                    session.answer, session.better = session.better, None
                    session.offer(session.answer)
                self._refine(session)

    def _freshen(self, edits: Edits) -> None:
        """Kept variants have the best answer that is known of them."""
        known = self._answers.get(edits)
        for session in self._sessions.values():
            if known is not None and any(one.edits == edits for one in session.variants):
                session.variants = tuple(
                    replace(one, answer=known) if one.edits == edits else one for one in session.variants
                )
                session.version += 1

    def _remember(self, edits: Edits, answer: Answer) -> None:
        known = self._answers.get(edits)
        if RANK[answer.state] < 0 or (known is not None and RANK[known.state] > RANK[answer.state]):
            return
        self._answers[edits] = answer
        self._answers.move_to_end(edits)
        while len(self._answers) > MOST_ANSWERS:
            self._answers.popitem(last=False)


def _waits(session: Session, task: Task, found: Answer) -> bool:
    """Whether an answer is shown at the end of the search only: one of this change is shown already."""
    shown = session.answer
    return found.state == "coarse" and shown is not None and shown.state == "coarse" and session.answered == task.edits


def _sentence(problem: Problem, control: str) -> str:
    """A problem in the words of the command line, without the place where the control stands anyway."""
    return str(replace(problem, path="" if problem.path == control else problem.path, file=None))
