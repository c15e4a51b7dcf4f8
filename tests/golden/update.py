"""Golden programs: one tiny instance for each family of constraints, written as an LP file.

Run `python -m tests.golden.update` after a wanted change of the formulation, and read the difference before keeping it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from optimize.formulation import Formulation
from optimize.problem import RoadmapProblem

FOLDER = Path(__file__).parent


def _problem(**more: Any) -> RoadmapProblem:
    """Two initiatives over three periods, and what a golden program adds."""
    pos = {"id": "pos", "value": [30, 20, 10], "duration": 2} | more.pop("pos", {})
    edr = {"id": "edr", "value": [5, 4, -1]} | more.pop("edr", {})
    return RoadmapProblem.model_validate({"periods": 3, "initiatives": [pos, edr], **more})


def _costly(**budget: Any) -> RoadmapProblem:
    pos = {"cost": {"capital": [8, 4], "running": [0, 0, 1, 1]}}
    edr = {"cost": {"capital": [3], "delivery": [2], "running": [0, 1]}}
    chance = [budget.pop("chance")] if "chance" in budget else []
    budgets = [{"name": "it", "amount": [9, 6, 3], **budget}]
    return _problem(pos=pos, edr=edr, budgets=budgets, chance_budgets=chance)


WORLDS = {
    "probability": [0.5, 0.25, 0.25],
    "value": {"pos": [[34, 26, 26], [20, 22, 18], [16, 4, 4]]},
    "interactions": [{"first": "pos", "second": "edr", "value": [9, 1, 9]}],
    "constant": [-2, 2, 2],
}
PAIR = [{"first": "pos", "second": "edr", "value": 7}]
FUTURES = [
    {"name": "boom", "value": {"pos": [50, 40, 10]}, "constant": 3, "best": 60},
    {"name": "bust", "value": {"pos": [2, 3, 4], "edr": [9, 9, 9]}, "best": 13},
]
CASH = {"base": [[9, 8], [7, 3]], "delta": {"pos": [[[-5, 1], [-3, 4]]] * 2 + [[[0, -5], [-3, -4]]]}}


def _three(value: float) -> RoadmapProblem:
    third = {"id": "crm", "value": [6, 5, 4]}
    plain = _problem().model_dump(by_alias=True)
    triple = {"first": "pos", "second": "edr", "third": "crm", "value": value}
    return RoadmapProblem.model_validate({**plain, "initiatives": [*plain["initiatives"], third], "triples": [triple]})


def programs() -> dict[str, Formulation]:
    """The golden programs by family, and more beside: grants, gates, windows, units and the program as a whole."""
    worth, size, settled, few, early = (Formulation(_problem()) for _ in range(5))
    worth.keep_worth(25)
    size.keep_size(2, 1)
    settled.settle("pos", 1)
    settled.settle("edr", None)
    built = {
        "start_once": Formulation(_problem()),
        "mandatory": Formulation(_problem(edr={"mandatory": True})),
        "requires": Formulation(_problem(requires=[{"initiative": "edr", "requires": "pos", "lag": 0}])),
        "exclusive": Formulation(_problem(exclusive=[{"name": "one-of", "members": ["pos", "edr"]}])),
        "budget": Formulation(_costly(kinds=["capital", "running"])),
        "carry_cap": Formulation(_costly(carry_share=0.5, carry_cap=2)),
        "skill": Formulation(
            _problem(pos={"skill_days": {"it": [4, 2]}}, edr={"skill_days": {"it": [3]}}, skills={"it": [5, 5, 5]})
        ),
        "both": Formulation(_problem(interactions=[{"first": "pos", "second": "edr", "value": 7}])),
        "group": Formulation(_problem(groups=[{"name": "one-of", "members": ["pos", "edr"], "rule": "exactly_one"}])),
        "group_all_or_none": Formulation(
            _problem(groups=[{"name": "pair", "members": ["pos", "edr"], "rule": "all_or_none"}])
        ),
        "pin": Formulation(_problem(pins=[{"initiative": "pos", "start": 1}, {"initiative": "edr", "start": None}])),
        "blackout": Formulation(_problem(blackouts=[{"name": "season", "closed": {"pos": [2], "edr": [1, 2]}}])),
        "simultaneous": Formulation(
            _problem(
                simultaneous=[{"name": "sales", "members": ["pos", "edr"], "at_most": [1, 1, 2], "load": {"edr": 2}}]
            )
        ),
        "quick_win": Formulation(_problem(quick_wins=[{"name": "early", "by": 1, "members": ["pos", "edr"]}])),
        "goal": Formulation(
            _problem(goals=[{"name": "late", "level": [None, 2, 5], "contributions": {"pos": [0, 3, 6], "edr": [2]}}])
        ),
        "credit": Formulation(_costly(credit={"limit": 4, "rate": 0.125}, carry_share=1)),
        "outside": Formulation(
            _problem(
                pos={"skill_days": {"it": [4, 2]}},
                edr={"skill_days": {"it": [3]}, "cost": {"capital": [2]}},
                skills={"it": [5, 5, 5]},
                outside=[{"skill": "it", "price": [2, 1, 1], "at_most": [2, 2, 0]}],
                discount=[1, 0.5, 0.25],
                budgets=[{"name": "it", "amount": [9, 6, 3]}],
            )
        ),
        "grant": Formulation(
            _problem(
                pos={"cost": {"capital": [8]}},
                budgets=[{"name": "it", "amount": [9, 6, 3]}],
                grants=[
                    {"initiative": "pos", "last": 1, "amount": 5, "lag": 1, "budget": "it"},
                    {"initiative": "edr", "first": 1, "worth": 4},
                ],
            )
        ),
        "gates": Formulation(
            _problem(
                pos={"passes": 0.5},
                requires=[{"initiative": "edr", "requires": "pos", "from": "start"}],
                interactions=[{"first": "pos", "second": "edr", "value": 7}],
            )
        ),
        "trust": Formulation(_problem(trust_region={"incumbent": {"pos": 1}, "at_most": 1})),
        "forbidden": Formulation(_problem(forbidden=[{"pos": 1}, {}])),
        "shortfall": Formulation(_problem(worlds=WORLDS, risk={"weight": 0.3, "level": 0.25}, interactions=PAIR)),
        "cvar_floor": Formulation(_problem(worlds=WORLDS, risk={"level": 0.4, "floor": 12}, interactions=PAIR)),
        "chance_budget": Formulation(
            _costly(
                carry_share=0.5,
                kinds=["capital"],
                chance={
                    "budget": "it",
                    "probability": 0.25,
                    "weight": [0.75, 0.25],
                    "cost": {"pos": [[9, 12], [4, 7]]},
                },
            )
        ),
        "chance_cash": Formulation(
            _problem(edr={"mandatory": True}, chance_cash={"floor": 2, "probability": 0.4, "weight": [0.5, 0.5]} | CASH)
        ),
        "worst_future": Formulation(_problem(futures=FUTURES, objective="worst_future")),
        "regret": Formulation(_problem(futures=FUTURES, objective="regret")),
        "at_least": Formulation(_problem(objective="few", at_least=[{"what": "worth", "least": 25}])),
        "goal_aim": Formulation(
            _problem(
                goals=[{"name": "late", "level": [None] * 3, "contributions": {"pos": [0, 300, 6000], "edr": [2000]}}],
                objective="goal:late",
                at_least=[{"what": "worth", "least": 25}, {"what": "goal:late", "least": 300}],
            )
        ),
        "worth": worth,
        "size": size,
        "settled": settled,
        "both_negative": Formulation(_problem(interactions=[{"first": "pos", "second": "edr", "value": -7}])),
        "triple": Formulation(_three(7)),
        "triple_negative": Formulation(_three(-7)),
        "requires_start": Formulation(
            _problem(requires=[{"initiative": "edr", "requires": "pos", "lag": 1, "from": "start"}])
        ),
        "windows": Formulation(_problem(pos={"earliest": 1}, edr={"latest": 1})),
        "units": Formulation(
            _problem(
                pos={"value": [3e6, 2e6, 1e6], "cost": {"capital": [40_000]}},
                budgets=[{"name": "it", "amount": [50_000, 0, 0]}],
            )
        ),
    }
    for program in built.values():
        program.maximise_worth()
    few.prefer_few_and_early()
    early.prefer_early("edr")
    return built | {"goal_few_and_early": few, "goal_early": early}


def text(program: Formulation) -> str:
    """The program as an LP file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.lp"
        program.program.writeLP(str(path))
        return path.read_text(encoding="utf-8")


def main() -> None:
    for old in FOLDER.glob("*.lp"):
        old.unlink()
    for name, program in programs().items():
        (FOLDER / f"{name}.lp").write_text(text(program), encoding="utf-8")


if __name__ == "__main__":
    main()
