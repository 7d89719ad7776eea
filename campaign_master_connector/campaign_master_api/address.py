"""The API address: what a person pastes, and the form that is stored and called."""

# pylint: disable=prefer-env-translation; there is none here
from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

import requests

from .contract import current
from .errors import InvalidApiUrl, _

EXAMPLE = "https://api.example.com"
DEFAULT_API_VERSION = "v1"
MAX_URL = 2048
USUAL_PORTS = {"https": 443, "http": 80}
_PASTED_VERSION = r"v?\d[\w.-]*"
_UNUSABLE = re.compile(r"[\x00-\x20\x7f-\xa0\\<>\"^`{|}\u2028\u2029\ud800-\udfff]")
_VERSION = re.compile(r"(?!\.)[A-Za-z0-9._-]{1,32}(?<!\.)")
_HOST_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?")
_LOOPBACK_V4 = IPv4Network("127.0.0.0/8")


def is_loopback(host: str) -> bool:
    """Whether `host` (a name, or an address without brackets) is this machine itself."""
    try:
        address = ip_address(host)
    except ValueError:
        return host.lower() == "localhost"
    if isinstance(address, IPv4Address):
        return address in _LOOPBACK_V4
    return address == IPv6Address("::1")


def normalize_api_url(text: str) -> str:
    """Return the API address in `text` as `scheme://host[:port][/path]`.

    Spaces around it, slashes at the end and a pasted `/api/v1` (or what the contract has there) are
    taken off, `https://` is added
    where the scheme is missing, an international host name becomes its ASCII form.
    Raises InvalidApiUrl for everything that cannot or must not be called.
    """
    url = text[: MAX_URL + 1].strip()
    if not url:
        raise InvalidApiUrl(
            _("The API address is empty. Enter one such as %(example)s.", example=EXAMPLE)
        )
    if len(text) > MAX_URL:
        raise InvalidApiUrl(
            _(
                "The API address is longer than any address. Enter one such as %(example)s.",
                example=EXAMPLE,
            )
        )
    if _UNUSABLE.search(url):
        raise InvalidApiUrl(
            _(
                "The API address has a space or another character in it that no address can have. "
                "Enter one such as %(example)s.",
                example=EXAMPLE,
            )
        )
    parts = _split(url if "://" in url else f"https://{url}")
    _refuse_extras(parts)
    host = _ascii_host(parts)
    _refuse_scheme(parts.scheme, host)
    path = _without_base_path(parts.path.rstrip("/")).rstrip("/")
    return f"{parts.scheme}://{_authority(host, parts.port)}{path}"


def api_origin(text: str) -> str:
    """Return whom an API address names: `scheme://host[:port]`, empty for what is none.

    A port that is the scheme's usual one is left out. Each port of this machine itself is another
    one: behind it is another program, and another user's maybe.
    """
    try:
        parts = urlsplit(normalize_api_url(text))
    except InvalidApiUrl:
        return ""
    port = None if parts.port == USUAL_PORTS[parts.scheme] else parts.port
    return f"{parts.scheme}://{_authority(parts.hostname or '', port)}"


def check_api_version(text: str) -> str:
    """Return the API version, such as `v1`, without spaces; raises InvalidApiUrl."""
    version = text[:MAX_URL].strip()
    if not _VERSION.fullmatch(version):
        raise InvalidApiUrl(_("The API version must be a short word such as v1."))
    return version


def _without_base_path(path: str) -> str:
    before, version, after = current().base_path.partition("{version}")
    pasted = re.escape(before) + (_PASTED_VERSION if version else "") + re.escape(after)
    return re.sub(rf"(?:{pasted})\Z", "", path, flags=re.IGNORECASE)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise InvalidApiUrl(
            _(
                "The API address has no usable host and port in it. "
                "Enter one such as %(example)s or %(example)s:8443.",
                example=EXAMPLE,
            )
        )
    return parts


def _refuse_extras(parts: SplitResult) -> None:
    if "@" in parts.netloc:
        raise InvalidApiUrl(
            _(
                "The API address must not hold a username or password. "
                "Enter them in the fields made for them."
            )
        )
    if parts.query or parts.fragment:
        raise InvalidApiUrl(
            _(
                "The API address must not hold a question mark or a number sign. "
                "Enter only the part before it, such as %(example)s.",
                example=EXAMPLE,
            )
        )


def _refuse_scheme(scheme: str, host: str) -> None:
    if scheme == "https" or (scheme == "http" and is_loopback(host)):
        return
    if scheme == "http":
        raise InvalidApiUrl(
            _(
                "The API address begins with http://, which would send the password unencrypted. "
                "Use https:// (http:// is allowed to this machine itself only)."
            )
        )
    raise InvalidApiUrl(
        _("The API address must begin with https://, such as %(example)s.", example=EXAMPLE)
    )


def _ascii_host(parts: SplitResult) -> str:
    prepared = requests.PreparedRequest()
    try:
        prepared.prepare_url(f"https://{_authority(parts.hostname or '', None)}/", None)
        host = urlsplit(prepared.url or "").hostname or ""
    except (requests.RequestException, ValueError):
        host = ""
    if ":" not in host and not _HOST_NAME.fullmatch(host):
        raise InvalidApiUrl(
            _("The host in the API address is not a possible host name. Check its spelling.")
        )
    return host


def _authority(host: str, port: int | None) -> str:
    bracketed = f"[{host}]" if ":" in host else host
    return bracketed if port is None else f"{bracketed}:{port}"
