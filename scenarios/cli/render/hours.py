"""A sentence on the hours of work that a roadmap frees, and on the hires that they make superfluous."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.cli.render.figures import sensible
from scenarios.cli.render.words import listed
from sim.display.text import clean

if TYPE_CHECKING:
    from sim.outcomes import Outcomes

LEAST = 0.5  # hours a month that are worth a word
ROUNDING = 1e-9  # seat-months that are none


def hours_sentence(outcomes: Outcomes) -> str | None:
    """Freed hours a month by role, in the mean of all months, and seat-months spared; None where no role is touched."""
    one = outcomes[0]
    if not one.freed_hours.size:
        return None
    freed, spared = [], []
    for r, role in enumerate(outcomes.roles):
        hours, months = one.mean_of(one.freed_hours[:, r]), one.mean_of(one.spared_months[:, r])
        name = clean(role.replace("_", " "))
        if abs(hours.mean or 0.0) >= LEAST:
            freed.append(f"{name} {sensible(hours.mean or 0.0, hours.se)}")
        if abs(months.mean or 0.0) > ROUNDING:
            spared.append(f"{name} {sensible(months.mean or 0.0, months.se)}")
    if not freed:
        return None
    text = f"Hours of work freed a month: {listed(freed)}. They shorten lines and carry no price"
    if spared:
        return f"{text}, but where they replace planned hires (seat-months not filled: {listed(spared)})."
    return f"{text}."
