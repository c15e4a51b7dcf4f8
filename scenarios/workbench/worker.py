"""A worker process as the server of the page sees it: one task at a time, the newest of each session."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import OrderedDict
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from scenarios.workbench.work import Source, Task, Word, work

NONE = 0


class Worker:
    """Tasks of several sessions wait in turn; a new task of a session takes the place of its older one, and stops it
    where it is under way. `listen` is called from a thread of the worker with every word of a task. rests: shared
    number of the process that may be paused, a nice one."""

    def __init__(
        self, source: Source, seed: int, listen: Callable[[Task, Word], None], rests: Any, nice: int = 0
    ) -> None:
        self._source, self._seed, self._listen, self._rests, self._nice = source, seed, listen, rests, nice
        self._context = multiprocessing.get_context("spawn")
        self._wanted = self._context.Value("q", NONE, lock=False)
        self._lock = threading.RLock()
        self._waiting: OrderedDict[str, Task] = OrderedDict()
        self._running: Task | None = None
        self._process: Any = None
        self._connection: Connection | None = None
        self._closed = False
        self._paused = False

    def submit(self, task: Task) -> None:
        """Do this for a session, and nothing else that it asked for before."""
        with self._lock:
            self._waiting[task.session] = task
            self._stop(task.session)
            self._next()

    def cancel(self, session: str) -> None:
        """Nothing that the session asked for is wanted any more."""
        with self._lock:
            self._waiting.pop(session, None)
            self._stop(session)

    def start(self) -> None:
        """Begin the process before there is something to do."""
        with self._lock:
            if self._process is None and not self._closed:
                self._begin()

    @property
    def busy(self) -> bool:
        """Whether there is something to do."""
        return self._running is not None or bool(self._waiting)

    def pause(self) -> None:
        """Let the process rest, at once, so that another one has the machine for itself; where that can be done."""
        with self._lock:
            if self._process is not None and not self._paused and hasattr(signal, "SIGSTOP"):
                self._paused = True
                self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        with self._lock:
            if self._paused:
                self._paused = False
                self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(OSError, TypeError):  # it has ended
            os.kill(self._process.pid, number)

    def close(self) -> None:
        """End the process."""
        self.resume()
        with self._lock:
            self._closed = True
            process, self._process = self._process, None
            if self._connection is not None:
                self._connection.close()
        if process is not None:
            process.terminate()
            process.join(5.0)

    def _stop(self, session: str) -> None:
        if self._running is not None and self._running.session == session:
            self._wanted.value = NONE

    def _next(self) -> None:
        if self._running is not None or not self._waiting or self._closed:
            return
        self.start()
        _, task = self._waiting.popitem(last=False)
        self._running = task
        self._wanted.value = task.number
        assert self._connection is not None
        with contextlib.suppress(OSError):  # a process that ended is noticed by the thread that listens
            self._connection.send(task)

    def _begin(self) -> None:
        here, there = self._context.Pipe()
        self._connection = here
        arguments = (self._source, self._seed, there, self._wanted, self._nice, self._rests)
        self._process = self._context.Process(target=work, args=arguments, daemon=True)
        self._process.start()
        there.close()
        self._paused = False
        if self._nice:
            self._rests.value = self._process.pid
        threading.Thread(target=self._hear, args=(here,), daemon=True).start()

    def _hear(self, connection: Connection) -> None:
        while True:
            try:
                word: Word = connection.recv()
            except (EOFError, OSError):
                break
            with self._lock:
                task = self._running
                if task is None or task.number != word.number:
                    continue
                last = word.kind in ("done", "stopped")
                wanted = self._wanted.value == task.number
                if last:
                    self._running = None
            if wanted or last:
                self._listen(task, word)
            if last:
                with self._lock:
                    self._next()
        with self._lock:
            task, self._running, self._process = self._running, None, None
            closed = self._closed
        if task is not None and not closed:
            sentence = "the computation ended unexpectedly; change something to begin it again"
            self._listen(task, Word(task.number, "failed", (sentence,)))
            self._listen(task, Word(task.number, "done"))
            with self._lock:
                self._next()
