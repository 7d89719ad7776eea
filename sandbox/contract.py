"""The contract file, compiled: which operations there are and what may be sent and answered."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import UsageError
from .schemas import Compiler, JsonObject, Validator
from .shapes import MEANS, ROWS, Key, Kind, Reader, Shape, json_type

_ADDON = Path(__file__).resolve().parent.parent / "campaign_master_connector"
_LOADER = "campaign_master_api.contract"
DEFAULT_PATH = _ADDON / "campaign_master_api" / "campaign-master-api.yaml"
# What every answer with a token carries, where the contract has it.
OUR_HEADERS = ("rateLimit", "rateRemaining", "rateReset", "tokenReset")
CONTRACT_VARIABLE = "CAMPAIGN_MASTER_CONTRACT"
_METHODS = ("get", "post", "put", "patch", "delete")
# The contract gives these addresses a result each, so that one bad one must not refuse them all.
_JUDGED_ONE_BY_ONE = "addListRecipients"


@dataclass(frozen=True)
class TokenPlace:
    """The header that a token is sent in, and the scheme before it, empty for none."""

    header: str
    scheme: str


@dataclass(frozen=True)
class Parameter:
    """A path, query or header parameter: the contract's `name` and `ours`, empty for none.

    `kind` is its JSON type, `least` the smallest number that it can be.
    """

    name: str
    ours: str
    location: str
    required: bool
    kind: str
    default: Any
    least: int
    validator: Validator
    shape: Shape


@dataclass(frozen=True)
class Answer:
    """What one status of an operation looks like: its body, if it has one, and its headers."""

    body: Validator | None
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
    def first_page(self) -> int:
        """The number of the first page."""
        pages = (one.least for one in self.parameters if one.ours == "page")
        return next(pages, 1)

    @property
    def rows(self) -> Key | None:
        """The array that the answer is about, if it is about one."""
        if self.shape.kind is Kind.ARRAY:
            return Key("", self.shape)
        return self.shape.keys.get(ROWS)


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
            self.error_shape = self._error_shape()
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
        for operation in self._described():
            for response in operation["responses"].values():
                headers = self._compiler.resolve(response).get("headers", {})
                for name, header in headers.items():
                    yield self._reader.meaning(header), name

    def _described(self) -> Iterator[JsonObject]:
        for item in self._document["paths"].values():
            yield from (item[method] for method in _METHODS if method in item)

    def _error_shape(self) -> Shape:
        for operation in self._described():
            for status, response in operation["responses"].items():
                schema = _json_schema(self._compiler.resolve(response))
                if not status.startswith("2") and schema:
                    return self._reader.read(schema)
        raise ValueError("no operation says what an error looks like")

    def _operations(self) -> Iterator[Operation]:
        for path, item in self._document["paths"].items():
            shared = item.get("parameters", [])
            for method in _METHODS:
                if method in item and self._reader.meaning(item[method]):
                    yield self._operation(path, method, item[method], shared)

    def _operation(
        self, path: str, method: str, document: JsonObject, shared: list[JsonObject]
    ) -> Operation:
        security = document.get("security", self._document.get("security", []))
        ours = self._reader.meaning(document)
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
            shape=self._reader.read(schema or {}),
            required_keys=self._compiler.required_keys(schema or {}),
        )

    def _parameter(self, document: JsonObject) -> Parameter:
        resolved = self._compiler.resolve(document)
        schema = resolved["schema"]
        ours = self._reader.meaning(document)
        return Parameter(
            name=resolved["name"],
            ours=ours,
            location=resolved["in"],
            required=resolved.get("required", False),
            kind=json_type(schema),
            default=schema.get("default"),
            least=schema.get("minimum", 1),
            validator=self._compiler.compile(schema, formats=True),
            shape=self._reader.read(schema, ours),
        )

    def _request_body(self, document: JsonObject, ours: str) -> Validator | None:
        if "requestBody" not in document:
            return None
        formats = ours != _JUDGED_ONE_BY_ONE
        schema = _json_schema(self._compiler.resolve(document["requestBody"])) or {}
        return self._compiler.compile(schema, formats=formats)

    def _body_shape(self, document: JsonObject) -> Shape:
        if "requestBody" not in document:
            return Shape(Kind.OBJECT)
        return self._reader.read(
            _json_schema(self._compiler.resolve(document["requestBody"])) or {}
        )

    def _answer(self, document: JsonObject) -> Answer:
        document = self._compiler.resolve(document)
        headers = {
            name: self._compiler.compile(self._compiler.resolve(header)["schema"], formats=True)
            for name, header in document.get("headers", {}).items()
            if self._reader.meaning(header) in OUR_HEADERS
        }
        schema = _json_schema(document)
        body = self._compiler.compile(schema, formats=True) if schema else None
        return Answer(body=body, headers=headers)

    def _good(self, document: JsonObject) -> tuple[int, JsonObject | None]:
        for status, answer in document["responses"].items():
            if status.startswith("2"):
                number = int(status) if status.isdigit() else 200
                return number, _json_schema(self._compiler.resolve(answer))
        raise ValueError("an operation has no answer for success")


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
    schemes = document["components"]["securitySchemes"].values()
    scheme = next(one for one in schemes if one.get(MEANS) == "token")
    if scheme["type"] == "apiKey":
        return TokenPlace(scheme["name"], "")
    return TokenPlace("Authorization", scheme["scheme"])


def _pattern(path: str, parameters: list[Parameter]) -> re.Pattern[str]:
    ours = {parameter.name: parameter.ours for parameter in parameters}
    parts = re.split(r"\{([^}]+)\}", path)
    texts = [re.escape(part) for part in parts[::2]]
    groups = [f"(?P<{ours[name]}>[^/]+)" if ours.get(name) else "[^/]+" for name in parts[1::2]]
    return re.compile("".join(map("".join, zip_longest(texts, groups, fillvalue=""))))


def _json_schema(document: JsonObject) -> JsonObject | None:
    """The schema of a body, None where there is no body."""
    for media_type, media in document.get("content", {}).items():
        if "json" in media_type:
            schema: JsonObject = media["schema"]
            return schema
    return None


def _load(path: Path) -> JsonObject:
    """The file as plain data, refused as the connector refuses it: with lines and what is missing.

    The connector's loader is all that is used of it, and it reads its own contract when it starts.
    """
    if str(_ADDON) not in sys.path:
        sys.path.append(str(_ADDON))
    try:
        document: JsonObject = import_module(_LOADER).load(path).document
    except Exception as error:
        if type(error).__name__ != "ContractError":
            raise
        raise UsageError(str(error)) from error
    return document
