"""Numbers of the market that must fit each other."""

from collections.abc import Iterator, Mapping
from typing import Any

from sim.errors import Problem
from sim.quantities import Quantity, QuantityError, parse_quantity
from sim.world.lookup import block, items


def _stated(data: Mapping[str, Any], name: str) -> Quantity | None:
    """The number under `name`, None where there is none or a wrong one (the schema reports that)."""
    if data.get(name) is None:
        return None
    try:
        return parse_quantity(data[name])
    except QuantityError:
        return None


def market_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """A market must hold more than our own customers; shares of channels fit into the demand."""
    start = block(data, "profile", "customers").get("start")
    size = _stated(block(data, "market"), "size")
    if size is not None and isinstance(start, int):
        least = float(size.quantile(0.05, few=True))
        if least <= start:
            yield Problem(
                path="market.size",
                value=str(size),
                message=f"a market of {least:g} customers has no room beside the {start} of the start",
                hint=f"more than {start}: ours and those of all rivals together",
            )
    utility = _stated(block(data, "reputation"), "utility")
    if not block(data, "market") and utility is not None and utility.params != (0.0,):
        yield Problem(
            path="reputation.utility",
            value=str(utility),
            message="`utility` has no effect: there is no market in which it could count",
            hint="remove it, or add the block `market`",
        )
    ageing = _stated(block(data, "market"), "age_sensitivity")
    if ageing is not None and ageing.params != (0.0,) and not block(data, "systems"):
        yield Problem(
            path="market.age_sensitivity",
            value=str(ageing),
            message="`age_sensitivity` has no effect: there are no systems that could age",
            hint="remove it, or state the systems",
        )
    for name, process in items(data, "processes"):
        shares = [_stated(channel, "share") for _, channel in items(process, "channels")]
        total = sum(share.mean for share in shares if share is not None)
        if total > 1 + 1e-9:
            yield Problem(
                path=f"processes.{name}.channels",
                value=f"{total:g}",
                message=f"the shares of the channels add up to {total:g}",
                hint="at most 1 together; the rest comes in person",
            )
