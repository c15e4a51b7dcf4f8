"""The scenario file that grows on a page."""

from __future__ import annotations

from typing import Final

from docs.build.blocks import blocks_of

WALK: Final = "clinic.md"


def grown(markdown: str, name: str = "clinic.yaml") -> str:
    """The file that the blocks of a page add up to.

    >>> grown("<!-- file: clinic.yaml -->\\n```yaml\\na: 1\\n```\\n<!-- add: clinic.yaml -->\\n```yaml\\nb: 2\\n```\\n")
    'a: 1\\n\\nb: 2\\n'
    """
    text = ""
    for block in blocks_of(markdown):
        if block.directives.get("file") == name:
            text = block.text
        elif block.directives.get("add") == name:
            text += "\n" + block.text
    return text
