"""Whatever the bytes of a file are: a scenario, or errors in plain words, and never another exception."""

import copy
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.positions import read_yaml
from sim.errors import Problem
from tests.unit.bad_files import JARGON, TEXT, problems_of

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(10**30), max_value=10**30),
    st.floats(),
    st.sampled_from(
        ["", "1 to 2", "2 to 1", "12k", "1e308 to 2e308", "9e999", "a.b", "pos", "till", "~", "1 to 2 to 3"]
    ),
    st.sampled_from(
        [[], {}, [[]], [1, 2], {"a": {}}, {"low": -1e308, "mode": 0, "high": 1e308}, {"beta": [1e308, 1e308]}]
    ),
    st.sampled_from([{"value": {"value": 1}}, {"choices": [1], "weights": [0]}, {"median": 1e-300, "p95": 1e300}]),
    st.text(max_size=8),
)


def nodes(data: object, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Paths of all values below the root."""
    items = list(data.items()) if isinstance(data, dict) else list(enumerate(data)) if isinstance(data, list) else []
    return [path for key, value in items for path in ((*at, key), *nodes(value, (*at, key)))]


PLAIN = read_yaml(TEXT).data
NODES = nodes(PLAIN)


def sound(found: tuple[Problem, ...]) -> bool:
    """Whether errors are in plain words, in the order of lines, and can be printed as JSON."""
    text = "\n".join(f"{problem.message} {problem.hint}" for problem in found)
    lines = [problem.line or 0 for problem in found]
    rows = [[problem.path, problem.value, problem.message, problem.hint] for problem in found]
    return not JARGON.search(text) and lines == sorted(lines) and bool(json.dumps(rows, allow_nan=False))


@settings(max_examples=150)
@given(data=st.data())
def test_any_change_of_the_content_gives_a_scenario_or_errors(data: st.DataObject) -> None:
    """Values replaced, removed and renamed at random places: no other exception, no jargon."""
    mutant = copy.deepcopy(PLAIN)
    for path in data.draw(st.lists(st.sampled_from(NODES), min_size=1, max_size=4)):
        block = mutant
        for key in path[:-1]:
            known = range(len(block)) if isinstance(block, list) else block if isinstance(block, dict) else ()
            block = block[key] if key in known else block
        last = path[-1]
        if isinstance(block, dict) and isinstance(last, str):
            old = block.pop(last, None)
            change = data.draw(st.sampled_from(["replace", "remove", "rename"]))
            if change == "replace":
                block[last] = data.draw(VALUES)
            elif change == "rename":
                block[data.draw(st.sampled_from([last[:-1], f"{last}s", last.upper(), "origin", "x"]))] = old
        elif isinstance(block, list) and isinstance(last, int) and last < len(block):
            block[last] = data.draw(VALUES)
    # Floats that JSON lacks are written as YAML has them.
    text = json.dumps(mutant).replace("-Infinity", "-.inf").replace("Infinity", ".inf").replace("NaN", ".nan")
    assert sound(problems_of(text))


@settings(max_examples=150)
@given(data=st.data())
def test_any_change_of_the_text_gives_a_scenario_or_errors(data: st.DataObject) -> None:
    """Pieces of the text cut out, moved or overwritten with bytes that mean something to YAML, or with any bytes."""
    raw = TEXT.encode()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw)))
        end = data.draw(st.integers(start, min(len(raw), start + 40)))
        tokens = [
            b"\t",
            b": ",
            b"- ",
            b"[",
            b"]",
            b"{",
            b"}",
            b"&a ",
            b"*a",
            b"'",
            b'"',
            b"|\n",
            b"!!set ",
            b"%",
            b"@",
            b"\r",
        ]
        piece = data.draw(st.one_of(st.sampled_from(tokens), st.binary(max_size=6), st.just(raw[end : end + 30])))
        raw = raw[:start] + piece + raw[end:]
    assert sound(problems_of(raw))


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=60), st.text("{}[]:,-&*!|>'\"%@`#?\\ \n\tax0u", max_size=40).map(str.encode)))
def test_any_bytes_give_errors(raw: bytes) -> None:
    """Random bytes and random signs of YAML."""
    found = problems_of(raw)
    assert found
    assert sound(found)
