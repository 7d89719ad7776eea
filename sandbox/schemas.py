"""JSON schemas of the contract as compiled validators that know no unknown key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from .addresses import is_address

JsonObject = dict[str, Any]
Validator = jsonschema_rs.Draft202012Validator
_FORMATS = {"email": is_address}


class Compiler:
    """Compiles schemas that may refer to `#/components/...` of one OpenAPI document."""

    def __init__(self, document: JsonObject) -> None:
        self._document = document

    def compile(self, schema: JsonObject, *, formats: bool) -> Validator:
        """A validator of `schema`, closed against unknown keys; `formats`: e-mail and date-time."""
        return Validator(self._closed(schema), validate_formats=formats, formats=_FORMATS)

    def resolve(self, document: JsonObject) -> JsonObject:
        """What a `$ref` points to; anything else as it is."""
        while "$ref" in document:
            target: Any = self._document
            for name in document["$ref"].removeprefix("#/").split("/"):
                target = target[name]
            document = target
        return document

    def required_keys(self, schema: JsonObject) -> tuple[str, ...]:
        """The keys that an object of this schema must have, those of all its parts together."""
        schema = self.resolve(schema)
        own = list(schema.get("required", []))
        for part in schema.get("allOf", []):
            own.extend(self.required_keys(part))
        return tuple(own)

    def _closed(self, schema: JsonObject) -> JsonObject:
        """The same schema, refusing keys that it doesn't name, at every depth."""
        opened = self._spread(schema)
        if not self._is_object(schema) or "additionalProperties" in self.resolve(schema):
            return opened
        return opened | {"unevaluatedProperties": False}

    def _spread(self, schema: JsonObject) -> JsonObject:
        schema = dict(self.resolve(schema))
        if "allOf" in schema:
            schema["allOf"] = [self._spread(part) for part in schema["allOf"]]
        if "properties" in schema:
            schema["properties"] = {
                name: self._closed(part) for name, part in schema["properties"].items()
            }
        if "items" in schema:
            schema["items"] = self._closed(schema["items"])
        return schema

    def _is_object(self, schema: JsonObject) -> bool:
        schema = self.resolve(schema)
        parts = schema.get("allOf", [])
        return schema.get("type") == "object" or any(self._is_object(part) for part in parts)


def complaints(validator: Validator, instance: object) -> Iterator[jsonschema_rs.ValidationError]:
    """What is wrong with `instance`; nothing if it is valid."""
    return iter(()) if validator.is_valid(instance) else iter(validator.iter_errors(instance))
