"""Each value that means one thing only is taken, and what can mean two things is dropped alone."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import responses
from campaign_master_api import (
    Campaign,
    CampaignMasterClient,
    CampaignStatus,
    Deviation,
    InvalidAnswer,
    RecipientList,
    Template,
)
from wire_support import API

LISTS = f"{API}/lists"
TEMPLATES = f"{API}/templates"
CAMPAIGN = f"{API}/campaigns/5"
RECIPIENTS = f"{API}/campaigns/5/recipients"
ROW: dict[str, Any] = {
    "email": "person-1@example.com",
    "totalOpens": 3,
    "totalClicks": 2,
    "totalForwards": 1,
    "totalUnsubscribes": 0,
    "firstOpen": "2025-03-01T09:30:00Z",
    "lastOpen": None,
    "firstClick": None,
    "lastClick": None,
    "bounced": False,
    "updatedAt": "2025-03-02T10:00:00Z",
}
NINE_THIRTY = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
DROPPED = object()


def rows(*changes: Mapping[str, Any]) -> dict[str, Any]:
    found = [
        {**ROW, "email": f"person-{n}@example.com", **change} for n, change in enumerate(changes)
    ]
    return {"currentPage": 1, "isLastPage": True, "recipients": found}


def deviation(key: str, kind: str, operation: str = "listCampaignRecipients") -> Deviation:
    return Deviation(operation, key, kind)


def check(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    key: str,
    attribute: str,
    value: Any,
    expected: Any,
    raw: str | None = None,
) -> None:
    """One odd value among a hundred rows costs itself at most, and is noted once."""
    answer = rows(*[{}] * 60, {key: value}, *[{}] * 39)
    body = json.dumps(answer)
    if raw is not None:
        body = body.replace(json.dumps("RAW"), raw)
    server.get(RECIPIENTS, body=body, content_type="application/json")
    page = client.campaign_recipients_page("5")
    assert (len(page.items), page.skipped) == (100, 0)
    found = getattr(page.items[60], attribute)
    assert found == (None if expected is DROPPED else expected)
    assert type(found) is type(None if expected is DROPPED else expected)
    page.items[60].email = page.items[0].email
    page.items[60] = copy.copy(page.items[60])
    setattr(page.items[60], attribute, getattr(page.items[0], attribute))
    for one in page.items:
        one.email = ""
    assert all(one == page.items[0] for one in page.items)
    kinds = {one.kind for one in client.deviations}
    assert kinds <= {"value_dropped", "read_generously", "missing"}
    assert sum(client.deviations.values()) <= 1
    assert (deviation(key, "value_dropped") in client.deviations) is (expected is DROPPED)


COUNTS = [
    ("12", 12),
    (" 12 ", 12),
    ("12.0", 12),
    (12.0, 12),
    ("0", 0),
    (0.0, 0),
    (2**31 - 1, 2**31 - 1),
    (None, None),
    ("", None),
    ("  ", None),
    ("12,5", DROPPED),
    ("1,234", DROPPED),
    ("1.234", DROPPED),
    (12.5, DROPPED),
    (True, DROPPED),
    (False, DROPPED),
    (-1, DROPPED),
    ("-1", DROPPED),
    (2**31, DROPPED),
    ("2147483648", DROPPED),
    (10**400, DROPPED),
    ("1e3", DROPPED),
    ("0x10", DROPPED),
    ("١٢", DROPPED),
    ("12 opens", DROPPED),
    ([], DROPPED),
    ([12], DROPPED),
    ({"value": 12}, DROPPED),
]


@pytest.mark.parametrize(("value", "expected"), COUNTS)
def test_counts(
    server: responses.RequestsMock, client: CampaignMasterClient, value: Any, expected: Any
) -> None:
    check(server, client, "totalOpens", "total_opens", value, expected)


FLAGS = [
    *((value, True) for value in (1, "1", 1.0, "true", "True", " TRUE ", "yes", "Y", "t", "on")),
    *((value, False) for value in (0, "0", 0.0, "false", "False", "no", "N", "f", "off")),
    *((value, None) for value in (None, "", " ")),
    *((value, DROPPED) for value in (2, -1, "2", "maybe", [], {}, [True], "truefalse", 0.5)),
]


@pytest.mark.parametrize(("value", "expected"), FLAGS)
def test_flags(
    server: responses.RequestsMock, client: CampaignMasterClient, value: Any, expected: Any
) -> None:
    check(server, client, "bounced", "bounced", value, expected)


MS = 1740821400000
MOMENTS: list[tuple[Any, Any]] = [
    *(
        (value, NINE_THIRTY)
        for value in (
            "2025-03-01 09:30:00Z",
            "2025-03-01T09:30:00z",
            "2025-03-01T09:30:00",
            "2025-03-01 09:30",
            " 2025-03-01T09:30:00Z ",
            "2025-03-01T09:30:00+0000",
            "2025-03-01T09:30:00 +00:00",
            "2025-03-01T15:00:00+05:30",
            "2025-03-01T15:00:00+0530",
            "2025-03-01T10:30:00+01",
            "2025-03-01T07:30:00.0000000-02:00",
            "2025-03-01T09:30:00.000000000000Z",
            "2025-03-01T09:30:00,000Z",
            "2025-03-01 09:30:00 UTC",
            "2025-03-01 09:30:00 GMT",
            "20250301T093000Z",
            "2025/03/01 09:30:00",
            "Sat, 01 Mar 2025 09:30:00 GMT",
            f"/Date({MS})/",
            f"/Date({MS}+0100)/",
            f"/Date({MS}-0500)/",
            MS,
            MS // 1000,
            float(MS),
            MS / 1000,
            str(MS),
            str(MS // 1000),
            f"{MS // 1000}.0",
        )
    ),
    ("2025-03-01T09:30:00.1234567Z", NINE_THIRTY.replace(microsecond=123456)),
    ("2025-03-01", NINE_THIRTY.replace(hour=0, minute=0)),
    *(
        (value, None)
        for value in (
            None,
            "",
            " ",
            "0001-01-01T00:00:00",
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00+23:59",
            "1900-01-01T00:00:00",
            "1900-01-01 00:00:00.000",
            "/Date(-62135596800000)/",
            -62135596800000,
            -62135596800,
        )
    ),
    *(
        (value, DROPPED)
        for value in (
            "03/04/2026",
            "03.04.2026",
            "03-04-2026",
            "25/12/2025",
            "3 April",
            "2025-02-30T09:30:00Z",
            "2025-13-01",
            "2025-03-01T25:00:00Z",
            "2025-03-01T09:30:00+25:00",
            "1970-01-01T00:00:00Z",
            "1999-12-31T23:59:59Z",
            "9999-12-31T23:59:59Z",
            "2099-01-01T00:00:00Z",
            "/Date(0)/",
            "/Date(x)/",
            "Date(1740821400000)",
            0,
            12,
            -1,
            10**17,
            1e300,
            "20250301093000",
            True,
            [],
            {},
            "now",
            "Z",
            "9" * 300,
            "2025-03-01T09:30:00Z" + " " * 60 + "x",
        )
    ),
]


@pytest.mark.parametrize(("value", "expected"), MOMENTS)
def test_moments(
    server: responses.RequestsMock, client: CampaignMasterClient, value: Any, expected: Any
) -> None:
    check(server, client, "firstOpen", "first_open", value, expected)


@pytest.mark.parametrize("raw", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 5000])
@pytest.mark.parametrize(
    ("key", "attribute"), [("totalOpens", "total_opens"), ("bounced", "bounced")]
)
def test_a_number_that_is_none_costs_itself(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    raw: str,
    key: str,
    attribute: str,
) -> None:
    body = json.dumps(rows({}, {key: "RAW"})).replace('"RAW"', raw)
    server.get(RECIPIENTS, body=body, content_type="application/json")
    page = client.campaign_recipients_page("5")
    assert getattr(page.items[1], attribute) is None
    assert page.items[1].total_clicks == 2
    assert "value_dropped" in {one.kind for one in client.deviations}


def test_a_damaged_character_costs_its_text(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    found = b'[{"id": 1, "name": "N\xfcs"}, {"id": 2, "name": "b"}]'
    body = b'{"currentPage": 1, "isLastPage": true, "lists": ' + found + b"}"
    server.get(LISTS, body=body, content_type="application/json")
    assert [entry.name for entry in client.iter_lists()] == ["N\ufffds", "b"]


def test_an_open_before_the_launch_is_a_value(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    early = {"firstOpen": "2020-01-01T00:00:00Z", "lastOpen": "2019-01-01T00:00:00Z"}
    server.get(RECIPIENTS, json=rows(early))
    [item] = client.campaign_recipients_page("5").items
    assert item.first_open == datetime(2020, 1, 1, tzinfo=UTC)
    assert item.last_open == datetime(2019, 1, 1, tzinfo=UTC)
    assert not client.deviations


@pytest.mark.parametrize("email", [None, "", "  ", 7, True, [], {}, "\u200b"])
def test_a_row_without_an_address_costs_itself(
    server: responses.RequestsMock, client: CampaignMasterClient, email: Any
) -> None:
    server.get(RECIPIENTS, json=rows({}, {"email": email}, {}))
    page = client.campaign_recipients_page("5")
    emails = [item.email for item in page.items]
    assert (emails, page.skipped) == (["person-0@example.com", "person-2@example.com"], 1)
    assert client.deviations[deviation("email", "row_skipped")] == 1
    assert [item.total_opens for item in page.items] == [3, 3]


@pytest.mark.parametrize("odd", [None, 7, "row", [], [ROW]])
def test_a_row_that_is_no_object_costs_itself(
    server: responses.RequestsMock, client: CampaignMasterClient, odd: Any
) -> None:
    answer = rows({}, {})
    answer["recipients"].insert(1, odd)
    server.get(RECIPIENTS, json=answer)
    page = client.campaign_recipients_page("5")
    assert (len(page.items), page.skipped) == (2, 1)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (" Person-0@Example.com ", "Person-0@Example.com"),
        ("\ufeffperson-0@example.com\u200b", "person-0@example.com"),
        ("per\x00son@example.com", "per\ufffdson@example.com"),
        ("nobody", "nobody"),
    ],
)
def test_an_address_is_taken_without_what_stands_around_it(
    server: responses.RequestsMock, client: CampaignMasterClient, told: str, kept: str
) -> None:
    server.get(RECIPIENTS, json=rows({"email": told}))
    assert client.campaign_recipients_page("5").items[0].email == kept


def pascal(key: str) -> str:
    return key[0].upper() + key[1:]


def snake(key: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)


@pytest.mark.parametrize("write", [pascal, str.upper, str.lower, snake])
def test_keys_whatever_their_case(
    server: responses.RequestsMock, client: CampaignMasterClient, write: Any
) -> None:
    answer = rows({}, {"totalOpens": 9})
    answer["recipients"] = [{write(k): v for k, v in row.items()} for row in answer["recipients"]]
    server.get(RECIPIENTS, json={write(key): value for key, value in answer.items()})
    page = client.campaign_recipients_page("5")
    assert [(item.email, item.total_opens) for item in page.items] == [
        ("person-0@example.com", 3),
        ("person-1@example.com", 9),
    ]
    assert (page.number, page.is_last) == (1, True)
    assert page.items[0].first_open == NINE_THIRTY
    assert {one.kind for one in client.deviations} == {"read_generously"}


def test_a_key_in_two_cases_with_two_values_means_two_things(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    twice = {"TotalOpens": 4, "TotalClicks": 2, "EMAIL": "person-0@example.com"}
    contradicting = {"Email": "other@example.com"}
    server.get(RECIPIENTS, json=rows(twice, contradicting, {}))
    page = client.campaign_recipients_page("5")
    assert [item.email for item in page.items] == ["person-0@example.com", "person-2@example.com"]
    assert page.skipped == 1
    assert (page.items[0].total_opens, page.items[0].total_clicks) == (None, 2)
    assert page.items[1].total_opens == 3
    assert client.deviations[deviation("totalOpens", "value_dropped")] == 1


def test_keys_that_nobody_knows_are_nothing_odd(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    server.get(RECIPIENTS, json=rows({"device": "phone", "": 1, "ünknown": {}}) | {"took": 3})
    assert len(client.campaign_recipients_page("5").items) == 1
    assert not client.deviations


def test_a_missing_key_is_noted_and_costs_itself(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    answer = rows({}, {})
    del answer["recipients"][1]["totalOpens"]
    del answer["recipients"][1]["updatedAt"]
    server.get(RECIPIENTS, json=answer)
    items = client.campaign_recipients_page("5").items
    assert [item.total_opens for item in items] == [3, None]
    assert dict(client.deviations) == {deviation("totalOpens", "missing"): 1}


IDS = [
    (7, "7"),
    (7.0, "7"),
    ("7", "7"),
    (" 7 ", "7"),
    ("007", "007"),
    ("12.0", "12.0"),
    (2**53 + 1, str(2**53 + 1)),
    ("6F9619FF-8B86-D011-B42D-00CF4FC964FF", "6F9619FF-8B86-D011-B42D-00CF4FC964FF"),
    ("{guid}", "{guid}"),
    ("a/b", "a/b"),
    ("x" * 64, "x" * 64),
]
NO_IDS = [
    *(None, "", " ", 0, -1, 1.5, True, [], {}, [7], float(2**60), 10**70),
    *(".", "..", "x" * 65, "a\nb", "a\x00b", "a\u202eb", "a\u200bb", "a\u3164b", "a\ufffdb"),
]


@pytest.mark.parametrize(("told", "kept"), IDS)
def test_ids_are_texts(
    server: responses.RequestsMock, client: CampaignMasterClient, told: Any, kept: str
) -> None:
    found = [{"id": 1, "name": "a"}, {"id": told, "name": "b"}]
    server.get(LISTS, json={"currentPage": 1, "isLastPage": True, "lists": found})
    assert list(client.iter_lists()) == [
        RecipientList("1", "a", None),
        RecipientList(kept, "b", None),
    ]
    assert bool(client.deviations) is (type(told) is not int)


@pytest.mark.parametrize("told", NO_IDS)
def test_a_list_without_an_id_costs_itself(
    server: responses.RequestsMock, client: CampaignMasterClient, told: Any
) -> None:
    found = [{"id": 1, "name": "a"}, {"id": told, "name": "b"}]
    server.get(LISTS, json={"currentPage": 1, "isLastPage": True, "lists": found})
    assert list(client.iter_lists()) == [RecipientList("1", "a", None)]
    assert client.deviations[deviation("id", "row_skipped", "listLists")] == 1


def test_lists_and_templates_whose_texts_are_odd(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    lists = [{"id": 1}, {"id": "2", "name": None, "recipientCount": "12"}, {"id": 3, "name": 2026}]
    server.get(LISTS, json=lists)
    assert list(client.iter_lists()) == [
        RecipientList("1", "", None),
        RecipientList("2", "", 12),
        RecipientList("3", "2026", None),
    ]
    templates = [{"Id": 1, "Name": {}, "Html": 7, "Subject": ["x"]}, {"ID": "t", "NAME": "n"}]
    server.get(TEMPLATES, json={"items": templates})
    assert list(client.iter_templates()) == [Template("1", "", "", "7"), Template("t", "n", "", "")]


def campaign(client: CampaignMasterClient, server: responses.RequestsMock, **odd: Any) -> Campaign:
    usual = {
        "id": 5,
        "externalId": "reference-1",
        "name": "Spring",
        "subject": "Spring",
        "status": "draft",
        "templateId": 7,
    }
    server.get(CAMPAIGN, json={**usual, **odd})
    return client.get_campaign("5")


@pytest.mark.parametrize(
    ("told", "status", "text"),
    [
        ("draft", CampaignStatus.DRAFT, "draft"),
        ("Draft", CampaignStatus.DRAFT, "Draft"),
        (" SENDING ", CampaignStatus.SENDING, "SENDING"),
        ("paused", CampaignStatus.UNKNOWN, "paused"),
        ("In\nreview\x00 ", CampaignStatus.UNKNOWN, "In review"),
        ("x" * 99, CampaignStatus.UNKNOWN, "x" * 64),
        (3, CampaignStatus.UNKNOWN, "3"),
        (True, CampaignStatus.UNKNOWN, "true"),
        ("", CampaignStatus.UNKNOWN, ""),
        (None, CampaignStatus.UNKNOWN, ""),
        ([], CampaignStatus.UNKNOWN, ""),
        ("unknown", CampaignStatus.UNKNOWN, "unknown"),
    ],
)
def test_statuses(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    told: Any,
    status: CampaignStatus,
    text: str,
) -> None:
    found = campaign(client, server, status=told)
    assert (found.status, found.status_text) == (status, text)
    assert (found.id, found.template_id, found.name) == ("5", "7", "Spring")
    unknown = deviation("status", "unknown_word", "getCampaign")
    assert (unknown in client.deviations) is bool(text and status is CampaignStatus.UNKNOWN)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sentAt", "yesterday"),
        ("templateId", 0),
        ("name", []),
        ("subject", None),
        ("fromEmail", {}),
        ("description", True),
    ],
)
def test_a_campaign_of_which_a_part_cannot_be_read(
    server: responses.RequestsMock, client: CampaignMasterClient, key: str, value: Any
) -> None:
    found = campaign(client, server, **{key: value})
    assert (found.id, found.external_id, found.status_text) == ("5", "reference-1", "draft")


@pytest.mark.parametrize("content", [{}, {"error": "x"}, [], 7, None, {"id": None}, {"name": "x"}])
def test_an_answer_that_lacks_what_it_is_for(
    server: responses.RequestsMock, client: CampaignMasterClient, content: Any
) -> None:
    server.get(CAMPAIGN, json=content)
    server.get(f"{CAMPAIGN}/statistics", json=content if content != {"name": "x"} else {})
    for call in (client.get_campaign, client.campaign_statistics):
        if content == {"id": None} and call == client.campaign_statistics:
            continue
        with pytest.raises(InvalidAnswer):
            call("5")


def enveloped(*names: str) -> Any:
    def put(content: Any) -> Any:
        for name in reversed(names):
            content = {"status": "success", "id": 17, "message": "OK", name: content}
        return content

    return put


@pytest.mark.parametrize(
    "put",
    [
        *map(enveloped, ("data", "Result", "d", "payload")),
        enveloped("response", "data"),
        lambda content: {"jsonrpc": "2.0", "id": 1, "result": content},
        lambda content: {"success": True, "error": None, "data": content},
    ],
)
def test_an_envelope_costs_nothing(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    campaign_json: dict[str, Any],
    fields: Any,
    put: Any,
) -> None:
    lists = [{"id": 1, "name": "a"}]
    server.replace("POST", f"{API}/authenticate", json=put({"token": "token-value-17"}))
    server.get(LISTS, json=put({"isLastPage": True, "lists": lists}))
    server.get(RECIPIENTS, json=put(rows({}, {})))
    server.get(CAMPAIGN, json=put(campaign_json))
    server.put(CAMPAIGN, json=put(campaign_json))
    server.get(f"{CAMPAIGN}/statistics", json=put({"emailsSent": 7, "status": "sent"}))
    assert client.authenticate().value == "token-value-17"
    assert [entry.id for entry in client.iter_lists()] == ["1"]
    assert len(client.campaign_recipients_page("5").items) == 2
    assert (client.get_campaign("5").id, client.get_campaign("5").status_text) == ("5", "draft")
    assert client.update_campaign("5", fields).id == "5"
    found = client.campaign_statistics("5")
    assert (found.emails_sent, found.status_text) == (7, "sent")
    assert client.calls == 7
    assert deviation("", "read_generously", "getCampaign") in client.deviations


@pytest.mark.parametrize(
    "answer",
    [
        {"data": {"rows": [{"id": 1}]}, "isLastPage": True},
        {"d": {"results": [{"id": 1}], "isLastPage": True}},
        {"isLastPage": False, "data": {"rows": [{"id": 1}], "isLastPage": False}},
        {"isLastPage": True, "data": {"rows": [{"id": 1}], "isLastPage": False}},
    ],
)
def test_paging_inside_or_around_the_envelope(
    server: responses.RequestsMock, client: CampaignMasterClient, answer: dict[str, Any]
) -> None:
    server.get(LISTS, json=answer)
    server.get(LISTS, json={"isLastPage": True, "lists": [{"id": 2}]})
    is_last = answer.get("isLastPage", True) and answer.get("data", {}).get("isLastPage", True)
    assert [entry.id for entry in client.iter_lists()] == (["1"] if is_last else ["1", "2"])


@pytest.mark.parametrize(
    "answer",
    [
        {"data": {"lists": [{"id": 1}]}, "result": {"lists": [{"id": 2}]}},
        {"data": {"lists": [{"id": 1}]}, "items": []},
        {"data": {"lists": [{"id": 1}], "others": []}} | {"success": False},
        {"data": {"a": [{"id": 1}], "b": [{"id": 2}]}},
        {"data": {"errors": [{"id": 1}]}},
        {"data": {"data": {"data": {"data": {"data": {"lists": []}}}}}},
        {"list": {"lists": [{"id": 1}]}},
        {"data": {"lists": None}},
        {"data": {}},
    ],
)
def test_what_is_not_in_one_envelope_is_not_guessed(
    server: responses.RequestsMock, client: CampaignMasterClient, answer: dict[str, Any]
) -> None:
    server.get(LISTS, json=answer)
    with pytest.raises(InvalidAnswer):
        list(client.iter_lists())


@pytest.mark.parametrize(
    "more",
    [
        {"template": {"id": 7, "name": "a", "subject": "b", "status": "x", "externalId": "y"}},
        {"data": {"subject": "x", "description": "y", "fromName": "z"}},
        {"data": {"id": 9}},
        {"result": {"ok": True}},
    ],
)
def test_an_object_in_a_campaign_is_not_the_campaign(
    server: responses.RequestsMock, client: CampaignMasterClient, more: dict[str, Any]
) -> None:
    server.get(CAMPAIGN, json={"id": 5, "name": "Spring", **more})
    assert (client.get_campaign("5").id, client.get_campaign("5").name) == ("5", "Spring")
    server.replace("GET", CAMPAIGN, json={"name": "Spring", **more})
    if more != {"data": {"id": 9}}:
        with pytest.raises(InvalidAnswer):
            client.get_campaign("5")


FAILURES: list[dict[str, Any]] = [
    {"errors": ["The server is closed"]},
    {"errors": [{"code": "closed", "message": "The server is closed"}]},
    {"errors": [], "success": False, "message": "The server is closed"},
    {"ROWS": [], "success": False},
    {"ROWS": [], "Success": "false", "isLastPage": True},
    {"ROWS": [], "error": {"message": "The server is closed"}, "isLastPage": True},
    {"ROWS": [], "errors": ["The server is closed"]},
    {"items": [], "error": "The server is closed"},
    {"messages": []},
    {"warnings": [{"id": 7}]},
]


@pytest.mark.parametrize("told", FAILURES)
def test_a_failure_under_a_success_is_no_empty_answer(
    server: responses.RequestsMock, client: CampaignMasterClient, told: dict[str, Any]
) -> None:
    for url, name in ((LISTS, "lists"), (f"{API}/campaigns", "campaigns"), (RECIPIENTS, None)):
        server.get(url, json={name or "recipients" if k == "ROWS" else k: told[k] for k in told})
    for call in (
        lambda: list(client.iter_lists()),
        lambda: client.find_campaign("reference-1"),
        lambda: list(client.iter_campaign_recipient_pages("5")),
    ):
        with pytest.raises(InvalidAnswer):
            call()
    assert client.calls == 3


@pytest.mark.parametrize(
    "more", [{"error": None}, {"error": ""}, {"errors": []}, {"success": True}, {"error": 0}]
)
def test_what_says_that_it_is_no_failure_is_none(
    server: responses.RequestsMock, client: CampaignMasterClient, more: dict[str, Any]
) -> None:
    server.get(LISTS, json={"isLastPage": True, "lists": [], **more})
    assert list(client.iter_lists()) == []


@pytest.mark.parametrize(
    "told",
    [
        {"status": "error", "message": "The server is closed"},
        {"status": 500, "title": "The server is closed"},
        {"status": "failed", "errors": ["closed"]},
        {"status": None, "success": False},
    ],
)
def test_a_failure_has_no_figures(
    server: responses.RequestsMock, client: CampaignMasterClient, told: dict[str, Any]
) -> None:
    server.get(f"{CAMPAIGN}/statistics", json=told)
    with pytest.raises(InvalidAnswer, match="tells of an error"):
        client.campaign_statistics("5")


def test_a_status_alone_is_told(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    server.get(f"{CAMPAIGN}/statistics", json={"status": "In review"})
    assert client.campaign_statistics("5").status_text == "In review"


@pytest.mark.parametrize("told", [{"success": False, "message": "No."}, {"error": "No."}])
def test_a_change_that_failed_under_a_success_was_not_made(
    server: responses.RequestsMock, client: CampaignMasterClient, fields: Any, told: dict[str, Any]
) -> None:
    server.put(CAMPAIGN, json=told)
    with pytest.raises(InvalidAnswer):
        client.update_campaign("5", fields)
    assert client.calls == 1


@pytest.mark.parametrize("label", ["text/json", "text/plain; charset=utf-8", "text/html", "x"])
def test_json_whatever_its_label(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    campaign_json: dict[str, Any],
    label: str,
) -> None:
    server.get(CAMPAIGN, body=json.dumps(campaign_json), content_type=label)
    assert client.get_campaign("5").name == "Spring"
    assert client.deviations == {
        deviation("Content-Type", "other_type_of_answer", "getCampaign"): 1
    }


@pytest.mark.parametrize("status", [200, 201, 202, 203, 299])
def test_any_success_is_one(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    campaign_json: dict[str, Any],
    status: int,
) -> None:
    server.get(CAMPAIGN, json=campaign_json, status=status)
    assert client.get_campaign("5").id == "5"


@pytest.mark.parametrize(
    "answer", [{"status": 204, "body": ""}, {"json": {}}, {"json": True}, {"json": {"ok": 1}}]
)
def test_a_change_that_answers_nothing_is_looked_up(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    campaign_json: dict[str, Any],
    fields: Any,
    answer: dict[str, Any],
) -> None:
    server.put(CAMPAIGN, **answer)
    server.get(CAMPAIGN, json=campaign_json)
    assert client.update_campaign("5", fields).name == "Spring"
    assert client.calls == 2


def test_answers_to_the_letter_have_no_deviation(
    server: responses.RequestsMock, client: CampaignMasterClient, campaign_json: dict[str, Any]
) -> None:
    without_optional = {key: value for key, value in ROW.items() if value is not None}
    answer = rows({}, {}) | {"recipients": [ROW, without_optional]}
    server.get(RECIPIENTS, json=answer)
    server.get(CAMPAIGN, json=campaign_json)
    client.campaign_recipients_page("5")
    client.get_campaign("5")
    assert not client.deviations
