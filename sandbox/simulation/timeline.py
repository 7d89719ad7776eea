"""When what happens to a campaign as a whole, at the speed that it was launched with."""

from __future__ import annotations

from dataclasses import dataclass

from ..clock import MINUTE, SECOND
from .behaviour import HORIZON

_SCHEDULED_FOR = 30 * SECOND
_SHORTEST_SENDING = 60 * SECOND
_RECIPIENTS_PER_SECOND = 200
# Later than the horizon by what may follow an open: a click, a forward, an unsubscription.
_WHOLE_LIFE = HORIZON + 10 * MINUTE
_STRETCHES_IN_CHART = 144


@dataclass(frozen=True)
class Timeline:
    """The sending of `recipient_count` mails, in the order of their addresses."""

    sending_at: int
    sending_ends_at: int
    recipient_count: int

    def delivered_at(self, position: int) -> int:
        """When the mail at this position goes out."""
        duration = self.sending_ends_at - self.sending_at
        return self.sending_at + position * duration // self.recipient_count

    def delivered_by(self, now: int) -> int:
        """How many mails are out at `now`: all positions with `delivered_at` up to then."""
        if now < self.sending_at:
            return 0
        duration = self.sending_ends_at - self.sending_at
        elapsed = now - self.sending_at
        return min(self.recipient_count, -(-(elapsed + 1) * self.recipient_count // duration))

    def status(self, now: int) -> str:
        """The status of the contract at `now`."""
        if now < self.sending_at:
            return "scheduled"
        return "sending" if now < self.sending_ends_at else "sent"


def plan(now: int, recipient_count: int, speed: float | None) -> Timeline:
    """The timeline of a launch at `now`; without a speed one that has passed by `now`."""
    sending_for = max(_SHORTEST_SENDING, recipient_count * SECOND // _RECIPIENTS_PER_SECOND)
    if speed is None:
        sending_at = now - _WHOLE_LIFE - sending_for
        return Timeline(sending_at, sending_at + sending_for, recipient_count)
    sending_at = now + int(_SCHEDULED_FOR / speed)
    ends_at = sending_at + max(1, int(sending_for / speed))
    return Timeline(sending_at, ends_at, recipient_count)


def chart_step(speed: float | None) -> int:
    """Milliseconds that one point of a campaign's chart covers."""
    return max(SECOND, int(HORIZON / (speed or 1) / _STRETCHES_IN_CHART))
