"""How fast competitive effects fade: the block `imitation`, by its months or by scores."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import ConfigDict, model_validator

from sim.mechanisms.imitation import advantage_half_life, advantage_strength, imitation_lag
from sim.quantities import Quantity, QuantityError, parse_number
from sim.world.base import Certain, World, plain, quantity

MONTHS = ("lag_months", "half_life_months")


class AdvantageScores(World):
    """What speaks for a lasting advantage, each from 0 (not at all) to 1 (fully)."""

    valuable: Certain = plain("customers notice it", unit="score", low=0, high=1)
    rare: Certain = plain("hardly any rival has it", unit="score", low=0, high=1)
    inimitable: Certain = plain("hard to copy, or to put something else in its place", unit="score", low=0, high=1)
    embedded: Certain = plain("woven into how the business works", unit="score", low=0, high=1)


def _either(schema: dict[str, Any]) -> None:
    """An editor asks for the months or for the scores."""
    schema.pop("required", None)
    schema["oneOf"] = [{"required": list(MONTHS)}, {"required": ["scores"]}]


class Imitation(World):
    """How fast a competitive effect fades: in months, or by scores, from which the months follow when the file is
    read: with the strength v, the geometric mean of the scores, a lag of 24 v and a half-life of 6 * 16^v."""

    model_config = ConfigDict(json_schema_extra=_either)

    lag_months: Quantity = quantity(
        "months from go-live until rivals begin to follow", unit="months", high=240, effect=False
    )
    half_life_months: Certain = plain(
        "months in which the effect halves from then on", unit="months", low=0.5, high=600
    )
    scores: AdvantageScores | None = None

    @model_validator(mode="before")
    @classmethod
    def _months_of_scores(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or data.get("scores") is None:
            return data
        stated = [name for name in MONTHS if name in data]
        if stated:
            raise ValueError(
                f"`{stated[0]}` beside `scores` says the same thing twice; state the scores, or both of the months"
            )
        strength = _strength(data["scores"])
        return {
            **data,
            "lag_months": imitation_lag.scalar(strength),
            "half_life_months": advantage_half_life.scalar(strength),
        }

    @model_validator(mode="after")
    def _scores_are_used_up(self) -> Self:
        return self if self.scores is None else self.model_copy(update={"scores": None})


def _strength(scores: Any) -> float:
    """Strength of an advantage; 0 for scores that are none, which the schema reports where they stand."""
    names = tuple(AdvantageScores.model_fields)
    if not isinstance(scores, Mapping) or set(scores) != set(names):
        return 0.0
    found = []
    for name in names:
        try:
            value = parse_number(scores[name]) if isinstance(scores[name], str) else scores[name]
        except QuantityError:
            return 0.0
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 <= value <= 1.0:
            return 0.0
        found.append(float(value))
    valuable, rare, inimitable, embedded = found
    return advantage_strength.scalar(valuable, rare, inimitable, embedded)
