"""What made a figure: scenario, interpreter and package versions."""

from __future__ import annotations

import platform
from typing import Any

PACKAGES = ("roadfolio", "numpy", "scipy", "numba", "simpy", "pulp", "highspy")


def installed(package: str) -> str | None:
    """Version of an installed package; None where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None


def provenance(scenario_hash: str) -> dict[str, Any]:
    """What made a figure: scenario, interpreter and package versions."""
    versions = {package: found for package in PACKAGES if (found := installed(package)) is not None}
    return {
        "scenario_hash": scenario_hash,
        "version": versions.get("roadfolio", "source"),
        "python": platform.python_version(),
        "packages": versions,
    }
