"""Figures and moments: what can be, and what is refused as a whole."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses
from campaign_master_api import (
    CampaignMasterClient,
    CampaignStatistics,
    CampaignStatus,
    InvalidAnswer,
    RecipientStatistics,
)
from wire_support import API

URL = f"{API}/campaigns/5/statistics"
RECIPIENTS = f"{API}/campaigns/5/recipients"
FIGURES: dict[str, Any] = {
    "emailsSent": 1000,
    "hardBounces": 1,
    "softBounces": 2,
    "totalUnsubscribes": 3,
    "totalClicks": 40,
    "uniqueClicks": 30,
    "totalOpens": 600,
    "uniqueOpens": 500,
    "confirmedTotalViews": 450,
    "totalForwards": 7,
    "uniqueForwards": 7,
    "noRecordedActivity": 490,
    "openRate": 50.15,
    "status": "sent",
    "sentAt": "2025-03-01T09:30:00.5-02:00",
}
ROW: dict[str, Any] = {
    "email": "person-1@example.com",
    "totalOpens": 3,
    "totalClicks": 2,
    "totalForwards": 1,
    "totalUnsubscribes": 0,
    "firstOpen": "2025-03-01T09:30:00Z",
    "lastOpen": "2025-03-02T09:30:00+05:30",
    "firstClick": None,
    "bounced": False,
    "updatedAt": "2025-03-02T10:00:00Z",
}


def soon(**distance: float) -> str:
    return (datetime.now(UTC) + timedelta(**distance)).isoformat()


def rows_page(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"currentPage": 1, "isLastPage": True, "recipients": list(rows)}


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def test_campaign_statistics(server: responses.RequestsMock, client: CampaignMasterClient) -> None:
    server.get(URL, json=FIGURES)
    assert client.campaign_statistics("5") == CampaignStatistics(
        emails_sent=1000,
        hard_bounces=1,
        soft_bounces=2,
        total_unsubscribes=3,
        total_clicks=40,
        unique_clicks=30,
        total_opens=600,
        unique_opens=500,
        confirmed_total_views=450,
        total_forwards=7,
        unique_forwards=7,
        no_recorded_activity=490,
        open_rate=50.15,
        status=CampaignStatus.SENT,
        sent_at=datetime(2025, 3, 1, 11, 30, 0, 500000, tzinfo=UTC),
    )


def test_figures_before_the_launch(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    zeros = {key: 0 for key in FIGURES if key not in ("status", "sentAt")}
    server.get(URL, json={**zeros, "status": "draft"})
    statistics = client.campaign_statistics("5")
    assert statistics.open_rate == 0.0
    assert type(statistics.open_rate) is float
    assert statistics.sent_at is None


@pytest.mark.parametrize("key", sorted(FIGURES.keys() - {"status", "sentAt"}))
@pytest.mark.parametrize("value", [-1, True, "5", None, [], {}, 2**31, 10**400, "NaN"])
def test_a_figure_that_cannot_be(
    server: responses.RequestsMock, client: CampaignMasterClient, key: str, value: Any
) -> None:
    server.get(URL, json={**FIGURES, key: value})
    with pytest.raises(InvalidAnswer, match=key):
        client.campaign_statistics("5")


@pytest.mark.parametrize("key", sorted(FIGURES.keys() - {"sentAt"}))
def test_a_missing_figure(
    server: responses.RequestsMock, client: CampaignMasterClient, key: str
) -> None:
    server.get(URL, json={name: value for name, value in FIGURES.items() if name != key})
    with pytest.raises(InvalidAnswer, match=key):
        client.campaign_statistics("5")


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "5.5e9"])
def test_a_rate_that_is_no_number(
    server: responses.RequestsMock, client: CampaignMasterClient, literal: str
) -> None:
    body = json.dumps(FIGURES).replace("50.15", literal)
    server.get(URL, body=body, content_type="application/json")
    with pytest.raises(InvalidAnswer):
        client.campaign_statistics("5")


@pytest.mark.parametrize("value", [1.0, 1.5])
def test_a_count_is_a_whole_number(
    server: responses.RequestsMock, client: CampaignMasterClient, value: float
) -> None:
    server.get(URL, json={**FIGURES, "hardBounces": value})
    with pytest.raises(InvalidAnswer, match="hardBounces"):
        client.campaign_statistics("5")


@pytest.mark.parametrize("kind", ["hardBounces", "softBounces"])
def test_bounces_are_never_above_what_was_sent(
    server: responses.RequestsMock, client: CampaignMasterClient, kind: str
) -> None:
    bounces = {"hardBounces": 1, "softBounces": 1, kind: FIGURES["emailsSent"] - 1}
    server.get(URL, json={**FIGURES, **bounces})
    assert client.campaign_statistics("5").emails_sent == sum(bounces.values())
    server.replace("GET", URL, json={**FIGURES, **bounces, kind: FIGURES["emailsSent"]})
    with pytest.raises(InvalidAnswer, match="bounces are above"):
        client.campaign_statistics("5")


@pytest.mark.parametrize("kind", ["Clicks", "Opens", "Forwards"])
def test_unique_is_never_above_total(
    server: responses.RequestsMock, client: CampaignMasterClient, kind: str
) -> None:
    server.get(URL, json={**FIGURES, f"unique{kind}": FIGURES[f"total{kind}"] + 1})
    with pytest.raises(InvalidAnswer, match=f"unique_{kind.lower()}"):
        client.campaign_statistics("5")


@pytest.mark.parametrize("status", ["", "Sent", "paused", None, 1, True, ["sent"]])
def test_an_unknown_status(
    server: responses.RequestsMock, client: CampaignMasterClient, status: Any
) -> None:
    server.get(URL, json={**FIGURES, "status": status})
    with pytest.raises(InvalidAnswer, match="status"):
        client.campaign_statistics("5")


BAD_MOMENTS = [
    "1970-01-01T00:00:00Z",
    "1999-12-31T23:59:59Z",
    "2000-01-01T00:00:00+00:01",
    "0001-01-01T00:00:00+23:59",
    "2099-01-01T00:00:00Z",
    "9999-12-31T23:59:59-23:59",
    pytest.param(soon(days=2, minutes=5), id="more than two days ahead"),
    "2025-03-01T09:30:00",
    "2025-03-01",
    "2025-02-30T09:30:00Z",
    "01/03/2025",
    "",
    "Z",
    "now",
    "2025-03-01T09:30:00Z\ud800",
    1740821400,
    True,
    {},
]


@pytest.mark.parametrize("moment", BAD_MOMENTS)
def test_a_moment_that_cannot_be(
    server: responses.RequestsMock, client: CampaignMasterClient, moment: Any
) -> None:
    server.get(URL, json={**FIGURES, "sentAt": moment})
    server.get(RECIPIENTS, json=rows_page(ROW, {**ROW, "lastClick": moment}))
    with pytest.raises(InvalidAnswer, match="sentAt"):
        client.campaign_statistics("5")
    with pytest.raises(InvalidAnswer, match="lastClick"):
        client.campaign_recipients_page("5")


@pytest.mark.parametrize(
    "moment",
    ["2000-01-01T00:00:00Z", pytest.param(soon(days=1, hours=23), id="almost two days ahead")],
)
def test_a_moment_just_within_bounds(
    server: responses.RequestsMock, client: CampaignMasterClient, moment: str
) -> None:
    server.get(URL, json={**FIGURES, "sentAt": moment})
    sent_at = client.campaign_statistics("5").sent_at
    assert sent_at == datetime.fromisoformat(moment.replace("Z", "+00:00"))


def test_recipient_statistics(server: responses.RequestsMock, client: CampaignMasterClient) -> None:
    damaged = {**ROW, "email": "person\x00-2@example.com", "bounced": True, "updatedAt": None}
    server.get(RECIPIENTS, json=rows_page(ROW, damaged))
    page = client.campaign_recipients_page("5")
    assert (page.number, page.is_last) == (1, True)
    assert page.items[0] == RecipientStatistics(
        email="person-1@example.com",
        total_opens=3,
        total_clicks=2,
        total_forwards=1,
        total_unsubscribes=0,
        first_open=utc(2025, 3, 1, 9, 30),
        last_open=utc(2025, 3, 2, 4, 0),
        first_click=None,
        last_click=None,
        bounced=False,
        updated_at=utc(2025, 3, 2, 10),
    )
    assert page.items[0].last_open.tzinfo is UTC  # type: ignore[union-attr]
    assert page.items[1].email == "person\ufffd-2@example.com"
    assert page.items[1].bounced
    assert page.items[1].updated_at is None


def test_an_endless_address_is_cut_so_that_it_equals_no_other(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    server.get(RECIPIENTS, json=rows_page({**ROW, "email": "x" * 5000}))
    assert client.campaign_recipients_page("5").items[0].email == "x" * 321


@pytest.mark.parametrize("key", ["totalOpens", "totalClicks", "totalForwards", "totalUnsubscribes"])
@pytest.mark.parametrize("value", [-1, True, "5", None, 2**31, 1.0])
def test_one_impossible_figure_refuses_the_page(
    server: responses.RequestsMock, client: CampaignMasterClient, key: str, value: Any
) -> None:
    rows = [{**ROW, "email": f"person-{n}@example.com"} for n in range(50)]
    rows[31][key] = value
    server.get(RECIPIENTS, json=rows_page(*rows))
    with pytest.raises(InvalidAnswer, match=key):
        client.campaign_recipients_page("5")


@pytest.mark.parametrize("bounced", [0, 1, "true", None, []])
def test_a_flag_is_true_or_false(
    server: responses.RequestsMock, client: CampaignMasterClient, bounced: Any
) -> None:
    server.get(RECIPIENTS, json=rows_page({**ROW, "bounced": bounced}))
    with pytest.raises(InvalidAnswer, match="bounced"):
        client.campaign_recipients_page("5")


@pytest.mark.parametrize("identifier", [0, -1, True, "5", 5.0, None, 2**53 + 1, [5]])
def test_an_id_is_a_positive_whole_number(
    server: responses.RequestsMock, client: CampaignMasterClient, identifier: Any
) -> None:
    lists = [{"id": 1, "name": "News"}, {"id": identifier, "name": "Clients"}]
    server.get(f"{API}/lists", json={"currentPage": 1, "isLastPage": True, "lists": lists})
    with pytest.raises(InvalidAnswer, match="id is not"):
        list(client.iter_lists())
