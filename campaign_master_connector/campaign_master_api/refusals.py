"""What the status of an answer that is not a success means."""

# pylint: disable=prefer-env-translation; there is none here
from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from . import endpoints
from .answers import is_json, not_campaign_master, rate_limit_of, retry_after_of, unix_time
from .endpoints import Operation
from .errors import (
    CampaignMasterError,
    CredentialsRefused,
    NotFound,
    RateLimitReached,
    RedirectRefused,
    RequestRefused,
    ServerFailed,
    TokenRefused,
)
from .parsing import UnusableValue, decode_json, read_object
from .sentences import Sentence, _
from .text import clean_message
from .transport import Answer

_HOST = re.compile(r"[a-z0-9.-]{1,253}")
MAX_FIELD = 64


@dataclass(frozen=True)
class Refusal:
    """The contract's error object, cleaned; all empty where the body holds none."""

    code: str = ""
    message: str = ""
    field: str = ""


def error_of(
    answer: Answer, operation: Operation, host: str, secrets: Iterable[str]
) -> CampaignMasterError | None:
    """The error that the status of `answer` stands for, None where it is a success (2xx).

    `secrets` are the texts that no error may repeat, whatever the server says.
    """
    if 200 <= answer.status < 300:
        return None
    if answer.status >= 500:
        return _server_failed(answer)
    if answer.status == 401:
        return _unauthorized(operation)
    if 300 <= answer.status < 400:
        return _redirect(answer, host, secrets)
    refusal = _refusal(answer, secrets)
    if answer.status == 429:
        return _rate_limit_reached(answer, refusal)
    return _client_error(answer, operation, host, refusal)


def _refusal(answer: Answer, secrets: Iterable[str]) -> Refusal:
    try:
        content = decode_json(answer.body)
        error = content.get(endpoints.ERROR) if type(content) is dict else None
        code, message, field = read_object(error, endpoints.ERROR_DETAILS)
    except UnusableValue:
        return Refusal()
    return Refusal(
        code if code in endpoints.ERROR_CODES else "",
        clean_message(message, secrets),
        clean_message(field, secrets)[:MAX_FIELD],
    )


def _client_error(
    answer: Answer, operation: Operation, host: str, refusal: Refusal
) -> CampaignMasterError:
    if refusal.code == endpoints.INVALID_CREDENTIALS:
        return _credentials_refused()
    logging_in = operation is endpoints.AUTHENTICATE
    misplaced = logging_in and answer.status == 404
    foreign = refusal == Refusal() and (logging_in or answer.status == 404)
    if misplaced or foreign or not is_json(answer):
        return not_campaign_master(answer, host)
    if answer.status == 404:
        return NotFound(
            _(
                "Campaign Master does not have, or no longer has, what was asked for. "
                "Choose another one, or create it there again."
            )
        )
    if refusal.message:
        sentence = _("Campaign Master refused the request: %(reason)s", reason=refusal.message)
    else:
        sentence = _(
            "Campaign Master refused the request: it gave no reason (status %(status)s).",
            status=answer.status,
        )
    return RequestRefused(
        sentence,
        code=refusal.code,
        field=refusal.field,
        server_message=refusal.message,
    )


def _unauthorized(operation: Operation) -> CampaignMasterError:
    if operation is endpoints.AUTHENTICATE:
        return _credentials_refused()
    return TokenRefused(
        _(
            "Campaign Master refused the access token. Test the connection in the settings; "
            "if this repeats, ask its support whether the account may use the API."
        )
    )


def _credentials_refused() -> CredentialsRefused:
    return CredentialsRefused(
        _("Campaign Master refused the username or password. Enter them again in the settings.")
    )


def _rate_limit_reached(answer: Answer, refusal: Refusal) -> RateLimitReached:
    monthly = refusal.code == endpoints.MONTHLY_LIMIT
    wait = retry_after_of(answer.headers)
    reset_at = None if wait is None else unix_time(time.time() + wait)
    limit = rate_limit_of(answer.headers)
    # The header tells the end of the hour, which is no help once a month is used up.
    if not monthly and limit is not None and limit.reset_at is not None:
        reset_at = limit.reset_at
    return RateLimitReached(
        _used_up(monthly),
        reset_at=reset_at,
        monthly=monthly,
    )


def _used_up(monthly: bool) -> Sentence:
    if monthly:
        return _("The number of calls that Campaign Master allows in a month is used up.")
    return _("The number of calls that Campaign Master allows in an hour is used up.")


def _server_failed(answer: Answer) -> ServerFailed:
    return ServerFailed(
        _(
            "Campaign Master, or a proxy before it, failed with status %(status)s. "
            "Try again later.",
            status=answer.status,
        ),
        status=answer.status,
        retry_after=retry_after_of(answer.headers),
    )


def _redirect(answer: Answer, host: str, secrets: Iterable[str]) -> RedirectRefused:
    try:
        target = urlsplit(answer.headers.get("Location", "")).hostname or ""
    except ValueError:
        target = ""
    if _HOST.fullmatch(target):
        sentence = _(
            "%(host)s redirects the request to %(target)s (status %(status)s), which is not "
            "followed because it could carry the password elsewhere. Enter the final API address.",
            host=host,
            target=clean_message(target, secrets),
            status=answer.status,
        )
    else:
        sentence = _(
            "%(host)s redirects the request (status %(status)s), which is not followed because "
            "it could carry the password elsewhere. Enter the final API address.",
            host=host,
            status=answer.status,
        )
    return RedirectRefused(sentence)
