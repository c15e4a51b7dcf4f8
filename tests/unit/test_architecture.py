"""The house rules that a machine can check, read from the source texts and not from what happens to be imported.

Each rule is a function of a folder that returns one sentence per violation. A tiny bad tree shows that every rule can
fail, and a tiny good one that none fails without cause.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("sim", "optimize", "scenarios", "scripts")  # a floor imports itself and those before it
PACKAGES = FLOORS[:3]
OUTSIDE = ("tests", "benchmarks")
CONFINED = {
    "pulp": (
        "optimize/formulation.py",
        "optimize/families/",
        "optimize/solving/runs.py",
        "optimize/solving/solvers.py",
        "optimize/solving/relaxation.py",
        "optimize/solving/handover.py",
    ),
    "highspy": ("optimize/solving/runs.py", "optimize/solving/handover.py"),
    "simpy": ("sim/",),
}
ORCHESTRATORS = ("sim/company/company.py", "optimize/search.py", "scenarios/cli/app.py")
ENGINES = ("sim.company", "sim.montecarlo")
UNSAFE_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle"}
UNSAFE_CALLS = {"eval", "exec", "__import__"}
SEEDED = {"Generator", "BitGenerator", "Philox", "PCG64", "SeedSequence", "default_rng"}  # these hold their own state
LONGEST_FILE = 400  # lines
# A path counts where no word or dot precedes it, so that the path of a web address in a source does not.
NOT_PORTABLE = re.compile(
    r"(?<![\w.%-])/(?:work|root|home|Users|opt)/|[A-Z]:\\Users|pypi\.org|pythonhosted\.org|npmjs\.|anaconda\.org"
    r"|(?:index-url|find-links|trusted-host)\b"
)


@dataclass(frozen=True)
class Source:
    """One Python file of a tree: `name` is its path from the root, with slashes."""

    name: str
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree; a file that does not parse raises SyntaxError, which fails whatever rule reads it."""
        return ast.parse(self.path.read_text(encoding="utf-8"), self.name)

    @cached_property
    def imports(self) -> list[tuple[int, str]]:
        """Line and full dotted name of all that is imported, lazily or not; `from a import b` gives `a.b`."""
        found: list[tuple[int, str]] = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(node.lineno, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                folder = Path(self.name).parts[: -node.level] if node.level else ()
                base = ".".join([*folder, *([node.module] if node.module else [])])
                found += [(node.lineno, f"{base}.{alias.name}") for alias in node.names]
            elif isinstance(node, ast.Call) and node.args and called_name(node).endswith("import_module"):
                target = node.args[0]
                if isinstance(target, ast.Constant) and isinstance(target.value, str):
                    found.append((node.lineno, target.value))
        return found


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a chain of attributes, empty for anything else."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def called_name(call: ast.Call) -> str:
    """Dotted name of what is called."""
    return dotted(call.func)


def sources(root: Path, *folders: str) -> Iterator[Source]:
    """The Python files below some folders of the root, in order of name."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            yield Source(path.relative_to(root).as_posix(), path)


def imports_run_one_way(root: Path) -> list[str]:
    """scripts -> scenarios -> optimize -> sim, and the product knows neither tests nor benchmarks."""
    return [
        f"{source.name}:{line}: {FLOORS[floor]} imports {name}"
        for floor in range(len(FLOORS))
        for source in sources(root, FLOORS[floor])
        for line, name in source.imports
        if name.split(".")[0] in (*FLOORS[floor + 1 :], *OUTSIDE)
    ]


def libraries_stay_confined(root: Path) -> list[str]:
    """The solver's library lives in two files of optimize, SimPy in sim."""
    return [
        f"{source.name}:{line}: {name} belongs into {' and '.join(CONFINED[name.split('.')[0]])}"
        for source in sources(root, *FLOORS)
        for line, name in source.imports
        if not source.name.startswith(CONFINED.get(name.split(".")[0], ("",)))
    ]


def orchestrators_are_the_top(root: Path) -> list[str]:
    """Inside a package the orchestrator imports the parts; only the package's `__init__` imports the orchestrator."""
    found: list[str] = []
    for orchestrator in ORCHESTRATORS:
        folder = orchestrator.rpartition("/")[0]
        module = orchestrator.removesuffix(".py").replace("/", ".")
        for source in sources(root, folder):
            if source.name in (f"{folder}/__init__.py", f"{folder}/__main__.py"):
                continue
            found += [
                f"{source.name}:{line}: a part imports its orchestrator {module}"
                for line, name in source.imports
                if f"{name}.".startswith(f"{module}.")
            ]
    return found


def engines_are_closed(root: Path) -> list[str]:
    """optimize uses what the two engines offer, never a module inside them."""
    found: list[str] = []
    for source in sources(root, "optimize"):
        for line, name in source.imports:
            for engine in ENGINES:
                inner = name.removeprefix(f"{engine}.").split(".")[0] if name.startswith(f"{engine}.") else ""
                folder = root.joinpath(*engine.split("."))
                if inner and ((folder / f"{inner}.py").exists() or (folder / inner).is_dir()):
                    found.append(f"{source.name}:{line}: {name} is inside an engine")
    return found


def no_hidden_randomness(root: Path) -> list[str]:
    """No `random` module, none of NumPy's global generator, no generator without a seed."""
    found: list[str] = []
    for source in sources(root, *FLOORS):
        bad = [(line, name) for line, name in source.imports if name.split(".")[0] in ("random", "secrets")]
        bad += [
            (line, name)
            for line, name in source.imports
            if name.startswith("numpy.random.") and name.rpartition(".")[2] not in SEEDED
        ]
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and node.attr not in SEEDED:
                owner = dotted(node.value)
                if owner in ("np.random", "numpy.random"):
                    bad.append((node.lineno, f"{owner}.{node.attr}"))
            if isinstance(node, ast.Call) and not node.args and not node.keywords:
                name = called_name(node)
                if name.rpartition(".")[2] in SEEDED:
                    bad.append((node.lineno, f"{name}() without a seed"))
        found += [f"{source.name}:{line}: {what}" for line, what in bad]
    return found


def nothing_runs_data(root: Path) -> list[str]:
    """No pickle and its kin, no eval, no exec, no YAML that builds objects."""
    found: list[str] = []
    for source in sources(root, *FLOORS):
        bad = [(line, name) for line, name in source.imports if name.split(".")[0] in UNSAFE_MODULES]
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call):
                continue
            name = called_name(node)
            kinds = [word.value for word in node.keywords if word.arg == "typ" and isinstance(word.value, ast.Constant)]
            if name in UNSAFE_CALLS or any(kind.value == "unsafe" for kind in kinds):
                bad.append((node.lineno, f"call of {name}"))
        found += [f"{source.name}:{line}: {what}" for line, what in bad]
    return found


def packages_are_whole(root: Path) -> list[str]:
    """Each package says that it is typed, and each folder of modules is a package."""
    found = [f"{package}/py.typed is missing" for package in PACKAGES if not (root / package / "py.typed").is_file()]
    folders = {source.path.parent for source in sources(root, *PACKAGES)}
    lonely = [folder for folder in sorted(folders) if not (folder / "__init__.py").is_file()]
    return found + [f"{folder.relative_to(root).as_posix()}/__init__.py is missing" for folder in lonely]


def files_are_short(root: Path) -> list[str]:
    """One concept a file, in the product."""
    counted = [(source, len(source.path.read_bytes().splitlines())) for source in sources(root, *FLOORS)]
    return [f"{source.name} has {lines} lines" for source, lines in counted if lines > LONGEST_FILE]


def texts(root: Path) -> Iterator[tuple[str, str]]:
    """Name and content of every text of the project; this file, which spells the patterns, is left out."""
    single = [path for path in sorted(root.iterdir()) if path.is_file()]
    folders = (*FLOORS, *OUTSIDE, "docs", ".ci")
    for path in [*single, *(path for folder in folders for path in sorted((root / folder).rglob("*")))]:
        if path.is_file() and path.name != Path(__file__).name and "__pycache__" not in path.parts:
            try:
                yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # a picture or another binary file


def nothing_names_a_machine(root: Path) -> list[str]:
    """No path of one machine and no address of a package registry in any text."""
    return [
        f"{name}:{number}: {found[0]}"
        for name, text in texts(root)
        for number, line in enumerate(text.splitlines(), start=1)
        if (found := NOT_PORTABLE.search(line))
    ]


RULES: tuple[Callable[[Path], list[str]], ...] = (
    imports_run_one_way,
    libraries_stay_confined,
    orchestrators_are_the_top,
    engines_are_closed,
    no_hidden_randomness,
    nothing_runs_data,
    packages_are_whole,
    files_are_short,
    nothing_names_a_machine,
)
RULE_NAMES = [rule.__name__ for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=RULE_NAMES)
def test_house_keeps_rule(rule: Callable[[Path], list[str]]) -> None:
    """The project breaks no rule."""
    assert rule(ROOT) == []


@pytest.mark.parametrize(
    "name", [*ORCHESTRATORS, *CONFINED["pulp"], *(f"{package}/__init__.py" for package in PACKAGES)]
)
def test_rules_speak_of_files_that_exist(name: str) -> None:
    """A rule about a file that was renamed would hold for nothing."""
    assert (ROOT / name).exists()


GOOD = {
    "sim/company/company.py": "import simpy\nfrom . import ledger\nfrom .ledger import book\n",
    "sim/company/ledger.py": "import numpy as np\nrng = np.random.default_rng(7)\nmodel.eval()\n",
    "sim/company/__init__.py": "from .company import simulate\n",
    "optimize/formulation.py": "import pulp\nfrom sim.company import simulate\n",
    "optimize/search.py": "from . import formulation\n",
    "scenarios/load.py": "from optimize.search import plan\nimport sim.world  # https://example.gov/home/page\n",
    "scripts/study.py": "import scenarios\n",
}
BAD = {
    imports_run_one_way: {
        "sim/a.py": "def f():\n    import optimize.problem\n",
        "optimize/b.py": "from scenarios import load\n",
        "scenarios/c.py": "import tests.naive\n",
        "scripts/d.py": "from benchmarks import run\n",
        "sim/company/e.py": "import importlib\nimportlib.import_module('scenarios.load')\n",
        "optimize/inner/f.py": "from ...scenarios import load\n",
    },
    libraries_stay_confined: {
        "optimize/policies.py": "import pulp\n",
        "sim/a.py": "from pulp import LpProblem\n",
        "scenarios/b.py": "import simpy.resources\n",
    },
    orchestrators_are_the_top: {
        "sim/company/ledger.py": "from .company import simulate\n",
        "sim/company/market.py": "from sim.company import company\n",
        "optimize/valuation.py": "from optimize.search import plan\n",
    },
    engines_are_closed: {"optimize/valuation.py": "from sim.company.ledger import book\n"},
    no_hidden_randomness: {
        "sim/a.py": "import random\n",
        "sim/b.py": "import numpy as np\nnp.random.seed(1)\n",
        "sim/c.py": "from numpy.random import normal\n",
        "scripts/d.py": "from numpy.random import default_rng\nrng = default_rng()\n",
    },
    nothing_runs_data: {
        "sim/a.py": "import pickle\n",
        "optimize/b.py": "eval('1')\n",
        "scenarios/c.py": "exec('x = 1')\n",
        "scenarios/d.py": "YAML(typ='unsafe')\n",
    },
    packages_are_whole: {"sim/inner/deep.py": ""},
    files_are_short: {"sim/long.py": "x = 1\n" * (LONGEST_FILE + 1)},
    nothing_names_a_machine: {
        "docs/a.md": "see `/home/someone/file`\n",
        "constraints.txt": "--extra-index-url somewhere\n",
        "scenarios/b.yaml": "path: /work/x\n",
    },
}


def plant(root: Path, files: dict[str, str]) -> None:
    """Write a tree of files, with what makes its folders whole packages."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def good_tree(tmp_path: Path) -> Path:
    """A tiny tree that keeps every rule."""
    plant(tmp_path, {f"{package}/{name}": "" for package in PACKAGES for name in ("__init__.py", "py.typed")})
    plant(tmp_path, GOOD)
    return tmp_path


@pytest.mark.parametrize("rule", RULES, ids=RULE_NAMES)
def test_rule_accepts_good_tree(rule: Callable[[Path], list[str]], good_tree: Path) -> None:
    """No rule complains without cause."""
    assert rule(good_tree) == []


@pytest.mark.parametrize("rule", RULES, ids=RULE_NAMES)
def test_rule_finds_each_bad_file(rule: Callable[[Path], list[str]], good_tree: Path) -> None:
    """Each rule reports each of its bad files, and nothing else."""
    plant(good_tree, BAD[rule])
    reported = {sentence.split(":")[0].split(" ")[0] for sentence in rule(good_tree)}
    expected = {"sim/inner/__init__.py"} if rule is packages_are_whole else set(BAD[rule])
    assert reported == expected


def test_missing_type_marker_is_found(good_tree: Path) -> None:
    """A package without `py.typed` is reported."""
    (good_tree / "optimize" / "py.typed").unlink()
    assert packages_are_whole(good_tree) == ["optimize/py.typed is missing"]
