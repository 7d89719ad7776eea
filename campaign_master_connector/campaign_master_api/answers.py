"""What the status, the headers and the body of an answer mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from . import endpoints
from .endpoints import Operation
from .errors import (
    CampaignMasterError,
    CredentialsRefused,
    InvalidAnswer,
    NotCampaignMaster,
    NotFound,
    RateLimitReached,
    RedirectRefused,
    RequestRefused,
    ServerFailed,
    TokenRefused,
)
from .parsing import UnusableValue, decode_json, read_object
from .text import clean_message
from .transport import Answer
from .types import RateLimit

MAX_DIGITS = 12


@dataclass(frozen=True)
class Refusal:
    """The contract's error object, cleaned; all empty where the body holds none."""

    code: str = ""
    message: str = ""
    field: str = ""


def invalid_answer(operation: Operation, problem: str) -> InvalidAnswer:
    """The error for an answer to `operation` that cannot be used."""
    return InvalidAnswer(
        f"The answer of Campaign Master to {operation.name} cannot be used: {problem}. "
        "Nothing was taken from it. If this repeats, ask its support.",
        outcome_unknown=True,
    )


def json_of(answer: Answer, operation: Operation, host: str) -> dict[str, Any]:
    """The JSON object of a successful answer."""
    if not _is_json(answer):
        raise _not_campaign_master(host, answer, outcome_unknown=True)
    try:
        content = decode_json(answer.body)
    except UnusableValue as problem:
        raise invalid_answer(operation, str(problem)) from None
    if type(content) is not dict:
        raise invalid_answer(operation, "an object was expected")
    if operation is endpoints.AUTHENTICATE and endpoints.TOKEN["value"].name not in content:
        raise _not_campaign_master(host, answer)
    return content


def error_of(
    answer: Answer, operation: Operation, host: str, secrets: Iterable[str]
) -> CampaignMasterError | None:
    """The error that the status of `answer` stands for, None where it is a success (2xx)."""
    if 200 <= answer.status < 300:
        return None
    if 300 <= answer.status < 400:
        return _redirect(answer, host)
    if answer.status >= 500:
        return _server_failed(answer)
    if answer.status == 429:
        return _rate_limit_reached(answer, _refusal(answer, secrets))
    if answer.status == 401:
        return _unauthorized(operation)
    return _client_error(answer, operation, host, _refusal(answer, secrets))


def rate_limit_of(headers: Mapping[str, str]) -> RateLimit | None:
    """The rate limit that the headers tell, None where they tell nothing of it."""
    limit = _whole_number(headers, endpoints.RATE_LIMIT_HEADER)
    remaining = _whole_number(headers, endpoints.RATE_REMAINING_HEADER)
    reset_at = _unix_time(headers, endpoints.RATE_RESET_HEADER)
    if limit is None and remaining is None and reset_at is None:
        return None
    return RateLimit(limit, remaining, reset_at)


def token_reset_of(headers: Mapping[str, str]) -> datetime | None:
    """When the token ends."""
    return _unix_time(headers, endpoints.TOKEN_RESET_HEADER)


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait, given as a number or as a date."""
    seconds = _whole_number(headers, "Retry-After")
    if seconds is not None:
        return float(seconds)
    try:
        moment = parsedate_to_datetime(headers.get("Retry-After", ""))
        return max(0.0, (moment - datetime.now(timezone.utc)).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


def _whole_number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    usable = text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
    return int(text) if usable else None


def _unix_time(headers: Mapping[str, str], name: str) -> datetime | None:
    seconds = _whole_number(headers, name)
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


def _is_json(answer: Answer) -> bool:
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def _refusal(answer: Answer, secrets: Iterable[str]) -> Refusal:
    try:
        content = decode_json(answer.body)
        error = content.get(endpoints.ERROR) if type(content) is dict else None
        code, message, field = read_object(error, endpoints.ERROR_DETAILS)
    except UnusableValue:
        return Refusal()
    known = code if code in endpoints.ERROR_CODES else ""
    return Refusal(known, clean_message(message, secrets), clean_message(field, secrets)[:64])


def _client_error(
    answer: Answer, operation: Operation, host: str, refusal: Refusal
) -> CampaignMasterError:
    if refusal.code == endpoints.INVALID_CREDENTIALS:
        return _credentials_refused()
    if not _is_json(answer) or (answer.status == 404 and refusal == Refusal()):
        return _not_campaign_master(host, answer)
    if answer.status == 404 and operation is not endpoints.AUTHENTICATE:
        return NotFound(
            "Campaign Master does not have, or no longer has, what was asked for. "
            "Choose another one there, or create it again."
        )
    reason = refusal.message or f"it gave no reason (status {answer.status})"
    return RequestRefused(
        f"Campaign Master refused the request: {reason}",
        code=refusal.code,
        field=refusal.field,
        server_message=refusal.message,
    )


def _unauthorized(operation: Operation) -> CampaignMasterError:
    if operation is endpoints.AUTHENTICATE:
        return _credentials_refused()
    return TokenRefused(
        "Campaign Master refused the access token. Test the connection in the settings; "
        "if this repeats, ask its support whether the account may use the API."
    )


def _credentials_refused() -> CredentialsRefused:
    return CredentialsRefused(
        "Campaign Master refused the username or password. Enter them again in the settings."
    )


def _rate_limit_reached(answer: Answer, refusal: Refusal) -> RateLimitReached:
    monthly = refusal.code == endpoints.MONTHLY_LIMIT
    wait = retry_after_of(answer.headers)
    # The header tells the end of the hour, which is no help to a month that is used up.
    reset_at = None if monthly else _unix_time(answer.headers, endpoints.RATE_RESET_HEADER)
    if reset_at is None and wait is not None:
        reset_at = datetime.now(timezone.utc) + timedelta(seconds=wait)
    until = f" It answers again at {reset_at:%Y-%m-%d %H:%M} UTC." if reset_at else ""
    period = "month" if monthly else "hour"
    return RateLimitReached(
        f"The number of calls that Campaign Master allows in a {period} is used up.{until}"
        if not monthly
        else f"The number of calls that Campaign Master allows in a month is used up.{until}",
        reset_at=reset_at,
        monthly=monthly,
    )


def _server_failed(answer: Answer) -> ServerFailed:
    return ServerFailed(
        f"Campaign Master, or a proxy before it, failed with status {answer.status}. "
        "Try again later.",
        status=answer.status,
        retry_after=retry_after_of(answer.headers),
    )


def _redirect(answer: Answer, host: str) -> RedirectRefused:
    try:
        target = urlsplit(answer.headers.get("Location", "")).hostname or ""
    except ValueError:
        target = ""
    named = (
        f" to {target}"
        if target.isascii() and target.replace("-", "").replace(".", "").isalnum()
        else ""
    )
    return RedirectRefused(
        f"{host} redirects the request{named} (status {answer.status}), which is not followed "
        "because it could carry the password elsewhere. Enter the final API address."
    )


def _not_campaign_master(
    host: str, answer: Answer, *, outcome_unknown: bool = False
) -> NotCampaignMaster:
    return NotCampaignMaster(
        f"{host} answered with status {answer.status}, but not as Campaign Master does. "
        "Check the API address and the API version, and whether a proxy or firewall is in between.",
        outcome_unknown=outcome_unknown,
    )
