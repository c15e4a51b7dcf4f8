"""What is lost of adoption where staff has no say."""

from sim.mechanisms.elementwise import SHARE, elementwise


@elementwise(ceiling=SHARE, loss=SHARE, share=SHARE)
def ceiling_of(ceiling: float, loss: float, share: float) -> float:
    """Ceiling of adoption when a `share` of the staff is involved: ceiling (1 - loss (1 - share)).

    ceiling: with everybody involved. loss: part of it that is lost when nobody is. All are shares.

    >>> ceiling_of(0.9, 0.5, 1.0), ceiling_of(0.9, 0.5, 0.0)
    (0.9, 0.45)
    """
    return ceiling * (1.0 - loss * (1.0 - share))
