"""Doubts about valid scenarios: each rule speaks where it should, and is silent in the library."""

from pathlib import Path

import pytest

from scenarios.doubts.all import doubts
from scenarios.doubts.units import usual, usual_in_library, usual_text
from scenarios.load import library, library_text, parse
from scenarios.new import new_scenario, sectors
from scenarios.review import review
from sim.world import Scenario

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "tests" / "data" / "corner_shop.yaml").read_text(encoding="utf-8")
NATURES = ("narrow: ", "independent: ", "unit: ", "goal ")


def told(text: str) -> list[str]:
    """Doubts about the scenario of a text."""
    return [one for one in review(parse(text.encode(), "shop.yaml")).warnings if one.startswith(NATURES)]


def shop(*edits: tuple[str, str]) -> str:
    """The corner shop with some texts replaced."""
    text = TEXT
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def test_sound_scenarios_raise_no_doubts() -> None:
    """Those of the library, and the corner shop."""
    assert told(TEXT) == []
    for name in library():
        assert told(library_text(name)) == []


@pytest.mark.parametrize("employees", [8, 180])
def test_other_sizes_raise_no_doubts(employees: int) -> None:
    """A business of another size has other numbers, and not other units."""
    assert set(sectors()) >= {"retail", "manufacturing"}
    assert told(new_scenario("manufacturing", employees)) == []


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (("capital: 1500", "capital: 1.45k to 1.55k"), "narrow: initiatives.basic_backup.capital (x1.07)"),
        (("monthly_churn: 0.01 to 0.02", "monthly_churn: 0.15 to 0.3"), "12 times too large (a year's figure"),
        (("annual_turnover: 0.4", "annual_turnover: 0.012"), "12 times too small (a month's figure"),
        (("monthly_cost: 4000", "monthly_cost: 4M"), "1,000 times too large"),
        (
            ("monthly_cost: 4000", "monthly_cost: 4"),
            "unit: people.it.monthly_cost is 4, which looks 1,000 times too small",
        ),
    ],
)
def test_what_looks_wrong_is_told(edit: tuple[str, str], says: str) -> None:
    """Each with the path, the rule and what is usual."""
    found = told(shop(edit))
    assert len(found) == 1
    assert says in found[0]


def test_a_number_is_held_against_its_own_source() -> None:
    """A published wage of a year, put where that of a month belongs."""
    for cost, doubtful in ((43_350, True), (4_600, False)):
        edit = ("monthly_cost: 2800", f"monthly_cost: {{value: {cost}, origin: cost.wage.assistant}}")
        found = told(shop(edit))
        assert bool(found) is doubtful
        assert all("12 times too large" in one and "cost.wage.assistant publishes" in one for one in found)


def test_what_is_counted_may_be_narrow() -> None:
    """The till knows how many come; a factor and a share near 1 are uncertain in what they leave."""
    assert told(shop(("arrivals_per_day: 45 to 60", "arrivals_per_day: 50 to 52"))) == []
    assert told(shop(("share: 0.4", "share: 0.96 to 0.99"))) == []


THREAT = """threats:
  phish: {attempts_per_year: 1 to 6, success_probability: 0.02, severity: 3k to 9k, severity_p95_ratio: 5,
          outage_hours: 1, origin: planner assumption}
"""


def test_numbers_that_move_together_are_told() -> None:
    """Two threats of uncertain frequency, until a correlation joins them; wages and prices, if both are wide."""
    two = shop(("threats:\n", THREAT))
    (found,) = told(two)
    assert found.startswith("independent: threats.phish.attempts_per_year, threats.ransomware.attempts_per_year")
    pair = "[threats.phish.attempts_per_year, threats.ransomware.attempts_per_year]"
    assert told(two + f"\n  - {{drivers: {pair}, rank: 0.5}}\n") == []


def test_goals_that_nothing_moves_are_told() -> None:
    """A KPI that no effect can reach."""
    (found,) = told(shop(("goals:\n", "goals:\n  fresh: {kpi: automation_share, target: 0.1, month: 20, weight: 1}\n")))
    assert "goal fresh: no initiative moves automation_share" in found


def test_what_is_usual_is_kept_as_it_is_worked_out() -> None:
    """The ranges beside the rules are those of the library; `usual_text(usual_in_library())` writes them anew."""
    kept = (ROOT / "scenarios" / "doubts" / "usual.json").read_text(encoding="utf-8")
    assert kept == usual_text(usual_in_library())
    assert all(0 < low <= high for low, high in usual().ranges.values())


def test_doubts_need_only_the_scenario() -> None:
    """They are sentences, and pure: asked twice they say the same."""
    scenario: Scenario = parse(TEXT.encode(), "shop.yaml")
    assert doubts(scenario, ()) == doubts(scenario, ())
