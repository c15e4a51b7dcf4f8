"""Whether the recommended roadmap beats what it is compared with on fresh draws, or whether that cannot be told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from scipy.special import ndtri

from optimize.archive import Estimate

CONFIDENCE: Final = 0.95


def verdict(gains: Iterable[tuple[str, Estimate]], draws: int, measure: str = "") -> str:
    """One sentence. A yardstick is beaten if the paired gain over it is above 0 by the one-sided limit at 95 % for all
    of them together (Bonferroni).

    gains: each yardstick with the gain of the plan over it. draws: those of the report, hundreds at least for the
    normal quantile to be right. measure: what the gains are of, where it is not the mean NPV.
    """
    sticks = list(gains)
    if not sticks:
        return ""
    wide = float(ndtri(1.0 - (1.0 - CONFIDENCE) / len(sticks)))
    same = [policy for policy, gain in sticks if gain.mean == 0.0 and gain.se == 0.0]
    beaten = [policy for policy, gain in sticks if policy not in same and gain.mean > wide * gain.se]
    lost = [policy for policy, gain in sticks if gain.mean < -wide * gain.se]
    open_ = [policy for policy, _ in sticks if policy not in (*same, *beaten, *lost)]
    on = f"On {draws:,} fresh draws" + (f", by {measure}," if measure else "")
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
