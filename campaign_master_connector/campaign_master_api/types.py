"""The values that go to and come from Campaign Master. All date-times are aware and in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Credentials:
    """The Campaign Master login; some accounts are also issued a client id and secret."""

    username: str = field(repr=False)
    password: str = field(repr=False)
    client_id: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Token:
    """What a log-in gives; `expires_at` is None until the server has told it."""

    value: str = field(repr=False)
    expires_at: datetime | None

    def __post_init__(self) -> None:
        if self.expires_at is not None and self.expires_at.tzinfo is None:
            raise ValueError("expires_at must be an aware date-time")


@dataclass(frozen=True)
class RateLimit:
    """Calls allowed in an hour, calls left of them, and when counting starts again."""

    limit: int | None
    remaining: int | None
    reset_at: datetime | None


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait for a connection, for the next bytes, and for one call as a whole."""

    connect: float = 5.0
    read: float = 20.0
    total: float = 60.0


class CampaignStatus(StrEnum):
    """How far a campaign is; it is launched in Campaign Master, never through the API.

    `UNKNOWN` stands for a word that the contract doesn't have, and for none.
    """

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"


class AddStatus(StrEnum):
    """What became of a recipient that was to be added to a list."""

    ADDED = "added"
    EXISTS = "exists"
    UNSUBSCRIBED = "unsubscribed"
    INVALID = "invalid"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class RecipientList:
    """A recipient list; `recipient_count` is None where the server does not tell it."""

    id: int
    name: str
    recipient_count: int | None


@dataclass(frozen=True)
class Template:
    """A template; `html` is untrusted and must be sanitised before it is shown."""

    id: int
    name: str
    subject: str
    html: str


@dataclass(frozen=True)
class RecipientField:
    """A name that merge variables can use."""

    name: str
    is_system_field: bool


@dataclass(frozen=True)
class NewRecipient:
    """A recipient to add; `fields` are merge variables by the names of `RecipientField`."""

    email: str
    fields: Mapping[str, str] | None = None


@dataclass(frozen=True)
class AddResult:
    """What became of one `NewRecipient`; `message` says why where it was refused."""

    email: str
    status: AddStatus
    message: str


@dataclass(frozen=True)
class CampaignFields:
    """What the caller decides about a campaign; `external_id` is the caller's own unique key."""

    external_id: str
    name: str
    subject: str
    description: str
    from_name: str
    from_email: str
    template_id: int | None
    reply_redirect_email: str = ""
    test_email: str = ""


@dataclass(frozen=True)
class Campaign:
    """A campaign as Campaign Master has it; texts that it does not tell are empty."""

    id: int
    external_id: str
    name: str
    subject: str
    status: CampaignStatus
    sent_at: datetime | None
    template_id: int | None
    description: str
    from_name: str
    from_email: str
    reply_redirect_email: str
    test_email: str


@dataclass(frozen=True)
class CampaignStatistics:
    """The figures of one campaign: numbers of e-mails and events, `open_rate` in per cent."""

    emails_sent: int
    hard_bounces: int
    soft_bounces: int
    total_unsubscribes: int
    total_clicks: int
    unique_clicks: int
    total_opens: int
    unique_opens: int
    confirmed_total_views: int
    total_forwards: int
    unique_forwards: int
    no_recorded_activity: int
    open_rate: float
    status: CampaignStatus
    sent_at: datetime | None


@dataclass(slots=True)
class RecipientStatistics:
    """What one recipient did with one campaign. Not frozen: that would halve the parsing speed."""

    email: str
    total_opens: int
    total_clicks: int
    total_forwards: int
    total_unsubscribes: int
    first_open: datetime | None
    last_open: datetime | None
    first_click: datetime | None
    last_click: datetime | None
    bounced: bool
    updated_at: datetime | None


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of an answer; pages are numbered from 1."""

    items: list[Item]
    number: int
    is_last: bool
