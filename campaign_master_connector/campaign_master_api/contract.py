"""The contract: what everything is called on the wire, read once from an OpenAPI file.

It alone knows paths, parameters, headers, keys and words of statuses. The file beside this module
is used, or the one that `CAMPAIGN_MASTER_CONTRACT` in the environment names, or what `use` is
given. `campaign-master-api.yaml` says itself what `x-means` and its like are. A file in which
something is missing, or that contradicts itself, is refused with every problem and its line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from .contract_file import ContractError, ContractFile, Json
from .contract_parts import Contract, Key, Operation, Parameter, Shape, TokenHeader
from .contract_schemas import KNOWN_IN_OBJECTS, MergedObject, SchemaReader, as_text, at
from .meanings import (
    API_URL,
    API_VERSION,
    AUTHENTICATE,
    CREATE_CAMPAIGN,
    ERROR,
    EXTERNAL_ID,
    HEADERS,
    JSON_TYPES,
    LIST_CAMPAIGNS,
    NEEDS,
    NEW_RECIPIENT,
    PAGE,
    PAGE_SIZE,
    PAGED,
    RECIPIENTS,
    REFUSAL,
    RETRY_AFTER,
    ROWS,
    TOKEN,
    UPDATED_AFTER,
    Kind,
    Meanings,
    Need,
)

__all__ = [
    "DEFAULT_PATH",
    "Contract",
    "ContractError",
    "Key",
    "Operation",
    "Parameter",
    "Shape",
    "TokenHeader",
    "current",
    "load",
    "use",
]

ENVIRONMENT_VARIABLE = "CAMPAIGN_MASTER_CONTRACT"
DEFAULT_PATH = Path(__file__).with_name("campaign-master-api.yaml")
METHODS = ("get", "post", "put", "patch", "delete")
# Of the connector's own references.
SHORTEST_EXTERNAL_ID = 36
LONGEST_EXTERNAL_ID = 64
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_PATH = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@{}-]*)*")
_IN_BRACES = re.compile(r"{([^{}]*)}")
_PARAMETER_KINDS = {
    **{name: Kind.IDENTIFIER for need in NEEDS.values() for name in need.path},
    **{name: Kind.TEXT for need in NEEDS.values() for name in (*need.query, *need.credentials)},
    PAGE: Kind.COUNT,
    PAGE_SIZE: Kind.COUNT,
    UPDATED_AFTER: Kind.MOMENT,
}


def load(path: str | Path) -> Contract:
    """The contract in this file; raises ContractError with file, line and what is wrong."""
    return _ContractReader(ContractFile(Path(path))).contract()


def current() -> Contract:
    """The contract that clients use which aren't given another one."""
    return _current[-1]


def use(path: str | Path) -> Contract:
    """Let clients that are made from now on use the contract in this file; raises ContractError."""
    if Path(path) != _current[-1].path:
        _current[:] = [load(path)]
    return _current[-1]


class _ContractReader(SchemaReader):
    def __init__(self, file: ContractFile) -> None:
        super().__init__(file)
        self._header_lines: dict[str, tuple[int, ...]] = {}

    def contract(self) -> Contract:
        operations = self._operations()
        contract = Contract(
            path=self._file.path,
            base_path=self._base_path(),
            token=self._token(operations),
            operations=operations,
            headers=self._headers(operations),
            error=self._error(operations),
            longest_external_id=self._longest_external_id(operations),
            document=self._root,
            header_lines=self._header_lines,
        )
        if self.problems:
            raise ContractError(list(dict.fromkeys(self.problems)))
        return contract

    # Operations --------------------------------------------------------------------------------

    def _operations(self) -> Mapping[str, Operation]:
        found: dict[str, Operation] = {}
        paths = self._object(self._root, "paths", "all operations")
        for path, method, item, source in self._described(paths):
            means = self._meaning(source, tuple(NEEDS), item)
            if means in found:
                self._complain(source, f"another operation means {means} too", "x-means")
            elif means:
                found[means] = self._operation(means, path, method, item, source)
        self._check_offer("paths", paths or self._root, found, tuple(NEEDS), {})
        self._check_ways(paths)
        return found

    def _described(self, paths: Json) -> Iterator[tuple[str, str, Json, Json]]:
        for path in paths:
            item = self._follow(paths[path], paths)
            for method in METHODS:
                if method in item:
                    yield path, method, item, self._object(item, method)

    def _check_ways(self, paths: Json) -> None:
        ways: dict[tuple[str, str], str] = {}
        for path, method, _item, _source in self._described(paths):
            way = method, _IN_BRACES.sub("{}", path)
            if way in ways:
                self._complain(paths, f"`{path}` and `{ways[way]}` can't be told apart", path)
            ways[way] = path
            if not path.startswith("/") or not _PATH.fullmatch(path):
                self._complain(paths, f"`{path}` is no path that can be called", path)

    def _operation(self, means: str, path: str, method: str, item: Json, source: Json) -> Operation:
        need = NEEDS[means]
        self._check_security(means, source)
        status, answer = self._answer(means, need, source)
        parameters, fixed = self._parameters(means, need, path, item, source)
        body, fixed_in_body = self._body(means, need, source)
        self._check_credentials(means, need, source, parameters, body)
        return Operation(
            means=means,
            name=str(source.get("operationId", means)),
            method=method.upper(),
            path=path,
            needs_token=means != AUTHENTICATE,
            is_repeatable=need.is_repeatable,
            status=status,
            parameters=parameters,
            body=body,
            answer=answer,
            fixed={**fixed, "body": fixed_in_body},
            source=source,
            line=self._file.line(self._object(self._root, "paths"), path),
        )

    def _check_security(self, means: str, source: Json) -> None:
        if bool(self._security(source)) != (means != AUTHENTICATE):
            how = "with" if means == AUTHENTICATE else "without"
            text = f"{means} can't be called {how} the token"
            self._complain(source, text, at(source, "security"))

    def _security(self, source: Json) -> set[str]:
        """The names of what an operation asks for; none where it can be called without."""
        holder = source if "security" in source else self._root
        ways = [way for way in self._list(holder, "security") if isinstance(way, dict)]
        return set() if {} in ways else {name for way in ways for name in way}

    def _answer(self, means: str, need: Need, source: Json) -> tuple[int, Shape]:
        responses = self._object(source, "responses", means)
        for status, node in responses.items():
            response = self._follow(node, responses)
            if not str(status).startswith("2"):
                continue
            number = int(status) if str(status).isdigit() else 200
            if "content" in response:
                return number, self._answer_shape(means, need, self._schema(response, means))
            if need.may_be_silent:
                return number, {}
        self._complain(source, f"{means}: no successful answer is described", "responses")
        return 200, {}

    def _schema(self, holder: Json, where: str) -> Json:
        content = self._object(holder, "content", where)
        for label in content:
            if "json" in label:
                media = self._object(content, label, where)
                return self._follow(self._object(media, "schema", where), media)
        self._complain(holder, f"{where}: only JSON can be read and sent", "content")
        return {}

    def _answer_shape(self, means: str, need: Need, schema: Json) -> Shape:
        if not need.in_rows:
            return self._shape(self._merged(schema, schema), need.answer, means, need.essential)
        if self._types(schema) == {"array"}:
            if self._meaning(schema, (ROWS,), schema) != ROWS:
                self._complain(schema, f"{means}: nothing has `x-means: {ROWS}`")
            return {ROWS: self._array(schema, schema, "", need.answer, means, need.essential)}
        merged = self._merged(schema, schema)
        frame: Meanings = {**(PAGED if need.is_paged else {}), ROWS: Kind.ROWS}
        shape = dict(self._shape(merged, frame, means, (ROWS,)))
        if ROWS in shape:
            name, lines = shape[ROWS].name, shape[ROWS].lines
            holder, node = merged.keys[name]
            where = f"{means}, {name}"
            array = self._array(node, holder, name, need.answer, where, need.essential)
            shape[ROWS] = replace(array, lines=lines)
        return shape

    def _body(self, means: str, need: Need, source: Json) -> tuple[Shape, Mapping[str, Any]]:
        meanings = need.body or dict.fromkeys(need.credentials, Kind.TEXT)
        if "requestBody" not in source:
            if need.body:
                self._complain(source, f"{means}: `requestBody` is missing")
            return {}, {}
        request = self._follow(source["requestBody"], source)
        schema = self._schema(request, means)
        merged = self._merged(schema, schema)
        where = f"{means}, what is sent"
        if not need.body:
            # Credentials can be in headers as well as here: what is missing is looked at later.
            meanings = self._present(merged, meanings)
        shape = dict(self._shape(merged, meanings, where, need.essential_in_body))
        if RECIPIENTS in shape:
            holder, node = merged.keys[shape[RECIPIENTS].name]
            name, essential = shape[RECIPIENTS].name, ("email",)
            shape[RECIPIENTS] = self._array(node, holder, name, NEW_RECIPIENT, where, essential)
        return shape, self._fixed_keys(merged, shape, where)

    def _present(self, merged: MergedObject, meanings: Meanings) -> Meanings:
        found = {
            self._meaning(node, KNOWN_IN_OBJECTS, holder) for holder, node in merged.keys.values()
        }
        return {name: kind for name, kind in meanings.items() if name in found}

    def _fixed_keys(self, merged: MergedObject, shape: Shape, where: str) -> Mapping[str, Any]:
        fixed: dict[str, Any] = {}
        named = {key.name for key in shape.values()}
        for name, (holder, node) in merged.keys.items():
            schema = self._follow(node, holder)
            if "const" in schema and name not in named:
                fixed[name] = schema["const"]
            elif name in merged.required and name not in named and name in merged.keys:
                self._complain(
                    holder, f"{where}: `{name}` is required, and nothing says what to send", name
                )
        return fixed

    def _check_credentials(
        self,
        means: str,
        need: Need,
        source: Json,
        parameters: Mapping[str, Parameter],
        body: Shape,
    ) -> None:
        offered = {**parameters, **body}
        if need.credentials:
            self._check_offer(
                means,
                source,
                offered,
                need.credentials,
                self._not_offered(source),
                ("username", "password"),
            )
        for name in set(parameters) & set(body):
            self._complain(source, f"{means}: `{name}` is both a parameter and in the body")

    # Parameters --------------------------------------------------------------------------------

    def _parameters(
        self, means: str, need: Need, path: str, item: Json, source: Json
    ) -> tuple[Mapping[str, Parameter], dict[str, Mapping[str, Any]]]:
        found: dict[str, Parameter] = {}
        fixed: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}}
        listed: dict[tuple[str, str], str] = {}
        for node, holder in [
            *((node, item) for node in self._list(item, "parameters")),
            *((node, source) for node in self._list(source, "parameters")),
        ]:
            document = self._follow(node, holder)
            ours = self._meaning(node, tuple(_PARAMETER_KINDS), holder)
            parameter = self._parameter(document, ours, means)
            if parameter is None:
                continue
            place = parameter.place, parameter.name.lower()
            if listed.get(place, ours) != ours or (ours in found and place not in listed):
                self._complain(document, f"{means}: `{parameter.name}` contradicts another one")
            listed[place] = ours
            if ours:
                found[ours] = parameter
            else:
                self._fix(fixed, document, parameter, means)
        self._check_path(means, path, found, fixed["path"], source)
        pages = (PAGE, PAGE_SIZE) if need.is_paged else ()
        needed = (*need.path, *need.query, *pages)
        # Without the look-up a campaign whose creation was not answered would be made twice.
        essential = (*need.path, *pages, EXTERNAL_ID)
        self._check_offer(means, source, found, needed, self._not_offered(source), essential)
        return found, dict(fixed)

    def _parameter(self, document: Json, ours: str, means: str) -> Parameter | None:
        name, place = document.get("name"), document.get("in")
        if not isinstance(name, str) or not name or place not in ("path", "query", "header"):
            self._complain(
                document, f"{means}: a parameter needs `name` and `in` (path, query, header)"
            )
            return None
        if place == "header" and not _HEADER_NAME.fullmatch(name):
            self._complain(document, f"{means}: `{name}` is no possible name of a header", "name")
        self._check_place(document, ours, place, means)
        schema = self._follow(document.get("schema", {}), document)
        types = self._types(schema)
        if ours and not types - {"null"} <= JSON_TYPES[_PARAMETER_KINDS[ours]]:
            self._complain(schema, f"{means}: `{name}` can't have this type", "type")
        least, most = self._number(schema, "minimum", 0), self._number(schema, "maximum", 1)
        if least is not None and most is not None and most < least:
            self._complain(
                schema, f"{means}: the maximum of `{name}` is below its minimum", "maximum"
            )
        return Parameter(
            name=name,
            place=place,
            is_required=document.get("required") is True,
            types=types,
            minimum=least,
            maximum=most,
            max_length=self._number(schema, "maxLength", 1),
        )

    def _check_place(self, document: Json, ours: str, place: str, means: str) -> None:
        need = NEEDS[means]
        fitting = (
            ("path",) if ours in need.path else ("header",) if ours in need.credentials else ()
        )
        if fitting and place not in fitting:
            self._complain(
                document, f"{means}: `{ours}` can't be in the {place}; only in {fitting[0]}", "in"
            )

    def _fix(
        self, fixed: dict[str, dict[str, Any]], document: Json, parameter: Parameter, means: str
    ) -> None:
        schema = self._follow(document.get("schema", {}), document)
        if "const" in schema:
            fixed[parameter.place][parameter.name] = as_text(schema["const"])
        elif parameter.is_required:
            self._complain(
                document, f"{means}: `{parameter.name}` is required, and nothing says what to send"
            )

    def _check_path(
        self,
        means: str,
        path: str,
        parameters: Mapping[str, Parameter],
        fixed: Mapping[str, Any],
        source: Json,
    ) -> None:
        in_path = _IN_BRACES.findall(path)
        described = {one.name for one in parameters.values() if one.place == "path"} | set(fixed)
        for name in set(in_path) - described:
            self._complain(source, f"{means}: nothing says what {{{name}}} in its path means")
        for name in described - set(in_path):
            self._complain(source, f"{means}: its path has no {{{name}}}")
        if len(in_path) != len(set(in_path)):
            self._complain(source, f"{means}: its path has the same parameter twice")

    # All of it ---------------------------------------------------------------------------------

    def _base_path(self) -> str:
        servers = self._list(self._root, "servers")
        server = self._follow(servers[0], self._root) if servers else {}
        url = str(server.get("url", ""))
        variables = self._object(server, "variables") if server else {}
        values: dict[str, str] = {}
        for name, node in variables.items():
            variable = self._follow(node, variables)
            ours = self._meaning(node, (API_URL, API_VERSION), variables)
            values[name] = f"{{{ours}}}" if ours else str(variable.get("default", ""))
        filled = _IN_BRACES.sub(lambda found: values.get(found[1], found[0]), url)
        base = filled.removeprefix(f"{{{API_URL}}}").rstrip("/")
        rest = base.replace(f"{{{API_VERSION}}}", "v")
        if base == filled.rstrip("/") or "{" in rest or not _PATH.fullmatch(rest):
            self._complain(
                server or self._root,
                f"`servers` needs a `url` that begins with the variable that means {API_URL}, "
                f"and may have the one that means {API_VERSION} in its path",
                at(server, "url"),
            )
            return ""
        return base.replace(f"{{{API_VERSION}}}", "{version}")

    def _token(self, operations: Mapping[str, Operation]) -> TokenHeader:
        components = self._object(self._root, "components", "the token")
        schemes = self._object(components, "securitySchemes", "the token")
        tokens = {
            name: self._follow(node, schemes)
            for name, node in schemes.items()
            if self._meaning(node, (TOKEN,), schemes) == TOKEN
        }
        if len(tokens) != 1:
            self._complain(schemes, f"one of `securitySchemes` must have `x-means: {TOKEN}`")
            return TokenHeader("", "")
        ((scheme_name, scheme),) = tokens.items()
        for operation in operations.values():
            names = self._security(operation.source)
            if operation.needs_token and names and scheme_name not in names:
                self._complain(
                    operation.source, f"{operation.means} asks for another security than the token"
                )
        return self._token_header(scheme)

    def _token_header(self, scheme: Json) -> TokenHeader:
        kind, word = scheme.get("type"), str(scheme.get("scheme", ""))
        is_usable = _HEADER_NAME.fullmatch(word) and word.lower() not in ("basic", "digest")
        if kind == "http" and is_usable:
            return TokenHeader("Authorization", "Bearer" if word == "bearer" else word)
        if kind == "apiKey" and scheme.get("in") == "header":
            name = str(scheme.get("name", ""))
            if _HEADER_NAME.fullmatch(name):
                return TokenHeader(name, "")
        self._complain(
            scheme,
            "the token can be sent as `type: http` with a `scheme` such as bearer, or as "
            "`type: apiKey` with `in: header` and a `name`; anything else would leave it in logs",
            at(scheme, "type"),
        )
        return TokenHeader("", "")

    def _headers(self, operations: Mapping[str, Operation]) -> Mapping[str, str]:
        names: dict[str, str] = {}
        for operation in operations.values():
            responses = self._object(operation.source, "responses")
            for status, node in responses.items():
                headers = self._object(self._follow(node, responses), "headers")
                if str(status).startswith("2"):
                    self._collect_headers(names, headers)
        components = self._object(self._root, "components")
        declared = self._object(components, "headers")
        only_there: dict[str, str] = {}
        in_answers = dict(self._header_lines)
        self._collect_headers(only_there, declared)
        # There a name may be what answers refer to; in them it is the one on the wire.
        self._header_lines |= in_answers
        names = {**only_there, **names}
        names.setdefault(RETRY_AFTER, "Retry-After")
        self._check_offer(
            "headers", declared or components, names, HEADERS, self._not_offered(components)
        )
        return names

    def _collect_headers(self, names: dict[str, str], headers: Json) -> None:
        for name, node in headers.items():
            ours = self._meaning(node, HEADERS, headers)
            if not ours:
                continue
            if not _HEADER_NAME.fullmatch(name):
                self._complain(headers, f"`{name}` is no possible name of a header", name)
            lines = {*self._header_lines.get(ours, ()), self._file.line(headers, name)}
            self._header_lines[ours] = tuple(sorted(lines))
            if names.setdefault(ours, name).lower() != name.lower():
                self._complain(headers, f"`{name}` and `{names[ours]}` both mean {ours}", name)

    def _error(self, operations: Mapping[str, Operation]) -> Shape:
        for operation in operations.values():
            responses = self._object(operation.source, "responses")
            for status, node in responses.items():
                response = self._follow(node, responses)
                if not str(status).startswith("2") and "content" in response:
                    schema = self._schema(response, "errors")
                    return self._error_shape(self._merged(schema, schema))
        self._complain(self._root, "no operation describes what an error looks like", "paths")
        return {}

    def _error_shape(self, found: MergedObject) -> Shape:
        for name, (holder, node) in found.keys.items():
            if self._meaning(node, KNOWN_IN_OBJECTS, holder) == ERROR:
                inner = self._shape(self._merged(node, holder), REFUSAL, f"errors, {name}")
                return {ERROR: Key(name, Kind.OBJECT, frozenset({"object"}), True, items=inner)}
        return self._shape(found, REFUSAL, "errors")

    def _longest_external_id(self, operations: Mapping[str, Operation]) -> int:
        lengths: list[int | None] = []
        if create := operations.get(CREATE_CAMPAIGN):
            lengths += [key.max_length for name, key in create.body.items() if name == EXTERNAL_ID]
        if look_up := operations.get(LIST_CAMPAIGNS):
            parameter = look_up.parameters.get(EXTERNAL_ID)
            lengths.append(parameter.max_length if parameter else None)
        longest = min((length for length in lengths if length), default=LONGEST_EXTERNAL_ID)
        if create and longest < SHORTEST_EXTERNAL_ID:
            self._complain(
                create.source,
                f"{EXTERNAL_ID} may have {longest} characters; the connector's has "
                f"{SHORTEST_EXTERNAL_ID}",
            )
        return min(longest, LONGEST_EXTERNAL_ID)


_current = [load(os.environ.get(ENVIRONMENT_VARIABLE) or DEFAULT_PATH)]
