"""Credentials that can be sent: they travel in headers, which cannot carry every character."""

# pylint: disable=prefer-env-translation; there is none here
from __future__ import annotations

from .errors import CredentialsRefused
from .sentences import _
from .text import has_control
from .types import Credentials

_LABELS = {
    "username": _("username"),
    "password": _("password"),
    "client_id": _("client id"),
    "client_secret": _("client secret"),
}
_REQUIRED = ("username", "password")


def check_credentials(credentials: Credentials) -> None:
    """Raise CredentialsRefused, without any part of the value, where one cannot be sent."""
    for part, label in _LABELS.items():
        problem = _problem(getattr(credentials, part), required=part in _REQUIRED)
        if problem:
            raise CredentialsRefused(
                _(
                    "The %(secret)s cannot be sent to Campaign Master: %(problem)s. "
                    "Enter it again in the settings.",
                    secret=label,
                    problem=problem,
                )
            )


def secrets_of(credentials: Credentials) -> tuple[str, ...]:
    """The texts that no message may repeat, the longest first."""
    return tuple(sorted((getattr(credentials, part) for part in _LABELS), key=len, reverse=True))


def _problem(value: str, *, required: bool) -> str:
    if required and not value:
        return _("it is empty")
    if value != value.strip():
        return _("it begins or ends with a space or a line break")
    if has_control(value):
        return _("it has a line break or another control character in it")
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return _("it has a character that is not in the Latin-1 alphabet")
    return ""
