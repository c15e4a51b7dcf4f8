"""What two systems that are not linked cost a process: records keyed by hand, mismatches, lost items."""

from sim.mechanisms.elementwise import SHARE, elementwise


@elementwise(base=SHARE, crossing=SHARE, linked=SHARE, mismatch=SHARE)
def by_hand_share(base: float, crossing: float, linked: float, mismatch: float) -> float:
    """Share of the items that pass a step of work by hand: base * crossing * (1 - linked) * mismatch.

    base: the step's own share. crossing: share of the items that cross the pair of systems. linked: share of them that
    passes by itself. mismatch: 1 for keying again, the probability of a mismatch for mending. All without unit.

    >>> by_hand_share(1.0, 0.5, 0.8, 1.0), by_hand_share(1.0, 0.5, 1.0, 1.0)
    (0.09999999999999998, 0.0)
    """
    return base * crossing * (1.0 - linked) * mismatch


@elementwise(base=SHARE, crossing=SHARE, linked=SHARE, mismatch=SHARE, lost=SHARE)
def silo_lost_share(base: float, crossing: float, linked: float, mismatch: float, lost: float) -> float:
    """Share of arrivals lost before any work, mismatched records included.

    base + (1 - base) * crossing * (1 - linked) * mismatch * lost: the losses strike independently. base: lost
    otherwise. lost: share of the mismatched items that is lost. All without unit.

    >>> silo_lost_share(0.5, 1.0, 0.0, 0.5, 1.0)
    0.75
    """
    return base + (1.0 - base) * (crossing * (1.0 - linked) * mismatch * lost)
