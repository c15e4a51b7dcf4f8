"""Published figures that scenario files name as the origin of their numbers, and how far each of them was checked.

One YAML file an area, each a mapping from id to entry. `evidence()` reads them all, `known_ids()` only their keys and
`entry(id)` only the lines of one entry: checking a scenario needs no more.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

FOLDER = Path(__file__).parent
ID = r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$"
KEY = re.compile(r"^([a-z][a-z0-9_.]*):", re.MULTILINE)  # of an entry: nothing else stands at the margin

Verified = Literal[
    "primary", "secondary", "transcription", "own_computation", "partly_verified", "derived", "unverified"
]
MEANING: dict[Verified, str] = {
    "primary": "read at the publisher",
    "secondary": "read in a work or press summary that cites it",
    "transcription": "read in a public transcription that names the page",
    "own_computation": "computed by us from the named data",
    "partly_verified": "only partly checked: see the note before a decision rests on it",
    "derived": "an identity, or computed from other entries",
    "unverified": "not checked: look it up before a decision rests on it",
}
DOUBTFUL: frozenset[Verified] = frozenset({"partly_verified", "unverified"})


class EvidenceError(ValueError):
    """A file of evidence that cannot be used; the text names the file."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Source(_Strict):
    """Where a figure was published."""

    authors: str = Field(min_length=1)
    title: str = Field(min_length=1)
    publisher: str = Field(min_length=1)
    year: int = Field(ge=1900, le=2100)
    url: str | None = Field(None, pattern=r"^https?://\S+$")

    @property
    def reference(self) -> str:
        """Authors, year, title and publisher, as a list of sources has them."""
        return f"{self.authors} ({self.year}): {self.title}. {self.publisher.removesuffix('.')}."


class Distribution(_Strict):
    """A fitted distribution: `lognormal` with mu and sigma, `weibull` with shape and scale, `pareto` with minimum and
    exponent, `exponential` with the mean."""

    kind: Literal["lognormal", "weibull", "pareto", "exponential"]
    params: dict[str, float]

    @model_validator(mode="after")
    def _named_parameters(self) -> Self:
        known = {
            "lognormal": {"mu", "sigma"},
            "weibull": {"shape", "scale"},
            "pareto": {"minimum", "exponent"},
            "exponential": {"mean"},
        }[self.kind]
        if set(self.params) != known:
            raise ValueError(f"{self.kind} needs exactly the parameters {', '.join(sorted(known))}")
        return self


class Evidence(_Strict):
    """One published figure.

    value is the headline in `unit`; low and high the range that the source supports; distribution a fit. At least one
    of the three is given. `family` and `measures` are set together for frequencies and severities of attacks: an
    annual rate may be paired only with a loss of the same family, because each family counts different events.
    """

    id: str = Field(pattern=ID)
    statement: str = Field(min_length=10)
    value: float | None = None
    low: float | None = None
    high: float | None = None
    distribution: Distribution | None = None
    unit: str = Field(min_length=1)
    population: str = Field(min_length=1)
    year: int = Field(ge=1900, le=2100)
    source: Source
    verified: Verified
    note: str = ""
    family: Literal["claims", "iris", "survey"] | None = None
    measures: Literal["frequency", "severity"] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.value is None and self.low is None and self.distribution is None:
            raise ValueError("give a value, a range (low and high) or a distribution")
        if (self.low is None) != (self.high is None):
            raise ValueError("low and high come together")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError(f"low {self.low:g} must be below high {self.high:g}")
        if (self.family is None) != (self.measures is None):
            raise ValueError("family and measures come together")
        if self.verified == "partly_verified" and not self.note:
            raise ValueError("a partly verified entry needs a note that says which part is not")
        return self

    @property
    def doubtful(self) -> bool:
        """Whether the figure, or a part of it, still has to be checked."""
        return self.verified in DOUBTFUL

    def cite(self) -> str:
        """The source in one line, ending with how far the figure was checked."""
        source = self.source
        return f"{source.reference} [{MEANING[self.verified]}]"


def read_evidence(path: Path) -> dict[str, Evidence]:
    """The entries of one file.

    Raises EvidenceError when the file is no mapping, names an id twice, or an entry breaks the schema.
    """
    return _entries(path.name, path.read_text(encoding="utf-8"))


def _entries(file: str, text: str) -> dict[str, Evidence]:
    from pydantic import ValidationError
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content: Any = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise EvidenceError(f"{file}: {error}") from error
    if not isinstance(content, dict):
        raise EvidenceError(f"{file}: expected a mapping from id to entry")
    entries: dict[str, Evidence] = {}
    for name, fields in content.items():
        if not isinstance(fields, dict) or "id" in fields:
            raise EvidenceError(f"{file}: {name}: expected the fields of an entry, its id as the key")
        try:
            entries[name] = Evidence.model_validate({"id": name, **fields})
        except ValidationError as error:
            raise EvidenceError(f"{file}: {name}: {error}") from error
    return entries


@cache
def evidence() -> dict[str, Evidence]:
    """Every entry by id, in the order of file names and of each file.

    Raises EvidenceError when a file cannot be used or two files name the same id. The files are read once.
    """
    entries: dict[str, Evidence] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        read = read_evidence(path)
        twice = sorted(entries.keys() & read.keys())
        if twice:
            raise EvidenceError(f"{path.name}: already in another file: {', '.join(twice)}")
        entries |= read
    return entries


@cache
def known_ids() -> dict[str, tuple[Path, int]]:
    """Every id, in the order of `evidence()`, with its file and where its text begins there."""
    found: dict[str, tuple[Path, int]] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        for key in KEY.finditer(path.read_text(encoding="utf-8")):
            found[key[1]] = path, key.start()
    return found


@cache
def entry(name: str) -> Evidence | None:
    """One entry, without reading the others; None where there is none of this id. Raises EvidenceError.

    >>> entry("cyber.bec.frequency.claims").family, entry("nowhere.found")
    ('claims', None)
    """
    if name not in known_ids():
        return None
    path, start = known_ids()[name]
    text = path.read_text(encoding="utf-8")
    after = KEY.search(text, text.index("\n", start))
    return _entries(path.name, text[start : after.start() if after else None])[name]
