"""The client: one method for each thing that Campaign Master's API can do, and making one campaign.

What it sends stands here; what it is answered is read elsewhere.
"""

# pylint: disable=prefer-env-translation; there is none here
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import requests

from . import meanings
from .address import DEFAULT_API_VERSION, check_api_version, normalize_api_url
from .answers import has_words_of_failure, invalid_answer, tells_of_failure
from .caller import Caller, Exchange, Hooks, RetryPolicy
from .contract import current
from .contract_parts import Contract, Key, Operation
from .errors import (
    CampaignMasterError,
    InvalidAnswer,
    NoAnswer,
    ServerFailed,
    SeveralCampaigns,
    _,
)
from .meanings import (
    EXTERNAL_ID,
    LEFT_OUT_IF_EMPTY,
    LIST_CAMPAIGNS,
    RECIPIENTS,
    UPDATED_AFTER,
    Kind,
)
from .records import (
    OF_CHOICES,
    OF_STATISTICS,
    Asked,
    FoundResult,
    Records,
    has_content,
    matched_results,
    with_addresses_by_another_key,
)
from .text import is_identifier
from .transport import Transport
from .types import (
    AddAnswer,
    Campaign,
    CampaignFields,
    CampaignStatistics,
    CampaignStatus,
    Credentials,
    Deviation,
    NewRecipient,
    Page,
    RateLimit,
    RecipientField,
    RecipientList,
    RecipientStatistics,
    Template,
    Timeouts,
    Token,
)

# A page of 1,000 templates with their HTML would not fit the bound on an answer.
TEMPLATES_PER_PAGE = 100
# More rows in a page than this are never asked for, whatever the contract allows.
ROWS_PER_PAGE = 1000
DEFAULT_TIMEOUTS = Timeouts()
DEFAULT_RETRY = RetryPolicy()


class CampaignMasterClient:
    """Campaign Master's REST API, for one account.

        with CampaignMasterClient("https://api.example.com", Credentials("me", "secret")) as client:
            for recipient_list in client.iter_lists():
                print(recipient_list.id, recipient_list.name)

    It logs in by itself when a call needs it. `token` is one that an earlier client gave to
    `on_token`, which is called with each new token, with one whose end the server corrected by
    more than a minute, and with None when one was refused. `on_call` is called before each
    request, log-ins and repeats included. An exception raised in one of them ends the call.
    `session` is for those who need adapters of their own: it is not closed here, and only the
    adapters of this package bound a slow header.

    `contract` says what everything is called on the wire (`contract.load`); without it the current
    one does. `deviations` counts what was not to its letter in the answers and was taken all the
    same, by operation and key.

    All methods raise CampaignMasterError and nothing else, except ValueError for arguments that
    can never be sent. Ids are texts. A client is for one thread. Calls that can be repeated are
    repeated for connection errors, time-outs, 502, 503 and 504 as `retry` says.
    """

    def __init__(
        self,
        api_url: str,
        credentials: Credentials,
        *,
        api_version: str = DEFAULT_API_VERSION,
        token: Token | None = None,
        on_token: Callable[[Token | None], None] | None = None,
        on_call: Callable[[], None] | None = None,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        retry: RetryPolicy = DEFAULT_RETRY,
        session: requests.Session | None = None,
        contract: Contract | None = None,
    ) -> None:
        self._contract = contract or current()
        version = check_api_version(api_version)
        base = self._contract.base_path.replace("{version}", version)
        self._caller = Caller(
            Transport(normalize_api_url(api_url) + base, timeouts, session),
            self._contract,
            credentials,
            token=token,
            hooks=Hooks(on_token, on_call),
            retry=retry,
        )
        self._records = Records(self._caller)

    def __enter__(self) -> CampaignMasterClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._caller.close()

    @property
    def calls(self) -> int:
        """Requests sent so far, log-ins and repeats included."""
        return self._caller.calls

    @property
    def deviations(self) -> Counter[Deviation]:
        """How often each deviation from the contract was met since the client was made."""
        return self._caller.deviations

    @property
    def contract(self) -> Contract:
        """What everything is called on the wire."""
        return self._contract

    def observe(self, observer: Callable[[Exchange], None] | None) -> None:
        """Have each request told with its raw answer, which is secret, from now on."""
        self._caller.observer = observer

    def secrets(self) -> tuple[str, ...]:
        """The texts that nothing which is shown may repeat."""
        return self._caller.secrets()

    @property
    def largest_batch(self) -> int:
        """Recipients that can be added at once, by the contract."""
        return self._contract.largest_batch

    @property
    def rate_limit(self) -> RateLimit | None:
        """The rate limit that the last answer told, None before the first."""
        return self._caller.rate_limit

    def authenticate(self) -> Token:
        """Log in and return the token that the next calls use.

        Its `expires_at` is None until an answer tells it (480 minutes are usual).
        Raises CredentialsRefused; NotCampaignMaster where something else answers.
        Source: documented for the sister product CMDataManager.
        """
        return self._caller.authenticate()

    def iter_lists(self) -> Iterator[RecipientList]:
        """Yield the recipient lists of the account, a call for each 1,000; at most 20,000.

        Source: assumed path; the lists themselves are made in Campaign Master.
        """
        asked = Asked(self._operation(meanings.LIST_LISTS), RecipientList)
        pages = self._records.pages(asked, self._page_size(asked.operation), OF_CHOICES)
        return (entry for page in pages for entry in page.items)

    def iter_templates(self) -> Iterator[Template]:
        """Yield the templates of the account, a call for each 100; at most 20,000.

        Source: assumed path.
        """
        asked = Asked(self._operation(meanings.LIST_TEMPLATES), Template)
        size = min(TEMPLATES_PER_PAGE, self._page_size(asked.operation))
        pages = self._records.pages(asked, size, OF_CHOICES)
        return (template for page in pages for template in page.items)

    def lists_page(self, page: int = 1) -> Page[RecipientList]:
        """Return one page of the recipient lists. Source: as `iter_lists`."""
        asked = Asked(self._operation(meanings.LIST_LISTS), RecipientList)
        return self._records.page(asked, page, self._page_size(asked.operation))

    def templates_page(self, page: int = 1) -> Page[Template]:
        """Return one page of the templates. Source: as `iter_templates`."""
        asked = Asked(self._operation(meanings.LIST_TEMPLATES), Template)
        size = min(TEMPLATES_PER_PAGE, self._page_size(asked.operation))
        return self._records.page(asked, page, size)

    def campaigns_page(self, page: int = 1, external_id: str | None = None) -> Page[Campaign]:
        """Return one page of all campaigns, or of what the server finds by an external id.

        Source: inferred, as `find_campaign`.
        """
        query = {} if external_id is None else external_id_query(self._contract, external_id)
        asked = Asked(self._operation(meanings.LIST_CAMPAIGNS), Campaign, query=query)
        return self._records.page(asked, page, self._page_size(asked.operation))

    def recipient_fields(self) -> list[RecipientField]:
        """Return the names that merge variables can use.

        Source: inferred (GetRecipientFields of the older SOAP service).
        """
        operation = self._operation(meanings.LIST_RECIPIENT_FIELDS)
        found = self._records.many(Asked(operation, _recipient_field))
        return [field for field in found if field.name]  # without one nothing can be sent to it

    def add_list_recipients(self, list_id: str, recipients: Sequence[NewRecipient]) -> AddAnswer:
        """Add 1 to `largest_batch` recipients to a list and return what became of each.

        Adding one again changes nothing (`EXISTS`); one who has opted out is `UNSUBSCRIBED` and
        not added. The results are in the order of `recipients`, matched by address, else by place
        where there are as many; None stands for each that no result came for, all of them where
        the answer was a success that has no results (202, 204): they are to be asked for again,
        which tells `EXISTS` of those that were added.
        Raises ValueError for another number of recipients, NotFound where the list is gone,
        BatchTooLarge where there are too many, AccountRefused and RequestRefused where the batch
        is refused as a whole; `may_hit_one_recipient` tells whether to halve it.
        Source: assumed path and batch; the older SOAP service has AddRecipient.
        """
        if not 1 <= len(recipients) <= self.largest_batch:
            raise ValueError(f"1 to {self.largest_batch} recipients can be added at once")
        operation = self._operation(meanings.ADD_LIST_RECIPIENTS)
        asked = Asked(
            operation,
            FoundResult,
            at={meanings.LIST_ID: list_id},
            body=recipients_body(operation, recipients),
        )
        reply = self._records.reply(asked)
        rows = self._records.rows_in(operation, reply.content)
        note = self._caller.note(operation)
        if rows is None and has_content(reply):
            note(operation.answer[meanings.ROWS].name, "missing", 1)
        found, _skipped = self._records.values(asked, rows or [], essential=())
        found = with_addresses_by_another_key(found, rows or [], recipients)
        results = matched_results(recipients, found, self._caller.secrets())
        if results.matched_otherwise:
            note(operation.answer[meanings.ROWS].name, "results_matched_otherwise", 1)
        return AddAnswer(results.results, reply.lost_an_answer, not has_content(reply))

    def find_campaign(self, external_id: str) -> Campaign | None:
        """Return the campaign with exactly this external id, None where there is none.

        Raises SeveralCampaigns; InvalidAnswer where one can't be read and may be it; ValueError
        for an empty or too long id. Source: inferred (the older SOAP service's ...ByExternalId).
        """
        operation = self._operation(meanings.LIST_CAMPAIGNS)
        query = external_id_query(self._contract, external_id)
        asked = Asked(operation, Campaign, query=query)
        unreadable: list[object] = []
        pages = self._records.pages(
            asked, self._page_size(operation), OF_STATISTICS, on_skipped=unreadable.extend
        )
        found = only_campaign((entry for page in pages for entry in page.items), external_id)
        key = operation.row[meanings.EXTERNAL_ID].name
        if found is None and any(_may_be(row, key, external_id) for row in unreadable):
            raise invalid_answer(operation, "a campaign in it can't be read and may be this one")
        return found

    def create_campaign(self, fields: CampaignFields) -> Campaign:
        """Create a campaign in draft; never repeated, since twice makes two: see `ensure_campaign`.

        Optional fields that are empty are left out. Raises RequestRefused with the code
        `subject_required`, `description_required`, `template_required`,
        `from_email_not_registered` or `validation`. Source: assumed path.
        """
        operation = self._operation(meanings.CREATE_CAMPAIGN)
        return self._records.one(Asked(operation, Campaign, body=campaign_body(operation, fields)))

    def get_campaign(self, campaign_id: str) -> Campaign:
        """Return one campaign. Raises NotFound. Source: assumed."""
        operation = self._operation(meanings.GET_CAMPAIGN)
        return self._records.one(Asked(operation, Campaign, at={meanings.CAMPAIGN_ID: campaign_id}))

    def update_campaign(self, campaign_id: str, fields: CampaignFields) -> Campaign:
        """Change a draft and return it as it now is; the template is never sent.

        An empty optional address is left out: the contract allows neither an empty text nor null
        there. Where the returned campaign still has the old address, it can be cleared in
        Campaign Master only. A success without the campaign in it (204) is looked up.
        Raises NotFound; RequestRefused with the code `campaign_not_draft` once it is launched.
        Source: assumed.
        """
        operation = self._operation(meanings.UPDATE_CAMPAIGN)
        at = {meanings.CAMPAIGN_ID: campaign_id}
        asked = Asked(operation, Campaign, at=at, body=campaign_body(operation, fields))
        reply = self._records.reply(asked)
        if operation.row:
            try:
                return self._records.made(asked, reply)
            except InvalidAnswer:
                if tells_of_failure(reply.content):
                    raise
                # It was done, as its status says.
                self._caller.note(operation)(operation.row["id"].name, "missing", 1)
        return self.get_campaign(campaign_id)

    def campaign_statistics(self, campaign_id: str) -> CampaignStatistics:
        """Return the figures of one campaign at this moment, all zero before its launch.

        Counts of e-mails and events, `open_rate` in per cent, as they are told; None for what
        can't be read. Raises InvalidAnswer where nothing can, NotFound.
        Source: assumed path and keys, inferred figures.
        """
        operation = self._operation(meanings.GET_CAMPAIGN_STATISTICS)
        asked = Asked(operation, CampaignStatistics, at={meanings.CAMPAIGN_ID: campaign_id})
        reply = self._records.reply(asked)
        found = self._records.made(asked, reply)
        if _has_nothing(found) and has_words_of_failure(reply.content):
            raise invalid_answer(asked.operation, "it tells of an error and of no figure")
        return found

    def campaign_recipients_page(
        self,
        campaign_id: str,
        page: int = 1,
        page_size: int | None = None,
        updated_after: datetime | None = None,
    ) -> Page[RecipientStatistics]:
        """Return one page of individual statistics, by e-mail address in ascending order.

        Of 1,000 rows if `page_size` is None. `updated_after` (aware) asks only for rows that
        changed at or after it. Raises NotFound.
        Source: inferred (GetEmailCampaignResults with page and resultsUpdatedAfter).
        """
        asked = self._recipients(campaign_id, updated_after)
        size = self._page_size(asked.operation) if page_size is None else page_size
        return self._records.page(asked, page, size)

    def iter_campaign_recipient_pages(
        self, campaign_id: str, start_page: int = 1, updated_after: datetime | None = None
    ) -> Iterator[Page[RecipientStatistics]]:
        """Yield the pages of 1,000 from `start_page` to the last, each one fetched when it is due.

        The last one is empty where the server never said that the one before it was the last.
        Arguments, errors and source as `campaign_recipients_page`.
        """
        asked = self._recipients(campaign_id, updated_after)
        size = self._page_size(asked.operation)
        return self._records.pages(asked, size, OF_STATISTICS, start=start_page)

    def _recipients(
        self, campaign_id: str, updated_after: datetime | None
    ) -> Asked[RecipientStatistics]:
        operation = self._operation(meanings.LIST_CAMPAIGN_RECIPIENTS)
        return Asked(
            operation,
            RecipientStatistics,
            at={meanings.CAMPAIGN_ID: campaign_id},
            query=updated_after_query(operation, updated_after),
        )

    def _operation(self, means: str) -> Operation:
        return self._contract.operations[means]

    def _page_size(self, operation: Operation) -> int:
        return min(ROWS_PER_PAGE, operation.largest_page)


def _has_nothing(found: CampaignStatistics) -> bool:
    """Whether there is neither a figure nor a moment nor a status that is known."""
    told = (value for name, value in vars(found).items() if not name.startswith("status"))
    return found.status is CampaignStatus.UNKNOWN and all(value is None for value in told)


def _recipient_field(name: str, is_system_field: bool | None) -> RecipientField:
    return RecipientField(name, bool(is_system_field))


def _may_be(row: object, key: str, external_id: str) -> bool:
    """Whether a campaign that can't be read may be the one with this external id."""
    told = row.get(key) if isinstance(row, dict) else None
    return not isinstance(told, str) or not told.strip() or _is_same(told, external_id)


def _is_same(told: str, external_id: str) -> bool:
    """Whether the server means this external id; some write one in capitals, or with blanks."""
    return told.strip().lower() == external_id.lower()


def external_id_query(contract: Contract, external_id: str) -> Mapping[str, str]:
    """An empty id would ask for all campaigns, so it is refused like one that is too long."""
    longest = contract.longest_external_id
    if not (0 < len(external_id) <= longest and external_id.isprintable()):
        raise ValueError(f"an external id has 1 to {longest} printable characters")
    return {contract.operations[LIST_CAMPAIGNS].parameters[EXTERNAL_ID].name: external_id}


def updated_after_query(operation: Operation, moment: datetime | None) -> Mapping[str, str]:
    """Whole seconds, rounded down, so that no row falls out at the edge.

    Unix time where the contract wants a number; nothing where it has no such parameter.
    """
    parameter = operation.parameters.get(UPDATED_AFTER)
    if moment is None:
        return {}
    if moment.tzinfo is None:
        raise ValueError("updated_after must be an aware date-time")
    if parameter is None:
        return {}
    if parameter.types & {"integer", "number"}:
        return {parameter.name: str(int(moment.timestamp()))}
    seconds = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    return {parameter.name: f"{seconds}Z"}


def recipients_body(operation: Operation, recipients: Sequence[NewRecipient]) -> dict[str, Any]:
    """The body that adds recipients; merge variables only where there are some."""
    array = operation.body[RECIPIENTS]
    email, fields = array.items["email"].name, array.items.get("fields")
    return {
        array.name: [
            {email: recipient.email}
            | ({fields.name: dict(recipient.fields)} if fields and recipient.fields else {})
            for recipient in recipients
        ]
    }


def campaign_body(operation: Operation, fields: CampaignFields) -> dict[str, Any]:
    """The body that makes or changes a campaign: optional keys only where they have a value."""
    values = ((means, key, getattr(fields, means)) for means, key in operation.body.items())
    return {
        key.name: _to_send(key, value)
        for means, key, value in values
        if value is not None and not (value == "" and means in LEFT_OUT_IF_EMPTY)
    }


def _to_send(key: Key, value: str) -> str | int:
    if key.kind is not Kind.IDENTIFIER:
        return value
    if not is_identifier(value):
        raise ValueError("an id is a text of 1 to 64 printable characters")
    return key.to_send(value)


Find = Callable[[str], Campaign | None]
Create = Callable[[], Campaign]


def only_campaign(campaigns: Iterable[Campaign], external_id: str) -> Campaign | None:
    """The one of `campaigns` with this external id, None where there is none.

    Raises SeveralCampaigns. Another one's campaign is never taken, whatever the server filters.
    """
    found = {entry.id: entry for entry in campaigns if _is_same(entry.external_id, external_id)}
    if len(found) > 1:
        raise SeveralCampaigns(
            _(
                "Campaign Master has %(count)s campaigns with the reference of this one. "
                "Delete the wrong ones there, then try again.",
                count=len(found),
            )
        )
    return next(iter(found.values()), None)


def ensure_campaign(find: Find, create: Create, external_id: str) -> Campaign:
    """Return the campaign with this external id, created where a look-up shows that it is absent.

    An existing one is returned as it is. A create whose outcome is unknown is never repeated
    blindly: the external id is looked up, and one more attempt is made only where it is absent
    and the server has ended with the first (after a time-out or a 504 it may still be at work).
    Otherwise the error of the create is raised, with `outcome_unknown`: the next call looks the
    campaign up again.
    """
    found = find(external_id)
    if found is not None:
        return found
    result = _create_or_find(find, create, external_id)
    if isinstance(result, Campaign):
        return result
    if may_still_be_carried_out(result):
        raise result
    result = _create_or_find(find, create, external_id)
    if isinstance(result, Campaign):
        return result
    raise result


def _create_or_find(find: Find, create: Create, external_id: str) -> Campaign | CampaignMasterError:
    """The campaign, or the error of a create after which a look-up showed that it is absent."""
    try:
        return create()
    except CampaignMasterError as error:
        if not error.outcome_unknown:
            raise
        lost = error
    try:
        return find(external_id) or lost
    except CampaignMasterError:
        # That the look-up failed too must not hide that a campaign may have been created.
        raise lost from None


def may_still_be_carried_out(error: CampaignMasterError) -> bool:
    """Whether the server may be at work on the request still, as it may after a time-out."""
    return isinstance(error, NoAnswer) or (isinstance(error, ServerFailed) and error.status == 504)
