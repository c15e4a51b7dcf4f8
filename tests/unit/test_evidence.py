"""The published figures: what the loader accepts, and that the entries say what they are."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from scenarios.evidence import (
    DOUBTFUL,
    FOLDER,
    MEANING,
    Evidence,
    EvidenceError,
    evidence,
    known_ids,
    read_evidence,
)
from scenarios.evidence import entry as published

ENTRY = """\
some.figure:
  statement: A figure that somebody published.
  value: 0.5
  unit: share
  population: firms
  year: 2020
  source: {authors: A and B, title: T, publisher: P, year: 2021}
  verified: primary
"""


def file_with(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "area.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_an_entry(tmp_path: Path) -> None:
    """The key becomes the id; what is not given is empty."""
    (entry,) = read_evidence(file_with(tmp_path, ENTRY)).values()
    assert (entry.id, entry.value, entry.low, entry.doubtful) == ("some.figure", 0.5, None, False)
    assert entry.cite() == "A and B (2021): T. P. [read at the publisher]"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("  unit: share\n", "  unit: share\n  colour: red\n"), "colour"),
        (("  unit: share\n", ""), "unit"),
        (("  value: 0.5\n", ""), "give a value, a range"),
        (("  value: 0.5\n", "  low: 0.5\n"), "come together"),
        (("  value: 0.5\n", "  low: 0.5\n  high: 0.2\n"), "must be below"),
        (("  value: 0.5\n", "  value: .nan\n"), "finite"),
        (("  value: 0.5\n", "  distribution: {kind: lognormal, params: {mu: 1.0}}\n"), "mu, sigma"),
        (("  unit: share\n", "  unit: share\n  family: claims\n"), "family and measures"),
        (("verified: primary", "verified: certainly"), "verified"),
        (("verified: primary", "verified: partly_verified"), "needs a note"),
        (("year: 2021}", "year: 2021, url: example.org}"), "url"),
        (("some.figure:", "Some Figure:"), "id"),
        (("  unit: share\n", "  unit: share\n  id: other.figure\n"), "its id as the key"),
        (("  unit: share\n", "  unit: share\n  unit: share\n"), "duplicate key"),
        (("  value: 0.5\n", "  value: !!python/object:builtins.object {}\n"), "area.yaml"),
        ((ENTRY, "- some.figure\n"), "expected a mapping"),
    ],
)
def test_refuses_a_bad_entry(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    """Each error names the file and what is wrong."""
    assert change[0] in ENTRY
    with pytest.raises(EvidenceError, match=r"area\.yaml") as found:
        read_evidence(file_with(tmp_path, ENTRY.replace(*change)))
    assert expected in str(found.value)


def test_refuses_an_id_in_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same id in two files is refused, not silently replaced."""
    file_with(tmp_path, ENTRY).rename(tmp_path / "one.yaml")
    file_with(tmp_path, ENTRY).rename(tmp_path / "two.yaml")
    monkeypatch.setattr("scenarios.evidence.FOLDER", tmp_path)
    with pytest.raises(EvidenceError, match=r"two\.yaml: already in another file: some\.figure"):
        evidence.__wrapped__()


def test_entries_are_frozen_and_read_once() -> None:
    """The mapping is cached; an entry cannot be changed."""
    assert evidence() is evidence()
    entry = next(iter(evidence().values()))
    with pytest.raises(ValidationError, match="frozen"):
        entry.value = 1.0  # type: ignore[misc]


def test_every_file_adds_entries() -> None:
    """All six general areas are there, beside those of sectors, and every entry of every file is reached by its id."""
    by_file = {path.stem: read_evidence(path) for path in FOLDER.glob("*.yaml")}
    assert set(by_file) >= {"cyber", "money", "operations", "people", "projects", "systems"}
    assert all(by_file.values())
    assert sum(len(entries) for entries in by_file.values()) == len(evidence())


def test_doubtful_entries_say_so() -> None:
    """What was not checked, or only in part, warns where it is shown and has a note; what was checked does not warn."""
    doubtful = [entry for entry in evidence().values() if entry.doubtful]
    assert {entry.verified for entry in doubtful} == DOUBTFUL
    for entry in evidence().values():
        assert entry.cite().endswith(f"[{MEANING[entry.verified]}]")
        assert ("before a decision rests on it" in entry.cite()) == entry.doubtful
        assert entry.note or not entry.doubtful


def test_each_family_can_price_an_attack() -> None:
    """Every family has a frequency and a severity, so that nobody needs to mix two."""
    measured = {(entry.family, entry.measures) for entry in evidence().values() if entry.family}
    assert measured == {
        (family, measure) for family in ("claims", "iris", "survey") for measure in ("frequency", "severity")
    }


def test_values_lie_in_their_ranges() -> None:
    """Where an entry has a headline and a range, the headline is inside."""
    checked = 0
    for entry in evidence().values():
        if entry.value is not None and entry.low is not None and entry.high is not None:
            assert entry.low <= entry.value <= entry.high, entry.id
            checked += 1
    assert checked > 10


@pytest.mark.parametrize(
    ("name", "statistic"),
    [
        ("cyber.loss.rev_lt_50m", "mean"),
        ("cyber.loss.bec.smb", "mean"),
        ("cyber.loss.wire_fraud.smb", "mean"),
        ("cyber.loss.iris.rev_lt_10m", "median"),
        ("insurance.cyber.premium.small", "median"),
        ("ops.ticket.effort", "median"),
        ("hiring.time_to_fill", "mean"),
        ("project.portfolio.estimate_ratio", "median"),
    ],
)
def test_fits_reproduce_the_headline(name: str, statistic: str) -> None:
    """The lognormal fit has the published mean or median, within 3 %."""
    entry = evidence()[name]
    assert entry.distribution is not None
    assert entry.distribution.kind == "lognormal"
    mu, sigma = entry.distribution.params["mu"], entry.distribution.params["sigma"]
    fitted = math.exp(mu + sigma**2 / 2) if statistic == "mean" else math.exp(mu)
    assert fitted == pytest.approx(entry.value, rel=0.03)


def test_tail_of_overruns_has_the_published_mean() -> None:
    """A Pareto tail of exponent 1.38 from 1.5 has the mean ratio 5.47 of the projects beyond 50 % overrun."""
    fit = evidence()["project.cost_overrun.tail.2023"].distribution
    assert fit is not None
    exponent, minimum = fit.params["exponent"], fit.params["minimum"]
    assert exponent * minimum / (exponent - 1) == pytest.approx(5.47, rel=0.01)


def test_import_needs_no_yaml_reader() -> None:
    """The YAML reader is imported with the first look-up, not with the module."""
    code = "import sys, scenarios.evidence; sys.exit('ruamel.yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=FOLDER.parents[1], check=False).returncode == 0


def test_schema_is_closed() -> None:
    """No model of the schema lets an unknown key pass."""
    schema = Evidence.model_json_schema()
    assert schema["additionalProperties"] is False
    assert all(part["additionalProperties"] is False for part in schema["$defs"].values())


def test_an_entry_alone_is_the_one_of_all() -> None:
    """Keys and entries that are read line by line are those of the whole files."""
    assert list(known_ids()) == list(evidence())
    assert {name: published(name) for name in known_ids()} == evidence()
    assert published("no.such") is None
