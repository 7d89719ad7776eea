"""The table of oddities and operations as text: what each cost whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import zip_longest

from sandbox.oddities.catalogue import GROUPS
from sandbox.oddities.costs import Cost

WIDTH_OF_ODDITIES = 27
WIDTH_OF_CELLS = 12
_LEGEND = (
    "nothing: all is taken as without the oddity     value: that one stays unknown or as it was",
    "row: that one, and the rest of the page counts  recipient: that one, the others are added",
    "run: that call or its account's work, until the oddity is over",
    "An empty cell: no answer of the operation has what the oddity is about.",
)


def printed(cells: Mapping[tuple[str, str], Cost | str], whom: str) -> str:
    """The table; what is neither within its bound nor right shows as WRONG."""
    operations = list(dict.fromkeys(operation for _kind, operation in cells))
    lines = [f"Oddities by operation, and what they cost {whom}", "", *_headings(operations)]
    for group, kinds in GROUPS.items():
        lines.append(
            f"-- {group} ".ljust(WIDTH_OF_ODDITIES + WIDTH_OF_CELLS * len(operations), "-")
        )
        for kind in kinds:
            words = [_word(cells.get((kind, operation))) for operation in operations]
            lines.append(_row(kind.replace("_", " "), words))
    return "\n".join(line.rstrip() for line in [*lines, "", *_LEGEND])


def _word(cost: Cost | str | None) -> str:
    if cost is None:
        return ""
    return cost.name.lower() if isinstance(cost, Cost) else "WRONG"


def _headings(operations: list[str]) -> list[str]:
    words = [re.findall("[A-Z]?[a-z]+", operation) for operation in operations]
    return [_row("", row) for row in zip_longest(*words, fillvalue="")]


def _row(title: str, words: Iterable[str]) -> str:
    return title.ljust(WIDTH_OF_ODDITIES) + "".join(word.ljust(WIDTH_OF_CELLS) for word in words)
