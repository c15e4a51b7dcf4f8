"""Every example in a docstring of the product runs and prints what it says."""

import ast
import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sim", "optimize", "scenarios", "docs")
FEWEST_EXAMPLES = 25
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def module_names(root: Path, package: str) -> Iterator[str]:
    """Names of a package and of all modules below it, found without importing any."""
    yield package
    for found in pkgutil.iter_modules([str(root.joinpath(*package.split(".")))]):
        name = f"{package}.{found.name}"
        if found.ispkg:
            yield from module_names(root, name)
        elif found.name != "__main__":
            yield name


def source_of(root: Path, name: str) -> Path:
    """The file of a module or package."""
    path = root.joinpath(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def written_docstrings(source: str) -> dict[str, int]:
    """The docstrings of a source text that hold examples, and how many, whether or not doctest can reach them."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(source)) if isinstance(node, documented)]
    counted = {text: len(doctest.DocTestParser().get_examples(text)) for text in docstrings}
    return {text: count for text, count in counted.items() if count}


MODULES = {
    name: written_docstrings(source_of(ROOT, name).read_text(encoding="utf-8"))
    for package in PACKAGES
    if (ROOT / package).is_dir()
    for name in module_names(ROOT, package)
}


@pytest.mark.parametrize("name", [name for name, written in MODULES.items() if written])
def test_examples_of_module(name: str) -> None:
    """All examples hold, and doctest reaches each one: it passes in silence over objects that it cannot unwrap."""
    tests = doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name))
    reached = {inspect.cleandoc(test.docstring or "") for test in tests}
    assert [text.splitlines()[0] for text in MODULES[name] if text not in reached] == []
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    for test in tests:
        runner.run(test)
    assert runner.failures == 0, f"{runner.failures} examples of {name} fail; the captured output shows them"
    assert runner.tries >= sum(MODULES[name].values())


def test_there_are_examples() -> None:
    """Each package is there, and the formulas of the product carry examples at all."""
    assert {name.split(".")[0] for name in MODULES} == set(PACKAGES)
    assert sum(sum(written.values()) for written in MODULES.values()) >= FEWEST_EXAMPLES


def test_collection_finds_modules_and_examples(tmp_path: Path) -> None:
    """Nested packages are walked, and examples are counted in modules, classes and nested functions alike."""
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    (inner.parent / "__init__.py").write_text("")
    (inner / "__init__.py").write_text("")
    (inner / "leaf.py").write_text("def f():\n    def g():\n        '''\n        >>> 1\n        1\n        '''\n")
    assert list(module_names(tmp_path, "outer")) == ["outer", "outer.inner", "outer.inner.leaf"]
    assert written_docstrings(source_of(tmp_path, "outer.inner.leaf").read_text()) == {">>> 1\n1": 1}


def test_wrong_example_fails() -> None:
    """The runner and its options notice a wrong result."""
    example = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, None)
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    assert runner.run(example, out=lambda _: None).failed == 1
