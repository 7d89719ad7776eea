"""An answer on its way out, as oddities see and change it, and the places that they choose."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..contract import Contract, Operation
from ..shapes import Kind, Shape, our_form
from ..switches import Switch

JSON = "application/json"
REACHES = ("", "all", "row", "value")


@dataclass(kw_only=True)
class Oddity(Switch):
    """An oddity that is switched on; `kind` is a name of the catalogue.

    `reach`: `all` that it fits, one `row` or one `value` drawn from the seed, or what is usual for
    its kind if it is empty. `row`: only in this row of the answer, from 1. `key`: only the value
    with this name, that of the contract or of `x-means`. `amount`: of kinds that have a limit.
    `value`: what a value is instead, as JSON.
    """

    kind: str
    reach: str = ""
    row: int = 0
    key: str = ""
    amount: int = 2
    value: str = "null"


@dataclass
class Outgoing:
    """The answer: its document in the words of the contract, and how it will be sent.

    `asked` are the parameters of the call by our names, `now` is in milliseconds since 1970.
    `text` replaces the document.
    """

    contract: Contract
    operation: Operation
    status: int
    document: Any
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str | None = JSON
    text: bytes | None = None
    asked: dict[str, Any] = field(default_factory=dict)
    now: int = 0

    @property
    def is_error(self) -> bool:
        """Whether the operation wasn't done."""
        return self.status >= 400

    @property
    def shape(self) -> Shape:
        """What the document is made of."""
        return self.contract.error_shape if self.is_error else self.operation.shape

    def rows(self) -> list[Any]:
        """The rows of the answer; none if it isn't about any, or is spoilt already."""
        key = None if self.is_error else self.operation.rows
        found = self.document
        if key and isinstance(found, dict):
            found = found.get(key.name)
        return found if key and isinstance(found, list) else []

    def header(self, ours: str) -> str:
        """The contract's name of a header that the answer has; empty if it has none such."""
        name = self.contract.header_names.get(ours, "")
        return name if name in self.headers else ""

    def body(self) -> bytes:
        """The body as it is sent."""
        if self.text is not None:
            return self.text
        if self.document is None:
            return b""
        return json.dumps(self.document, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Place:
    """Where a value is: in an object or an array, under a key; `row` counts from 1, 0 for none."""

    holder: Any
    key: Any
    ours: str
    kind: Kind
    row: int = 0
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def value(self) -> Any:
        """What is there."""
        return self.holder[self.key]

    def put(self, value: Any) -> None:
        """Replace it."""
        self.holder[self.key] = value

    def remove(self) -> None:
        """Take it out."""
        del self.holder[self.key]


def values(answer: Outgoing) -> Iterator[Place]:
    """All plain values of the answer that are known to the contract."""
    if isinstance(answer.document, list) and answer.shape.items:
        for number, one in enumerate(answer.document, 1):
            yield from _values(one, answer.shape.items, number)
    else:
        yield from _values(answer.document, answer.shape)


def _values(document: Any, shape: Shape, row: int = 0) -> Iterator[Place]:
    for ours, key in shape.keys.items():
        if not isinstance(document, dict) or key.name not in document:
            continue
        value = document[key.name]
        if key.shape.kind is Kind.ARRAY and key.shape.items and isinstance(value, list):
            for number, one in enumerate(value, 1):
                yield from _values(one, key.shape.items, number)
        elif key.shape.kind is Kind.OBJECT:
            yield from _values(value, key.shape, row)
        else:
            yield Place(document, key.name, ours, key.shape.kind, row, key.shape.words)


def chosen(
    oddity: Oddity, places: list[Place], usual: str, draw: Callable[[int], int]
) -> list[Place]:
    """Those of some places that an oddity reaches."""
    if oddity.key:
        wanted = oddity.key.rpartition(".")[2]
        places = [one for one in places if wanted == one.key or our_form(wanted) == one.ours]
    if oddity.row:
        places = [place for place in places if place.row == oddity.row]
    reach = oddity.reach or usual
    if reach == "all" or not places:
        return places
    one = places[draw(len(places))]
    return [one] if reach == "value" else [place for place in places if place.row == one.row]
