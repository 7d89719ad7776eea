"""The sandbox's figures by the names of the fields here, to compare both systems."""

from __future__ import annotations

import re
from typing import Any

OWN_FIGURES = ("total_opens", "total_clicks", "total_forwards", "total_unsubscribes", "bounced")
NAMED_OTHERWISE = {"cm_open_rate": "cm_reported_open_rate"}


def of_campaign(statistics: dict[str, Any]) -> dict[str, float]:
    """The numbers of a campaign's statistics."""
    numbers = {
        "cm_" + re.sub("([A-Z])", lambda letter: "_" + letter[1].lower(), name): value
        for name, value in statistics.items()
        if isinstance(value, int | float)
    }
    return {NAMED_OTHERWISE.get(name, name): value for name, value in numbers.items()}


def of_recipient(there: dict[str, Any], names: tuple[str, ...] = OWN_FIGURES) -> dict[str, Any]:
    """What one recipient did."""
    return {name: there[_camel(name)] for name in names}


def _camel(name: str) -> str:
    return re.sub("_([a-z])", lambda letter: letter[1].upper(), name)
