"""The engines agree on a business of the library; all of them, with plans, is for `python -m benchmarks.agreement`."""

from dataclasses import replace

from benchmarks.agreement import compare
from scenarios.agreement import Verdict
from scenarios.load import load


def test_the_agency_has_no_failure() -> None:
    """24 replications of the baseline and two random roadmaps, on draws that the calibration has not seen. A figure
    that is right within its tolerance is told FAIL with a probability of 2.5 % at the most; the seed is fixed."""
    found = compare(load("agency"), 24, planned=False)
    assert found.meets, str(found)
    assert found.agreement.count(Verdict.PASS) > len(found.agreement.rows) / 2


def test_a_failure_is_noticed() -> None:
    found = compare(load("agency"), 4, planned=False)
    first = found.agreement.rows[0]
    worse = replace(found.agreement, rows=(replace(first, verdict=Verdict.FAIL), *found.agreement.rows[1:]))
    assert not replace(found, agreement=worse).meets
