"""The solvers that are there: name and version of HiGHS, and where CBC's program is."""

from __future__ import annotations

import shutil

from optimize.limits import Limits


def solver_name(limits: Limits) -> str:
    """Name and version as an answer states them."""
    if limits.solver == "cbc":
        return "cbc"
    from importlib.metadata import version

    return f"highs {version('highspy')}"


def cbc_path() -> str | None:
    """The CBC on the path, or the one that PuLP 3 brings along."""
    import pulp

    found = pulp.COIN_CMD().available()
    if found:
        return str(found)
    bundled = getattr(pulp, "PULP_CBC_CMD", None)  # gone in PuLP 4
    return shutil.which(bundled.pulp_cbc_path) if bundled is not None else None
