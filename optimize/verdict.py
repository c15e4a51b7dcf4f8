"""Whether the recommended roadmap beats what it is compared with on fresh draws, or whether that cannot be told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from scipy.special import ndtri

if TYPE_CHECKING:
    from optimize.planning import Yardstick

CONFIDENCE: Final = 0.95


def verdict(yardsticks: Iterable[Yardstick], draws: int) -> str:
    """One sentence or two. It beats a yardstick if its paired gain is above 0 by the one-sided limit at 95 % for all of
    them together (Bonferroni); draws: those of the report, hundreds at least for the normal quantile to be right."""
    sticks = list(yardsticks)
    if not sticks:
        return ""
    wide = float(ndtri(1.0 - (1.0 - CONFIDENCE) / len(sticks)))
    same = [one.policy for one in sticks if one.gain.mean == 0.0 and one.gain.se == 0.0]
    beaten = [one.policy for one in sticks if one.policy not in same and one.gain.mean > wide * one.gain.se]
    lost = [one.policy for one in sticks if one.gain.mean < -wide * one.gain.se]
    open_ = [one.policy for one in sticks if one.policy not in (*same, *beaten, *lost)]
    on = f"On {draws:,} fresh draws"
    if len(beaten) == len(sticks):
        return f"{on} it beats the program alone and every simple rule (95 % confidence for all together)."
    parts = []
    if beaten:
        parts.append(f"it beats {_listed(beaten)} (95 % confidence for all together)")
    if same:
        parts.append(f"it earns the same as {_listed(same)}")
    if lost:
        parts.append(f"it is worse than {_listed(lost)}")
    if open_:
        parts.append(f"it cannot be told whether it beats {_listed(open_)}")
    return f"{on} {'; '.join(parts)}."


def _listed(names: list[str]) -> str:
    quoted = [f'"{name}"' for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
