"""`roadfolio app`: the workbench, a page of this machine alone."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Annotated

import typer

from scenarios.cli.arguments import Json, Scenario, Seed

Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port of the page; 0: any that is free.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Print the address and open nothing.")]


def run(file: Scenario, port: Port = 0, no_browser: NoBrowser = False, seed: Seed = 1, json: Json = False) -> int:
    """Open the workbench: change budget, horizon, risk and any number, and see the roadmap change. Ctrl-C ends it."""
    from importlib.util import find_spec

    from scenarios.cli.output import DONE, emit
    from scenarios.load import beside, read
    from sim.errors import Problem, ProblemsFound

    if find_spec("dash") is None:
        hint = "install it with `pip install 'roadfolio[app]'`, or `make setup` in the project"
        raise ProblemsFound([Problem("", "the workbench needs the package dash, which is not installed", None, hint)])
    content, name = read(file)
    from scenarios.workbench.desk import Desk
    from scenarios.workbench.security import Guard
    from scenarios.workbench.server import PortTakenError, listening, made
    from scenarios.workbench.work import Source

    desk = Desk(Source(content, name, beside(file, name)), seed)
    try:
        server = listening(port)
    except PortTakenError:
        hint = "another one, or 0 for any that is free"
        raise ProblemsFound([Problem("--port", f"port {port} is not free", port, hint)]) from None
    from scenarios.cli.compiling import announce_compilation

    desk.start()
    announce_compilation("kernel")
    guard = Guard(server.server_port)
    server.app = made(desk, guard)
    if json:
        emit({"scenario": desk.base.name, "seed": seed, "address": guard.address})
        sys.stdout.flush()
    else:
        print(f"{desk.base.name} is at {guard.address}", flush=True)
        print("only this machine can open it; Ctrl-C ends it", flush=True)
    if not no_browser:
        import webbrowser

        webbrowser.open(guard.address)
    signal.signal(signal.SIGTERM, _interrupt)  # so that the processes that compute end with this one
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print("ended", file=sys.stderr, flush=True)
    finally:
        server.server_close()
        desk.close()
        _settle()
    return DONE


def _settle() -> None:
    """Let requests that are under way end: their threads must not outlive the interpreter."""
    import threading
    import time

    until = time.monotonic() + 2.0
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(max(0.0, until - time.monotonic()))


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
