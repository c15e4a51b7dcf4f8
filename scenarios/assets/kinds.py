"""How long things of a kind last and what a repair takes, until the planner knows better.

A register says what was bought and when, not how it fails. The Weibull law of servers and the failures of laptops and
of machine tools are published figures; the rest is an assumption, marked as one in the file that is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from scenarios.assets.heads import PLAIN
from sim.world.base import PLANNER


@dataclass(frozen=True)
class Kind:
    """A kind of asset. words: beginnings of words by which a register names it. life_years: age at which it is usually
    replaced; None: it is not replaced at its price."""

    name: str
    words: tuple[str, ...]
    life_shape: float
    life_scale_years: Any
    repair_hours: Any
    repair_cost: Any
    life_years: int | None


KINDS: Final = (
    Kind("storage", ("nas", "san", "storage", "backup", "tape", "speicher"), 1.66,
         {"value": "6 to 9.5", "origin": "hw.server.by_age"}, "6 to 12", "1k to 3k", 6),
    Kind("server", ("server", "host", "hypervisor", "virtualisation", "virtualization", "rack"), 1.66,
         {"value": "6 to 9.5", "origin": "hw.server.by_age"}, "7 to 14", "1k to 4k", 6),
    Kind("PC", ("laptop", "notebook", "desktop", "workstation", "pc", "computer", "tablet", "macbook", "imac", "thin",
                "rechner", "arbeitsplatz"), 1.3, {"value": "5.5 to 7.5", "origin": "services.laptop.failure"},
         "6 to 10", {"value": 427, "origin": "hw.pc.age.hours"}, 5),
    Kind("network", ("network", "switch", "router", "firewall", "access", "wifi", "wlan", "wireless", "gateway",
                     "modem", "netzwerk"), 1.2, "8 to 15", "3 to 8", "300 to 900", 7),
    Kind("printer", ("printer", "scanner", "copier", "mfp", "plotter", "drucker", "kopierer"), 1.3, "3 to 6",
         "4 to 10", "150 to 500", 6),
    Kind("till", ("pos", "till", "register", "payment", "card", "kasse", "kassen", "terminal"), 1.5, "2.5 to 4",
         "3 to 6", "300 to 700", 7),
    Kind("phone", ("phone", "telephone", "smartphone", "mobile", "pbx", "voip", "handset", "telefon", "handy"), 1.4,
         "4 to 8", "1 to 4", "100 to 400", 5),
    Kind("power", ("ups", "usv", "battery", "generator", "power"), 1.8, "4 to 8", "2 to 6", "300 to 900", 6),
    Kind("machine", ("machine", "cnc", "lathe", "mill", "press", "robot", "maschine", "anlage"), 1.2,
         {"value": "0.2 to 0.4", "origin": "mfg.cnc.failures"}, "4 to 12", "500 to 3k", 12),
    Kind("software", ("software", "application", "app", "licence", "license", "saas", "erp", "crm", "programm"), 1.1,
         "1.5 to 3", "1 to 4", "100 to 400", None),
)  # fmt: skip
OTHER: Final = Kind("other", (), 1.3, "4 to 10", "4 to 12", "200 to 1k", 7)
"""What is taken for a type that is none of these; the import says so of each."""


def kind_of(*texts: str) -> Kind:
    """The kind that the first text names that names any: the type, then the name.

    >>> kind_of("Notebook", "DB server").name, kind_of("", "HP LaserJet printer").name, kind_of("chair").name
    ('PC', 'printer', 'other')
    """
    for text in texts:
        words = re.findall(r"[^\W\d_]+", text.casefold().translate(PLAIN))
        for kind in KINDS:
            if any(word == start or (len(start) > 3 and word.startswith(start)) or word == f"{start}s"
                   for word in words for start in kind.words):  # fmt: skip
                return kind
    return OTHER


def fields_of(kind: Kind, age_years: float) -> dict[str, Any]:
    """The fields of a system of a kind that every system needs."""
    return {
        "age_years": age_years,
        "life_shape": kind.life_shape,
        "life_scale_years": kind.life_scale_years,
        "repair_hours": kind.repair_hours,
        "repair_cost": kind.repair_cost,
        "origin": PLANNER,
    }
