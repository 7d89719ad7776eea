"""Refusals in other words than the contract's: of everybody, of one recipient, of the log-in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..contract import Contract, Operation
from .answer import JSON, Oddity, Outgoing

_AUTHENTICATE = "authenticate"
_FIREWALL = (
    b"<!doctype html><html><head><title>403 Forbidden</title></head><body>"
    b"<h1>Request blocked</h1><p>The firewall has stopped this request.</p></body></html>"
)


def _anything(_operation: Operation, _body: bytes, _oddity: Oddity) -> bool:
    return True


def _with_token(operation: Operation, _body: bytes, _oddity: Oddity) -> bool:
    return operation.needs_token


def _at_log_in(operation: Operation, _body: bytes, _oddity: Oddity) -> bool:
    return operation.operation_id == _AUTHENTICATE


def _too_many(operation: Operation, body: bytes, oddity: Oddity) -> bool:
    """Whether the body has more recipients than the switch lets through."""
    key = operation.body_shape.keys.get("recipients")
    try:
        document = json.loads(body) if key else {}
    except ValueError:
        return False
    found = document.get(key.name) if key and isinstance(document, dict) else None
    return isinstance(found, list) and len(found) > oddity.amount


@dataclass(frozen=True)
class Refusal:
    """An answer in place of the operation, which isn't done: `says` is a sentence or a document.

    `page` is what is sent instead of it.
    """

    description: str
    status: int
    says: Any
    fits: Callable[[Operation, bytes, Oddity], bool] = _with_token
    media_type: str = JSON
    page: bytes | None = None
    without_limits: bool = False

    def answer(self, contract: Contract, operation: Operation, headers: dict[str, str]) -> Outgoing:
        """The answer; `headers` are those that the contract wants, by its names."""
        document = {"message": self.says} if isinstance(self.says, str) else self.says
        return Outgoing(
            contract,
            operation,
            self.status,
            document,
            {} if self.without_limits else headers,
            self.media_type,
            self.page,
        )


_MONTH = {"error": {"code": "monthly_limit", "message": "The calls of this month are used up."}}
REFUSALS = {
    "failing_500": Refusal(
        "500 without a reason, of every call whose body contains a text.", 500, {}, _anything
    ),
    "firewall_page": Refusal(
        "A firewall's page with 403, of every call whose body contains a text.",
        403,
        None,
        _anything,
        "text/html",
        _FIREWALL,
    ),
    "payment_required": Refusal("402: the plan is to be paid.", 402, "The plan has not been paid."),
    "account_deactivated": Refusal(
        "403: the account has been deactivated.", 403, "The account has been deactivated."
    ),
    "method_refused": Refusal("405: not in this plan.", 405, "This isn't part of your plan."),
    "request_timeout": Refusal(
        "408: the server waited too long.", 408, "The request took too long."
    ),
    "conflict": Refusal("409: the list is being imported.", 409, "The list is being imported."),
    "batch_too_large": Refusal(
        "413: more recipients than the amount.", 413, "Too many recipients in one call.", _too_many
    ),
    "list_locked": Refusal("423: the list is locked.", 423, "The list is locked."),
    "legal_reasons": Refusal("451: for legal reasons.", 451, "Not available for legal reasons."),
    "maintenance": Refusal(
        "400: maintenance.",
        400,
        {"error": {"code": "maintenance", "message": "The system is under maintenance."}},
    ),
    "log_in_invalid_grant": Refusal(
        "400 at log-in: invalid_grant.", 400, {"error": "invalid_grant"}, _at_log_in
    ),
    "log_in_forbidden": Refusal(
        "403 at log-in: the user is locked.", 403, "The user is locked.", _at_log_in
    ),
    "month_without_end": Refusal(
        "429: the month is used up, without a time.", 429, _MONTH, without_limits=True
    ),
}
