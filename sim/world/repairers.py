"""Who repairs what has failed: people whom several systems share, such as those of a managed service provider."""

from sim.quantities import Quantity
from sim.world.base import Certain, World, origin, plain, quantity

MOST_BUSY = 0.95  # of the time of a repairer


class Repairers(World):
    """People who repair one system at a time each, in the order of the failures; a system names them as `repairer`."""

    number: int = plain("how many repair at the same time", unit="people", low=1, high=1000)
    response_hours: Quantity = quantity(
        "median time until work on a failure begins, once one of them is free; who answers is bound from then on",
        unit="working hours",
        high=10_000,
        default=0.0,
    )
    response_p95_ratio: Certain = plain(
        "95th percentile of the response time over its median", low=1, high=50, default=3.0
    )
    busy_share: Quantity = quantity(
        "share of their time that other work takes in turn: a repair takes 1 / (1 - share) times as long",
        unit="share",
        high=MOST_BUSY,
        default=0.0,
    )
    origin: str = origin()
