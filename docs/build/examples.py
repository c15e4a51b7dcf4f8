"""A short example of a block of the schema, out of scenario files that the tests play."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCES: Final = (
    "docs/clinic.yaml",
    "docs/build/rare_blocks.yaml",
    "tests/data/corner_shop.yaml",
    *(f"scenarios/library/{name}.yaml" for name in ("retailer", "clinic", "workshop", "agency")),
)
LONGEST: Final = 16  # lines; of a longer one, a shorter one of another file is taken, and what is below is left out
WIDTH: Final = 118


@dataclass(frozen=True)
class Example:
    """source: a link to the file. text: YAML that stands there as it is."""

    source: str
    text: str


class Examples:
    """Looks for blocks by their paths of the schema, such as `processes.NAME.steps.NAME`."""

    def __init__(self, sources: tuple[str, ...] = SOURCES) -> None:
        self._sources = sources
        self._files: dict[str, Any] = {}

    def of(self, path: str) -> Example | None:
        """The first block at this path that is short enough, else the beginning of the first one; None where no file
        has one."""
        long: tuple[str, str] | None = None
        for name in self._sources if path else ():
            for text in _texts(self._file(name), path):
                if text.count("\n") <= LONGEST:
                    return _example(name, text)
                long = long or (name, text)
        if long is None:
            return None
        return _example(long[0], "\n".join(long[1].splitlines()[:LONGEST]) + "\n    # …\n")

    def _file(self, name: str) -> Any:
        if name not in self._files:
            self._files[name] = YAML(typ="safe").load((ROOT / name).read_text(encoding="utf-8"))
        return self._files[name]


def _example(name: str, text: str) -> Example:
    target = name.removeprefix("docs/") if name.startswith("docs/") else f"../{name}"
    return Example(f"[{name}]({target})", text)


def _texts(whole: Any, path: str) -> Iterator[str]:
    for keys, block in _at(whole, re.findall(r"[^.\[\]]+|\[\]", path), ()):
        if isinstance(block, dict):
            yield _dumped(keys, block)


def _at(block: Any, parts: list[str], keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not parts:
        yield keys, block
    elif parts[0] == "NAME" and isinstance(block, dict):
        for name, inner in block.items():
            yield from _at(inner, parts[1:], (*keys, str(name)))
    elif parts[0] == "[]" and isinstance(block, list):
        for inner in block:
            yield from _at(inner, parts[1:], (*keys, "[]"))
    elif isinstance(block, dict) and parts[0] in block:
        yield from _at(block[parts[0]], parts[1:], (*keys, parts[0]))


def _dumped(keys: tuple[str, ...], block: Any) -> str:
    """The block below its keys, without comments; what fits on a line stands on one."""
    inner = _styled(block, 2 * len(keys))
    for key in reversed(keys):
        inner = [inner] if key == "[]" else {key: inner}
    return _text(inner)


def _text(value: Any) -> str:
    yaml = YAML()
    yaml.width = 10_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(value, out)
    return out.getvalue()


def _styled(value: Any, before: int) -> Any:
    """A copy in which each inner block and list that fits beside its key is written on one line. before: columns that
    are taken."""
    found: CommentedMap | CommentedSeq
    if isinstance(value, dict):
        found = CommentedMap({key: _styled(inner, before + 2 + len(str(key))) for key, inner in value.items()})
    elif isinstance(value, list):
        found = CommentedSeq([_styled(inner, before + 4) for inner in value])
    else:
        return value
    found.fa.set_flow_style()
    if before + len(_text(found)) > WIDTH or (before == 2 and len(value) > 4):
        found.fa.set_block_style()
    return found
