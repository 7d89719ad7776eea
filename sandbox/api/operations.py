"""What each operation of the contract does, in our names; the functions are found by theirs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..clock import from_iso
from ..database import LARGEST_ID, Database
from ..errors import ApiError, NotFound
from ..simulation.statistics import (
    campaign_document,
    recipient_document,
    statistics_document,
)
from ..store import accounts, campaigns, lists, recipients, senders, templates

Document = dict[str, Any]
_LARGEST_PAGE = 1000


@dataclass(frozen=True)
class Arguments:
    """What an operation works with: valid by the contract, on behalf of one account."""

    database: Database
    bookmarks: recipients.Bookmarks
    account_id: int
    now: int
    parameters: Mapping[str, Any]
    body: Any
    first_page: int = 1

    def page(self, fetch: Callable[[int, int], list[Document]]) -> Document:
        """One page: `fetch` takes an offset and a limit, which is one more than the page's size."""
        number = self.parameters.get("page") or self.first_page
        size = self.parameters.get("pageSize") or _LARGEST_PAGE
        offset = min((number - self.first_page) * size, LARGEST_ID - size - 1)
        documents = fetch(offset, size + 1)
        return {
            "number": number,
            "isLast": len(documents) <= size,
            "rows": documents[:size],
        }


def authenticate(
    database: Database, now: int, parameters: Mapping[str, str | None]
) -> tuple[sqlite3.Row, Document]:
    """The account that logged in, and the answer with its token."""
    account, token = accounts.log_in(
        database,
        parameters.get("username") or "",
        parameters.get("password") or "",
        parameters.get("clientId"),
        parameters.get("clientSecret"),
        now,
    )
    return account, {"token": token}


def list_lists(call: Arguments) -> Document:
    """Answer listLists."""
    return call.page(
        lambda offset, limit: [
            {"id": row["id"], "name": row["name"], "recipientCount": row["recipient_count"]}
            for row in lists.page(call.database, call.account_id, offset, limit)
        ],
    )


def add_list_recipients(call: Arguments) -> Document:
    """Answer addListRecipients."""
    list_id = call.parameters["listId"]
    lists.find(call.database, call.account_id, list_id)
    entries = [
        lists.NewRecipient(entry["email"], entry.get("fields", {}))
        for entry in call.body["recipients"]
    ]
    outcomes = lists.add_recipients(call.database, call.account_id, list_id, entries, call.now)
    return {
        "rows": [
            {"email": outcome.email, "status": outcome.status}
            | ({"message": outcome.message} if outcome.message else {})
            for outcome in outcomes
        ]
    }


def list_recipient_fields(call: Arguments) -> Document:
    """Answer listRecipientFields."""
    rows = call.database.rows(
        "SELECT name, is_system FROM recipient_field WHERE account_id = ?"
        " ORDER BY is_system DESC, name",
        (call.account_id,),
    )
    return {
        "rows": [{"name": row["name"], "isSystemField": bool(row["is_system"])} for row in rows]
    }


def list_templates(call: Arguments) -> Document:
    """Answer listTemplates."""
    return call.page(
        lambda offset, limit: [
            {key: row[key] for key in ("id", "name", "subject", "html")}
            for row in templates.page(call.database, call.account_id, offset, limit)
        ],
    )


def list_campaigns(call: Arguments) -> Document:
    """Answer listCampaigns."""
    external_id = call.parameters.get("externalId")
    return call.page(
        lambda offset, limit: [
            campaign_document(row)
            for row in campaigns.page(call.database, call.account_id, external_id, offset, limit)
        ],
    )


def create_campaign(call: Arguments) -> Document:
    """Answer createCampaign. Sent twice it makes two."""
    _check_fields(call, call.body)
    campaign_id = campaigns.create(call.database, call.account_id, call.body, call.now)
    return campaign_document(campaigns.find(call.database, call.account_id, campaign_id))


def get_campaign(call: Arguments) -> Document:
    """Answer getCampaign."""
    return campaign_document(_campaign(call))


def update_campaign(call: Arguments) -> Document:
    """Answer updateCampaign."""
    campaign = _campaign(call)
    if campaign["status"] != "draft":
        raise ApiError(
            "campaign_not_draft",
            f"The campaign is {campaign['status']}; only a draft can be changed.",
        )
    if "templateId" in call.body:
        raise ApiError(
            "template_locked", "The template of a campaign can't be changed here.", "templateId"
        )
    _check_fields(call, call.body)
    campaigns.update(call.database, campaign["id"], call.body)
    return campaign_document(_campaign(call))


def get_campaign_statistics(call: Arguments) -> Document:
    """Answer getCampaignStatistics."""
    return statistics_document(_campaign(call))


def list_campaign_recipients(call: Arguments) -> Document:
    """Answer listCampaignRecipients."""
    campaign = _campaign(call)
    since = _milliseconds(call.parameters.get("updatedAfter"))

    def fetch(offset: int, limit: int) -> list[Document]:
        if since is None:
            rows = recipients.page(call.database, campaign, offset, limit)
        else:
            rows = recipients.changed_page(
                call.database, call.bookmarks, campaign, since, offset, limit
            )
        return [recipient_document(row) for row in rows]

    return call.page(fetch)


OPERATIONS: dict[str, Callable[[Arguments], Document]] = {
    "listLists": list_lists,
    "addListRecipients": add_list_recipients,
    "listRecipientFields": list_recipient_fields,
    "listTemplates": list_templates,
    "listCampaigns": list_campaigns,
    "createCampaign": create_campaign,
    "getCampaign": get_campaign,
    "updateCampaign": update_campaign,
    "getCampaignStatistics": get_campaign_statistics,
    "listCampaignRecipients": list_campaign_recipients,
}


def _campaign(call: Arguments) -> sqlite3.Row:
    return campaigns.find(call.database, call.account_id, call.parameters["campaignId"])


def _check_fields(call: Arguments, fields: Mapping[str, Any]) -> None:
    for name in ("subject", "description"):
        if name in fields and not fields[name].strip():
            raise ApiError(f"{name}_required", f"The {name} has only blanks.", name)
    if "name" in fields and not fields["name"].strip():
        raise ApiError("validation", "The name has only blanks.", "name")
    _check_template(call, fields)
    email = fields.get("fromEmail")
    if email is not None and not senders.may_send(call.database, call.account_id, email):
        raise ApiError(
            "from_email_not_registered",
            f"The sender address {email} isn't registered with this account.",
            "fromEmail",
        )


def _check_template(call: Arguments, fields: Mapping[str, Any]) -> None:
    if "templateId" not in fields:
        return
    try:
        templates.find(call.database, call.account_id, int(fields["templateId"]))
    except NotFound as error:
        raise ApiError("validation", str(error), "templateId") from error


def _milliseconds(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return from_iso(text)
    except (ValueError, OverflowError):
        raise ApiError("validation", "updatedAfter is out of range.", "updatedAfter") from None
