"""Pages come one after the other and end."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses
from campaign_master_api import (
    CampaignMasterClient,
    Deviation,
    InvalidAnswer,
    Page,
    RecipientStatistics,
    RequestRefused,
    TooManyRows,
)
from campaign_master_api.records import OF_CHOICES, Bounds
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
    server: responses.RequestsMock, answer: Callable[[int], Any], url: str = RECIPIENTS
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
    assert [entry.id for entry in client.iter_lists()] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    "answer",
    [
        lambda n: page(n, False, 1, 2),
        lambda n: page(n, n == 2, 1, 2),
        lambda n: page(n, False, n % 3),
        lambda n: page(n, False),
        lambda n: {"isLastPage": True},
        lambda n: {"currentPage": n, "isLastPage": True},
        lambda n: {"currentPage": n, "isLastPage": True, "recipients": None},
        lambda n: {"currentPage": n, "isLastPage": True, "recipients": {"a": 1}},
        lambda n: {"isLastPage": True, "one": rows(1), "other": rows(2)},
        lambda n: {"isLastPage": True, "recipients": {}, "other": rows(2)},
        lambda n: "no page",
        lambda n: None,
    ],
)
def test_pages_that_cannot_be(
    server: responses.RequestsMock, client: CampaignMasterClient, answer: Callable[[int], Any]
) -> None:
    serve(server, answer)
    with pytest.raises(InvalidAnswer, match="listCampaignRecipients"):
        list(client.iter_campaign_recipient_pages("5"))
    assert client.calls <= 10


def emails(pages: Iterator[Page[RecipientStatistics]]) -> list[list[int]]:
    """The numbers of the people on each page."""
    return [[int(item.email[7:].split("@")[0]) for item in page.items] for page in pages]


@pytest.mark.parametrize(
    "told",
    [
        lambda n: {"currentPage": 1},
        lambda n: {"currentPage": n - 1},
        lambda n: {"currentPage": str(n)},
        lambda n: {"currentPage": None},
        lambda n: {},
        lambda n: {"isLastPage": "true" if n == 3 else "False"},
        lambda n: {"isLastPage": int(n == 3)},
        lambda n: {"IsLastPage": n == 3, "CURRENT_PAGE": n},
    ],
)
def test_pages_that_are_told_another_way(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    told: Callable[[int], dict[str, Any]],
) -> None:
    def answer(n: int) -> dict[str, Any]:
        extra = told(n)
        frame = {} if "IsLastPage" in extra else {"isLastPage": n == 3}
        return {**frame, "recipients": rows(n), **extra}

    serve(server, answer)
    assert emails(client.iter_campaign_recipient_pages("5")) == [[1], [2], [3]]
    assert client.deviations


NOT_TOLD = [None, "perhaps", {}, 2]


@pytest.mark.parametrize("last", NOT_TOLD)
def test_without_the_last_page_told_a_short_one_ends_the_run(
    server: responses.RequestsMock, client: CampaignMasterClient, last: Any
) -> None:
    serve(server, lambda n: page(n, last, *range(3 * n, 3 * n + (3 if n < 3 else 2))))
    pages = list(client.iter_campaign_recipient_pages("5"))
    assert [len(one.items) for one in pages] == [3, 3, 2]
    assert [one.is_last for one in pages] == [False, False, True]
    assert client.calls == 3


@pytest.mark.parametrize("last", NOT_TOLD)
@pytest.mark.parametrize(
    "after",
    [
        lambda n: (200, page(n, None)),
        lambda n: (200, page(n, None, 1, 2)),
        lambda n: (404, {"error": {"code": "not_found", "message": "x"}}),
        lambda n: (400, {"message": "There is no such page"}),
    ],
)
def test_what_comes_behind_the_last_page_ends_the_run(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    last: Any,
    after: Callable[[int], tuple[int, Any]],
) -> None:
    def reply(request: Any) -> tuple[int, dict[str, str], str]:
        number = int(request.params["page"])
        status, content = (200, page(number, last, 1, 2)) if number == 1 else after(number)
        return status, {}, json.dumps(content)

    server.add_callback("GET", RECIPIENTS, reply, content_type="application/json")
    pages = list(client.iter_campaign_recipient_pages("5"))
    assert [len(one.items) for one in pages] == [2, 0]
    assert pages[-1].is_last
    assert client.calls == 2


@pytest.mark.parametrize("more", [{}, {"nextLink": "/next"}, {"totalPages": 3}])
def test_a_full_page_that_comes_for_each_number_is_not_all(
    server: responses.RequestsMock, client: CampaignMasterClient, more: dict[str, Any]
) -> None:
    serve(server, lambda n: {"recipients": rows(*range(1000)), **more})
    with pytest.raises(InvalidAnswer, match="page 2 repeats"):
        list(client.iter_campaign_recipient_pages("5"))
    assert client.calls == 2


@pytest.mark.parametrize("name", ["@odata.nextLink", "next", "next_page_url"])
def test_a_page_that_links_to_the_next_and_comes_once_more_is_not_all(
    server: responses.RequestsMock, client: CampaignMasterClient, name: str
) -> None:
    serve(server, lambda n: {"value": rows(1, 2), name: "https://cm.example.com/next"})
    with pytest.raises(InvalidAnswer, match="page 2 repeats"):
        list(client.iter_campaign_recipient_pages("5"))


def test_a_full_last_page_that_comes_once_more_is_the_last(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    serve(server, lambda n: {"recipients": rows(*range(1000 * min(n, 2), 1000 * min(n, 2) + 1000))})
    pages = list(client.iter_campaign_recipient_pages("5"))
    assert [len(one.items) for one in pages] == [1000, 1000, 0]


def test_an_account_with_nothing_needs_no_second_call(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    server.get(LISTS_URL, json=[])
    assert list(client.iter_lists()) == []
    assert client.calls == 1


def test_a_page_that_is_refused_is_no_end_where_the_last_one_is_told(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    server.get(RECIPIENTS, json=page(1, False, 1))
    server.get(RECIPIENTS, status=400, json={"message": "no"})
    with pytest.raises(RequestRefused):
        list(client.iter_campaign_recipient_pages("5"))


def test_empty_pages_before_full_ones_do_not_end_the_run(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    serve(server, lambda n: page(n, n == 6, *((n,) if n in (3, 6) else ())))
    assert emails(client.iter_campaign_recipient_pages("5")) == [[], [], [3], [], [], [6]]


def test_pages_of_which_no_row_can_be_read_are_not_the_same(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    serve(
        server,
        lambda n: {"isLastPage": n == 3, "recipients": [{"email": None, "totalOpens": n}]},
    )
    pages = list(client.iter_campaign_recipient_pages("5"))
    assert [(len(one.items), one.skipped) for one in pages] == [(0, 1)] * 3


def test_more_rows_than_were_asked_for_are_taken(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    serve(server, lambda n: page(n, True, *range(1001)))
    assert len(client.campaign_recipients_page("5").items) == 1001
    assert client.deviations[Deviation("listCampaignRecipients", "recipients", "paging")] == 1


def test_choices_have_a_bound(
    server: responses.RequestsMock, client: CampaignMasterClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaign_master_api.client.OF_CHOICES", Bounds(5, 10**6))
    full = [[{"id": 2 * n + k, "name": ""} for k in (1, 2)] for n in range(4)]
    serve(server, lambda n: {"isLastPage": False, "lists": full[n - 1]}, LISTS_URL)
    with pytest.raises(TooManyRows, match="more than 5 rows"):
        list(client.iter_lists())
    assert client.calls == 3
    monkeypatch.setattr("campaign_master_api.client.OF_CHOICES", Bounds(99, 250))
    with pytest.raises(TooManyRows, match="bytes together"):
        list(client.iter_lists())
    assert Bounds(20_000, 256 * 2**20) == OF_CHOICES


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


def endless(key: str, size: int, **more: str) -> Callable[[int], dict[str, Any]]:
    """Pages of ``size`` rows with ids and names, which never end."""

    def answer(number: int) -> dict[str, Any]:
        ids = range(number * size, (number + 1) * size)
        found = [{"id": row + 1, "name": f"Row {row}", **more} for row in ids]
        return {"currentPage": number, "isLastPage": False, key: found}

    return answer


def test_lists_without_end_are_not_read_without_end(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    serve(server, endless("lists", 1000), LISTS_URL)
    with pytest.raises(TooManyRows, match="more than 20000 rows"):
        deque(client.iter_lists(), maxlen=0)
    assert client.calls == 21


def test_pages_together_have_a_weight_that_they_may_not_pass(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    megabyte = "<p>" + "x" * 2**20
    serve(server, endless("templates", 10, html=megabyte), f"{API}/templates")
    with pytest.raises(TooManyRows, match="bytes together"):
        deque(client.iter_templates(), maxlen=0)
    assert client.calls == 26


def test_a_run_of_statistics_ends_wherever_it_began(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    serve(server, lambda n: page(n, False, n))
    assert next(client.iter_campaign_recipient_pages("5", start_page=5000)).number == 5000
    with pytest.raises(TooManyRows, match="more than 5000000 rows"):
        next(client.iter_campaign_recipient_pages("5", start_page=5001))
