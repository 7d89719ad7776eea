"""One request out, one bounded answer back."""

# pylint: disable=prefer-env-translation; there is none here
from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urlsplit

import requests
from requests.exceptions import BaseHTTPError  # type: ignore[attr-defined]
from requests.utils import get_environ_proxies

from .address import is_loopback
from .deadline import Deadline, DeadlineAdapter, call_deadline
from .errors import ConnectionFailed, InvalidAnswer
from .network import network_error
from .sentences import _
from .types import Timeouts

USER_AGENT = "CampaignMasterConnector (Odoo 19 addon)"
MAX_BYTES = 16 * 1024 * 1024
CHUNK = 16 * 1024
CA_BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
ENCODINGS = frozenset({"", "identity", "gzip", "deflate"})
FAILURES = (OSError, ValueError, HTTPException, BaseHTTPError)


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
                raise network_error(
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
