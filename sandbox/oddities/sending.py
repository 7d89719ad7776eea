"""Answers sent otherwise: reasons of refusals, statuses, labels and headers."""

from __future__ import annotations

from collections.abc import Callable

from ..clock import SECOND
from .answer import JSON, Oddity, Outgoing
from .documents import Draw, Making

_LIMITS = ("rateLimit", "rateRemaining", "rateReset")
_RESETS = ("rateReset", "tokenReset")
Document = dict[str, object]


def _is_reason(answer: Outgoing) -> bool:
    return answer.is_error and isinstance(answer.document, dict) and bool(_reason(answer))


def _reason(answer: Outgoing) -> Document:
    """`code`, `message` and maybe `field` of the contract's error, by our names."""
    told = answer.contract.error_shape.understood(answer.document)
    found = told.get("error", told)
    return found if isinstance(found, dict) and "message" in found else {}


def _told_as(
    form: Callable[[Outgoing, Document], Document], media_type: str = JSON
) -> Callable[[Outgoing, Oddity, Draw], None]:
    def change(answer: Outgoing, _oddity: Oddity, _draw: Draw) -> None:
        answer.document = form(answer, _reason(answer))
        answer.media_type = media_type

    return change


def _as_text(answer: Outgoing, _oddity: Oddity, _draw: Draw) -> None:
    answer.text = str(_reason(answer)["message"]).encode()
    answer.media_type = "text/plain"


def _problem(answer: Outgoing, reason: Document) -> Document:
    return {
        "type": f"https://example.com/problems/{reason.get('code')}",
        "title": "The request was refused",
        "status": answer.status,
        "detail": reason["message"],
    }


def _is_done(answer: Outgoing) -> bool:
    return not answer.is_error and answer.operation.needs_token


def _accepted(answer: Outgoing, _oddity: Oddity, _draw: Draw) -> None:
    answer.status = 202


def _no_content(answer: Outgoing, _oddity: Oddity, _draw: Draw) -> None:
    answer.status, answer.text, answer.media_type = 204, b"", None


def _has_json(answer: Outgoing) -> bool:
    return answer.media_type == JSON


def _labelled(media_type: str | None) -> Callable[[Outgoing, Oddity, Draw], None]:
    def change(answer: Outgoing, _oddity: Oddity, _draw: Draw) -> None:
        answer.media_type = media_type

    return change


def _has(*headers: str) -> Callable[[Outgoing], object]:
    return lambda answer: any(answer.header(ours) for ours in headers)


def _without(*headers: str) -> Callable[[Outgoing, Oddity, Draw], None]:
    def change(answer: Outgoing, _oddity: Oddity, _draw: Draw) -> None:
        for ours in headers:
            answer.headers.pop(answer.header(ours), None)

    return change


def _written(
    headers: tuple[str, ...], write: Callable[[str], str]
) -> Callable[[Outgoing, Oddity, Draw], None]:
    def change(answer: Outgoing, _oddity: Oddity, _draw: Draw) -> None:
        for name in filter(None, map(answer.header, headers)):
            answer.headers[name] = write(answer.headers[name])

    return change


def _from_now(*headers: str) -> Callable[[Outgoing, Oddity, Draw], None]:
    def change(answer: Outgoing, _oddity: Oddity, _draw: Draw) -> None:
        for name in filter(None, map(answer.header, headers)):
            seconds = int(float(answer.headers[name])) - answer.now // SECOND
            answer.headers[name] = str(max(0, seconds))

    return change


REASONS = {
    "reason_in_message": Making(
        'Refusals as {"message": …}.',
        _is_reason,
        _told_as(lambda _answer, reason: {"message": reason["message"]}),
    ),
    "reason_in_capital_message": Making(
        'Refusals as {"Message": …}.',
        _is_reason,
        _told_as(lambda _answer, reason: {"Message": reason["message"]}),
    ),
    "reason_as_problem": Making(
        "Refusals as problem+json.", _is_reason, _told_as(_problem, "application/problem+json")
    ),
    "reason_in_errors": Making(
        'Refusals as {"errors": [{"message": …}]}.',
        _is_reason,
        _told_as(lambda _answer, reason: {"errors": [{"message": reason["message"]}]}),
    ),
    "reason_as_description": Making(
        'Refusals as {"error": …, "error_description": …}.',
        _is_reason,
        _told_as(
            lambda _answer, reason: {
                "error": reason.get("code"),
                "error_description": reason["message"],
            }
        ),
    ),
    "reason_as_text": Making("Refusals as plain text.", _is_reason, _as_text),
}
STATUSES = {
    "done_with_202": Making("Success is told by 202.", _is_done, _accepted),
    "done_with_204": Making("Success is told by 204, without a body.", _is_done, _no_content),
}
LABELS = {
    "label_text_json": Making("JSON is labelled text/json.", _has_json, _labelled("text/json")),
    "label_text_plain": Making("JSON is labelled text/plain.", _has_json, _labelled("text/plain")),
    "label_missing": Making("JSON has no label.", _has_json, _labelled(None)),
}
HEADERS = {
    "limits_missing": Making("No rate-limit headers.", _has(*_LIMITS), _without(*_LIMITS)),
    "remaining_missing": Making(
        "It isn't told how many calls are left.", _has("rateRemaining"), _without("rateRemaining")
    ),
    "remaining_negative": Making(
        "The calls left are -1.",
        _has("rateRemaining"),
        _written(("rateRemaining",), lambda _text: "-1"),
    ),
    "limits_with_decimals": Making(
        "Limits with a decimal: 4999.0.",
        _has(*_LIMITS),
        _written(_LIMITS, lambda text: f"{text}.0"),
    ),
    "resets_from_now": Making("Resets as seconds from now.", _has(*_RESETS), _from_now(*_RESETS)),
    "token_reset_from_now": Making(
        "The token's end as seconds from now.",
        _has("tokenReset"),
        _from_now("tokenReset"),
    ),
    "token_reset_missing": Making(
        "It isn't told when the token ends.", _has("tokenReset"), _without("tokenReset")
    ),
}
