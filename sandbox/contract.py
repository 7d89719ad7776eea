"""The contract file, compiled: which operations there are and what may be sent and answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from .errors import UsageError
from .identifiers import Form, form_of
from .schemas import Compiler, JsonObject, Validator
from .shapes import Key, Kind, Reader, Shape, meaning

DEFAULT_PATH = Path(__file__).resolve().parent.parent / "contract" / "campaign-master-api.yaml"
# What the names of the agreed contract mean where it doesn't say so itself.
OUR_HEADERS = {
    "x-rate-limit-limit": "rateLimit",
    "x-rate-limit-remaining": "rateRemaining",
    "x-rate-limit-reset": "rateReset",
    "x-token-reset": "tokenReset",
}
CONTRACT_VARIABLE = "CAMPAIGN_MASTER_CONTRACT"
_METHODS = ("get", "post", "put", "patch", "delete")
# The contract gives these addresses a result each, so that one bad one must not refuse them all.
_JUDGED_ONE_BY_ONE = frozenset({"addListRecipients"})


@dataclass(frozen=True)
class TokenPlace:
    """The header that a token is sent in, and the scheme before it, empty for none."""

    header: str
    scheme: str


@dataclass(frozen=True)
class Parameter:
    """A path, query or header parameter: the contract's `name` and `ours`; `kind` is its JSON type.

    `form` is how an id is written, None for anything else.
    """

    name: str
    ours: str
    location: str
    required: bool
    kind: str
    default: Any
    validator: Validator
    form: Form | None


@dataclass(frozen=True)
class Answer:
    """What one status of an operation looks like: its body and the headers that it must carry."""

    body: Validator
    headers: Mapping[str, Validator]


@dataclass(frozen=True)
class Operation:
    """One operation of the contract.

    `operation_id` is our name of it. `body` and `body_shape` are those of the request. `answers`
    has status codes and maybe `default` as keys; `shape` is that of the good one with `status`.
    """

    operation_id: str
    method: str
    path: str
    pattern: re.Pattern[str]
    needs_token: bool
    parameters: tuple[Parameter, ...]
    body: Validator | None
    body_shape: Shape
    answers: Mapping[str, Answer]
    status: int
    shape: Shape
    required_keys: tuple[str, ...]

    def answer(self, status: int) -> Answer | None:
        """How an answer with this status must look, None if the contract knows no such answer."""
        return self.answers.get(str(status)) or self.answers.get("default")

    @property
    def rows(self) -> Key | None:
        """The array that the answer is about, if it is about one."""
        arrays = (key for key in self.shape.keys.values() if key.shape.kind is Kind.ARRAY)
        return next(arrays, None)


class Contract:
    """All operations of a contract file. Raises UsageError if the file can't be used."""

    def __init__(self, path: Path = DEFAULT_PATH) -> None:
        self.path = path
        self._document = _load(path)
        self._compiler = Compiler(self._document)
        self._reader = Reader(self._compiler)
        try:
            self.root = _root(self._document)
            self.token = _token(self._document)
            self.header_names = dict(self._header_names())
            self.operations = {
                operation.operation_id: operation for operation in self._operations()
            }
            error = {"$ref": "#/components/schemas/Error"}
            self.error = self._compiler.compile(error, formats=True)
            self.error_shape = self._reader.read(error)
        except (LookupError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise UsageError(
                f"The contract {path} can't be read as OpenAPI 3.1: {type(error).__name__} {error}."
            ) from error

    def find(self, method: str, path: str) -> tuple[Operation | None, dict[str, str], set[str]]:
        """The operation behind a path below the API's root.

        Returns the operation (None if there is none), its path parameters as text by our names,
        and the methods that the path allows.
        """
        allowed = set()
        for operation in self.operations.values():
            match = operation.pattern.fullmatch(path)
            if match and operation.method == method:
                return operation, match.groupdict(), {method}
            if match:
                allowed.add(operation.method)
        return None, {}, allowed

    def knows(self, path: str) -> bool:
        """Whether any operation is at this path."""
        found, _values, methods = self.find("", path)
        return bool(found or methods)

    def headers(self, values: Mapping[str, str]) -> dict[str, str]:
        """Headers by the contract's names; one that it doesn't know is left out."""
        names = self.header_names
        return {names[ours]: value for ours, value in values.items() if ours in names}

    def _header_names(self) -> Iterator[tuple[str, str]]:
        for name, header in self._document["components"].get("headers", {}).items():
            yield meaning(header, OUR_HEADERS.get(name, name)), name

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
        ours = meaning(document, document["operationId"])
        parameters = [
            self._parameter(parameter) for parameter in [*shared, *document.get("parameters", [])]
        ]
        status, schema = self._good(document)
        return Operation(
            operation_id=ours,
            method=method.upper(),
            path=path,
            pattern=_pattern(path, parameters),
            needs_token=bool(security),
            parameters=tuple(parameters),
            body=self._request_body(document, ours),
            body_shape=self._body_shape(document),
            answers={
                status: self._answer(answer) for status, answer in document["responses"].items()
            },
            status=status,
            shape=self._reader.read(schema),
            required_keys=self._compiler.required_keys(schema),
        )

    def _parameter(self, document: JsonObject) -> Parameter:
        resolved = self._compiler.resolve(document)
        schema = resolved["schema"]
        ours = meaning(resolved | document, resolved["name"])
        return Parameter(
            name=resolved["name"],
            ours=ours,
            location=resolved["in"],
            required=resolved.get("required", False),
            kind=schema["type"],
            default=schema.get("default"),
            validator=self._compiler.compile(schema, formats=True),
            form=form_of(schema) if resolved["in"] == "path" else None,
        )

    def _request_body(self, document: JsonObject, ours: str) -> Validator | None:
        if "requestBody" not in document:
            return None
        formats = ours not in _JUDGED_ONE_BY_ONE
        return self._compiler.compile(_json_schema(document["requestBody"]), formats=formats)

    def _body_shape(self, document: JsonObject) -> Shape:
        if "requestBody" not in document:
            return Shape(Kind.OBJECT)
        return self._reader.read(_json_schema(document["requestBody"]))

    def _answer(self, document: JsonObject) -> Answer:
        document = self._compiler.resolve(document)
        headers = {
            name: self._compiler.compile(self._compiler.resolve(header)["schema"], formats=True)
            for name, header in document.get("headers", {}).items()
        }
        body = self._compiler.compile(_json_schema(document), formats=True)
        return Answer(body=body, headers=headers)

    def _good(self, document: JsonObject) -> tuple[int, JsonObject]:
        for status, answer in document["responses"].items():
            if status.startswith("2"):
                return int(status), _json_schema(self._compiler.resolve(answer))
        raise ValueError(f"{document['operationId']} has no answer for success")


def _root(document: JsonObject) -> str:
    """The path of the API without the address of its server, as `/api/v1`."""
    [server] = document["servers"]
    root: str = server["url"]
    for name, variable in server.get("variables", {}).items():
        default = "" if "://" in variable["default"] else variable["default"]
        root = root.replace(f"{{{name}}}", default)
    return urlsplit(root).path.rstrip("/")


def _token(document: JsonObject) -> TokenPlace:
    """Where a call has its token."""
    [scheme] = document["components"]["securitySchemes"].values()
    if scheme["type"] == "apiKey" and scheme["in"] == "header":
        return TokenPlace(scheme["name"], "")
    if scheme["type"] == "http" and scheme["scheme"].lower() == "bearer":
        return TokenPlace("Authorization", "Bearer")
    raise ValueError("the token is a bearer's or in a header")


def _pattern(path: str, parameters: list[Parameter]) -> re.Pattern[str]:
    ours = {parameter.name: parameter.ours for parameter in parameters}
    parts = re.split(r"\{([^}]+)\}", path)
    texts = [re.escape(part) for part in parts[::2]]
    groups = [f"(?P<{ours[name]}>[^/]+)" for name in parts[1::2]]
    return re.compile("".join(map("".join, zip_longest(texts, groups, fillvalue=""))))


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
