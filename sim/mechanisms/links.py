"""What links between systems cost: by the pair from point to point, by the system over a hub.

n systems that all exchange records need n (n - 1) / 2 links from point to point, but n connectors to a hub.
"""

from __future__ import annotations

from sim.compiled import inline


@inline
def link_costs(  # type: ignore[no-untyped-def]
    linking, started, go_live, ends, links, is_hub, between, pair_price, hub_price, hub_of, attached, cost,
):  # fmt: skip
    """Capital and monthly cost of the links of every initiative of a roadmap, into cost (2, initiatives).

    linking: initiatives that link a pair or are a hub; started, go_live: months, -1 for none; ends: first month in
    which an initiative no longer works. links (initiatives, pairs): 1 where it links the pair. between (pairs, 2):
    systems. pair_price (2, pairs), hub_price (2, initiatives): capital and monthly, of a link and of a system.
    hub_of (initiatives,), attached (systems,): workspace.

    An initiative uses a hub that it is itself, or that works when its work begins (the one that went live first). It
    then pays for those of its systems that no initiative with an earlier start, which goes live, has put on a hub.
    Otherwise it pays for each pair.
    """
    for i in linking:
        cost[0, i] = 0.0
        cost[1, i] = 0.0
        hub_of[i] = -1
        if started[i] < 0:
            continue
        if is_hub[i]:
            hub_of[i] = i
            continue
        for j in linking:
            works = is_hub[j] and 0 <= go_live[j] <= started[i] and ends[j] > started[i]
            if works and (hub_of[i] < 0 or go_live[j] < go_live[hub_of[i]]):
                hub_of[i] = j
    for i in linking:
        if started[i] < 0:
            continue
        hub = hub_of[i]
        for y in range(attached.shape[0]):
            attached[y] = 0
        for j in linking:
            earlier = started[j] < started[i] or (started[j] == started[i] and j < i)
            if started[j] >= 0 and earlier and go_live[j] >= 0 and hub_of[j] >= 0:
                for pair in range(between.shape[0]):
                    if links[j, pair]:
                        attached[between[pair, 0]] = 1
                        attached[between[pair, 1]] = 1
        for pair in range(between.shape[0]):
            if not links[i, pair]:
                continue
            for kind in range(2):
                if hub < 0:
                    cost[kind, i] += pair_price[kind, pair]
            for end in range(2):
                y = between[pair, end]
                if hub >= 0 and not attached[y]:
                    attached[y] = 1
                    cost[0, i] += hub_price[0, hub]
                    cost[1, i] += hub_price[1, hub]
