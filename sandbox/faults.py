"""Faults that can be switched on: which there are, and which of them hit a given call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .errors import UsageError
from .switches import EVERY_OPERATION, Switch, Switches, Target


class Kind(Enum):
    """All kinds of faults, with what they do as a person reads it."""

    LATENCY = "latency"
    TOKEN_INVALID = "token_invalid"
    HOURLY_LIMIT = "hourly_limit"
    MONTHLY_LIMIT = "monthly_limit"
    VALIDATION = "validation"
    SERVER_ERROR = "server_error"
    BAD_GATEWAY = "bad_gateway"
    SERVICE_UNAVAILABLE = "service_unavailable"
    GATEWAY_TIMEOUT = "gateway_timeout"
    HTML_PAGE = "html_page"
    MALFORMED_JSON = "malformed_json"
    INCOMPLETE_JSON = "incomplete_json"
    WRONG_TYPES = "wrong_types"
    DROP_CONNECTION = "drop_connection"
    SLOW_DRIP = "slow_drip"
    OVERSIZED = "oversized"
    REDIRECT = "redirect"

    @property
    def description(self) -> str:
        """One sentence for a person."""
        return _DESCRIPTIONS[self]

    @property
    def spoils_answer(self) -> bool:
        """Whether the real answer is taken and spoilt, so that the operation is always done."""
        return self in _SPOILS


_DESCRIPTIONS = {
    Kind.LATENCY: "Waits some seconds, then goes on as usual.",
    Kind.TOKEN_INVALID: "401: the token isn't valid.",
    Kind.HOURLY_LIMIT: "429: the calls of this hour are used up.",
    Kind.MONTHLY_LIMIT: "429: the calls of this month are used up.",
    Kind.VALIDATION: "400: the request is refused as invalid.",
    Kind.SERVER_ERROR: "500 with a JSON error.",
    Kind.BAD_GATEWAY: "502 with a proxy's HTML page.",
    Kind.SERVICE_UNAVAILABLE: "503 with a proxy's HTML page.",
    Kind.GATEWAY_TIMEOUT: "504 with a proxy's HTML page.",
    Kind.HTML_PAGE: "200 with an HTML page instead of JSON.",
    Kind.MALFORMED_JSON: "The answer's JSON breaks off in the middle.",
    Kind.INCOMPLETE_JSON: "A required key is missing in the answer.",
    Kind.WRONG_TYPES: "Values in the answer have the wrong type.",
    Kind.DROP_CONNECTION: "The connection is closed without an answer.",
    Kind.SLOW_DRIP: "The answer drips in, a few bytes at a time.",
    Kind.OVERSIZED: "The answer is padded to many megabytes.",
    Kind.REDIRECT: "302 to somewhere else.",
}
_SPOILS = frozenset(
    {
        Kind.MALFORMED_JSON,
        Kind.INCOMPLETE_JSON,
        Kind.WRONG_TYPES,
        Kind.SLOW_DRIP,
        Kind.OVERSIZED,
    }
)


@dataclass(kw_only=True)
class Fault(Switch):
    """A fault that is switched on.

    `when`: `before` or `after` the operation was done. `seconds`: of latency or dripping.
    `megabytes`: of an oversized answer. `key`: dotted path of the key that is missing or wrong.
    `location`: where a redirect leads.
    """

    kind: Kind
    when: str = "before"
    seconds: float = 5
    megabytes: float = 50
    key: str = ""
    location: str = "/moved"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.when not in ("before", "after"):
            raise UsageError("A fault strikes before or after the operation.")
        if not (0 <= self.seconds <= 3600 and 0 < self.megabytes <= 2000):
            raise UsageError("Up to 3600 seconds and up to 2000 megabytes.")

    @property
    def is_after(self) -> bool:
        """Whether the operation is done before the fault strikes."""
        return self.kind.spoils_answer or self.when == "after"

    def document(self) -> dict[str, Any]:
        """The fault as JSON."""
        return super().document() | {"kind": self.kind.value}


class Faults(Switches[Fault]):
    """All faults that are switched on."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, "fault")

    def draw(self, call: Target) -> list[Fault]:
        """The faults that hit this call: latency, if any, and at most one other."""
        about = self.about(call)
        latencies = (fault for fault in about if fault.kind is Kind.LATENCY)
        others = (fault for fault in about if fault.kind is not Kind.LATENCY)
        found = (next(filter(self.strikes, faults), None) for faults in (latencies, others))
        return [fault for fault in found if fault]


def parse(document: Mapping[str, Any], operations: Mapping[str, object]) -> Fault:
    """A fault from its JSON form, without `id`, `struck` and `seen`. Raises UsageError."""
    values = dict(document)
    try:
        kind = Kind(values.pop("kind", None))
    except ValueError:
        names = ", ".join(kind.value for kind in Kind)
        raise UsageError(f"A fault's kind is one of {names}.") from None
    check_operation(values, operations)
    return Fault(kind=kind, **values)


def check_operation(document: Mapping[str, Any], operations: Mapping[str, object]) -> None:
    """Raise UsageError for an operation that the contract doesn't have."""
    if document.get("operation", EVERY_OPERATION) not in (EVERY_OPERATION, *operations):
        raise UsageError(f"The contract has no operation {document['operation']}.")
