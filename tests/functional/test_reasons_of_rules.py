"""Reasons where pins, gates, grants, credit, bought days or several aims stand in the problem; worked out by hand."""

from optimize.limits import Limits
from optimize.problem import Initiative, Pin, RoadmapProblem
from optimize.reasons.program_reasons import reasons_of_program
from optimize.solve import solve

LIMITS = Limits()


def test_a_pinned_start_does_not_move() -> None:
    till, web = (Initiative(id=name, value=(5, 4, 3, 2)) for name in ("till", "web"))
    for start in (1, 3):
        pins = (Pin(initiative="till", start=start, reason="signed"),)
        problem = RoadmapProblem(periods=4, initiatives=(till, web), pins=pins)
        found = reasons_of_program(problem, solve(problem), LIMITS, 0.02)
        delays = {one.id: one for one in found.delays}
        assert dict(delays["till"].loss) == {1: None, 2: None}
        assert dict(delays["web"].loss) == {1: 1.0, 2: 2.0}
        assert (delays["till"].latest, delays["till"].proved) == (start, True)
        last = {one.words: one.worth for one in found.time}["no start in the last period, period 3"]
        assert last == (None if start == 3 else 0.0)
