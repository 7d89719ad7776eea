"""Whether a failed call is repeated, and after how long."""

from __future__ import annotations

import random as _random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .errors import CampaignMasterError, CertificateNotTrusted, ConnectionFailed, ServerFailed

PASSING_STATUSES = frozenset({502, 503, 504})


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how patiently a call is repeated.

    `attempts` counts the first one too. `base` seconds double with each attempt up to `cap`.
    No new attempt starts more than `budget` seconds after the first one did. `sleep` and `random`
    (a number from 0 to 1) can be replaced in tests.
    """

    attempts: int = 3
    base: float = 0.5
    cap: float = 8.0
    budget: float = 30.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False, compare=False)
    random: Callable[[], float] = field(default=_random.random, repr=False, compare=False)


NO_RETRY = RetryPolicy(attempts=1)


def should_retry(
    error: CampaignMasterError, *, attempt: int, repeatable: bool, policy: RetryPolicy
) -> bool:
    """Whether the call that failed with `error` at its `attempt` (from 1) is worth another one.

    Only connection errors, time-outs, 502, 503 and 504 pass by themselves.
    """
    if not repeatable or attempt >= policy.attempts:
        return False
    if isinstance(error, ServerFailed):
        return error.status in PASSING_STATUSES
    return isinstance(error, ConnectionFailed) and not isinstance(error, CertificateNotTrusted)


def wait_seconds(
    *, attempt: int, elapsed: float, policy: RetryPolicy, retry_after: float | None = None
) -> float | None:
    """Seconds to wait after `attempt` (from 1), or None to give up.

    Exponential with jitter over its upper half, never less than the server asks (`retry_after`)
    and never above the cap: a server that asks for more is not waited for. `elapsed` are the
    seconds since the first attempt began.
    """
    asked = retry_after or 0.0
    ceiling = min(policy.cap, policy.base * 2.0 ** (attempt - 1))
    wait = max(asked, ceiling * (0.5 + 0.5 * policy.random()))
    if wait > policy.cap or elapsed + wait > policy.budget:
        return None
    return wait
