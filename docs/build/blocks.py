"""Fenced blocks of a Markdown page, with what the comments above them ask for."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field

DIRECTIVE = re.compile(r"<!--\s*(exit|file|add|output|not run):\s*(.+?)\s*-->\s*$")
FENCE = re.compile(r"(\s*)(`{3,}|~{3,})\s*(\S*)")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, the line of its fence and the directives before it."""

    language: str
    text: str
    line: int
    directives: dict[str, str] = field(default_factory=dict)


def blocks_of(markdown: str) -> list[Block]:
    """The fenced blocks of a text. Raises ValueError for an open fence and for a directive without a block.

    >>> (block,) = blocks_of("<!-- file: a.yaml -->\\n~~~yaml\\na: 1\\n~~~")
    >>> block.language, block.text, block.directives
    ('yaml', 'a: 1\\n', {'file': 'a.yaml'})
    """
    blocks: list[Block] = []
    directives: dict[str, str] = {}
    lines = enumerate(markdown.splitlines(), start=1)
    for number, line in lines:
        if directive := DIRECTIVE.match(line.strip()):
            directives[directive[1]] = directive[2]
        elif fence := FENCE.match(line):
            body: list[str] = []
            for _, inner in lines:
                if re.fullmatch(rf"\s*{fence[2][0]}{{{len(fence[2])},}}\s*", inner):
                    break
                body.append(inner)
            else:
                raise ValueError(f"line {number}: the block is never closed")
            blocks.append(Block(fence[3].lower(), textwrap.dedent("\n".join(body)) + "\n", number, directives))
            directives = {}
        elif line.strip() and directives:
            raise ValueError(f"line {number}: {sorted(directives)} is not followed by a block")
    if directives:
        raise ValueError(f"{sorted(directives)} at the end is not followed by a block")
    return blocks


def commands_of(text: str) -> list[str]:
    """The commands of a shell block to run. Raises ValueError for one that is neither `roadfolio` nor `make`.

    >>> commands_of("$ roadfolio check a.yaml\\na: no errors\\n")
    ['roadfolio check a.yaml']
    """
    lines = text.replace("\\\n", " ").splitlines()
    prompted = [line[2:] for line in lines if line.startswith("$ ")]
    commands = [line.strip() for line in prompted or lines if line.strip() and not line.strip().startswith("#")]
    for command in commands:
        if command.split()[0] not in ("roadfolio", "make"):
            raise ValueError(f"`{command}` is not run; mark its block with <!-- not run: reason -->")
    return [command for command in commands if command.split()[0] == "roadfolio"]
