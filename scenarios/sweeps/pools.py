"""Where the tasks of a sweep run: this process, processes of this machine, a Dask cluster, or a caller's executor."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from sim.errors import Problem, ProblemsFound

TASKS_A_WORKER = 3  # in flight: one runs, the others wait beside it
PATIENCE = 20  # seconds for a scheduler to answer


class Pool(Protocol):
    """executor: takes tasks. window: most tasks in flight. breaks_whole: the death of a worker ends all of them."""

    breaks_whole: bool

    @property
    def executor(self) -> Executor: ...

    @property
    def workers(self) -> int: ...

    @property
    def window(self) -> int: ...

    def died(self, error: BaseException) -> bool:
        """Whether an error of a task says that its worker died."""

    def renew(self) -> None:
        """After a death: make the pool usable again. Raises ProblemsFound where that cannot be done."""

    def gone(self) -> str | None:
        """Why no task will ever be answered, None while there is hope."""

    def close(self, *, quickly: bool) -> None:
        """End what this pool started. quickly: without waiting for tasks in flight."""


class _Inline(Executor):
    """Does a task when it is submitted."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 (whoever waits for the future gets it)
            future.set_exception(error)
        return future


class InlinePool:
    """This process alone."""

    breaks_whole = False
    workers = window = 1

    def __init__(self) -> None:
        self.executor: Executor = _Inline()

    def died(self, _error: BaseException) -> bool:
        return False

    def renew(self) -> None:
        raise AssertionError("this process cannot die and go on")

    def gone(self) -> str | None:
        return None

    def close(self, *, quickly: bool) -> None:  # noqa: ARG002
        self.executor.shutdown()


class ProcessPool:
    """Processes of this machine, begun anew after a death."""

    breaks_whole = True

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.window = TASKS_A_WORKER * workers
        self._executor: ProcessPoolExecutor | None = None

    @property
    def executor(self) -> Executor:
        if self._executor is None:
            from multiprocessing import get_context

            self._executor = ProcessPoolExecutor(self.workers, get_context("spawn"), initializer=_begin)
            with _main_left_alone():  # the processes start with the first tasks
                for _ in range(self.workers):
                    self._executor.submit(_nothing)
        return self._executor

    def died(self, error: BaseException) -> bool:
        return isinstance(error, BrokenExecutor)

    def renew(self) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
        self._executor = None

    def gone(self) -> str | None:
        return None

    def close(self, *, quickly: bool) -> None:
        if self._executor is None:
            return
        if quickly:
            for process in list((self._executor._processes or {}).values()):
                process.terminate()
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._executor = None


class GivenPool:
    """An executor of the caller, who ends it."""

    breaks_whole = True

    def __init__(self, executor: Executor, workers: int) -> None:
        self.executor = executor
        self.workers = workers
        self.window = TASKS_A_WORKER * workers

    def died(self, error: BaseException) -> bool:
        return isinstance(error, BrokenExecutor)

    def renew(self) -> None:
        raise ProblemsFound([Problem("executor", "the executor is broken", hint="go on with a new one and resume")])

    def gone(self) -> str | None:
        return None

    def close(self, *, quickly: bool) -> None:
        """It is the caller's."""


class ClusterPool:
    """A Dask cluster, through its own executor."""

    breaks_whole = False

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            hint = "pip install 'roadfolio[cluster]'"
            raise ProblemsFound([Problem("--cluster", "Dask is not installed", address, hint)]) from None
        client: Any = Client  # ships no types
        self.address = address
        self._log = logging.getLogger("distributed.client")
        self._level = self._log.level
        self._log.setLevel(logging.CRITICAL)  # that the scheduler is gone is said in our words
        try:
            self._client: Any = client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, ImportError) as error:
            hint = "begin with `dask scheduler --host 127.0.0.1` and `dask worker ADDRESS`"
            message = f"no scheduler answers at {address}: {str(error).splitlines()[0] if str(error) else error!r}"
            raise ProblemsFound([Problem("--cluster", message, address, hint)]) from None
        self.executor: Executor = self._client.get_executor(pure=False)

    @property
    def workers(self) -> int:
        """Threads of all workers at this moment; at least 1, so that tasks wait for a worker to come."""
        try:
            known = self._client.nthreads()
        except (OSError, ValueError, TimeoutError):
            return 1
        return max(1, int(sum(known.values())))

    @property
    def window(self) -> int:
        return TASKS_A_WORKER * self.workers

    def died(self, error: BaseException) -> bool:
        from distributed import KilledWorker

        return isinstance(error, KilledWorker)

    def renew(self) -> None:
        """The scheduler goes on with the other workers."""

    def gone(self) -> str | None:
        if self._client.status == "running":
            return None
        return f"the scheduler at {self.address} is gone"

    def close(self, *, quickly: bool) -> None:  # noqa: ARG002
        self._client.close(timeout=2)
        self._log.setLevel(self._level)


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin() -> None:
    """A worker begins: Ctrl-C is for the process that asked, and the worker ends when that does, however it ended."""
    import signal
    from multiprocessing import parent_process
    from threading import Thread

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()


def _nothing() -> None:
    """What a process is started with."""


@contextmanager
def _main_left_alone() -> Iterator[None]:
    """Start processes that do not look for a main module that is no file: a script from standard input has none."""
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    if file is None or Path(file).exists():
        yield
        return
    del main.__file__
    try:
        yield
    finally:
        main.__file__ = file
