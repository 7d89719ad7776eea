"""Another vendor's contract: everything renamed by rule, ids as GUIDs, the token sent elsewhere."""

from __future__ import annotations

import codecs
import copy
import re
import uuid
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from wire_contract import Json

IDENTIFIERS = ("id", "template_id", "list_id", "campaign_id")
# Keys that are not the vendor's: the customer's merge variables.
OWN = {"City"}


def other(name: str) -> str:
    """Another word in PascalCase."""
    word = codecs.encode(name, "rot13")
    return "Zz" + word[:1].upper() + word[1:]


def other_header(name: str) -> str:
    return "X-" + codecs.encode(name, "rot13").replace("_", "-").title()


def other_path(path: str) -> str:
    names = re.sub(r"{(\w+)}", lambda found: "{" + other(found[1]) + "}", path)
    return re.sub(r"(?<=/)[a-z-]+", lambda found: other(found[0].replace("-", "")), names)


def guid(number: object) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))).upper()


def renamed_contract(contract: Json) -> Json:
    """A copy in which no path, parameter, header, key, word or operation has its name any more."""
    found = copy.deepcopy(contract)
    _rename(found, set())
    found["paths"] = {other_path(path): item for path, item in found["paths"].items()}
    found["components"]["securitySchemes"]["token"] = {
        "x-means": "token",
        "type": "apiKey",
        "in": "header",
        "name": "X-Key",
    }
    [server] = found["servers"]
    server["url"] = "{Where}/Rest/{Which}/Mailing"
    variables = server["variables"]
    server["variables"] = {"Where": variables["apiUrl"], "Which": variables["apiVersion"]}
    return found


def _rename(node: Any, seen: set[int]) -> None:
    if id(node) in seen or not isinstance(node, (dict, list)):
        return
    seen.add(id(node))
    for child in node.values() if isinstance(node, dict) else node:
        _rename(child, seen)
    if isinstance(node, dict):
        _rename_object(node)


def _rename_object(node: Json) -> None:
    if node.get("x-means") in IDENTIFIERS:
        node.get("schema", node)["type"] = "string"
    if isinstance(node.get("properties"), dict):
        node["properties"] = {other(name): part for name, part in node["properties"].items()}
    for names in ("required", "enum"):
        if isinstance(node.get(names), list):
            node[names] = [other(name) for name in node[names]]
    if "x-means-values" in node:
        values = node["x-means-values"].items()
        node["x-means-values"] = {other(word): ours for word, ours in values}
    if "in" in node and "name" in node:
        node["name"] = (other_header if node["in"] == "header" else other)(node["name"])
    if "operationId" in node:
        node["operationId"] = other(node["operationId"])
    if isinstance(node.get("headers"), dict):
        _rename_headers(node["headers"], only_unused="securitySchemes" in node)


def _rename_headers(headers: Json, *, only_unused: bool) -> None:
    """Those of answers, which may share theirs; of the components the one that none refers to."""
    renamed = {
        name
        if name.startswith("X-") or (only_unused and name != "Retry-After")
        else other_header(name): part
        for name, part in headers.items()
    }
    headers.clear()
    headers.update(renamed)


def renamed_json(value: Any, key: str = "") -> Any:
    """An answer or a body of the usual contract as the other one has it."""
    if isinstance(value, dict):
        return {
            name if name in OWN else other(name): renamed_json(part, name)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [renamed_json(part, key) for part in value]
    if key in ("id", "templateId"):
        return guid(value)
    return other(value) if key in ("status", "code") else value


def renamed_url(url: str) -> tuple[str, dict[str, str]]:
    """A URL of the usual contract as path and query of the other one."""
    parts = urlsplit(url)
    path = parts.path.removeprefix("/api/v1")
    path = re.sub(r"(?<=/)\d+", lambda found: "{" + found[0] + "}", path)
    path = re.sub(r"(?<=/)[a-z-]+", lambda found: other(found[0].replace("-", "")), path)
    path = re.sub(r"{(\d+)}", lambda found: quote(guid(found[1]), safe=""), path)
    query = {other(name): value for name, value in parse_qsl(parts.query)}
    return f"/Rest/v1/Mailing{path}", query
