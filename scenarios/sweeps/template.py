"""A commented design to begin with."""

TEMPLATE = """\
# A sweep: one work at many points of a scenario. `roadfolio sweep run design.yaml --out run/sweep`
version: 1
name: budgets_and_rates
title: Which roadmap at which budget and discount rate?
scenario: retailer            # a file beside this one, or a name of the library

work:
  kind: roi                   # roi (kernel), simulate (the company item by item), plan (recommend a roadmap)
  draws: 1024                 # of roi and plan; `replications: 20` of simulate
  seed: 1                     # every point is valued on the same draws
  # Every roadmap and policy is valued at every point. Policies: do nothing, cheapest first, highest ROI first,
  # technology first, plan. `limits: {search_draws: 128}` states limits of the search.
  roadmaps:
    till_first: {pos: 0}
    till_and_loyalty: {pos: 0, crm: 6}
  policies: [do nothing]
  measures: [npv.mean, npv.p5, prob_npv_negative, roi]

design:
  kind: grid                  # every value with every other
  factors:                    # paths of the scenario, or budget, future, policy, roadmap, seed
    money.discount_rate: [0.06, 0.09, 0.12]
    budget: [x0.8, x1.2]

# design:                     # other kinds
#   kind: latin_hypercube     # or sobol, best with 64, 128, 256, ... points
#   points: 200
#   seed: 1
#   factors:
#     money.discount_rate: {low: 0.05, high: 0.12}         # evenly between two ends
#     initiatives.pos.capital: {multiply: 0.8 to 1.5}      # a factor, by a distribution
#     future: {levels: [base]}                             # one of several
#
# design:
#   kind: list
#   points:
#     - {money.discount_rate: 0.06}
#     - {money.discount_rate: 0.12, initiatives.pos.duration_months: 9}
#
# design:
#   kind: rows                # a CSV file beside this one: its column names are paths
#   file: points.csv
"""
