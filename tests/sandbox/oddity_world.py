"""What the tests of oddities and of mutations call: an account with a launched campaign."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from campaign_master_api import (
    AddAnswer,
    CampaignFields,
    CampaignMasterClient,
    Credentials,
    NewRecipient,
    RetryPolicy,
)

from sandbox.testing import SandboxProcess

PEOPLE = [f"person-{number}@example.com" for number in range(1, 6)]
Result = Any
Call = Callable[[CampaignMasterClient], Result]


class World:
    """An account with lists, templates and a launched campaign, and a client of it."""

    def __init__(self, sandbox: SandboxProcess) -> None:
        self.sandbox = sandbox
        self.control = sandbox.control
        self.number = 0
        self.list_id = self.control.create_list("Everybody", PEOPLE)
        with self.client() as client:
            self.template_id = next(client.iter_templates()).id
            self.campaign_id = client.create_campaign(self.campaign_fields()).id
            self.draft_id = client.create_campaign(self.campaign_fields()).id
        rates = {"open": 0.9, "hard_bounce": 0.0, "soft_bounce": 0.0, "unsubscribe": 0.0}
        self.control.launch(int(self.campaign_id), self.list_id, rates=rates)

    def client(self) -> CampaignMasterClient:
        """A client that waits for nothing."""
        retry = RetryPolicy(sleep=lambda _seconds: None)
        return CampaignMasterClient(self.sandbox.url, Credentials("demo", "demo"), retry=retry)

    def campaign_fields(self) -> CampaignFields:
        """Those of a new campaign."""
        self.number += 1
        return CampaignFields(
            external_id=f"reference-{self.number}",
            name="Spring",
            subject="Spring",
            description="Sent to everybody.",
            from_name="News",
            from_email="news@example.com",
            template_id=self.template_id,
        )

    def add(self, client: CampaignMasterClient) -> AddAnswer:
        """Add everybody again, which changes nothing."""
        return client.add_list_recipients(str(self.list_id), [NewRecipient(one) for one in PEOPLE])

    def calls(self) -> dict[str, Call]:
        """A call for each operation; told twice it answers the same but for ids of what is new."""
        return {
            "authenticate": lambda client: bool(client.authenticate().value),
            "listLists": lambda client: list(client.iter_lists()),
            "listTemplates": lambda client: list(client.iter_templates()),
            "listRecipientFields": lambda client: client.recipient_fields(),
            "listCampaigns": lambda client: client.find_campaign("reference-1"),
            "createCampaign": lambda client: client.create_campaign(self.campaign_fields()).status,
            "addListRecipients": self.add,
            "updateCampaign": lambda client: client.update_campaign(self.draft_id, self.same()),
            "getCampaign": lambda client: client.get_campaign(self.campaign_id),
            "getCampaignStatistics": lambda client: client.campaign_statistics(self.campaign_id),
            "listCampaignRecipients": lambda client: [
                row
                for page in client.iter_campaign_recipient_pages(self.campaign_id)
                for row in page.items
            ],
        }

    def same(self) -> CampaignFields:
        """The fields that the draft has."""
        self.number -= 1
        return self.campaign_fields()
