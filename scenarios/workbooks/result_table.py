"""One sheet of a result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ResultTable:
    """One sheet. units: of each head, empty where the head has none, or where a column `unit` says it of each row.
    path: where the document has it."""

    name: str
    heads: tuple[str, ...]
    units: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    path: str = ""

    def column(self, head: str) -> int | None:
        """Number of a column from 0, None where there is none."""
        return self.heads.index(head) if head in self.heads else None
