"""Pages come one after the other and end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses
from campaign_master_api import CampaignMasterClient, InvalidAnswer
from wire_support import API

LISTS_URL = f"{API}/lists"
RECIPIENTS = f"{API}/campaigns/5/recipients"


def rows(*numbers: int) -> list[dict[str, Any]]:
    keys = ("totalOpens", "totalClicks", "totalForwards", "totalUnsubscribes")
    return [
        {"email": f"person-{n}@example.com", "bounced": False, **dict.fromkeys(keys, 0)}
        for n in numbers
    ]


def serve(
    server: responses.RequestsMock, answer: Callable[[int], dict[str, Any]], url: str = RECIPIENTS
) -> None:
    def reply(request: Any) -> tuple[int, dict[str, str], str]:
        return 200, {}, json.dumps(answer(int(request.params["page"])))

    server.add_callback("GET", url, reply, content_type="application/json")


def page(number: Any, last: Any, *numbers: int) -> dict[str, Any]:
    return {"currentPage": number, "isLastPage": last, "recipients": rows(*numbers)}


def test_pages_are_fetched_when_they_are_due(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    serve(server, lambda n: page(n, n == 3, n * 10, n * 10 + 1))
    pages = client.iter_campaign_recipient_pages("5")
    assert isinstance(pages, Iterator)
    assert client.calls == 0
    assert [item.email for item in next(pages).items] == [
        "person-10@example.com",
        "person-11@example.com",
    ]
    assert client.calls == 1
    assert [(p.number, p.is_last) for p in pages] == [(2, False), (3, True)]
    assert client.calls == 3
    assert {call.request.params["pageSize"] for call in server.calls} == {"1000"}


def test_a_run_goes_on_where_it_broke_off(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    serve(server, lambda n: page(n, n == 9, n))
    assert [p.number for p in client.iter_campaign_recipient_pages("5", start_page=7)] == [7, 8, 9]


def test_lists_of_all_pages(server: responses.RequestsMock, client: CampaignMasterClient) -> None:
    serve(
        server,
        lambda n: {
            "currentPage": n,
            "isLastPage": n == 4,
            "lists": [{"id": n, "name": "News"}],
        },
        LISTS_URL,
    )
    assert [entry.id for entry in client.iter_lists()] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "answer",
    [
        lambda n: page(1, False, n),
        lambda n: page(n + 1, False, n),
        lambda n: page(str(n), False, n),
        lambda n: page(n, "true", n),
        lambda n: page(n, None, n),
        lambda n: page(n, False, 1, 2),
        lambda n: page(n, n == 2, 1, 2),
        lambda n: page(n, False, n % 3),
        lambda n: page(n, False),
        lambda n: page(n, True, *range(1001)),
        lambda n: {"currentPage": n, "recipients": []},
        lambda n: {"isLastPage": True, "recipients": []},
        lambda n: {"currentPage": n, "isLastPage": True},
        lambda n: {"currentPage": n, "isLastPage": True, "recipients": None},
        lambda n: {"currentPage": n, "isLastPage": True, "recipients": {"a": 1}},
        lambda n: {"currentPage": n, "isLastPage": True, "recipients": ["a"]},
    ],
)
def test_pages_that_cannot_be(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    answer: Callable[[int], dict[str, Any]],
) -> None:
    serve(server, answer)
    with pytest.raises(InvalidAnswer, match="listCampaignRecipients"):
        list(client.iter_campaign_recipient_pages("5"))
    assert client.calls <= 4


def test_pages_that_never_end(
    server: responses.RequestsMock, client: CampaignMasterClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaign_master_api.records.MAX_PAGES", 50)
    serve(server, lambda n: page(n, False, n))
    with pytest.raises(InvalidAnswer, match="more than 50 pages"):
        list(client.iter_campaign_recipient_pages("5", start_page=3))
    assert client.calls == 50


@pytest.mark.parametrize(("number", "size"), [(0, 1000), (-1, 1000), (1, 0), (1, 1001)])
def test_a_page_that_cannot_be_asked_for(
    client: CampaignMasterClient, number: int, size: int
) -> None:
    with pytest.raises(ValueError, match="pages"):
        client.campaign_recipients_page("5", number, size)
    assert client.calls == 0
