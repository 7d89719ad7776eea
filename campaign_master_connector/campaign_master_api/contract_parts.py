"""The parts of a contract, by our names; who reads them never sees the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from .contract_file import Json
from .meanings import ROWS, Kind

# More rows in a page, or recipients in a batch, than this are never asked for or sent.
MOST_ROWS = 1000


@dataclass(frozen=True)
class Key:
    """A JSON key: `name` on the wire, what `kind` of value it is to us, and its description.

    `types` are the JSON types that the contract gives it, null among them where it may be null;
    none where it gives none. `words` are the vendor's words with ours. `items` are the keys of an
    object, or of the objects in an array. An array that is an answer itself has an empty name.
    `lines` are where the file has the key, and where it says that it is required.
    """

    name: str
    kind: Kind
    types: frozenset[str] = frozenset()
    is_required: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    items: Shape = field(default_factory=dict)
    max_length: int | None = None
    max_items: int | None = None
    lines: tuple[int, ...] = field(default=(), compare=False)

    def word(self, ours: str) -> str:
        """The vendor's (first) word for ours; KeyError where it has none."""
        for theirs, meant in self.words.items():
            if meant == ours:
                return theirs
        raise KeyError(ours)

    def to_send(self, identifier: str) -> str | int:
        """An id as the contract wants it: a number where it says so and that loses nothing."""
        is_number = self.types - {"null"} == {"integer"} and identifier.isascii()
        if is_number and identifier.isdigit() and str(int(identifier)) == identifier:
            return int(identifier)
        return identifier


Shape = Mapping[str, Key]


@dataclass(frozen=True)
class Parameter:
    """A parameter: `name` on the wire, its `place` (path, query or header) and its bounds."""

    name: str
    place: str
    is_required: bool
    types: frozenset[str] = frozenset()
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None


@dataclass(frozen=True)
class Operation:
    """An operation: `means` is our name for it, `name` the contract's.

    `parameters`, `body` and `answer` are by our names, `answer` being the keys of the object that
    it answers as a whole; `rows` is the array in it, `row` what is asked for: one of the rows, or
    the object itself. `fixed` are parameters and keys of the body that always have one value, by
    place and name. `source` is the operation in the file, `line` where its path stands.
    """

    means: str
    name: str
    method: str
    path: str
    needs_token: bool
    is_repeatable: bool
    status: int
    parameters: Mapping[str, Parameter]
    body: Shape
    answer: Shape
    fixed: Mapping[str, Mapping[str, Any]]
    source: Json = field(repr=False)
    line: int = field(default=1, compare=False)

    @cached_property
    def rows(self) -> Key | None:
        """The array of the answer, None where it is one object."""
        return self.answer.get(ROWS)

    @cached_property
    def row(self) -> Shape:
        """The keys of what is asked for."""
        return self.answer if self.rows is None else self.rows.items

    @cached_property
    def largest_page(self) -> int:
        """Rows that a page can have at most."""
        size = self.parameters.get("page_size")
        return min(MOST_ROWS, (size and size.maximum) or MOST_ROWS)

    @cached_property
    def first_page(self) -> int:
        """The number of the first page on the wire; here it is always 1."""
        page = self.parameters.get("page")
        return 1 if page is None or page.minimum is None else page.minimum


@dataclass(frozen=True)
class TokenHeader:
    """How the token is sent."""

    name: str
    prefix: str


@dataclass(frozen=True)
class Contract:
    """All of a contract file. `base_path` has the version as `{version}`, `headers` are by our
    names, `error` is the object that tells of a refusal, `document` the file as plain data,
    `header_lines` where answers name the headers."""

    path: Path
    base_path: str
    token: TokenHeader
    operations: Mapping[str, Operation]
    headers: Mapping[str, str]
    error: Shape
    longest_external_id: int
    document: Json = field(repr=False)
    header_lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict, compare=False)

    @cached_property
    def largest_batch(self) -> int:
        """Recipients that can be added at once."""
        recipients = self.operations["add_list_recipients"].body["recipients"]
        return min(MOST_ROWS, recipients.max_items or MOST_ROWS)
