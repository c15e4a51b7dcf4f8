"""What change stands on: the blocks `readiness` of the business and `maturity` of an initiative."""

from collections.abc import Iterator, Mapping
from typing import Any

from sim.errors import Problem
from sim.quantities import Quantity, QuantityError, parse_quantity
from sim.world.base import Certain, World, origin, plain, quantity
from sim.world.lookup import block, items

SCORES = ("goals", "resources", "process")
READINESS = "readiness."  # targets of effects with this path are never scaled by readiness


class Readiness(World):
    """Three scores on which change stands. Their mean with constant elasticity of substitution multiplies, month by
    month, the effects of initiatives with `needs_readiness`; effects on the scores themselves always count in full."""

    goals: Quantity = quantity("how clear and shared the goals are", unit="score", low=0.01, high=1.0)
    resources: Quantity = quantity("how far people, money and tools are at hand", unit="score", low=0.01, high=1.0)
    process: Quantity = quantity("how well change is led and followed up", unit="score", low=0.01, high=1.0)
    substitution: Certain = plain(
        "elasticity of substitution: 0, only the lowest score counts; 1, their geometric mean; above, a strong score "
        "makes up for a weak one",
        low=0,
        high=100,
        default=0.2,
    )
    origin: str = origin()


class Maturity(World):
    """A young technology fails more often, and less so the later the work starts."""

    failure: Quantity = quantity(
        "factor on every probability to fail of work that starts in month 0", unit="factor", low=1.0, high=20.0
    )
    half_life_months: Quantity = quantity(
        "months in which half of what the factor has above 1 is gone", unit="months", low=0.5, high=600, effect=False
    )


def readiness_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Readiness that nothing needs, needs of a readiness that is not there, maturity of work that cannot fail."""
    stated, changed = bool(block(data, "readiness")), set[str]()
    for kind, changes in (("initiatives", "effects"), ("futures", "changes")):
        for _, one in items(data, kind):
            changed.update(str(path) for path in block(one, changes))
    needing = False
    for name, initiative in items(data, "initiatives"):
        at = f"initiatives.{name}"
        if initiative.get("needs_readiness") is True:
            needing = True
            if not stated:
                yield Problem(
                    path=f"{at}.needs_readiness",
                    value="true",
                    message="there is no readiness that it could need",
                    hint="add the block `readiness` with goals, resources and process, or remove the line",
                )
            if all(str(path).startswith(READINESS) for path in block(initiative, "effects")):
                yield Problem(
                    path=f"{at}.needs_readiness",
                    value="true",
                    message="it has no effect that readiness could scale (those on the scores always count in full)",
                    hint="remove the line, or state the effects",
                )
        if block(initiative, "maturity") and not _may_fail(initiative, at, changed):
            yield Problem(
                path=f"{at}.maturity",
                value="stated",
                message="the maturity changes nothing: the work cannot fail",
                hint="state `failure_probability`, or that of a phase; or remove the block",
            )
    if stated and not needing:
        yield Problem(
            path="readiness",
            value="stated",
            message="the readiness changes nothing: no initiative needs it",
            hint="mark an initiative with `needs_readiness: true`, or remove the block",
        )


def _may_fail(initiative: Mapping[str, Any], at: str, changed: set[str]) -> bool:
    """Whether some probability to fail of an initiative is above 0, or may become so by a change."""
    field = "failure_probability"
    gates = {f"{at}.{field}": initiative.get(field)}
    for name, phase in items(initiative, "phases"):
        gates[f"{at}.phases.{name}.{field}"] = phase.get(field)
    for path, stated in gates.items():
        if path in changed:
            return True
        try:
            if stated is not None and parse_quantity(stated).params != (0.0,):
                return True
        except QuantityError:
            return True  # the number itself is reported where it stands
    return False
