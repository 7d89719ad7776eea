"""A call of every operation, with everything that it can be given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from campaign_master_api import CampaignFields, CampaignMasterClient, NewRecipient
from wire_contract import PERSON

FULL = CampaignFields(
    "r", "n", "s", "d", "f", "f@example.com", "7", "r@example.com", "t@example.com"
)
BARE = replace(FULL, reply_redirect_email="", test_email="")
MOMENT = datetime(2026, 3, 1, tzinfo=UTC)
RECIPIENT = NewRecipient(PERSON, {"City": "Rome"})
CALLS: dict[str, Callable[[CampaignMasterClient], Any]] = {
    "authenticate": lambda client: client.authenticate(),
    "listLists": lambda client: list(client.iter_lists()),
    "addListRecipients": lambda client: client.add_list_recipients("3", [RECIPIENT]),
    "listRecipientFields": lambda client: client.recipient_fields(),
    "listTemplates": lambda client: list(client.iter_templates()),
    "listCampaigns": lambda client: client.find_campaign("r"),
    "createCampaign": lambda client: client.create_campaign(FULL),
    "getCampaign": lambda client: client.get_campaign("3"),
    "updateCampaign": lambda client: client.update_campaign("3", FULL),
    "getCampaignStatistics": lambda client: client.campaign_statistics("3"),
    "listCampaignRecipients": lambda client: client.campaign_recipients_page(
        "3", updated_after=MOMENT
    ),
}
