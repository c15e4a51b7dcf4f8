"""Cells of a workbook: whatever a value is, the cell gives it back; and data as YAML text likewise."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.fields import Field, at
from scenarios.positions import UNPRINTABLE, read_yaml
from scenarios.workbooks.cells import CellError, as_cell, from_cell
from scenarios.workbooks.flow import flow, yaml_text
from scenarios.workbooks.layout import Form, is_text, layout
from scenarios.workbooks.write import workbook_bytes

FIELDS = [
    field
    for sheet in layout().sheets()
    for field in (sheet.rows.values() if isinstance(sheet, Form) else [column.field for column in sheet.columns])
]
TEXT = st.text(max_size=30).filter(lambda text: not UNPRINTABLE.search(text))
NASTY = st.sampled_from(
    ["", " ", "null", "true", "12", "1e3", "=1+1", "+1", "-1", "@a", '"', "'", "a, b", "a; b", "{a: 1}", "[1]", "#",
     "a: b", "~", "2027-01", "1,5", "12 %", "_x0041_", "\t", "\n", "\r", "\x85", "\u2028", "a\nb", "\u202eabc",
     "🙂", ".inf", "x" * 1_100]
)  # fmt: skip
NUMBER = st.one_of(
    st.integers(-(10**17) + 1, 10**17 - 1), st.floats(allow_nan=False, allow_infinity=False), st.just(float("inf"))
)
SCALAR = st.one_of(st.none(), st.booleans(), NUMBER, TEXT, NASTY)
KEY = st.one_of(st.sampled_from(["low", "mode", "high", "origin", "=x", "a.b", "12", "k" * 1_100]), TEXT).filter(
    lambda key: key != "<<"
)
VALUE = st.recursive(
    SCALAR, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEY, inner, max_size=4)), max_leaves=8
)


def same(one: Any, other: Any) -> bool:
    """Equal, and of equal kinds: 1 is neither 1.0 nor true."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


@settings(max_examples=200)
@given(VALUE, st.sampled_from(FIELDS))
def test_a_cell_gives_back_its_value(value: Any, field: Field) -> None:
    """In every column of every sheet, whatever the value: numbers, words, lists, blocks. Where only text may stand,
    a number is read as the text that was meant."""
    if is_text(field) and not isinstance(value, str):
        return
    cell = as_cell(value, field)
    assert isinstance(cell, (str, float, int, bool))
    assert same(from_cell(cell, field), value)


@settings(max_examples=100)
@given(st.dictionaries(KEY, VALUE, max_size=4))
def test_data_as_yaml_come_back(data: dict[str, Any]) -> None:
    """As a whole file, and in one line."""
    assert same(read_yaml(yaml_text(data)).data or {}, data)
    assert same(read_yaml(flow(data)).data, data)


@pytest.mark.parametrize(
    ("path", "cell", "value"),
    [
        (("profile", "tax_rate"), "12 %", "12 %"),
        (("profile", "tax_rate"), 0.12, 0.12),
        (("people", "x", "headcount"), 4.0, 4),
        (("people", "x", "headcount"), " 4 to 6 ", "4 to 6"),
        (("title",), 2027, "2027"),
        (("title",), True, "true"),
        (("initiatives", "x", "mandatory"), True, True),
        (("profile", "seasonality"), "1; 1.1; 0.9", [1, 1.1, 0.9]),
    ],
)
def test_cells_as_planners_type_them(path: tuple[str, ...], cell: Any, value: Any) -> None:
    """Excel turns what is typed into numbers, and words carry blanks."""
    assert same(from_cell(cell, at(path)), value)


@pytest.mark.parametrize("cell", ["{low: 1, mode", "[1, 2", '"open', "{a: b: c}"])
def test_open_blocks_are_errors(cell: str) -> None:
    """What begins like a block and is none is said, not guessed."""
    with pytest.raises(CellError, match="cannot be read"):
        from_cell(cell, at(("profile", "tax_rate")))


def test_every_field_of_the_schema_has_a_place() -> None:
    """Sheets are derived from the schema, with short names that differ, so that a new field appears by itself."""
    names = [sheet.sheet for sheet in layout().sheets()]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(len(name) <= 31 for name in names)
    for wanted in ("Company", "People", "Processes", "Systems", "Threats", "Initiatives", "Effects", "Money", "Goals",
                   "Futures"):  # fmt: skip
        assert wanted in names
    assert len(FIELDS) > 300


def test_an_empty_scenario_is_an_empty_workbook() -> None:
    """Every sheet is there to be filled in, though nothing is."""
    assert workbook_bytes({}).startswith(b"PK")
