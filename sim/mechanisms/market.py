"""Formulas of the market: choice among rivals, what reputation moves, what channels let through, what a business is
worth. Without branches, so that they serve numbers and lanes of paths alike."""

from __future__ import annotations

import math

from sim.mechanisms.elementwise import FINITE, NON_NEGATIVE_FINITE, POSITIVE_FINITE, SHARE, Range, elementwise


@elementwise(utility=FINITE, rivals=FINITE)
def logit_share(utility: float, rivals: float) -> float:
    """Share of those who choose that chooses us: e^u / (e^u + sum of e^u of the rivals).

    utility: ours. rivals: logarithm of the rivals' sum of e^u. Both in logits, differences below 700.
    Source: McFadden (1974), Conditional logit analysis of qualitative choice behavior; as shares of a market: Bell,
    Keeney and Little (1975), A market share theorem.

    >>> logit_share(0.0, 0.0), round(logit_share(1.0, math.log(3.0)), 4)
    (0.5, 0.4754)
    """
    return 1.0 / (1.0 + math.exp(rivals - utility))


@elementwise(now=SHARE, start=Range(0.0, 1.0, open_low=True), sensitivity=NON_NEGATIVE_FINITE)
def reputation_factor(now: float, start: float, sensitivity: float) -> float:
    """Factor of reputation on acquisition: 1 + sensitivity (now / start - 1), not below 0; 1 at the start.

    >>> reputation_factor(0.4, 0.8, 1.0), reputation_factor(0.4, 0.8, 4.0)
    (0.5, 0.0)
    """
    return max(1.0 + sensitivity * (now / start - 1.0), 0.0)


@elementwise(now=SHARE, served=SHARE, half_life=POSITIVE_FINITE, hit=Range(0.0, 1.0, open_high=True))
def next_reputation(now: float, served: float, half_life: float, hit: float, incidents: float) -> float:
    """Reputation a month later: drawn towards the share of items that were served in time, then hit by incidents.

    half_life: months in which half of the distance to `served` is made up. hit: share lost with each incident.

    >>> round(next_reputation(0.8, 0.4, 1.0, 0.5, 1.0), 12)
    0.3
    """
    pulled = now + (1.0 - math.exp(-0.6931471805599453 / half_life)) * (served - now)
    return pulled * math.exp(incidents * math.log1p(-hit))


@elementwise(conversion=NON_NEGATIVE_FINITE, seconds=NON_NEGATIVE_FINITE, lost=Range(0.0, 1.0, open_high=True))
def channel_conversion(conversion: float, seconds: float, lost: float) -> float:
    """Part of those who come by a channel that goes on: conversion (1 - lost)^seconds.

    lost: share of those still there that goes away with each second of delay.

    >>> round(channel_conversion(0.8, 2.0, 0.1), 12)
    0.648
    """
    return conversion * math.exp(seconds * math.log1p(-lost))


@elementwise(
    earnings=FINITE, tax_rate=SHARE, multiple=NON_NEGATIVE_FINITE, recurring=SHARE, premium=NON_NEGATIVE_FINITE,
    discount=SHARE,
)  # fmt: skip
def business_value(
    earnings: float, tax_rate: float, multiple: float, recurring: float, premium: float, discount: float
) -> float:
    """Price of the business: multiple (1 + premium recurring)(1 - discount) times earnings after tax; 0 for a loss.

    earnings: money/year before tax. recurring: share of revenue that is recurring. discount: for risk.
    Source: valuation by multiples of normalised earnings (Damodaran 2012, Investment Valuation, ch. 18).

    >>> business_value(100.0, 0.25, 4.0, 0.5, 0.5, 0.2), business_value(-5.0, 0.25, 4.0, 0.0, 0.0, 0.0)
    (300.0, 0.0)
    """
    return max(earnings, 0.0) * (1.0 - tax_rate) * multiple * (1.0 + premium * recurring) * (1.0 - discount)
