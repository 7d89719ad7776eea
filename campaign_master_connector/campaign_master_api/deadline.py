"""A bound for a call as a whole.

The time-outs of `requests` start anew with every byte, so a server that drips one byte a second,
in the headers or the body, would hold a worker for ever. Here each read from the socket gets at
most what is left of the call.
"""

from __future__ import annotations

import http.client
import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from requests.adapters import HTTPAdapter

from .connecting import BoundedConnecting
from .types import Timeouts


@dataclass(frozen=True)
class Deadline:
    """When the call ends (on the monotonic clock) and how long one wait may take, in seconds."""

    ends: float
    read: float

    def seconds_left(self) -> float:
        """Seconds until the end; raises TimeoutError when there are none."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the call as a whole took too long")
        return left


_current: ContextVar[Deadline | None] = ContextVar("campaign_master_deadline", default=None)


@contextmanager
def call_deadline(timeouts: Timeouts) -> Iterator[Deadline]:
    """Bound every read of this thread's calls through a `DeadlineAdapter`."""
    deadline = Deadline(time.monotonic() + timeouts.total, timeouts.read)
    reset = _current.set(deadline)
    try:
        yield deadline
    finally:
        _current.reset(reset)


class _BoundedReader(io.RawIOBase):
    """The socket's own reader, with the time-out of each read set before it."""

    def __init__(self, raw: Any, sock: Any) -> None:
        super().__init__()
        self._raw = raw
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        deadline = _current.get()
        if deadline is not None:
            self._sock.settimeout(min(deadline.read, deadline.seconds_left()))
        received: int | None = self._raw.readinto(buffer)
        return received

    def close(self) -> None:  # pylint: disable=missing-return
        self._raw.close()
        super().close()


class _BoundedResponse(http.client.HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_BoundedReader(self.fp.detach(), sock))


class DeadlineAdapter(HTTPAdapter):
    """Carries requests so that `call_deadline` holds for headers and body, also by a proxy."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # pylint: disable=missing-return
        super().init_poolmanager(*args, **kwargs)
        _bound_connections(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not known:
            _bound_connections(manager)
        return manager


def _bound_connections(manager: Any) -> None:
    manager.pool_classes_by_scheme = {
        scheme: _with_bounded_response(pool_class)
        for scheme, pool_class in manager.pool_classes_by_scheme.items()
    }


def _with_bounded_response(pool_class: Any) -> Any:
    bases = (BoundedConnecting, pool_class.ConnectionCls)
    connection = type("BoundedConnection", bases, {"response_class": _BoundedResponse})
    return type("BoundedPool", (pool_class,), {"ConnectionCls": connection})
