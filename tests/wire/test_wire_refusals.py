"""Answers that are no success: the right error, a sentence, and nothing that must stay secret."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
import responses
from campaign_master_api import (
    AccountRefused,
    BatchTooLarge,
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
        ({"status": 400, "body": ""}, RequestRefused),
        ({"status": 401, "json": error("token_invalid")}, TokenRefused),
        ({"status": 401, "body": HTML, "content_type": "text/html"}, TokenRefused),
        ({"status": 403, "json": error()}, AccountRefused),
        ({"status": 403, "body": HTML, "content_type": "text/html"}, NotCampaignMaster),
        ({"status": 404, "json": error("not_found")}, NotFound),
        ({"status": 404, "json": {"detail": "Not Found"}}, NotFound),
        ({"status": 404, "body": HTML, "content_type": "text/html"}, NotFound),
        ({"status": 404, "body": ""}, NotFound),
        ({"status": 409, "json": error()}, AccountRefused),
        ({"status": 413, "body": HTML, "content_type": "text/html"}, BatchTooLarge),
        ({"status": 400, "json": error("too_many_recipients")}, BatchTooLarge),
        ({"status": 422, "json": error()}, RequestRefused),
        ({"status": 418, "body": "Short and stout", "content_type": "text/plain"}, RequestRefused),
        ({"status": 429, "json": error("hourly_limit")}, RateLimitReached),
        ({"status": 429, "body": HTML, "content_type": "text/html"}, RateLimitReached),
        ({"status": 500, "json": error("server_error")}, ServerFailed),
        ({"status": 500, "body": HTML, "content_type": "text/html"}, ServerFailed),
        ({"status": 599, "body": ""}, ServerFailed),
        ({"status": 301, "headers": {"Location": "https://other.example"}}, RedirectRefused),
        ({"status": 304, "body": ""}, RedirectRefused),
        ({"status": 200, "body": HTML, "content_type": "text/html"}, NotCampaignMaster),
        ({"status": 200, "body": "{}", "content_type": "text/plain"}, InvalidAnswer),
        ({"status": 200, "body": "plain", "content_type": "text/plain"}, NotCampaignMaster),
        ({"status": 204, "body": "", "content_type": "application/json"}, InvalidAnswer),
        ({"status": 200, "body": "", "content_type": "application/json"}, InvalidAnswer),
        ({"status": 200, "body": "[]", "content_type": "application/json"}, InvalidAnswer),
        ({"status": 200, "body": "null", "content_type": "application/json"}, InvalidAnswer),
        ({"status": 200, "body": '{"id": 5', "content_type": "application/json"}, InvalidAnswer),
        (
            {"status": 200, "body": b'{"a": "\xff"}', "content_type": "application/json"},
            InvalidAnswer,
        ),
        ({"status": 200, "body": "[" * 200000, "content_type": "application/json"}, InvalidAnswer),
        (
            {"status": 200, "body": '{"a":' * 99999, "content_type": "application/json"},
            InvalidAnswer,
        ),
        ({"status": 200, "body": "9" * 5000, "content_type": "application/json"}, InvalidAnswer),
        ({"status": 200, "json": {"identity": 5, "unknown": 1}}, InvalidAnswer),
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
        ({"status": 400, "json": error("validation")}, CredentialsRefused),
        ({"status": 400, "json": {"error": "invalid_grant"}}, CredentialsRefused),
        ({"status": 403, "json": {"message": "No API for this account"}}, CredentialsRefused),
        ({"status": 403, "body": HTML, "content_type": "text/html"}, CredentialsRefused),
        ({"status": 423, "body": ""}, CredentialsRefused),
        ({"status": 405, "json": {"detail": "Method Not Allowed"}}, CredentialsRefused),
        ({"status": 408, "body": ""}, AccountRefused),
        ({"status": 404, "body": HTML, "content_type": "text/html"}, NotCampaignMaster),
        ({"status": 404, "json": {"detail": "Not Found"}}, NotCampaignMaster),
        ({"status": 404, "json": error("not_found")}, NotCampaignMaster),
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
    assert client.get_campaign("5").id == "5"


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
        ("a\r\nb\x00\x1b[31mc\u2028d", "a b [31mc d"),
        ("<script>alert(1)</script>Wrong <b>name</b>", "alert(1) Wrong name"),
        ("<scr<b>ipt>x", "scr ipt x"),
        ("1 < 2 > 0 <unclosed", "1 0 unclosed"),
        ("No mail to person-1@example.com, sorry", "No mail to [address], sorry"),
        ("/lists?email=person-1%40example.com failed", "[address] failed"),
        ("No mail to person-1&#64;example.com, sorry", "No mail to [address];example.com, sorry"),
        ("No mail to person-1\uff20example.com, sorry", "No mail to [address], sorry"),
        ("Password pass\u200b-word-17 is wrong", "Password *** is wrong"),
        ("\u202eThe \u2066list\u2069 is full\ufeff", "The list is full"),
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


SHAPES: list[tuple[Any, str]] = [
    ({"message": "No."}, "No."),
    ({"Message": "No."}, "No."),
    ({"error": "No."}, "No."),
    ({"error": {"message": "No."}}, "No."),
    ({"Error": {"Code": "x", "Message": "No."}}, "No."),
    ({"error": "invalid_request", "error_description": "No."}, "No."),
    ({"errors": [{"message": "No."}]}, "No."),
    ({"errors": [{"message": "No."}, {"message": "Never."}]}, "No. Never."),
    ({"errors": ["No.", "Never."]}, "No. Never."),
    ({"errors": {"email": ["No."], "name": ["Never."]}}, "No. Never."),
    ({"errors": {"email": "No."}}, "No."),
    ({"title": "Wrong", "detail": "No.", "status": 400, "type": "https://x.example"}, "No."),
    ({"title": "Wrong", "status": 400}, "Wrong"),
    ({"title": "Wrong", "errors": {"Email": ["No."]}}, "Wrong: No."),
    ({"Message": "Wrong.", "ModelState": {"model.Email": ["No."]}}, "Wrong. No."),
    ({"statusMessage": "No."}, "No."),
    ({"data": {"reason": "No."}}, "No."),
    ([{"message": "No."}], "No."),
    ("No.", "No."),
    ({"code": "account_gone"}, "account_gone"),
    ({"error": {"code": "account_gone"}}, "account_gone"),
    ({"code": 17, "ok": False}, ""),
    ({}, ""),
    ([], ""),
    (None, ""),
    ({"error": []}, ""),
    ({"message": {"message": {}}}, ""),
    ({"detail": [{"loc": ["body", "name"], "msg": "No.", "type": "missing"}]}, "No."),
    ({"messages": ["No.", "Never."]}, "No. Never."),
    ({"error_msg": "No."}, "No."),
    ({"ExceptionMessage": "No."}, "No."),
    ({"errors": [[["No."]]]}, "No."),
]


@pytest.mark.parametrize(("content", "message"), SHAPES)
@pytest.mark.parametrize("label", ["application/json", "application/problem+json", "text/plain"])
def test_a_reason_from_any_usual_shape(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    content: Any,
    message: str,
    label: str,
) -> None:
    server.get(CAMPAIGN, status=400, body=json.dumps(content), content_type=label)
    with pytest.raises(RequestRefused) as caught:
        client.get_campaign("5")
    assert caught.value.server_message == message
    assert (message or "it gave no reason (status 400)") in caught.value.sentence
    assert caught.value.status == 400


def test_a_plain_text_is_a_reason_where_it_is_short(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    server.get(CAMPAIGN, status=400, body="Too bad, pass-word-17.", content_type="text/plain")
    with pytest.raises(RequestRefused, match=r"Too bad, \*\*\*"):
        client.get_campaign("5")
    server.replace("GET", CAMPAIGN, status=400, body="x " * 2000, content_type="text/plain")
    with pytest.raises(NotCampaignMaster):
        client.get_campaign("5")


@pytest.mark.parametrize("status", [402, 403, 405, 408, 409, 413, 423, 451])
@pytest.mark.parametrize("body", ['{"message": "account has been deactivated"}', "Deactivated", ""])
def test_what_speaks_of_the_account_is_nobodys_fault(
    server: responses.RequestsMock, client: CampaignMasterClient, status: int, body: str
) -> None:
    server.get(CAMPAIGN, status=status, body=body)
    with pytest.raises(AccountRefused) as caught:
        client.get_campaign("5")
    assert (type(caught.value) is BatchTooLarge) is (status == 413)
    assert caught.value.status == status
    assert ("deactivated" in caught.value.server_message.lower()) is bool(body)
    assert client.calls == 1


@pytest.mark.parametrize(
    "words",
    ["We are down for scheduled maintenance", "Temporarily unavailable", "This is read-only now"],
)
def test_so_is_what_speaks_of_maintenance(
    server: responses.RequestsMock, client: CampaignMasterClient, words: str
) -> None:
    server.get(CAMPAIGN, status=400, json={"message": words})
    with pytest.raises(AccountRefused, match=words):
        client.get_campaign("5")


def test_every_error_of_an_answer_tells_its_status_and_words(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    for status in (400, 401, 402, 404, 409, 429, 500, 503):
        server.upsert("GET", CAMPAIGN, status=status, json={"message": "Because."})
        with pytest.raises(CampaignMasterError) as caught:
            client.get_campaign("5")
        assert (caught.value.status, caught.value.server_message) == (status, "Because.")


@pytest.mark.parametrize("depth", range(100, 1000, 50))
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('[{"errors":', "}]"), ("[[", "]]")])
def test_a_refusal_however_deep_is_one(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    depth: int,
    opening: str,
    closing: str,
) -> None:
    server.get(CAMPAIGN, status=422, body=opening * depth + closing * depth)
    with pytest.raises(CampaignMasterError):
        client.get_campaign("5")


@pytest.mark.parametrize("hostile", ["a" * 10**6, "a@" * 500_000, "<" * 10**6, "<a" * 500_000])
def test_endless_words_take_no_time(
    server: responses.RequestsMock, client: CampaignMasterClient, hostile: str
) -> None:
    message = hostile + " pass-word-17"
    server.get(CAMPAIGN, status=400, json={"message": message, "field": message})
    with pytest.raises(RequestRefused) as caught:
        client.get_campaign("5")
    assert len(caught.value.server_message) <= 300
    assert "pass-word-17" not in repr(vars(caught.value))


def test_a_refused_token_stays_secret(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    server.get(CAMPAIGN, status=401, body="")
    server.replace("POST", LOGIN, status=403, json={"message": "token-value-17 is over"})
    with pytest.raises(CredentialsRefused) as caught:
        make_client().get_campaign("5")
    assert caught.value.server_message == "*** is over"
    assert "*** is over" in caught.value.sentence


def test_so_does_one_that_was_given_in_the_same_run(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    server.replace("POST", LOGIN, json={"token": "token-of-today"})
    server.get(CAMPAIGN, status=401, body="")
    server.post(LOGIN, status=403, json={"message": "token-of-today is over"})
    with pytest.raises(CredentialsRefused) as caught:
        make_client(token=None).get_campaign("5")
    assert caught.value.server_message == "*** is over"


@pytest.mark.parametrize("length", range(32 * 1024 - 14, 32 * 1024 + 2))
def test_a_secret_is_not_halved_where_a_message_is_cut(
    server: responses.RequestsMock, client: CampaignMasterClient, length: int
) -> None:
    tags = ("<b>" * length)[:length].rstrip("<b")
    message = tags + " " * (length - len(tags)) + "pass-word-17" + "<b>" * 99999
    server.get(CAMPAIGN, status=400, json=error(message=message))
    with pytest.raises(RequestRefused) as caught:
        client.get_campaign("5")
    assert not caught.value.server_message.replace("***", "")


@pytest.mark.parametrize(
    ("code", "known"),
    [("Campaign_Not_Draft", "campaign_not_draft"), ("campaignNotDraft", "campaign_not_draft")],
)
def test_a_code_whatever_its_case(
    server: responses.RequestsMock, client: CampaignMasterClient, code: str, known: str
) -> None:
    server.get(CAMPAIGN, status=400, json={"Code": code, "Message": "x"})
    with pytest.raises(RequestRefused) as caught:
        client.get_campaign("5")
    assert caught.value.code == known


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


@pytest.mark.parametrize(
    "content", [{"message": "Your monthly limit is reached"}, {"error": "MONTHLY-LIMIT"}]
)
def test_the_monthly_limit_in_other_words(
    server: responses.RequestsMock, client: CampaignMasterClient, content: dict[str, str]
) -> None:
    server.get(CAMPAIGN, status=429, json=content)
    with pytest.raises(RateLimitReached) as caught:
        client.get_campaign("5")
    assert (caught.value.reset_at, caught.value.monthly) == (None, True)


@pytest.mark.parametrize("wait", ["60", "60.5", "9" * 12, "9" * 400, "never", "-60"])
def test_a_limit_that_tells_its_end_as_a_wait_or_not_at_all(
    server: responses.RequestsMock, client: CampaignMasterClient, wait: str
) -> None:
    server.get(CAMPAIGN, status=429, headers={"Retry-After": wait})
    with pytest.raises(RateLimitReached) as caught:
        client.get_campaign("5")
    if wait in ("60", "60.5"):
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
