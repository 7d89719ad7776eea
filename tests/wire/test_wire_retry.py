"""What is repeated, after how long, and what never is."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import responses
from campaign_master_api import (
    NO_RETRY,
    CampaignFields,
    CampaignMasterClient,
    CampaignMasterError,
    CertificateNotTrusted,
    ConnectionFailed,
    HostNotFound,
    InvalidAnswer,
    NewRecipient,
    NoAnswer,
    RateLimitReached,
    RetryPolicy,
    ServerFailed,
    should_retry,
    wait_seconds,
)
from hypothesis import given
from hypothesis import strategies as st
from wire_support import API, LISTS, MakeClient


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (ConnectionFailed("x"), True),
        (HostNotFound("x"), True),
        (NoAnswer("x"), True),
        (ServerFailed("x", status=502), True),
        (ServerFailed("x", status=503), True),
        (ServerFailed("x", status=504), True),
        (ServerFailed("x", status=500), False),
        (ServerFailed("x", status=501), False),
        (CertificateNotTrusted("x"), False),
        (RateLimitReached("x"), False),
        (InvalidAnswer("x"), False),
    ],
)
def test_only_errors_that_pass_by_themselves_are_retried(
    error: CampaignMasterError, passes: bool
) -> None:
    policy = RetryPolicy(attempts=3)
    assert should_retry(error, attempt=1, repeatable=True, policy=policy) is passes
    assert should_retry(error, attempt=2, repeatable=True, policy=policy) is passes
    assert not should_retry(error, attempt=3, repeatable=True, policy=policy)
    assert not should_retry(error, attempt=1, repeatable=False, policy=policy)
    assert not should_retry(error, attempt=1, repeatable=True, policy=NO_RETRY)


def test_waits_double_up_to_the_cap() -> None:
    policy = RetryPolicy(base=0.5, cap=8.0, budget=1000.0, random=lambda: 1.0)
    waits = [wait_seconds(attempt=n, elapsed=0, policy=policy) for n in range(1, 8)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


def test_jitter_takes_off_at_most_half() -> None:
    policy = RetryPolicy(base=2.0, random=lambda: 0.0)
    assert wait_seconds(attempt=1, elapsed=0, policy=policy) == 1.0


@given(
    attempt=st.integers(1, 60),
    asked=st.none() | st.floats(0, 100),
    elapsed=st.floats(0, 60),
    chance=st.floats(0, 1),
)
def test_a_wait_is_never_shorter_than_asked_nor_beyond_the_bounds(
    attempt: int, asked: float | None, elapsed: float, chance: float
) -> None:
    policy = RetryPolicy(random=lambda: chance)
    wait = wait_seconds(attempt=attempt, elapsed=elapsed, policy=policy, retry_after=asked)
    if wait is None:
        assert (asked or 0) > policy.cap or elapsed + policy.cap > policy.budget
    else:
        assert (asked or 0) <= wait <= policy.cap
        assert elapsed + wait <= policy.budget


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_passing_failure_is_repeated_until_it_passes(
    server: responses.RequestsMock, client: CampaignMasterClient, waits: list[float], status: int
) -> None:
    server.get(f"{API}/lists", status=status, body="<html>Bad Gateway</html>")
    server.get(f"{API}/lists", body=requests.ConnectionError("reset"))
    server.get(f"{API}/lists", body=LISTS, content_type="application/json")
    assert [entry.id for entry in client.iter_lists()] == ["1"]
    assert waits == [0.5, 1.0]
    assert client.calls == 3


def test_attempts_are_bounded(
    server: responses.RequestsMock, client: CampaignMasterClient, waits: list[float]
) -> None:
    server.get(f"{API}/lists", status=503)
    with pytest.raises(ServerFailed) as caught:
        list(client.iter_lists())
    assert caught.value.status == 503
    assert caught.value.outcome_unknown
    assert client.calls == 3
    assert len(waits) == 2


def test_the_server_may_ask_for_a_longer_wait(
    server: responses.RequestsMock, client: CampaignMasterClient, waits: list[float]
) -> None:
    server.get(f"{API}/lists", status=503, headers={"Retry-After": "7"})
    server.get(f"{API}/lists", body=LISTS, content_type="application/json")
    assert list(client.iter_lists())
    assert waits == [7.0]


@pytest.mark.parametrize("asked", ["9", "3600", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_a_server_that_asks_for_too_long_a_wait_is_given_up(
    server: responses.RequestsMock, client: CampaignMasterClient, waits: list[float], asked: str
) -> None:
    server.get(f"{API}/lists", status=503, headers={"Retry-After": asked})
    with pytest.raises(ServerFailed):
        list(client.iter_lists())
    assert waits == []
    assert client.calls == 1


@pytest.mark.parametrize("asked", ["", "soon", "-5", "Thu, 01 Jan 1970 00:00:00 GMT", "1e3", "²"])
def test_a_retry_after_that_says_nothing_is_ignored(
    server: responses.RequestsMock, client: CampaignMasterClient, waits: list[float], asked: str
) -> None:
    server.get(f"{API}/lists", status=503, headers={"Retry-After": asked})
    with pytest.raises(ServerFailed):
        list(client.iter_lists())
    assert waits == [0.5, 1.0]


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500])
def test_what_does_not_pass_is_sent_once(
    server: responses.RequestsMock, client: CampaignMasterClient, status: int
) -> None:
    server.get(f"{API}/lists", status=status, json={"error": {"code": "x", "message": "x"}})
    with pytest.raises(CampaignMasterError):
        list(client.iter_lists())
    assert client.calls == 1


@pytest.mark.parametrize("failure", [requests.ConnectionError("x"), requests.ReadTimeout("x")])
def test_create_campaign_is_sent_once(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    fields: CampaignFields,
    failure: Exception,
) -> None:
    server.post(f"{API}/campaigns", body=failure)
    with pytest.raises(ConnectionFailed) as caught:
        client.create_campaign(fields)
    assert caught.value.outcome_unknown
    assert client.calls == 1


def test_authenticate_is_repeated_too(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    server.replace("POST", f"{API}/authenticate", status=502)
    client = make_client(token=None)
    with pytest.raises(ServerFailed):
        client.authenticate()
    assert client.calls == 3


def test_no_attempt_begins_after_the_budget(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    server.get(f"{API}/lists", status=503)
    waits: list[float] = []
    policy = RetryPolicy(attempts=9, base=1.0, budget=4.5, sleep=waits.append, random=lambda: 1.0)
    clock = FakeClock(waits)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("campaign_master_api.caller.time.monotonic", clock)
        with pytest.raises(ServerFailed):
            list(make_client(retry=policy).iter_lists())
    assert waits == [1.0, 2.0]


RECIPIENTS = f"{API}/lists/3/recipients"
ADDED = {"results": [{"email": "person-1@example.com", "status": "exists"}]}


@pytest.mark.parametrize(
    ("answers", "lost"),
    [
        ([{"json": ADDED}], False),
        ([{"status": 503}, {"json": ADDED}], True),
        ([{"body": requests.ConnectionError("reset")}, {"json": ADDED}], True),
        ([{"body": requests.ConnectTimeout("full")}, {"json": ADDED}], False),
        ([{"status": 504}, {"status": 401}, {"json": ADDED}], True),
        ([{"status": 401}, {"json": ADDED}], False),
    ],
)
def test_a_lost_answer_is_told_until_the_next_call(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    answers: list[dict[str, Any]],
    lost: bool,
) -> None:
    for answer in answers:
        server.post(RECIPIENTS, **answer)
    recipients = [NewRecipient("person-1@example.com")]
    assert client.add_list_recipients("3", recipients).lost_an_answer is lost
    assert not client.add_list_recipients("3", recipients).lost_an_answer


def test_a_lost_answer_to_a_login_loses_nothing(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    server.remove("POST", f"{API}/authenticate")
    server.post(f"{API}/authenticate", status=503)
    server.post(f"{API}/authenticate", json={"token": "t"})
    server.post(RECIPIENTS, json=ADDED)
    client = make_client(token=None)
    answer = client.add_list_recipients("3", [NewRecipient("person-1@example.com")])
    assert client.calls == 3
    assert not answer.lost_an_answer


class FakeClock:
    """A clock that only sleeping moves."""

    def __init__(self, waits: list[float]) -> None:
        self._waits = waits

    def __call__(self) -> float:
        return sum(self._waits)
