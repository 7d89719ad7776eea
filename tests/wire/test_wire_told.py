"""What the owner of the client is told besides tokens: rate limits, and each request before it."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest
import responses
from campaign_master_api import CampaignMasterClient, RateLimit
from wire_support import MakeClient, in_seconds, lists, unix


def test_the_rate_limit_of_the_last_answer_is_told(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    end = in_seconds(1800)
    lists(
        server,
        **{
            "x-rate-limit-limit": "5000",
            "x-rate-limit-remaining": "4321",
            "x-rate-limit-reset": unix(end),
        },
    )
    assert client.rate_limit is None
    list(client.iter_lists())
    assert client.rate_limit == RateLimit(5000, 4321, end)


@pytest.mark.parametrize(
    ("told", "known"),
    [("4999.0", 4999), (" 4999 ", 4999), ("0", 0), ("4999.9", 4999), ("", None), ("none", None)],
)
def test_a_limit_as_a_number_of_any_kind(
    server: responses.RequestsMock, client: CampaignMasterClient, told: str, known: int | None
) -> None:
    lists(server, **{"x-rate-limit-limit": "5000", "x-rate-limit-remaining": told})
    list(client.iter_lists())
    assert client.rate_limit == RateLimit(5000, known, None)


@pytest.mark.parametrize("write", ["unix", "ms", "decimals", "from now", "iso", "blank", "http"])
def test_a_reset_told_in_any_way(
    server: responses.RequestsMock, client: CampaignMasterClient, write: str
) -> None:
    end = in_seconds(1800)
    told = {
        "unix": unix(end),
        "ms": f"{unix(end)}000",
        "decimals": f"{unix(end)}.75",
        "from now": "1800",
        "iso": end.isoformat(),
        "blank": f"{end:%Y-%m-%d %H:%M:%S}",
        "http": format_datetime(end, usegmt=True),
    }
    lists(server, **{"x-rate-limit-reset": told[write]})
    list(client.iter_lists())
    assert client.rate_limit is not None
    assert client.rate_limit.reset_at is not None
    assert abs(client.rate_limit.reset_at - end) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "told", ["-1", "", "soon", "50000000", "9" * 15, "1999-01-01", "2090-01-01"]
)
def test_a_reset_that_cannot_be_is_unknown(
    server: responses.RequestsMock, client: CampaignMasterClient, told: str
) -> None:
    lists(server, **{"x-rate-limit-reset": told, "x-rate-limit-limit": "7"})
    list(client.iter_lists())
    assert client.rate_limit == RateLimit(7, None, None)


@pytest.mark.parametrize("number", ["2147483648", "999999999999", "9" * 30, "-1", "1e3", "\u0661"])
def test_a_limit_that_no_column_holds_is_not_told(
    server: responses.RequestsMock, client: CampaignMasterClient, number: str
) -> None:
    lists(server, **{"x-rate-limit-limit": number, "x-rate-limit-remaining": number})
    list(client.iter_lists())
    assert client.rate_limit is None


def test_each_request_is_announced_and_may_be_forbidden(
    server: responses.RequestsMock, make_client: MakeClient
) -> None:
    lists(server)

    class Enough(Exception):
        """The owner's own reason to stop."""

    announced: list[int] = []

    def announce() -> None:
        announced.append(client.calls)
        if len(announced) == 3:
            raise Enough

    client = make_client(token=None, on_call=announce)
    list(client.iter_lists())
    with pytest.raises(Enough):
        list(client.iter_lists())
    assert announced == [0, 1, 2]
    assert client.calls == len(server.calls) == 2
