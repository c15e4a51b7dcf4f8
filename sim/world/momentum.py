"""What successes and failures do to the next change: the block `momentum`."""

from sim.quantities import Quantity
from sim.world.base import Certain, World, origin, plain, quantity


class Momentum(World):
    """Each go-live multiplies p, the innovation coefficient, of what goes live in later months by `success`, each
    failure by `failure`; on the log scale, both halve every `half_life_months`."""

    success: Quantity = quantity("factor on p after a go-live", unit="factor", low=1.0, high=5.0, effect=False)
    failure: Quantity = quantity(
        "factor on p after a failure", unit="factor", low=0.1, high=1.0, default=1.0, effect=False
    )
    half_life_months: Certain = plain("months in which the memory halves", unit="months", low=0.5, high=240)
    most: Certain = plain(
        "highest factor in all; its inverse is the lowest", unit="factor", low=1, high=20, default=2.0
    )
    origin: str = origin()
