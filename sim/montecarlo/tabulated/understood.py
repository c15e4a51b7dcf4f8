"""Fields of the schema whose couplings the analysis knows. A field that is not named here couples everything as soon as
a scenario uses it, so whoever adds one cannot forget the tables."""

from __future__ import annotations

from pydantic import BaseModel

from sim.world import Scenario
from sim.world.adoption import Adoption
from sim.world.initiatives import Initiative
from sim.world.people import Role, Skill
from sim.world.systems import System
from sim.world.threats import Insurance, Threat

_WORDS: dict[type[BaseModel], str] = {
    Scenario: "version name title story start planning_months horizon_months period_months profile people skills "
    "processes stock systems providers repairers integrations threats controls market reputation valuation insurance "
    "risk_classes initiatives exclusive selection departments owners vendors pins blackouts "
    "quick_wins goals money momentum readiness futures correlations calibration",
    Initiative: "title capital delivery running_per_month duration_months skill_days difficulty risk_class "
    "integrations failure_probability phases benefit_if_failed lead_months deposit_share available_month help parallel "
    "requires mandatory departments owner vendor earliest_month deadline_month adoption dip effects refreshes "
    "subscribes cancels imitation hub grant financing price_change life_months renewal_cost needs_readiness maturity "
    "origin",
    Adoption: "roles p q ceiling joiner_share training involvement",
    System: "age_years life_shape life_scale_years repair_hours repair_p95_ratio repair_cost monthly_cost "
    "cost_growth_per_year on_failure support_ends_month unsupported_failures unsupported_attacks capacity_per_day "
    "provider repairer refresh subscription origin",
    Threat: "attempts_per_year success_probability dispersion dispersion_per severity severity_p95_ratio tail_index "
    "severity_covers secondary breach control_dependence outage_hours outage_p95_ratio hits churn_shock origin",
    Insurance: "annual_premium retention event_limit annual_limit coinsurance sublimits waiting_hours demands credits "
    "settlement_months origin",
    Role: "headcount monthly_cost annual_turnover hiring_months learning key_person hires origin",
    Skill: "role days_per_month level gap_failure gap_work origin",
}
UNDERSTOOD = {model: frozenset(words.split()) for model, words in _WORDS.items()}


def strange_fields(scenario: Scenario) -> tuple[str, ...]:
    """Fields that a scenario uses and the analysis does not know, as `Model.field`."""
    adoptions = [one.adoption for one in scenario.initiatives.values() if one.adoption is not None]
    blocks: list[BaseModel] = [
        scenario,
        scenario.insurance,
        *scenario.initiatives.values(),
        *adoptions,
        *scenario.systems.values(),
        *scenario.threats.values(),
        *scenario.people.values(),
        *scenario.skills.values(),
    ]
    found = {
        f"{type(block).__name__}.{name}"
        for block in blocks
        for name, field in type(block).model_fields.items()
        if name not in UNDERSTOOD[type(block)] and getattr(block, name) != field.get_default(call_default_factory=True)
    }
    return tuple(sorted(found))
