"""Figures and moments: what can be is stored as told, and what can't be costs itself alone."""

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
    Deviation,
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
        status_text="sent",
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


def others(statistics: CampaignStatistics, attribute: str) -> dict[str, Any]:
    return {name: value for name, value in vars(statistics).items() if name != attribute}


ATTRIBUTES = {
    key: "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)
    for key in FIGURES
}
FIGURE_KEYS = sorted(FIGURES.keys() - {"status", "sentAt"})


@pytest.mark.parametrize("key", FIGURE_KEYS)
@pytest.mark.parametrize(
    ("value", "taken"),
    [
        *((value, None) for value in (-1, True, None, [], {}, 2**31, 10**400, "NaN", "12,5", "")),
        *((value, 5) for value in ("5", " 5 ", 5.0, "5.0")),
    ],
)
def test_a_figure_that_is_odd_costs_itself_at_most(
    server: responses.RequestsMock,
    client: CampaignMasterClient,
    key: str,
    value: Any,
    taken: int | None,
) -> None:
    server.get(URL, json=FIGURES)
    usual = client.campaign_statistics("5")
    server.replace("GET", URL, json={**FIGURES, key: value})
    found = client.campaign_statistics("5")
    assert getattr(found, ATTRIBUTES[key]) == taken
    assert others(found, ATTRIBUTES[key]) == others(usual, ATTRIBUTES[key])


@pytest.mark.parametrize("key", FIGURE_KEYS)
def test_a_missing_figure(
    server: responses.RequestsMock, client: CampaignMasterClient, key: str
) -> None:
    server.get(URL, json={name: value for name, value in FIGURES.items() if name != key})
    found = client.campaign_statistics("5")
    assert getattr(found, ATTRIBUTES[key]) is None
    assert client.deviations == {Deviation("getCampaignStatistics", key, "missing"): 1}


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "5.5e9"])
def test_a_rate_that_is_no_number(
    server: responses.RequestsMock, client: CampaignMasterClient, literal: str
) -> None:
    body = json.dumps(FIGURES).replace("50.15", literal)
    server.get(URL, body=body, content_type="application/json")
    found = client.campaign_statistics("5")
    assert (found.open_rate, found.emails_sent) == (None, 1000)


@pytest.mark.parametrize(
    ("told", "rate"),
    [("50.15", 50.15), ("50.15 %", 50.15), (50, 50.0), ("50,15", None), (250, 250.0)],
)
def test_rates(
    server: responses.RequestsMock, client: CampaignMasterClient, told: Any, rate: float | None
) -> None:
    server.get(URL, json={**FIGURES, "openRate": told})
    assert client.campaign_statistics("5").open_rate == rate


def test_a_count_is_a_whole_number(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    server.get(URL, json={**FIGURES, "hardBounces": 1.5})
    found = client.campaign_statistics("5")
    assert (found.hard_bounces, found.soft_bounces) == (None, 2)


@pytest.mark.parametrize(
    "figures",
    [
        {"hardBounces": 1000, "softBounces": 1000},
        {"uniqueClicks": 41},
        {"uniqueOpens": 601},
        {"uniqueForwards": 8},
        {"openRate": 101},
        {"emailsSent": 0},
        {"totalUnsubscribes": 5000},
    ],
)
def test_figures_that_do_not_add_up_are_taken_as_told(
    server: responses.RequestsMock, client: CampaignMasterClient, figures: dict[str, int]
) -> None:
    server.get(URL, json={**FIGURES, **figures})
    found = client.campaign_statistics("5")
    for key, value in figures.items():
        assert getattr(found, ATTRIBUTES[key]) == value
    assert not client.deviations


def test_a_status_that_nobody_knows_costs_no_figure(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    server.get(URL, json={**FIGURES, "status": "Paused"})
    found = client.campaign_statistics("5")
    assert (found.status, found.status_text) == (CampaignStatus.UNKNOWN, "Paused")
    assert found.emails_sent == 1000


def test_a_future_moment_among_several_costs_itself(
    server: responses.RequestsMock, client: CampaignMasterClient
) -> None:
    page = rows_page(ROW, {**ROW, "lastOpen": soon(days=3)}, ROW)
    server.get(RECIPIENTS, json=page)
    items = client.campaign_recipients_page("5").items
    assert [item.last_open is None for item in items] == [False, True, False]
    server.get(URL, json={**FIGURES, "sentAt": soon(days=3)})
    assert client.campaign_statistics("5").sent_at is None


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
