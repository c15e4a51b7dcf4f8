"""Debt service cover: what it counts, how often the covenant is broken, what is said of it, that a plan keeps it."""

import itertools
import json
from typing import Any

import jsonschema
import numpy as np
import pytest

from optimize.plan_limits import PlanLimits
from optimize.search import plan
from scenarios.agreement import Verdict
from scenarios.cli.render.kpis import kpi_table
from scenarios.cli.render.outcome import headline
from scenarios.documents import schema
from scenarios.verify import verify
from sim.company import simulate
from sim.company.company import replicate
from sim.covenant import CovenantRule, least_cover
from sim.errors import ProblemsFound
from sim.measures import wilson_interval
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES, DEBT_COVER
from sim.parameters import parameters
from sim.roadmap import roadmap
from sim.world import Scenario
from tests.functional.test_cash_floor import LIMITS
from tests.naive.shops import Edit, adding_initiative, corner_shop, setting
from tests.truths.test_kernel_twin import FINANCED, check

SEED = 3
BANK = {"bank": {"balance": 60_000, "rate": 0.06, "months": 30}}
RICH = [setting("processes.counter.item_revenue", 90), setting("profile.customers.service_churn", 0)]
YEARS = [setting("planning_months", 12), setting("horizon_months", 36)]


def shop(*edits: Edit, least: float = 1.2, probability: float = 0.1, **more: Any) -> Scenario:
    covenant = {"least": least, "probability": probability, **more}
    return corner_shop(*YEARS, setting("money.loans", BANK), setting("money.covenant", covenant), *edits)


def test_twin() -> None:
    """Loans, leases, grace, fee, credit line; some years count, all do, or only the last, which is not a full one."""
    for year in (1, 2, 3):
        covenant = setting("money.covenant", {"least": 1.2, "probability": 0.2, "from_year": year})
        shorter = (setting("planning_months", 24), setting("horizon_months", 31))
        check(corner_shop(*FINANCED, *shorter, covenant), [{}, {"pos": 1, "web": 4}], range(3))


def test_hand_computed() -> None:
    """A year of 600 of margin, less pay of 200, tax of 40: 360 pay a debt service of 300; capital, grants and what a
    loan brings in do not count. In the next year 100 for 200; in the third nothing is due."""
    flows, service = np.zeros((1, len(CATEGORIES), 36)), np.zeros((1, 36))
    for name, month, amount in (
        ("margin", 0, 600), ("labour", 3, -200), ("tax", 11, -40), ("capital", 2, -900), ("grant", 4, 70),
        ("finance", 2, 900), ("finance", 8, -300), ("margin", 15, 100), ("finance", 20, -200), ("margin", 30, -50),
    ):  # fmt: skip
        flows[0, CATEGORIES.index(name), month] += amount
    service[0, [8, 20]] = 300.0, 200.0
    assert least_cover(flows[:, :, :12], service[:, :12], 1).tolist() == [1.2]
    assert least_cover(flows, service, 1).tolist() == [0.5]
    assert least_cover(flows, service, 3).tolist() == [np.inf]
    rule = CovenantRule(1.2, 0.1, 1)
    assert rule.broken(np.array([1.2, 1.19, np.inf])).tolist() == [False, True, False]


def test_cover_is_that_of_the_ledger_in_both_engines() -> None:
    scenario = shop(setting("initiatives.pos.financing", {"kind": "lease", "monthly_price": 700, "months": 18}))
    plans = [{}, {"pos": 1}]
    one = replicate(parameters(scenario), roadmap(scenario, {"pos": 1}), 0, SEED)
    before = [
        row for name, row in zip(CATEGORIES, one.flows, strict=True) if name not in ("capital", "grant", "finance")
    ]
    by_year = np.sum(before, axis=0).reshape(3, 12).sum(axis=1) / one.debt_service.reshape(3, 12).sum(axis=1)
    np.testing.assert_allclose(one.kpis[DEBT_COVER], by_year)
    company, kernel = simulate(scenario, plans, 2, SEED), evaluate(scenario, plans, 2, SEED)
    assert company[1].cover[0] == pytest.approx(by_year.min())
    for outcomes in (company, kernel):
        np.testing.assert_allclose(outcomes[1].cover, outcomes[1].kpis[:, DEBT_COVER].min(axis=1))
        np.testing.assert_array_equal(outcomes[1].baseline_cover, outcomes[0].cover)


def test_debt_service_is_what_is_paid() -> None:
    """The annuity of the bank for 30 months, and behind it nothing; a lease pays its price as long as it runs."""
    monthly = 1.06 ** (1 / 12) - 1
    annuity = 60_000 * monthly / (1 - (1 + monthly) ** -30)
    alone = replicate(parameters(shop()), roadmap(shop(), {}), 0, SEED).debt_service
    np.testing.assert_allclose(alone, [annuity] * 30 + [0.0] * 6)
    leased = shop(
        setting("initiatives.pos.financing", {"kind": "lease", "monthly_price": 700, "months": 18}),
        setting("initiatives.pos.risk_class", None),
        setting("initiatives.pos.duration_months", 1),
        setting("initiatives.pos.skill_days", {}),
    )
    both = replicate(parameters(leased), roadmap(leased, {"pos": 2}), 0, SEED).debt_service
    np.testing.assert_allclose(both - alone, [0.0] * 3 + [700.0] * 18 + [0.0] * 15, atol=1e-9)


def test_a_longer_loan_raises_the_cover() -> None:
    """Draw by draw in every year that has cash flow to pay from; so the covenant is broken in none that kept it."""
    covers = []
    for months in (30, 36, 72):
        terms = {"kind": "loan", "rate": 0.08, "months": months}
        scenario = shop(
            setting("horizon_months", 24),
            *RICH,
            setting("initiatives.pos.financing", terms),
            setting("money.loans.bank.months", months),
        )
        covers.append(evaluate(scenario, {"pos": 0}, 64, SEED)[0])
    for shorter, longer in itertools.pairwise(covers):
        few, many = shorter.kpis[:, DEBT_COVER], longer.kpis[:, DEBT_COVER]
        assert (few > 0).mean() > 0.9
        assert np.all(many[few > 0] > few[few > 0])
        assert not np.any((longer.cover < 1.2) & ~(shorter.cover < 1.2))
        assert longer.cover.mean() > shorter.cover.mean()


def test_document_notes_and_screen_count_the_draws_that_break_it() -> None:
    bare = evaluate(shop(*RICH), {"pos": 0}, 200, SEED)[0]
    least = float(np.quantile(bare.cover, 0.3))
    assert least > 0
    outcomes = evaluate(shop(*RICH, least=least), {"pos": 0}, 200, SEED)
    below = int((bare.cover < least).sum())
    jsonschema.Draft202012Validator(schema("roi")).validate(json.loads(json.dumps(outcomes.document())))
    found = outcomes.document()["covenant"]
    assert found["below"]["share"] == below / 200 > 0.1
    assert (found["below"]["low"], found["below"]["high"]) == wilson_interval(below, 200, 0.95)
    assert found["kept"] is False
    assert any("covenant is broken more often than the allowed 10 %" in note for note in outcomes.document()["notes"])
    row = headline(outcomes[0], 200, "EUR", covenant=outcomes.covenant)[-1]
    assert row[0].startswith("debt service cover below")
    assert "any year; 95 % interval" in row[2]
    assert "allowed 10.0 %" in row[2]


def test_without_debts_there_is_no_cover() -> None:
    outcomes = evaluate(corner_shop(), {"pos": 0}, 8, SEED)
    assert outcomes.document()["covenant"] is None
    assert outcomes.document()["kpis"]["debt_service_cover"]["roadmap"] is None
    assert np.all(np.isinf(outcomes[0].cover))
    labels = [str(label) for label in kpi_table(outcomes[0], "EUR").columns[0].cells]
    assert not any("debt service" in label for label in labels)


def test_verify_judges_the_cover_by_the_margin_over_the_debt_service() -> None:
    short = setting("planning_months", 6), setting("horizon_months", 12)
    found = verify(corner_shop(*RICH, *short, setting("money.loans", BANK)), {"pos": 0}, SEED, replications=8)
    rows = {row.figure: row for row in found.rows if row.arm == "baseline"}
    monthly = 1.06 ** (1 / 12) - 1
    due = 12 * 60_000 * monthly / (1 - (1 + monthly) ** -30)
    cover, margin = rows["debt_service_cover"], rows["gross_margin"]
    assert cover.tolerance == pytest.approx(margin.tolerance / due)
    assert cover.verdict is not Verdict.FAIL
    assert not any(
        row.figure == "debt_service_cover" for row in verify(corner_shop(*short), {}, SEED, replications=2).rows
    )


def test_a_covenant_changes_no_other_figure() -> None:
    one, other = (
        evaluate(corner_shop(*YEARS, setting("money.loans", BANK), *edits), {"pos": 1}, 32, SEED)[0]
        for edits in ([], [setting("money.covenant", {"least": 2, "probability": 0.1})])
    )
    for name in ("npv", "trough", "categories", "kpis"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_a_plan_does_not_recommend_what_breaks_the_covenant() -> None:
    """Capital of 40,000 on a loan of one year, worth its money in the long run, but the year cannot pay it back."""
    calm = (
        adding_initiative(
            "costly",
            {
                "capital": 40_000,
                "duration_months": 1,
                "effects": {"profile.fixed_costs_per_month": {"add": -4_500}},
                "financing": {"kind": "loan", "rate": 0.05, "months": 6},
            },
        ),
        setting("money.budgets", {"all": {"amount": 90_000}}),
        setting("profile.fixed_costs_per_month", 5_000),
        setting("profile.customers.service_churn", 0),
        setting("threats.ransomware.attempts_per_year", 0),
    )
    limits: PlanLimits = LIMITS
    free = plan(corner_shop(*calm), SEED, limits)
    assert "costly" in free.roadmap
    covers = evaluate(
        corner_shop(*calm, setting("money.covenant", {"least": 1, "probability": 0.1})),
        [{}, dict(free.roadmap)],
        256,
        SEED,
    )
    assert np.all(np.isinf(covers[0].cover))
    least = float(np.quantile(covers[1].cover, 0.9)) + 1.0
    bound = plan(corner_shop(*calm, setting("money.covenant", {"least": least, "probability": 0.1})), SEED, limits)
    assert dict(bound.roadmap) != dict(free.roadmap)
    assert bound.document()["outcomes"]["covenant"]["kept"] is True
    assert "they do not keep the covenant as often" in bound.claim


def test_what_cannot_be_is_refused() -> None:
    covenant = setting("money.covenant", {"least": 1.2, "probability": 0.1})
    with pytest.raises(ProblemsFound, match="nobody lends anything"):
        corner_shop(covenant)
    for debt in (
        setting("money.credit_line", {"limit": 100, "rate": 0.1}),
        setting("initiatives.pos.financing", {"kind": "lease", "monthly_price": 700, "months": 18}),
    ):
        assert corner_shop(covenant, debt).money.covenant is not None
    with pytest.raises(ProblemsFound, match="no year would count"):
        shop(from_year=4)
    goal = {"kpi": "debt_service_cover", "target": 1.3, "month": 11, "weight": 1}
    with pytest.raises(ProblemsFound, match="has no value: nobody lends anything"):
        corner_shop(setting("goals.cover", goal))
    assert "cover" in shop(setting("goals.cover", goal)).goals
