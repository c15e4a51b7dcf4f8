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
    g[i]        product of the `passes` of all j that i requires, step by step, where a failure of j cancels it; g[i,j]
                the same over all that i or j require, each once
    q[k,t], Q[k,t]  price of a bought day of skill k, days that can be bought;  d[t] present value of one unit of money
    G[n]        grant n of initiative i(n): window N_n of starts, amount G_n to budget b(n) after L_n periods, worth h_n
    r_b, C_b    interest of one period and limit of the credit line of budget b
    l[m,i]      periods that i loads department, owner or vendor m;  M[m,t] how many may do so at a time
    z[f,i,e]    what i adds to goal f in its e-th period (later: the last number);  F[f,t] floor of the goal

Variables
    start[i,t]  in {0, 1}, t in W_i: i starts in t;  chosen[i] stands for sum_t start[i,t]
    both[i,j]   in [0, 1]: i and j are both chosen (takes 0 or 1 by itself);  triple[i,j,k] likewise: all three are
    eta, short, over, kept, below, worst, regret: see `families.risk`
    carry[b,t]  >= 0: money of budget b kept from t for t + 1
    debt[b,t]   >= 0: money that budget b owes at the end of t, none at the end of the last period
    bought[k,t] >= 0: days of skill k bought in t

Objective
    maximise  sum_i sum_t g[i] (v[i,t] + sum_{n of i: t in N_n} h_n) start[i,t] + sum_(i,j) g[i,j] w[i,j] both[i,j]
              + sum_(i,j,k) g[i,j,k] w[i,j,k] triple[i,j,k] - sum_(k,t) d[t] q[k,t] bought[k,t]
              (the constant is added by `solve`)
    or another aim, see `families.risk`: plus w (eta - sum_s p_s short[s] / level), or worst, or -regret

Constraints, one function each in `optimize/families`
    start_once    chosen[i] <= 1
    mandatory     chosen[i] = 1
    requires      sum_{u<=t} start[i,u] <= sum_{u<=t-D} start[j,u]                    for every t in W_i
    exclusive     sum_{i in group} chosen[i] <= 1
    group         sum_{i in group} chosen[i] <= 1, = 1 or >= 1;  all or none: chosen[i] = chosen[first of the group]
    pin           start[i,t] = 1, or chosen[i] = 0
    blackout      sum_{t closed for i} start[i,t] = 0
    simultaneous  sum_{i in m} sum_{u<=t<u+l[m,i]} start[i,u] <= M[m,t]
    quick_win     sum_{i in members} sum_{u+duration<=by+1} start[i,u] >= least
    goal          sum_i sum_{u<=t} z[f,i,t-u] start[i,u] >= F[f,t]
    budget        sum_i sum_{u<=t} p[i,u] c[b,i,t-u] start[i,u] + sum_{k, if b pays bought days} q[k,t] bought[k,t]
                  + carry[b,t] + (1 + r_b) debt[b,t-1]
                  <= B[b,t] + s_b carry[b,t-1] + sum_{n of b: t-L_n in N_n} G_n start[i(n),t-L_n] + debt[b,t]
    carry_cap     carry[b,t] <= K_b
    credit        debt[b,t] <= C_b
    skill         sum_i sum_{u<=t} a[k,i,t-u] start[i,u] <= A[k,t] + bought[k,t]
    outside       bought[k,t] <= Q[k,t]
    both          w > 0: both[i,j] <= chosen[i], both[i,j] <= chosen[j];  w < 0: both[i,j] >= chosen[i] + chosen[j] - 1
    triple        w > 0: triple[i,j,k] <= chosen[i], chosen[j], chosen[k]
                  w < 0: triple[i,j,k] >= chosen[i] + chosen[j] + chosen[k] - 2
    trust         sum_i [i differs from the incumbent] <= at_most
    forbidden     sum_i [i differs from the forbidden roadmap] >= 1
    shortfall     short[s] >= eta - sum_i sum_t dev[i,t,s] start[i,t] - pairs and constant of world s
    cvar_floor    mean worth + eta - sum_s p_s short[s] / level >= floor
    chance_budget cost in world s + kept[b,t,s] <= B[b,t] + s_b kept[b,t-1,s] + M over[b,s];  sum_s p_s over[b,s] <= a
    chance_cash   base[s,m] + sum_i sum_t delta[i,t,s,m] start[i,t] >= floor - M below[s];  sum_s p_s below[s] <= a
    worst_future  worst <= worth in each future
    regret        regret >= best of the future - worth in it
    at_least      another aim >= what it must reach
    and, only while ties are broken:
    worth         objective >= floor
    size          sum_i chosen[i] = n,  sum_i sum_t t start[i,t] = m
    settled       chosen[i] = 0, or start[i,t] = 1

The summed form of `requires` and the absence of variables outside W_i make the relaxation tight (Christofides, Alvarez-
Valdes and Tamarit 1987). Only the sides of `both` and `triple` that the sign of w needs are written. Rows of money and
days, and the objective, are divided by a power of ten so that their largest number lies in 1 .. 1000: a solver's
tolerances are absolute. To owe or to buy more than is needed, or to keep less, is never better (r_b >= 0, s_b <= 1, q
>= 0), so the worth and the limits of a roadmap follow from its starts alone, as `check` works them out. Names follow
the words of this page, in round brackets, because the LP format allows no square ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import pulp

from optimize.families import calendar, choice, goals, money, near, order, pairs, people, risk
from optimize.families.sets import Sets
from optimize.problem import RoadmapProblem
from optimize.risk.value import offset

STATED: Mapping[str, Callable[[Formulation], None]] = MappingProxyType(
    {
        "start_once": choice.start_once,
        "mandatory": choice.mandatory,
        "requires": order.requires,
        "exclusive": choice.exclusive,
        "group": choice.group,
        "pin": choice.pin,
        "blackout": calendar.blackout,
        "simultaneous": calendar.simultaneous,
        "quick_win": calendar.quick_win,
        "goal": goals.goal,
        "budget": money.budget,
        "carry_cap": money.carry_cap,
        "credit": money.credit,
        "skill": people.skill,
        "outside": people.outside,
        "both": pairs.both,
        "triple": pairs.triple,
        "trust": near.trust,
        "forbidden": near.forbidden,
        "shortfall": risk.shortfall,
        "cvar_floor": risk.cvar_floor,
        "chance_budget": risk.chance_budget,
        "chance_cash": risk.chance_cash,
        "worst_future": risk.worst_future,
        "regret": risk.regret,
        "at_least": risk.at_least,
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
        self.mean = self._worth()
        risk.variables(self)
        self.worth = risk.aim(self, problem.objective)
        self.worth_unit = risk.aim_unit(self, problem.objective)
        for add in STATED.values():
            add(self)

    def _worth(self) -> pulp.LpAffineExpression:
        """Mean worth of the roadmap in `unit`, without the constant."""
        problem = self.problem
        values = [
            (self.value_at(initiative, t) / self.unit) * start
            for initiative in problem.initiatives
            for t, start in self.starts[initiative.id].items()
        ]
        together = [
            (self.passed(pair.first, pair.second) * pair.value / self.unit) * self.both[pair.first, pair.second]
            for pair in problem.interactions
            if pair.value != 0.0
        ]
        together += [
            (self.passed(*triple.members) * triple.value / self.unit) * self.triple[triple.members]
            for triple in problem.triples
            if triple.value != 0.0
        ]
        bought = [
            -(problem.discount_at(t) * one.price[t] * self.skill_unit[one.skill] / self.unit)
            * self.bought[one.skill, t]
            for one in self.outside
            for t in range(problem.periods)
            if (one.skill, t) in self.bought
        ]
        return pulp.lpSum(values + together + bought)

    def stated(self, scaled: float) -> float:
        """What a value of the expression `worth` is in the unit of the aim, constant included."""
        return offset(self.problem) + self.worth_unit * scaled

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
        self.program += self.worth >= floor / self.worth_unit, "worth"

    def keep_size(self, count: int, sum_of_starts: int) -> None:
        """The roadmap has this number of initiatives and this sum of starts."""
        self.program += pulp.lpSum(start for _, start in self.all_starts()) == count, "size(count)"
        self.program += pulp.lpSum(t * start for t, start in self.all_starts()) == sum_of_starts, "size(starts)"

    def settle(self, name: str, period: int | None) -> None:
        """This initiative starts in this period, or not at all."""
        chosen = self.chosen(name) if period is None else self.starts[name][period]
        self.program += 1 * chosen == (0 if period is None else 1), f"settled({self.label[name]})"
