"""Roadmaps: which initiative starts in which month, and every reason to refuse one."""

from typing import Any

import pytest

from sim.errors import ProblemsFound
from sim.roadmap import EMPTY, Roadmap, roadmap
from tests.naive.shops import corner_shop, setting

SHOP = corner_shop(
    setting("exclusive", {"backup": ["basic_backup", "cloud_backup"]}),
    setting("initiatives.cloud_backup.earliest_month", 5),
)


def problems(starts: Any) -> list[tuple[str, str]]:
    with pytest.raises(ProblemsFound) as caught:
        roadmap(SHOP, starts)
    assert all(problem.hint for problem in caught.value.errors)
    return [(problem.path, f"{problem.message} ({problem.hint})") for problem in caught.value.errors]


def test_order_is_that_of_the_scenario() -> None:
    one = roadmap(SHOP, {"web": 9, "pos": 0})
    assert one == roadmap(SHOP, {"pos": 0, "web": 9}) == roadmap(SHOP, one)
    assert one.starts == (("pos", 0), ("web", 9))
    assert one.as_dict == {"pos": 0, "web": 9}
    assert str(one) == "pos@0,web@9"
    assert "pos" in one
    assert "edr" not in one
    assert len(one) == 2
    assert hash(one) == hash(Roadmap((("pos", 0), ("web", 9))))


def test_empty_roadmap_is_the_baseline_though_an_initiative_is_mandatory() -> None:
    assert roadmap(SHOP, {}) == EMPTY
    assert str(EMPTY) == "(nothing)"
    assert len(EMPTY) == 0


def test_unknown_name_with_the_nearest() -> None:
    assert problems({"pso": 0}) == [("roadmap", "there is no initiative named pso (did you mean pos?)")]
    ((_, text),) = problems({"zzz": 0})
    assert "known: pos, edr, web" in text


@pytest.mark.parametrize("month", [-1, 24, 1.0, "3", None, True])
def test_months_are_whole_and_inside_the_plan(month: Any) -> None:
    assert problems({"pos": month}) == [
        ("roadmap.pos", f"pos cannot start in month {month} (a whole month from 0 to 23)")
    ]


def test_last_month_of_the_plan_is_allowed() -> None:
    assert roadmap(SHOP, {"pos": 23}).as_dict == {"pos": 23}


def test_windows() -> None:
    assert problems({"cloud_backup": 4}) == [
        ("roadmap.cloud_backup", "cloud_backup cannot start in month 4 (it is available from month 5)")
    ]
    assert roadmap(SHOP, {"cloud_backup": 5})
    assert problems({"basic_backup": 12}) == [
        (
            "roadmap.basic_backup",
            "basic_backup started in month 12 misses its deadline, month 12 (start it by month 11)",
        )
    ]
    assert roadmap(SHOP, {"basic_backup": 11})


def test_requirements_and_exclusions() -> None:
    assert problems({"web": 3}) == [
        ("roadmap.web", "web requires pos, which the roadmap leaves out (add pos@MONTH or drop web)")
    ]
    assert roadmap(SHOP, {"web": 0, "pos": 20})  # it will wait
    assert problems({"basic_backup": 0, "cloud_backup": 5}) == [
        ("roadmap", "basic_backup and cloud_backup exclude each other (group backup) (keep one of them)")
    ]


def test_every_problem_at_once() -> None:
    assert len(problems({"pso": 0, "edr": 99, "web": -2})) == 3
    found = problems({"web": 0, "cloud_backup": 0, "basic_backup": 20})
    assert [path for path, _ in found] == ["roadmap.cloud_backup", "roadmap.basic_backup", "roadmap.web", "roadmap"]
