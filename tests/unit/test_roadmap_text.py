"""The text of `--roadmap`: its form, and every mistake in it at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.cli.arguments import parse_roadmap
from sim.errors import ProblemsFound


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("pos@0,edr@3", {"pos": 0, "edr": 3}),
        (" pos @ 0 , edr@12 ", {"pos": 0, "edr": 12}),
        ("e-shop_2@7", {"e-shop_2": 7}),
        ("", {}),
        ("  ", {}),
    ],
)
def test_good_text(text: str, starts: dict[str, int]) -> None:
    """Names and months in the order of the text; empty text is the baseline."""
    assert parse_roadmap(text) == starts
    assert list(parse_roadmap(text)) == list(starts)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pos", "'pos' has no month (write pos@0"),
        ("pos@", "'' is no month"),
        ("pos@soon", "'soon' is no month (a whole number from 0"),
        ("pos@-1", "'-1' is no month"),
        ("pos@1.5", "'1.5' is no month"),
        ("pos@12345", "'12345' is no month"),
        ("@3", "'' is no name"),
        ("p.os@3", "'p.os' is no name"),
        ("pos@0,pos@4", "pos is named twice"),
        ("pos@0,", "nothing stands between two commas"),
        ("pos@0@3", "'0@3' is no month"),
    ],
)
def test_bad_text(text: str, says: str) -> None:
    """The mistake, and what to write instead."""
    with pytest.raises(ProblemsFound) as caught:
        parse_roadmap(text)
    (problem,) = caught.value.errors
    assert says in str(problem)
    assert problem.path == "--roadmap"
    assert problem.hint


def test_all_mistakes_at_once() -> None:
    """Each wrong item is reported, in the order of the text."""
    with pytest.raises(ProblemsFound) as caught:
        parse_roadmap("pos,edr@x,web@1,web@2")
    assert [problem.value for problem in caught.value.errors] == ["pos", "edr@x", "web@2"]


@given(st.text("ab@,0123456789 .-é", max_size=20))
def test_any_text_gives_starts_or_problems(text: str) -> None:
    """No other exception, and months from 0."""
    try:
        starts = parse_roadmap(text)
    except ProblemsFound as error:
        assert len(error.errors) > 0  # noqa: PT017 (either outcome is right)
    else:
        assert all(month >= 0 and name for name, month in starts.items())
