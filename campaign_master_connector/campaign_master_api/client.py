"""The client: one method for each thing that Campaign Master's API can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from types import TracebackType

import requests

from . import endpoints
from .address import DEFAULT_API_VERSION, check_api_version, normalize_api_url
from .answers import invalid_answer
from .caller import Caller, Hooks
from .ensure import only_campaign
from .records import Records
from .retry import RetryPolicy
from .text import clean_email, clean_message
from .transport import Transport
from .types import (
    AddResult,
    Campaign,
    CampaignFields,
    CampaignStatistics,
    Credentials,
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

    All methods raise CampaignMasterError and nothing else, except ValueError for arguments that
    can never be sent. A client is for one thread. Calls that can be repeated are repeated for
    connection errors, time-outs, 502, 503 and 504 as `retry` says.
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
    ) -> None:
        base = endpoints.BASE_PATH.format(version=check_api_version(api_version))
        self._caller = Caller(
            Transport(normalize_api_url(api_url) + base, timeouts, session),
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
    def lost_an_answer(self) -> bool:
        """Whether an earlier attempt of the last call may have been carried out unanswered.

        What `add_list_recipients` then reports as `exists` can have been added by that attempt.
        """
        return self._caller.lost_an_answer

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
        """Yield the recipient lists of the account, a call for each 1,000.

        Source: assumed path; the lists themselves are made in Campaign Master.
        """
        pages = self._records.pages(
            endpoints.LIST_LISTS, endpoints.LIST, RecipientList, size=endpoints.MAX_PAGE_SIZE
        )
        return (entry for page in pages for entry in page.items)

    def iter_templates(self) -> Iterator[Template]:
        """Yield the templates of the account, a call for each 100. Source: assumed path."""
        pages = self._records.pages(
            endpoints.LIST_TEMPLATES, endpoints.TEMPLATE, Template, size=TEMPLATES_PER_PAGE
        )
        return (template for page in pages for template in page.items)

    def recipient_fields(self) -> list[RecipientField]:
        """Return the names that merge variables can use.

        Source: inferred (GetRecipientFields of the older SOAP service).
        """
        return self._records.many(
            endpoints.LIST_RECIPIENT_FIELDS, endpoints.RECIPIENT_FIELD, RecipientField
        )

    def add_list_recipients(
        self, list_id: int, recipients: Sequence[NewRecipient]
    ) -> list[AddResult]:
        """Add 1 to 1,000 recipients to a list and return what became of each, in their order.

        Adding one again changes nothing (`exists`); one who has opted out is `unsubscribed` and
        not added. Raises ValueError for another number of recipients, NotFound where the list is
        gone, RequestRefused where the batch is refused as a whole.
        Source: assumed path and batch; the older SOAP service has AddRecipient.
        """
        if not 1 <= len(recipients) <= endpoints.MAX_BATCH:
            raise ValueError(f"1 to {endpoints.MAX_BATCH} recipients can be added at once")
        operation = endpoints.ADD_LIST_RECIPIENTS
        results = self._records.many(
            operation,
            endpoints.ADD_RESULT,
            AddResult,
            at=list_id,
            body=endpoints.recipients_body(recipients),
        )
        answered = [result.email.casefold() for result in results]
        if answered != [clean_email(sent.email).casefold() for sent in recipients]:
            raise invalid_answer(operation, "its results are not those of the recipients sent")
        return [
            AddResult(sent.email, result.status, clean_message(result.message))
            for sent, result in zip(recipients, results, strict=True)
        ]

    def find_campaign(self, external_id: str) -> Campaign | None:
        """Return the campaign with exactly this external id, None where there is none.

        Raises SeveralCampaigns, ValueError for an empty or too long id.
        Source: inferred (the older SOAP service's ...ByExternalId).
        """
        pages = self._records.pages(
            endpoints.LIST_CAMPAIGNS,
            endpoints.CAMPAIGN,
            Campaign,
            size=endpoints.MAX_PAGE_SIZE,
            query=endpoints.external_id_query(external_id),
        )
        return only_campaign((entry for page in pages for entry in page.items), external_id)

    def create_campaign(self, fields: CampaignFields) -> Campaign:
        """Create a campaign in draft; never repeated, since twice makes two: see `ensure_campaign`.

        Optional fields that are empty are left out. Raises RequestRefused with the code
        `subject_required`, `description_required`, `template_required`,
        `from_email_not_registered` or `validation`. Source: assumed path.
        """
        return self._records.one(
            endpoints.CREATE_CAMPAIGN,
            endpoints.CAMPAIGN,
            Campaign,
            body=endpoints.new_campaign_body(fields),
        )

    def get_campaign(self, campaign_id: int) -> Campaign:
        """Return one campaign. Raises NotFound. Source: assumed."""
        operation = endpoints.GET_CAMPAIGN
        return self._records.one(operation, endpoints.CAMPAIGN, Campaign, at=campaign_id)

    def update_campaign(self, campaign_id: int, fields: CampaignFields) -> Campaign:
        """Change a draft and return it as it now is; the template is never sent.

        An empty optional address is left out: the contract allows neither an empty text nor null
        there. Where the returned campaign still has the old address, it can be cleared in
        Campaign Master only. Raises NotFound; RequestRefused with the code `campaign_not_draft`
        once it is launched. Source: assumed.
        """
        return self._records.one(
            endpoints.UPDATE_CAMPAIGN,
            endpoints.CAMPAIGN,
            Campaign,
            at=campaign_id,
            body=endpoints.changed_campaign_body(fields),
        )

    def campaign_statistics(self, campaign_id: int) -> CampaignStatistics:
        """Return the figures of one campaign at this moment, all zero before its launch.

        Counts of e-mails and events, `open_rate` in per cent. Raises InvalidAnswer for figures
        that cannot be, NotFound. Source: assumed path and keys, inferred figures.
        """
        operation = endpoints.GET_CAMPAIGN_STATISTICS
        figures = self._records.one(
            operation, endpoints.CAMPAIGN_STATISTICS, CampaignStatistics, at=campaign_id
        )
        for unique, total in endpoints.UNIQUE_AND_TOTAL:
            if getattr(figures, unique) > getattr(figures, total):
                raise invalid_answer(operation, f"its {unique} are above its {total}")
        if figures.hard_bounces + figures.soft_bounces > figures.emails_sent:
            raise invalid_answer(operation, "its bounces are above its emails_sent")
        return figures

    def campaign_recipients_page(
        self,
        campaign_id: int,
        page: int = 1,
        page_size: int = endpoints.MAX_PAGE_SIZE,
        updated_after: datetime | None = None,
    ) -> Page[RecipientStatistics]:
        """Return one page of individual statistics, by e-mail address in ascending order.

        `updated_after` (aware) asks only for rows that changed at or after it. Raises NotFound.
        Source: inferred (GetEmailCampaignResults with page and resultsUpdatedAfter).
        """
        return self._records.page(
            endpoints.LIST_CAMPAIGN_RECIPIENTS,
            endpoints.RECIPIENT_STATISTICS,
            RecipientStatistics,
            number=page,
            size=page_size,
            at=campaign_id,
            query=endpoints.updated_after_query(updated_after),
        )

    def iter_campaign_recipient_pages(
        self, campaign_id: int, start_page: int = 1, updated_after: datetime | None = None
    ) -> Iterator[Page[RecipientStatistics]]:
        """Yield the pages of 1,000 from `start_page` to the last, each one fetched when it is due.

        Arguments, errors and source as `campaign_recipients_page`.
        """
        return self._records.pages(
            endpoints.LIST_CAMPAIGN_RECIPIENTS,
            endpoints.RECIPIENT_STATISTICS,
            RecipientStatistics,
            size=endpoints.MAX_PAGE_SIZE,
            start=start_page,
            at=campaign_id,
            query=endpoints.updated_after_query(updated_after),
        )
