"""Answers that are no success: the right error, a sentence, and nothing that must stay secret."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
import responses
from campaign_master_api import (
    CampaignMasterClient,
    CampaignMasterError,
    Credentials,
    CredentialsRefused,
    InvalidAnswer,
    NotCampaignMaster,
    NotFound,
    RateLimitReached,
    RedirectRefused,
    RequestRefused,
    ServerFailed,
    TokenRefused,
)
from wire_support import API, SECRETS, MakeClient, in_seconds, unix

HTML = "<!DOCTYPE html><html><body>person-1@example.com</body></html>"
CAMPAIGN = f"{API}/campaigns/5"
WITH_NAN = '{"id": 5, "name": "a", "subject": "a", "status": "draft", "unknown": NaN}'
LOGIN = f"{API}/authenticate"


def error(code: str = "validation", message: str = "Wrong.", **more: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, **more}}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"status": 400, "json": error()}, RequestRefused),
        ({"status": 400, "json": {"detail": "x"}}, RequestRefused),
        ({"status": 400, "json": error("invalid_credentials")}, CredentialsRefused),
        ({"status": 400, "body": HTML, "content_type": "text/html"}, NotCampaignMaster),
        ({"status": 401, "json": error("token_invalid")}, TokenRefused),
        ({"status": 401, "body": HTML, "content_type": "text/html"}, TokenRefused),
        ({"status": 403, "json": error()}, RequestRefused),
        ({"status": 403, "body": HTML, "content_type": "text/html"}, NotCampaignMaster),
        ({"status": 404, "json": error("not_found")}, NotFound),
        ({"status": 404, "json": {"detail": "Not Found"}}, NotCampaignMaster),
        ({"status": 404, "body": HTML, "content_type": "text/html"}, NotCampaignMaster),
        ({"status": 409, "json": error()}, RequestRefused),
        ({"status": 429, "json": error("hourly_limit")}, RateLimitReached),
        ({"status": 429, "body": HTML, "content_type": "text/html"}, RateLimitReached),
        ({"status": 500, "json": error("server_error")}, ServerFailed),
        ({"status": 500, "body": HTML, "content_type": "text/html"}, ServerFailed),
        ({"status": 599, "body": ""}, ServerFailed),
        ({"status": 301, "headers": {"Location": "https://other.example"}}, RedirectRefused),
        ({"status": 304, "body": ""}, RedirectRefused),
        ({"status": 200, "body": HTML, "content_type": "text/html"}, NotCampaignMaster),
        ({"status": 200, "body": "{}", "content_type": "text/plain"}, NotCampaignMaster),
        ({"status": 204, "body": "", "content_type": "application/json"}, InvalidAnswer),
        ({"status": 200, "body": "", "content_type": "application/json"}, InvalidAnswer),
        ({"status": 200, "body": "[]", "content_type": "application/json"}, InvalidAnswer),
        ({"status": 200, "body": "null", "content_type": "application/json"}, InvalidAnswer),
        ({"status": 200, "body": '{"id": 5', "content_type": "application/json"}, InvalidAnswer),
        (
            {"status": 200, "body": b'{"a": "\xff"}', "content_type": "application/json"},
            InvalidAnswer,
        ),
        ({"status": 200, "body": WITH_NAN, "content_type": "application/json"}, InvalidAnswer),
        ({"status": 200, "body": "[" * 200000, "content_type": "application/json"}, InvalidAnswer),
        (
            {"status": 200, "body": '{"a":' * 99999, "content_type": "application/json"},
            InvalidAnswer,
        ),
        ({"status": 200, "body": "9" * 5000, "content_type": "application/json"}, InvalidAnswer),
        ({"status": 200, "json": {"id": 5, "unknown": 1}}, InvalidAnswer),
    ],
)
def test_each_kind_of_answer_has_its_error(
    server: responses.RequestsMock,
    make_client: MakeClient,
    answer: dict[str, Any],
    kind: type[CampaignMasterError],
) -> None:
    server.get(CAMPAIGN, **answer)
    with pytest.raises(CampaignMasterError) as caught:
        make_client().get_campaign("5")
    assert type(caught.value) is kind
    assert str(caught.value) == caught.value.sentence
    assert caught.value.sentence[0].isupper() or caught.value.sentence.startswith("cm.example.com")
    assert caught.value.sentence.rstrip().endswith(".")
    assert not {"<", "@", "{", "Traceback"} & set(caught.value.sentence.split())
    assert "person-1" not in caught.value.sentence
    assert caught.value.outcome_unknown is (not 300 <= answer["status"] < 500)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"status": 401, "json": error("invalid_credentials")}, CredentialsRefused),
        ({"status": 401, "body": ""}, CredentialsRefused),
        ({"status": 400, "json": error("invalid_credentials")}, CredentialsRefused),
        ({"status": 400, "json": error("validation")}, RequestRefused),
        ({"status": 404, "body": HTML, "content_type": "text/html"}, NotCampaignMaster),
        ({"status": 404, "json": {"detail": "Not Found"}}, NotCampaignMaster),
        ({"status": 404, "json": error("not_found")}, NotCampaignMaster),
        ({"status": 405, "json": {"detail": "Method Not Allowed"}}, NotCampaignMaster),
        ({"status": 200, "body": HTML, "content_type": "text/html"}, NotCampaignMaster),
        ({"status": 200, "json": {"access_token": "x"}}, NotCampaignMaster),
        ({"status": 200, "body": "{", "content_type": "application/json"}, InvalidAnswer),
        ({"status": 302, "headers": {"Location": "/login"}}, RedirectRefused),
        ({"status": 429, "json": error("monthly_limit")}, RateLimitReached),
        ({"status": 500, "body": HTML}, ServerFailed),
    ],
)
def test_each_answer_to_a_login_has_its_error(
    server: responses.RequestsMock,
    make_client: MakeClient,
    answer: dict[str, Any],
    kind: type[CampaignMasterError],
) -> None:
    server.replace("POST", LOGIN, **answer)
    with pytest.raises(CampaignMasterError) as caught:
        make_client().authenticate()
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", "application/hal+json"]
)
def test_json_by_another_name(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    campaign_json: dict[str, Any],
    content_type: str,
) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(campaign_json).encode()
    server.get(CAMPAIGN, body=body, content_type=content_type)
    assert client.get_campaign("5").id == 5


def test_a_refusal_tells_code_field_and_the_servers_words(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    answer = error("from_email_not_registered", "The address is not registered.", field="fromEmail")
    server.get(CAMPAIGN, status=400, json=answer)
    with pytest.raises(RequestRefused) as caught:
        client.get_campaign("5")
    assert caught.value.code == "from_email_not_registered"
    assert caught.value.field == "fromEmail"
    assert caught.value.server_message == "The address is not registered."
    assert "The address is not registered." in caught.value.sentence


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("a\r\nb\x00\x1b[31mc\u2028d", "a b[31mc d"),
        ("<script>alert(1)</script>Wrong <b>name</b>", "alert(1) Wrong name"),
        ("<scr<b>ipt>x", "scr ipt x"),
        ("1 < 2 > 0 <unclosed", "1 0 unclosed"),
        ("No mail to person-1@example.com, sorry", "No mail to [address], sorry"),
        ("Password pass-word-17 is wrong", "Password *** is wrong"),
        ("user-name-17:client-id-17/client-secret-17", "***:***/***"),
        ("Bearer token-value-17", "Bearer ***"),
        ("\udfff\ud800", ""),
        ("é" * 301, "é" * 300),
        ("x" * 299 + " pass-word-17", "x" * 299),
    ],
)
def test_the_servers_words_are_made_harmless(
    server: responses.RequestsMock, client: CampaignMasterClient, message: str, shown: str
) -> None:
    server.get(CAMPAIGN, status=400, json=error(message=message, field=message))
    with pytest.raises(RequestRefused) as caught:
        client.get_campaign("5")
    assert caught.value.server_message.rstrip() == shown
    assert len(caught.value.field) <= 64
    assert not any(secret in repr(vars(caught.value)) for secret in SECRETS)


def test_a_short_secret_is_masked_as_a_word(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    server.get(CAMPAIGN, status=400, json=error(message="no: nothing is known of no, sir"))
    client = make_client(credentials=Credentials("no", "n.t"))
    with pytest.raises(RequestRefused) as caught:
        client.get_campaign("5")
    assert caught.value.server_message == "***: nothing is known of ***, sir"


@pytest.mark.parametrize("code", ["made_up", "", "x" * 999, "pass-word-17"])
def test_an_unknown_code_is_dropped(
    server: responses.RequestsMock, client: CampaignMasterClient, code: str
) -> None:
    server.get(CAMPAIGN, status=400, json=error(code))
    with pytest.raises(RequestRefused) as caught:
        client.get_campaign("5")
    assert caught.value.code == ""


def test_the_hourly_limit_tells_when_it_ends(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    end = in_seconds(1800)
    headers = {
        "x-rate-limit-limit": "5000",
        "x-rate-limit-remaining": "0",
        "x-rate-limit-reset": unix(end),
        "Retry-After": "5",
    }
    server.get(CAMPAIGN, status=429, json=error("hourly_limit"), headers=headers)
    with pytest.raises(RateLimitReached, match="in an hour") as caught:
        client.get_campaign("5")
    assert (caught.value.reset_at, caught.value.monthly) == (end, False)
    assert f"{end:%H:%M}" not in caught.value.sentence
    assert client.rate_limit is not None
    assert client.rate_limit.remaining == 0
    assert client.calls == 1


def test_the_monthly_limit_does_not_end_with_the_hour(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    headers = {"x-rate-limit-reset": unix(in_seconds(1800))}
    server.get(CAMPAIGN, status=429, json=error("monthly_limit"), headers=headers)
    with pytest.raises(RateLimitReached, match="month") as caught:
        client.get_campaign("5")
    assert (caught.value.reset_at, caught.value.monthly) == (None, True)


@pytest.mark.parametrize("wait", ["60", "9" * 12, "9" * 400, "never"])
def test_a_limit_that_tells_its_end_as_a_wait_or_not_at_all(
    server: responses.RequestsMock, client: CampaignMasterClient, wait: str
) -> None:
    server.get(CAMPAIGN, status=429, headers={"Retry-After": wait})
    with pytest.raises(RateLimitReached) as caught:
        client.get_campaign("5")
    if wait == "60":
        assert caught.value.reset_at is not None
        assert abs(caught.value.reset_at - in_seconds(60)) < timedelta(seconds=5)
    else:
        assert caught.value.reset_at is None


@pytest.mark.parametrize(
    ("location", "named"),
    [
        ("https://www.example.org/api/v1/campaigns/5", "to www.example.org "),
        ("http://cm.example.com/", "to cm.example.com "),
        ("/login", "redirects the request (status"),
        ("", "redirects the request (status"),
        ("https://[broken", "redirects the request (status"),
        ("https://<script>/", "redirects the request (status"),
        ("https://user-name-17:pass-word-17@pass-word-17.example/", "to ***.example "),
    ],
)
def test_a_redirect_names_where_it_leads_and_is_not_followed(
    server: responses.RequestsMock, client: CampaignMasterClient, location: str, named: str
) -> None:
    server.get(CAMPAIGN, status=302, headers={"Location": location})
    with pytest.raises(RedirectRefused) as caught:
        client.get_campaign("5")
    assert named in caught.value.sentence
    assert client.calls == len(server.calls) == 1
    assert not any(secret in caught.value.sentence for secret in SECRETS)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "gzip,gzip,gzip", "x"])
def test_a_packing_that_was_not_asked_for(
    server: responses.RequestsMock, client: CampaignMasterClient, encoding: str
) -> None:
    body = gzip.compress(gzip.compress(b"{}"))
    headers = {"Content-Encoding": encoding}
    server.get(CAMPAIGN, body=body, content_type="application/json", headers=headers)
    with pytest.raises(InvalidAnswer, match="packed"):
        client.get_campaign("5")
