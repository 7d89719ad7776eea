"""One request out, one bounded answer back, and failures of the network as errors.

The time-outs of `requests` start anew with every byte, so a server that drips one byte a second,
in the headers or the body, would hold a worker for ever. Here each read from the socket gets at
most what is left of the call. The time-out of a connection counts for each address of a host anew,
and not at all for looking the host up: a name server that doesn't answer would keep a form from
opening for half a minute. Here connecting as a whole is bounded.
"""

# pylint: disable=prefer-env-translation; there is none here
from __future__ import annotations

import errno
import http.client
import io
import os
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import ConnectTimeoutError, HTTPAdapter
from requests.exceptions import BaseHTTPError  # type: ignore[attr-defined]
from requests.utils import get_environ_proxies

from .address import is_loopback
from .errors import (
    CampaignMasterError,
    CertificateNotTrusted,
    ConnectionFailed,
    HostNotFound,
    InvalidAnswer,
    NoAnswer,
    _,
)
from .types import Timeouts

USER_AGENT = "CampaignMasterConnector (Odoo 19 addon)"
MAX_BYTES = 16 * 1024 * 1024
CHUNK = 16 * 1024
CA_BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
ENCODINGS = frozenset({"", "identity", "gzip", "deflate"})
FAILURES = (OSError, ValueError, HTTPException, BaseHTTPError)


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


@dataclass(frozen=True)
class Answer:
    """Status, headers (their names in any case) and decompressed body of an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """Sends requests below one base address; raises only CampaignMasterError."""

    def __init__(
        self, base_url: str, timeouts: Timeouts, session: requests.Session | None = None
    ) -> None:
        self._base_url = base_url
        self.host = urlsplit(base_url).hostname or ""
        self._timeouts = timeouts
        self._owns_session = session is None
        self._session = session or _new_session()

    def close(self) -> None:
        """Close the connections, unless the session is the caller's own."""
        if self._owns_session:
            self._session.close()

    def exchange(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Send one request and read its answer within the time-outs and the size bound."""
        handled_by_caller = sys.exc_info()[1]
        with call_deadline(self._timeouts) as deadline:
            try:
                request = requests.Request(
                    method,
                    self._base_url + path,
                    headers={**_FIXED_HEADERS, **(_BODY_HEADERS if body else {}), **headers},
                    params=query,
                    data=body,
                ).prepare()
                return self._send(request, deadline)
            except FAILURES as failure:
                raise _network_error(
                    failure,
                    until=handled_by_caller,
                    host=self.host,
                    timeouts=self._timeouts,
                    deadline=deadline,
                ) from None

    def _send(self, request: requests.PreparedRequest, deadline: Deadline) -> Answer:
        # The adapter, not Session.send: that one adds netrc and cookies, and reads the whole body
        # of a redirect before the bound on size is looked at.
        url = request.url or ""
        response = self._session.get_adapter(url).send(
            request,
            stream=True,
            timeout=(
                min(self._timeouts.connect, deadline.seconds_left()),
                min(self._timeouts.read, deadline.seconds_left()),
            ),
            verify=_ca_bundle(),
            proxies={} if is_loopback(self.host) else get_environ_proxies(url),
        )
        with response:
            return Answer(response.status_code, response.headers, _read(response, deadline))


_FIXED_HEADERS = {
    "User-Agent": USER_AGENT,
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
}
_BODY_HEADERS = {"Content-Type": "application/json"}


def _new_session() -> requests.Session:
    session = requests.Session()
    for prefix in ("https://", "http://"):
        session.mount(prefix, DeadlineAdapter())
    return session


def _ca_bundle() -> str | bool:
    """The trusted authorities that the environment names (a path), or True for the usual ones."""
    name = next((name for name in CA_BUNDLE_VARIABLES if os.environ.get(name)), None)
    if name is None:
        return True
    if not os.path.exists(os.environ[name]):
        raise ConnectionFailed(
            _(
                "%(name)s in this server's environment names a file that does not exist. "
                "Correct it to the file of trusted certificates, or remove it.",
                name=name,
            )
        )
    return os.environ[name]


def _read(response: requests.Response, deadline: Deadline) -> bytes:
    # Nested or unknown encodings could unpack to any size in a single step.
    if response.headers.get("Content-Encoding", "").strip().lower() not in ENCODINGS:
        raise InvalidAnswer(
            _(
                "The answer of Campaign Master is packed in an unknown way. "
                "If this repeats, ask its support."
            ),
            outcome_unknown=True,
        )
    body = bytearray()
    for chunk in response.iter_content(CHUNK):
        body += chunk
        if len(body) > MAX_BYTES:
            raise InvalidAnswer(
                _(
                    "The answer of Campaign Master is larger than 16 MB and was not read. "
                    "If this repeats, ask its support."
                ),
                outcome_unknown=True,
            )
        deadline.seconds_left()
    return bytes(body)


# These end an attempt to connect, so nothing of the request was sent.
_NEVER_CONNECTED = frozenset({errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH})


def _network_error(
    failure: BaseException,
    *,
    until: BaseException | None,
    host: str,
    timeouts: Timeouts,
    deadline: Deadline,
) -> CampaignMasterError:
    """The error that tells what `failure` means; `until` is where the caller's own chain begins."""
    cause = _cause(failure, until)
    if isinstance(failure, requests.exceptions.ProxyError):
        return _kept_by_the_proxy(host)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _not_trusted(host, cause)
    if isinstance(cause, socket.gaierror):
        return _not_found(host)
    if isinstance(failure, requests.ConnectTimeout):
        return _not_accepted(host, timeouts)
    if isinstance(cause, TimeoutError) or isinstance(failure, requests.Timeout):
        return _no_answer(host, timeouts, deadline)
    if isinstance(failure, requests.exceptions.ContentDecodingError):
        return _not_unpacked()
    return _broken(host, failure, cause)


def _cause(failure: BaseException, until: BaseException | None) -> BaseException | None:
    """The first error of the operating system below `failure`."""
    for error in _chain(failure, until):
        if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
            return error
    return None


def _chain(failure: BaseException, until: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[object] = [failure]
    while waiting:
        error = waiting.pop(0)
        if not isinstance(error, BaseException) or error is until or id(error) in seen:
            continue
        seen.add(id(error))
        yield error
        waiting += [getattr(error, "reason", None), *error.args, error.__cause__, error.__context__]


def _kept_by_the_proxy(host: str) -> ConnectionFailed:
    return ConnectionFailed(
        _(
            "The proxy on the way to %(host)s did not let the connection through. "
            "Check the proxy settings of this server.",
            host=host,
        )
    )


def _not_found(host: str) -> HostNotFound:
    return HostNotFound(
        _(
            "The host %(host)s was not found. Check the API address, and whether this server "
            "has a working network.",
            host=host,
        )
    )


def _not_accepted(host: str, timeouts: Timeouts) -> NoAnswer:
    return NoAnswer(
        _(
            "%(host)s did not accept a connection within %(seconds)s seconds. "
            "Check the API address and the firewall, or try again later.",
            host=host,
            seconds=f"{timeouts.connect:g}",
        )
    )


def _not_unpacked() -> InvalidAnswer:
    return InvalidAnswer(
        _("The answer of Campaign Master could not be unpacked. If this repeats, ask its support."),
        outcome_unknown=True,
    )


def _not_trusted(host: str, cause: ssl.SSLCertVerificationError) -> CertificateNotTrusted:
    reason = getattr(cause, "verify_message", "") or "it could not be verified"
    return CertificateNotTrusted(
        _(
            "The certificate of %(host)s is not trusted: %(reason)s. Check the API address. "
            "If the server is right, add its authority to this server's trusted certificates.",
            host=host,
            reason=reason.rstrip("."),
        )
    )


def _no_answer(host: str, timeouts: Timeouts, deadline: Deadline) -> NoAnswer:
    if time.monotonic() >= deadline.ends:
        what = _(
            "%(host)s did not complete its answer within %(seconds)s seconds. Try again later.",
            host=host,
            seconds=f"{timeouts.total:g}",
        )
    else:
        what = _(
            "%(host)s did not answer within %(seconds)s seconds. Try again later.",
            host=host,
            seconds=f"{timeouts.read:g}",
        )
    return NoAnswer(what, outcome_unknown=True)


def _broken(host: str, failure: BaseException, cause: BaseException | None) -> ConnectionFailed:
    if isinstance(cause, OSError) and cause.errno in _NEVER_CONNECTED:
        return ConnectionFailed(
            _(
                "%(host)s cannot be reached: %(reason)s. "
                "Check the API address and its port, and the firewall.",
                host=host,
                reason=cause.strerror or "connection refused",
            )
        )
    if isinstance(failure, requests.exceptions.SSLError):
        return ConnectionFailed(
            _(
                "No encrypted connection to %(host)s came about. "
                "Check that the API address and its port are right.",
                host=host,
            ),
            outcome_unknown=True,
        )
    return ConnectionFailed(
        _(
            "The connection to %(host)s broke before the answer was complete. Try again later.",
            host=host,
        ),
        outcome_unknown=True,
    )
