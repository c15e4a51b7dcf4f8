"""Which code makes the figures: a digest of the sources and of the versions of what they rest on."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

PACKAGES = ("numpy", "scipy", "numba", "highspy", "pulp", "simpy", "pydantic")


@cache
def code_version() -> str:
    """16 hex digits; computed once in a process. Files of other code are other figures, or may be."""
    from sim.provenance import installed

    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for package in ("sim", "optimize", "scenarios"):
        for file in sorted((root / package).rglob("*.py")):
            name = file.relative_to(root)
            if "cli" not in name.parts:  # what only prints
                digest.update(name.as_posix().encode() + b"\0" + file.read_bytes())
    for package in PACKAGES:
        digest.update(f"{package} {installed(package)}".encode())
    return digest.hexdigest()[:16]
