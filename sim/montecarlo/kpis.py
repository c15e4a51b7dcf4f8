"""The categories of the ledger and the key performance indicators, with unit, direction and kind; both engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: Rows of the ledger; they sum to the cash flow. Positive: money comes in. NPV is of all but finance.
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
    "grant",
    "tax",
    "finance",
)
(
    MARGIN, LABOUR, OVERHEAD, CAPITAL, DELIVERY, RUNNING, REPAIR, RENEWAL, CYBER, INSURANCE, GRANT, TAX, FINANCE,
) = range(len(CATEGORIES))  # fmt: skip

#: Rows of a trajectory, by month: money before finance, finance, direct loss of incidents (positive), and what
#: insurance owes for the incidents of the month (paid some months later).
TRAJECTORY = ("flow", "finance", "cyber_loss", "insured")
FLOW, FINANCED, LOSS, INSURED = range(len(TRAJECTORY))


@dataclass(frozen=True)
class Kpi:
    """unit as printed; better: the direction of improvement; kind sets the tolerance (balance: of large flows). block:
    the block of the scenario without which it has no value; `debt`: loans, a credit line or financing."""

    name: str
    unit: str
    better: Literal["higher", "lower"]
    kind: Literal["money", "time", "volume", "share", "balance"]
    meaning: str
    block: str = ""


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
    Kpi("gross_margin", "money/year", "higher", "money", "margin on the revenue of completed items"),
    Kpi("profit", "money/year", "higher", "balance", "all flows but capital, grants, tax and finance"),
    Kpi("cost_to_serve", "money/item", "lower", "money", "pay, fixed cost, running and repair over completed items"),
    Kpi("churn", "share", "lower", "share", "customers who leave in a month, of those who are there"),
    Kpi("cash", "money", "higher", "balance", "cash at the end of a month, mean of the year"),
    Kpi("automation_share", "share", "higher", "share", "visits to a step that a machine finishes, of all visits"),
    Kpi("estate_age", "years", "lower", "time", "mean age of the systems"),
    Kpi("linked_share", "share", "higher", "share", "records crossing a pair of systems that pass by themselves"),
    Kpi(
        "ale",
        "money/year",
        "lower",
        "money",
        "annualised loss expectancy: direct loss to be expected in the state at hand",
    ),
    Kpi(
        "refused_claims",
        "1/year",
        "lower",
        "volume",
        "incidents that insurance does not pay: a demanded control lapsed",
    ),
    Kpi("market_share", "share", "higher", "share", "customers over those of the whole market", "market"),
    Kpi("reputation", "share", "higher", "share", "what people say of the business, mean of the year", "reputation"),
    Kpi("valuation", "money", "higher", "balance", "multiple of a year's sustainable earnings after tax", "valuation"),
    Kpi(
        "debt_service_cover",
        "ratio",
        "higher",
        "balance",
        "cash flow before capital, grants and finance, after tax, over principal and interest paid",
        "debt",
    ),
    Kpi("shelfware", "money/year", "lower", "money", "running cost of what is live but not adopted"),
    Kpi("recovery_hours", "hours", "lower", "time", "mean working hours from a failure of a system to its repair"),
)
(
    REVENUE, ON_TIME, LOST, WAIT, UTILISATION, CUSTOMERS, AVAILABILITY, INCIDENTS, CYBER_LOSS, ADOPTION,
    GROSS_MARGIN, PROFIT, COST_TO_SERVE, CHURN, CASH, AUTOMATION, ESTATE_AGE, LINKED_SHARE, ALE, REFUSED_CLAIMS,
    MARKET_SHARE, REPUTATION, VALUATION, DEBT_COVER, SHELFWARE, RECOVERY,
) = range(len(KPIS))  # fmt: skip
NOT_IN_PROFIT = (CAPITAL, GRANT, TAX, FINANCE)  # depreciation stands in place of capital, lower by a grant
NOT_IN_COVER = (CAPITAL, GRANT, FINANCE)  # what is left pays the debts
SERVING = (LABOUR, OVERHEAD, RUNNING, REPAIR)
KPI_NAMES = tuple(kpi.name for kpi in KPIS)
