"""What the values of a document mean, and how the contract names and writes them.

The sandbox works with its own names, which are those of `x-means` in the form `openRate`; a shape
puts a document into the words of the contract and back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from . import identifiers
from .schemas import Compiler, JsonObject

MEANS = "x-means"
_IDENTIFIERS = frozenset({"id", "listId", "templateId", "campaignId"})


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


@dataclass(frozen=True)
class Key:
    """A key of an object as the contract writes it, and what is behind it."""

    name: str
    shape: Shape


@dataclass(frozen=True)
class Shape:
    """A value: `keys` of an object by our names, `items` of an array, `words` by ours."""

    kind: Kind
    keys: Mapping[str, Key] = field(default_factory=dict)
    items: Shape | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    form: identifiers.Form = identifiers.Form.NUMBER

    def named(self, value: Any) -> Any:
        """The value in the words of the contract; what the contract doesn't know is left out."""
        if value is None:
            return None
        if self.kind is Kind.OBJECT and self.keys:
            pairs = ((self.keys[ours], one) for ours, one in value.items() if ours in self.keys)
            return {key.name: key.shape.named(one) for key, one in pairs}
        if self.kind is Kind.ARRAY and self.items:
            return [self.items.named(one) for one in value]
        if self.kind is Kind.IDENTIFIER:
            return identifiers.written(value, self.form)
        return self.words.get(value, value) if self.words else value

    def understood(self, value: Any) -> Any:
        """A value of the contract's words in ours; what the contract doesn't know stays."""
        if self.kind is Kind.OBJECT and self.keys and isinstance(value, dict):
            ours = {key.name: (name, key.shape) for name, key in self.keys.items()}
            return {
                ours[name][0]: ours[name][1].understood(one)
                for name, one in value.items()
                if name in ours
            }
        if self.kind is Kind.ARRAY and self.items and isinstance(value, list):
            return [self.items.understood(one) for one in value]
        return identifiers.read(value) if self.kind is Kind.IDENTIFIER else value

    def our_name(self, place: str) -> str:
        """Our name of a dotted place in the contract's words; the place itself if it has none."""
        for ours, key in self.keys.items():
            if key.name == place:
                return ours
        return place

    def name_of(self, ours: str) -> str:
        """The contract's name of a key of ours; ours if it has none."""
        return self.keys[ours].name if ours in self.keys else ours


def our_form(means: str) -> str:
    """`open_rate` as `openRate`."""
    first, *others = means.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in others)


def meaning(document: JsonObject, name: str) -> str:
    """Our name of something that the contract calls `name`."""
    return our_form(document.get(MEANS) or name)


class Reader:
    """Reads the shapes of one contract's schemas."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler

    def read(self, schema: JsonObject, ours: str = "") -> Shape:
        """The shape of a schema, of a value that we call `ours`."""
        schema = self._compiler.resolve(schema)
        if "allOf" in schema:
            return Shape(Kind.OBJECT, keys=self._keys(schema))
        types = schema.get("type", "object")
        kinds = [types] if isinstance(types, str) else [one for one in types if one != "null"]
        if kinds == ["object"]:
            return Shape(Kind.OBJECT, keys=self._keys(schema))
        if kinds == ["array"]:
            return Shape(Kind.ARRAY, items=self.read(schema["items"]))
        if ours in _IDENTIFIERS:
            return Shape(Kind.IDENTIFIER, form=identifiers.form_of(schema))
        return self._plain(kinds[0], schema)

    def _keys(self, schema: JsonObject) -> dict[str, Key]:
        keys: dict[str, Key] = {}
        for part in schema.get("allOf", []):
            keys |= self._keys(self._compiler.resolve(part))
        for name, document in schema.get("properties", {}).items():
            # What a key means is said where it is used, beside a reference maybe.
            resolved = self._compiler.resolve(document)
            ours = meaning(resolved | document, name)
            keys[ours] = Key(name, self.read(document, ours))
        return keys

    def _plain(self, kind: str, schema: JsonObject) -> Shape:
        if kind == "string" and "enum" in schema:
            return Shape(Kind.WORD, words=words_of(schema))
        if kind == "string":
            is_moment = schema.get("format") == "date-time"
            return Shape(Kind.MOMENT if is_moment else Kind.TEXT)
        return Shape({"integer": Kind.COUNT, "number": Kind.RATE, "boolean": Kind.FLAG}[kind])


def words_of(schema: JsonObject) -> dict[str, str]:
    """The words of an enumeration by our words for them."""
    means = schema.get("x-enum-means", {})
    return {means.get(word, word): word for word in schema["enum"]}
