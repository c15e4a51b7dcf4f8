"""From flows to what adds up over units: worth before tax and taxable profit by tax year; and the tax on the sum."""

from __future__ import annotations

from sim.compiled import compiled


@compiled
def summarise(flows, discount, year, charged, counted, profit, spread, out):  # type: ignore[no-untyped-def]
    """flows: (draws, roadmaps, categories, months). Writes out (roadmaps, rows, draws); see `Terms`."""
    categories, months, years = flows.shape[2], flows.shape[3], charged.shape[1]
    for path in range(flows.shape[0]):
        for r in range(flows.shape[1]):
            for row in range(1 + years):
                out[r, row, path] = 0.0
            for c in range(categories):
                for m in range(months):
                    amount = flows[path, r, c, m]
                    if amount != 0.0:
                        out[r, 0, path] += counted[c] * amount * discount[m]
                        out[r, 1 + year[m], path] += profit[c] * amount
                        if spread[c] != 0.0:
                            for y in range(years):
                                out[r, 1 + y, path] += amount * charged[m, y]


@compiled
def tax_of(profit, rate, out):  # type: ignore[no-untyped-def]
    """Present value of the tax on profits (years, draws), losses carried forward without refund, into out (draws,)."""
    for path in range(profit.shape[1]):
        carried, tax = 0.0, 0.0
        for y in range(profit.shape[0]):
            now = profit[y, path] - carried
            tax += rate[y] * max(now, 0.0)
            carried = max(-now, 0.0)
        out[path] = tax
