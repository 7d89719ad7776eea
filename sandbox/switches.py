"""Switches that strike calls: which calls each of them is about, and how often it strikes."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import asdict, dataclass, field
from typing import Any, Generic, TypeVar

from .errors import NotFound, UsageError

EVERY_OPERATION = "*"


@dataclass(frozen=True)
class Target:
    """What switches look at in a call; `account` is the user name, empty where nobody's."""

    operation: str
    body: bytes
    account: str = ""


@dataclass(kw_only=True)
class Switch:
    """Something that is switched on.

    `operation`: one of the contract's by our name, or `*`. `count`: how often it strikes, None
    until switched off. `skip`: calls that it lets pass first. `probability`: 0 to 1, drawn from
    the seed. `contains`: strikes only calls whose body contains this text. `account`: strikes
    only calls of this user name.
    """

    operation: str = EVERY_OPERATION
    count: int | None = None
    skip: int = 0
    probability: float = 1
    contains: str = ""
    account: str = ""
    id: int = 0
    struck: int = 0
    seen: int = field(default=0, repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise UsageError("A probability is a number from 0 to 1.")
        if self.count is not None and self.count < 1:
            raise UsageError("It strikes once at least; leave the count out for always.")
        if self.skip < 0:
            raise UsageError("The number of calls to let pass can't be negative.")

    @property
    def is_spent(self) -> bool:
        """Whether it has struck as often as it was meant to."""
        return self.count is not None and self.struck >= self.count

    def is_about(self, call: Target) -> bool:
        """Whether it may strike this call at all."""
        if self.operation not in (EVERY_OPERATION, call.operation) or self.is_spent:
            return False
        if self.account not in ("", call.account):
            return False
        return not self.contains or self.contains.lower().encode() in call.body.lower()

    def document(self) -> dict[str, Any]:
        """The switch as JSON."""
        return asdict(self)


S = TypeVar("S", bound=Switch)


class Switches(Generic[S]):
    """All switches of one sort that are on. They end with the process."""

    def __init__(self, seed: int, noun: str) -> None:
        self._seed = seed
        self._noun = noun
        self._lock = threading.Lock()
        self._switches: list[S] = []
        self._last_id = 0

    def add(self, switch: S) -> S:
        """Switch one on."""
        with self._lock:
            self._last_id += 1
            switch.id = self._last_id
            self._switches.append(switch)
        return switch

    def remove(self, switch_id: int) -> S:
        """Switch one off and return it. Raises NotFound."""
        with self._lock:
            for switch in self._switches:
                if switch.id == switch_id:
                    self._switches.remove(switch)
                    return switch
        raise NotFound(f"There is no {self._noun} {switch_id}.")

    def clear(self, seed: int | None = None) -> None:
        """Switch all off; chances are drawn anew, from another seed if one is given."""
        with self._lock:
            self._switches = []
            self._last_id = 0
            self._seed = self._seed if seed is None else seed

    def all(self) -> list[S]:
        """Those that are on, those that have struck often enough left out."""
        with self._lock:
            return [switch for switch in self._switches if not switch.is_spent]

    def about(self, call: Target) -> list[S]:
        """Those that may strike this call."""
        with self._lock:
            return [switch for switch in self._switches if switch.is_about(call)]

    def strikes(self, switch: S) -> bool:
        """Whether a switch strikes a call that it is about; each such call is counted."""
        with self._lock:
            switch.seen += 1
            if switch.is_spent or switch.seen <= switch.skip:
                return False
            if self._chance(switch) >= switch.probability:
                return False
            switch.struck += 1
            return True

    def drawn(self, switch: S, choices: int) -> int:
        """One of so many, from the seed and how often the switch has seen a call."""
        number = self._number(f"{self._seed} {switch.id} {switch.seen} choice")
        return number % choices

    def _chance(self, switch: S) -> float:
        return self._number(f"{self._seed} {switch.id} {switch.seen}") / 2**64

    @staticmethod
    def _number(text: str) -> int:
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
