"""Security controls: what is left of one since its last audit, and what several do together."""

import math

from sim.mechanisms.elementwise import NON_NEGATIVE, SHARE, Range, elementwise


@elementwise(months=NON_NEGATIVE, decay=Range(0.0, 1.0, open_high=True))
def left_since_audit(months: float, decay: float) -> float:
    """Share of a control's state that is left: (1 - decay)^(months / 12).

    months: since the last audit, or since it came into force. decay: share that a year takes, in [0, 1).
    Source: exponential decay; the yearly share is what planners can state.

    >>> left_since_audit(0.0, 0.3), round(left_since_audit(12.0, 0.3), 12), round(left_since_audit(24.0, 0.3), 12)
    (1.0, 0.7, 0.49)
    """
    return math.exp(months / 12.0 * math.log1p(-decay))


@elementwise(failing=SHARE, best=SHARE, dependence=SHARE)
def joint_effectiveness(failing: float, best: float, dependence: float) -> float:
    """Effectiveness of several controls against one threat: with the share `dependence` they fail together, so that
    only the best of them counts; otherwise independently: (1 - dependence) (1 - failing) + dependence * best.

    failing: product of 1 - effectiveness over the controls. best: the largest effectiveness. It never falls when a
    control is added or becomes better, and lies between that of the best control and that of independent ones.
    Source: mixture of independent and comonotone failures.

    >>> joint_effectiveness(0.5 * 0.6, 0.5, 0.0), joint_effectiveness(0.5 * 0.6, 0.5, 1.0)
    (0.7, 0.5)
    >>> round(joint_effectiveness(0.5 * 0.6, 0.5, 0.5), 12)
    0.6
    """
    return (1.0 - dependence) * (1.0 - failing) + dependence * best
