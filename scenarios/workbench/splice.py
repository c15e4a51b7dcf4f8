"""Changes put into the text of a YAML file, so that every other letter of it stays as the planner wrote it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

WORDS: Final = re.compile(r"[A-Za-z0-9][\w .%+-]*[\w%]|[A-Za-z]|\d")  # what needs no quotes, as far as letters go
TAKEN: Final = re.compile(r"true|false|yes|no|on|off|null|[-+.\d_e]+", re.IGNORECASE)  # what would be no text then


@dataclass
class Splices:
    """Places of a text and what stands there instead. Raises KeyError for a change that cannot be made like this."""

    text: str
    root: Any = field(init=False)
    found: list[tuple[int, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        from ruamel.yaml import YAML

        self.root = YAML(typ="safe", pure=True).compose(self.text)

    @property
    def newline(self) -> str:
        """How lines of the text end."""
        return "\r\n" if "\r\n" in self.text else "\n"

    def put(self, keys: list[Any], value: Any) -> None:
        """Let a value stand at the end of the keys; what is missing is made, in its place behind what is there."""
        node = self.root
        for depth, key in enumerate(keys):
            inner = _child(node, key)
            if inner is None:
                for missing in reversed(keys[depth + 1 :]):
                    value = {missing: value}
                self._add(node, key, value)
                return
            node = inner
        if isinstance(value, list) and len(value) == 1 and not isinstance(node.value, list):
            value = value[0]
        self.found.append((node.start_mark.index, _end(node), flow(value)))

    def remove(self, keys: list[Any]) -> None:
        """Take out a key, which stands on lines of its own; the last one leaves `{}`."""
        holder = self.root
        for key in keys[:-1]:
            holder = _child(holder, key)
            if holder is None:
                raise KeyError(key)
        pairs = _pairs(holder)
        key, value = {name.value: (name, value) for name, value in pairs}[keys[-1]]
        if len(pairs) == 1:
            self.found.append((holder.start_mark.index, _end(holder), "{}"))
        elif holder.flow_style:
            raise KeyError(keys[-1])
        else:
            begins = self.text.rfind("\n", 0, key.start_mark.index) + 1
            self.found.append((begins, self._line_end(_end(value)) + 1, ""))

    def append(self, block: str) -> None:
        """Put a block behind all."""
        self._insert(len(self.text), block.replace("\n", self.newline))

    def made(self) -> str:
        """The text with all changes."""
        text = self.text
        for begins, ends, new in sorted(self.found, key=lambda one: one[0])[::-1]:  # the later first
            text = text[:begins] + new + text[ends:]
        return text

    def _add(self, node: Any, key: str, value: Any) -> None:
        pairs = _pairs(node)
        said = f"{flow(key)}: {flow(value)}"
        if node.flow_style:
            behind = _end(pairs[-1][1]) if pairs else node.end_mark.index - 1
            self.found.append((behind, behind, f", {said}" if pairs else said))
            return
        indent = " " * int(pairs[0][0].start_mark.column)
        if node is self.root and isinstance(value, Mapping):  # a block of its own is written as one
            lines = [f"{flow(key)}:", *(f"  {flow(name)}: {flow(item)}" for name, item in value.items())]
            self._insert(len(self.text), self.newline.join(lines) + self.newline)
            return
        self._insert(self._line_end(_end(pairs[-1][1])) + 1, f"{indent}{said}{self.newline}")

    def _insert(self, at: int, lines: str) -> None:
        at = min(at, len(self.text))
        whole = at == 0 or self.text[at - 1] == "\n"
        self.found.append((at, at, lines if whole else self.newline + lines))

    def _line_end(self, at: int) -> int:
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    from ruamel.yaml.nodes import MappingNode

    if not isinstance(node, MappingNode):
        raise KeyError("no mapping")
    pairs: list[tuple[Any, Any]] = node.value
    if not pairs and not node.flow_style:
        raise KeyError("nothing there")
    return pairs


def _child(node: Any, key: Any) -> Any:
    from ruamel.yaml.nodes import SequenceNode

    if isinstance(node, SequenceNode):
        return node.value[int(key)]
    return next((value for name, value in _pairs(node) if name.value == key), None)


def _end(node: Any) -> int:
    """Where the last letter of a node ends; the mark of a block lies behind the comments that follow it."""
    from ruamel.yaml.nodes import MappingNode, ScalarNode

    if isinstance(node, ScalarNode):
        if node.style in ("|", ">"):
            raise KeyError("a text of several lines")
        return int(node.end_mark.index)
    if node.flow_style or not node.value:
        return int(node.end_mark.index)
    return _end(node.value[-1][1] if isinstance(node, MappingNode) else node.value[-1])


def flow(value: Any) -> str:
    """Plain data on one line, as a planner writes it.

    >>> flow({"low": 1.0, "mode": 2.5, "origin": "planner assumption"}), flow([6000.0, "12k"]), flow("yes"), flow(True)
    ('{low: 1, mode: 2.5, origin: planner assumption}', '[6000, 12k]', '"yes"', 'true')
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str) and WORDS.fullmatch(value) and not TAKEN.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False)
