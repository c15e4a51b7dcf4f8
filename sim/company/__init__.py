"""The SimPy company: every work item, employee, outage, attack and project task. The reference for the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.company.company import replicate, replicate_many, simulate

__all__ = ["replicate", "replicate_many", "simulate"]


def __getattr__(name: str) -> Any:
    """Compiled code and SimPy are imported when they are first used."""
    if name in __all__:
        from sim.company import company

        return getattr(company, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
