"""What the headers and the body of an answer tell."""

# pylint: disable=prefer-env-translation; there is none here
from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from . import endpoints
from .endpoints import Operation
from .errors import InvalidAnswer, NotCampaignMaster, TooManyRows
from .parsing import MAX_COUNT, UnusableValue, decode_json
from .sentences import _
from .transport import Answer
from .types import RateLimit

MAX_DIGITS = 12


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
    )


def too_many_rows(operation: Operation, problem: str) -> TooManyRows:
    """The error for pages that together are more than can be true; `problem` as there."""
    return TooManyRows(
        _(
            "Campaign Master's answer to %(operation)s goes on and on: %(problem)s. "
            "What is left of it wasn't read. Ask its support.",
            operation=operation.name,
            problem=problem,
        )
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
    )


def is_json(answer: Answer) -> bool:
    """Whether the answer says of itself that it is JSON."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def json_of(answer: Answer, operation: Operation, host: str) -> dict[str, Any]:
    """The JSON object of a successful answer."""
    if not is_json(answer):
        raise not_campaign_master(answer, host)
    try:
        content = decode_json(answer.body)
    except UnusableValue as problem:
        raise invalid_answer(operation, str(problem)) from None
    if type(content) is not dict:
        raise invalid_answer(operation, "an object was expected")
    if operation is endpoints.AUTHENTICATE and endpoints.TOKEN["value"].name not in content:
        raise not_campaign_master(answer, host)
    return content


def rate_limit_of(headers: Mapping[str, str]) -> RateLimit | None:
    """The rate limit that the headers tell, None where they tell nothing of it."""
    limit = RateLimit(
        _count(headers, endpoints.RATE_LIMIT_HEADER),
        _count(headers, endpoints.RATE_REMAINING_HEADER),
        unix_time(_whole_number(headers, endpoints.RATE_RESET_HEADER)),
    )
    return None if limit == RateLimit(None, None, None) else limit


def token_reset_of(headers: Mapping[str, str]) -> datetime | None:
    """When the token ends, None where the headers do not tell."""
    return unix_time(_whole_number(headers, endpoints.TOKEN_RESET_HEADER))


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait, told as a number or as a date; None without."""
    seconds = _whole_number(headers, endpoints.RETRY_AFTER_HEADER)
    if seconds is not None:
        return float(seconds)
    try:
        moment = parsedate_to_datetime(headers.get(endpoints.RETRY_AFTER_HEADER, ""))
        return max(0.0, moment.timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None


def unix_time(seconds: float | None) -> datetime | None:
    """The moment of a Unix time, None where there is none or no calendar reaches it."""
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _count(headers: Mapping[str, str], name: str) -> int | None:
    number = _whole_number(headers, name)
    return None if number is None or number > MAX_COUNT else number


def _whole_number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    usable = text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
    return int(text) if usable else None
