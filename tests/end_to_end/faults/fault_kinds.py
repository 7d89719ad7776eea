"""Which faults the table injects, at which operations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SECONDS_TOO_LATE = 11.0  # more than a click waits for an answer
AUTHENTICATE, LIST_LISTS, LIST_TEMPLATES = "authenticate", "listLists", "listTemplates"
LIST_CAMPAIGNS, CREATE_CAMPAIGN, ADD_RECIPIENTS = (
    "listCampaigns",
    "createCampaign",
    "addListRecipients",
)
UPDATE_CAMPAIGN, GET_CAMPAIGN = "updateCampaign", "getCampaign"
GET_STATISTICS, LIST_RESULTS = "getCampaignStatistics", "listCampaignRecipients"
OPERATIONS = (
    AUTHENTICATE,
    LIST_LISTS,
    LIST_TEMPLATES,
    LIST_CAMPAIGNS,
    CREATE_CAMPAIGN,
    ADD_RECIPIENTS,
    UPDATE_CAMPAIGN,
    GET_CAMPAIGN,
    GET_STATISTICS,
    LIST_RESULTS,
)


@dataclass(frozen=True)
class Injection:
    """A fault as the table names it; ``fields`` are those of the sandbox's switch."""

    title: str
    kind: str
    fields: dict[str, Any] = field(default_factory=lambda: {"count": 1})

    @property
    def comes_too_late(self) -> bool:
        """Whether nobody waits for the answer any more."""
        return self.fields.get("seconds") == SECONDS_TOO_LATE


def _once(title: str, kind: str, **fields: Any) -> Injection:
    return Injection(title, kind, {"count": 1, **fields})


INJECTIONS = (
    _once("answers after 0.5 s", "latency", seconds=0.5),
    _once("answers too late", "latency", seconds=SECONDS_TOO_LATE),
    _once("drips too slowly", "slow_drip", seconds=SECONDS_TOO_LATE),
    _once("401 token refused", "token_invalid"),
    _once("429 hour used up", "hourly_limit"),
    _once("429 month used up", "monthly_limit"),
    _once("400 refused", "validation"),
    _once("500", "server_error"),
    _once("500 after the work", "server_error", when="after"),
    _once("502", "bad_gateway"),
    Injection("503 every time", "service_unavailable", {}),
    _once("504 after the work", "gateway_timeout", when="after"),
    _once("HTML page", "html_page"),
    _once("HTML page after the work", "html_page", when="after"),
    _once("redirect", "redirect"),
    _once("connection cut before", "drop_connection"),
    _once("connection cut after", "drop_connection", when="after"),
    Injection("cut after, every time", "drop_connection", {"when": "after"}),
    _once("broken JSON", "malformed_json"),
    _once("key missing", "incomplete_json"),
    _once("wrong types", "wrong_types"),
    _once("answer of 20 MB", "oversized", megabytes=20),
)
