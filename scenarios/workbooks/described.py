"""The unit that the published schema of a document states for a figure: `[currency]` at its end, or at that of the
block around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

BRACKET = re.compile(r"\[([^\]]{1,30})\]")
STATISTIC = re.compile(
    r"mean|se|low|high|estimate|value|raw|least|further|p\d{1,2}|cvar5|sd|sd_se|quantile|loss|se_\w+"
)
SHARE = ("ratio", "probability", "share")


@dataclass(frozen=True)
class Described:
    """The schema of a document with all that it refers to; empty for a document without one."""

    schema: dict[str, Any]

    @classmethod
    def of(cls, command: str) -> Described:
        """The schema of what a command prints.

        >>> Described.of("contributions").unit("initiatives.alone.se", "EUR"), Described.of("none").unit("npv", "EUR")
        ('EUR', None)
        """
        from scenarios.documents import DOCUMENTS, schema

        return cls(schema(command) if command in DOCUMENTS else {})

    def unit(self, path: str, currency: str) -> str | None:
        """Unit of the figure at a path, in which a list has no numbers; None where nothing is said."""
        nodes: list[dict[str, Any]] = [self.schema]
        unit: str | None = None
        for word in path.split("."):
            listed = any("items" in node for node in nodes)
            nodes = [inner for node in nodes for inner in self._inside(node, word)]
            own = next((stated for node in nodes if (stated := _stated(node)) is not None), None)
            if own is not None or listed or not STATISTIC.fullmatch(word):
                unit = own
        if unit is None or unit == "unit":
            return None
        unit = unit.replace("currency of the scenario", "currency").replace("currency", currency)
        return "share" if unit in SHARE else unit

    def _inside(self, node: dict[str, Any], word: str) -> Iterator[dict[str, Any]]:
        """What stands at a key of a block, of each block of a list, or of each named block."""
        for whole in self._resolved(node):
            if word in whole.get("properties", {}):
                yield from self._resolved(whole["properties"][word])
            elif isinstance(whole.get("additionalProperties"), dict):
                yield from self._resolved(whole["additionalProperties"])
                yield from self._inside(whole["additionalProperties"], word)
            elif isinstance(whole.get("items"), dict):
                yield from self._inside(whole["items"], word)

    def _resolved(self, node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """A node and what it refers to."""
        yield node
        for other in (*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())):
            yield from self._resolved(other)
        if "$ref" in node:
            target = self._target(str(node["$ref"]))
            if target is not None:
                yield from self._resolved(target)

    def _target(self, reference: str) -> dict[str, Any] | None:
        identity, _, pointer = reference.partition("#")
        parts = (self.schema, *self.schema.get("$defs", {}).values())
        found: Any = next((part for part in parts if part.get("$id") == identity), None) if identity else self.schema
        for word in pointer.strip("/").split("/") if pointer else ():
            found = found.get(word) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else None


def _stated(node: dict[str, Any]) -> str | None:
    found = BRACKET.search(str(node.get("description", "")))
    return found[1] if found else None
