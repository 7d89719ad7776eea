"""One campaign for one external id, whatever happens to the answers."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import requests
import responses
from campaign_master_api import (
    Campaign,
    CampaignFields,
    CampaignMasterClient,
    CampaignMasterError,
    CampaignStatus,
    ConnectionFailed,
    InvalidAnswer,
    NoAnswer,
    NotCampaignMaster,
    RequestRefused,
    ServerFailed,
    SeveralCampaigns,
    ensure_campaign,
)
from wire_support import API

CAMPAIGNS = f"{API}/campaigns"
RESET = requests.ConnectionError("Connection reset by peer")


def page(*campaigns: dict[str, Any], number: int = 1, last: bool = True) -> dict[str, Any]:
    return {"currentPage": number, "isLastPage": last, "campaigns": list(campaigns)}


def ensure(client: CampaignMasterClient, fields: CampaignFields) -> Campaign:
    """As the addon does."""
    create = partial(client.create_campaign, fields)
    return ensure_campaign(client.find_campaign, create, fields.external_id)


def methods(server: responses.RequestsMock) -> list[str | None]:
    return [call.request.method for call in server.calls]


def test_an_external_id_is_looked_up_exactly(
    server: responses.RequestsMock, client: CampaignMasterClient, campaign_json: dict[str, Any]
) -> None:
    server.get(CAMPAIGNS, json=page(campaign_json))
    found = client.find_campaign("reference-1")
    assert found is not None
    assert (found.id, found.status) == ("5", CampaignStatus.DRAFT)
    assert server.calls[-1].request.params["externalId"] == "reference-1"


def test_none_where_there_is_none(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    server.get(CAMPAIGNS, json=page())
    assert client.find_campaign("reference-1") is None


@pytest.mark.parametrize("other", ["reference-2", "reference-11", "reference-1\x00"])
def test_another_ones_campaign_is_never_taken(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    campaign_json: dict[str, Any],
    other: str,
) -> None:
    without = {key: value for key, value in campaign_json.items() if key != "externalId"}
    server.get(CAMPAIGNS, json=page(campaign_json | {"externalId": other}, without))
    assert client.find_campaign("reference-1") is None


@pytest.mark.parametrize("written", ["Reference-1", "REFERENCE-1", " reference-1 "])
def test_an_external_id_that_is_written_otherwise_is_found(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    campaign_json: dict[str, Any],
    written: str,
) -> None:
    server.get(CAMPAIGNS, json=page(campaign_json | {"externalId": written}))
    found = client.find_campaign("reference-1")
    assert found is not None
    assert found.id == "5"


def test_a_server_that_ignores_the_external_id_is_searched_to_the_end(
    server: responses.RequestsMock, client: CampaignMasterClient, campaign_json: dict[str, Any]
) -> None:
    server.get(CAMPAIGNS, json=page(campaign_json | {"externalId": "other"}, last=False))
    server.get(CAMPAIGNS, json=page(campaign_json | {"id": 6}, number=2))
    found = client.find_campaign("reference-1")
    assert found is not None
    assert found.id == "6"


def test_several_with_one_external_id_are_an_error(
    server: responses.RequestsMock, client: CampaignMasterClient, campaign_json: dict[str, Any]
) -> None:
    server.get(CAMPAIGNS, json=page(campaign_json, campaign_json | {"id": 6}))
    with pytest.raises(SeveralCampaigns, match="2 campaigns") as caught:
        client.find_campaign("reference-1")
    assert isinstance(caught.value, InvalidAnswer)


def test_one_campaign_that_stands_on_two_pages_is_one(
    server: responses.RequestsMock, client: CampaignMasterClient, campaign_json: dict[str, Any]
) -> None:
    other = campaign_json | {"id": 6, "externalId": "other"}
    server.get(CAMPAIGNS, json=page(other, campaign_json, last=False))
    server.get(CAMPAIGNS, json=page(campaign_json, number=2))
    found = client.find_campaign("reference-1")
    assert found is not None
    assert found.id == "5"


@pytest.mark.parametrize("external_id", ["", "x" * 65, "a\nb"])
def test_an_external_id_that_would_find_anything_is_not_asked_for(
    client: CampaignMasterClient, external_id: str
) -> None:
    with pytest.raises(ValueError, match="external id"):
        client.find_campaign(external_id)
    assert client.calls == 0


def test_ensure_takes_the_one_that_is_there(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    fields: CampaignFields,
    campaign_json: dict[str, Any],
) -> None:
    server.get(CAMPAIGNS, json=page(campaign_json))
    assert ensure(client, fields).id == "5"
    assert methods(server) == ["GET"]


def test_ensure_creates_an_absent_one(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    fields: CampaignFields,
    campaign_json: dict[str, Any],
) -> None:
    server.get(CAMPAIGNS, json=page())
    server.post(CAMPAIGNS, json=campaign_json, status=201)
    assert ensure(client, fields).id == "5"
    assert methods(server) == ["GET", "POST"]


LOST = [
    {"body": RESET},
    {"body": requests.ReadTimeout("too late")},
    {"status": 500, "body": "<html>"},
    {"status": 502, "body": "<html>"},
    {"status": 504, "body": "<html>"},
    {"status": 200, "body": "<html>", "content_type": "text/html"},
    {"status": 201, "body": '{"id": 5', "content_type": "application/json"},
    {"status": 201, "json": {"name": "Spring"}},
    {"status": 201, "body": ""},
]


@pytest.mark.parametrize("lost", LOST)
def test_ensure_finds_what_a_lost_answer_created(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    fields: CampaignFields,
    campaign_json: dict[str, Any],
    lost: dict[str, Any],
) -> None:
    server.get(CAMPAIGNS, json=page())
    server.post(CAMPAIGNS, **lost)
    server.get(CAMPAIGNS, json=page(campaign_json))
    assert ensure(client, fields).id == "5"
    assert methods(server) == ["GET", "POST", "GET"]


@pytest.mark.parametrize("lost", [LOST[0], LOST[2], LOST[3]])
def test_ensure_creates_once_more_where_the_first_attempt_left_nothing(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    fields: CampaignFields,
    campaign_json: dict[str, Any],
    lost: dict[str, Any],
) -> None:
    server.get(CAMPAIGNS, json=page())
    server.post(CAMPAIGNS, **lost)
    server.post(CAMPAIGNS, json=campaign_json, status=201)
    assert ensure(client, fields).id == "5"
    assert methods(server) == ["GET", "POST", "GET", "POST"]


@pytest.mark.parametrize(
    ("lost", "error"),
    [(LOST[0], ConnectionFailed), (LOST[2], ServerFailed), (LOST[5], NotCampaignMaster)],
)
def test_ensure_gives_up_after_two_attempts_that_left_nothing(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    fields: CampaignFields,
    lost: dict[str, Any],
    error: type[CampaignMasterError],
) -> None:
    server.get(CAMPAIGNS, json=page())
    server.post(CAMPAIGNS, **lost)
    with pytest.raises(error) as caught:
        ensure(client, fields)
    assert caught.value.outcome_unknown
    assert methods(server) == ["GET", "POST"] * 2 + ["GET"]


@pytest.mark.parametrize(("lost", "error"), [(LOST[1], NoAnswer), (LOST[4], ServerFailed)])
def test_ensure_does_not_create_again_while_the_server_may_still_be_at_work(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    fields: CampaignFields,
    lost: dict[str, Any],
    error: type[CampaignMasterError],
) -> None:
    server.get(CAMPAIGNS, json=page())
    server.post(CAMPAIGNS, **lost)
    with pytest.raises(error) as caught:
        ensure(client, fields)
    assert caught.value.outcome_unknown
    assert methods(server) == ["GET", "POST", "GET"]


def test_a_failed_look_up_does_not_hide_that_the_outcome_is_unknown(
    server: responses.RequestsMock, client: CampaignMasterClient, fields: CampaignFields
) -> None:
    server.get(CAMPAIGNS, json=page())
    server.post(CAMPAIGNS, body=RESET)
    server.get(CAMPAIGNS, status=429, json={"error": {"code": "hourly_limit", "message": "x"}})
    with pytest.raises(ConnectionFailed) as caught:
        ensure(client, fields)
    assert caught.value.outcome_unknown
    assert methods(server) == ["GET", "POST", "GET"]


def test_a_created_campaign_is_known_by_its_id_alone(
    server: responses.RequestsMock, client: CampaignMasterClient, fields: CampaignFields
) -> None:
    server.get(CAMPAIGNS, json=page())
    server.post(CAMPAIGNS, status=201, json={"id": 5})
    made = ensure(client, fields)
    assert (made.id, made.status, made.status_text) == ("5", CampaignStatus.UNKNOWN, "")


@pytest.mark.parametrize(
    "other",
    [
        {"id": None, "externalId": "other"},
        {"id": "", "externalId": "other"},
        {"id": -1, "externalId": "REFERENCE-2", "status": []},
        {"externalId": "other"},
    ],
)
def test_another_campaign_that_cannot_be_read_hides_none(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    fields: CampaignFields,
    campaign_json: dict[str, Any],
    other: dict[str, Any],
) -> None:
    server.get(CAMPAIGNS, json=page(other, campaign_json))
    assert ensure(client, fields).id == "5"
    server.replace("GET", CAMPAIGNS, json=page(other))
    assert client.find_campaign("reference-1") is None


@pytest.mark.parametrize(
    "unreadable",
    [
        {"id": None, "externalId": "reference-1"},
        {"id": {}, "externalId": "reference-1"},
        {"id": None},
        {"id": None, "externalId": None},
        {"id": 5, "externalId": {"value": "reference-1"}},
        {"id": 5, "externalId": ["reference-1"]},
        "reference-1",
        None,
    ],
)
def test_one_that_cannot_be_read_and_may_be_ours_is_not_created_again(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    fields: CampaignFields,
    campaign_json: dict[str, Any],
    unreadable: Any,
) -> None:
    server.get(CAMPAIGNS, json=page(unreadable))
    with pytest.raises(InvalidAnswer, match="may be this one"):
        ensure(client, fields)
    assert methods(server) == ["GET"]
    server.replace("GET", CAMPAIGNS, json=page(unreadable, campaign_json))
    assert ensure(client, fields).id == "5"


def test_ensure_does_not_repeat_a_refusal(
    server: responses.RequestsMock, client: CampaignMasterClient, fields: CampaignFields
) -> None:
    refusal = {"code": "from_email_not_registered", "message": "Unknown.", "field": "fromEmail"}
    server.get(CAMPAIGNS, json=page())
    server.post(CAMPAIGNS, status=400, json={"error": refusal})
    with pytest.raises(RequestRefused) as caught:
        ensure(client, fields)
    assert not caught.value.outcome_unknown
    assert methods(server) == ["GET", "POST"]


def test_ensure_creates_nothing_where_the_look_up_fails(
    server: responses.RequestsMock, client: CampaignMasterClient, fields: CampaignFields
) -> None:
    server.get(CAMPAIGNS, json=page() | {"campaigns": None})
    with pytest.raises(InvalidAnswer):
        ensure(client, fields)
    assert methods(server) == ["GET"]


def test_a_refused_token_lets_a_create_through_once(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    fields: CampaignFields,
    campaign_json: dict[str, Any],
) -> None:
    server.post(CAMPAIGNS, status=401)
    server.post(CAMPAIGNS, status=201, json=campaign_json)
    assert client.create_campaign(fields).id == "5"
    assert methods(server) == ["POST"] * 3
