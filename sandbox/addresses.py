"""What counts as an e-mail address, and when two of them are the same."""

from __future__ import annotations

import re

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>(?:{_LABEL}\.)+{_LABEL})")
_MAXIMUM_LENGTH = 254
_MAXIMUM_LOCAL_LENGTH = 64


def is_address(text: str) -> bool:
    """Whether mail could be sent to `text`: an ASCII dot-atom at a domain of two labels or more."""
    match = _ADDRESS.fullmatch(text)
    if match is None or len(text) > _MAXIMUM_LENGTH:
        return False
    top_level = match["domain"].rsplit(".", 1)[1]
    return len(match["local"]) <= _MAXIMUM_LOCAL_LENGTH and not top_level.isdigit()


def address_key(email: str) -> str:
    """What two spellings of the same address have in common: addresses ignore case."""
    return email.lower()


def domain_key(key: str) -> str:
    """`@domain` of an address: how a rule for a whole domain is written."""
    return "@" + key.rpartition("@")[2]
