"""What an answer tells: limits in its headers, JSON in its body, an error in its status."""

# pylint: disable=prefer-env-translation; there is none here
from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from . import meanings
from .contract_parts import Contract, Operation, Shape
from .errors import (
    AccountRefused,
    BatchTooLarge,
    CampaignMasterError,
    CredentialsRefused,
    InvalidAnswer,
    NotCampaignMaster,
    NotFound,
    RateLimitReached,
    RedirectRefused,
    RequestRefused,
    Sentence,
    ServerFailed,
    TokenRefused,
    TooManyRows,
    _,
)
from .reading import READ_GENEROUSLY, Note, UnusableAnswer, decode_json, with_contract_names
from .text import clean_message
from .transport import Answer
from .types import RateLimit
from .values import EARLIEST, MAX_COUNT, as_word, folded, folded_words, moment_in, read_flag

OTHER_TYPE = "other_type_of_answer"
# What a body is that has nothing in it.
NO_CONTENT = object()
MAX_FIELD = 64
# A longer text without JSON is a page, not a reason.
LONGEST_REASON = 2000
# A reset below this is told in seconds from now, the longest of them being a year.
LONGEST_FROM_NOW = 366 * 24 * 3600.0
LATEST = timedelta(days=400)
# Seconds that the clocks of two servers may differ by.
CLOCKS_APART = 24 * 3600.0
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,9})?")
_HOST = re.compile(r"[a-z0-9.-]{1,253}")
_OF_THE_ACCOUNT = frozenset({402, 403, 405, 408, 409, 413, 423, 451})
_NO_REFUSED_LOGIN = frozenset({404, 408, 429})
_MAINTENANCE = re.compile(
    r"maintenance|temporarily (?:unavailable|closed|down)|read[ -]only|down ?time", re.IGNORECASE
)
_OF_THE_LOG_IN = re.compile(
    r"invalid_(?:grant|client|credentials)|password|credential|unauthori[sz]ed|log-?in",
    re.IGNORECASE,
)
_MONTHLY = re.compile(r"month", re.IGNORECASE)


def invalid_answer(operation: Operation, problem: str) -> InvalidAnswer:
    """The error for an answer to `operation` that cannot be used.

    `problem` is in English in any case: it is for the support of Campaign Master.
    """
    return InvalidAnswer(
        _(
            "The answer of Campaign Master to %(operation)s cannot be used: %(problem)s. "
            "Nothing was taken from it. If this repeats, ask its support.",
            operation=operation.name,
            problem=problem,
        ),
        outcome_unknown=True,
        status=operation.status,
    )


def too_many_rows(operation: Operation, problem: str) -> TooManyRows:
    """The error for pages that together are more than can be true; `problem` as there."""
    return TooManyRows(
        _(
            "Campaign Master's answer to %(operation)s goes on and on: %(problem)s. "
            "What is left of it wasn't read. Ask its support.",
            operation=operation.name,
            problem=problem,
        ),
        status=operation.status,
    )


def not_campaign_master(answer: Answer, host: str) -> NotCampaignMaster:
    """The error for an answer that Campaign Master would not give."""
    return NotCampaignMaster(
        _(
            "%(host)s answered with status %(status)s, but not as Campaign Master does. Check the "
            "API address and the API version, and whether a proxy or firewall is in between.",
            host=host,
            status=answer.status,
        ),
        outcome_unknown=200 <= answer.status < 300,
        status=answer.status,
    )


# Headers ---------------------------------------------------------------------------------------


def rate_limit_of(answer: Answer, contract: Contract) -> RateLimit | None:
    """The rate limit that the headers tell, None where they tell nothing of it."""
    limit = RateLimit(
        _count(_header(answer, contract, meanings.RATE_LIMIT)),
        _count(_header(answer, contract, meanings.RATE_REMAINING)),
        _moment(_header(answer, contract, meanings.RATE_RESET)),
    )
    return None if limit == RateLimit(None, None, None) else limit


def token_reset_of(answer: Answer, contract: Contract) -> datetime | None:
    """When the token ends; None where the headers do not tell, or tell that it is over."""
    end = _moment(_header(answer, contract, meanings.TOKEN_RESET))
    return None if end is None or end <= datetime.now(UTC) else end


def retry_after_of(answer: Answer, contract: Contract) -> float | None:
    """Seconds that the server asks to wait, told as a number or as a moment; None without."""
    text = _header(answer, contract, meanings.RETRY_AFTER)
    number = _number(text)
    if number is not None and number <= LONGEST_FROM_NOW:
        return number
    moment = moment_in(text if number is None else number)
    wait = None if moment is None else moment.timestamp() - time.time()
    return None if wait is None or wait < -CLOCKS_APART else max(0.0, wait)


def _header(answer: Answer, contract: Contract, means: str) -> str:
    name = contract.headers.get(means)
    return answer.headers.get(name, "").strip() if name else ""


def _count(text: str) -> int | None:
    number = _number(text)
    return None if number is None or number > MAX_COUNT else int(number)


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def _moment(text: str) -> datetime | None:
    """A moment told as Unix time, in seconds from now or as a date; nothing where none can be."""
    now = datetime.now(UTC)
    number = _number(text)
    if number is not None and number <= LONGEST_FROM_NOW:
        return now + timedelta(seconds=number)
    moment = moment_in(text if number is None else number)
    return moment if moment is not None and EARLIEST <= moment <= now + LATEST else None


# Bodies ----------------------------------------------------------------------------------------


def content_of(answer: Answer, operation: Operation, host: str, note: Note) -> Any:
    """The JSON of a successful answer, NO_CONTENT where its body is empty.

    It is JSON whatever its label says; what is labelled so and is none is an invalid answer.
    """
    if not answer.body.strip():
        return NO_CONTENT
    try:
        content = decode_json(answer.body, note)
    except UnusableAnswer as problem:
        if not _is_labelled_json(answer):
            raise not_campaign_master(answer, host) from None
        raise invalid_answer(operation, str(problem)) from None
    if not _is_labelled_json(answer):
        note("Content-Type", OTHER_TYPE, 1)
    return _unwrapped(content, operation, note)


def _is_labelled_json(answer: Answer) -> bool:
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


# Names of the one object that some put an answer into.
_ENVELOPES = frozenset({"data", "result", "results", "response", "payload", "return", "d"})
_MOST_ENVELOPES = 3


def _unwrapped(content: Any, operation: Operation, note: Note) -> Any:
    """What is asked for, out of the envelopes around it."""
    inner = _in_envelope(content, operation)
    while inner is not None:
        note("", READ_GENEROUSLY, 1)
        content, inner = inner, _in_envelope(inner, operation)
    return content


def _in_envelope(content: Any, operation: Operation, depth: int = 1) -> dict[str, Any] | None:
    """The object inside, where there is one such and it has more of what is asked for."""
    if type(content) is not dict or depth > _MOST_ENVELOPES or tells_of_failure(content):
        return None
    inside = [one for key, one in content.items() if _is_envelope(key, one, operation)]
    if len(inside) != 1:
        return None
    [inner] = inside
    deeper = _in_envelope(inner, operation, depth + 1)
    if operation.rows is not None:
        is_inside = not _has_array(content) and (_has_array(inner) or deeper is not None)
        return _with_paging_around(inner, content) if is_inside else None
    is_inside = _has_more(inner, content, operation) or (
        deeper is not None and _has_more(deeper, content, operation)
    )
    return inner if is_inside else None


def has_rows_in_envelope(content: dict[str, Any], operation: Operation) -> bool:
    """Whether there is an array in an object that may be an envelope."""
    return any(
        _is_envelope(key, one, operation) and _has_array(one) for key, one in content.items()
    )


def _is_envelope(name: str, value: Any, operation: Operation) -> bool:
    expected = {folded(key.name) for key in operation.answer.values()}
    return type(value) is dict and folded(name) in _ENVELOPES - expected


def _with_paging_around(inner: dict[str, Any], outer: dict[str, Any]) -> dict[str, Any]:
    """The rows with what stands beside the envelope; what is told in both ways is told in none."""
    plain = {key: value for key, value in outer.items() if not isinstance(value, (dict, list))}
    torn = {key for key in plain.keys() & inner.keys() if plain[key] != inner[key]}
    return {key: value for key, value in {**plain, **inner}.items() if key not in torn}


def _has_array(content: dict[str, Any]) -> bool:
    return any(type(value) is list for value in content.values())


def _has_more(inner: dict[str, Any], outer: dict[str, Any], operation: Operation) -> bool:
    """Whether the inner one has all that is essential, and more keys of the answer."""
    essential = meanings.NEEDS[operation.means].essential
    needed = {folded(operation.answer[means].name) for means in essential}
    expected = {folded(key.name) for key in operation.answer.values()}
    known = expected.intersection(map(folded, inner))
    return needed <= known and len(known) > len(expected.intersection(map(folded, outer)))


# Refusals --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Refusal:
    """What the body of a refusal says, cleaned; all empty where it says nothing.

    `code` is one of our names, `is_page` whether the body is no JSON and no short text.
    """

    code: str = ""
    message: str = ""
    field: str = ""
    is_page: bool = False


@dataclass(frozen=True)
class Circumstances:
    """In which an answer came: for what, from where, by which contract, and what is secret."""

    operation: Operation
    contract: Contract
    host: str
    secrets: Iterable[str]

    @property
    def is_login(self) -> bool:
        """Whether it answers a log-in."""
        return self.operation.means == meanings.AUTHENTICATE


def error_of(answer: Answer, told: Circumstances) -> CampaignMasterError | None:
    """The error that the status of `answer` stands for, None where it is a success (2xx)."""
    status = answer.status
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return _redirect(answer, told)
    refusal = _refusal(answer, told)
    if status >= 500:
        return _server_failed(answer, told.contract, refusal)
    if status == 429:
        return _rate_limit_reached(answer, told.contract, refusal)
    if told.is_login:
        return _login_refused(answer, told, refusal)
    return _client_error(answer, told, refusal)


def _login_refused(answer: Answer, told: Circumstances, refusal: Refusal) -> CampaignMasterError:
    if 400 <= answer.status < 500 and answer.status not in _NO_REFUSED_LOGIN:
        return _credentials_refused(answer.status, refusal)
    if answer.status == 408:
        return _account_refused(answer.status, refusal)
    return not_campaign_master(answer, told.host)


def _client_error(answer: Answer, told: Circumstances, refusal: Refusal) -> CampaignMasterError:
    status = answer.status
    if refusal.code == meanings.INVALID_CREDENTIALS:
        return _credentials_refused(status, refusal)
    if status == 401:
        return _token_refused(status, refusal)
    if status == 404:
        return _not_found(refusal)
    if status == 413 or refusal.code == meanings.TOO_MANY_RECIPIENTS:
        return _account_refused(status, refusal, BatchTooLarge)
    if status in _OF_THE_ACCOUNT and not (status == 403 and refusal.is_page):
        return _account_refused(status, refusal)
    if refusal.is_page or not 400 <= status < 500:
        return not_campaign_master(answer, told.host)
    if _MAINTENANCE.search(refusal.message):
        return _account_refused(status, refusal)
    return RequestRefused(
        _reason(refusal, status),
        code=refusal.code,
        field=refusal.field,
        status=status,
        server_message=refusal.message,
    )


def _reason(refusal: Refusal, status: int) -> Sentence:
    if refusal.message:
        return _("Campaign Master refused the request: %(reason)s", reason=_ended(refusal.message))
    return _(
        "Campaign Master refused the request: it gave no reason (status %(status)s).",
        status=status,
    )


def _ended(message: str) -> str:
    return message if message.endswith((".", "!", "?")) else f"{message}."


def _account_refused(
    status: int, refusal: Refusal, kind: type[AccountRefused] = AccountRefused
) -> AccountRefused:
    return kind(
        _reason(refusal, status),
        code=refusal.code,
        status=status,
        server_message=refusal.message,
    )


def _not_found(refusal: Refusal) -> NotFound:
    return NotFound(
        _(
            "Campaign Master does not have, or no longer has, what was asked for. "
            "Choose another one, or create it there again."
        ),
        status=404,
        server_message=refusal.message,
    )


def _token_refused(status: int, refusal: Refusal) -> TokenRefused:
    return TokenRefused(
        _(
            "Campaign Master refused the access token. Test the connection in the settings; "
            "if this repeats, ask its support whether the account may use the API."
        ),
        status=status,
        server_message=refusal.message,
    )


def refused_log_in(answer: Answer, content: Any, told: Circumstances) -> CredentialsRefused | None:
    """The error for a log-in that a success refuses in its body, None where it doesn't.

    Tried again and again it could lock the account, as one that is refused by its status could.
    """
    words = answer.body[:LONGEST_REASON].decode(errors="replace")
    if not tells_of_failure(content) or not _OF_THE_LOG_IN.search(words):
        return None
    return _credentials_refused(answer.status, _refusal(answer, told))


def _credentials_refused(status: int, refusal: Refusal) -> CredentialsRefused:
    if status in (400, 401) or not refusal.message:
        sentence = _(
            "Campaign Master refused the username or password. Enter them again in the settings."
        )
    else:
        sentence = _(
            "Campaign Master refused to log in: %(reason)s Check the username and password in the "
            "settings, and ask its support whether the account may use the API.",
            reason=_ended(refusal.message),
        )
    return CredentialsRefused(sentence, status=status, server_message=refusal.message)


def _rate_limit_reached(answer: Answer, contract: Contract, refusal: Refusal) -> RateLimitReached:
    monthly = refusal.code == meanings.MONTHLY_LIMIT or bool(_MONTHLY.search(refusal.message))
    wait = retry_after_of(answer, contract)
    reset_at = None if wait is None else datetime.now(UTC) + timedelta(seconds=wait)
    limit = rate_limit_of(answer, contract)
    # The header tells the end of the hour, which is no help once a month is used up.
    if not monthly and limit is not None and limit.reset_at is not None:
        reset_at = limit.reset_at
    return RateLimitReached(
        _used_up(monthly), reset_at=reset_at, monthly=monthly, server_message=refusal.message
    )


def _used_up(monthly: bool) -> Sentence:
    if monthly:
        return _("The number of calls that Campaign Master allows in a month is used up.")
    return _("The number of calls that Campaign Master allows in an hour is used up.")


def _server_failed(answer: Answer, contract: Contract, refusal: Refusal) -> ServerFailed:
    return ServerFailed(
        _(
            "Campaign Master, or a proxy before it, failed with status %(status)s. "
            "Try again later.",
            status=answer.status,
        ),
        status=answer.status,
        retry_after=retry_after_of(answer, contract),
        server_message=refusal.message,
    )


def _redirect(answer: Answer, told: Circumstances) -> RedirectRefused:
    try:
        target = urlsplit(answer.headers.get("Location", "")).hostname or ""
    except ValueError:
        target = ""
    if _HOST.fullmatch(target):
        sentence = _(
            "%(host)s redirects the request to %(target)s (status %(status)s), which is not "
            "followed because it could carry the password elsewhere. Enter the final API address.",
            host=told.host,
            target=clean_message(target, told.secrets),
            status=answer.status,
        )
    else:
        sentence = _(
            "%(host)s redirects the request (status %(status)s), which is not followed because "
            "it could carry the password elsewhere. Enter the final API address.",
            host=told.host,
            status=answer.status,
        )
    return RedirectRefused(sentence, status=answer.status)


# The usual shapes of an error ------------------------------------------------------------------

# By folded keys, the more telling first.
_MESSAGES = (
    ("errordescription", "detail", "message", "errormessage", "description", "reason"),
    ("msg", "errormsg", "exceptionmessage", "statusmessage", "title", "text"),
)
_CODES = ("code", "errorcode", "error")
_FIELDS = ("field", "property", "propertyname", "parameter", "target")
_INSIDE = ("error", "errors", "modelstate", "detail", "details", "messages", "data", "fault")
_MOST_INSIDE = 3
_FAILED = ("error", "errors", "fault", "exception")
_SUCCEEDED = ("success", "issuccess", "succeeded", "successful", "ok")
# Arrays of these names are of an error, whatever the status says.
_NO_ROWS = frozenset((*_INSIDE, "warnings", "message")) - {"data"}


def tells_of_failure(content: Any) -> bool:
    """Whether an answer whose status is a success says in its body that it is none."""
    if type(content) is not dict:
        return False
    named = _folded_keys(content)
    return any(_is_told(named.get(name)) for name in _FAILED) or any(
        read_flag(named.get(name)) is False for name in _SUCCEEDED
    )


def has_words_of_failure(content: Any) -> bool:
    """Whether there is a failure, or a sentence for a person as errors have it."""
    return tells_of_failure(content) or bool(_message_in(content))


def are_of_failure(name: str) -> bool:
    """Whether an array of this name belongs to an error rather than to what was asked for."""
    return folded(name) in _NO_ROWS


def _is_told(value: Any) -> bool:
    if isinstance(value, (dict, list)):
        return bool(value)
    return value not in (None, "") and read_flag(value) is not False


def _refusal(answer: Answer, told: Circumstances) -> Refusal:
    try:
        content = decode_json(answer.body, lambda *_told: None)
    except UnusableAnswer:
        return _plain_refusal(answer, told.secrets)
    by_contract = _by_contract(content, told.contract.error)
    words = by_contract.code or _first(content, _CODES)
    message = by_contract.message or _message_in(content) or ("" if words.isdigit() else words)
    codes = told.contract.error.get(meanings.ERROR)
    known = (codes.items if codes else told.contract.error).get("code")
    return Refusal(
        _code(words, known.words if known else {}),
        clean_message(message, told.secrets),
        clean_message(by_contract.field or _first(content, _FIELDS), told.secrets)[:MAX_FIELD],
    )


def _plain_refusal(answer: Answer, secrets: Iterable[str]) -> Refusal:
    text = answer.body[: LONGEST_REASON + 1].decode("utf-8", errors="replace").strip()
    is_page = len(text) > LONGEST_REASON or "<" in text or _is_labelled_html(answer)
    return Refusal(is_page=True) if is_page else Refusal(message=clean_message(text, secrets))


def _is_labelled_html(answer: Answer) -> bool:
    return "html" in answer.headers.get("Content-Type", "").lower()


def _by_contract(content: Any, shape: Shape) -> Refusal:
    """What stands where the contract says."""
    if meanings.ERROR in shape:
        outer = shape[meanings.ERROR]
        content = _one_named(content, shape).get(outer.name)
        shape = outer.items
    named = _one_named(content, shape)
    found = {means: _words_of(named.get(key.name)) for means, key in shape.items()}
    return Refusal(found.get("code", ""), found.get("message", ""), found.get("field", ""))


def _one_named(content: Any, shape: Shape) -> dict[str, Any]:
    if type(content) is not dict:
        return {}
    return with_contract_names([content], shape, lambda *_told: None)[0]


def _words_of(value: Any) -> str:
    plain = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    return as_word(value) if plain else ""


def _code(word: str, words: Mapping[str, str]) -> str:
    return words.get(word) or folded_words(words).get(folded(word)) or ""


def _folded_keys(content: dict[str, Any]) -> dict[str, Any]:
    return {folded(name): value for name, value in content.items()}


def _first(content: Any, names: Sequence[str], depth: int = 0) -> str:
    """The first text under one of these keys, here or in what is inside."""
    for part in _parts(content):
        for name in names:
            if words := _words_of(part.get(name)):
                return words
        for name in _INSIDE:
            if depth < _MOST_INSIDE and (words := _first(part.get(name), names, depth + 1)):
                return words
    return ""


def _parts(content: Any) -> list[dict[str, Any]]:
    rows = content[:_MOST_INSIDE] if isinstance(content, list) else [content]
    return [_folded_keys(row) for row in rows if isinstance(row, dict)]


def _message_in(content: Any, depth: int = 0) -> str:
    """A sentence for a person, from any of the usual shapes of an error."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        # Lists in lists go as deep as the server likes.
        inner = [(row, depth + isinstance(row, list)) for row in content[:_MOST_INSIDE]]
        return _joined(_message_in(*one) for one in inner if one[1] <= _MOST_INSIDE)
    if not isinstance(content, dict) or depth > _MOST_INSIDE:
        return ""
    named = _folded_keys(content)
    for names in _MESSAGES:
        for name in names:
            if words := _words_of(named.get(name)):
                return _joined([words, _inside(named, depth, kinds=(list,))])
    return _inside(named, depth, kinds=(str, list))


def _inside(named: dict[str, Any], depth: int, kinds: tuple[type, ...]) -> str:
    for name in _INSIDE:
        inner = named.get(name)
        if isinstance(inner, dict) and (words := _of_fields(inner, depth)):
            return words
        if isinstance(inner, kinds) and (words := _message_in(inner, depth + 1)):
            return words
    return ""


def _of_fields(inner: dict[str, Any], depth: int) -> str:
    """What an object of an error says, or lists of messages by field as ASP.NET has them."""
    if words := _message_in(inner, depth + 1):
        return words
    rows = list(inner.values())[:_MOST_INSIDE]
    return _joined(_message_in(row, depth + 1) for row in rows if isinstance(row, (str, list)))


def _joined(sentences: Iterable[str]) -> str:
    found = list(dict.fromkeys(text.strip() for text in sentences if text and text.strip()))
    return " ".join(
        text if text[-1] in ".!?:" or text is found[-1] else f"{text}:" for text in found
    )
