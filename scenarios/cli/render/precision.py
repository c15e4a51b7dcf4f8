"""A mean of the company with the kernel as control variate, in two sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.cli.render.figures import sensible
from scenarios.cli.render.words import sentence

if TYPE_CHECKING:
    from rich.console import Console

    from scenarios.precision import Estimate


def show_estimate(found: Estimate, terminal: Console) -> None:
    """Print it."""
    name = "NPV" if found.measure == "npv" else found.measure.replace("_", " ")
    terminal.print()
    sentence(
        terminal,
        f"mean {name} with the kernel as control variate: {sensible(found.mean, found.half)} {found.unit} (95 %), "
        f"{found.replications} replications and {found.kernel_draws:,} draws of the kernel; plain: "
        f"{sensible(found.plain_mean, 1.96 * found.plain_se)}. One replication is worth {found.worth:.1f} plain ones "
        f"(correlation {found.correlation:.2f}).",
        "bold",
    )
    asked = f"{100.0 * found.precision:g} % of the mean"
    if found.reached:
        sentence(terminal, f"The precision of {asked} is reached.")
    else:
        sentence(terminal, f"The precision of {asked} is NOT reached: allow more --replications.", "yellow")
