"""What to expect of the stock of a scenario before any initiative: what runs out, what lies on the shelf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.derived import lost_path
from sim.mechanisms.stock import (
    MOST_TERMS,
    MOST_UNITS,
    NODES,
    alike_articles,
    highest_level,
    lead_time,
    lead_time_cv2,
    order_quantity,
    reorder_level,
)

if TYPE_CHECKING:
    from sim.world import Scenario

LARGER = 1.1  # orders over those stated, from which it is said
MUCH = 0.5  # of what is sold out: so much lost for other reasons is worth a question
NOTICED = 0.001  # share of items that is worth a word


@dataclass(frozen=True)
class StockReview:
    """A group of goods at the means of its numbers, in an average month. units_per_day: asked for, of all articles.
    sold_out: share of them. mean_value: of the stock, money. holding_per_year: what it costs. cover_days: working days
    of demand that the reorder point holds. order_days: that an order covers."""

    group: str
    articles: int
    units_per_day: float
    sold_out: float
    mean_value: float
    holding_per_year: float
    cover_days: float
    order_days: float


def stock_reviews(
    scenario: Scenario, mean: Mapping[str, float], arrivals: Mapping[str, float]
) -> Iterator[StockReview]:
    """mean: of every number, by path. arrivals: items a working day, by process."""
    for name, group in scenario.stock.items():
        units = sum(arrivals[p] * (1 - mean[lost_path(scenario, p)]) * share for p, share in group.takes.items())
        rate, cv2 = units / group.articles, lead_time_cv2(group.lead_p95_ratio.mean)
        lead = lead_time(group.lead_days.mean, group.lead_p95_ratio.mean)
        policy = rate, lead, cv2, group.forecast_error.mean, group.safety_factor.mean
        terms = min(int(highest_level(*policy)) + 2, MOST_TERMS)
        record = group.record_error.mean, group.record_gap.mean
        sold_out, on_hand = alike_articles(*policy, group.order_days.mean, *record, len(NODES), terms)
        value, level = on_hand * group.articles * group.unit_cost.mean, reorder_level(*policy)
        yield StockReview(
            group=name,
            articles=group.articles,
            units_per_day=units,
            sold_out=sold_out,
            mean_value=value,
            holding_per_year=value * group.holding_per_year.mean,
            cover_days=level / rate if rate else 0.0,
            order_days=order_quantity(rate, group.order_days.mean, level) / rate if rate else 0.0,
        )


def served_by(scenario: Scenario, found: tuple[StockReview, ...]) -> dict[str, float]:
    """Share of the items of each process that does not find sold out what it needs."""
    served = dict.fromkeys(scenario.processes, 1.0)
    for one in found:
        for name, share in scenario.stock[one.group].takes.items():
            served[name] *= 1 - share * one.sold_out
    return served


def stock_warnings(scenario: Scenario, found: tuple[StockReview, ...]) -> Iterator[str]:
    """Orders that cannot be as small as stated, and losses that may be stated twice."""
    for one in found:
        stated = scenario.stock[one.group].order_days.mean
        if one.order_days > LARGER * stated:
            yield (
                f"{one.group}: orders cover {one.order_days:.3g} working days of demand, not {stated:.3g}: an order is "
                f"more than the reorder point ({one.cover_days:.3g} days), because no second one is placed before it "
                "has come"
            )
        units = one.cover_days * one.units_per_day / one.articles
        if units > MOST_UNITS:
            yield (
                f"{one.group}: some {units:,.0f} units of an article sell while an order is under way: the monthly "
                "model takes such sales in bundles and finds more sold out than there is; state it as several articles"
            )
    for name, share in served_by(scenario, found).items():
        lost, groups = scenario.processes[name].lost_share.mean, _groups(scenario, name)
        if NOTICED < 1.0 - share < lost / MUCH:
            yield (
                f"{name}: {lost:.1%} of its items are lost beside the {1.0 - share:.1%} that find "
                f"{', '.join(groups)} sold out: leave out of `lost_share` what the stock explains"
            )


def _groups(scenario: Scenario, process: str) -> list[str]:
    return [group for group, block in scenario.stock.items() if process in block.takes]
