"""Ids as the API writes them: numbers, their digits as text, or GUIDs that stand for numbers."""

from __future__ import annotations

import hashlib
import uuid
from enum import Enum
from typing import Any

_BITS_OF_NUMBER = 48
_MASK = (1 << _BITS_OF_NUMBER) - 1


class Form(Enum):
    """How ids are written."""

    NUMBER = "number"
    TEXT = "text"
    GUID = "guid"


def form_of(schema: dict[str, Any]) -> Form:
    """How a schema wants an id to be written."""
    if schema.get("type") != "string":
        return Form.NUMBER
    return Form.GUID if schema.get("format") == "uuid" else Form.TEXT


def written(number: int, form: Form) -> int | str:
    """An id in a form."""
    if form is Form.NUMBER:
        return number
    return str(number) if form is Form.TEXT else guid(number)


def read(value: Any) -> Any:
    """The number behind an id in whatever form; 0, which nothing has, for one never given out."""
    if not isinstance(value, str):
        return value
    digits = value.isascii() and value.isdigit() and len(value) < 100
    return int(value) if digits else _number_behind(value) or 0


def is_guid(value: object) -> bool:
    """Whether this is an id that was given out as a GUID."""
    return isinstance(value, str) and _number_behind(value) is not None


def guid(number: int) -> str:
    """The GUID that stands for a number."""
    digest = hashlib.blake2b(str(number).encode(), digest_size=10).digest()
    whole = int.from_bytes(digest) << _BITS_OF_NUMBER | (number & _MASK)
    return str(uuid.UUID(int=whole, version=4))


def _number_behind(text: str) -> int | None:
    try:
        number = uuid.UUID(text).int & _MASK
    except ValueError:
        return None
    return number if uuid.UUID(text) == uuid.UUID(guid(number)) else None
