"""Texts of the server made fit to be stored and shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

MAX_NAME = 255
# One more than the longest possible address, so that a cut one equals none.
MAX_EMAIL = 321
MAX_MESSAGE = 300
# What is read of a text before it is made fit; the longest secret, a token, is shorter.
MAX_READ = 20_000
MASK = "***"
# A shorter secret is masked as a word only: within words it would hit by chance.
SHORT_SECRET = 4
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CONTROL_BUT_LAYOUT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_TAG = re.compile(r"<[^<>]*>")
# Tried only where a word begins: in the middle of a long one each place would be tried.
_EMAIL = re.compile(r"(?<![^\s<>@\"'(),:;])[^\s<>@\"'(),:;]+@[^\s<>@\"'(),:;]+")


def has_control(text: str) -> bool:
    """Whether `text` has a line break or another control character in it."""
    return _CONTROL.search(text) is not None


def clean_name(text: str) -> str:
    """Without control characters, cut at 255."""
    text = text[:MAX_READ]
    return (text if text.isprintable() else _CONTROL.sub("", text))[:MAX_NAME]


def clean_email(text: str) -> str:
    """An address that can be stored and compared; a damaged one never becomes another's."""
    text = text[:MAX_EMAIL]
    return text if text.isprintable() else _CONTROL.sub("\ufffd", text)


def clean_text(text: str) -> str:
    """Without control characters, except tab and line break."""
    return text if text.isprintable() else _CONTROL_BUT_LAYOUT.sub("", text)


def clean_message(text: str, secrets: Iterable[str] = ()) -> str:
    """A message for a person: one line without tags, addresses and secrets, cut at 300."""
    if not text:
        return ""
    known = [secret for secret in secrets if secret]
    plain = _TAG.sub(" ", _CONTROL.sub(" ", _without_secrets(text, known)))
    plain = _masked(plain.replace("<", " ").replace(">", " "), known)
    return " ".join(_EMAIL.sub(_mask_of_address, plain).split())[:MAX_MESSAGE]


def _without_secrets(text: str, secrets: Sequence[str]) -> str:
    """The beginning of `text` with each secret masked, also one that the cut goes through."""
    plain = _masked(text[:MAX_READ], secrets)
    if len(text) <= MAX_READ:
        return plain
    longest = max(map(len, secrets), default=1)
    return plain[: max(0, len(plain) - longest + 1)]


def _masked(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        text = _secret_pattern(secret).sub(MASK, text)
    return text


def _secret_pattern(secret: str) -> re.Pattern[str]:
    literal = re.escape(secret)
    return re.compile(literal if len(secret) >= SHORT_SECRET else rf"(?<!\w){literal}(?!\w)")


_OWN_ADDRESSES: ContextVar[frozenset[str]] = ContextVar("own_addresses", default=frozenset())


@contextmanager
def naming_own_addresses(addresses: Iterable[str]) -> Iterator[None]:
    """Have messages about what is sent inside the block name these addresses, and no other ones."""
    token = _OWN_ADDRESSES.set(frozenset(address.lower() for address in addresses if address))
    try:
        yield
    finally:
        _OWN_ADDRESSES.reset(token)


def without_addresses(text: str) -> str:
    """`text` with each address masked, for who isn't meant to read any."""
    return _EMAIL.sub("[address]", text)


def _mask_of_address(found: re.Match[str]) -> str:
    address = found[0].rstrip(".!?")
    return found[0] if address.lower() in _OWN_ADDRESSES.get() else "[address]"
