"""The integer program of the roadmap.

Sets and data
    i, j in I   initiatives; W_i = earliest .. latest, the periods in which i may start
    t, u in T   periods 0 .. periods - 1;  e = t - u, periods elapsed since a start in u
    v[i,t]      worth of i if it starts in t;  w[i,j] worth of both together beyond the sum
    w[i,j,k]    worth of three together beyond the values of the three and of their pairs
    c[b,i,e]    cost of i in its e-th period, of the kinds that budget b pays
    p[i,t]      price of i for a start in t, a factor on its cost
    B[b,t]      amount of budget b, of which the share s_b of what is kept, at most K_b, is carried over
    a[k,i,e]    days of skill k that i takes in its e-th period;  A[k,t] days there are
    D[i,j]      periods from the start of j to the earliest start of i, where i requires j

Variables
    start[i,t]  in {0, 1}, t in W_i: i starts in t;  chosen[i] stands for sum_t start[i,t]
    both[i,j]   in [0, 1]: i and j are both chosen (takes 0 or 1 by itself);  triple[i,j,k] likewise: all three are
    carry[b,t]  >= 0: money of budget b kept from t for t + 1

Objective
    maximise  sum_i sum_t v[i,t] start[i,t] + sum_(i,j) w[i,j] both[i,j] + sum_(i,j,k) w[i,j,k] triple[i,j,k]
              (the constant is added by `solve`)

Constraints, one function each in `optimize/families`
    start_once    chosen[i] <= 1
    mandatory     chosen[i] = 1
    requires      sum_{u<=t} start[i,u] <= sum_{u<=t-D} start[j,u]                    for every t in W_i
    exclusive     sum_{i in group} chosen[i] <= 1
    budget        sum_i sum_{u<=t} p[i,u] c[b,i,t-u] start[i,u] + carry[b,t] <= B[b,t] + s_b carry[b,t-1]
    carry_cap     carry[b,t] <= K_b
    skill         sum_i sum_{u<=t} a[k,i,t-u] start[i,u] <= A[k,t]
    both          w > 0: both[i,j] <= chosen[i], both[i,j] <= chosen[j];  w < 0: both[i,j] >= chosen[i] + chosen[j] - 1
    triple        w > 0: triple[i,j,k] <= chosen[i], chosen[j], chosen[k]
                  w < 0: triple[i,j,k] >= chosen[i] + chosen[j] + chosen[k] - 2
    trust         sum_i [i differs from the incumbent] <= at_most
    forbidden     sum_i [i differs from the forbidden roadmap] >= 1
    and, only while ties are broken:
    worth         objective >= floor
    size          sum_i chosen[i] = n,  sum_i sum_t t start[i,t] = m
    settled       chosen[i] = 0, or start[i,t] = 1

The summed form of `requires` and the absence of variables outside W_i make the relaxation tight (Christofides,
Alvarez-Valdes and Tamarit 1987). Only the sides of `both` and `triple` that the sign of w needs are written. Rows of
money and days, and the objective, are divided by a power of ten so that their largest number lies in 1 .. 1000: a
solver's tolerances are absolute. Names follow the words of this page, in round brackets, because the LP format allows
no square ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import pulp

from optimize.families import choice, money, near, order, pairs, people
from optimize.families.sets import Sets
from optimize.problem import RoadmapProblem

STATED: Mapping[str, Callable[[Sets], None]] = MappingProxyType(
    {
        "start_once": choice.start_once,
        "mandatory": choice.mandatory,
        "requires": order.requires,
        "exclusive": choice.exclusive,
        "budget": money.budget,
        "carry_cap": money.carry_cap,
        "skill": people.skill,
        "both": pairs.both,
        "triple": pairs.triple,
        "trust": near.trust,
        "forbidden": near.forbidden,
    }
)
"""What a problem states: family -> the function that adds its rows; the name of a row begins with its family."""

FAMILIES = (*STATED, "worth", "size", "settled")
"""Every family of constraints; the last three only while ties are broken."""


class Formulation(Sets):
    """The program of one problem: `program` for the solver, `starts` to read the answer, `unit` of the objective."""

    def __init__(self, problem: RoadmapProblem) -> None:
        super().__init__(problem)
        self.maximises_worth = False
        self.worth = self._worth()
        for add in STATED.values():
            add(self)

    def _worth(self) -> pulp.LpAffineExpression:
        """Worth of the roadmap in `unit`, without the constant."""
        problem = self.problem
        values = [
            (initiative.value[t] / self.unit) * start
            for initiative in problem.initiatives
            for t, start in self.starts[initiative.id].items()
        ]
        together = [
            (pair.value / self.unit) * self.both[pair.first, pair.second]
            for pair in problem.interactions
            if pair.value != 0.0
        ]
        together += [
            (triple.value / self.unit) * self.triple[triple.members]
            for triple in problem.triples
            if triple.value != 0.0
        ]
        return pulp.lpSum(values + together)

    # ---- what is maximised: one of these is called before the program is solved -------------------------------------

    def maximise_worth(self) -> None:
        """The roadmap is worth as much as possible."""
        self.program += self.worth
        self.maximises_worth = True

    def prefer_few_and_early(self) -> None:
        """As few initiatives as possible and, among those, the smallest sum of starts."""
        more_than_all_starts = len(self.starts) * self.problem.periods + 1
        self.program += -pulp.lpSum((more_than_all_starts + t) * start for t, start in self.all_starts())

    def prefer_early(self, name: str) -> None:
        """This initiative as early as possible, and rather late than not at all."""
        never = self.problem.periods
        self.program += pulp.lpSum((never - t) * start for t, start in self.starts[name].items())

    # ---- only while ties are broken -------------------------------------------------------------------------------

    def keep_worth(self, floor: float) -> None:
        """The roadmap is worth at least the floor, both without the constant."""
        self.program += self.worth >= floor / self.unit, "worth"

    def keep_size(self, count: int, sum_of_starts: int) -> None:
        """The roadmap has this number of initiatives and this sum of starts."""
        self.program += pulp.lpSum(start for _, start in self.all_starts()) == count, "size(count)"
        self.program += pulp.lpSum(t * start for t, start in self.all_starts()) == sum_of_starts, "size(starts)"

    def settle(self, name: str, period: int | None) -> None:
        """This initiative starts in this period, or not at all."""
        chosen = self.chosen(name) if period is None else self.starts[name][period]
        self.program += 1 * chosen == (0 if period is None else 1), f"settled({self.label[name]})"
