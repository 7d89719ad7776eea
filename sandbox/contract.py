"""The contract file, compiled: which operations there are and what may be sent and answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .errors import UsageError
from .schemas import Compiler, JsonObject, Validator

DEFAULT_PATH = Path(__file__).resolve().parent.parent / "contract" / "campaign-master-api.yaml"
_METHODS = ("get", "post", "put", "patch", "delete")
# The contract gives these addresses a result each, so that one bad one must not refuse them all.
_JUDGED_ONE_BY_ONE = frozenset({"addListRecipients"})


@dataclass(frozen=True)
class Parameter:
    """A path, query or header parameter; `kind` is its JSON type."""

    name: str
    location: str
    required: bool
    kind: str
    default: Any
    validator: Validator


@dataclass(frozen=True)
class Answer:
    """What one status of an operation looks like: its body and the headers that it must carry."""

    body: Validator
    headers: Mapping[str, Validator]


@dataclass(frozen=True)
class Operation:
    """One operation of the contract. `answers` has status codes and maybe `default` as keys."""

    operation_id: str
    method: str
    path: str
    pattern: re.Pattern[str]
    needs_token: bool
    parameters: tuple[Parameter, ...]
    body: Validator | None
    answers: Mapping[str, Answer]
    required_keys: tuple[str, ...]

    def answer(self, status: int) -> Answer | None:
        """How an answer with this status must look, None if the contract knows no such answer."""
        return self.answers.get(str(status)) or self.answers.get("default")


class Contract:
    """All operations of a contract file. Raises UsageError if the file can't be used."""

    def __init__(self, path: Path = DEFAULT_PATH) -> None:
        self.path = path
        self._document = _load(path)
        self._compiler = Compiler(self._document)
        try:
            self.operations = {
                operation.operation_id: operation for operation in self._operations()
            }
        except (LookupError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise UsageError(
                f"The contract {path} can't be read as OpenAPI 3.1: {type(error).__name__} {error}."
            ) from error
        self.error = self._compiler.compile({"$ref": "#/components/schemas/Error"}, formats=True)

    def find(self, method: str, path: str) -> tuple[Operation | None, dict[str, str], set[str]]:
        """The operation behind a path below the API's root.

        Returns the operation (None if there is none), its path parameters as text, and the
        methods that the path allows.
        """
        allowed = set()
        for operation in self.operations.values():
            match = operation.pattern.fullmatch(path)
            if match and operation.method == method:
                return operation, match.groupdict(), {method}
            if match:
                allowed.add(operation.method)
        return None, {}, allowed

    def _operations(self) -> Iterator[Operation]:
        for path, item in self._document["paths"].items():
            shared = item.get("parameters", [])
            for method in _METHODS:
                if method in item:
                    yield self._operation(path, method, item[method], shared)

    def _operation(
        self, path: str, method: str, document: JsonObject, shared: list[JsonObject]
    ) -> Operation:
        security = document.get("security", self._document.get("security", []))
        parameters = [*shared, *document.get("parameters", [])]
        return Operation(
            operation_id=document["operationId"],
            method=method.upper(),
            path=path,
            pattern=re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)),
            needs_token=bool(security),
            parameters=tuple(self._parameter(parameter) for parameter in parameters),
            body=self._request_body(document),
            answers={
                status: self._answer(answer) for status, answer in document["responses"].items()
            },
            required_keys=self._required_keys(document),
        )

    def _parameter(self, document: JsonObject) -> Parameter:
        document = self._compiler.resolve(document)
        schema = document["schema"]
        return Parameter(
            name=document["name"],
            location=document["in"],
            required=document.get("required", False),
            kind=schema["type"],
            default=schema.get("default"),
            validator=self._compiler.compile(schema, formats=True),
        )

    def _request_body(self, document: JsonObject) -> Validator | None:
        if "requestBody" not in document:
            return None
        formats = document["operationId"] not in _JUDGED_ONE_BY_ONE
        return self._compiler.compile(_json_schema(document["requestBody"]), formats=formats)

    def _answer(self, document: JsonObject) -> Answer:
        document = self._compiler.resolve(document)
        headers = {
            name: self._compiler.compile(self._compiler.resolve(header)["schema"], formats=True)
            for name, header in document.get("headers", {}).items()
        }
        body = self._compiler.compile(_json_schema(document), formats=True)
        return Answer(body=body, headers=headers)

    def _required_keys(self, document: JsonObject) -> tuple[str, ...]:
        for status, answer in document["responses"].items():
            if status.startswith("2"):
                return self._compiler.required_keys(_json_schema(answer))
        return ()


def _json_schema(document: JsonObject) -> JsonObject:
    schema: JsonObject = document["content"]["application/json"]["schema"]
    return schema


def _load(path: Path) -> JsonObject:
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The contract {path} can't be read: {error}.") from error
    except yaml.YAMLError as error:
        raise UsageError(f"The contract {path} isn't valid YAML.") from error
    if not isinstance(document, dict) or "paths" not in document:
        raise UsageError(f"The contract {path} isn't an OpenAPI document.")
    return document
