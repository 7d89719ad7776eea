"""Keeps web pages of other sites away from a sandbox that listens on loopback."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Guard:
    """Refuses requests that name another host, or that another site's page has sent.

    A foreign name that resolves to 127.0.0.1 would otherwise let any web page read the sandbox.
    """

    def __init__(self, application: WSGIApplication, *, allow_remote: bool) -> None:
        self._application = application
        self._allow_remote = allow_remote

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        complaint = self._complaint(request)
        if complaint:
            refusal = Response(f"{complaint}\n", 403, mimetype="text/plain")
            return refusal(environ, start_response)
        return self._application(environ, start_response)

    def _complaint(self, request: Request) -> str | None:
        if not self._allow_remote and not is_loopback(_host_name(f"//{request.host}")):
            return "This sandbox answers only to 127.0.0.1 and localhost."
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc.lower() != request.host.lower():
            return "This sandbox refuses requests that another site's page has sent."
        if request.headers.get("Sec-Fetch-Site") == "cross-site" and request.method != "GET":
            return "This sandbox refuses requests that another site's page has sent."
        return None


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this computer's own."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _host_name(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
