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


def reference(fields: Any) -> tuple[Any, Any]:
    """Numba type and constructor of a structure with the fields of the NamedTuple class `fields`.

    The caller binds the type to `<fields>Kind` in the module of `fields`, where the compile cache looks for it.
    """
    names = list(fields._fields)

    class Kind(types.StructRef):  # type: ignore[misc]
        def preprocess_fields(self, pairs: Any) -> Any:
            return tuple((name, types.unliteral(kind)) for name, kind in pairs)

    class Proxy(references.StructRefProxy):  # type: ignore[misc]
        pass

    for made, suffix in ((Kind, "Kind"), (Proxy, "Reference")):
        made.__name__ = made.__qualname__ = f"{fields.__name__}{suffix}"
        made.__module__ = fields.__module__
    references.register(Kind)
    references.define_constructor(Proxy, Kind, names)
    references.define_attributes(Kind)
    references.define_boxing(Kind, Proxy)
    return Kind, Proxy
