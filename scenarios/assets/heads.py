"""Which column of an asset register holds what, by its head: synonyms, in any order, in English and German."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    "name": (
        "name", "asset", "asset name", "device", "device name", "hostname", "host", "computer name", "item",
        "description", "designation", "bezeichnung", "gerat", "anlage", "anlagenbezeichnung", "inventarbezeichnung",
    ),
    "type": (
        "type", "asset type", "category", "class", "asset class", "kind", "device type", "group", "typ", "art",
        "kategorie", "klasse", "gerateart", "anlagenklasse",
    ),
    "purchased": (
        "purchased", "purchase date", "date of purchase", "purchased on", "bought", "bought on", "date bought",
        "acquired", "acquisition date", "in service", "in service date", "installed", "install date", "start date",
        "invoice date", "kaufdatum", "anschaffungsdatum", "anschaffung", "gekauft am", "gekauft", "zugang",
        "aktivierungsdatum", "inbetriebnahme",
    ),
    "warranty": (
        "warranty", "warranty end", "warranty ends", "warranty until", "warranty expiry", "warranty expires",
        "warranty expiration", "warranty expiration date", "warranty end date", "end of warranty", "support end",
        "support ends", "support until", "end of support", "garantie", "garantie bis", "garantieende", "support bis",
        "gewahrleistung bis",
    ),
    "cost": (
        "cost", "costs", "price", "purchase price", "purchase cost", "acquisition cost", "unit cost", "unit price",
        "amount", "value", "book cost", "replacement cost", "kosten", "preis", "kaufpreis", "anschaffungskosten",
        "anschaffungspreis", "anschaffungswert", "wert", "betrag",
    ),
    "pieces": ("pieces", "quantity", "qty", "count", "number of units", "anzahl", "menge", "stuck"),
}  # fmt: skip
"""What a system takes -> heads that name it, without accents and signs."""
NEEDED: Final = ("name", "purchased")
PLAIN = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "é": "e", "è": "e"})
ORDERS = {"ddmm": "dmy", "mmdd": "mdy", "yyyymm": "ymd", "ttmm": "dmy"}


@dataclass(frozen=True)
class Head:
    """One column. field: what a system takes from it, None for nothing; remark: what its head says in brackets."""

    text: str
    field: str | None
    remark: str = ""

    @property
    def order(self) -> str | None:
        """Order of day, month and year that the head states, as in `bought (dd/mm/yyyy)`."""
        signs = re.sub(r"[^a-z]", "", self.remark.casefold())
        return next((order for begin, order in ORDERS.items() if signs.startswith(begin)), None)


def head_of(text: str) -> Head:
    """What a column holds, by its head.

    >>> head_of("Purchase Date (dd/mm/yyyy)").field, head_of("Anschaffungskosten [EUR]"), head_of("Room").field
    ('purchased', Head(text='Anschaffungskosten [EUR]', field='cost', remark='EUR'), None)
    """
    remark = re.search(r"[(\[](.*?)[)\]]", text)
    bare = re.sub(r"[(\[].*?[)\]]", " ", text).casefold().translate(PLAIN)
    words = " ".join(re.sub(r"[\W_]+", " ", bare).split())
    field = next((field for field, heads in SYNONYMS.items() if words in heads), None)
    return Head(text.strip(), field, remark[1].strip() if remark else "")
