"""The contract is the program: another file with other names and shapes is spoken as well."""

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
from campaign_master_api.contract import load
from wire_calls import CALLS, FULL, RECIPIENT
from wire_contract import SOURCE, Contract, Json, changed
from wire_renaming import guid, other, other_header, renamed_contract, renamed_json, renamed_url
from wire_support import API, MakeClient, in_seconds, unix

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
        "        totalForwards: {x-means: total_forwards, type: integer, minimum: "
        "0}\n"
        "        uniqueForwards: {x-means: unique_forwards, type: integer, minimum: "
        "0}\n",
        "",
        "totalForwards, uniqueForwards, ",
        "",
        "    CampaignStatistics:\n      type: object\n",
        "    CampaignStatistics:\n"
        "      type: object\n      x-not-offered: [total_forwards, unique_forwards]\n",
        "        - name: updatedAfter\n"
        "          x-means: updated_after\n"
        "          in: query\n"
        "          description: Only rows that changed at or after this time.\n"
        "          schema: {type: string, format: date-time}\n",
        "",
        "      operationId: listCampaignRecipients\n",
        "      operationId: listCampaignRecipients\n      x-not-offered: [updated_after]\n",
        "enum: [draft, scheduled, sending, sent]\n"
        "      x-means-values: {draft: draft, scheduled: scheduled, sending: "
        "sending, sent: sent}",
        "enum: [Entwurf, fertig, archiviert]\n"
        "      x-means-values: {Entwurf: draft, fertig: sent, archiviert: sent}\n"
        "      x-not-offered: [scheduled, sending]",
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
    items = '{$ref: "#/components/schemas/List"}'
    new = f"              schema: {{x-means: rows, type: array, items: {items}}}\n"
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


# At the start --------------------------------------------------------------------------------

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
    path = changed(tmp_path, "x-means: soft_bounces, ", "")
    run = started({"CAMPAIGN_MASTER_CONTRACT": str(path)})
    assert run.returncode
    assert re.search(r"changed\.yaml, line \d+: .*soft_bounces", run.stderr)


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
