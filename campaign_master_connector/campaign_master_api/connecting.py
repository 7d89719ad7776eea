"""A bound for connecting as a whole.

The time-out of a connection counts for each address of a host anew, and not at all for looking the
host up: a name server that doesn't answer would keep a form from opening for half a minute.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from requests.adapters import ConnectTimeoutError


class BoundedConnecting:
    """Mixin of connections: looking the host up and trying its addresses take `timeout` in all."""

    timeout: Any

    def _new_conn(self) -> Any:
        connect = super()._new_conn  # type: ignore[misc]
        connecting = _begin(connect)
        try:
            return connecting.result(self.timeout)
        except TimeoutError:
            connecting.add_done_callback(_close)
            raise ConnectTimeoutError(self, "no connection in time") from None


def _begin(connect: Callable[[], Any]) -> Future[Any]:
    future: Future[Any] = Future()

    def run() -> None:
        try:
            future.set_result(connect())
        except Exception as error:
            future.set_exception(error)

    threading.Thread(target=run, name="campaign-master-connect", daemon=True).start()
    return future


def _close(connecting: Future[Any]) -> None:
    """A connection that came about when nobody waited for it any more."""
    if not connecting.exception():
        connecting.result().close()
