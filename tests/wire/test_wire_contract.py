"""The contract is the program: another file, other names; a broken one is refused with its lines."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import fields as fields_of
from dataclasses import is_dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import campaign_master_api
import pytest
import responses
import yaml
from campaign_master_api import (
    CampaignMasterClient,
    ContractError,
    Credentials,
    InvalidAnswer,
    NewRecipient,
    NotCampaignMaster,
    RateLimit,
    RateLimitReached,
    RequestRefused,
    contract,
    meanings,
)
from campaign_master_api.contract import DEFAULT_PATH, load
from wire_calls import CALLS, FULL, RECIPIENT
from wire_contract import Contract, Json
from wire_renaming import guid, other, other_header, renamed_contract, renamed_json, renamed_url
from wire_support import API, MakeClient, in_seconds, unix

SOURCE = DEFAULT_PATH.read_text(encoding="utf-8")
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
    "LIST": "RecipientList",
    "RECIPIENT_FIELD": "RecipientField",
    "TEMPLATE": "Template",
    "CAMPAIGN": "Campaign",
    "CAMPAIGN_STATISTICS": "CampaignStatistics",
    "RECIPIENT_STATISTICS": "RecipientStatistics",
    "CAMPAIGN_FIELDS": "CampaignFields",
    "NEW_RECIPIENT": "NewRecipient",
}


def call(
    make_client: MakeClient, operation: Json, path: str, method: str, status: int, answer: Any
) -> responses.Call:
    with responses.RequestsMock() as server:
        url = API + path.replace("{listId}", "3").replace("{campaignId}", "3")
        server.add(method, url, json=answer, status=status)
        CALLS[operation["operationId"]](make_client())
        return server.calls[0]


def test_what_is_sent_is_what_the_contract_says(contract: Json, make_client: MakeClient) -> None:
    reading = Contract(contract)
    for path, method, operation, parameters in reading.operations():
        answer = reading.example(reading.answer_schema(operation))
        status = reading.answer(operation)["status"]
        request = call(make_client, operation, path, method, status, answer).request
        told = {(one["in"], one["name"]) for one in parameters}
        in_query = {name for place, name in told if place == "query"}
        in_headers = {name.lower() for place, name in told if place == "header"}
        assert set(request.params) == in_query, path
        assert in_headers <= {name.lower() for name in request.headers}
        assert ("Authorization" in request.headers) is (operation.get("security") != [])
        assert bool(request.body) is ("requestBody" in operation)
        if request.body:
            schema = reading.body_schema(operation)
            body = json.loads(request.body)
            assert set(body) <= set(schema["properties"])
            assert set(schema["required"]) <= set(body)


def test_ids_are_sent_as_the_contract_has_them(
    server: responses.RequestsMock, make_client: MakeClient, tmp_path: Path
) -> None:
    server.post(f"{API}/campaigns", json={"id": "x"}, status=201)
    client = make_client()
    for told, sent in {"7": 7, "007": "007", "guid-7": "guid-7", "\u0667": "\u0667"}.items():
        client.create_campaign(replace(FULL, template_id=told))
        assert json.loads(server.calls[-1].request.body or b"")["templateId"] == sent
    texts = changed(
        tmp_path,
        "templateId: {x-means: template_id, type: integer}",
        "templateId: {x-means: template_id, type: string}",
    )
    make_client(contract=load(texts)).create_campaign(FULL)
    assert json.loads(server.calls[-1].request.body or b"")["templateId"] == "7"
    with pytest.raises(ValueError, match="id"):
        client.create_campaign(replace(FULL, template_id="a\nb"))


def essential_and_others(reading: Contract, operation: Json) -> Any:
    """The places of an answer's keys, with whether the answer is of no use without it."""
    need = meanings.NEEDS[operation["x-means"]]
    schema = reading.answer_schema(operation)
    for key, part in schema["properties"].items():
        part = reading.follow(part)
        means = part["x-means"]
        yield (key,), means in need.essential or means == "rows"
        if means == "rows":
            for inner in reading.merged(part["items"])["properties"]:
                # A campaign that can't be read may be the one that is looked for.
                is_looked_for = operation["operationId"] == "listCampaigns" and inner == "id"
                yield (key, 0, inner), is_looked_for


def test_an_answer_needs_what_is_essential_and_nothing_else(
    contract: Json, make_client: MakeClient
) -> None:
    reading = Contract(contract)
    checked = 0
    for path, method, operation, _ in reading.operations():
        status = reading.answer(operation)["status"]
        for place, essential in essential_and_others(reading, operation):
            answer: Any = reading.example(reading.answer_schema(operation))
            parent = answer
            for step in place[:-1]:
                parent = parent[step]
            del parent[place[-1]]
            arguments = (make_client, operation, path, method, status, answer)
            silent = operation["operationId"] in ("addListRecipients", "updateCampaign")
            if essential and not silent:
                with pytest.raises((InvalidAnswer, NotCampaignMaster)):
                    call(*arguments)
            elif not silent:
                call(*arguments)
            checked += 1
    assert checked > 90


@pytest.mark.parametrize("schema", VALUES)
def test_meanings_are_the_attributes_of_values_in_their_order(schema: str) -> None:
    names = [field.name for field in fields_of(getattr(campaign_master_api, VALUES[schema]))]
    found = list(getattr(meanings, schema))
    assert (sorted(found) if schema == "CAMPAIGN_FIELDS" else found) == (
        sorted(names) if schema == "CAMPAIGN_FIELDS" else names
    )


def test_each_method_tells_on_what_it_rests(contract: Json) -> None:
    for _, _, operation, _ in Contract(contract).operations():
        basis = operation["x-basis"].split()[0]
        text = getattr(CampaignMasterClient, METHODS[operation["operationId"]]).__doc__
        assert f"Source: {basis}" in text, operation["operationId"]


# Other names -----------------------------------------------------------------------------------


@pytest.fixture
def other_contract(contract: Json, tmp_path: Path) -> contract.Contract:  # type: ignore[name-defined]
    path = tmp_path / "other.yaml"
    path.write_text(yaml.safe_dump(renamed_contract(contract), sort_keys=False), encoding="utf-8")
    return load(path)


def plain(value: Any) -> Any:
    """A value with its ids and vendor's words as the other contract has them."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not is_dataclass(value):
        return value
    found = {field.name: plain(getattr(value, field.name)) for field in fields_of(value)}
    for name in ("id", "template_id"):
        if found.get(name):
            found[name] = guid(found[name])
    if "status_text" in found:
        found["status_text"] = other(found["status_text"])
    return found


def as_told(value: Any) -> Any:
    if isinstance(value, list):
        return [as_told(one) for one in value]
    if not is_dataclass(value):
        return value
    return {field.name: as_told(getattr(value, field.name)) for field in fields_of(value)}


OTHER_CALLS = {
    **CALLS,
    "addListRecipients": lambda client: client.add_list_recipients(guid(3), [RECIPIENT]),
    "createCampaign": lambda client: client.create_campaign(replace(FULL, template_id=guid(7))),
    "getCampaign": lambda client: client.get_campaign(guid(3)),
    "updateCampaign": lambda client: client.update_campaign(guid(3), FULL),
    "getCampaignStatistics": lambda client: client.campaign_statistics(guid(3)),
    "listCampaignRecipients": lambda client: client.campaign_recipients_page(
        guid(3),
        updated_after=in_seconds(0).replace(year=2026, month=3, day=1, hour=0, minute=0, second=0),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_everything_can_be_called_something_else(
    contract: Json, other_contract: Any, make_client: MakeClient, name: str
) -> None:
    reading = Contract(contract)
    (found,) = (one for one in reading.operations() if one[2]["operationId"] == name)
    path, method, operation, _ = found
    answer = reading.example(reading.answer_schema(operation))
    status = reading.answer(operation)["status"]
    usual = call(make_client, operation, path, method, status, answer).request
    with responses.RequestsMock() as server:
        server.add(method, re.compile(".*"), json=answer, status=status)
        expected = CALLS[name](make_client())
    with responses.RequestsMock() as server:
        server.add(method, re.compile(".*"), json=renamed_json(answer), status=status)
        client = make_client(contract=other_contract)
        got = OTHER_CALLS[name](client)
        sent = server.calls[0].request
    assert as_told(got) == plain(expected)
    assert not client.deviations
    parts = urlsplit(str(sent.url))
    assert (parts.path, dict(parse_qsl(parts.query))) == renamed_url(str(usual.url))
    if usual.body:
        assert json.loads(sent.body or b"") == renamed_json(json.loads(usual.body))
    if name == "authenticate":
        for credential in ("username", "password", "client_id", "client_secret"):
            assert sent.headers[other_header(credential)] == usual.headers[credential]
            assert credential not in sent.headers
    else:
        assert sent.headers["X-Key"] == "token-value-17"
        assert "Authorization" not in sent.headers


def test_headers_and_refusals_can_be_called_something_else(
    other_contract: Any, make_client: MakeClient, fields: Any
) -> None:
    client = make_client(contract=other_contract)
    end = in_seconds(1800)
    told = {
        "x-rate-limit-limit": "5000",
        "x-rate-limit-remaining": "9",
        "x-rate-limit-reset": unix(end),
    }
    headers = {other_header(name): value for name, value in told.items()}
    refusal = {"error": {"code": "campaign_not_draft", "message": "Late.", "field": "name"}}
    month = {"error": {"code": "monthly_limit", "message": "Enough."}}
    with responses.RequestsMock() as server:
        server.put(re.compile(".*"), status=400, json=renamed_json(refusal), headers=headers)
        with pytest.raises(RequestRefused) as caught:
            client.update_campaign(guid(5), fields)
        assert (caught.value.code, caught.value.field) == ("campaign_not_draft", "name")
        assert client.rate_limit == RateLimit(5000, 9, end)
        waiting = {other_header("Retry-After"): "60"}
        server.get(re.compile(".*"), status=429, json=renamed_json(month), headers=waiting)
        with pytest.raises(RateLimitReached) as reached:
            client.get_campaign(guid(5))
        assert reached.value.monthly
        assert reached.value.reset_at is not None


def test_a_pasted_address_loses_the_path_that_the_contract_has(
    other_contract: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contract, "_current", [other_contract])
    normalize = campaign_master_api.normalize_api_url
    assert normalize("cm.example.com/Rest/v2/Mailing/") == "https://cm.example.com"
    assert normalize("cm.example.com/api/v1") == "https://cm.example.com/api/v1"


# Other shapes ----------------------------------------------------------------------------------


def changed(folder: Path, *changes: str) -> Path:
    """The contract with each first text replaced by the one after it."""
    text = SOURCE
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "changed.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_pages_can_count_from_zero_and_be_smaller(
    server: responses.RequestsMock, make_client: MakeClient, tmp_path: Path
) -> None:
    path = changed(
        tmp_path,
        "schema: {type: integer, minimum: 1, default: 1}",
        "schema: {type: integer, minimum: 0}",
        "maximum: 1000, default: 1000",
        "maximum: 50",
        "maxItems: 1000",
        "maxItems: 200",
        "maxLength: 64",
        "maxLength: 40",
    )
    server.get(f"{API}/lists", json={"currentPage": 0, "isLastPage": False, "lists": [{"id": 1}]})
    server.get(f"{API}/lists", json={"currentPage": 1, "isLastPage": True, "lists": [{"id": 2}]})
    client = make_client(contract=load(path))
    assert [entry.id for entry in client.iter_lists()] == ["1", "2"]
    asked = [entry.request.params for entry in server.calls]
    assert asked == [{"page": "0", "pageSize": "50"}, {"page": "1", "pageSize": "50"}]
    assert client.largest_batch == 200
    with pytest.raises(ValueError, match="1 to 200"):
        client.add_list_recipients("3", [NewRecipient("p@example.com")] * 201)
    with pytest.raises(ValueError, match="1 to 40"):
        client.find_campaign("x" * 41)
    with pytest.raises(ValueError, match="1 to 50"):
        client.campaign_recipients_page("5", page_size=51)


def test_what_a_vendor_does_not_have_can_be_said(
    server: responses.RequestsMock, make_client: MakeClient, tmp_path: Path
) -> None:
    path = changed(
        tmp_path,
        "        totalForwards: {x-means: total_forwards, type: integer, minimum: 0}\n        uniqueForwards: {x-means: unique_forwards, type: integer, minimum: 0}\n",
        "",
        "totalForwards, uniqueForwards, ",
        "",
        "    CampaignStatistics:\n      type: object\n",
        "    CampaignStatistics:\n      type: object\n      x-not-offered: [total_forwards, unique_forwards]\n",
        "        - name: updatedAfter\n          x-means: updated_after\n          in: query\n          description: Only rows that changed at or after this time.\n          schema: {type: string, format: date-time}\n",
        "",
        "      operationId: listCampaignRecipients\n",
        "      operationId: listCampaignRecipients\n      x-not-offered: [updated_after]\n",
        "enum: [draft, scheduled, sending, sent]\n      x-means-values: {draft: draft, scheduled: scheduled, sending: sending, sent: sent}",
        "enum: [Entwurf, fertig, archiviert]\n      x-means-values: {Entwurf: draft, fertig: sent, archiviert: sent}\n      x-not-offered: [scheduled, sending]",
    )
    client = make_client(contract=load(path))
    server.get(f"{API}/campaigns/5/statistics", json={"status": "archiviert", "totalForwards": 3})
    found = client.campaign_statistics("5")
    assert (found.status.value, found.total_forwards) == ("sent", None)
    server.get(f"{API}/campaigns/5/recipients", json={"isLastPage": True, "recipients": []})
    client.campaign_recipients_page("5", updated_after=in_seconds(0))
    assert set(server.calls[-1].request.params) == {"page", "pageSize"}


def test_a_list_can_be_the_answer_itself(
    server: responses.RequestsMock, make_client: MakeClient, tmp_path: Path
) -> None:
    old = SOURCE[SOURCE.index("              schema:\n                allOf:\n") :]
    old = old[: old.index("        default:")]
    new = '              schema: {x-means: rows, type: array, items: {$ref: "#/components/schemas/List"}}\n'
    text = SOURCE.replace(old, new, 1)
    path = tmp_path / "array.yaml"
    path.write_text(text, encoding="utf-8")
    server.get(f"{API}/lists", json=[])
    client = make_client(contract=load(path))
    assert list(client.iter_lists()) == []
    assert not client.deviations


def test_credentials_can_go_in_the_body_and_constants_along(
    server: responses.RequestsMock, make_client: MakeClient, tmp_path: Path
) -> None:
    start = SOURCE.index("      parameters:\n        - {x-means: username")
    end = SOURCE.index("      responses:", start)
    body = """      parameters:
        - {name: X-Client, in: header, required: true, schema: {const: odoo}}
      x-not-offered: [client_secret]
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [user, grant]
              properties:
                user: {x-means: username, type: string}
                secret: {x-means: password, type: string}
                client: {x-means: client_id, type: string}
                grant: {const: password}
"""
    path = tmp_path / "body.yaml"
    path.write_text(SOURCE[:start] + body + SOURCE[end:], encoding="utf-8")
    make_client(contract=load(path)).authenticate()
    request = server.calls[0].request
    assert json.loads(request.body or b"") == {
        "user": "user-name-17",
        "secret": "pass-word-17",
        "client": "client-id-17",
        "grant": "password",
    }
    assert request.headers["X-Client"] == "odoo"
    assert "username" not in request.headers


# Broken files ----------------------------------------------------------------------------------

# What HTTP itself has, and what an address can do without.
SOURCE_BASE = {"retry_after": "/api/{version}", "api_version": "/api/v1"}
FIGURE = (
    "        totalOpens: {x-means: total_opens, type: integer, minimum: 0}\n        uniqueOpens"
)
BROKEN: dict[str, tuple[str, str, str, str]] = {
    "no meaning": (
        FIGURE,
        FIGURE.replace("x-means: total_opens, ", ""),
        "CampaignStatistics:\n",
        "total_opens",
    ),
    "a wrong meaning": (
        FIGURE,
        FIGURE.replace("total_opens", "totl_opens"),
        "totl_opens",
        "is `total_opens` meant",
    ),
    "a meaning twice": (
        FIGURE,
        FIGURE.replace("total_opens", "hard_bounces"),
        "totalOpens: {x-means: hard",
        "both mean hard_bounces",
    ),
    "a wrong type": (
        FIGURE,
        FIGURE.replace("integer", "boolean"),
        "totalOpens: {x-means: total_opens, type: boolean",
        "its type must be",
    ),
    "no type": (
        FIGURE,
        FIGURE.replace("integer", "int"),
        "type: int,",
        "`type: int` is no JSON type",
    ),
    "required, not there": (
        "required: [id, name]\n      properties: {id: {x-means: id, type: integer}, name: {x-means: name, type: string}, recipientCount",
        "required: [id, nam]\n      properties: {id: {x-means: id, type: integer}, name: {x-means: name, type: string}, recipientCount",
        "required: [id, nam]",
        "`nam` is required",
    ),
    "a word too few": (
        "sending: sending, sent: sent}",
        "sending: sending}",
        "enum: [draft",
        "what `sent` means is not said",
    ),
    "a word too many": (
        "sending: sending, sent: sent}",
        "sending: sending, sent: sent, gone: sent}",
        "gone: sent",
        "`gone` is not in `enum`",
    ),
    "a wrong word": ("invalid: invalid}", "invalid: invald}", "invald", "is `invalid` meant"),
    "no words": (
        "      x-means-values: {draft: draft, scheduled: scheduled, sending: sending, sent: sent}\n",
        "",
        "CampaignStatus:",
        "x-means-values",
    ),
    "a code missing": (
        "                monthly_limit: monthly_limit\n",
        "",
        "x-means: code",
        "monthly_limit",
    ),
    "a dangling reference": (
        'items: {$ref: "#/components/schemas/List"}',
        'items: {$ref: "#/components/schemas/Lst"}',
        "schemas/Lst",
        "names nothing",
    ),
    "a reference to itself": (
        "    CampaignStatus:\n",
        '    CampaignStatus: {$ref: "#/components/schemas/CampaignStatus"}\n    Other:\n',
        "CampaignStatus: {$ref",
        "itself",
    ),
    "a path without its parameter": (
        "  /lists/{listId}/recipients:",
        "  /lists/recipients:",
        "addListRecipients",
        "has no {listId}",
    ),
    "a path that says more": (
        "  /lists/{listId}/recipients:",
        "  /lists/{listId}/{what}/recipients:",
        "addListRecipients",
        "{what}",
    ),
    "a path of another host": (
        "  /templates:",
        "  //evil.example/templates?x:",
        "//evil",
        "is no path",
    ),
    "two ways that are one": (
        "  /campaigns/{campaignId}/statistics:",
        "  /campaigns/{other}:\n    get: {}\n  /campaigns/{campaignId}/statistics:",
        "/campaigns/{other}",
        "told apart",
    ),
    "an operation missing": ("      x-means: list_templates\n", "", "paths:", "list_templates"),
    "an operation twice": (
        "x-means: list_templates",
        "x-means: list_lists",
        "operationId: listTemplates",
        "another operation means list_lists",
    ),
    "a parameter missing": (
        "{x-means: external_id, name: externalId, in: query, required: false",
        "{name: externalId, in: query, required: false",
        "operationId: listCampaigns",
        "external_id",
    ),
    "a parameter elsewhere": (
        "{x-means: list_id, name: listId, in: path",
        "{x-means: list_id, name: listId, in: query",
        "listId, in: query",
        "can't be in the query",
    ),
    "a parameter that nobody fills": (
        "{x-means: client_id, name: client_id, in: header, required: false",
        "{name: tenant, in: header, required: true",
        "tenant",
        "nothing says what to send",
    ),
    "credentials in the query": (
        "{x-means: password, name: password, in: header",
        "{x-means: password, name: password, in: query",
        "in: query, required: true",
        "can't be in the query",
    ),
    "a header that cannot be": (
        "name: username, in: header",
        "name: 'user name', in: header",
        "'user name'",
        "no possible name of a header",
    ),
    "a size that cannot be": (
        "minimum: 1, maximum: 1000",
        "minimum: 10, maximum: 5",
        "maximum: 5",
        "below its minimum",
    ),
    "a number that is none": ("maxItems: 1000", "maxItems: many", "maxItems: many", "whole number"),
    "a batch that cannot be": (
        "minItems: 1\n                  maxItems: 1000",
        "minItems: 9\n                  maxItems: 3",
        "maxItems: 3",
        "below `minItems`",
    ),
    "a reference too short": (
        "maxLength: 64",
        "maxLength: 20",
        "operationId: createCampaign",
        "may have 20 characters",
    ),
    "no rows": (
        "properties: {lists: {x-means: rows, ",
        "properties: {lists: {",
        "                allOf:\n",
        "rows",
    ),
    "rows that are no array": (
        'x-means: rows, type: array, items: {$ref: "#/components/schemas/List"}',
        'x-means: rows, type: object, items: {$ref: "#/components/schemas/List"}',
        "x-means: rows, type: object",
        "type must be array",
    ),
    "rows without items": (
        'type: array, items: {$ref: "#/components/schemas/List"}',
        "type: array",
        "required: [lists]",
        "`items` is missing",
    ),
    "a token in the query": (
        "      type: http\n      scheme: bearer\n",
        "      type: apiKey\n      in: query\n      name: key\n",
        "type: apiKey",
        "logs",
    ),
    "a token of another kind": ("scheme: bearer", "scheme: digest", "type: http", "can be sent"),
    "no token": (
        "    token:\n      x-means: token\n",
        "    token:\n",
        "    token:",
        "x-means: token",
    ),
    "a log-in with a token": (
        "      security: []\n",
        "",
        "operationId: authenticate",
        "can't be called with the token",
    ),
    "a call without a token": (
        "      operationId: listLists\n",
        "      operationId: listLists\n      security: []\n",
        "security: []\n      x-means: list_lists",
        "without the token",
    ),
    "a header missing": ("{x-means: rate_reset, ", "{", "headers:\n    x-rate", "rate_reset"),
    "a header of another meaning": (
        "x-means: rate_reset",
        "x-means: rate_limit",
        "  x-rate-limit-reset: {$ref",
        "both mean rate_limit",
    ),
    "no successful answer": (
        '        "201":',
        '        "301":',
        'responses:\n        "301"',
        "no successful answer",
    ),
    "another format": (
        "application/json: {schema: {type: object, required: [token]",
        "application/xml: {schema: {type: object, required: [token]",
        "application/xml",
        "only JSON",
    ),
    "no errors": (
        '      content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}\n',
        "",
        "paths:",
        "what an error looks like",
    ),
    "offered and not": (
        "    List:\n      type: object\n",
        "    List:\n      type: object\n      x-not-offered: [name]\n",
        "x-not-offered: [name]",
        "offered all the same",
    ),
    "not offered, essential": (
        "properties: {id: {x-means: id, type: integer}, name: {x-means: name, type: string}, recipientCount",
        "x-not-offered: [id]\n      properties: {id: {type: integer}, name: {x-means: name, type: string}, recipientCount",
        "x-not-offered: [id]",
        "can't work",
    ),
    "no address": (
        'url: "{apiUrl}/api/{apiVersion}"',
        'url: "https://elsewhere.example/api"',
        "elsewhere",
        "begins with the variable",
    ),
    "a key twice": (
        "  /templates:\n",
        "  /lists:\n",
        "  /lists:\n    get:\n      operationId: listTemplates",
        "a second time",
    ),
    "no YAML": ("servers:\n", "servers: {\n", "", "YAML"),
    "no document": (SOURCE, "- a\n- b\n", "", "OpenAPI document"),
    "nothing at all": (SOURCE, "", "", "OpenAPI document"),
    "nothing in it": (SOURCE, "{}", "", "`paths` is missing"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_contract_is_refused_with_the_line(tmp_path: Path, name: str) -> None:
    old, new, at, words = BROKEN[name]
    path = changed(tmp_path, old, new)
    with pytest.raises(ContractError) as caught:
        load(path)
    [problem, *_] = [one for one in caught.value.problems if words in one] or [""]
    assert problem, caught.value.problems
    assert problem.startswith(f"{path}, line ")
    text = path.read_text(encoding="utf-8")
    if at:
        start = text[: text.index(at)].count("\n") + 1
        line = int(problem.removeprefix(f"{path}, line ").partition(":")[0])
        assert start - 1 <= line <= start + 2, f"{problem} / {start}"
    assert problem in str(caught.value)


@pytest.mark.parametrize("number", range(len(re.findall(r"x-means: \w+", SOURCE))))
def test_no_meaning_can_be_left_out(tmp_path: Path, number: int) -> None:
    found = list(re.finditer(r"x-means: (\w+)(, |$)?", SOURCE, re.MULTILINE))[number]
    rest = SOURCE[found.end() :]
    replaced = SOURCE[: found.start()] + ("x-was: y" + (found[2] or "")) + rest
    path = tmp_path / "changed.yaml"
    path.write_text(replaced, encoding="utf-8")
    if found[1] in ("retry_after", "api_version"):
        assert load(path).headers["retry_after"] == "Retry-After"
        assert load(path).base_path == SOURCE_BASE[found[1]]
        return
    with pytest.raises(ContractError) as caught:
        load(path)
    assert any(f"{found[1]}" in one for one in caught.value.problems)
    assert all(re.search(r", line [1-9][0-9]*: ", one) for one in caught.value.problems)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"none\.yaml can't be read"):
        load(tmp_path / "none.yaml")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ContractError, match="can't be read"):
        load(binary)


@pytest.mark.parametrize(
    "bomb",
    [
        "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(50)),
        "paths: &p {/x: *p}\n",
        "[" * 5000,
        "a: " + "{b: " * 200 + "1" + "}" * 200,
        "!!python/object/apply:os.system ['true']\n",
        "x: &x\n  allOf: [*x]\npaths: *x\n",
    ],
)
def test_a_hostile_file_is_refused(tmp_path: Path, bomb: str) -> None:
    path = tmp_path / "bomb.yaml"
    path.write_text(bomb, encoding="utf-8")
    with pytest.raises(ContractError):
        load(path)


SHOW = """
import sys
sys.path.insert(0, sys.argv[1])
import campaign_master_api
print(campaign_master_api.contract.current().operations["list_lists"].path)
"""


def started(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    package = Path(campaign_master_api.__file__).parents[1]
    return subprocess.run(
        [sys.executable, "-c", SHOW, str(package)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )


def test_the_environment_names_another_contract(tmp_path: Path) -> None:
    path = changed(tmp_path, "  /lists:\n", "  /Verteiler:\n")
    assert started({}).stdout.strip() == "/lists"
    assert started({"CAMPAIGN_MASTER_CONTRACT": str(path)}).stdout.strip() == "/Verteiler"


def test_a_broken_one_ends_the_start_with_its_line(tmp_path: Path) -> None:
    path = changed(tmp_path, FIGURE, FIGURE.replace("x-means: total_opens, ", ""))
    run = started({"CAMPAIGN_MASTER_CONTRACT": str(path)})
    assert run.returncode
    assert re.search(r"changed\.yaml, line \d+: .*total_opens", run.stderr)


def test_another_one_can_be_used_from_now_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, credentials: Credentials
) -> None:
    monkeypatch.setattr(contract, "_current", [contract.current()])
    path = changed(tmp_path, "  /lists:\n", "  /Verteiler:\n")
    assert contract.use(path).operations["list_lists"].path == "/Verteiler"
    assert contract.use(path) is contract.current()
    with responses.RequestsMock() as server:
        server.post(f"{API}/authenticate", json={"token": "t"})
        server.get(f"{API}/Verteiler", json=[])
        with CampaignMasterClient("https://cm.example.com", credentials) as client:
            assert list(client.iter_lists()) == []
