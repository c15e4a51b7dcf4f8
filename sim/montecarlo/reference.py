"""Structures that compiled code passes by reference.

A NamedTuple of a hundred arrays is passed to every function by value, as a thousand machine words: measured 14 times
slower to run and 3 times slower to compile than one pointer. `reference` makes the pointer type of a NamedTuple class.
"""

from __future__ import annotations

from typing import Any

import numba
from numba.experimental import structref

types: Any = numba.types  # untyped upstream
references: Any = structref


def reference(fields: Any) -> Any:
    """Constructor, for compiled code, of a structure with the fields of the NamedTuple class `fields`."""

    @references.register
    class Kind(types.StructRef):  # type: ignore[misc]
        def preprocess_fields(self, pairs: Any) -> Any:
            return tuple((name, types.unliteral(kind)) for name, kind in pairs)

    class Proxy(references.StructRefProxy):  # type: ignore[misc]
        pass

    Kind.__name__ = f"{fields.__name__}Kind"
    Proxy.__name__ = f"{fields.__name__}Proxy"
    references.define_constructor(Proxy, Kind, list(fields._fields))
    references.define_attributes(Kind)
    return Proxy
