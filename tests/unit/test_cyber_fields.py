"""What the blocks of cyber and insurance refuse, with place and remedy."""

import pytest

from tests.unit.bad_files import edited, problems_of

CONTROL = "{function: prevent, coverage: 0.5, strength: 0.5, origin: planner assumption}"


@pytest.mark.parametrize(
    ("old", "new", "path", "says"),
    [
        ("threats:\n", f"controls: {{mfa: {CONTROL[:-1]}, threats: [fire]}}}}\nthreats:\n", "controls.mfa.threats.0",
         "there is no threat named fire"),
        ("threats:\n", f"controls: {{mfa: {CONTROL[:-1]}, brought_by: [pso]}}}}\nthreats:\n",
         "controls.mfa.brought_by.0", "did you mean pos"),
        ("threats:\n", f"controls: {{mfa: {CONTROL[:-1]}, audit_cost: 5}}}}\nthreats:\n", "controls.mfa.audit_cost",
         "has no effect without `audit_every_months`"),
        ("threats:\n", f"controls: {{mfa: {CONTROL.replace('0.5', '1.5', 1)}}}\nthreats:\n",
         "controls.mfa.coverage", "0 to 1"),
        ("insurance: {", "insurance: {demands: {mfa: 0.5}, ", "insurance.demands.mfa", "there is no control named mfa"),
        ("insurance: {", "insurance: {credits: {mfa: 0.5}, ", "insurance.credits.mfa", "there is no control named mfa"),
        ("churn_shock: 0.02,", "secondary: {a: {frequency: 1, loss: 5, loss_p95_ratio: 2}},",
         "threats.ransomware.secondary", "take liability out"),
        ("churn_shock: 0.02,", "breach: {exposed: 0.5, cost_per_record: 2},", "threats.ransomware",
         "take response out"),
        ("dispersion: 0.8,", "dispersion_per: year,", "threats.ransomware.dispersion_per",
         "has no effect without `dispersion`"),
        ("  tax_rate: 0.25", "  records: 500", "profile.records", "add the block `breach`"),
        ("churn_shock: 0.02,", "severity_covers: [profit],", "threats.ransomware.severity_covers.0", "interruption"),
    ],
)  # fmt: skip
def test_refused_with_a_remedy(old: str, new: str, path: str, says: str) -> None:
    (problem,) = problems_of(edited((old, new)))
    assert problem.path == path
    assert says in f"{problem.message} {problem.hint}"
