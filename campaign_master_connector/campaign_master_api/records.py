"""Answers as values: one object, a list of them, or pages of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from . import endpoints
from .answers import invalid_answer, too_many_rows
from .caller import Call, Caller
from .endpoints import Operation, Schema
from .parsing import MAX_IDENTIFIER, UnusableValue, read_columns, read_object
from .types import Page

Value = TypeVar("Value")
MAX_PAGES = 10_000
# Of all pages together: what an account or a campaign can have, and what they can weigh.
MAX_ROWS = 20_000
MAX_ROWS_OF = {endpoints.LIST_CAMPAIGN_RECIPIENTS.name: 5_000_000}
MAX_BYTES = 256 * 2**20
MAX_BYTES_OF = {endpoints.LIST_CAMPAIGN_RECIPIENTS.name: 4 * 2**30}


class Records:
    """Carries out operations and turns what they answer into values of this package."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def one(
        self,
        operation: Operation,
        schema: Schema,
        make: Callable[..., Value],
        *,
        at: int | None = None,
        body: Any = None,
    ) -> Value:
        """The object that `operation` answers; `at` is the id in its path."""
        content = self._content(operation, at=at, body=body)
        return make(*_checked(operation, read_object, content, schema))

    def many(
        self,
        operation: Operation,
        schema: Schema,
        make: Callable[..., Value],
        *,
        at: int | None = None,
        body: Any = None,
    ) -> list[Value]:
        """The objects in the one array that `operation` answers."""
        return _values(operation, self._content(operation, at=at, body=body), schema, make)

    def page(
        self,
        operation: Operation,
        schema: Schema,
        make: Callable[..., Value],
        *,
        number: int,
        size: int,
        at: int | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Page[Value]:
        """One page; raises ValueError for a number or size that cannot be asked for."""
        if number < 1 or not 1 <= size <= endpoints.MAX_PAGE_SIZE:
            raise ValueError(f"pages count from 1 and have 1 to {endpoints.MAX_PAGE_SIZE} rows")
        asked = {**(query or {}), **endpoints.page_query(number, size)}
        content = self._content(operation, at=at, query=asked)
        told, is_last = _checked(operation, read_object, content, endpoints.PAGED)
        if told != number:
            raise invalid_answer(operation, f"page {number} was asked for, page {told} came")
        items = _values(operation, content, schema, make)
        if len(items) > size:
            raise invalid_answer(operation, f"{len(items)} rows came where {size} were asked for")
        return Page(items, number, is_last)

    def pages(
        self,
        operation: Operation,
        schema: Schema,
        make: Callable[..., Value],
        *,
        size: int,
        start: int = 1,
        at: int | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Iterator[Page[Value]]:
        """All pages from `start` on; ends with an error where the server never ends or repeats.

        Raises TooManyRows for more than an account or a campaign can have.
        """
        seen: set[int] = set()
        received = self._caller.received
        for number in range(start, start + MAX_PAGES):
            page = self.page(operation, schema, make, number=number, size=size, at=at, query=query)
            if _fingerprint(page) in seen:
                raise invalid_answer(operation, f"page {number} repeats an earlier one")
            _check_sizes(operation, (number - 1) * size, self._caller.received - received)
            yield page
            if page.is_last:
                return
            seen.add(_fingerprint(page))
        raise invalid_answer(operation, f"it has more than {MAX_PAGES} pages")

    def _content(
        self,
        operation: Operation,
        *,
        at: int | None = None,
        query: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> dict[str, Any]:
        encoded = None if body is None else json.dumps(body, allow_nan=False).encode()
        return self._caller.call(Call(operation, _path(operation, at), query, encoded))


def _path(operation: Operation, at: int | None) -> str:
    if at is not None and not (type(at) is int and 0 < at <= MAX_IDENTIFIER):
        raise ValueError("an id is a whole number above 0")
    return operation.path.format_map({endpoints.LIST_ID: at, endpoints.CAMPAIGN_ID: at})


def _values(
    operation: Operation, content: Mapping[str, Any], schema: Schema, make: Callable[..., Value]
) -> list[Value]:
    columns = _checked(operation, read_columns, content.get(operation.items), schema)
    return list(map(make, *columns))


def _checked(
    operation: Operation, read: Callable[[Any, Schema], list[Any]], value: Any, schema: Schema
) -> list[Any]:
    try:
        return read(value, schema)
    except UnusableValue as problem:
        raise invalid_answer(operation, str(problem)) from None


def _check_sizes(operation: Operation, rows: int, size: int) -> None:
    """Raises TooManyRows for more than `rows` before this page, or `size` bytes up to it."""
    most = MAX_ROWS_OF.get(operation.name, MAX_ROWS)
    if rows >= most:
        raise too_many_rows(operation, f"it has more than {most} rows")
    if size > MAX_BYTES_OF.get(operation.name, MAX_BYTES):
        raise too_many_rows(operation, f"its pages have {size} bytes together")


def _fingerprint(page: Page[Any]) -> int:
    # The first and last row tell a repeated page; hashing a thousand rows would cost more.
    return hash((len(page.items), repr(page.items[:1]), repr(page.items[-1:])))
