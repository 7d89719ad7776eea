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
    """Calls allowed in an hour, calls left of them, and when counting starts again.

    Each is None where it is unknown.
    """

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
    """A recipient list; `name` is empty and `recipient_count` None where it is not known."""

    id: str
    name: str
    recipient_count: int | None


@dataclass(frozen=True)
class Template:
    """A template; `html` is untrusted and must be sanitised before it is shown.

    Texts that are not known are empty.
    """

    id: str
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
    """What became of one `NewRecipient`; `message` says why where it was refused.

    With the status `UNKNOWN` it begins with the server's own word.
    """

    email: str
    status: AddStatus
    message: str


@dataclass(frozen=True)
class AddAnswer:
    """A result for each recipient that was sent, in that order; None where no result came.

    `lost_an_answer` is True where an earlier attempt of the same call may have been carried out
    unanswered: what is `EXISTS` then can have been added by it. `is_empty` is True for a success
    without any content (202, 204): it was done, and nobody told for whom.
    """

    results: list[AddResult | None]
    lost_an_answer: bool
    is_empty: bool = False


@dataclass(frozen=True)
class CampaignFields:
    """What the caller decides about a campaign; `external_id` is the caller's own unique key."""

    external_id: str
    name: str
    subject: str
    description: str
    from_name: str
    from_email: str
    template_id: str | None
    reply_redirect_email: str = ""
    test_email: str = ""


@dataclass(frozen=True)
class Campaign:
    """A campaign as Campaign Master has it; texts that it does not tell are empty.

    `status_text` is the status in the server's own word, of at most 64 characters.
    """

    id: str
    external_id: str
    name: str
    subject: str
    status: CampaignStatus
    status_text: str
    sent_at: datetime | None
    template_id: str | None
    description: str
    from_name: str
    from_email: str
    reply_redirect_email: str
    test_email: str


@dataclass(frozen=True)
class CampaignStatistics:
    """The figures of one campaign: numbers of e-mails and events, `open_rate` in per cent.

    As they were told, whether they add up or not; None where one was not told or not readable.
    """

    emails_sent: int | None
    hard_bounces: int | None
    soft_bounces: int | None
    total_unsubscribes: int | None
    total_clicks: int | None
    unique_clicks: int | None
    total_opens: int | None
    unique_opens: int | None
    confirmed_total_views: int | None
    total_forwards: int | None
    unique_forwards: int | None
    no_recorded_activity: int | None
    open_rate: float | None
    status: CampaignStatus
    status_text: str
    sent_at: datetime | None


@dataclass(slots=True)
class RecipientStatistics:
    """What one recipient did with one campaign; None where it was not told or not readable.

    Not frozen: that would halve the parsing speed.
    """

    email: str
    total_opens: int | None
    total_clicks: int | None
    total_forwards: int | None
    total_unsubscribes: int | None
    first_open: datetime | None
    last_open: datetime | None
    first_click: datetime | None
    last_click: datetime | None
    bounced: bool | None
    updated_at: datetime | None


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of an answer; pages are numbered from 1.

    `skipped` is the number of its rows that are not in `items` because their key (the address,
    the id) could not be read.
    """

    items: list[Item]
    number: int
    is_last: bool
    skipped: int = 0


@dataclass(frozen=True)
class Deviation:
    """An answer that was not to the letter of the contract: where, and how it was taken.

    `operation` and `key` are names of the wire. `kind` is one of `read_generously`,
    `value_dropped`, `row_skipped`, `unknown_word`, `missing`, `other_type_of_answer`, `paging`
    and `results_matched_otherwise`. Nothing in it is anybody's.
    """

    operation: str
    key: str
    kind: str
