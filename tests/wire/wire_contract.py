"""The contract file, with its references followed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from campaign_master_api.contract import DEFAULT_PATH

Json = dict[str, Any]
PERSON = "person-1@example.com"
SOURCE = DEFAULT_PATH.read_text(encoding="utf-8")
Place = tuple[Any, ...]


def load_contract() -> Json:
    """The contract as it is in the repository."""
    content: Json = yaml.safe_load(SOURCE)
    return content


def changed(folder: Path, *changes: str) -> Path:
    """The contract with each first text replaced by the one after it."""
    text = SOURCE
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "changed.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def places(node: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every place below `node`, as the steps that lead to it, with what is there."""
    if isinstance(node, (dict, list)):
        for key, child in node.items() if isinstance(node, dict) else enumerate(node):
            yield (*place, key), child
            yield from places(child, (*place, key))


class Contract:
    """The contract with its references followed."""

    def __init__(self, content: Json) -> None:
        self.content = content

    def follow(self, node: Json) -> Json:
        """The node itself, or the one that its `$ref` names."""
        while "$ref" in node:
            found: Any = self.content
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node

    def operations(self) -> Iterator[tuple[str, str, Json, list[Json]]]:
        """Path, method, operation and all parameters of each."""
        for path, item in self.content["paths"].items():
            for method in ("get", "post", "put", "patch", "delete"):
                if method in item:
                    parameters = item.get("parameters", []) + item[method].get("parameters", [])
                    yield path, method.upper(), item[method], list(map(self.follow, parameters))

    def merged(self, schema: Json) -> Json:
        """A schema with `allOf` put together; ValueError where keys stand in no object."""
        schema = self.follow(schema)
        if schema.get("properties") and schema.get("type") != "object":
            raise ValueError(f"keys in {schema.get('type')}")
        parts = [self.merged(part) for part in schema.get("allOf", [])]
        merged = {key: value for key, value in schema.items() if key != "allOf"}
        if parts:
            merged["type"] = "object"
        merged["properties"] = {
            k: v for p in (*parts, schema) for k, v in p.get("properties", {}).items()
        }
        merged["required"] = sorted({k for p in (*parts, schema) for k in p.get("required", [])})
        return merged

    def answer(self, operation: Json) -> Json:
        """The one successful answer of an operation, with its `status` as a number."""
        ((status, answer),) = (
            (status, self.follow(answer))
            for status, answer in operation["responses"].items()
            if status.startswith("2")
        )
        return {**answer, "status": int(status)}

    def answer_schema(self, operation: Json) -> Json:
        return self.merged(self.answer(operation)["content"]["application/json"]["schema"])

    def body_schema(self, operation: Json) -> Json:
        return self.merged(operation["requestBody"]["content"]["application/json"]["schema"])

    def example(self, schema: Json, name: str = "") -> Any:
        """A value with every key of `schema`."""
        schema = self.merged(schema)
        kind = schema.get("type", "object")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind == "object":
            return {key: self.example(part, key) for key, part in schema["properties"].items()}
        if kind == "array":
            return [self.example(schema["items"])]
        if schema.get("format") == "date-time":
            return "2025-03-01T09:30:00Z"
        texts = {"email": PERSON, "externalId": "r"}
        # More than both kinds of bounces together.
        integer = 2 if name == "emailsSent" else 1
        simple = {"integer": integer, "number": 1.5, "boolean": True}
        return schema.get("enum", [simple.get(kind) or texts.get(name, "text")])[0]
