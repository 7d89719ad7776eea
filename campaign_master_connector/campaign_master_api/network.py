"""Failures of the network as errors of this package."""

# pylint: disable=prefer-env-translation; there is none here
from __future__ import annotations

import errno
import socket
import ssl
import time
from collections.abc import Iterator

import requests

from .deadline import Deadline
from .errors import (
    CampaignMasterError,
    CertificateNotTrusted,
    ConnectionFailed,
    HostNotFound,
    InvalidAnswer,
    NoAnswer,
)
from .sentences import _
from .types import Timeouts

# These end an attempt to connect, so nothing of the request was sent.
_NEVER_CONNECTED = frozenset({errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH})


def network_error(
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
