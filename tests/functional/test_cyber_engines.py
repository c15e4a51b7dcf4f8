"""The two engines on a shop in which every mechanism of cyber and insurance is at work, draw by draw."""

import numpy as np

from sim.company import simulate
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES, KPI_NAMES
from tests.naive.shops import CYBER, EVERYTHING, SEED, corner_shop, setting

WORLD_LAYER_KPIS = ("incidents", "cyber_loss", "ale", "refused_claims")
WORLD_LAYER_MONEY = ("cyber", "insurance", "running")
DRAWS = 6


def test_world_layer_is_the_same() -> None:
    """Incidents, losses, their expectation, refusals, payments, premiums and audits agree to rounding."""
    shop = corner_shop(*CYBER)
    kernel, company = evaluate(shop, EVERYTHING, DRAWS, SEED)[0], simulate(shop, EVERYTHING, DRAWS, SEED)[0]
    for name in WORLD_LAYER_KPIS:
        k = KPI_NAMES.index(name)
        assert kernel.kpis[:, k].sum() > 0
        for ours, theirs in ((kernel.kpis, company.kpis), (kernel.baseline_kpis, company.baseline_kpis)):
            np.testing.assert_allclose(ours[:, k], theirs[:, k], rtol=1e-9, atol=1e-9, err_msg=name)
    for name in WORLD_LAYER_MONEY:
        c = CATEGORIES.index(name)
        assert np.any(kernel.categories[:, c] != 0)
        np.testing.assert_allclose(
            kernel.categories[:, c], company.categories[:, c], rtol=1e-9, atol=1e-6, err_msg=name
        )


def test_both_engines_book_the_margin_that_a_severity_contains_by_one_rule() -> None:
    """What the booking adds to the margin, draw by draw and year by year: apart only by the number of customers."""
    calm = setting("threats.ransomware.attempts_per_year", 2)
    k = KPI_NAMES.index("gross_margin")
    gains = []
    for engine in (evaluate, simulate):
        contained, lost = (
            engine(corner_shop(*CYBER, calm, setting("threats.skimming.severity_covers", covers)), {}, DRAWS, SEED)[0]
            for covers in (["recovery", "interruption"], ["recovery"])
        )
        gains.append(contained.kpis[:, k] - lost.kpis[:, k])
    assert np.all(gains[0] >= 0)
    assert gains[0].sum() > 0
    np.testing.assert_allclose(gains[0], gains[1], rtol=0.1, atol=1.0)
