"""In what the contract and the package are not of one mind."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from campaign_master_api import AddStatus, CampaignStatus
from campaign_master_api.endpoints import Key, Kind, Operation, new_campaign_body
from campaign_master_api.text import MAX_NAME
from wire_calls import BARE
from wire_contract import Contract, Json

READS = {
    "authenticate": "TOKEN",
    "listLists": "LIST",
    "addListRecipients": "ADD_RESULT",
    "listRecipientFields": "RECIPIENT_FIELD",
    "listTemplates": "TEMPLATE",
    "listCampaigns": "CAMPAIGN",
    "createCampaign": "CAMPAIGN",
    "getCampaign": "CAMPAIGN",
    "updateCampaign": "CAMPAIGN",
    "getCampaignStatistics": "CAMPAIGN_STATISTICS",
    "listCampaignRecipients": "RECIPIENT_STATISTICS",
}
TEXTS = [("string", None, None, None), ("string", None, "email", None)]
FITTING: dict[Kind, list[tuple[Any, ...]]] = {
    Kind.IDENTIFIER: [("integer", None, None, None), ("integer", 1, None, None)],
    Kind.COUNT: [("integer", 0, None, None)],
    Kind.RATE: [("number", 0, None, None)],
    Kind.FLAG: [("boolean", None, None, None)],
    Kind.MOMENT: [
        ("string", None, "date-time", None),
        (["string", "null"], None, "date-time", None),
    ],
    Kind.CAMPAIGN_STATUS: [("string", None, None, [status.value for status in CampaignStatus])],
    Kind.ADD_STATUS: [("string", None, None, [status.value for status in AddStatus])],
}


@dataclass(frozen=True)
class Sent:
    """What the client sent for one operation that was given everything it takes."""

    query: frozenset[str]
    headers: frozenset[str]
    body: Any


def differences(content: Json, endpoints: Any, sent: dict[str, Sent]) -> list[str]:
    """Everything that one says and the other does not; `endpoints` is the module or a copy."""
    contract = Contract(content)
    try:
        return [
            *_operations(contract, endpoints),
            *_frame(contract, endpoints),
            *_requests(contract, endpoints, sent),
            *_answers(contract, endpoints),
        ]
    except (KeyError, ValueError, TypeError) as error:
        return [f"not even comparable: {error!r}"]


def _known_operations(endpoints: Any) -> list[Operation]:
    return [value for value in vars(endpoints).values() if isinstance(value, Operation)]


def _operations(contract: Contract, endpoints: Any) -> Iterator[str]:
    described = {(op["operationId"], method, path) for path, method, op, _ in contract.operations()}
    known = {(op.name, op.method, op.path) for op in _known_operations(endpoints)}
    yield from (f"operation {difference}" for difference in described ^ known)
    for _, _, operation, _ in contract.operations():
        if (operation.get("security") == []) != (operation["operationId"] == "authenticate"):
            yield f"security of {operation['operationId']}"


def _frame(contract: Contract, endpoints: Any) -> Iterator[str]:
    """The address, headers, token, limits and error codes."""
    components = contract.content["components"]
    fields = components["schemas"]["CampaignFields"]["properties"]
    code = components["schemas"]["Error"]["properties"]["error"]["properties"]["code"]
    scheme = components["securitySchemes"]["token"]
    parameters = components["parameters"]
    path = endpoints.BASE_PATH.format(version="{apiVersion}")
    headers = {
        endpoints.RATE_LIMIT_HEADER,
        endpoints.RATE_REMAINING_HEADER,
        endpoints.RATE_RESET_HEADER,
        endpoints.TOKEN_RESET_HEADER,
    }
    pairs = [
        (contract.content["servers"][0]["url"], "{apiUrl}" + path),
        ((scheme["type"], scheme["scheme"]), ("http", endpoints.TOKEN_SCHEME.lower())),
        (set(components["headers"]), headers),
        (set(re.findall(r"[a-z_]+", code["description"])), set(endpoints.ERROR_CODES)),
        (parameters["page"]["schema"]["minimum"], 1),
        (parameters["pageSize"]["schema"]["maximum"], endpoints.MAX_PAGE_SIZE),
        (fields["externalId"]["maxLength"], endpoints.MAX_EXTERNAL_ID),
        (fields["name"]["maxLength"], MAX_NAME),
        (fields["subject"]["maxLength"], MAX_NAME),
    ]
    for _, _, operation, _ in contract.operations():
        told = set(contract.answer(operation).get("headers", {}))
        pairs.append((told, set() if operation["operationId"] == "authenticate" else headers))
    yield from (f"{one} / {two}" for one, two in pairs if one != two)


def _requests(contract: Contract, endpoints: Any, sent: dict[str, Sent]) -> Iterator[str]:
    for path, _, operation, parameters in contract.operations():
        name = operation["operationId"]
        told = {(one["in"], one["name"], one.get("required", False)) for one in parameters}
        known = {("path", part, True) for part in re.findall(r"{(\w+)}", path)}
        known |= {("query", key, False) for key in sent[name].query}
        if name == "authenticate":
            for part, header in endpoints.CREDENTIAL_HEADERS.items():
                if header in sent[name].headers:
                    known.add(("header", header, part in ("username", "password")))
        elif endpoints.TOKEN_HEADER.lower() not in sent[name].headers:
            yield f"no token for {name}"
        yield from (f"parameter {difference} of {name}" for difference in told ^ known)
        yield from _body(contract, endpoints, operation, sent[name].body)


def _body(contract: Contract, endpoints: Any, operation: Json, body: Any) -> Iterator[str]:
    name = operation["operationId"]
    if (body is None) != ("requestBody" not in operation):
        yield f"body of {name}"
    elif body is not None:
        schema = contract.body_schema(operation)
        if name == "addListRecipients":
            yield from _new_recipients(contract, endpoints, schema, body)
        else:
            yield from _campaign_body(endpoints, name, schema, body)


def _campaign_body(endpoints: Any, name: str, schema: Json, body: Json) -> Iterator[str]:
    creating = name == "createCampaign"
    keys = endpoints.CAMPAIGN_FIELDS.values()
    if creating and set(new_campaign_body(BARE)) != set(schema["required"]):
        yield "what createCampaign requires"
    not_taken = set() if creating else {endpoints.CAMPAIGN_FIELDS["template_id"].name}
    if set(body) != set(schema["properties"]) - not_taken:
        yield f"body of {name}"
    if creating:
        yield from _keys(f"{name} body", schema, keys)


def _new_recipients(contract: Contract, endpoints: Any, schema: Json, body: Json) -> Iterator[str]:
    array = schema["properties"][endpoints.RECIPIENTS]
    item = contract.merged(array["items"])
    merge_fields = item["properties"][endpoints.RECIPIENT_MERGE_FIELDS]
    pairs = [
        (schema["required"], [endpoints.RECIPIENTS]),
        (set(schema["properties"]), set(body)),
        ((array["type"], array["minItems"], array["maxItems"]), ("array", 1, endpoints.MAX_BATCH)),
        (set(item["properties"]), set(body["recipients"][0])),
        (item["required"], [endpoints.RECIPIENT_EMAIL]),
        (item["properties"][endpoints.RECIPIENT_EMAIL]["type"], "string"),
        (
            (merge_fields["type"], merge_fields["additionalProperties"]["type"]),
            ("object", "string"),
        ),
    ]
    yield from (f"recipients: {one} / {two}" for one, two in pairs if one != two)


def _answers(contract: Contract, endpoints: Any) -> Iterator[str]:
    items = {op.name: op.items for op in _known_operations(endpoints)}
    for _, _, operation, _ in contract.operations():
        name = operation["operationId"]
        schema = contract.answer_schema(operation)
        if items[name]:
            paged = name not in ("addListRecipients", "listRecipientFields")
            array = schema["properties"].pop(items[name], {"type": "missing"})
            if array["type"] != "array" or items[name] not in schema["required"]:
                yield f"{items[name]} of {name}"
            schema["required"] = [key for key in schema["required"] if key != items[name]]
            yield from _keys(name, schema, endpoints.PAGED.values() if paged else [])
            schema = contract.merged(array["items"])
        yield from _keys(name, schema, getattr(endpoints, READS[name]).values())
    error = contract.merged(contract.content["components"]["schemas"]["Error"])
    if not list(error["properties"]) == error["required"] == [endpoints.ERROR]:
        yield "the error object"
    details = contract.merged(error["properties"][endpoints.ERROR])
    yield from _keys("error", details, endpoints.ERROR_DETAILS.values())


def _keys(where: str, schema: Json, keys: Collection[Key]) -> Iterator[str]:
    known = {key.name: key for key in keys}
    yield from (f"key {name} of {where}" for name in set(known) ^ set(schema["properties"]))
    required = {key.name for key in known.values() if key.required}
    yield from (f"required {name} of {where}" for name in required ^ set(schema["required"]))
    for name, key in known.items():
        told = schema["properties"].get(name, {})
        facets = tuple(told.get(facet) for facet in ("type", "minimum", "format", "enum"))
        if facets not in FITTING.get(key.kind, TEXTS):
            yield f"type of {name} of {where}: {key.kind} / {facets}"
