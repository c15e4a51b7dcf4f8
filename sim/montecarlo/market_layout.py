"""Customers, market, reputation, channels and valuation of the scenario as arrays. Pure translation, no physics."""

from __future__ import annotations

import numpy as np

from sim.montecarlo.structures import Ints, Keys, Market
from sim.parameters import Parameters
from sim.streams import stream_key
from sim.world.market import ARRIVING, CHANNEL, COUNTED_BELOW, LEAVING


def market(table: Parameters, seed: int) -> Market:
    """Arrays of the market of a scenario under a seed."""
    world, slot = table.scenario, table.slot
    start = world.profile.customers.start
    rivals = [] if world.market is None else list(world.market.rivals)
    channels = [
        [slot[f"processes.{name}.channels.{channel}.{field}"] for field in CHANNEL]
        for name, process in world.processes.items()
        for channel in process.channels
    ]
    counts = [len(process.channels) for process in world.processes.values()]

    def slots(*paths: str) -> Ints:
        return np.array([slot.get(path, -1) for path in paths], dtype=np.int64)

    return Market(
        counted=start if start < COUNTED_BELOW else 0,
        leave_key=_key(seed, LEAVING),
        arrive_key=_key(seed, ARRIVING),
        referral_slot=slot["profile.customers.referral"],
        choice=slots(
            "market.size", "market.moves_per_month", "market.utility", "market.price.level", "market.price.sensitivity"
        ),
        rival_slot=slots(*(f"market.rivals.{name}.utility" for name in rivals)),
        gain_slot=slots(*(f"market.rivals.{name}.gain_per_year" for name in rivals)),
        reputation=slots(*(f"reputation.{name}" for name in ("start", "incident_hit", "sensitivity", "utility"))),
        half_life=1.0 if world.reputation is None else float(world.reputation.half_life_months),
        valuation=slots(
            *(f"valuation.{name}" for name in ("multiple", "recurring_share", "recurring_premium", "risk_discount"))
        ),
        first_channel=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        channel=np.array(channels, dtype=np.int64).reshape(len(channels), len(CHANNEL)),
    )


def _key(seed: int, stream: str) -> Keys:
    return np.array([stream_key(seed, stream)], dtype=np.uint64)
