"""The one place that knows paths, header names, parameter names and JSON keys.

Source: `contract/campaign-master-api.yaml`, compared with it by a test. Whoever holds the vendor's
private documentation corrects that file and this one, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from .types import CampaignFields, Credentials, NewRecipient

BASE_PATH = "/api/{version}"
CREDENTIAL_HEADERS = {
    "username": "username",
    "password": "password",
    "client_id": "client_id",
    "client_secret": "client_secret",
}
TOKEN_SCHEME = "Bearer"
TOKEN_HEADER = "Authorization"
RATE_LIMIT_HEADER = "x-rate-limit-limit"
RATE_REMAINING_HEADER = "x-rate-limit-remaining"
RATE_RESET_HEADER = "x-rate-limit-reset"
TOKEN_RESET_HEADER = "x-token-reset"
RETRY_AFTER_HEADER = "Retry-After"

MAX_PAGE_SIZE = 1000
MAX_BATCH = 1000
MAX_EXTERNAL_ID = 64

INVALID_CREDENTIALS = "invalid_credentials"
MONTHLY_LIMIT = "monthly_limit"
ERROR_CODES = frozenset(
    {
        INVALID_CREDENTIALS,
        "token_invalid",
        "not_found",
        "validation",
        "subject_required",
        "description_required",
        "template_required",
        "template_locked",
        "campaign_not_draft",
        "from_email_not_registered",
        "too_many_recipients",
        "hourly_limit",
        MONTHLY_LIMIT,
        "server_error",
    }
)


class Kind(Enum):
    """What a value of an answer must be; `parsing` has one reader for each."""

    IDENTIFIER = "a whole number above 0"
    COUNT = "a whole number from 0 to 2147483647"
    RATE = "a number from 0 to 2147483647"
    FLAG = "true or false"
    NAME = "a text (a name)"
    TEXT = "a text"
    REFERENCE = "a text (a key)"
    EMAIL = "an e-mail address"
    SECRET = "a token"
    MOMENT = "a date and time with an offset, from 2000 to now"
    CAMPAIGN_STATUS = "a campaign status"
    ADD_STATUS = "a status of an added recipient"


@dataclass(frozen=True)
class Key:
    """A JSON key; one that is not required may be missing or null and becomes `default`."""

    name: str
    kind: Kind
    required: bool = True
    default: Any = None


Schema = Mapping[str, Key]


@dataclass(frozen=True)
class Operation:
    """A call: `name` is the contract's operationId, `items` the key of the array it answers."""

    name: str
    method: str
    path: str
    items: str = ""
    repeatable: bool = True


AUTHENTICATE = Operation("authenticate", "POST", "/authenticate")
LIST_LISTS = Operation("listLists", "GET", "/lists", items="lists")
ADD_LIST_RECIPIENTS = Operation(
    "addListRecipients", "POST", "/lists/{listId}/recipients", items="results"
)
LIST_RECIPIENT_FIELDS = Operation("listRecipientFields", "GET", "/recipient-fields", items="fields")
LIST_TEMPLATES = Operation("listTemplates", "GET", "/templates", items="templates")
LIST_CAMPAIGNS = Operation("listCampaigns", "GET", "/campaigns", items="campaigns")
CREATE_CAMPAIGN = Operation("createCampaign", "POST", "/campaigns", repeatable=False)
GET_CAMPAIGN = Operation("getCampaign", "GET", "/campaigns/{campaignId}")
UPDATE_CAMPAIGN = Operation("updateCampaign", "PUT", "/campaigns/{campaignId}")
GET_CAMPAIGN_STATISTICS = Operation(
    "getCampaignStatistics", "GET", "/campaigns/{campaignId}/statistics"
)
LIST_CAMPAIGN_RECIPIENTS = Operation(
    "listCampaignRecipients", "GET", "/campaigns/{campaignId}/recipients", items="recipients"
)

LIST_ID = "listId"
CAMPAIGN_ID = "campaignId"
PAGE = "page"
PAGE_SIZE = "pageSize"
EXTERNAL_ID = "externalId"
UPDATED_AFTER = "updatedAfter"
RECIPIENTS = "recipients"
RECIPIENT_EMAIL = "email"
RECIPIENT_MERGE_FIELDS = "fields"
ERROR = "error"

# Each schema names its keys by the attributes of the value it becomes, in their order.
TOKEN: Schema = {"value": Key("token", Kind.SECRET)}
PAGED: Schema = {
    "number": Key("currentPage", Kind.IDENTIFIER),
    "is_last": Key("isLastPage", Kind.FLAG),
}
ERROR_DETAILS: Schema = {
    "code": Key("code", Kind.TEXT),
    "message": Key("message", Kind.TEXT),
    "field": Key("field", Kind.TEXT, required=False, default=""),
}
LIST: Schema = {
    "id": Key("id", Kind.IDENTIFIER),
    "name": Key("name", Kind.NAME),
    "recipient_count": Key("recipientCount", Kind.COUNT, required=False),
}
TEMPLATE: Schema = {
    "id": Key("id", Kind.IDENTIFIER),
    "name": Key("name", Kind.NAME),
    "subject": Key("subject", Kind.NAME, required=False, default=""),
    "html": Key("html", Kind.TEXT, required=False, default=""),
}
RECIPIENT_FIELD: Schema = {
    "name": Key("name", Kind.NAME),
    "is_system_field": Key("isSystemField", Kind.FLAG, required=False, default=False),
}
ADD_RESULT: Schema = {
    "email": Key("email", Kind.EMAIL),
    "status": Key("status", Kind.ADD_STATUS),
    "message": Key("message", Kind.TEXT, required=False, default=""),
}
CAMPAIGN_FIELDS: Schema = {
    "external_id": Key(EXTERNAL_ID, Kind.REFERENCE),
    "name": Key("name", Kind.NAME),
    "subject": Key("subject", Kind.NAME),
    "description": Key("description", Kind.TEXT),
    "from_name": Key("fromName", Kind.NAME),
    "from_email": Key("fromEmail", Kind.NAME),
    "template_id": Key("templateId", Kind.IDENTIFIER),
    "reply_redirect_email": Key("replyRedirectEmail", Kind.NAME, required=False),
    "test_email": Key("testEmail", Kind.NAME, required=False),
}
CAMPAIGN: Schema = {
    "id": Key("id", Kind.IDENTIFIER),
    "external_id": Key(EXTERNAL_ID, Kind.REFERENCE, required=False, default=""),
    "name": Key("name", Kind.NAME),
    "subject": Key("subject", Kind.NAME),
    "status": Key("status", Kind.CAMPAIGN_STATUS),
    "sent_at": Key("sentAt", Kind.MOMENT, required=False),
    "template_id": Key("templateId", Kind.IDENTIFIER, required=False),
    "description": Key("description", Kind.TEXT, required=False, default=""),
    "from_name": Key("fromName", Kind.NAME, required=False, default=""),
    "from_email": Key("fromEmail", Kind.NAME, required=False, default=""),
    "reply_redirect_email": Key("replyRedirectEmail", Kind.NAME, required=False, default=""),
    "test_email": Key("testEmail", Kind.NAME, required=False, default=""),
}
CAMPAIGN_STATISTICS: Schema = {
    "emails_sent": Key("emailsSent", Kind.COUNT),
    "hard_bounces": Key("hardBounces", Kind.COUNT),
    "soft_bounces": Key("softBounces", Kind.COUNT),
    "total_unsubscribes": Key("totalUnsubscribes", Kind.COUNT),
    "total_clicks": Key("totalClicks", Kind.COUNT),
    "unique_clicks": Key("uniqueClicks", Kind.COUNT),
    "total_opens": Key("totalOpens", Kind.COUNT),
    "unique_opens": Key("uniqueOpens", Kind.COUNT),
    "confirmed_total_views": Key("confirmedTotalViews", Kind.COUNT),
    "total_forwards": Key("totalForwards", Kind.COUNT),
    "unique_forwards": Key("uniqueForwards", Kind.COUNT),
    "no_recorded_activity": Key("noRecordedActivity", Kind.COUNT),
    "open_rate": Key("openRate", Kind.RATE),
    "status": Key("status", Kind.CAMPAIGN_STATUS),
    "sent_at": Key("sentAt", Kind.MOMENT, required=False),
}
UNIQUE_AND_TOTAL = (
    ("unique_clicks", "total_clicks"),
    ("unique_opens", "total_opens"),
    ("unique_forwards", "total_forwards"),
)
RECIPIENT_STATISTICS: Schema = {
    "email": Key("email", Kind.EMAIL),
    "total_opens": Key("totalOpens", Kind.COUNT),
    "total_clicks": Key("totalClicks", Kind.COUNT),
    "total_forwards": Key("totalForwards", Kind.COUNT),
    "total_unsubscribes": Key("totalUnsubscribes", Kind.COUNT),
    "first_open": Key("firstOpen", Kind.MOMENT, required=False),
    "last_open": Key("lastOpen", Kind.MOMENT, required=False),
    "first_click": Key("firstClick", Kind.MOMENT, required=False),
    "last_click": Key("lastClick", Kind.MOMENT, required=False),
    "bounced": Key("bounced", Kind.FLAG),
    "updated_at": Key("updatedAt", Kind.MOMENT, required=False),
}


def credential_headers(credentials: Credentials) -> dict[str, str]:
    """The headers of `authenticate`; the client id and secret only where there are some."""
    pairs = ((name, getattr(credentials, part)) for part, name in CREDENTIAL_HEADERS.items())
    return {name: value for name, value in pairs if value}


def token_headers(token: str) -> dict[str, str]:
    """The header that all other calls carry."""
    return {TOKEN_HEADER: f"{TOKEN_SCHEME} {token}"}


def page_query(page: int, page_size: int) -> dict[str, str]:
    """The parameters of a paged call."""
    return {PAGE: str(page), PAGE_SIZE: str(page_size)}


def external_id_query(external_id: str) -> dict[str, str]:
    """An empty id would ask for all campaigns, so it is refused like one that is too long."""
    if not (0 < len(external_id) <= MAX_EXTERNAL_ID and external_id.isprintable()):
        raise ValueError(f"an external id has 1 to {MAX_EXTERNAL_ID} printable characters")
    return {EXTERNAL_ID: external_id}


def updated_after_query(moment: datetime | None) -> dict[str, str]:
    """Whole seconds, rounded down, so that no row falls out at the edge."""
    if moment is None:
        return {}
    if moment.tzinfo is None:
        raise ValueError("updated_after must be an aware date-time")
    seconds = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    return {UPDATED_AFTER: f"{seconds}Z"}


def recipients_body(recipients: Sequence[NewRecipient]) -> dict[str, Any]:
    """The body of `addListRecipients`; merge variables only where there are some."""
    return {
        RECIPIENTS: [
            {RECIPIENT_EMAIL: recipient.email}
            | ({RECIPIENT_MERGE_FIELDS: dict(recipient.fields)} if recipient.fields else {})
            for recipient in recipients
        ]
    }


def new_campaign_body(fields: CampaignFields) -> dict[str, Any]:
    """The body of `createCampaign`: optional keys only where they have a value."""
    values = ((key, getattr(fields, part)) for part, key in CAMPAIGN_FIELDS.items())
    return {
        key.name: value
        for key, value in values
        if value is not None and (key.required or value != "")
    }


def changed_campaign_body(fields: CampaignFields) -> dict[str, Any]:
    """The body of `updateCampaign`: the same without the template, which it does not accept."""
    body = new_campaign_body(fields)
    body.pop(CAMPAIGN_FIELDS["template_id"].name, None)
    return body
