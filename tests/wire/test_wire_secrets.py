"""Passwords, tokens and addresses stay out of logs, errors and representations."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback

import pytest
import responses
from campaign_master_api import (
    CampaignFields,
    CampaignMasterClient,
    CampaignMasterError,
    Credentials,
    NewRecipient,
    RateLimitReached,
    ServerFailed,
    Token,
    naming_own_addresses,
    without_addresses,
)
from wire_support import API, LISTS, SECRETS, MakeClient, StartServer, http_answer

CAMPAIGNS = '{"currentPage": 1, "isLastPage": true, "campaigns": []}'
REFUSAL = '{"error": {"code": "validation", "message": "pass-word-17 sales@example.com"}}'
TELLING = {
    b"POST /api/v1/authenticate": http_answer('{"token": "token-value-17"}'),
    b"POST /api/v1/campaigns": http_answer(REFUSAL, "400 Bad Request"),
    b"GET /api/v1/campaigns": http_answer(CAMPAIGNS),
    b"GET /api/v1/lists": http_answer(LISTS),
    b"POST /api/v1/lists": http_answer("person-1@example.com pass-word-17", "500 Error"),
}


def test_no_representation_shows_a_secret(
    credentials: Credentials, token: Token, client: CampaignMasterClient
) -> None:
    shown = f"{credentials!r} {credentials} {token!r} {token} {client!r} {vars(client)!r}"
    assert not any(secret in shown for secret in SECRETS)


def test_no_log_of_any_level_holds_a_secret_or_an_address(
    raw_server: StartServer,
    make_client: MakeClient,
    fields: CampaignFields,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    def answer(connection: object, number: int) -> None:
        request = server.requests[number - 1]
        found = next(text for start, text in TELLING.items() if request.startswith(start))
        connection.sendall(found)  # type: ignore[attr-defined]

    server = raw_server(answer)
    client = make_client(server.url, token=None)
    list(client.iter_lists())
    client.find_campaign(fields.external_id)
    recipients = [NewRecipient("person-1@example.com")]
    errors = []
    for call in (
        lambda: client.create_campaign(fields),
        lambda: client.add_list_recipients("3", recipients),
    ):
        with pytest.raises(CampaignMasterError) as caught:
            call()
        errors.append(caught.value)
    written = caplog.text + "".join("".join(traceback.format_exception(e)) for e in errors)
    assert "urllib3.connectionpool" in caplog.text
    assert len(server.requests) == 5
    assert not any(secret in written for secret in SECRETS)
    assert "@example.com" not in written


def test_addresses_are_never_in_the_path_or_query(
    raw_server: StartServer, make_client: MakeClient
) -> None:
    result = '{"results": [{"email": "person-1@example.com", "status": "added"}]}'
    server = raw_server(http_answer(result))
    make_client(server.url).add_list_recipients("3", [NewRecipient("person-1@example.com")])
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert b"person-1" not in head
    assert b"person-1@example.com" in body


@pytest.mark.parametrize(
    "error", [ServerFailed("x", status=503, retry_after=1.5), RateLimitReached("x", monthly=True)]
)
def test_errors_can_be_copied_and_stored(error: CampaignMasterError) -> None:
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert vars(twin) == vars(error)
        assert str(twin) == "x"


def test_a_refusal_names_the_addresses_that_its_sender_wrote_and_no_others(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    message = "Sender News@Example.com isn't registered. Ask someone@example.com, not a@example.com"
    answer = {"error": {"code": "validation", "message": message}}
    server.get(f"{API}/campaigns/5", status=400, json=answer)
    with (
        naming_own_addresses(["news@example.com", ""]),
        pytest.raises(CampaignMasterError) as caught,
    ):
        client.get_campaign("5")
    named = "Sender News@Example.com isn't registered. Ask [address], not [address]."
    assert named in str(caught.value)
    assert without_addresses(str(caught.value)).endswith(
        "Sender [address] isn't registered. Ask [address], not [address]."
    )
    with pytest.raises(CampaignMasterError) as caught:
        client.get_campaign("5")
    assert "@" not in str(caught.value)
