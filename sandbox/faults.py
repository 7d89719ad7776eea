"""Faults that can be switched on: which there are, and which of them hit a given call."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from .errors import NotFound, UsageError


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


@dataclass
class Fault:
    """A fault that is switched on.

    `operation`: an operationId or `*`. `count`: how often it strikes, None until switched off.
    `skip`: calls that it lets pass first. `probability`: 0 to 1, drawn from the seed.
    `contains`: strikes only calls whose body contains this text. `account`: strikes only calls of
    this user name. `when`: `before` or `after` the operation was done. `seconds`: of latency or
    dripping. `megabytes`: of an oversized answer. `key`: dotted path of the key that is missing or
    wrong. `location`: where a redirect leads.
    """

    kind: Kind
    operation: str = "*"
    count: int | None = None
    skip: int = 0
    probability: float = 1
    contains: str = ""
    account: str = ""
    when: str = "before"
    seconds: float = 5
    megabytes: float = 50
    key: str = ""
    location: str = "/moved"
    id: int = 0
    struck: int = 0
    seen: int = field(default=0, repr=False)

    def __post_init__(self) -> None:
        if self.when not in ("before", "after"):
            raise UsageError("A fault strikes before or after the operation.")
        if not 0 <= self.probability <= 1:
            raise UsageError("A probability is a number from 0 to 1.")
        if self.count is not None and self.count < 1:
            raise UsageError("A fault strikes once at least; leave the count out for always.")
        if not (0 <= self.seconds <= 3600 and 0 < self.megabytes <= 2000 and self.skip >= 0):
            raise UsageError("Up to 3600 seconds, up to 2000 megabytes, and no negative skip.")

    @property
    def is_after(self) -> bool:
        """Whether the operation is done before the fault strikes."""
        return self.kind.spoils_answer or self.when == "after"

    def document(self) -> dict[str, Any]:
        """The fault as JSON."""
        return asdict(self) | {"kind": self.kind.value}


@dataclass(frozen=True)
class Target:
    """What faults look at in a call; `account` is the user name, empty where nobody's."""

    operation: str
    body: bytes
    account: str = ""


class Faults:
    """All faults that are switched on. They end with the process."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._last_id = 0

    def add(self, fault: Fault) -> Fault:
        """Switch a fault on."""
        with self._lock:
            self._last_id += 1
            fault.id = self._last_id
            self._faults.append(fault)
        return fault

    def remove(self, fault_id: int) -> Fault:
        """Switch one fault off and return it. Raises NotFound."""
        with self._lock:
            for fault in self._faults:
                if fault.id == fault_id:
                    self._faults.remove(fault)
                    return fault
        raise NotFound(f"There is no fault {fault_id}.")

    def clear(self, seed: int | None = None) -> None:
        """Switch all faults off; chances are drawn anew, from another seed if one is given."""
        with self._lock:
            self._faults = []
            self._last_id = 0
            self._seed = self._seed if seed is None else seed

    def all(self) -> list[Fault]:
        """The faults that are switched on, those that have struck often enough left out."""
        with self._lock:
            return [fault for fault in self._faults if not _is_spent(fault)]

    def draw(self, call: Target) -> list[Fault]:
        """The faults that hit this call: latency, if any, and at most one other."""
        with self._lock:
            latency = self._first(call, is_latency=True)
            other = self._first(call, is_latency=False)
        return [fault for fault in (latency, other) if fault]

    def _first(self, call: Target, *, is_latency: bool) -> Fault | None:
        for fault in self._faults:
            if (fault.kind is Kind.LATENCY) == is_latency and self._strikes(fault, call):
                fault.struck += 1
                return fault
        return None

    def _strikes(self, fault: Fault, call: Target) -> bool:
        if fault.operation not in ("*", call.operation) or _is_spent(fault):
            return False
        if fault.account not in ("", call.account):
            return False
        if fault.contains and fault.contains.lower().encode() not in call.body.lower():
            return False
        fault.seen += 1
        return fault.seen > fault.skip and self._chance(fault) < fault.probability

    def _chance(self, fault: Fault) -> float:
        text = f"{self._seed} {fault.id} {fault.seen}"
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) / 2**64


def _is_spent(fault: Fault) -> bool:
    return fault.count is not None and fault.struck >= fault.count


def parse(document: Mapping[str, Any], operations: Mapping[str, object]) -> Fault:
    """A fault from its JSON form, without `id`, `struck` and `seen`. Raises UsageError."""
    values = dict(document)
    try:
        kind = Kind(values.pop("kind", None))
    except ValueError:
        names = ", ".join(kind.value for kind in Kind)
        raise UsageError(f"A fault's kind is one of {names}.") from None
    if values.get("operation", "*") not in ("*", *operations):
        raise UsageError(f"The contract has no operation {values['operation']}.")
    return Fault(kind=kind, **values)
