"""`roadfolio information`: what to find out before choosing, and at most at what price."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.cli.arguments import Future, Json, Scenario, Seed, turned
from scenarios.cli.choices import Noise, PlanRun, Points, Resolved, Roadmaps, given_roadmaps, read_plan
from scenarios.cli.excel import Excel, Overwrite, check_excel, write_excel
from scenarios.cli.roi import Threads
from scenarios.information import NESTED, NOISE, POINTS, TOP
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from scenarios.knowing.study import Study

Drivers = Annotated[
    list[str] | None,
    typer.Option("--driver", metavar="PATH", help="Only these uncertain numbers, or all below a path; repeatable."),
]
Groups = Annotated[
    list[str] | None,
    typer.Option("--group", metavar="NAME=PATH,…", help="Numbers that would be known together; repeatable."),
]
Studies = Annotated[
    list[str] | None,
    typer.Option(
        "--study",
        metavar="driver=PATH,…",
        help="A pilot, quote or audit: driver=PATH,n=20,sd=4,cost=1500,delay=2 (months) or driver=PATH,trials=200; "
        "or a YAML file with a block `studies`. Repeatable.",
    ),
]
Top = Annotated[int, typer.Option("--top", min=1, max=1000, help="Uncertain numbers that are told.")]
Nested = Annotated[int, typer.Option("--nested", min=0, max=1000, help="How many of them a second estimator checks.")]


def run(
    file: Scenario,
    roadmap: Roadmaps = None,
    plan: PlanRun = None,
    driver: Drivers = None,
    group: Groups = None,
    study: Studies = None,
    points: Points = POINTS,
    noise: Noise = NOISE,
    top: Top = TOP,
    nested: Nested = NESTED,
    resolved: Resolved = 32,
    seed: Seed = 1,
    future: Future = None,
    threads: Threads = None,
    excel: Excel = None,
    force: Overwrite = False,
    json: Json = False,
) -> int:
    """Value what could be known before choosing: all uncertain numbers, each, groups, and studies of stated size."""
    from optimize import NoRoadmap
    from scenarios import load
    from scenarios.cli.compiling import announce_compilation
    from scenarios.cli.output import DONE, INFEASIBLE, console, emit, print_problems
    from scenarios.cli.stages import stages
    from scenarios.information import information

    given, document = given_roadmaps(roadmap), read_plan(plan)
    groups, studies = parse_groups(group or ()), read_studies(study or ())
    check_excel(excel, overwrite=force)
    scenario = turned(load(file), future)
    announce_compilation("kernel")
    try:
        with stages("information") as progress:
            found = information(
                scenario, seed, roadmaps=given, plan=document, drivers=driver or (), groups=groups, studies=studies,
                points=points, noise=noise, top=top, nested=nested, resolved=resolved, threads=threads,
                progress=progress,
            )  # fmt: skip
    except NoRoadmap as error:
        print_problems([Problem("", sentence, file=file) for sentence in error.sentences], json)
        return INFEASIBLE
    write_excel(excel, found.document(), "information", overwrite=force)
    if json:
        emit(found.document())
        return DONE
    from scenarios.cli.render.information import show_information

    show_information(found, scenario, console())
    return DONE


def parse_groups(texts: Sequence[str]) -> dict[str, list[str]]:
    """Groups of numbers by name. Raises ProblemsFound.

    >>> parse_groups(["demand=profile.growth_per_year, processes.counter"])
    {'demand': ['profile.growth_per_year', 'processes.counter']}
    """
    found: dict[str, list[str]] = {}
    problems = []
    for text in texts:
        name, at, rest = text.partition("=")
        paths = [part.strip() for part in rest.split(",") if part.strip()]
        if not at or not name.strip() or not paths or name.strip() in found:
            hint = "write NAME=PATH,PATH, each name once"
            problems.append(Problem("--group", f"{text!r} is no group of its own", text, hint))
        found[name.strip()] = paths
    if problems:
        raise ProblemsFound(problems)
    return found


def read_studies(texts: Sequence[str]) -> list[Study]:
    """Studies from texts `driver=…` and from files. Raises ProblemsFound."""
    from scenarios.knowing.study import parse_study, study

    found: list[Study] = []
    for text in texts:
        if text.lstrip().startswith("driver="):
            found.append(parse_study(text, len(found) + 1))
            continue
        found += [study(name, stated) for name, stated in _stated(Path(text)).items()]
    return found


def _stated(path: Path) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    hint = "write driver=PATH,n=20,sd=4,cost=1500, or name a YAML file with a block `studies`"
    try:
        data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ProblemsFound([Problem("--study", f"{path} cannot be read: {reason}", str(path), hint)]) from error
    except (YAMLError, ValueError) as error:
        raise ProblemsFound([Problem("--study", f"{path} is no YAML file", str(path), hint)]) from error
    block = data.get("studies") if isinstance(data, dict) else None
    if not isinstance(block, dict) or not block:
        raise ProblemsFound([Problem("--study", f"{path} has no block `studies`", str(path), hint)])
    return {str(name): stated for name, stated in block.items()}
