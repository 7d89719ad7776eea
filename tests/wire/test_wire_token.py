"""Logging in as seldom as possible, and telling the owner of the client of each new token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import responses
from campaign_master_api import (
    Credentials,
    CredentialsRefused,
    InvalidAnswer,
    NotCampaignMaster,
    RateLimit,
    Token,
    TokenRefused,
)
from wire_support import API, LISTS, MakeClient, in_seconds, lists, unix

REFUSED = {"error": {"code": "token_invalid", "message": "The token is not valid."}}


def paths(server: responses.RequestsMock) -> list[str]:
    return [call.request.path_url.partition("?")[0] for call in server.calls]


def test_a_client_without_a_token_logs_in_once_for_many_calls(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    lists(server)
    told: list[Token | None] = []
    client = make_client(token=None, on_token=told.append)
    for _ in range(3):
        list(client.iter_lists())
    assert paths(server) == ["/api/v1/authenticate", *["/api/v1/lists"] * 3]
    assert [token.value for token in told if token] == ["token-value-17"]
    assert client.calls == 4
    assert server.calls[1].request.headers["Authorization"] == "Bearer token-value-17"


def test_the_credentials_go_in_headers_to_authenticate_alone(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    lists(server)
    list(make_client(token=None).iter_lists())
    login, call = (entry.request.headers for entry in server.calls)
    assert {
        name: login[name] for name in ("username", "password", "client_id", "client_secret")
    } == {
        "username": "user-name-17",
        "password": "pass-word-17",
        "client_id": "client-id-17",
        "client_secret": "client-secret-17",
    }
    assert "Authorization" not in login
    assert not {"username", "password", "client_id", "client_secret"} & set(call)


def test_an_empty_client_id_and_secret_are_left_out(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    make_client(credentials=Credentials("a", "b")).authenticate()
    assert not {"client_id", "client_secret"} & set(server.calls[0].request.headers)


@pytest.mark.parametrize(("seconds", "logins"), [(59, 1), (-3600, 1), (62, 0)])
def test_a_token_that_ends_within_a_minute_is_renewed_before_the_call(
    server: responses.RequestsMock, make_client: MakeClient, seconds: int, logins: int
) -> None:
    lists(server)
    old = Token("old-token", in_seconds(seconds))
    list(make_client(token=old).iter_lists())
    assert paths(server).count("/api/v1/authenticate") == logins
    used = server.calls[-1].request.headers["Authorization"]
    assert used == f"Bearer {'token-value-17' if logins else 'old-token'}"


def test_a_token_without_a_known_end_is_used(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    lists(server)
    list(make_client(token=Token("kept", None)).iter_lists())
    assert paths(server) == ["/api/v1/lists"]


@pytest.mark.parametrize("value", ["", "two words", "line\r\nbreak", "schlüssel", "x" * 8193])
def test_a_kept_token_that_cannot_be_sent_is_replaced(
    server: responses.RequestsMock, make_client: MakeClient, value: str
) -> None:
    lists(server)
    list(make_client(token=Token(value, None)).iter_lists())
    assert paths(server) == ["/api/v1/authenticate", "/api/v1/lists"]


def test_a_refused_token_is_renewed_once_and_the_owner_is_told(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    told_end = {"x-token-reset": unix(in_seconds(7200))}
    server.get(f"{API}/lists", status=401, json=REFUSED, headers=told_end)
    lists(server)
    told: list[Token | None] = []
    client = make_client(on_token=told.append)
    assert list(client.iter_lists())
    assert told == [None, Token("token-value-17", None)]
    assert client.calls == 3


def test_a_token_that_is_refused_again_ends_the_call(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    server.get(f"{API}/lists", status=401, json=REFUSED)
    told: list[Token | None] = []
    client = make_client(on_token=told.append)
    with pytest.raises(TokenRefused) as caught:
        list(client.iter_lists())
    assert client.calls == 3
    assert told == [None, Token("token-value-17", None), None]
    assert not caught.value.outcome_unknown


def test_wrong_credentials_end_the_call_after_one_attempt(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    server.replace("POST", f"{API}/authenticate", status=401, json=REFUSED)
    client = make_client(token=None)
    with pytest.raises(CredentialsRefused):
        list(client.iter_lists())
    assert client.calls == 1


def test_credentials_that_became_wrong_end_a_call_whose_token_was_refused(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    server.get(f"{API}/lists", status=401, json=REFUSED)
    server.replace("POST", f"{API}/authenticate", status=401, body="")
    told: list[Token | None] = []
    with pytest.raises(CredentialsRefused):
        list(make_client(on_token=told.append).iter_lists())
    assert told == [None]


def test_the_token_header_corrects_the_end_of_the_token(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    told: list[Token | None] = []
    end = in_seconds(3600)
    client = make_client(token=Token("kept", end), on_token=told.append)
    for moved in (0, 59, -59, 7200):
        server.upsert(
            "GET",
            f"{API}/lists",
            body=LISTS,
            content_type="application/json",
            headers={"x-token-reset": unix(end + timedelta(seconds=moved))},
        )
        list(client.iter_lists())
    assert told == [Token("kept", end + timedelta(seconds=7200))]


def test_the_first_answer_tells_the_end_of_a_new_token(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    end = in_seconds(28800)
    lists(server, **{"x-token-reset": unix(end)})
    told: list[Token | None] = []
    list(make_client(token=None, on_token=told.append).iter_lists())
    assert told == [Token("token-value-17", None), Token("token-value-17", end)]


def test_the_login_may_tell_the_end_at_once(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    end = in_seconds(28800)
    server.replace(
        "POST", f"{API}/authenticate", json={"token": "t"}, headers={"x-token-reset": unix(end)}
    )
    assert make_client().authenticate() == Token("t", end)


@pytest.mark.parametrize(
    "told", ["", "soon", "-1", "50000000", "²", "9" * 400, "2001-01-01T00:00:00Z"]
)
def test_a_token_header_that_says_nothing_is_ignored(
    server: responses.RequestsMock, make_client: MakeClient, told: str
) -> None:
    lists(server, **{"x-token-reset": told, "x-rate-limit-reset": told})
    tokens: list[Token | None] = []
    client = make_client(on_token=tokens.append)
    list(client.iter_lists())
    assert tokens == []
    assert client.rate_limit in (None, RateLimit(None, None, datetime(2001, 1, 1, tzinfo=UTC)))


@pytest.mark.parametrize("told", ["28800", "28800.0"])
def test_a_token_that_ends_so_many_seconds_from_now_is_kept(
    server: responses.RequestsMock, make_client: MakeClient, told: str
) -> None:
    lists(server, **{"x-token-reset": told})
    client = make_client(token=None)
    for _ in range(3):
        list(client.iter_lists())
    assert paths(server).count("/api/v1/authenticate") == 1


@pytest.mark.parametrize("told", ["1000000000", "999999999999", "2001-01-01T00:00:00Z", "0"])
def test_a_token_whose_end_is_told_to_be_over_is_used_until_it_is_refused(
    server: responses.RequestsMock, make_client: MakeClient, told: str
) -> None:
    lists(server, **{"x-token-reset": told})
    client = make_client(token=Token("kept", None))
    for _ in range(3):
        list(client.iter_lists())
    assert paths(server) == ["/api/v1/lists"] * 3


@pytest.mark.parametrize("name", ["Token", "TOKEN", "to_ken"])
def test_the_token_whatever_the_case_of_its_key(
    server: responses.RequestsMock, make_client: MakeClient, name: str
) -> None:
    server.replace("POST", f"{API}/authenticate", json={name: "t"})
    assert make_client().authenticate().value == "t"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"token": ""}, InvalidAnswer),
        ({"token": None}, InvalidAnswer),
        ({"token": 17}, InvalidAnswer),
        ({"token": "two words"}, InvalidAnswer),
        ({"token": "line\r\nbreak"}, InvalidAnswer),
        ({"token": "x" * 8193}, InvalidAnswer),
        ({"access": "another API"}, NotCampaignMaster),
        ({"error": "invalid_grant", "error_description": "Try again."}, CredentialsRefused),
        ({"success": False, "message": "Wrong password."}, CredentialsRefused),
        ({"token": None, "error": {"message": "Unauthorized user"}}, CredentialsRefused),
        ({"success": False, "message": "Busy."}, NotCampaignMaster),
        ([], InvalidAnswer),
    ],
)
def test_a_login_without_a_usable_token_is_an_error(
    server: responses.RequestsMock, make_client: MakeClient, body: object, error: type[Exception]
) -> None:
    server.replace("POST", f"{API}/authenticate", json=body)
    with pytest.raises(error):
        make_client().authenticate()


@pytest.mark.parametrize(
    ("credentials", "words"),
    [
        (Credentials("", "b"), ("The username cannot", "it is empty")),
        (Credentials("a", ""), ("The password cannot", "it is empty")),
        (Credentials("a", "secret\r\nX-Header: 1"), ("The password cannot", "it has a line break")),
        (Credentials("a", "sec\x85ret"), ("The password cannot", "it has a line break")),
        (Credentials("a", "secret\n"), ("The password cannot", "it begins or ends")),
        (Credentials("a", " secret"), ("The password cannot", "it begins or ends")),
        (Credentials("a", "secret€"), ("The password cannot", "it has a character")),
        (Credentials("密码", "secret"), ("The username cannot", "it has a character")),
        (
            Credentials("a", "b", client_id="secret\x00"),
            ("The client id cannot", "it has a line break"),
        ),
        (
            Credentials("a", "b", client_secret="secret🔑"),
            ("The client secret cannot", "it has a character"),
        ),
    ],
)
def test_credentials_that_no_header_can_carry_are_refused_unsent(
    server: responses.RequestsMock,
    make_client: MakeClient,
    credentials: Credentials,
    words: tuple[str, str],
) -> None:
    client = make_client(credentials=credentials, token=None)
    with pytest.raises(CredentialsRefused) as caught:
        client.authenticate()
    assert all(word in caught.value.sentence for word in words)
    assert "secret" not in caught.value.sentence.replace("client secret", "")
    assert client.calls == len(server.calls) == 0


def test_a_token_with_a_naive_end_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="aware"):
        Token("a", datetime(2030, 1, 1))
