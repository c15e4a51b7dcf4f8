"""Compilation: one decorator for every Numba function, and a disk cache that notices every edit.

Numba's own cache looks only at the file of the outermost function. Here the cache directory is named after the content
of all files that compiled code may call, so an edit in any of them compiles anew and an unchanged tree never does.
`ROADFOLIO_CACHE` moves the cache.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

CONFIG: Any = numba.config
ROOT = Path(__file__).resolve().parent
KERNEL = (
    "kpis",
    "scratch",
    "structures",
    "crew",
    "readiness",
    "change",
    "people",
    "projects",
    "effects",
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
ITEMS = ("heap", "lines", "state", "numbers", "shelves", "arrivals", "course", "loop")
CALLED = (
    "streams.py",
    "sobol.py",
    "directions.py",
    "compiled.py",
    "lanes",
    "mechanisms",
    *(f"montecarlo/{part}.py" for part in KERNEL),
    "company/world_layer.py",
    "company/seats.py",
    "company/systems.py",
    "company/gamma.py",
    *(f"company/items/{part}.py" for part in ITEMS),
    "company/operations.py",
    "company/shelves.py",
)
KEPT_CACHES = 4


def content_key(root: Path = ROOT) -> str:
    """Digest of every source file that compiled code may call, and of the compiler's version."""
    digest = hashlib.sha256(numba.__version__.encode())
    for name in CALLED:
        place = root / name
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:20]


def cache_folder() -> Path:
    """Folder of the compiled code of this content; made when first asked for, older contents are dropped.

    Where the cache's place cannot be written, a folder among the temporary files serves.
    """
    base = os.environ.get("ROADFOLIO_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    key = content_key()
    for home in (Path(base) / "roadfolio", Path(tempfile.gettempdir()) / f"roadfolio-{os.getuid()}"):
        folder = home / key
        try:
            if not folder.exists():
                folder.mkdir(parents=True, exist_ok=True)
                _drop_old(home, keep=folder)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    raise OSError(f"compiled code can be kept neither in {base} nor in {tempfile.gettempdir()}: set ROADFOLIO_CACHE")


def _drop_old(home: Path, keep: Path) -> None:
    """Keep the newest few contents, so that an edited tree does not fill the disk."""
    folders = sorted((f for f in home.iterdir() if f.is_dir() and f != keep), key=lambda f: f.stat().st_mtime)
    for folder in folders[: max(0, len(folders) - KEPT_CACHES + 1)]:
        for file in folder.rglob("*"):
            if file.is_file():
                file.unlink(missing_ok=True)


FOLDER = cache_folder()

#: IEEE division without traps, so loops can use vector units; no reassociation, so bits do not depend on the layout.
OPTIONS: dict[str, Any] = {"error_model": "numpy"}
INLINE: dict[str, Any] = {**OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def inline(function: Callable[..., Any]) -> Any:
    """Compile a function that only compiled code calls. It is stored with its caller."""
    return numba.njit(**INLINE)(function)


def dissolved(function: Callable[..., Any]) -> Any:
    """As `inline`, and no call remains: for the few lines of an inner loop."""
    return numba.njit(forceinline=True, **INLINE)(function)


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls; its code is kept on disk, and it runs without the interpreter's lock."""
    before = CONFIG.CACHE_DIR
    CONFIG.CACHE_DIR = str(FOLDER)  # read once, when the decorator runs
    try:
        return numba.njit(cache=True, nogil=True, **OPTIONS)(function)
    finally:
        CONFIG.CACHE_DIR = before
