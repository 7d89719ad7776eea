"""Each operation: what it sends and what becomes of the answer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import responses
from campaign_master_api import (
    AddResult,
    AddStatus,
    Campaign,
    CampaignFields,
    CampaignMasterClient,
    CampaignStatus,
    NewRecipient,
    NotFound,
    RecipientField,
    RecipientList,
    Template,
)
from wire_support import API, MakeClient, StartServer, http_answer

LIST_RECIPIENTS = f"{API}/lists/3/recipients"
NOT_FOUND = {"error": {"code": "not_found", "message": "There is no such list."}}


def sent_body(server: responses.RequestsMock) -> Any:
    return json.loads(server.calls[-1].request.body or b"")


def results(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"results": [{"email": email, "status": status} for email, status in pairs]}


def test_lists(server: responses.RequestsMock, client: CampaignMasterClient) -> None:
    server.get(
        f"{API}/lists",
        json={
            "currentPage": 1,
            "isLastPage": True,
            "lists": [
                {"id": 3, "name": "News", "recipientCount": 12, "unknown": {"key": 1}},
                {"id": 2**53, "name": "\x00Cli\x1bents\n" + "x" * 300},
            ],
        },
    )
    assert list(client.iter_lists()) == [
        RecipientList("3", "News", 12),
        RecipientList(str(2**53), ("Clients" + "x" * 300)[:255], None),
    ]


def test_templates(server: responses.RequestsMock, client: CampaignMasterClient) -> None:
    html = "<p>\u2028Dear\tall,\n\x00\ud800</p>"
    server.get(
        f"{API}/templates",
        json={
            "currentPage": 1,
            "isLastPage": True,
            "templates": [
                {"id": 1, "name": "Spring", "subject": "Hel\x07lo", "html": html},
                {"id": 2, "name": "Plain", "subject": None},
            ],
        },
    )
    assert list(client.iter_templates()) == [
        Template("1", "Spring", "Hello", "<p>\u2028Dear\tall,\n</p>"),
        Template("2", "Plain", "", ""),
    ]


def test_recipient_fields(server: responses.RequestsMock, client: CampaignMasterClient) -> None:
    fields = [{"name": "FirstName", "isSystemField": True}, {"name": "City"}]
    server.get(f"{API}/recipient-fields", json={"fields": fields})
    assert client.recipient_fields() == [
        RecipientField("FirstName", True),
        RecipientField("City", False),
    ]


def test_recipients_are_added_in_order(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    answer = results(
        ("PERSON-1@example.com", "added"),
        ("person-2@example.com", "exists"),
        ("person-3@example.com", "unsubscribed"),
        ("nobody", "invalid"),
    )
    answer["results"][3]["message"] = "<b>No</b> address\x00"
    server.post(LIST_RECIPIENTS, json=answer)
    recipients = [
        NewRecipient("person-1@example.com", {"City": 'Ber"lin'}),
        NewRecipient("Person-2@Example.com", {}),
        NewRecipient("person-3@example.com"),
        NewRecipient("nobody"),
    ]
    assert client.add_list_recipients("3", recipients).results == [
        AddResult("person-1@example.com", AddStatus.ADDED, ""),
        AddResult("Person-2@Example.com", AddStatus.EXISTS, ""),
        AddResult("person-3@example.com", AddStatus.UNSUBSCRIBED, ""),
        AddResult("nobody", AddStatus.INVALID, "No address"),
    ]
    assert sent_body(server) == {
        "recipients": [
            {"email": "person-1@example.com", "fields": {"City": 'Ber"lin'}},
            {"email": "Person-2@Example.com"},
            {"email": "person-3@example.com"},
            {"email": "nobody"},
        ]
    }
    assert server.calls[-1].request.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("number", [0, 1001])
def test_a_batch_has_1_to_1000_recipients(client: CampaignMasterClient, number: int) -> None:
    with pytest.raises(ValueError, match="1000"):
        client.add_list_recipients("3", [NewRecipient("person-1@example.com")] * number)
    assert client.calls == 0


def test_a_thousand_recipients_are_one_call(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    emails = [f"person-{n}@example.com" for n in range(1000)]
    server.post(LIST_RECIPIENTS, json=results(*((email, "added") for email in emails)))
    added = client.add_list_recipients("3", [NewRecipient(email) for email in emails])
    assert [result.email for result in added.results if result] == emails
    assert client.calls == 1


def test_an_address_that_no_server_accepts_does_not_spoil_the_batch(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    long = "x" * 400 + "@example.com"
    broken = "per\x00son@example.com"
    server.post(LIST_RECIPIENTS, json=results((long, "invalid"), (broken, "invalid")))
    added = client.add_list_recipients("3", [NewRecipient(long), NewRecipient(broken)])
    assert [result.status for result in added.results if result] == [AddStatus.INVALID] * 2


def test_a_list_that_is_gone(server: responses.RequestsMock, client: CampaignMasterClient) -> None:
    server.post(LIST_RECIPIENTS, status=404, json=NOT_FOUND)
    with pytest.raises(NotFound) as caught:
        client.add_list_recipients("3", [NewRecipient("person-1@example.com")])
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize(
    "identifier",
    [3, True, None, "", " 3", "..", ".", "a\nb", "x" * 65, "a\u202eb", "a\u200bb", "\u3164"],
)
def test_an_id_that_cannot_be_is_never_sent(client: CampaignMasterClient, identifier: Any) -> None:
    for call in (
        lambda: client.get_campaign(identifier),
        lambda: client.campaign_statistics(identifier),
        lambda: client.campaign_recipients_page(identifier),
        lambda: client.add_list_recipients(identifier, [NewRecipient("person-1@example.com")]),
    ):
        with pytest.raises(ValueError, match="id"):
            call()
    assert client.calls == 0


@pytest.mark.parametrize(
    ("identifier", "path"),
    [
        ("3", "3"),
        ("a/b", "a%2Fb"),
        ("../x", "..%2Fx"),
        ("a?b#c", "a%3Fb%23c"),
        ("%2e%2e", "%252e%252e"),
        ("{6F9619FF-8B86}", "%7B6F9619FF-8B86%7D"),
        ("{listId}", "%7BlistId%7D"),
        ("ключ 1", "%D0%BA%D0%BB%D1%8E%D1%87%201"),
    ],
)
def test_an_id_is_one_part_of_the_path(
    raw_server: StartServer, make_client: MakeClient, identifier: str, path: str
) -> None:
    server = raw_server(http_answer("{}"))
    make_client(server.url).add_list_recipients(identifier, [NewRecipient("p@example.com")])
    start = server.requests[0].split(b"\r\n")[0]
    assert start == f"POST /api/v1/lists/{path}/recipients HTTP/1.1".encode()


def test_a_campaign(
    server: responses.RequestsMock, client: CampaignMasterClient, campaign_json: dict[str, Any]
) -> None:
    campaign_json |= {"status": "sent", "sentAt": "2025-03-01T10:30:00+01:00"}
    campaign_json |= {"description": "a\nb", "fromName": "Sales", "testEmail": "test@example.com"}
    server.get(f"{API}/campaigns/5", json=campaign_json)
    assert client.get_campaign("5") == Campaign(
        id="5",
        external_id="reference-1",
        name="Spring",
        subject="Spring",
        status=CampaignStatus.SENT,
        status_text="sent",
        sent_at=datetime(2025, 3, 1, 9, 30, tzinfo=UTC),
        template_id="7",
        description="a\nb",
        from_name="Sales",
        from_email="",
        reply_redirect_email="",
        test_email="test@example.com",
    )


CREATED = {
    "externalId": "reference-1",
    "name": "Spring",
    "subject": "Spring",
    "description": "First mailing",
    "fromName": "Sales",
    "fromEmail": "sales@example.com",
    "templateId": 7,
}


def test_create_sends_what_is_set(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    fields: CampaignFields,
    campaign_json: dict[str, Any],
) -> None:
    server.post(f"{API}/campaigns", json=campaign_json, status=201)
    assert client.create_campaign(fields).id == "5"
    assert sent_body(server) == CREATED
    client.create_campaign(replace(fields, test_email="test@example.com"))
    assert sent_body(server) == {**CREATED, "testEmail": "test@example.com"}


def test_create_leaves_a_missing_requirement_to_the_server_to_name(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    fields: CampaignFields,
    campaign_json: dict[str, Any],
) -> None:
    server.post(f"{API}/campaigns", json=campaign_json, status=201)
    client.create_campaign(replace(fields, description="", template_id=None))
    expected = {**CREATED, "description": ""}
    expected.pop("templateId")
    assert sent_body(server) == expected


def test_update_never_sends_the_template(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    fields: CampaignFields,
    campaign_json: dict[str, Any],
) -> None:
    server.put(f"{API}/campaigns/5", json=campaign_json)
    client.update_campaign("5", replace(fields, reply_redirect_email="reply@example.com"))
    expected = {**CREATED, "replyRedirectEmail": "reply@example.com"}
    expected.pop("templateId")
    assert sent_body(server) == expected


def test_updated_after_is_sent_in_utc_and_whole_seconds(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    page = {"currentPage": 2, "isLastPage": True, "recipients": []}
    server.get(f"{API}/campaigns/5/recipients", json=page)
    moment = datetime(2026, 3, 1, 11, 0, 59, 999999, tzinfo=timezone(timedelta(hours=2)))
    assert client.campaign_recipients_page("5", 2, 50, moment).items == []
    assert server.calls[-1].request.params == {
        "page": "2",
        "pageSize": "50",
        "updatedAfter": "2026-03-01T09:00:59Z",
    }
    with pytest.raises(ValueError, match="aware"):
        client.campaign_recipients_page("5", updated_after=datetime(2026, 3, 1))


def test_the_version_and_a_path_of_the_address_are_kept(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    url = "https://cm.example.com/mail/api/v3/recipient-fields"
    server.get(url, json={"fields": []})
    client = make_client("cm.example.com/mail/api/v1/", api_version=" v3 ")
    assert client.recipient_fields() == []


def test_every_request_names_the_connector(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    server.get(f"{API}/recipient-fields", json={"fields": []})
    client.recipient_fields()
    assert server.calls[-1].request.headers["User-Agent"].startswith("CampaignMasterConnector ")
