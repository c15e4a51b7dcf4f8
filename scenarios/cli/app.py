"""The commands, and what becomes of their errors.

A command NAME is the function `run` of the module `scenarios.cli.NAME` (dashes as underscores) and a line in COMMANDS.
Its module is imported only when the command is given, so a command may import what it needs inside `run` without
slowing the others. It returns None or an exit code; input that cannot be used is raised as ProblemsFound.
"""

from __future__ import annotations

import functools
import importlib
import io
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Annotated, Any

import typer

from scenarios.cli.output import DONE, INVALID, print_problems
from sim.errors import Problem, ProblemsFound

COMMANDS = {
    # name: what it does, in the list of `roadfolio --help`
    "new": "Print a commented scenario of a sector, to edit.",
    "check": "Find every error of a file, or review a good one.",
    "evidence": "Search the published figures, and see where sources disagree.",
    "convert": "Turn a scenario file into a workbook, or back, without loss.",
    "import-assets": "Turn an asset register (CSV) into systems of a scenario.",
    "gaps": "Show goals against the baseline, and which initiatives serve them.",
    "roi": "Value a roadmap on many draws (the Monte Carlo kernel).",
    "uncertainty": "Tell ignorance, which information could shrink, from chance.",
    "sensitivity": "Tell which assumptions an outcome hangs on, and which the decision.",
    "break-even": "Find the value at which the decision flips.",
    "information": "Say what to find out first, and at most at what price.",
    "discover": "Find the driver values in which a roadmap fails.",
    "robustness": "See what is funded as drivers vary; regret across worlds.",
    "contributions": "Divide what a roadmap is worth among its initiatives.",
    "course": "Show cash month by month, losses by size, and single draws.",
    "simulate": "Play the company with a roadmap, item by item (SimPy).",
    "plan": "Recommend a roadmap: value, solve, simulate, refine, compare.",
    "replan": "Weigh actuals against a plan under way, and replan the rest.",
    "report": "Write a run as one HTML page to show and to print.",
    "compare": "Set scenarios, roadmaps, policies and futures side by side.",
    "policies": "What reviewing, training, upkeep and alignment are worth.",
    "frontier": "NPV against budget, and against risk.",
    "sweep": "Work out many points of a scenario; resumable, on any number of machines.",
    "app": "Open the workbench: change numbers on a page, see the roadmap change.",
    "solve": "Solve a roadmap problem alone (the integer program).",
    "calibrate": "Correct the kernel by runs of the company; kept beside the scenario.",
    "verify": "Compare the two engines, figure by figure.",
    "schema": "Print the JSON schema of scenarios or of a document.",
}
MODULES = {"app": "workbench"}  # of commands whose name is that of another module
INTERRUPTED = 130  # what shells expect after Ctrl-C


class _ReaderGoneError(Exception):
    """Our output is read no longer. Typer would end the process with the code of a defect at a BrokenPipeError."""


def main() -> None:
    """Run the command line of the process and end it with the exit code; an exception is our defect, code 1."""
    sys.excepthook = _defect
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")  # looking for them reads every installed package
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without some letter gets its code instead of an error
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code. Exceptions that are defects of ours pass through."""
    as_json = "--json" in arguments
    try:
        code = _dispatch(list(arguments) or ["--help"])
        sys.stdout.flush()
    except ProblemsFound as error:
        code = INVALID
        print_problems(error.errors, as_json)
    except typer.TyperException as error:  # the arguments themselves
        code = INVALID
        print_problems([Problem("", error.format_message().strip(), hint=f"see `{_help(arguments)}`")], as_json)
    except (BrokenPipeError, _ReaderGoneError):
        # Whoever read our output has seen enough; what is still buffered must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    if code == INTERRUPTED:
        print("stopped", file=sys.stderr)
    return code


def _dispatch(arguments: list[str]) -> int:
    """Hand the arguments to typer, with the one command that they name really loaded."""
    wanted = next((word for word in arguments if not word.startswith("-")), None)
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for name, sentence in COMMANDS.items():
        command = importlib.import_module(module_of(name)).run if name == wanted else _not_loaded
        app.command(name, help=sentence)(_unpiped(command))
    result = typer.main.get_command(app)(args=arguments, prog_name="roadfolio", standalone_mode=False)
    return result if isinstance(result, int) else DONE


def module_of(command: str) -> str:
    """The module that runs a command.

    >>> module_of("break-even")
    'scenarios.cli.break_even'
    >>> module_of("app")
    'scenarios.cli.workbench'
    """
    return f"scenarios.cli.{MODULES.get(command, command.replace('-', '_'))}"


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"roadfolio {version('roadfolio')}")
        except PackageNotFoundError:
            print("roadfolio, run from a folder where it was not installed")
        raise typer.Exit


def _root(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Which technology investments should a small business make, in which order, starting when?"""


def _not_loaded() -> None:
    """Stands for the commands that were not given."""


def _unpiped(command: Callable[..., int | None]) -> Callable[..., int | None]:
    @functools.wraps(command)
    def call(**arguments: Any) -> int | None:
        try:
            return command(**arguments)
        except BrokenPipeError as error:
            raise _ReaderGoneError from error

    return call


def _help(arguments: Sequence[str]) -> str:
    command = next((word for word in arguments if word in COMMANDS), None)
    return f"roadfolio {command} --help" if command else "roadfolio --help"


def _defect(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What the process says of an error that is ours; Python then ends it with code 1."""
    sentence = f"roadfolio has a defect: {kind.__name__}: {error}"
    remedy = "please report this sentence, the command and the file; ROADFOLIO_DEBUG=1 shows where it happened"
    if os.environ.get("ROADFOLIO_DEBUG") == "1":
        traceback.print_exception(kind, error, trace)
    print_problems([Problem("", sentence, hint=remedy)], "--json" in sys.argv)
