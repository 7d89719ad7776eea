"""Answers as values: one object, a list, pages, or a result for each recipient that was sent."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from .answers import (
    NO_CONTENT,
    are_of_failure,
    has_rows_in_envelope,
    invalid_answer,
    tells_of_failure,
    too_many_rows,
)
from .caller import Call, Caller, Reply
from .contract_parts import Operation
from .errors import NotFound, RequestRefused
from .meanings import NEEDS, PAGE, PAGE_SIZE, PAGED, ROWS
from .reading import UnusableAnswer, read_object, read_rows, with_contract_names
from .text import clean_email, clean_message, is_identifier, without_blanks_around
from .types import AddResult, AddStatus, NewRecipient, Page
from .values import folded

Value = TypeVar("Value")
PAGING = "paging"
_LINKS_TO_NEXT = frozenset({"nextlink", "odatanextlink", "next", "nextpage", "nextpageurl"})
MAX_PAGES = 10_000
MAX_EMPTY_PAGES = 10
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Bounds:
    """How many rows and bytes all pages of one answer may have together."""

    rows: int
    size: int


# Choices of a form: what an account can have.
OF_CHOICES = Bounds(20_000, 256 * MEGABYTE)
OF_STATISTICS = Bounds(5_000_000, 4096 * MEGABYTE)


@dataclass(frozen=True)
class Asked(Generic[Value]):
    """What is asked for: an operation, at which ids, with which query and body, made into what."""

    operation: Operation
    make: Callable[..., Value]
    at: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


@dataclass(frozen=True)
class Fetched(Generic[Value]):
    """One page as it came: `is_last` is None where it doesn't say, `skipped` are raw rows.

    `has_next` is True where it names a next one by a link, which is not followed.
    """

    items: list[Value]
    skipped: list[Any]
    is_last: bool | None
    fingerprint: int
    size: int
    has_next: bool = False

    @property
    def count(self) -> int:
        """All its rows."""
        return len(self.items) + len(self.skipped)


class Records:
    """Carries out operations and turns what they answer into values of this package."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def one(self, asked: Asked[Value]) -> Value:
        """The object that the operation answers."""
        return self.made(asked, self.reply(asked))

    def made(self, asked: Asked[Value], reply: Reply) -> Value:
        """The value in a reply; raises InvalidAnswer where it isn't in there."""
        operation, need = asked.operation, NEEDS[asked.operation.means]
        note = self._caller.note(operation)
        try:
            return asked.make(
                *read_object(reply.content, operation.row, need.answer, need.essential, note)
            )
        except UnusableAnswer as problem:
            raise invalid_answer(operation, str(problem)) from None

    def many(self, asked: Asked[Value]) -> list[Value]:
        """The objects in the one array that the operation answers."""
        reply = self.reply(asked)
        rows = self.rows_in(asked.operation, reply.content)
        if rows is None:
            raise self._no_rows(asked.operation, reply.content)
        return self.values(asked, rows)[0]

    def values(
        self, asked: Asked[Value], rows: list[Any], essential: Sequence[str] | None = None
    ) -> tuple[list[Value], list[Any]]:
        """The values that the rows are, and the rows that can't be read.

        These are those without an `essential` value, by default what the contract must tell.
        """
        operation, need = asked.operation, NEEDS[asked.operation.means]
        note = self._caller.note(operation)
        needed = need.essential if essential is None else essential
        table = read_rows(rows, operation.row, need.answer, needed, note)
        return list(map(asked.make, *table.columns)), table.skipped

    def page(self, asked: Asked[Value], number: int, size: int) -> Page[Value]:
        """One page; raises ValueError for a number or size that cannot be asked for."""
        fetched = self._fetch(asked, number, size)
        is_last = fetched.count < size if fetched.is_last is None else fetched.is_last
        return Page(fetched.items, number, is_last, len(fetched.skipped))

    def pages(
        self,
        asked: Asked[Value],
        size: int,
        bounds: Bounds,
        start: int = 1,
        on_skipped: Callable[[list[Any]], None] | None = None,
    ) -> Iterator[Page[Value]]:
        """All pages from `start` on; ends with an error where the server never ends or repeats.

        A page that doesn't say whether it is the last one is so when it is empty or shorter than
        one before it. `on_skipped` is told the rows that can't be read. Raises TooManyRows for
        more than an account or a campaign can have.
        """
        seen: set[int] = set()
        read = empty = fullest = 0
        rows = (start - 1) * size
        says_nothing = False
        for number in range(start, start + MAX_PAGES):
            fetched = self._fetch_next(asked, number, size, ends_if_refused=says_nothing)
            is_repeated = fetched is not None and fetched.count > 0 and fetched.fingerprint in seen
            # A full first page, or one with a link to the next, may come for every number.
            is_stuck = (
                number == start + 1
                and fetched is not None
                and (fetched.count == size or fetched.has_next)
            )
            if fetched is None or (
                is_repeated and says_nothing and fetched.is_last is None and not is_stuck
            ):
                # Behind the last page some have nothing, and some the same once more.
                yield Page([], number, True)
                return
            if is_repeated:
                raise invalid_answer(asked.operation, f"page {number} repeats an earlier one")
            rows, read = rows + fetched.count, read + fetched.size
            empty = 0 if fetched.count else empty + 1
            self._check_bounds(asked.operation, bounds, rows, read, empty)
            if fetched.skipped and on_skipped:
                on_skipped(fetched.skipped)
            is_last = fetched.is_last
            says_nothing = is_last is None
            if is_last is None:
                is_last = fetched.count == 0 or fetched.count < fullest
            yield Page(fetched.items, number, is_last, len(fetched.skipped))
            if is_last:
                return
            seen.add(fetched.fingerprint)
            fullest = max(fullest, fetched.count)
        raise invalid_answer(asked.operation, f"it has more than {MAX_PAGES} pages")

    def _fetch_next(
        self, asked: Asked[Value], number: int, size: int, *, ends_if_refused: bool
    ) -> Fetched[Value] | None:
        try:
            return self._fetch(asked, number, size)
        except (NotFound, RequestRefused):
            if ends_if_refused:
                return None
            raise

    def _check_bounds(
        self, operation: Operation, bounds: Bounds, rows: int, read: int, empty: int
    ) -> None:
        if rows > bounds.rows:
            raise too_many_rows(operation, f"it has more than {bounds.rows} rows")
        if read > bounds.size:
            raise too_many_rows(operation, f"its pages have {read} bytes together")
        if empty >= MAX_EMPTY_PAGES:
            raise invalid_answer(operation, f"{empty} empty pages came one after the other")

    def _fetch(self, asked: Asked[Value], number: int, size: int) -> Fetched[Value]:
        operation = asked.operation
        if number < 1 or not 1 <= size <= operation.largest_page:
            raise ValueError(f"pages count from 1 and have 1 to {operation.largest_page} rows")
        on_the_wire = number - 1 + operation.first_page
        paging = {PAGE: str(on_the_wire), PAGE_SIZE: str(size)}
        query = {operation.parameters[means].name: text for means, text in paging.items()}
        reply = self.reply(asked, query)
        rows = self.rows_in(operation, reply.content)
        if rows is None:
            raise self._no_rows(operation, reply.content)
        is_last = self._paging(operation, reply.content, on_the_wire)
        if len(rows) > size:
            self._caller.note(operation)(_name_of(operation, ROWS), PAGING, 1)
        items, skipped = self.values(asked, rows)
        has_next = _has_next(reply.content)
        return Fetched(items, skipped, is_last, _fingerprint(rows), reply.size, has_next)

    def _paging(self, operation: Operation, content: Any, number: int) -> bool | None:
        """Whether it says that it is the last page; None where it doesn't say."""
        frame = {means: kind for means, kind in PAGED.items() if means in operation.answer}
        note = self._caller.note(operation)
        if type(content) is not dict:
            return None
        told = {means: operation.answer[means] for means in frame}
        columns = read_rows([content], told, PAGED, (), note).columns
        (page,), (is_last,) = columns
        if "number" in told and page is not None and page != number:
            note(told["number"].name, PAGING, 1)
        return None if is_last is None else bool(is_last)

    def rows_in(self, operation: Operation, content: Any) -> list[Any] | None:
        """The array that is asked for: the answer itself, or the one array in it.

        None where there is none, or where nothing but a failure is told.
        """
        note, name = self._caller.note(operation), _name_of(operation, ROWS)
        if type(content) is list:
            if name:
                note(name, "read_generously", 1)
            return content
        if type(content) is not dict:
            return None
        rows_key = {ROWS: operation.answer[ROWS]}
        named = with_contract_names([content], rows_key, note)[0]
        if type(named.get(name)) is list:
            is_failure = not named[name] and tells_of_failure(content)
            return None if is_failure else list(named[name])
        arrays = [key for key, value in content.items() if type(value) is list]
        if named.get(name) is not None or len(arrays) != 1:
            return None
        if are_of_failure(arrays[0]) or tells_of_failure(content):
            return None
        if not content[arrays[0]] and has_rows_in_envelope(content, operation):
            return None
        note(name, "read_generously", 1)
        return list(content[arrays[0]])

    def _no_rows(self, operation: Operation, content: Any) -> Exception:
        if tells_of_failure(content):
            return invalid_answer(operation, "it tells of an error, though its status does not")
        return invalid_answer(operation, f"{_name_of(operation, ROWS)} is no list of objects")

    def reply(self, asked: Asked[Any], query: Mapping[str, str] | None = None) -> Reply:
        """What the operation answers, as it came."""
        operation = asked.operation
        path = _path(operation, asked.at)
        full = {**operation.fixed["query"], **asked.query, **(query or {})}
        body = None if asked.body is None else {**operation.fixed["body"], **asked.body}
        encoded = None if body is None else json.dumps(body, allow_nan=False).encode()
        return self._caller.call(Call(operation, path, full or None, encoded))


def has_content(reply: Reply) -> bool:
    """Whether an answer came with anything in it."""
    return reply.content is not NO_CONTENT and reply.content is not None


def _path(operation: Operation, at: Mapping[str, str]) -> str:
    """The operation's path with each id as one part of it."""
    path = operation.path
    values = {name: str(value) for name, value in operation.fixed["path"].items()}
    for means, identifier in at.items():
        if not (isinstance(identifier, str) and is_identifier(identifier)):
            raise ValueError("an id is a text of 1 to 64 printable characters")
        values[operation.parameters[means].name] = identifier
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    return path


def _name_of(operation: Operation, means: str) -> str:
    key = operation.answer.get(means)
    return key.name if key else ""


def _has_next(content: Any) -> bool:
    links = content.items() if type(content) is dict else ()
    return any(link and folded(name) in _LINKS_TO_NEXT for name, link in links)


def _fingerprint(rows: list[Any]) -> int:
    # The first and last row tell a repeated page; hashing a thousand rows would cost more.
    return hash((len(rows), repr(rows[:1]), repr(rows[-1:])))


_ON_LIST = frozenset({AddStatus.ADDED, AddStatus.EXISTS})


@dataclass(frozen=True)
class FoundResult:
    """A result as it came; no `email` where that can't be read, no `status` where none is told."""

    email: str | None
    status: AddStatus | None
    status_text: str
    message: str


@dataclass(frozen=True)
class Matched:
    """A result or None for each recipient; whether they were not simply in the order sent."""

    results: list[AddResult | None]
    matched_otherwise: bool


def with_addresses_by_another_key(
    found: Sequence[FoundResult], rows: Sequence[Any], sent: Sequence[NewRecipient]
) -> list[FoundResult]:
    """The results; one without an address has it from the one text in its row that was sent.

    Else a key by another name and another order would give each the result of somebody else.
    """
    if all(result.email for result in found):
        return list(found)
    ours = {_normalised(recipient.email) for recipient in sent}
    objects = [row for row in rows if type(row) is dict]
    return [
        result if result.email else replace(result, email=_one_of(ours, row))
        for result, row in zip(found, objects, strict=True)
    ]


def _one_of(ours: Iterable[str], row: Mapping[str, Any]) -> str | None:
    texts = (value for value in row.values() if isinstance(value, str) and "@" in value)
    told = set(map(_normalised, texts)).intersection(ours)
    return told.pop() if len(told) == 1 else None


def matched_results(
    sent: Sequence[NewRecipient], found: Sequence[FoundResult], secrets: Iterable[str]
) -> Matched:
    """Give each recipient its result, by address or, where there are as many, by place.

    By place only where those that were found by their address stand at their own: else the order
    is another one. Results of one address that contradict each other are none.
    """
    if [recipient.email for recipient in sent] == [result.email for result in found]:
        return Matched(_made(sent, found, secrets), False)
    ours = [_normalised(recipient.email) for recipient in sent]
    theirs = [_normalised(result.email or "") for result in found]
    if ours == theirs:
        return Matched(_made(sent, found, secrets), False)
    by_place = _by_address(ours, theirs, found)
    known = set(ours)
    is_in_order = len(found) == len(sent) and all(
        own == other for own, other in zip(ours, theirs, strict=True) if other in known
    )
    if is_in_order:
        for place, result in enumerate(found):
            by_place[place] = by_place[place] or result
    return Matched(_made(sent, by_place, secrets), True)


def _by_address(
    ours: Sequence[str], theirs: Sequence[str], found: Sequence[FoundResult]
) -> list[FoundResult | None]:
    of_address: dict[str, list[FoundResult]] = defaultdict(list)
    for address, result in zip(theirs, found, strict=True):
        of_address[address].append(result)
    asked = Counter(ours)
    matched: list[FoundResult | None] = []
    for address in ours:
        results = of_address.get(address, []) if address else []
        # As many as were sent are one for each; more are the same told twice.
        if results and len(results) == asked[address]:
            matched.append(results.pop(0))
            asked[address] -= 1
        else:
            matched.append(_of_all(results))
    return matched


def _of_all(results: Sequence[FoundResult]) -> FoundResult | None:
    """What several results of one address say together; None where they don't say one thing."""
    statuses = {result.status for result in results}
    if statuses <= _ON_LIST and AddStatus.ADDED in statuses:
        statuses = {AddStatus.ADDED}
    if len(statuses) != 1:
        return None
    return next(result for result in results if result.status in statuses)


def _made(
    sent: Sequence[NewRecipient], found: Sequence[FoundResult | None], secrets: Iterable[str]
) -> list[AddResult | None]:
    return [
        None
        if result is None or result.status is None
        else AddResult(recipient.email, result.status, _message(result, secrets))
        for recipient, result in zip(sent, found, strict=True)
    ]


def _message(result: FoundResult, secrets: Iterable[str]) -> str:
    if result.status is not AddStatus.UNKNOWN:
        return clean_message(result.message, secrets) if result.message else ""
    told = ": ".join(filter(None, (result.status_text, result.message)))
    return clean_message(told, secrets)


def _normalised(email: str) -> str:
    """An address as both sides compare it: without blanks around, in lower case, host in ASCII.

    What would be another's by casefold or IDNA 2003 stays apart: a sharp s is no ss.
    """
    address = clean_email(without_blanks_around(email))
    if address.isascii():
        return address.lower()
    name, at, host = address.rpartition("@")
    name = name.lower() if name.isascii() else name
    labels = unicodedata.normalize("NFKC", host.lower()).replace("\u3002", ".").split(".")
    return f"{name}{at}{'.'.join(map(_ascii_label, labels))}"


def _ascii_label(label: str) -> str:
    return label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
