"""What counts as an e-mail address that Campaign Master can send to or from."""

import re

import idna

# A local part, an "@" and a domain with a dot, without what never stands in an address. Read by
# Python and by PostgreSQL alike.
ADDRESS_PATTERN = r"""[^@\s<>(),;:"\\\[\]]+@[^@\s<>(),;:"\\\[\].]+(?:\.[^@\s<>(),;:"\\\[\].]+)+"""
ADDRESS_MAXIMUM_LENGTH = 254
LOCAL_PART_MAXIMUM_LENGTH = 64
_WITH_OR_WITHOUT_NAME = re.compile(rf"(?:[^<>]*<\s*({ADDRESS_PATTERN})\s*>|({ADDRESS_PATTERN}))")


def single_address(text):
    """The one address in ``text``, where a name may stand before it; empty for anything else.

    In lower case, an international domain in its ASCII form.
    """
    match = _WITH_OR_WITHOUT_NAME.fullmatch(text)
    if not match:
        return ""
    local, _at, domain = (match[1] or match[2]).rpartition("@")
    try:
        domain = idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return ""
    address = f"{local}@{domain}".lower()
    usable = (
        address.isascii()
        and len(local) <= LOCAL_PART_MAXIMUM_LENGTH
        and len(address) <= ADDRESS_MAXIMUM_LENGTH
    )
    return address if usable else ""
