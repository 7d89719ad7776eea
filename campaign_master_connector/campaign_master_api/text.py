"""Texts of the server made fit to be stored and shown; each takes time linear in its length."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MAX_NAME = 255
# One more than the longest possible address, so that a cut one equals none.
MAX_EMAIL = 321
MAX_MESSAGE = 300
MAX_WORD = 64
MASK = "***"
# A shorter secret is masked as a word only: within words it would hit by chance.
SHORT_SECRET = 4
# Of a longer message the first half of this is looked at: secrets (a token has up to 8,192
# characters) are masked in all of it before.
MAX_RAW_MESSAGE = 32 * 1024
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CONTROL_BUT_LAYOUT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Printable for Python, but nobody sees them, or they stand for what could not be decoded.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufffd]"
)
# Blanks and characters that nobody sees, which addresses are pasted with.
_AROUND = "".join(
    map(chr, (*range(0x21), 0x7F, 0x85, 0xA0, 0xAD, 0x34F, 0x61C, 0x180E, 0x3000, 0xFEFF))
) + "".join(map(chr, (*range(0x2000, 0x2010), *range(0x2028, 0x2030), *range(0x205F, 0x2070))))
_TAG = re.compile(r"<[^<>]*>")
# What turns a text around, and what nobody sees.
_UNSEEN_IN_WORDS = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
# The sign in an address, also as links, pages and other keyboards write it.
_AT = re.compile("@|\uff20|\ufe6b|%40|&#64|&#x40|&commat", re.IGNORECASE)
_WORD = re.compile(r"[^\s<>\"'(),:;]+")


def has_control(text: str) -> bool:
    """Whether `text` has a line break or another control character in it."""
    return _CONTROL.search(text) is not None


def is_identifier(text: str) -> bool:
    """Whether `text` can be an id: 1 to 64 characters that can all be seen, and no dots alone."""
    return (
        0 < len(text) <= MAX_WORD
        and text.isprintable()
        and text.strip() == text
        and text not in (".", "..")
        and not _UNSEEN.search(text)
    )


def clean_name(text: str) -> str:
    """Without control characters, cut at 255."""
    text = text[:MAX_RAW_MESSAGE]
    return (text if text.isprintable() else _CONTROL.sub("", text))[:MAX_NAME]


def clean_word(text: str) -> str:
    """A word such as a status, on one line without control characters, cut at 64."""
    cut = text[: 4 * MAX_WORD]
    return " ".join((cut if cut.isprintable() else _CONTROL.sub(" ", cut)).split())[:MAX_WORD]


def clean_email(text: str) -> str:
    """An address that can be stored and compared; a damaged one never becomes another's."""
    return (text if text.isprintable() else _CONTROL.sub("\ufffd", text))[:MAX_EMAIL]


def without_blanks_around(text: str) -> str:
    """An address without blanks and invisible characters before and after it."""
    return text.strip(_AROUND)


def clean_text(text: str) -> str:
    """Without control characters, except tab and line break."""
    return text if text.isprintable() else _CONTROL_BUT_LAYOUT.sub("", text)


def clean_message(text: str, secrets: Iterable[str] = ()) -> str:
    """A message for a person: one line without tags, addresses and secrets, cut at 300."""
    if not text:
        return ""
    plain = _UNSEEN_IN_WORDS.sub("", text[:MAX_RAW_MESSAGE])
    for secret in filter(None, secrets):
        plain = _without_secret(plain, secret)
    # What stands at the cut may be a part of a secret.
    if len(text) > MAX_RAW_MESSAGE:
        plain = plain[: MAX_RAW_MESSAGE // 2]
    plain = _TAG.sub(" ", _CONTROL.sub(" ", plain)).replace("<", " ").replace(">", " ")
    for secret in filter(None, secrets):
        plain = _without_secret(plain, secret)
    return " ".join(_WORD.sub(_masked_address, plain).split())[:MAX_MESSAGE]


def _without_secret(text: str, secret: str) -> str:
    if len(secret) >= SHORT_SECRET:
        return text.replace(secret, MASK)
    return re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", MASK, text)


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
    with naming_own_addresses(()):
        return _WORD.sub(_masked_address, text)


def _masked_address(word: re.Match[str]) -> str:
    if not _AT.search(word[0].strip("@")):
        return word[0]
    is_own = word[0].rstrip(".!?").lower() in _OWN_ADDRESSES.get()
    return word[0] if is_own else "[address]"
