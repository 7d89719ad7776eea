"""The API check: calls each operation once on real data and says what differs from the contract.

Reading changes nothing in Campaign Master. Writing, which is asked for apart, makes one draft
campaign and adds one address to one list. The report has nobody's values in it.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from . import meanings
from .answers import OTHER_TYPE
from .caller import Exchange
from .check_keys import (
    OTHER,
    KeysSeen,
    Level,
    Renaming,
    Showing,
    corrections,
    distinct,
    header_renamings,
    is_needed,
    keys_seen,
    levels_of,
    odd_forms,
    renamings,
    unloadable,
)
from .check_problems import problem_of
from .check_report import NO_CAMPAIGN, Checked, CheckReport, Met
from .client import CampaignMasterClient
from .contract_parts import Operation
from .errors import (
    CampaignMasterError,
    CredentialsRefused,
    NoAnswer,
    NotCampaignMaster,
    NotFound,
    RateLimitReached,
    TokenRefused,
)
from .reading import (
    MISSING,
    READ_GENEROUSLY,
    ROW_SKIPPED,
    UNKNOWN_WORD,
    UnusableAnswer,
    decode_json,
)
from .text import without_addresses
from .types import (
    AddStatus,
    Campaign,
    CampaignFields,
    CampaignStatus,
    NewRecipient,
    Page,
)

Value = TypeVar("Value")
NAME_OF_THE_DRAFT = "API check"
_SENT_TEXTS = ("external_id", "name", "subject", "description", "from_name")
# Only labels that every server may give are repeated.
_LABELS = frozenset(
    {
        *(f"application/{kind}" for kind in ("json", "problem+json", "xml", "octet-stream")),
        *(f"text/{kind}" for kind in ("json", "plain", "html", "xml")),
    }
)
_CANT_BE_SENT = "what is asked for can't be sent"
_NO_TIME = "there was no time left for it"
_NO_CALL = "no call was left for it"
_NEWEST = (
    CampaignStatus.SENT,
    CampaignStatus.SENDING,
    CampaignStatus.UNKNOWN,
    CampaignStatus.SCHEDULED,
    CampaignStatus.DRAFT,
)


class ApiCheck:
    """A check by one client, which is to be closed by who made it.

    Unknown keys are shown where they can be nobody's, with `shows_all_keys` all of them: such a
    report is to be looked at before it is sent on. `failure` is the error of the whole account
    that ended it early, if one did.
    """

    def __init__(
        self, client: CampaignMasterClient, version: str, *, shows_all_keys: bool = False
    ) -> None:
        self._shows_all_keys = shows_all_keys
        self._client = client
        self._contract = client.contract
        self._version = version
        self._began = time.monotonic()
        self._exchanges: list[Exchange] = []
        self._operations: list[Checked] = []
        self._renamings: list[Renaming] = []
        self._hints: list[str] = []
        self._hints_of_keys: dict[tuple[str, int], str] = {}
        self._lines_found: set[tuple[str, int]] = set()
        self._left_behind: list[str] = []
        self._stopped_by = ""
        self._template_id: str | None = None
        self._sender = ""
        self._had_no_campaign = False
        self._tries_writing = False
        self.failure: CampaignMasterError | None = None

    def check_reading(self) -> None:
        """Log in, then each reading operation once; never raises CampaignMasterError."""
        client = self._client
        self._step(meanings.AUTHENTICATE, client.authenticate)
        self._step(meanings.LIST_LISTS, client.lists_page)
        templates = self._step(meanings.LIST_TEMPLATES, client.templates_page)
        if templates and templates.items:
            self._template_id = templates.items[0].id
        self._step(meanings.LIST_RECIPIENT_FIELDS, client.recipient_fields)
        campaigns = self._step(meanings.LIST_CAMPAIGNS, client.campaigns_page)
        self._look_up(campaigns)
        newest = newest_campaign(campaigns.items if campaigns else [])
        self._sender = newest.from_email if newest else ""
        self._had_no_campaign = bool(campaigns) and newest is None
        self._read_campaign(newest, NO_CAMPAIGN if campaigns else "no campaign could be read")

    def check_writing(self, list_id: str, test_address: str, sender: str = "") -> None:
        """Make a draft, add the address to the list, and read both back; never raises either.

        `sender` is an address that is registered with Campaign Master; without it the newest
        campaign's is taken, or else the test address. For after `check_reading`.
        """
        self._sender = sender or self._sender
        self._tries_writing = True
        self._make_draft(test_address)
        self._add(list_id, test_address)

    def report(self) -> CheckReport:
        """What was found so far."""
        renamed = distinct(self._renamings, self._lines_found)
        changes = tuple(corrections(self._contract, renamed))
        return CheckReport(
            contract=self._contract.path.name,
            version=self._version,
            calls=self._client.calls,
            seconds=time.monotonic() - self._began,
            operations=tuple(self._operations),
            corrections=changes,
            unloadable=tuple(unloadable(self._contract, changes)),
            hints=tuple(dict.fromkeys([*self._key_hints(renamed), *self._hints])),
            left_behind=tuple(self._left_behind),
            has_tried_writing=self._tries_writing,
        )

    def _key_hints(self, renamed: Sequence[Renaming]) -> Iterator[str]:
        served = {(one.old, one.lines[0]) for one in renamed}
        for place, hint in self._hints_of_keys.items():
            if place not in served and place not in self._lines_found:
                yield hint

    # Reading -----------------------------------------------------------------------------------

    def _look_up(self, campaigns: Page[Campaign] | None) -> None:
        """The reference of a campaign finds that one alone; without one a made-up finds none."""
        longest = self._contract.longest_external_id
        known = [
            one.external_id
            for one in (campaigns.items if campaigns else [])
            if 0 < len(one.external_id) <= longest and one.external_id.isprintable()
        ]
        reference = known[0] if known else str(uuid.uuid4())
        self._find(reference, is_there=bool(known))

    def _find(self, reference: str, *, is_there: bool) -> None:
        page = self._step(
            meanings.LIST_CAMPAIGNS,
            lambda: self._client.campaigns_page(external_id=reference),
            what="look-up by our reference",
        )
        if page is None:
            return
        is_found = any(one.external_id == reference for one in page.items)
        name = self._operation(meanings.LIST_CAMPAIGNS).parameters[meanings.EXTERNAL_ID].name
        if is_there and not is_found:
            self._add_problem(f"`{name}` doesn't find the campaign that has it")
        elif len(page.items) > int(is_there):
            self._add_note(f"`{name}` is not looked at: other campaigns came too")

    def _read_campaign(self, campaign: Campaign | None, why_not: str) -> None:
        self._read_by_id(campaign, why_not, (meanings.GET_CAMPAIGN, self._client.get_campaign))
        self._read_figures(campaign, why_not)

    def _read_figures(self, campaign: Campaign | None, why_not: str = "") -> None:
        client = self._client
        self._read_by_id(
            campaign,
            why_not,
            (meanings.GET_CAMPAIGN_STATISTICS, client.campaign_statistics),
            (meanings.LIST_CAMPAIGN_RECIPIENTS, client.campaign_recipients_page),
        )

    def _read_by_id(
        self,
        campaign: Campaign | None,
        why_not: str,
        *steps: tuple[str, Callable[[str], Any]],
    ) -> None:
        for means, call in steps:
            if campaign is None:
                self._skip(means, why_not)
                continue
            self._step(means, lambda call=call, one=campaign: call(one.id))  # type: ignore[misc]
            if campaign.status is CampaignStatus.DRAFT:
                self._add_note("of a campaign that is not launched")

    # Writing -----------------------------------------------------------------------------------

    def _make_draft(self, test_address: str) -> None:
        reference = str(uuid.uuid4())
        fields = CampaignFields(
            external_id=reference,
            name=NAME_OF_THE_DRAFT,
            subject=NAME_OF_THE_DRAFT,
            description=NAME_OF_THE_DRAFT,
            from_name=NAME_OF_THE_DRAFT,
            from_email=self._sender or test_address,
            template_id=self._template_id,
            reply_redirect_email=self._sender or test_address,
            test_email=test_address,
        )
        called = f"a draft campaign “{NAME_OF_THE_DRAFT}” with the reference {reference}"
        failed: list[CampaignMasterError] = []
        made = self._step(
            meanings.CREATE_CAMPAIGN, lambda: self._client.create_campaign(fields), failed=failed
        )
        if made is not None:
            self._left_behind.append(f"{called}; delete it there")
            self._read_draft(made, fields)
        elif failed and failed[0].outcome_unknown:
            self._left_behind.append(f"perhaps {called}: whether it was made was not told")

    def _read_draft(self, made: Campaign, fields: CampaignFields) -> None:
        client = self._client
        read = self._step(
            meanings.GET_CAMPAIGN, lambda: client.get_campaign(made.id), what="the draft"
        )
        self._compare(read, fields)
        self._find(fields.external_id, is_there=True)
        changed = self._step(
            meanings.UPDATE_CAMPAIGN, lambda: client.update_campaign(made.id, fields)
        )
        self._compare(changed, fields)
        if self._had_no_campaign:
            self._read_instead(made)

    def _read_instead(self, made: Campaign) -> None:
        """Where there was no campaign, the draft is looked at instead."""
        unseen = {
            self._operation(means).name
            for means in (
                meanings.GET_CAMPAIGN,
                meanings.GET_CAMPAIGN_STATISTICS,
                meanings.LIST_CAMPAIGN_RECIPIENTS,
            )
        }
        self._operations = [
            one for one in self._operations if not (one.not_looked_at and one.name in unseen)
        ]
        self._read_figures(made)

    def _compare(self, campaign: Campaign | None, fields: CampaignFields) -> None:
        """A note of the keys that came back otherwise than they were sent."""
        if campaign is None:
            return
        keys = self._operation(meanings.GET_CAMPAIGN).row
        names = (*_SENT_TEXTS, "from_email", "reply_redirect_email", "test_email")
        other = [
            keys[name].name
            for name in names
            if name in keys and getattr(campaign, name) != getattr(fields, name)
        ]
        if other:
            self._add_note(f"not as it was sent: {', '.join(other)}")

    def _add(self, list_id: str, test_address: str) -> None:
        recipients = [NewRecipient(test_address)]
        first = self._add_once(list_id, recipients, "the test address")
        if first is None:
            return
        if first is AddStatus.ADDED:
            self._left_behind.append(f"the test address on the chosen list ({first.value})")
        again = self._add_once(list_id, recipients, "the same once more")
        if again is not None and first is AddStatus.ADDED and again is not AddStatus.EXISTS:
            self._add_problem(f"who is on the list already is answered as {again.value}")

    def _add_once(
        self, list_id: str, recipients: Sequence[NewRecipient], what: str
    ) -> AddStatus | None:
        failed: list[CampaignMasterError] = []
        answer = self._step(
            meanings.ADD_LIST_RECIPIENTS,
            lambda: self._client.add_list_recipients(list_id, recipients),
            what=what,
            failed=failed,
        )
        if answer is None:
            if failed and failed[0].outcome_unknown:
                self._left_behind.append("perhaps the test address on the chosen list")
            return None
        [result] = answer.results
        self._add_note(f"result: {result.status.value if result else 'none was told'}")
        return result.status if result else AddStatus.UNKNOWN

    # One operation -----------------------------------------------------------------------------

    def _operation(self, means: str) -> Operation:
        return self._contract.operations[means]

    def _skip(self, means: str, why_not: str, what: str = "") -> None:
        reason = self._stopped_by or why_not
        name = self._operation(means).name
        self._operations.append(Checked(name=name, what=what, not_looked_at=reason))

    def _step(
        self,
        means: str,
        action: Callable[[], Value],
        *,
        what: str = "",
        failed: list[CampaignMasterError] | None = None,
    ) -> Value | None:
        """The value that the action returns, None where it fails; what it met is kept."""
        if self._stopped_by:
            self._skip(means, "", what)
            return None
        self._exchanges.clear()
        before = Counter(self._client.deviations)
        value: Value | None = None
        error: CampaignMasterError | None = None
        self._client.observe(self._exchanges.append)
        try:
            value = action()
        except CampaignMasterError as caught:
            error = caught
            if failed is not None:
                failed.append(caught)
        except ValueError:
            # Such as an id that can be in no path.
            error = CampaignMasterError(_CANT_BE_SENT)
        finally:
            self._client.observe(None)
        self._remember(means, what, value, error, self._client.deviations - before)
        return value

    def _remember(
        self,
        means: str,
        what: str,
        value: object,
        error: CampaignMasterError | None,
        met: Counter[Any],
    ) -> None:
        own = [one for one in self._exchanges if one.operation.means == means]
        if error and not self._exchanges:
            self._skip(means, _why_not(error), what)
            self._note_failure(means, error)
            return
        checked = Checked(
            name=self._operation(means).name,
            what=what,
            calls=len(own),
            problem=self._problem(error) if error else "",
            server_words=self._server_words(error),
        )
        facts = self._facts(means, own[-1] if own else None, met, value)
        self._operations.append(_with(checked, **facts))
        if error:
            self._note_failure(means, error)

    def _problem(self, error: CampaignMasterError) -> str:
        text = problem_of(error)
        if error.server_message and not self._shows_all_keys:
            text += "; `--all-keys` shows its words"
        return text

    def _server_words(self, error: CampaignMasterError | None) -> str:
        """The server's own sentence, for the eyes of who checks."""
        if error is None or not self._shows_all_keys:
            return ""
        return without_addresses(error.server_message)

    def _note_failure(self, means: str, error: CampaignMasterError) -> None:
        operation = self._operation(means)
        if means == meanings.AUTHENTICATE or isinstance(error, CredentialsRefused):
            self._stopped_by, self.failure = "since the log-in failed", error
        elif isinstance(error, TokenRefused):
            self._stopped_by, self.failure = "since the token was refused", error
            self._hints.append("How the token is sent stands under `securitySchemes`.")
        elif isinstance(error, RateLimitReached):
            self._stopped_by, self.failure = "since the calls are used up", error
        if isinstance(error, (NotFound, NotCampaignMaster)):
            self._hints.append(f"The path of {operation.name} stands in line {operation.line}.")

    # What an answer has ------------------------------------------------------------------------

    def _facts(
        self, means: str, exchange: Exchange | None, met: Counter[Any], value: object
    ) -> dict[str, Any]:
        if exchange is None or exchange.answer is None:
            return {"seconds": exchange.seconds if exchange else 0.0}
        operation, answer = exchange.operation, exchange.answer
        showing = Showing(self._client.secrets(), shows_all=self._shows_all_keys)
        content: Any = None
        with suppress(UnusableAnswer):
            content = decode_json(answer.body, lambda *_told: None)
        showing.learn(content)
        is_success = 200 <= answer.status < 300
        levels = levels_of(content, operation) if is_success else []
        seen = keys_seen(levels, operation, showing)
        return {
            "status": answer.status,
            "seconds": exchange.seconds,
            "size": len(answer.body),
            "content_type": _label(answer.headers.get("Content-Type", "")),
            **self._header_facts(operation, answer.headers, showing),
            **self._key_facts(operation, seen),
            "deviations": tuple(self._met(operation, met, levels, content, seen)),
            **_row_facts(operation, content, met, value, seen),
        }

    def _header_facts(
        self, operation: Operation, headers: Mapping[str, str], showing: Showing
    ) -> dict[str, Any]:
        present = {name.lower() for name in headers}
        expected = {
            means: name
            for means, name in self._contract.headers.items()
            if means != meanings.RETRY_AFTER
        }
        found = [name for name in expected.values() if name.lower() in present]
        missing = {means: name for means, name in expected.items() if name not in found}
        if not operation.needs_token:
            # A log-in need not tell them.
            return {"headers_found": tuple(found)}
        names = [name for name in headers if showing.may_show(name)]
        self._renamings += header_renamings(self._contract, missing, names)
        return {"headers_found": tuple(found), "headers_missing": tuple(missing.values())}

    def _key_facts(self, operation: Operation, seen: KeysSeen) -> dict[str, Any]:
        needed = [one for one in seen.missing if is_needed(operation, one.means, one.key)]
        self._renamings += renamings(seen, self._contract)
        self._lines_found |= seen.lines_found
        for one in needed:
            line = one.key.lines[0] if one.key.lines else operation.line
            self._hints_of_keys[one.key.name, line] = (
                f"`{one.key.name}` (line {line}) is not in the answer to {operation.name}. "
                f"Where Campaign Master calls it otherwise, change the name; where it has no "
                f"such thing, replace it by `x-not-offered: [{one.means}]` at its schema."
            )
        return {
            "keys_found": seen.found,
            "keys_missing": tuple(one.key.name for one in needed),
            "keys_absent": tuple(one.key.name for one in seen.missing if one not in needed),
            "keys_unknown": seen.unknown,
            "no_rows": seen.was_empty,
        }

    def _met(
        self,
        operation: Operation,
        met: Counter[Any],
        levels: Sequence[Level],
        content: Any,
        seen: KeysSeen,
    ) -> Iterator[Met]:
        gone = {one.key.name for one in seen.missing}
        exact = {name for level in levels for row in level.objects for name in row}
        keys = {key.name: key for level in levels for key in level.expected.values()}
        for deviation, times in sorted(met.items(), key=lambda pair: (pair[0].kind, pair[0].key)):
            name, kind = deviation.key, deviation.kind
            if deviation.operation != operation.name or (kind == MISSING and name in gone):
                continue
            if kind == UNKNOWN_WORD and name in keys and keys[name].lines:
                self._hints.append(
                    f"`{name}` (line {keys[name].lines[0]}) has a word that the contract doesn't "
                    f"know; add it to `x-means-values` with what it means."
                )
            how = []
            if operation.rows is not None and name == operation.rows.name and kind != OTHER_TYPE:
                is_alone = isinstance(content, list)
                how.append("the array alone" if is_alone else "the array has another name")
            elif name in keys:
                how += [] if name in exact else ["key in another case"]
                how += odd_forms(keys[name], (seen.forms or {}).get(name, ()))
                if not how and keys[name].words and kind == READ_GENEROUSLY:
                    how.append("the word in another case")
            yield Met(name, kind, times, ", ".join(how))

    def _add_problem(self, text: str) -> None:
        self._operations[-1] = _with(self._operations[-1], problem=text)

    def _add_note(self, text: str) -> None:
        last = self._operations[-1]
        if not last.not_looked_at:
            self._operations[-1] = _with(last, notes=(*last.notes, text))


def _with(checked: Checked, **facts: Any) -> Checked:
    return Checked(**{**vars(checked), **facts})


def newest_campaign(campaigns: Sequence[Campaign]) -> Campaign | None:
    """The one that was sent last; where none was sent, the one that is nearest to it."""
    return max(
        campaigns,
        key=lambda one: (
            -_NEWEST.index(one.status),
            one.sent_at.timestamp() if one.sent_at else 0.0,
        ),
        default=None,
    )


def _label(told: str) -> str:
    """The type of an answer where it is a usual one."""
    label = told.partition(";")[0].strip().lower()
    if not label:
        return ""
    if label in _LABELS:
        return label
    return f"{OTHER} + json" if label.endswith("+json") else OTHER


def _row_facts(
    operation: Operation, content: Any, met: Counter[Any], value: object, seen: KeysSeen
) -> dict[str, Any]:
    skipped = sum(
        times
        for deviation, times in met.items()
        if deviation.kind == ROW_SKIPPED and deviation.operation == operation.name
    )
    if isinstance(value, Page):
        names = {means: key.name for means, key in operation.answer.items()}
        is_told = names.get("is_last") in seen.found
        where = "the last page" if value.is_last else "more pages follow"
        how = "as it says" if is_told else "it doesn't say so: a page is the last if it is short"
        return {
            "rows": len(value.items) + value.skipped,
            "rows_skipped": value.skipped,
            "paging": f"page 1, {where}; {how}",
        }
    if operation.rows is not None and isinstance(value, list):
        return {"rows": len(value) + skipped, "rows_skipped": skipped}
    return {"rows_skipped": skipped}


def _why_not(error: CampaignMasterError) -> str:
    if isinstance(error, CredentialsRefused):
        return "the user name or password can't be sent"
    if str(error) == _CANT_BE_SENT:
        return _CANT_BE_SENT
    return _NO_TIME if isinstance(error, NoAnswer) else _NO_CALL
