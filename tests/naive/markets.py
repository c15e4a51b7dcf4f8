"""Blocks of the market that the tests put into the corner shop."""

from tests.naive.shops import PLANNER, Edit, setting

MARKET = {
    "size": "8k to 12k",
    "moves_per_month": 0.05,
    "utility": "-0.2 to 0.3",
    "rivals": {"chain": {"utility": 1, "gain_per_year": 0.1}, "nobody": {"utility": "0 to 0.8"}},
    "price": {"level": 1.05, "sensitivity": "1 to 3"},
    **PLANNER,
}
REPUTATION = {
    "start": "0.7 to 0.9",
    "half_life_months": 6,
    "incident_hit": 0.2,
    "sensitivity": 1.5,
    "utility": 0.8,
    **PLANNER,
}
VALUATION = {
    "multiple": "3 to 5",
    "recurring_share": 0.2,
    "recurring_premium": 0.5,
    "risk_discount": "0.1 to 0.3",
    **PLANNER,
}
CHANNELS = {
    "web": {"share": 0.3, "conversion": "0.6 to 0.8", "delay_seconds": 3, "lost_per_second": 0.05},
    "app": {"share": "0.05 to 0.15", "conversion": 0.5},
}
REFERRAL = setting("profile.customers.referral", "0.002 to 0.01")
LEVERS = [
    setting(
        "initiatives.web.effects",
        {
            "processes.counter.channels.web.conversion": {"multiply": 1.3},
            "processes.counter.channels.app.share": {"add": 0.1},
            "market.utility": {"add": "0.2 to 0.6", "competitive": True},
            "market.price.level": {"multiply": 1.03},
            "market.size": {"multiply": 1.2},
            "valuation.recurring_share": {"add": 0.3},
            "valuation.risk_discount": {"multiply": 0.5},
        },
    ),
    setting("initiatives.web.imitation", {"lag_months": "0 to 9", "half_life_months": 8}),
    setting(
        "initiatives.edr.effects",
        {"profile.customers.referral": {"multiply": 2}, "reputation.incident_hit": {"multiply": 0.5}},
    ),
]
WHOLE = [
    setting("market", MARKET),
    setting("reputation", REPUTATION),
    setting("valuation", VALUATION),
    setting("processes.counter.channels", CHANNELS),
    REFERRAL,
    *LEVERS,
]


def small(acquisition: float = 3.0, churn: float = 0.02, start: int = 120, **customers: object) -> Edit:
    """A base that is counted customer by customer."""
    base = {"start": start, "monthly_churn": churn, "monthly_acquisition": acquisition, **customers}
    return setting("profile.customers", base)


def quiet() -> list[Edit]:
    """Nothing that happens in operations changes the number of customers, and no incident does."""
    return [setting("processes.counter.driven_by", "fixed"), setting("threats.ransomware.churn_shock", 0)]
