"""Registered benchmark of the company; the comparison with a bare SimPy loop is in `benchmarks.company`."""

from benchmarks import company
from scenarios.load import load
from sim.company import replicate
from sim.parameters import parameters
from sim.roadmap import EMPTY


def test_company_replication(benchmark) -> None:
    """A replication of the retailer, validated before it is timed."""
    scenario = load("retailer")
    table = parameters(scenario)
    company.validate(scenario, replicate(table, EMPTY, 0, company.SEED))
    found = company.compare(scenario, repeats=3)
    engines = company.compare_engines(scenario, repeats=3)
    benchmark.extra_info["comparison"] = str(found)
    benchmark.extra_info["engines"] = str(engines)
    print(f"\n{found}\n{engines}")
    benchmark.pedantic(replicate, args=(table, EMPTY, 0, company.SEED), rounds=3)
