"""Compilation: one decorator for every Numba function, and a disk cache that notices every edit.

Numba's own cache looks only at the file of the outermost function. Here the cache directory is named after the content
of all files that compiled code may call, so an edit in any of them compiles anew and an unchanged tree never does.
`ROADFOLIO_CACHE` moves the cache. A decorated function is handed to the compiler when it is first needed, so importing
a module does not load Numba; `sim.machine_code` runs what is on disk without it.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
KERNEL = (
    "batch",
    "kpis",
    "scratch",
    "structures",
    "crew",
    "readiness",
    "change",
    "people",
    "numbers",
    "adoption",
    "projects",
    "effects",
    "wear",
    "estate",
    "tilt",
    "cyber",
    "channels",
    "stock",
    "stock_layout",
    "feeds",
    "hires",
    "finance",
    "operations",
    "market",
    "months",
    "ledger",
    "integration",
    "hosting",
    "kernel",
)
TABLES = ("money", "delivery", "threats", "wear", "store")
ITEMS = ("heap", "lines", "state", "numbers", "shelves", "arrivals", "course", "loop")
CALLED = (
    "streams.py",
    "sobol.py",
    "directions.py",
    "compiled.py",
    "machine_code.py",
    "columns.py",
    "lanes",
    "mechanisms",
    *(f"montecarlo/{part}.py" for part in KERNEL),
    *(f"montecarlo/tabulated/{part}.py" for part in TABLES),
    "company/world_layer.py",
    "company/seats.py",
    "company/systems.py",
    "company/gamma.py",
    *(f"company/items/{part}.py" for part in ITEMS),
    "company/operations.py",
    "company/shelves.py",
)
KEPT_CACHES = 4


def compiler_version() -> bytes:
    """What tells one Numba from another, without loading it."""
    found = find_spec("numba")
    if found is None or found.origin is None:
        raise ImportError("numba is not installed: run `pip install .` in the folder of the project")
    return Path(found.origin).with_name("_version.py").read_bytes()


def content_key(root: Path = ROOT) -> str:
    """Digest of every source file that compiled code may call, and of the compiler's version."""
    digest = hashlib.sha256(compiler_version())
    for name in CALLED:
        place = root / name
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:20]


def cache_folder() -> Path:
    """Folder of the compiled code of this content; made when first asked for, older contents are dropped.

    Where the cache's place cannot be written, a folder among the temporary files serves, if it is the user's own.
    """
    base = os.environ.get("ROADFOLIO_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    key = content_key()
    temporary = Path(tempfile.gettempdir()) / f"roadfolio-{os.getuid()}"
    for home in (Path(base) / "roadfolio", temporary):
        folder = home / key
        try:
            if home == temporary and not _own(home):
                continue
            if not folder.exists():
                folder.mkdir(parents=True, exist_ok=True)
                _drop_old(home, keep=folder)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    raise OSError(f"compiled code can be kept neither in {base} nor in {tempfile.gettempdir()}: set ROADFOLIO_CACHE")


def _own(home: Path) -> bool:
    """Whether a folder, made if there is none, is the user's: code that others put there would run in our process."""
    home.mkdir(mode=0o700, exist_ok=True)
    state = home.lstat()
    return stat.S_ISDIR(state.st_mode) and state.st_uid == os.getuid() and not state.st_mode & stat.S_IWOTH


def _drop_old(home: Path, keep: Path) -> None:
    """Keep the newest few contents, so that an edited tree does not fill the disk."""
    folders = sorted((f for f in home.iterdir() if f.is_dir() and f != keep), key=lambda f: f.stat().st_mtime)
    for folder in folders[: max(0, len(folders) - KEPT_CACHES + 1)]:
        shutil.rmtree(folder, ignore_errors=True)  # another process may be at it too


FOLDER = cache_folder()

#: IEEE division without traps, so loops can use vector units; no reassociation, so bits do not depend on the layout.
OPTIONS: dict[str, Any] = {"error_model": "numpy"}
INLINE: dict[str, Any] = {**OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


class Delayed:
    """A function that the compiler gets when compiled code, or a call from Python, first needs it."""

    def __init__(self, function: Callable[..., Any], options: dict[str, Any], kept: bool = False) -> None:
        functools.update_wrapper(self, function)
        self._function, self._options, self._kept = function, options, kept

    @cached_property
    def dispatcher(self) -> Any:
        """Numba's own object."""
        import numba

        if not self._kept:
            return numba.njit(**self._options)(self._function)
        config: Any = numba.config
        before = config.CACHE_DIR
        config.CACHE_DIR = str(FOLDER)  # read once, when the decorator runs
        try:
            return numba.njit(cache=True, **self._options)(self._function)
        finally:
            config.CACHE_DIR = before

    @property
    def fresh(self) -> Any:
        """The same without Numba's cache and without what only Python needs, for `sim.machine_code`."""
        import numba

        njit: Any = numba.njit  # its types do not know of the switch for reference counts, of which we have none
        return njit(_nrt=False, **INLINE)(self._function)

    @property
    def _numba_type_(self) -> Any:
        """What the compiler takes it for where compiled code names it."""
        import numba

        typeof: Any = numba.typeof
        return typeof(self.dispatcher)

    def __call__(self, *args: Any) -> Any:
        return self.dispatcher(*args)

    @property
    def py_func(self) -> Callable[..., Any]:
        """The function as it is written."""
        return self._function


def inline(function: Callable[..., Any]) -> Any:
    """Compile a function that only compiled code calls. It is stored with its caller."""
    return Delayed(function, INLINE)


def dissolved(function: Callable[..., Any]) -> Any:
    """As `inline`, and no call remains: for the few lines of an inner loop."""
    return Delayed(function, {"forceinline": True, **INLINE})


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls; its code is kept on disk, and it runs without the interpreter's lock."""
    return Delayed(function, {"nogil": True, **OPTIONS}, kept=True)
