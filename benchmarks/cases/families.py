"""The families of cases, in the order of the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from benchmarks.cases import capital_budgeting, features, fleet, knapsacks, psplib, roadmaps, storage
from benchmarks.cases.case import Case

FAMILIES: Mapping[str, Callable[[], list[Case]]] = MappingProxyType(
    {
        "capital-budgeting": capital_budgeting.cases,
        "features": features.cases,
        "roadmaps": roadmaps.cases,
        "fleet": fleet.cases,
        "mkp": knapsacks.cases,
        "j30": psplib.makespans,
        "max-npv": psplib.net_values,
        "storage": storage.cases,
    }
)
"""Name for `--only` -> all its cases; none where their files are absent."""
