"""Insurance by layers."""

from sim.mechanisms.elementwise import NON_NEGATIVE, elementwise


@elementwise(loss=NON_NEGATIVE, deductible=NON_NEGATIVE, limit=NON_NEGATIVE)
def insurance_payout(loss: float, deductible: float, limit: float) -> float:
    """What a layer pays of one loss: min(limit, max(0, loss - deductible)).

    `limit` is the width of the layer, not the loss at which it is used up; infinite means unlimited. The expectation is
    LEV(deductible + limit) - LEV(deductible), LEV the limited expected value of the loss.

    All in money, >= 0. Source: Klugman, Panjer, Willmot (2012), Loss Models, 4th edition, chapter 8.

    >>> insurance_payout(80.0, 10.0, 50.0), insurance_payout(5.0, 10.0, 50.0), insurance_payout(30.0, 10.0, 50.0)
    (50.0, 0.0, 20.0)
    """
    if loss <= deductible:
        return 0.0
    return min(limit, loss - deductible)
