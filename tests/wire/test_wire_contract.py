"""The wire package and the contract cannot drift apart: a change in either alone is found."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import fields as fields_of
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import campaign_master_api
import pytest
import responses
from campaign_master_api import (
    CampaignMasterClient,
    InvalidAnswer,
    NotCampaignMaster,
    endpoints,
)
from campaign_master_api.endpoints import Key, Kind, Operation
from wire_calls import CALLS
from wire_contract import Contract, Json, places
from wire_drift import READS, Sent, differences
from wire_support import API, MakeClient

METHODS = {
    "listLists": "iter_lists",
    "addListRecipients": "add_list_recipients",
    "listRecipientFields": "recipient_fields",
    "listTemplates": "iter_templates",
    "listCampaigns": "find_campaign",
    "getCampaignStatistics": "campaign_statistics",
    "listCampaignRecipients": "campaign_recipients_page",
    "authenticate": "authenticate",
    "createCampaign": "create_campaign",
    "getCampaign": "get_campaign",
    "updateCampaign": "update_campaign",
}
VALUES = {
    "TOKEN": None,
    "LIST": "RecipientList",
    "ADD_RESULT": "AddResult",
    "RECIPIENT_FIELD": "RecipientField",
    "TEMPLATE": "Template",
    "CAMPAIGN": "Campaign",
    "CAMPAIGN_STATISTICS": "CampaignStatistics",
    "RECIPIENT_STATISTICS": "RecipientStatistics",
    "CAMPAIGN_FIELDS": "CampaignFields",
}


def call(
    make_client: MakeClient, operation: Json, path: str, method: str, status: int, answer: Any
) -> Sent:
    with responses.RequestsMock() as server:
        url = API + path.replace("{listId}", "3").replace("{campaignId}", "3")
        server.add(method, url, json=answer, status=status)
        CALLS[operation["operationId"]](make_client())
        request = server.calls[0].request
        return Sent(
            frozenset(request.params),
            frozenset(name.lower() for name in request.headers),
            json.loads(request.body) if request.body else None,
        )


@pytest.fixture
def sent(contract: Json, make_client: MakeClient) -> dict[str, Sent]:
    """What the client sends for each operation, answered by an example from the contract."""
    reading = Contract(contract)
    return {
        operation["operationId"]: call(
            make_client,
            operation,
            path,
            method,
            reading.answer(operation)["status"],
            reading.example(reading.answer_schema(operation)),
        )
        for path, method, operation, _ in reading.operations()
    }


def test_the_contract_and_the_package_are_of_one_mind(
    contract: Json, sent: dict[str, Sent]
) -> None:
    assert differences(contract, endpoints, sent) == []


def test_a_change_of_the_contract_alone_is_found(contract: Json, sent: dict[str, Sent]) -> None:
    names, unnoticed = [], []
    for name, changed in changed_contracts(contract):
        names.append(name)
        if not differences(changed, endpoints, sent):
            unnoticed.append(name)
    assert len(names) > 300
    assert unnoticed == []


def test_a_change_of_the_package_alone_is_found(contract: Json, sent: dict[str, Sent]) -> None:
    unnoticed = [
        name for name, changed in changed_endpoints() if not differences(contract, changed, sent)
    ]
    assert unnoticed == []


def changed_contracts(contract: Json) -> Iterator[tuple[str, Json]]:
    """Every operation, parameter, key, type, enum value and header dropped, renamed or added."""
    for place, node in places(contract):
        # How each error status is described is nothing that the client could differ in.
        if "responses" in place[:-1] and place[place.index("responses") + 1] not in ("200", "201"):
            continue
        for change, changed_node in changes(place, node):
            changed = copy.deepcopy(contract)
            parent: Any = changed
            for step in place[:-1]:
                parent = parent[step]
            parent[place[-1]] = changed_node
            yield f"{'/'.join(map(str, place))}: {change}", changed


def changes(place: tuple[Any, ...], node: Any) -> Iterator[tuple[str, Any]]:
    last = place[-1]
    if last in ("properties", "paths", "headers") and isinstance(node, dict):
        for key in node:
            rest = {name: value for name, value in node.items() if name != key}
            yield f"without {key}", rest
            yield f"{key} renamed", {**rest, f"{key}X": node[key]}
        yield "one more", {**node, "extra": next(iter(node.values()))}
    if last in ("required", "enum", "parameters") and isinstance(node, list):
        for number in range(len(node)):
            yield f"without number {number}", node[:number] + node[number + 1 :]
        if last != "parameters":
            yield "one more", [*node, "extra"]
    if isinstance(node, dict) and isinstance(node.get("type"), str) and "properties" in place:
        yield "another type", {**node, "type": "null"}
    if isinstance(node, dict) and "in" in node and "name" in node:
        yield "renamed", {**node, "name": f"{node['name']}X"}
    if isinstance(node, dict) and "operationId" in node:
        yield "another id", {**node, "operationId": "other"}


def changed_endpoints() -> Iterator[tuple[str, Any]]:
    """Every operation and key of the package dropped or changed."""
    everything = dict(vars(endpoints))
    for name, value in everything.items():
        if isinstance(value, Operation):
            for part in ("name", "method", "path", "items"):
                other = replace(value, **{part: getattr(value, part) + "X"})
                yield f"{name} {part}", SimpleNamespace(**{**everything, name: other})
        if isinstance(value, dict) and all(isinstance(key, Key) for key in value.values()):
            for part, key in value.items():
                for change, schema in changed_schema(value, part, key):
                    yield f"{name} {part} {change}", SimpleNamespace(**{**everything, name: schema})


def changed_schema(schema: Json, part: str, key: Key) -> Iterator[tuple[str, Json]]:
    other_kind = Kind.RATE if key.kind is not Kind.RATE else Kind.COUNT
    yield "dropped", {name: value for name, value in schema.items() if name != part}
    yield "renamed", {**schema, part: replace(key, name=f"{key.name}X")}
    yield "required", {**schema, part: replace(key, required=not key.required)}
    yield "kind", {**schema, part: replace(key, kind=other_kind)}


def required_and_optional(contract: Contract, schema: Json, at: tuple[Any, ...] = ()) -> Any:
    """The places of all keys of an answer's objects, with whether each one is required."""
    schema = contract.merged(schema)
    if schema.get("type") == "array":
        yield from required_and_optional(contract, schema["items"], (*at, 0))
    for key, part in schema["properties"].items():
        yield (*at, key), key in schema["required"]
        yield from required_and_optional(contract, part, (*at, key))


def test_the_client_really_needs_what_is_required_and_nothing_else(
    contract: Json, make_client: MakeClient
) -> None:
    reading = Contract(contract)
    checked = 0
    for path, method, operation, _ in reading.operations():
        schema, status = reading.answer_schema(operation), reading.answer(operation)["status"]
        for place, required in required_and_optional(reading, schema):
            answer: Any = reading.example(schema)
            parent = answer
            for step in place[:-1]:
                parent = parent[step]
            del parent[place[-1]]
            arguments = (make_client, operation, path, method, status, answer)
            if required:
                with pytest.raises((InvalidAnswer, NotCampaignMaster)):
                    call(*arguments)
            else:
                call(*arguments)
            checked += 1
    assert checked > 90


@pytest.mark.parametrize("schema", VALUES)
def test_a_schema_names_the_attributes_of_its_value_in_their_order(schema: str) -> None:
    value = VALUES[schema]
    names = (
        [field.name for field in fields_of(getattr(campaign_master_api, value))]
        if value
        else ["value"]
    )
    if schema == "CAMPAIGN_FIELDS":
        assert sorted(endpoints.CAMPAIGN_FIELDS) == sorted(names)
    else:
        assert list(getattr(endpoints, schema)) == names
    assert set(READS.values()) < set(VALUES)


def test_each_method_tells_on_what_it_rests(contract: Json) -> None:
    for _, _, operation, _ in Contract(contract).operations():
        basis = operation["x-basis"].split()[0]
        text = getattr(CampaignMasterClient, METHODS[operation["operationId"]]).__doc__
        assert f"Source: {basis}" in text, operation["operationId"]
