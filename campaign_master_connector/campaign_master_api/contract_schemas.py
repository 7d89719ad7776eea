"""The schemas of a contract file as keys by our names, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from .contract_file import ContractFile, Json
from .contract_parts import Key, Shape
from .meanings import (
    ERROR,
    JSON_TYPES,
    NEEDS,
    NEW_RECIPIENT,
    PAGED,
    READ_FROM,
    REFUSAL,
    ROWS,
    WORDS,
    Kind,
    Meanings,
)

_MOST_STEPS = 32
_TYPES = frozenset({"string", "integer", "number", "boolean", "object", "array", "null"})
KNOWN_IN_OBJECTS = frozenset(
    name
    for meanings in (
        *(need.answer for need in NEEDS.values()),
        *(need.body for need in NEEDS.values()),
        *(dict.fromkeys(need.credentials) for need in NEEDS.values()),
        PAGED,
        NEW_RECIPIENT,
        REFUSAL,
        {ROWS: None, ERROR: None},
    )
    for name in meanings
    if name not in READ_FROM
)


@dataclass
class MergedObject:
    """A schema with the parts of its `allOf` put together; each key with where it stands."""

    at: Json
    keys: dict[str, tuple[Json, Any]] = field(default_factory=dict)
    required: dict[str, Json] = field(default_factory=dict)
    not_offered: dict[str, Json] = field(default_factory=dict)


class SchemaReader:
    """Reads what stands in a file; `problems` are sentences with their lines."""

    def __init__(self, file: ContractFile) -> None:
        self._file = file
        self._root = file.content
        self.problems: list[str] = []

    def _complain(self, holder: object, text: str, key: str | None = None) -> None:
        self.problems.append(self._file.problem(self._file.line(holder, key), text))

    # What stands where -------------------------------------------------------------------------

    def _object(self, holder: Json, key: str, needed_for: str = "") -> Json:
        """The object at `key`; an empty one, with a complaint if it is needed, where none is."""
        value = holder.get(key)
        if isinstance(value, dict):
            return value
        if key in holder or needed_for:
            why = f" for {needed_for}" if needed_for else ""
            self._complain(holder, f"`{key}` is missing{why}, or is no object", at(holder, key))
        return {}

    def _list(self, holder: Json, key: str) -> list[Any]:
        value = holder.get(key, [])
        if isinstance(value, list):
            return value
        self._complain(holder, f"`{key}` is no list", key)
        return []

    def _number(self, holder: Json, key: str, least: int) -> int | None:
        value = holder.get(key)
        if value is None:
            return None
        if type(value) is int and value >= least:
            return value
        self._complain(holder, f"`{key}` is {value!r}; a whole number from {least} is needed", key)
        return None

    def _follow(self, node: Any, holder: Json) -> Json:
        """The node itself, or what its `$ref` names."""
        for _step in range(_MOST_STEPS):
            if not isinstance(node, dict):
                self._complain(holder, "an object was expected here")
                return {}
            if "$ref" not in node:
                return node
            holder, node = node, self._named(node)
        self._complain(holder, "this `$ref` leads back to itself", "$ref")
        return {}

    def _named(self, node: Json) -> Json:
        reference = str(node["$ref"])
        found: Any = self._root if reference.startswith("#/") else None
        for part in reference.removeprefix("#/").split("/"):
            step = part.replace("~1", "/").replace("~0", "~")
            found = found.get(step) if isinstance(found, dict) else None
        if isinstance(found, dict):
            return found
        self._complain(node, f"`{reference}` names nothing in this file", "$ref")
        return {}

    def _meaning(self, node: Any, known: Sequence[str] | frozenset[str], holder: Json) -> str:
        """What `x-means` says, at the reference or at what it names; empty where nothing does."""
        if not isinstance(node, dict):
            return ""
        at = node if "x-means" in node else self._follow(node, holder)
        means = str(at.get("x-means") or "")
        if means and means not in known:
            near = get_close_matches(means, known, 1)
            hint = f"; is `{near[0]}` meant?" if near else ""
            self._complain(at, f"`x-means: {means}` is no name that is known here{hint}", "x-means")
            return ""
        return means

    def _not_offered(self, holder: Json) -> dict[str, Json]:
        return {str(name): holder for name in self._list(holder, "x-not-offered")}

    def _merged(self, node: Any, holder: Json, depth: int = 0) -> MergedObject:
        schema = self._follow(node, holder)
        merged = MergedObject(schema)
        if depth > _MOST_STEPS:
            self._complain(schema, "these schemas contain themselves")
            return merged
        for part in self._list(schema, "allOf"):
            other = self._merged(part, schema, depth + 1)
            merged.keys |= other.keys
            merged.required |= other.required
            merged.not_offered |= other.not_offered
        properties = self._object(schema, "properties")
        merged.keys |= {name: (properties, node) for name, node in properties.items()}
        merged.required |= {str(name): schema for name in self._list(schema, "required")}
        merged.not_offered |= self._not_offered(schema)
        if properties and self._types(schema) not in (frozenset(), frozenset({"object"})):
            self._complain(schema, "`properties` stand in what is no object", "type")
        return merged

    def _types(self, schema: Json) -> frozenset[str]:
        value = schema.get("type", [])
        types = [str(one) for one in (value if isinstance(value, list) else [value])]
        for unknown in set(types) - _TYPES:
            self._complain(schema, f"`type: {unknown}` is no JSON type", "type")
        return frozenset(types) & _TYPES

    def _check_offer(
        self,
        where: str,
        at: Json,
        offered: Mapping[str, Any],
        needed: Sequence[str],
        not_offered: Mapping[str, Json],
        essential: Sequence[str] = (),
    ) -> None:
        """Everything needed is there or said to be not offered, and never both."""
        for name in needed:
            if name in not_offered and name in offered:
                self._complain(
                    not_offered[name],
                    f"{where}: `{name}` is under x-not-offered and is offered all the same",
                    "x-not-offered",
                )
            elif name in not_offered and name in essential:
                self._complain(
                    not_offered[name],
                    f"{where}: without `{name}` the connector can't work",
                    "x-not-offered",
                )
            elif name not in offered and name not in not_offered:
                self._complain(at, f"{where}: nothing has `x-means: {name}`")

    # Objects -----------------------------------------------------------------------------------

    def _shape(
        self, found: MergedObject, meanings: Meanings, where: str, essential: Sequence[str] = ()
    ) -> Shape:
        """The keys of an object by our names."""
        shape: dict[str, Key] = {}
        for name, (holder, node) in found.keys.items():
            means = self._meaning(node, KNOWN_IN_OBJECTS, holder)
            if means not in meanings:
                continue
            if means in shape:
                other = shape[means].name
                self._complain(holder, f"{where}: `{name}` and `{other}` both mean {means}", name)
            required = name in found.required
            schema = self._follow(node, holder)
            key = self._key(name, schema, meanings[means], required, f"{where}, {name}")
            shape[means] = replace(key, lines=self._lines_of(found, name))
        for name, holder in found.required.items():
            if name not in found.keys:
                self._complain(
                    holder, f"{where}: `{name}` is required and not described", "required"
                )
        needed = [name for name in meanings if name not in READ_FROM]
        self._check_offer(where, found.at, shape, needed, found.not_offered, essential)
        return {means: shape[means] for means in meanings if means in shape}

    def _lines_of(self, found: MergedObject, name: str) -> tuple[int, ...]:
        lines = [self._file.line(found.keys[name][0], name)]
        if name in found.required:
            lines.append(self._file.line(found.required[name], "required"))
        return tuple(lines)

    def _key(self, name: str, schema: Json, kind: Kind, required: bool, where: str) -> Key:
        types = self._types(schema)
        if not types - {"null"} <= JSON_TYPES[kind]:
            fitting = ", ".join(sorted(JSON_TYPES[kind]))
            self._complain(schema, f"{where}: its type must be {fitting}", at(schema, "type"))
        least = self._number(schema, "minLength", 0) or 0
        longest = self._number(schema, "maxLength", 1)
        if longest is not None and longest < least:
            self._complain(schema, f"{where}: `maxLength` is below `minLength`", "maxLength")
        return Key(
            name=name,
            kind=kind,
            types=types,
            is_required=required,
            words=self._words(schema, kind, where) if kind in WORDS else {},
            max_length=longest,
        )

    def _words(self, schema: Json, kind: Kind, where: str) -> Mapping[str, str]:
        words: dict[str, str] = {}
        for theirs, ours in self._object(schema, "x-means-values", where).items():
            if ours in WORDS[kind]:
                words[theirs] = ours
            else:
                near = get_close_matches(str(ours), WORDS[kind], 1)
                hint = f"; is `{near[0]}` meant?" if near else ""
                self._complain(
                    schema["x-means-values"], f"{where}: `{ours}` is no known word{hint}", theirs
                )
        if "enum" in schema:
            self._check_enumeration(schema, words, where)
        if "x-means-values" in schema:
            self._check_offer(
                where, schema, dict.fromkeys(words.values()), WORDS[kind], self._not_offered(schema)
            )
        return words

    def _check_enumeration(self, schema: Json, words: Mapping[str, str], where: str) -> None:
        listed = {as_text(value) for value in self._list(schema, "enum")}
        for word in listed - set(words):
            self._complain(schema, f"{where}: what `{word}` means is not said", "enum")
        for word in set(words) - listed:
            self._complain(schema["x-means-values"], f"{where}: `{word}` is not in `enum`", word)

    def _array(
        self,
        node: Any,
        holder: Json,
        name: str,
        row: Meanings,
        where: str,
        essential: Sequence[str],
    ) -> Key:
        schema = self._follow(node, holder)
        if self._types(schema) - {"null"} != {"array"}:
            self._complain(schema, f"{where}: an array was expected", at(schema, "type"))
        least = self._number(schema, "minItems", 0) or 0
        most = self._number(schema, "maxItems", 1)
        if most is not None and most < least:
            self._complain(schema, f"{where}: `maxItems` is below `minItems`", "maxItems")
        self._object(schema, "items", where)
        items = self._merged(schema.get("items", {}), schema)
        shape = self._shape(items, row, f"{where}, each of its rows", essential)
        return Key(name, Kind.ROWS, frozenset({"array"}), True, items=shape, max_items=most)


def at(holder: Json, key: str) -> str | None:
    return key if key in holder else None


def as_text(value: Any) -> str:
    """A value of the file as JSON has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
