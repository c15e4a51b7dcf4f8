"""A stock that runs out: one order outstanding at a time, lost sales, Poisson demand for each of many alike articles.

An article orders Q units when its stock falls to the reorder level r < Q; the order comes after a lead time L. Between
two deliveries Q units come and the demand D of the lead time beyond r is lost, so that by renewal reward

    share lost    = eta / (Q + eta),                      eta = E (D - r)+
    mean on hand  = (Q (Q + 1) / 2 + Q y) / (Q + eta),    y = E (r - D)+, left when the order comes

Both are exact for any distribution of L, also where r differs from order to order (Hadley and Whitin 1963, Analysis of
Inventory Systems, section 4-11, the lost sales case; the mean on hand by Dynkin's formula for n (n + 1) / 2). D is
taken as negative binomial of the right mean and variance, exact for a fixed lead time (Poisson) and for a gamma one.

The business does not know the demand: it orders by a forecast, whose ratio to the truth is lognormal of mean 1 among
the articles. And its book may show more than there is: then it orders later, at the latest when the shelf is empty.
Without branches, so that all of it serves numbers and lanes of paths alike.
"""

from __future__ import annotations

import math

from sim.mechanisms.elementwise import COUNT, NON_NEGATIVE_FINITE, POSITIVE_FINITE, Range, elementwise

RATIO = Range(1.0, 1e6)
FEW = 1e-9
MOST_UNITS = 600.0  # of mean demand in a lead time that are counted one by one; beyond them in batches
MOST_TERMS = 6000
Z95 = 1.6448536269514722
#: Gauss-Hermite rule for a standard normal, its middle first: place and weight
NODES = (
    (0.0, 16.0 / 35.0),
    (1.154405394739968, 0.2401231786050127),
    (-1.154405394739968, 0.2401231786050127),
    (2.366759410734541, 0.030757123967586495),
    (-2.366759410734541, 0.030757123967586495),
    (3.750439717725742, 0.0005482688559722178),
    (-3.750439717725742, 0.0005482688559722178),
)


@elementwise(median=NON_NEGATIVE_FINITE, p95_ratio=RATIO)
def lead_time(median: float, p95_ratio: float) -> float:
    """Mean of a lognormal lead time through its median and the ratio of its 95th percentile to it.

    Source: mean of a lognormal, e^{mu + sigma^2 / 2}.

    >>> lead_time(6.0, 1.0), round(lead_time(6.0, 2.0), 4)
    (6.0, 6.5571)
    """
    sigma = math.log(p95_ratio) / Z95
    return median * math.exp(0.5 * sigma * sigma)


@elementwise(p95_ratio=RATIO)
def lead_time_cv2(p95_ratio: float) -> float:
    """Squared coefficient of variation of that lead time: e^{sigma^2} - 1.

    >>> lead_time_cv2(1.0), round(lead_time_cv2(2.0), 4)
    (0.0, 0.1943)
    """
    sigma = math.log(p95_ratio) / Z95
    return math.exp(sigma * sigma) - 1.0


@elementwise(error=NON_NEGATIVE_FINITE)
def forecast_ratio(error: float, normal: float) -> float:
    """Forecast over true demand of an article: e^{s z - s^2 / 2}, of mean 1. error: s. normal: z of the article.

    >>> forecast_ratio(0.0, 1.5), round(forecast_ratio(0.3, 1.0), 4)
    (1.0, 1.2905)
    """
    return math.exp(error * normal - 0.5 * error * error)


@elementwise(rate=NON_NEGATIVE_FINITE, lead=NON_NEGATIVE_FINITE, cv2=NON_NEGATIVE_FINITE, error=NON_NEGATIVE_FINITE)
def reorder_level(rate: float, lead: float, cv2: float, error: float, safety: float) -> float:
    """Stock at which an order is due, units: m + z sqrt(m + m^2 (cv2 + e^{s^2} - 1)) with m = rate * lead.

    What demand by chance, the lead time and the error of the forecast spread is covered alike.

    rate: forecast, units a working day. lead: mean lead time, working days; cv2: its squared coefficient of variation.
    error: s of `forecast_ratio`. safety: z. Source: Silver, Pyke and Thomas (2017), Inventory and Production
    Management in Supply Chains, section 6.7 and 6.10.

    >>> reorder_level(2.0, 8.0, 0.0, 0.0, 1.5), round(reorder_level(2.0, 8.0, 0.1, 0.3, 1.5), 3)
    (22.0, 28.159)
    """
    mean = rate * lead
    spread = mean + mean * mean * (cv2 + math.exp(error * error) - 1.0)
    return max(mean + safety * math.sqrt(spread), 0.0)


@elementwise(rate=NON_NEGATIVE_FINITE, days=NON_NEGATIVE_FINITE, level=NON_NEGATIVE_FINITE)
def order_quantity(rate: float, days: float, level: float) -> float:
    """Units of an order: the forecast of so many working days, and more than the reorder level, because no second
    order is placed before the first has come.

    >>> order_quantity(2.0, 20.0, 22.0), order_quantity(0.1, 20.0, 2.5)
    (40.0, 3.5)
    """
    return max(rate * days, level + 1.0)


@elementwise(level=NON_NEGATIVE_FINITE, quantity=NON_NEGATIVE_FINITE, gap=NON_NEGATIVE_FINITE)
def misled_level(level: float, quantity: float, gap: float) -> float:
    """True stock at which the order is placed when the book shows more than there is, by a share of the quantity; an
    empty shelf is noticed.

    Source: effect of inaccurate records as in Kang and Gershwin (2005), IIE Transactions 37(9), with detection at 0.

    >>> misled_level(22.0, 40.0, 0.25), misled_level(2.5, 20.0, 0.25)
    (12.0, 0.0)
    """
    return max(level - gap * quantity, 0.0)


@elementwise(level=NON_NEGATIVE_FINITE, mean=NON_NEGATIVE_FINITE, cv2=NON_NEGATIVE_FINITE, terms=COUNT)
def units_short(level: float, mean: float, cv2: float, terms: int) -> float:
    """E (D - level)+ of a negative binomial demand D of that mean and of variance mean + mean^2 cv2.

    Sum of the tail, mean - sum over j of min(max(level - j, 0), 1) P(D > j): between whole levels it is the mean of an
    order point that is rounded up with the probability of its fraction. Above 600 units demand counts in batches.
    terms: j from 0 on, at least `level` of them, or `MOST_TERMS`.

    >>> units_short(0.0, 3.0, 0.0, 0), round(units_short(2.0, 1.0, 0.0, 2), 6)  # Poisson: 2 e^-1 + e^-1 - 1
    (3.0, 0.103638)
    >>> round(units_short(4.0, 3.0, 0.5, 4), 6)
    0.69984
    """
    return _shortages(level, level, level, level, mean, cv2, terms)[0]


def _shortages(
    one: float, two: float, three: float, four: float, mean: float, cv2: float, terms: int
) -> tuple[float, float, float, float]:
    """`units_short` at four levels in one pass."""
    batch = max(mean / MOST_UNITS, 1.0)
    one, two, three, four, mean = one / batch, two / batch, three / batch, four / batch, mean / batch
    excess = max((1.0 / batch - 1.0) + mean * cv2, FEW)  # variance over mean, less 1
    shrink = 1.0 / (1.0 + excess)
    p = math.exp(-mean * math.log1p(excess) / excess)
    below = 0.0 * p
    a, b, c, d = mean + below, mean + below, mean + below, mean + below
    for j in range(terms):
        below = below + p
        beyond = max(1.0 - below, 0.0)
        a = a - min(max(one - j, 0.0), 1.0) * beyond
        b = b - min(max(two - j, 0.0), 1.0) * beyond
        c = c - min(max(three - j, 0.0), 1.0) * beyond
        d = d - min(max(four - j, 0.0), 1.0) * beyond
        p = p * ((j * excess + mean) * shrink) * (1.0 / (j + 1))
    return batch * max(a, 0.0), batch * max(b, 0.0), batch * max(c, 0.0), batch * max(d, 0.0)


@elementwise(quantity=POSITIVE_FINITE, left=NON_NEGATIVE_FINITE, short=NON_NEGATIVE_FINITE)
def mean_on_hand(quantity: float, left: float, short: float) -> float:
    """Mean stock of an article, units: (Q (Q + 1) / 2 + Q y) / (Q + eta); the first term between whole Q in proportion.

    left: y, when an order comes. short: eta, lost between two deliveries.

    >>> mean_on_hand(4.0, 0.0, 0.0), mean_on_hand(1.0, 0.0, 1.0), mean_on_hand(2.5, 0.0, 0.0)
    (2.5, 0.5, 1.8)
    """
    whole = math.floor(quantity)
    units = (whole + 1.0) * (quantity - 0.5 * whole)
    return (units + quantity * left) / (quantity + short)


_forecast_ratio, _reorder_level, _order_quantity = forecast_ratio.scalar, reorder_level.scalar, order_quantity.scalar
_misled_level, _mean_on_hand = misled_level.scalar, mean_on_hand.scalar


def highest_level(rate: float, lead: float, cv2: float, error: float, safety: float) -> float:
    """Reorder level of the article whose forecast is the highest that counts: how many terms `alike_articles` needs."""
    return _reorder_level(rate * _forecast_ratio(error, 3.76), lead, cv2, error, safety)


def alike_articles(
    rate: float, lead: float, cv2: float, error: float, safety: float, days: float, wrong: float, gap: float,
    nodes: int, terms: int,
) -> tuple[float, float]:  # fmt: skip
    """Share of the units asked for that are sold out, and mean stock of an article, over articles whose forecasts err.

    Levels and sizes that are not whole are rounded up for as many articles as their fraction says, all of an article by
    the same mark: those whose level is rounded down and the others are looked at apart.

    rate: true demand of an article, units a working day. lead, cv2, error, safety: as `reorder_level`. days: as
    `order_quantity`. wrong: probability that the book misleads in an order cycle; gap: as `misled_level`. nodes: 1
    where no forecast errs, else all. terms: as `units_short`, at least `highest_level` and 1 more.

    >>> lost, units = alike_articles(1.0, 6.0, 0.0, 0.0, 1.3, 20.0, 0.0, 0.0, 1, 20)
    >>> round(lost, 4), round(units, 2)
    (0.0072, 13.73)
    """
    mean = rate * lead
    lost, units, weights = 0.0 * mean, 0.0 * mean, 0.0
    for i in range(nodes):
        place, weight = NODES[i]
        forecast = rate * _forecast_ratio(error, place)
        level = _reorder_level(forecast, lead, cv2, error, safety)
        quantity = _order_quantity(forecast, days, level)
        low = _misled_level(level, quantity, gap)
        whole = math.floor(level)
        up = level - whole
        down = _rounded_down(quantity, up), _rounded_down(low, up)
        above = _rounded_up(quantity, up), _rounded_up(low, up)
        short = _shortages(1.0 * whole, down[1], whole + 1.0, above[1], mean, cv2, terms)
        one, on_hand = _cycle(1.0 * whole, down[1], down[0], short[0], short[1], mean, wrong)
        other, on_hand_other = _cycle(whole + 1.0, above[1], above[0], short[2], short[3], mean, wrong)
        lost = lost + weight * ((1.0 - up) * one + up * other)
        units = units + weight * ((1.0 - up) * on_hand + up * on_hand_other)
        weights = weights + weight
    return lost / weights, units / weights


def _rounded_down(value: float, up: float) -> float:
    """Mean of a number over the articles whose mark rounds the reorder level down. up: share of the others."""
    whole = math.floor(value)
    return whole + max(value - whole - up, 0.0) / (1.0 - up)


def _rounded_up(value: float, up: float) -> float:
    """The same over those whose mark rounds it up."""
    whole = math.floor(value)
    return whole + min(value - whole, up) / max(up, FEW)


def _cycle(
    level: float, low: float, quantity: float, short: float, short_low: float, mean: float, wrong: float
) -> tuple[float, float]:
    """Share sold out and mean stock of an article. low: its reorder level while the book misleads."""
    left = (1.0 - wrong) * (level - mean + short) + wrong * (low - mean + short_low)
    short = (1.0 - wrong) * short + wrong * short_low
    return short / (quantity + short), _mean_on_hand(quantity, max(left, 0.0), short)
