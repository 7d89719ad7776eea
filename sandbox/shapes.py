"""What the values of a document mean, and how the contract names and writes them.

The sandbox works with its own names, which are those of `x-means` in the form `openRate`; a shape
puts a document into the words of the contract and back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from . import identifiers
from .clock import SECOND, from_iso, to_iso
from .schemas import Compiler, JsonObject

MEANS, WORDS_MEAN = "x-means", "x-means-values"
ROWS = "rows"


class Kind(Enum):
    """What a value is."""

    OBJECT = "object"
    ARRAY = "array"
    IDENTIFIER = "identifier"
    COUNT = "count"
    RATE = "rate"
    FLAG = "flag"
    MOMENT = "moment"
    WORD = "word"
    TEXT = "text"


_KINDS = {
    Kind.IDENTIFIER: ("id", "listId", "templateId", "campaignId"),
    Kind.COUNT: (
        "number", "recipientCount", "emailsSent", "hardBounces", "softBounces",
        "totalUnsubscribes", "totalClicks", "uniqueClicks", "totalOpens", "uniqueOpens",
        "confirmedTotalViews", "totalForwards", "uniqueForwards", "noRecordedActivity",
    ),
    Kind.RATE: ("openRate",),
    Kind.FLAG: ("isLast", "isSystemField", "bounced"),
    Kind.MOMENT: (
        "sentAt", "firstOpen", "lastOpen", "firstClick", "lastClick", "updatedAt", "updatedAfter",
    ),
    Kind.WORD: ("status", "code"),
}  # fmt: skip
# Of what isn't named there, such as a statistic that is new.
_KIND_BY_TYPE = {"integer": Kind.COUNT, "number": Kind.RATE, "boolean": Kind.FLAG}
_KIND_BY_NAME = {name: kind for kind, names in _KINDS.items() for name in names}


@dataclass(frozen=True)
class Key:
    """A key of an object as the contract writes it, and what is behind it."""

    name: str
    shape: Shape


@dataclass(frozen=True)
class Shape:
    """A value: `keys` of an object by our names, `items` of an array, `words` by ours.

    `form` is how an id is written, `type` the JSON type of any other plain value.
    """

    kind: Kind
    keys: Mapping[str, Key] = field(default_factory=dict)
    items: Shape | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    form: identifiers.Form = identifiers.Form.NUMBER
    type: str = "string"

    def named(self, value: Any) -> Any:
        """The value in the words of the contract; what the contract doesn't know is left out."""
        if value is None:
            return None
        if self.kind is Kind.OBJECT and self.keys:
            pairs = ((self.keys[ours], one) for ours, one in value.items() if ours in self.keys)
            return {key.name: key.shape.named(one) for key, one in pairs}
        if self.kind is Kind.ARRAY and self.items:
            rows = value[ROWS] if isinstance(value, dict) else value
            return [self.items.named(one) for one in rows]
        if self.kind is Kind.IDENTIFIER:
            return identifiers.written(value, self.form)
        return _WRITERS.get((self.kind, self.type), _as_it_is)(self.words.get(value, value))

    def understood(self, value: Any) -> Any:
        """A value of the contract's words in ours; what the contract doesn't know is left out."""
        if self.kind is Kind.OBJECT and self.keys and isinstance(value, dict):
            ours = {key.name: (name, key.shape) for name, key in self.keys.items()}
            return {
                ours[name][0]: ours[name][1].understood(one)
                for name, one in value.items()
                if name in ours
            }
        if self.kind is Kind.ARRAY and self.items and isinstance(value, list):
            return [self.items.understood(one) for one in value]
        if self.kind is Kind.MOMENT and self.type != "string" and isinstance(value, (int, float)):
            return to_iso(int(value * SECOND))
        if self.kind is Kind.WORD:
            return next((ours for ours, theirs in self.words.items() if theirs == value), value)
        return identifiers.read(value) if self.kind is Kind.IDENTIFIER else value

    def our_name(self, name: str) -> str:
        """Our name of a key that the contract calls `name`; that itself where there is none."""
        return next((ours for ours, key in self.keys.items() if key.name == name), name)

    def name_of(self, ours: str) -> str:
        """The contract's name of a key of ours; ours if it has none."""
        return self.keys[ours].name if ours in self.keys else ours


def _as_it_is(value: Any) -> Any:
    return value


# How a value is written where the contract wants another type than we have.
_WRITERS: dict[tuple[Kind, str], Callable[[Any], Any]] = {
    (Kind.COUNT, "string"): str,
    (Kind.RATE, "string"): str,
    (Kind.RATE, "integer"): round,
    (Kind.FLAG, "string"): lambda value: "true" if value else "false",
    (Kind.FLAG, "integer"): int,
    (Kind.MOMENT, "integer"): lambda value: from_iso(value) // SECOND,
    (Kind.MOMENT, "number"): lambda value: from_iso(value) / SECOND,
}


def our_form(means: str) -> str:
    """`open_rate` as `openRate`."""
    first, *others = means.split("_")
    return first + "".join(word.capitalize() for word in others)


class Reader:
    """Reads the shapes of one contract's schemas."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler

    def meaning(self, document: JsonObject) -> str:
        """Our name of something, said beside a reference or where it leads; empty for none."""
        return our_form(document.get(MEANS) or self._compiler.resolve(document).get(MEANS, ""))

    def read(self, schema: JsonObject, ours: str = "") -> Shape:
        """The shape of a schema, of a value that we call `ours`."""
        schema = self._compiler.resolve(schema)
        kind = json_type(schema)
        if ours in _KIND_BY_NAME:
            return self._plain(_KIND_BY_NAME[ours], kind, schema)
        if kind == "array":
            return Shape(Kind.ARRAY, items=self.read(schema["items"]))
        if kind == "object" or "allOf" in schema:
            return Shape(Kind.OBJECT, keys=self._keys(schema))
        if kind == "string" and schema.get("format") == "date-time":
            return Shape(Kind.MOMENT)
        return Shape(_KIND_BY_TYPE.get(kind, Kind.TEXT), type=kind)

    def _keys(self, schema: JsonObject) -> dict[str, Key]:
        keys: dict[str, Key] = {}
        for part in schema.get("allOf", []):
            keys |= self._keys(self._compiler.resolve(part))
        for name, document in schema.get("properties", {}).items():
            if ours := self.meaning(document):
                keys[ours] = Key(name, self.read(document, ours))
        return keys

    def _plain(self, kind: Kind, json_type: str, schema: JsonObject) -> Shape:
        words: dict[str, str] = {}
        for theirs, means in schema.get(WORDS_MEAN, {}).items():
            words.setdefault(means, theirs)
        return Shape(kind, words=words, form=identifiers.form_of(schema), type=json_type)


def json_type(schema: JsonObject) -> str:
    """The one type of a schema besides null; `object` where it doesn't say."""
    types = schema.get("type", "object")
    kinds = [types] if isinstance(types, str) else [one for one in types if one != "null"]
    return str(kinds[0])
