"""Stock of the corner shop for tests: a group of articles that the counter sells, changed where a test says."""

from typing import Any

from tests.naive.shops import PLANNER, Edit, setting

GEAR: dict[str, Any] = {
    "articles": 60,
    "takes": {"counter": 0.7},
    "unit_cost": 45,
    "order_days": 20,
    "lead_days": 8,
    "lead_p95_ratio": 1.8,
    "safety_factor": 0.8,
    "forecast_error": 0.3,
    "record_error": 0.2,
    "record_gap": 0.3,
    "holding_per_year": 0.18,
    **PLANNER,
}


def gear(**changes: Any) -> Edit:
    """The shop with the group, some of its fields others; None drops a field."""
    block = {key: value for key, value in {**GEAR, **changes}.items() if value is not None}
    return setting("stock", {"gear": block})
