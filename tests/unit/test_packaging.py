"""What pyproject.toml declares is what the product imports, ships and was pinned for."""

import ast
import importlib
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sim", "optimize", "scenarios")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DEPENDENCIES = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
OPTIONAL = [
    Requirement(text)
    for extra in PROJECT["project"]["optional-dependencies"].values()
    for text in extra
    if not text.startswith("roadfolio")
]
PINS = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").split())
# Where the module is not called like its distribution, or is the core that comes with it.
DISTRIBUTION_OF = {"ruamel": "ruamel-yaml", "pydantic_core": "pydantic"}


def imported_distributions() -> set[str]:
    """Canonical names of the third-party distributions that the product imports, lazily or not."""
    names: set[str] = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    names |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names.add(node.module.split(".")[0])
    foreign = names - sys.stdlib_module_names - set(PACKAGES)
    return {canonicalize_name(DISTRIBUTION_OF.get(name, name)) for name in foreign}


def test_dependencies_are_those_imported() -> None:
    """No import is undeclared, no declared dependency unused; the extras of cluster and workbench may be imported."""
    optional = PROJECT["project"]["optional-dependencies"]
    extra = {canonicalize_name(Requirement(text).name) for name in ("cluster", "app") for text in optional[name]}
    assert imported_distributions() - extra == {canonicalize_name(requirement.name) for requirement in DEPENDENCIES}


def test_pins_are_exact_and_name_no_place() -> None:
    """Every line of constraints.txt is `name==version` and nothing else; no name comes twice."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*", line)] == []
    names = [canonicalize_name(line.split("==")[0]) for line in lines]
    assert len(set(names)) == len(names)


def test_every_requirement_is_pinned_within_its_range() -> None:
    """Each declared requirement has a pin that it accepts."""
    pins = {canonicalize_name(name): version for name, version in PINS.items()}
    loose = [
        str(requirement)
        for requirement in (*DEPENDENCIES, *OPTIONAL)
        if not requirement.specifier.contains(pins.get(canonicalize_name(requirement.name), "0"))
    ]
    assert loose == []


def test_installed_versions_are_the_pinned_ones() -> None:
    """The environment that runs the tests is the one that was pinned."""
    installed = {requirement.name: importlib.metadata.version(requirement.name) for requirement in DEPENDENCIES}
    pins = {canonicalize_name(name): version for name, version in PINS.items()}
    assert installed == {name: pins[canonicalize_name(name)] for name in installed}


def test_console_script_leads_to_a_function() -> None:
    """The `roadfolio` program of pyproject.toml can be called."""
    module, _, function = PROJECT["project"]["scripts"]["roadfolio"].partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_data_files_are_shipped() -> None:
    """Every file that is no Python source matches a pattern of the package data, so that an installed copy has it."""
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["*"]
    shipped = {path for package in PACKAGES for pattern in patterns for path in (ROOT / package).glob(pattern)}
    others = {
        path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert others
    assert sorted(others - shipped) == []
