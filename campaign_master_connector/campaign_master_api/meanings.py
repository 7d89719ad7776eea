"""What the connector needs of Campaign Master, by its own names: those that `x-means` can give.

The contract file says what each is called on the wire; `contract.py` holds one against the other.
Nothing here is a name of the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from .types import AddStatus, CampaignStatus


class Kind(Enum):
    """What a value is to us; `reading` has a reader for each that an answer can have."""

    IDENTIFIER = auto()
    COUNT = auto()
    RATE = auto()
    FLAG = auto()
    NAME = auto()
    TEXT = auto()
    REFERENCE = auto()
    EMAIL = auto()
    SECRET = auto()
    MOMENT = auto()
    CAMPAIGN_STATUS = auto()
    CAMPAIGN_WORD = auto()
    ADD_STATUS = auto()
    ADD_WORD = auto()
    CODE = auto()
    OBJECT = auto()
    ROWS = auto()


TEXTUAL = frozenset({"string"})
NUMERIC = frozenset({"integer", "number", "string"})
WORD = frozenset({"string", "integer", "boolean"})
# The JSON types that a contract can describe each kind by, besides null.
JSON_TYPES: Mapping[Kind, frozenset[str]] = {
    Kind.IDENTIFIER: frozenset({"integer", "string"}),
    Kind.COUNT: NUMERIC,
    Kind.RATE: NUMERIC,
    Kind.FLAG: WORD,
    Kind.NAME: TEXTUAL,
    Kind.TEXT: TEXTUAL,
    Kind.REFERENCE: TEXTUAL,
    Kind.EMAIL: TEXTUAL,
    Kind.SECRET: TEXTUAL,
    Kind.MOMENT: NUMERIC,
    Kind.CAMPAIGN_STATUS: WORD,
    Kind.ADD_STATUS: WORD,
    Kind.CODE: WORD,
    Kind.OBJECT: frozenset({"object"}),
    Kind.ROWS: frozenset({"array"}),
}

INVALID_CREDENTIALS = "invalid_credentials"
TOO_MANY_RECIPIENTS = "too_many_recipients"
MONTHLY_LIMIT = "monthly_limit"
CODES = (
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
    TOO_MANY_RECIPIENTS,
    "hourly_limit",
    MONTHLY_LIMIT,
    "server_error",
)
# The words that a key of these kinds can have, by our names.
WORDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.CAMPAIGN_STATUS: tuple(word.value for word in CampaignStatus if word.value != "unknown"),
    Kind.ADD_STATUS: tuple(word.value for word in AddStatus if word.value != "unknown"),
    Kind.CODE: CODES,
}

API_URL = "api_url"
API_VERSION = "api_version"
TOKEN = "token"
ROWS = "rows"
ERROR = "error"
RATE_LIMIT = "rate_limit"
RATE_REMAINING = "rate_remaining"
RATE_RESET = "rate_reset"
TOKEN_RESET = "token_reset"
RETRY_AFTER = "retry_after"
HEADERS = (RATE_LIMIT, RATE_REMAINING, RATE_RESET, TOKEN_RESET, RETRY_AFTER)

Meanings = Mapping[str, Kind]
NOTHING: Meanings = {}

PAGE = "page"
PAGE_SIZE = "page_size"
LIST_ID = "list_id"
CAMPAIGN_ID = "campaign_id"
EXTERNAL_ID = "external_id"
UPDATED_AFTER = "updated_after"
RECIPIENTS = "recipients"

# Where an object has them, in the order of the attributes of the value that it becomes.
PAGED: Meanings = {"number": Kind.COUNT, "is_last": Kind.FLAG}
LIST: Meanings = {"id": Kind.IDENTIFIER, "name": Kind.NAME, "recipient_count": Kind.COUNT}
TEMPLATE: Meanings = {
    "id": Kind.IDENTIFIER,
    "name": Kind.NAME,
    "subject": Kind.NAME,
    "html": Kind.TEXT,
}
RECIPIENT_FIELD: Meanings = {"name": Kind.NAME, "is_system_field": Kind.FLAG}
NEW_RECIPIENT: Meanings = {"email": Kind.EMAIL, "fields": Kind.OBJECT}
ADD_RESULT: Meanings = {
    "email": Kind.EMAIL,
    "status": Kind.ADD_STATUS,
    "status_text": Kind.ADD_WORD,
    "message": Kind.TEXT,
}
CAMPAIGN_FIELDS: Meanings = {
    EXTERNAL_ID: Kind.REFERENCE,
    "name": Kind.NAME,
    "subject": Kind.NAME,
    "description": Kind.TEXT,
    "from_name": Kind.NAME,
    "from_email": Kind.NAME,
    "template_id": Kind.IDENTIFIER,
    "reply_redirect_email": Kind.NAME,
    "test_email": Kind.NAME,
}
# Left out of a body where they are empty: the contract allows neither an empty text nor null.
LEFT_OUT_IF_EMPTY = frozenset({"reply_redirect_email", "test_email"})
CAMPAIGN: Meanings = {
    "id": Kind.IDENTIFIER,
    EXTERNAL_ID: Kind.REFERENCE,
    "name": Kind.NAME,
    "subject": Kind.NAME,
    "status": Kind.CAMPAIGN_STATUS,
    "status_text": Kind.CAMPAIGN_WORD,
    "sent_at": Kind.MOMENT,
    "template_id": Kind.IDENTIFIER,
    "description": Kind.TEXT,
    "from_name": Kind.NAME,
    "from_email": Kind.NAME,
    "reply_redirect_email": Kind.NAME,
    "test_email": Kind.NAME,
}
CAMPAIGN_STATISTICS: Meanings = {
    "emails_sent": Kind.COUNT,
    "hard_bounces": Kind.COUNT,
    "soft_bounces": Kind.COUNT,
    "total_unsubscribes": Kind.COUNT,
    "total_clicks": Kind.COUNT,
    "unique_clicks": Kind.COUNT,
    "total_opens": Kind.COUNT,
    "unique_opens": Kind.COUNT,
    "confirmed_total_views": Kind.COUNT,
    "total_forwards": Kind.COUNT,
    "unique_forwards": Kind.COUNT,
    "no_recorded_activity": Kind.COUNT,
    "open_rate": Kind.RATE,
    "status": Kind.CAMPAIGN_STATUS,
    "status_text": Kind.CAMPAIGN_WORD,
    "sent_at": Kind.MOMENT,
}
RECIPIENT_STATISTICS: Meanings = {
    "email": Kind.EMAIL,
    "total_opens": Kind.COUNT,
    "total_clicks": Kind.COUNT,
    "total_forwards": Kind.COUNT,
    "total_unsubscribes": Kind.COUNT,
    "first_open": Kind.MOMENT,
    "last_open": Kind.MOMENT,
    "first_click": Kind.MOMENT,
    "last_click": Kind.MOMENT,
    "bounced": Kind.FLAG,
    "updated_at": Kind.MOMENT,
}
REFUSAL: Meanings = {"code": Kind.CODE, "message": Kind.TEXT, "field": Kind.TEXT}

# Our attribute, and the meaning of the key that it is read from.
READ_FROM: Mapping[str, str] = {"status_text": "status"}


@dataclass(frozen=True)
class Need:
    """What an operation must take and answer.

    `parameters` and `essential_parameters` by place: in the path, in the query, and credentials,
    which go in headers or in the body. `answer` are the keys of the object that it answers or,
    `in_rows`, of each object in the array. Without the `essential` ones the answer is of no use;
    all others a contract may declare as not offered.
    """

    answer: Meanings
    essential: tuple[str, ...] = ()
    in_rows: bool = False
    is_paged: bool = False
    path: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    body: Meanings = field(default_factory=dict)
    essential_in_body: tuple[str, ...] = ()
    is_repeatable: bool = True
    may_be_silent: bool = False


AUTHENTICATE = "authenticate"
LIST_LISTS = "list_lists"
ADD_LIST_RECIPIENTS = "add_list_recipients"
LIST_RECIPIENT_FIELDS = "list_recipient_fields"
LIST_TEMPLATES = "list_templates"
LIST_CAMPAIGNS = "list_campaigns"
CREATE_CAMPAIGN = "create_campaign"
GET_CAMPAIGN = "get_campaign"
UPDATE_CAMPAIGN = "update_campaign"
GET_CAMPAIGN_STATISTICS = "get_campaign_statistics"
LIST_CAMPAIGN_RECIPIENTS = "list_campaign_recipients"

NEEDS: Mapping[str, Need] = {
    AUTHENTICATE: Need(
        {TOKEN: Kind.SECRET},
        essential=(TOKEN,),
        credentials=("username", "password", "client_id", "client_secret"),
    ),
    LIST_LISTS: Need(LIST, essential=("id",), in_rows=True, is_paged=True),
    ADD_LIST_RECIPIENTS: Need(
        ADD_RESULT,
        essential=("status",),
        in_rows=True,
        path=(LIST_ID,),
        body={RECIPIENTS: Kind.ROWS},
        essential_in_body=(RECIPIENTS,),
    ),
    LIST_RECIPIENT_FIELDS: Need(RECIPIENT_FIELD, essential=("name",), in_rows=True),
    LIST_TEMPLATES: Need(TEMPLATE, essential=("id",), in_rows=True, is_paged=True),
    LIST_CAMPAIGNS: Need(
        CAMPAIGN,
        essential=("id", EXTERNAL_ID),
        in_rows=True,
        is_paged=True,
        query=(EXTERNAL_ID,),
    ),
    CREATE_CAMPAIGN: Need(
        CAMPAIGN,
        essential=("id",),
        body=CAMPAIGN_FIELDS,
        essential_in_body=(EXTERNAL_ID,),
        is_repeatable=False,
    ),
    GET_CAMPAIGN: Need(CAMPAIGN, essential=("id",), path=(CAMPAIGN_ID,)),
    UPDATE_CAMPAIGN: Need(
        CAMPAIGN,
        essential=("id",),
        path=(CAMPAIGN_ID,),
        body={name: kind for name, kind in CAMPAIGN_FIELDS.items() if name != "template_id"},
        may_be_silent=True,
    ),
    GET_CAMPAIGN_STATISTICS: Need(CAMPAIGN_STATISTICS, path=(CAMPAIGN_ID,)),
    LIST_CAMPAIGN_RECIPIENTS: Need(
        RECIPIENT_STATISTICS,
        essential=("email",),
        in_rows=True,
        is_paged=True,
        path=(CAMPAIGN_ID,),
        query=(UPDATED_AFTER,),
    ),
}
