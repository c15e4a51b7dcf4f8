"""Published figures at hand: found by words, told in full, and set beside what disagrees."""

import json
from typing import Any

import jsonschema
import pytest

from scenarios.cli.app import run
from scenarios.documents import schema
from scenarios.evidence import MEANING, evidence, known_ids
from scenarios.evidence.quantities import QUANTITIES
from scenarios.evidence.search import search
from sim.errors import ProblemsFound


def document(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, Any]:
    """What the command prints with --json, checked against its schema."""
    assert run(["evidence", *words, "--json"]) == code
    content: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schema("evidence" if code == 0 else "errors")).validate(content)
    return content


def test_without_a_word_everything_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """A line each; ids are never cut."""
    assert len(document(capsys)["entries"]) == len(known_ids())
    assert run(["evidence"]) == 0
    out = capsys.readouterr().out
    assert f"{len(known_ids())} figures" in out
    assert all(f" {name} " in out for name in known_ids())


def test_an_entry_is_told_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    """Value, unit, population, year, source, how far verified."""
    assert run(["evidence", "control.training.phish.rct"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    one = evidence()["control.training.phish.rct"]
    for words in (one.id, one.unit, one.population, str(one.year), one.source.authors, MEANING[one.verified]):
        assert " ".join(words.split()) in out
    assert one.statement.split()[0] in out


def test_every_word_must_be_found_and_ids_count_most() -> None:
    """Upper and lower case are alike."""
    assert search("Ransomware").entries[0].id.startswith("cyber.ransomware")
    both = search("ransomware survey").entries
    assert both
    assert {one.id for one in both} < {one.id for one in search("ransomware").entries}


def test_sources_that_disagree_stand_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    """Also those that the word does not name."""
    found = document(capsys, "cyber.ransomware.frequency.claims")
    (beside,) = found["side_by_side"]
    assert set(beside["ids"]) == {"cyber.ransomware.frequency.claims", "cyber.ransomware.frequency.uk"}
    assert beside["different"] is True
    assert run(["evidence", "cyber.ransomware.frequency.claims"]) == 0
    assert "the sources disagree, or count differently" in capsys.readouterr().out


def test_quantities_name_entries_that_exist() -> None:
    """Each at least twice, none in two of them."""
    ids = [one for names in QUANTITIES.values() for one in names]
    assert set(ids) <= set(known_ids())
    assert len(ids) == len(set(ids))
    assert all(len(names) > 1 for names in QUANTITIES.values())


def test_a_word_that_is_nowhere_gets_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Or the areas that there are."""
    (error,) = document(capsys, "ransomwere", code=2)["errors"]
    assert error["hint"] == "did you mean ransomware?"
    with pytest.raises(ProblemsFound, match="areas: "):
        search("qqqqqqqq")
    with pytest.raises(ProblemsFound):
        search("<script>alert(1)</script> " + "x" * 10_000)
