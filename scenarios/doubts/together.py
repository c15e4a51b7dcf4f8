"""Numbers of one nature that likely move together, and that a scenario draws independently.

The rule: the same field of two or more items (the arrivals of two processes, the attempts of two threats), or two rates
of inflation, each uncertain, and no correlation of the file between any two of them. The same business cycle, the same
attackers and the same price level stand behind them; drawn independently their errors cancel, and the range of the
result comes out too narrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.world.paths import numbers

if TYPE_CHECKING:
    from sim.world import Scenario

ALIKE = (  # pattern, what stands behind them
    ("processes.*.arrivals_per_day", "the same customers"),
    ("processes.*.item_revenue", "the same price level"),
    ("threats.*.attempts_per_year", "the same attackers"),
    ("threats.*.success_probability", "the same defence"),
    ("money.inflation.*", "the same price level"),
    ("market.rivals.*.gain_per_year", "the same rivals' technology"),
)
NAMED = 4


def together_warnings(scenario: Scenario) -> Iterator[str]:
    """One sentence for each nature whose numbers are all drawn independently."""
    uncertain = [number.path for number in numbers(scenario) if not number.quantity.is_constant]
    joined = {path for one in scenario.correlations for path in one.drivers}
    for pattern, behind in ALIKE:
        found = [path for path in uncertain if _fits(path, pattern)]
        if len(found) < 2 or joined.intersection(found):
            continue
        named = ", ".join(found[:NAMED]) + (f" and {len(found) - NAMED} more" if len(found) > NAMED else "")
        yield (
            f"independent: {named} are drawn independently, though {behind} stand behind them: the result looks more "
            f"certain than it is; join them in `correlations`, such as {{drivers: [{found[0]}, {found[1]}], rank: 0.4}}"
        )


def _fits(path: str, pattern: str) -> bool:
    parts, wanted = path.split("."), pattern.split(".")
    return len(parts) == len(wanted) and all(one in ("*", part) for part, one in zip(parts, wanted, strict=True))
