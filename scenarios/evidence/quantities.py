"""Published figures of the same quantity, so that it is seen where sources disagree."""

from __future__ import annotations

from typing import Final

QUANTITIES: Final[dict[str, tuple[str, ...]]] = {
    "share of firms with a cyber incident in a year": (
        "cyber.incident.frequency.survey_uk", "cyber.incident.frequency.rev_lt_10m",
        "cyber.incident.frequency.rev_10m_100m", "cyber.incident.frequency.manufacturing",
        "services.cyber.frequency.sector", "cyber.claims.frequency.all",
    ),
    "ransomware in a year": ("cyber.ransomware.frequency.claims", "cyber.ransomware.frequency.uk"),
    "fraud by mail or taken-over accounts in a year": (
        "cyber.bec.frequency.claims", "cyber.ftf.frequency.claims", "cyber.account_takeover.frequency",
    ),
    "loss of a cyber incident": (
        "cyber.loss.rev_lt_50m", "cyber.loss.iris.rev_lt_10m", "cyber.loss.uk_most_disruptive",
        "cyber.loss.healthcare.smb", "cyber.loss.rev_50m_300m",
    ),
    "loss of fraud by mail": ("cyber.loss.bec.smb", "cyber.loss.wire_fraud.smb"),
    "part of the unsafe clicks that training removes": ("control.training.phish.smb", "control.training.phish.rct"),
    "customers who stay for a year": (
        "ops.churn.sector", "ops.churn.health", "ops.churn.manufacturing", "services.churn.clients",
    ),
    "actual effort against the estimate": ("project.effort_overrun.norway", "project.portfolio.estimate_ratio"),
}  # fmt: skip
"""What is measured -> the entries that measure it, perhaps in different units, of different firms or in other ways."""


def quantity_of(name: str) -> str | None:
    """What an entry measures, where others measure it too.

    >>> quantity_of("control.training.phish.rct"), quantity_of("cost.cloud.waste")
    ('part of the unsafe clicks that training removes', None)
    """
    return next((what for what, names in QUANTITIES.items() if name in names), None)
