"""A copy of the contract in which everything that can have another name has one, by rule."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from sandbox.contract import DEFAULT_PATH

Document = dict[str, Any]
_IDS = ("id", "list_id", "campaign_id", "template_id")
_IN_BRACES = re.compile(r"{(\w+)}")


def write(path: Path) -> Path:
    """Write the copy; what was written."""
    path.write_text(yaml.safe_dump(_renamed(), sort_keys=False), encoding="utf-8")
    return path


def other_name(name: str) -> str:
    """PascalCase with another word before it."""
    return "Vendor" + "".join(word[:1].upper() + word[1:] for word in re.split(r"[-_]", name))


def other_word(word: str) -> str:
    """Another word of a status."""
    return f"STATE_{word.upper()}"


def _renamed() -> Document:
    # By way of JSON, so that what an anchor shares is renamed once at each place.
    document: Document = json.loads(json.dumps(yaml.safe_load(DEFAULT_PATH.read_text("utf-8"))))
    document.pop("x-rate-limit-headers", None)
    document["servers"][0]["url"] = "{apiUrl}/services/rest/{apiVersion}/json"
    document["paths"] = {_path(path): item for path, item in document["paths"].items()}
    scheme = document["components"]["securitySchemes"]["token"]
    scheme.pop("scheme")
    scheme |= {"type": "apiKey", "in": "header", "name": "X-Vendor-Ticket"}
    _walk(document)
    return document


def _path(path: str) -> str:
    parts = path.strip("/").split("/")
    return "/" + "/".join(
        _IN_BRACES.sub(lambda found: f"{{{other_name(found[1])}}}", part)
        if part.startswith("{")
        else f"my-{part}.aspx"
        for part in parts
    )


def _walk(node: Any) -> None:
    if isinstance(node, list):
        for one in node:
            _walk(one)
    if not isinstance(node, dict):
        return
    _rename_named(node)
    _rename_keys(node)
    for value in node.values():
        _walk(value)


def _rename_named(node: Document) -> None:
    """What has its name beside it."""
    if "operationId" in node:
        node["operationId"] = other_name(node["operationId"])
    if node.get("in") in ("query", "path") and "schema" in node:
        node["name"] = other_name(node["name"])
    if node.get("in") == "header" and "schema" in node:
        node["name"] = f"X-{other_name(node['name'])}"
    if node.get("in") == "path":
        node["schema"] = {"type": "string", "format": "uuid"}
    if node.get("x-means") in _IDS and "type" in node:
        node |= {"type": "string", "format": "uuid"}
    if str(node.get("$ref", "")).startswith("#/components/headers/"):
        *place, name = node["$ref"].split("/")
        node["$ref"] = "/".join([*place, f"X-{other_name(name)}"])


def _rename_keys(node: Document) -> None:
    """What is a key itself, and words."""
    if isinstance(node.get("properties"), dict):
        node["properties"] = {other_name(key): one for key, one in node["properties"].items()}
    if isinstance(node.get("required"), list):
        node["required"] = [other_name(key) for key in node["required"]]
    if isinstance(node.get("headers"), dict):
        node["headers"] = {f"X-{other_name(key)}": one for key, one in node["headers"].items()}
    if "x-means-values" in node:
        node["x-means-values"] = {
            other_word(theirs): ours for theirs, ours in node["x-means-values"].items()
        }
    if isinstance(node.get("enum"), list):
        node["enum"] = [other_word(word) for word in node["enum"]]
