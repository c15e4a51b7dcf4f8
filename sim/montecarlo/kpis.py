"""The categories of the ledger and the key performance indicators, with unit, direction and kind; both engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: Rows of the ledger; they sum to the cash flow. Positive: money comes in.
CATEGORIES = (
    "margin",
    "labour",
    "overhead",
    "capital",
    "delivery",
    "running",
    "repair",
    "renewal",
    "cyber",
    "insurance",
    "tax",
)
MARGIN, LABOUR, OVERHEAD, CAPITAL, DELIVERY, RUNNING, REPAIR, RENEWAL, CYBER, INSURANCE, TAX = range(len(CATEGORIES))


@dataclass(frozen=True)
class Kpi:
    """unit as printed; better: the direction of improvement; kind: money, time, volume or share (sets tolerances)."""

    name: str
    unit: str
    better: Literal["higher", "lower"]
    kind: Literal["money", "time", "volume", "share"]
    meaning: str


KPIS = (
    Kpi("revenue", "money/year", "higher", "money", "revenue of completed items"),
    Kpi("on_time_share", "share", "higher", "share", "completed items that met their target time"),
    Kpi("lost_share", "share", "lower", "share", "arrivals that were never completed"),
    Kpi("wait", "minutes", "lower", "time", "mean wait of a completed item, all its steps"),
    Kpi("utilisation", "share", "lower", "share", "busy share of the people present"),
    Kpi("customers", "customers", "higher", "volume", "mean number of customers"),
    Kpi("availability", "share", "higher", "share", "mean share of working hours that a system is up"),
    Kpi("incidents", "1/year", "lower", "volume", "security incidents"),
    Kpi("cyber_loss", "money/year", "lower", "money", "direct loss of incidents, before insurance"),
    Kpi("adoption", "share", "higher", "share", "seats that have adopted, mean of the initiatives that are adopted"),
)
REVENUE, ON_TIME, LOST, WAIT, UTILISATION, CUSTOMERS, AVAILABILITY, INCIDENTS, CYBER_LOSS, ADOPTION = range(len(KPIS))
KPI_NAMES = tuple(kpi.name for kpi in KPIS)
