"""The calls that are left, as the headers of an answer tell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import responses
from campaign_master_api import CampaignMasterClient, RateLimit
from wire_support import API, LISTS

MakeClient = Callable[..., CampaignMasterClient]


def lists(server: responses.RequestsMock, **headers: str) -> None:
    server.get(f"{API}/lists", body=LISTS, content_type="application/json", headers=headers)


def test_the_rate_limit_of_each_answer_is_told(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=30)
    lists(
        server,
        **{
            "x-rate-limit-limit": "5000",
            "x-rate-limit-remaining": "4321",
            "x-rate-limit-reset": str(int(end.timestamp())),
        },
    )
    told: list[RateLimit] = []
    client = make_client(token=None, on_rate_limit=told.append)
    assert client.rate_limit is None
    list(client.iter_lists())
    assert told == [RateLimit(5000, 4321, end)]
    assert client.rate_limit == told[0]


@pytest.mark.parametrize("number", ["2147483648", "999999999999", "9" * 30, "-1", "1e3", "\u0661"])
def test_a_limit_that_no_column_holds_is_not_told(
    server: responses.RequestsMock, client: CampaignMasterClient, number: str
) -> None:
    lists(server, **{"x-rate-limit-limit": number, "x-rate-limit-remaining": number})
    list(client.iter_lists())
    assert client.rate_limit is None
