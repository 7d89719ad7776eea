"""Which result is whose: by address, else by place; whoever got none is told so."""

from __future__ import annotations

import json
from typing import Any

import pytest
import responses
from campaign_master_api import (
    AccountRefused,
    AddStatus,
    BatchTooLarge,
    CampaignMasterClient,
    CampaignMasterError,
    Deviation,
    InvalidAnswer,
    NewRecipient,
    NoAnswer,
    NotCampaignMaster,
    RateLimitReached,
    RequestRefused,
    ServerFailed,
    may_hit_one_recipient,
)
from wire_support import API

URL = f"{API}/lists/3/recipients"
FOUR = [f"person-{n}@example.com" for n in range(1, 5)]
OPERATION = "addListRecipients"


def row(email: Any, status: Any = "added", **more: Any) -> dict[str, Any]:
    return {"email": email, "status": status, **more}


def added(client: CampaignMasterClient, emails: list[str]) -> list[str | None]:
    answer = client.add_list_recipients("3", [NewRecipient(email) for email in emails])
    assert [result.email for result in answer.results if result] == [
        email for email, result in zip(emails, answer.results, strict=True) if result
    ]
    return [result and result.status.value for result in answer.results]


A, E, U, X = "added", "exists", "unsubscribed", "invalid"
ONE, TWO, THREE, OTHER = FOUR
MATCHED = {
    "in order": ([row(ONE), row(TWO, E), row(THREE, U)], [A, E, U]),
    "another order": ([row(THREE, U), row(ONE), row(TWO, E)], [A, E, U]),
    "one missing": ([row(ONE), row(THREE, U)], [A, None, U]),
    "one doubled": ([row(ONE), row(TWO, E), row(TWO, E), row(THREE, U)], [A, E, U]),
    "added, then there": ([row(ONE), row(TWO), row(TWO, E), row(THREE, U)], [A, A, U]),
    "a contradiction": ([row(ONE), row(TWO), row(TWO, X), row(THREE)], [A, None, A]),
    "doubled and missing": ([row(ONE, U), row(ONE, U), row(THREE)], [U, None, A]),
    "written another way": (
        [row(f" {ONE.upper()} "), row(f"\u200b{TWO}\ufeff"), row(THREE.title(), U)],
        [A, A, U],
    ),
    "without addresses": ([row(None), row("", E), {"status": U}], [A, E, U]),
    "one without": ([row(ONE), row(None, X), row(THREE, U)], [A, X, U]),
    "one unknown, in order": ([row(ONE), row("p2@example.com", X), row(THREE, U)], [A, X, U]),
    "one unknown, in another": ([row(TWO), row("p@example.com", X), row(THREE)], [None, A, A]),
    "one more": ([row(OTHER, X), row(ONE), row(TWO), row(THREE)], [A, A, A]),
    "another key, another order": (
        [{"to": THREE, "status": U}, {"to": f" {ONE} ", "status": A}, {"to": TWO, "status": E}],
        [A, E, U],
    ),
    "fewer without addresses": ([row(None), row(None)], [None] * 3),
    "only others": ([row(OTHER, X)], [None] * 3),
    "no status": ([row(ONE, None), {"email": TWO}, row(THREE, [])], [None] * 3),
    "another case": (
        [row(ONE, "Added"), row(TWO, " EXISTS "), row(THREE, "Un-Subscribed")],
        [A, E, U],
    ),
    "no objects": ([ONE, None, row(THREE, E)], [None, None, E]),
    "nothing": ([], [None] * 3),
}


@pytest.mark.parametrize("name", MATCHED)
def test_each_recipient_gets_the_result_that_is_his(
    server: responses.RequestsMock, client: CampaignMasterClient, name: str
) -> None:
    rows, expected = MATCHED[name]
    server.post(URL, json={"results": rows})
    assert added(client, [ONE, TWO, THREE]) == expected
    otherwise = Deviation(OPERATION, "results", "results_matched_otherwise")
    to_the_letter = name in ("in order", "another case", "no status")
    same_addresses = name == "written another way"
    assert (otherwise in client.deviations) is not (to_the_letter or same_addresses)


def test_an_address_that_was_sent_twice_has_two_results(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    server.post(URL, json={"results": [row(TWO, X), row(ONE), row(ONE, E)]})
    assert added(client, [ONE, ONE, TWO]) == [A, E, X]


def test_an_international_host_is_the_same_in_both_forms(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    rows = [row("b@xn--mnchen-3ya.example"), row("a@BÜCHER.example", E)]
    server.post(URL, json={"results": rows})
    assert added(client, ["a@xn--bcher-kva.example", "b@münchen.example"]) == [E, A]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("a@strasse.example", "a@straße.example"),
        ("a@strasse.example", "a@STRAẞE.example"),
        ("a@xn--4xa.example", "a@ς.example"),
        ("kate@example.com", "\u212aate@example.com"),
        ("fi@example.com", "\ufb01@example.com"),
        ("mass@example.com", "maß@example.com"),
    ],
)
def test_an_address_is_not_anothers_that_some_rule_makes_of_it(
    server: responses.RequestsMock, client: CampaignMasterClient, sent: str, told: str
) -> None:
    server.post(URL, json={"results": [row(told, U)]})
    assert added(client, [sent, TWO]) == [None, None]


@pytest.mark.parametrize("told", ["a@straße.example", "A@STRASSE.example", "a@STRAẞE.example"])
def test_an_international_host_that_looks_like_another_is_its_own(
    server: responses.RequestsMock, client: CampaignMasterClient, told: str
) -> None:
    server.post(URL, json={"results": [row(told, U)]})
    sharp = [None, U] if "SS" not in told else [U, None]
    assert added(client, ["a@strasse.example", "a@xn--strae-oqa.example"]) == sharp


@pytest.mark.parametrize(
    ("status", "message", "shown"),
    [
        ("bounced", "", "bounced"),
        (
            "Bounced <b>hard</b>",
            "Box of a@example.com is\n full",
            "Bounced hard : Box of [address] is full",
        ),
        (7, None, "7"),
        (True, "", "true"),
        ("x" * 900, "", "x" * 64),
        ("pass-word-17", "", "***"),
    ],
)
def test_a_word_that_nobody_knows_is_one_recipients_alone(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    status: Any,
    message: Any,
    shown: str,
) -> None:
    server.post(URL, json={"results": [row(ONE), row(TWO, status, message=message), row(THREE)]})
    recipients = [NewRecipient(email) for email in (ONE, TWO, THREE)]
    first, second, third = client.add_list_recipients("3", recipients).results
    assert first and second and third
    assert (first.status, third.status) == (AddStatus.ADDED, AddStatus.ADDED)
    assert (second.status, second.message) == (AddStatus.UNKNOWN, shown)
    assert client.deviations[Deviation(OPERATION, "status", "unknown_word")] == 1


@pytest.mark.parametrize("answer", [{"status": 202, "body": ""}, {"status": 204, "body": ""}])
def test_a_success_without_results_says_nothing_of_anybody(
    server: responses.RequestsMock, client: CampaignMasterClient, answer: dict[str, Any]
) -> None:
    server.post(URL, **answer)
    assert added(client, [ONE, TWO]) == [None, None]


@pytest.mark.parametrize(
    "content", [{}, {"success": True}, {"results": None}, {"results": {}}, 3, "accepted", None]
)
def test_neither_does_one_with_something_else(
    server: responses.RequestsMock, client: CampaignMasterClient, content: Any
) -> None:
    server.post(URL, json=content, status=202)
    assert added(client, [ONE]) == [None]


@pytest.mark.parametrize(
    "content",
    [
        [row(ONE), row(TWO, E)],
        {"Results": [row(ONE), row(TWO, E)]},
        {"data": [row(ONE), row(TWO, E)], "count": 2},
        {"results": [{"Email": ONE, "STATUS": "added"}, {"E-Mail": TWO, "Status": "exists"}]},
    ],
)
def test_the_results_are_found_whatever_they_are_called(
    server: responses.RequestsMock, client: CampaignMasterClient, content: Any
) -> None:
    server.post(URL, json=content)
    assert added(client, [ONE, TWO]) == [A, E]
    assert client.deviations


def test_two_arrays_are_not_guessed_between(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    server.post(URL, json={"data": [row(ONE)], "errors": []})
    assert added(client, [ONE]) == [None]


def test_a_lost_answer_is_told(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    server.post(URL, status=502)
    server.post(URL, json={"results": [row(ONE, E)]})
    answer = client.add_list_recipients("3", [NewRecipient(ONE)])
    assert answer.lost_an_answer
    assert not client.add_list_recipients("3", [NewRecipient(ONE)]).lost_an_answer


def test_an_unusable_answer_leaves_the_outcome_unknown(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    server.post(URL, body='{"results": [', content_type="application/json")
    with pytest.raises(InvalidAnswer) as caught:
        client.add_list_recipients("3", [NewRecipient(ONE)])
    assert caught.value.outcome_unknown


def test_what_is_sent_must_be_json(client: CampaignMasterClient) -> None:
    with pytest.raises(ValueError, match="JSON"):
        client.add_list_recipients("3", [NewRecipient(ONE, {"City": float("nan")})])  # type: ignore[dict-item]
    assert client.calls == 0


ERRORS: list[tuple[CampaignMasterError, bool]] = [
    (RequestRefused("x"), True),
    (ServerFailed("x"), True),
    (InvalidAnswer("x"), True),
    (NotCampaignMaster("x", status=403), True),
    (NotCampaignMaster("x", status=200), False),
    (AccountRefused("x", status=403), True),
    (AccountRefused("x", status=409), True),
    (AccountRefused("x", status=402), False),
    (BatchTooLarge("x", status=413), False),
    (BatchTooLarge("x", status=409), False),
    (RateLimitReached("x"), False),
    (NoAnswer("x"), False),
]


@pytest.mark.parametrize(("error", "may"), ERRORS)
def test_what_halving_can_find(error: CampaignMasterError, may: bool) -> None:
    assert may_hit_one_recipient(error) is may


def test_a_batch_has_as_many_as_the_contract_allows(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    assert client.largest_batch == 1000
    server.post(URL, json={"results": []})
    assert added(client, FOUR) == [None] * 4
    assert len(json.loads(server.calls[0].request.body or b"")["recipients"]) == 4
