"""The compiled kernel against a plain twin written from the model's text: one path, every figure, to 1e-9.

The tolerance is relative to the figure or to a stated scale (money 100k; other KPIs 1e-3), whichever is larger: a
difference of two large sums keeps the absolute accuracy of the sums.
"""

import math
from collections.abc import Mapping

import numpy as np
import pytest

from scenarios.load import load
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES, KPIS
from sim.outcomes import Outcome
from sim.world import Scenario
from tests.naive import path_lines
from tests.naive.path_model import Path, simulate_path
from tests.naive.shops import CYBER, EVERYTHING, PLANNER, SEED, Edit, changing, corner_shop, setting, without

TOLERANCE = 1e-9
MONEY = 1e5
STATES = {1: "finished", 2: "failed", 3: "cancelled", 4: "working", 5: "waiting", 6: "stopped"}


def same(a: float, b: float, scale: float) -> bool:
    if not (math.isfinite(a) and math.isfinite(b)):
        return a == b or (math.isnan(a) and math.isnan(b))
    return abs(a - b) <= TOLERANCE * max(abs(a), abs(b), scale)


def figures(outcome: Outcome, row: int) -> dict[str, tuple[float, float]]:
    """Every figure of one draw of the kernel with the scale of its tolerance."""
    found = {
        "npv": (outcome.npv[row], MONEY),
        "cost": (outcome.cost[row], MONEY),
        "payback": (outcome.payback[row], 1.0),
        "trough": (outcome.trough[row], MONEY),
        "need": (outcome.need[row], MONEY),
        "financing": (outcome.financing[row], MONEY),
        "residual": (outcome.residual[row], MONEY),
        "cover": (outcome.cover[row], 1.0),
        "baseline_cover": (outcome.baseline_cover[row], 1.0),
    }
    found |= {f"category {name}": (outcome.categories[row, k], MONEY) for k, name in enumerate(CATEGORIES)}
    for k, kpi in enumerate(KPIS):
        scale = MONEY if kpi.kind == "money" else 1e-3
        for year in range(outcome.kpis.shape[2]):
            found[f"{kpi.name} of year {year}"] = outcome.kpis[row, k, year], scale
            found[f"baseline {kpi.name} of year {year}"] = outcome.baseline_kpis[row, k, year], scale
    return {name: (float(value), scale) for name, (value, scale) in found.items()}


def figures_of_twin(path: Path) -> dict[str, float]:
    found = {
        name: getattr(path, name)
        for name in (
            "npv", "cost", "payback", "trough", "need", "financing", "residual", "cover", "baseline_cover",
        )
    }  # fmt: skip
    found |= {f"category {name}": value for name, value in path.pv.items()}
    for prefix, kpis in (("", path.kpis), ("baseline ", path.baseline_kpis)):
        found |= {f"{prefix}{k} of year {y}": value for k, values in kpis.items() for y, value in enumerate(values)}
    return found


def of_roles(outcome: Outcome, row: int) -> dict[str, list[float]]:
    """Freed hours and spared seat-months of one draw."""
    return {"freed": outcome.freed_hours[row].tolist(), "spared": outcome.spared_months[row].tolist()}


def check(scenario: Scenario, roadmaps: list[Mapping[str, int]], draws: range) -> set[str]:
    """Compare every figure; returns the states that projects reached, to see what was covered."""
    outcomes = evaluate(scenario, roadmaps, len(draws), SEED, first_draw=draws.start)
    reached: set[str] = set()
    for roadmap, outcome in zip(roadmaps, outcomes, strict=True):
        for row, draw in enumerate(draws):
            path = simulate_path(scenario, roadmap, draw, SEED)
            of_kernel, of_twin = figures(outcome, row), figures_of_twin(path)
            assert of_kernel.keys() == of_twin.keys()
            wrong = {
                name: (value, of_twin[name])
                for name, (value, scale) in of_kernel.items()
                if not same(value, of_twin[name], scale)
            }
            assert not wrong, f"draw {draw}, roadmap {dict(roadmap)}: {wrong}"
            expected = {"freed": list(path.freed_hours.values()), "spared": list(path.spared_months.values())}
            for name, values in of_roles(outcome, row).items():
                assert values == pytest.approx(expected[name], rel=1e-9, abs=1e-7), name
            states = dict(zip(outcomes.initiatives, outcome.states[row].tolist(), strict=True))
            assert {name: STATES[state] for name, state in states.items() if state >= 0} == path.states
            reached |= set(path.states.values())
    return reached


def test_corner_shop() -> None:
    roadmaps: list[Mapping[str, int]] = [{}, {"pos": 0, "edr": 2}, {"cloud_backup": 23}, EVERYTHING]
    assert check(corner_shop(), roadmaps, range(5)) == {"finished", "failed", "cancelled"}


def test_retailer() -> None:
    shop = load("retailer")
    shop = shop.model_copy(update={"money": shop.money.model_copy(update={"run_off_months": 20})})
    clashing = {"new_server", "offline_backup", "msp"}
    crowded = {name: 3 * i % 47 for i, name in enumerate(shop.initiatives) if name not in clashing}
    crowded |= {"mfa": 0, "card_rules": 0}
    chosen = {"pos": 0, "edr": 3, "inventory": 6, "replatform": 1, "cloud_server": 12, "mfa": 2, "cyber_insurance": 5}
    check(shop, [{}, chosen, crowded], range(4000, 4003))


def test_corrected_corner_shop() -> None:
    """With the factors of a calibration, losses beyond all items included."""
    corrections = {"counter": {"wait": 1.4, "late": 2.5, "gave_up": 3.0}, "tickets": {"wait": 0.6, "late": 0.5}}
    shop = corner_shop(setting("calibration.processes", corrections), *OVERLOAD)
    check(shop, [{}, {"pos": 0, "edr": 2}], range(3))


OVERLOAD = [
    setting("processes.counter.arrivals_per_day", "75 to 110"),
    setting("processes.tickets.arrivals_per_day", 16),
]
PATIENT_OVERLOAD = [without("processes.counter.patience_minutes"), setting("skills.it_days.days_per_month", 3)]
MANY_EVENTS = [
    setting("threats.ransomware.attempts_per_year", "20 to 60"),
    setting("threats.ransomware.success_probability", "0.3 to 0.9"),
    setting("threats.ransomware.tail_index", 0),
    setting("threats.ransomware.outage_hours", 60),
    setting("systems.till.life_scale_years", "0.1 to 0.4"),
    setting("systems.till.repair_hours", "20 to 150"),
    setting("systems.office.life_scale_years", 0.2),
    setting("systems.office.repair_p95_ratio", 1),
    setting("people.clerk.annual_turnover", 4.0),
    setting("people.clerk.hiring_months", 0),
    setting("people.it.hiring_months", "1 to 9"),
]
DEPENDENT = [
    setting("initiatives.pos.failure_probability", 0.6),
    setting("initiatives.pos.life_months", 7),
    setting(
        "initiatives.web.requires",
        [{"initiative": "pos", "lag_months": 2, "counted_from": "start", "if_fails": "proceed"}],
    ),
    setting(
        "initiatives.edr.requires",
        [{"initiative": "web", "lag_months": 1}, {"initiative": "pos", "if_fails": "proceed"}],
    ),
]
SCARCE = [
    setting("skills.it_days.days_per_month", 3.3),
    setting("initiatives.edr.adoption", {"roles": ["it", "clerk"], "p": 0, "q": 3}),
]
QUIET_MONTH = [
    setting("profile.seasonality", [0, 0.9, 1, 1, 1, 1, 1, 0.9, 1, 1, 1.5, 1.7]),
    setting("processes.counter.steps.wrap.share", 0),
    setting("processes.counter.arrival_cv", 1.6),
    setting("start", "2027-09"),
]
QUEUE_BEFORE_A_FREE_STEP = [
    setting("people.packer", {"headcount": 3, "monthly_cost": 2000, **PLANNER}),
    setting(
        "processes.parcel",
        {
            "arrivals_per_day": 30,
            "item_revenue": 10,
            "target_minutes": 600,
            "steps": {"label": {"role": "it", "minutes": 30}, "pack": {"role": "packer", "minutes": 10}},
            **PLANNER,
        },
    ),
]
TURNING = [
    setting(
        "futures",
        {
            "slump": {
                "title": "demand falls",
                "probability": 0.4,
                "start_month": "2 to 9",
                "months": 8,
                "changes": {
                    "profile.demand": {"multiply": "0.6 to 0.9"},
                    "profile.customers.monthly_acquisition": {"add": -3},
                    "people.clerk.headcount": {"multiply": 0.8},
                },
                **PLANNER,
            },
            "surge": {
                "title": "more attacks, dearer systems",
                "probability": 0.4,
                "changes": {
                    "threats.ransomware.attempts_per_year": {"multiply": 9},
                    "systems.till.monthly_cost": {"add": 50},
                    "systems.till.life_scale_years": {"multiply": 0.3},
                },
                **PLANNER,
            },
            "unlikely": {"title": "never drawn", "changes": {"profile.demand": {"multiply": 0}}, **PLANNER},
        },
    ),
]
GOODS = [
    setting(
        "stock",
        {
            "gear": {
                "articles": 60,
                "takes": {"counter": 0.7, "tickets": 0.2},
                "unit_cost": "40 to 50",
                "order_days": "15 to 25",
                "lead_days": "6 to 12",
                "lead_p95_ratio": "1.2 to 3",
                "safety_factor": 0.6,
                "forecast_error": "0.1 to 0.6",
                "record_error": 0.3,
                "record_gap": 0.4,
                "holding_per_year": "0.1 to 0.3",
                **PLANNER,
            },
            "batteries": {  # one article that sells so well that it is counted in batches
                "articles": 1,
                "takes": {"counter": 1},
                "unit_cost": 2,
                "order_days": 50,
                "lead_days": 30,
                "safety_factor": 0.5,
                **PLANNER,
            },
        },
    ),
    changing("web", "stock.gear.forecast_error", {"multiply": 0.5}),
    changing("pos", "stock.gear.record_error", {"multiply": 0.1}),
    setting("processes.tickets.fed_by", {"counter": {"share": 0.05, "delay_days": 5}}),
    setting("money.inflation", {"prices": 0.03}),
    setting("money.run_off_months", 9),
]
GRANTED = [
    setting("initiatives.pos.grant", {"probability": "0.4 to 0.8", "share": 0.5, "cap": 9000, "lag_months": 4}),
    setting("initiatives.web.grant", {"probability": 1, "share": 0.9, "cap": "1M", "lag_months": 60}),
    setting("initiatives.edr.grant", {"probability": 1, "share": 0.9, "cap": "1M", "first_start": 3, "last_start": 3}),
    setting("profile.tax_rate", 0.4),
    setting("money.depreciation_months", 10),
]
FINANCED = [
    setting("initiatives.pos.financing", {"kind": "loan", "rate": "4 % to 12 %", "months": 36, "grace_months": 6,
                                          "share": 0.8, "fee": 0.02}),
    setting("initiatives.web.capital", "20k to 30k"),
    setting("initiatives.web.financing", {"kind": "lease", "monthly_price": "600 to 900", "months": 20}),
    setting("initiatives.web.price_change", "-0.3 to 0.1"),
    setting("initiatives.pos.grant", {"probability": 0.7, "share": 0.5, "cap": 9000, "paid": "upfront"}),
    setting("initiatives.pos.failure_probability", 0.4),
    setting("money.loans", {"bank": {"balance": 60_000, "rate": "3 % to 9 %", "months": 30},
                            "friend": {"balance": 5_000, "rate": 0, "months": 8}}),
    setting("money.credit_line", {"limit": 30_000, "rate": "6 % to 12 %"}),
    setting("money.cash_floor", {"amount": 20_000, "probability": 0.1}),
    setting("money.inflation", {"wages": "0.01 to 0.06", "prices": 0.02, "fixed": "-0.02 to 0.1", "technology": -0.05,
                                "premiums": 0.12}),
    setting("insurance", {"annual_premium": 2400, "retention": 1000, "event_limit": 50_000, "annual_limit": 80_000,
                          "origin": "planner assumption"}),
    setting("profile.cash_at_start", 25_000),
    setting("profile.tax_rate", 0.3),
]  # fmt: skip
TRAINED = [
    setting(
        "initiatives.pos.adoption",
        {
            "roles": ["clerk", "it"], "p": 0.5, "q": 1.5, "ceiling": 0.6, "joiner_share": 0.4,
            "training": {
                "p": "1.5 to 3", "q": 1.4, "ceiling": 1.8, "half_life_months": "3 to 9", "refresh_months": 7,
                "cost": "500 to 1500", "days": 1.5,
            },
            "involvement": {
                "share": "0.2 to 0.6", "ceiling_loss": 0.4, "abandonment": "1 to 4", "cost": 4000, "days": 3,
            },
        },
    ),
    setting("initiatives.web.adoption", {"roles": ["clerk"], "p": 1, "q": 1, "ceiling": 0.8,
                                         "training": {"ceiling": 1.3, "half_life_months": 5, "cost": 300},
                                         "involvement": {"share": 0.1, "abandonment": 2}}),
    changing("edr", "initiatives.pos.adoption.involvement.share", {"add": "0.1 to 0.5"}),
    setting("momentum", {"success": "1.2 to 1.8", "failure": 0.6, "half_life_months": 8, "most": 1.9, **PLANNER}),
    setting("initiatives.pos.failure_probability", 0.3),
    setting("people.clerk.annual_turnover", 1.5),
]  # fmt: skip
JUDGED = [
    setting("skills.it_days.level", "1 to 3"),
    setting("skills.it_days.gap_failure", 0.25),
    setting("skills.it_days.gap_work", 0.3),
    setting("initiatives.pos.difficulty", {"it_days": 3}),
    setting("initiatives.web.difficulty", {"it_days": 4.5}),
    setting("initiatives.edr.adoption", {"roles": ["it", "clerk"], "p": 3, "q": 3}),
    changing("edr", "skills.it_days.level", {"add": "0.5 to 1.5"}),
    changing("pos", "skills.it_days.level", {"multiply": 1.3}),
    changing("edr", "initiatives.pos.dip.length", {"multiply": 0.5}),
    setting("initiatives.pos.dip", {"roles": ["clerk", "it"], "depth": "0.1 to 0.4", "months": 3, "hold_months": 2}),
    setting("people.clerk.learning", {"proficiency": "0.4 to 0.8", "half_life_months": 2.5}),
    setting("people.clerk.annual_turnover", 2),
    setting("people.clerk.key_person", {"seat": 2, "depth": 0.3, "months": 1.5}),
    setting("people.it.key_person", {"depth": "0.2 to 0.6", "months": 4.3}),
    setting("people.it.annual_turnover", 1.5),
    changing("edr", "people.it.key_person.depth", {"multiply": 0.4}),
    changing("web", "people.clerk.learning.proficiency", {"add": 0.3}),
]
PHASED = [
    setting("initiatives.web.failure_probability", 0),
    setting("initiatives.web.benefit_if_failed", 0.5),
    setting(
        "initiatives.web.phases",
        {
            "try": {"share": 0.3, "failure_probability": 0.1},
            "build": {"share": 0.7, "failure_probability": "0.1 to 0.3"},
        },
    ),
    setting("momentum", {"success": 1.4, "failure": 0.5, "half_life_months": 5, **PLANNER}),
    setting(
        "initiatives.web.adoption",
        {"roles": ["clerk"], "p": 1, "q": 1, "training": {"p": 3, "half_life_months": 4, "cost": 250, "days": 1}},
    ),
]
RUN_OFF = [
    setting("money.run_off_months", 31),
    setting("horizon_months", 27),
    setting("profile.tax_rate", 0.3),
    setting("initiatives.pos.life_months", 14),
    setting("initiatives.web.life_months", 11),
    setting("initiatives.web.renewal_cost", 3000),
    setting("systems.till.support_ends_month", 30),
]
EVERY_KIND_OF_NUMBER = [
    setting("profile.fixed_costs_per_month", {"p10": 8000, "p50": 9000, "p90": 10500}),
    setting("profile.customers.monthly_acquisition", "1 to 60"),
    setting("processes.tickets.arrivals_per_day", {"choices": [4, 6, 12], "weights": [1, 2, 1]}),
    setting("initiatives.pos.adoption.ceiling", {"beta": [6, 2]}),
    setting("threats.ransomware.severity", {"median": "14k", "p95": "60k"}),
    setting("initiatives.pos.effects", {"processes.counter.lost_share": {"add": "-0.06 to -0.01"}}),
    without("initiatives.pos.imitation"),
]


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param(OVERLOAD, id="overload"),
        pytest.param(PATIENT_OVERLOAD, id="overload of patient items"),
        pytest.param(MANY_EVENTS, id="many events"),
        pytest.param(DEPENDENT, id="requirements and early end of life"),
        pytest.param(SCARCE, id="scarce days and adoption without innovators"),
        pytest.param(QUIET_MONTH, id="a month without arrivals"),
        pytest.param(QUEUE_BEFORE_A_FREE_STEP, id="overloaded step before a free one"),
        pytest.param(TURNING, id="futures"),
        pytest.param(GOODS, id="stock that runs out"),
        pytest.param(GRANTED, id="grants"),
        pytest.param(RUN_OFF, id="run-off"),
        pytest.param([*RUN_OFF, *GRANTED, *TURNING, *CYBER], id="run-off with grants, futures and controls"),
        pytest.param(FINANCED, id="financing and inflation"),
        pytest.param(CYBER, id="controls, aftermath and terms of insurance"),
        pytest.param(
            [*CYBER, setting("money.inflation", {"prices": 0.03, "technology": 0.02, "premiums": 0.1})],
            id="controls at other prices",
        ),
        pytest.param(TRAINED, id="training, involvement and momentum"),
        pytest.param(JUDGED, id="skill gaps, learning, key persons and long dips"),
        pytest.param(TRAINED + JUDGED, id="everything about people"),
        pytest.param(JUDGED + PHASED, id="skill gaps at the gates of phases"),
        pytest.param(
            [*TRAINED, setting("money.inflation", {"technology": 0.04, "wages": 0.02})], id="trainings at other prices"
        ),
        pytest.param(EVERY_KIND_OF_NUMBER, id="every kind of number"),
    ],
)
def test_other_worlds(edits: list[Edit]) -> None:
    draws = range(1 if edits is GOODS else 4)  # stock is played day by day: the plain twin takes long
    check(corner_shop(*edits), [EVERYTHING, {"pos": 2, "edr": 4, "web": 3}], draws)


def test_clipped_values_are_counted_alike() -> None:
    shop = corner_shop(
        setting("initiatives.pos.effects", {"processes.counter.lost_share": {"add": "-0.06 to -0.01"}}),
        without("initiatives.pos.imitation"),
    )
    draws = 6
    of_twin = sum(simulate_path(shop, EVERYTHING, draw, SEED).clipped for draw in range(draws))
    assert evaluate(shop, EVERYTHING, draws, SEED).clipped == of_twin > 0


def test_an_error_of_one_part_in_a_million_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison has teeth: a twin with a slightly longer line disagrees."""
    exact = path_lines.line

    def off(servers: float, service: float, *rest: object) -> object:
        return exact(servers, service * (1 + 1e-6), *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(path_lines, "line", off)
    with pytest.raises(AssertionError, match="draw 0"):
        check(corner_shop(), [EVERYTHING], range(1))


def test_twin_of_the_empty_roadmap_is_worth_nothing() -> None:
    path = simulate_path(corner_shop(), {}, 3, SEED)
    assert path.npv == path.cost == path.need == path.payback == 0.0
    assert np.isfinite(path.trough)
