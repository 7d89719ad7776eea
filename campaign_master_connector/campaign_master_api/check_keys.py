"""The keys of an answer beside those of the contract, and what to correct where they differ.

What comes from the server is shown by its form alone. A key is shown only where it is made of words
that such interfaces use: an object can be keyed by addresses, names or tokens.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from .contract import load
from .contract_file import ContractError
from .contract_parts import Contract, Key, Operation, Shape
from .meanings import NEEDS, PAGED, ROWS, Kind
from .values import folded

# What can't be shown stands as this.
OTHER = "(other)"
# Of more unknown keys than this in one object, the object is keyed by data.
MOST_UNKNOWN = 30
# Of a page as many rows are looked at.
ROWS_LOOKED_AT = 200
NEAR = 0.6
MOST_TEXTS = 20_000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_FEW_DIGITS = re.compile(r"[0-9]{1,2}")
_DOTNET = re.compile(r"/Date\([^()]{1,20}\)/")
_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
_DATE = re.compile(r"[0-9]{4}[-/]?[0-9]{2}[-/]?[0-9]{2}([T ].{0,40})?", re.DOTALL)
_OPEN_LIST = re.compile(r"required:\s*\[[^\]]*$")
_ZONE = re.compile(r"(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})$", re.IGNORECASE)
_DIGITS = re.compile(r"-?[0-9]{1,20}")
_DECIMALS = re.compile(r"-?[0-9]{1,20}\.[0-9]{1,30}")

# What keys of such interfaces are made of, beside the words of this package's own names.
_USUAL_WORDS = """
    abuse accepted account accounts action actions active activity add added address
    addresses after all allowed answer answers api array at attempt attempts audience
    available average avg base batch before begin blocked body bounce bounced bounces
    broadcast bulk by call calls campaign campaigns category changed channel click clicked
    clickers clicks client clock close closed cm code codes collection company complaint
    complaints completed confirm confirmed contact contacts content contents context copy
    count counter counts create created creation current cursor custom customer data date
    dates datetime day days default delete deleted delivered deliveries delivery desc
    description detail details device disabled display distinct domain done double draft dt
    dto duration each elements email emails empty enabled encoding end ended entries entry
    envelope error errors etag event events exists expires external failed failure failures
    field fields filter final finished first fk flag folder footer format forward forwarded
    forwarders forwards found from full further group groups guid hard has header headers
    hidden hour hours href html id identifier ids import imported in inactive index
    individual info internal invalid is iso item items json key keys kind label language
    last launch launched layout left length limit limits link linked links list lists locale
    locked mail mailing mailings mails master max maximum member members message messages
    meta metadata method min minimum mode modified moment month more ms name names new next
    no node not note notes num number object objects odata of offset ok old on only open
    opened openers opening opens optin optout order origin original other out owner page
    pages paging parameter parent part path pending per percent percentage period phone pk
    plain position preheader prev preview previous priority private profile progress
    properties property public queue queued rate ratelimit rates ratio read reason receive
    received recipient recipients record recorded records redirect redirection redirects ref
    reference references refresh region registered rejected rel remaining removed replies
    reply report reports request requests required reset response responses result results
    return returned revision row rows run running schedule scheduled schema scheme segment
    segments selected self send sender senders sending sends sent series server session set
    settings short shown site size skip skipped soft sort source spam start started state
    states statistic statistics stats status step stop subject subscribe subscribed
    subscriber subscribers subscriptions success successful sum summary suppressed sync
    system tag tags target template templates tenant test text thread time times timestamp
    timezone title to token topic total totals tracking trigger ts type types uid
    undelivered unique unit unknown unopened unread unsub unsubs unsubscribe unsubscribed
    unsubscribers unsubscribes until update updated updates upload uri url usage user utc
    uuid valid value values version view viewed viewers views visible visits vm was web week
    what when with word words xml xmlns year zone
"""
_VOCABULARY = frozenset(
    {
        *_USUAL_WORDS.split(),
        *(
            word
            for need in NEEDS.values()
            for name in (*need.answer, *need.body, *PAGED)
            for word in name.split("_")
        ),
    }
)
# Forms that a value of this kind can have.
_FITTING: Mapping[Kind, frozenset[str]] = {
    Kind.COUNT: frozenset({"whole number", "number with decimals", "digits as text"}),
    Kind.FLAG: frozenset({"true or false", "whole number", "digits as text", "text"}),
    Kind.IDENTIFIER: frozenset({"whole number", "digits as text", "GUID as text", "text"}),
    Kind.MOMENT: frozenset(
        {
            "date",
            "date without offset",
            "date with a blank",
            "/Date(ms)/",
            "whole number",
            "digits as text",
            "empty text",
        }
    ),
    Kind.ROWS: frozenset({"array"}),
}
_FITTING_TEXT = frozenset({"text", "empty text", "digits as text", "GUID as text"})


def form_of(value: Any) -> str:
    """How a value is written, without anything of it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "whole number" if isinstance(value, int) else "number with decimals"
    if isinstance(value, (list, dict)):
        return "array" if isinstance(value, list) else "object"
    return _form_of_text(value) if isinstance(value, str) else "nothing"


def _form_of_text(text: str) -> str:
    stripped = text[:100].strip()
    if not stripped:
        return "empty text"
    if _DIGITS.fullmatch(stripped):
        return "digits as text"
    if _DECIMALS.fullmatch(stripped):
        return "number with decimals as text"
    if _DOTNET.fullmatch(stripped):
        return "/Date(ms)/"
    if _GUID.fullmatch(stripped):
        return "GUID as text"
    if _DATE.fullmatch(stripped):
        if " " in stripped:
            return "date with a blank"
        return "date" if _ZONE.search(stripped[10:]) else "date without offset"
    return "text"


_NATURAL = {
    "integer": frozenset({"whole number"}),
    "number": frozenset({"whole number", "number with decimals"}),
    "boolean": frozenset({"true or false"}),
    "null": frozenset({"null"}),
    "array": frozenset({"array"}),
}


def odd_forms(key: Key, forms: Iterable[str]) -> list[str]:
    """The forms of values that the contract doesn't describe the key by."""
    text = frozenset({"date"}) if key.kind is Kind.MOMENT else _FITTING_TEXT
    usual = frozenset().union(*({"string": text, **_NATURAL}.get(one, ()) for one in key.types))
    return [form for form in forms if form not in usual]


# What is there ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Level:
    """One level of an answer: its objects, and the keys that the contract expects in each."""

    objects: Sequence[Mapping[str, Any]]
    expected: Mapping[str, Key]


@dataclass(frozen=True)
class Unmatched:
    """A key that is expected and not there, with the unknown one that may be it, or none."""

    means: str
    key: Key
    near: str = ""
    likeness: float = 0.0


@dataclass(frozen=True)
class KeysSeen:
    """Names of keys: those of the contract that are there and not, and the unknown ones.

    `forms` are the forms of the values by the contract's names. `was_empty` says that there was
    no row whose keys could be seen. `lines_found` are names that are there with the line of each,
    `is_in_other_case` says that none of them is written as in the contract.
    """

    found: tuple[str, ...] = ()
    missing: tuple[Unmatched, ...] = ()
    unknown: tuple[str, ...] = ()
    forms: Mapping[str, tuple[str, ...]] | None = None
    was_empty: bool = False
    lines_found: frozenset[tuple[str, int]] = frozenset()
    is_in_other_case: bool = False


class Showing:
    """Decides which names of the server can be shown.

    Those alone that are made of the words of such interfaces, and none that contains a secret or
    is a value too; with `shows_all`, for the eyes of who checks, all that are no secret.
    """

    def __init__(self, secrets: Iterable[str], *, shows_all: bool = False) -> None:
        self._shows_all = shows_all
        self._secrets = {folded(secret) for secret in secrets if folded(secret)}
        self._texts: set[str] = set()

    def learn(self, content: Any) -> None:
        """Remember the texts of an answer: a key that is one of them is somebody's."""
        waiting = [content]
        while waiting and len(self._texts) < MOST_TEXTS:
            value = waiting.pop()
            if isinstance(value, dict):
                waiting += value.values()
            elif isinstance(value, list):
                waiting += value
            elif isinstance(value, str):
                self._texts |= {folded(word) for word in value[:1000].split()}
                self._texts.add(folded(value[:1000]))

    def may_show(self, name: str) -> bool:
        """Whether the name is nobody's."""
        # Headers of one's own begin so by custom.
        plain = folded(name[2:] if name.lower().startswith("x-") else name)
        return bool(
            _NAME.fullmatch(name)
            and plain not in self._secrets
            and not any(len(secret) > 3 and secret in plain for secret in self._secrets)
            and (self._shows_all or (plain not in self._texts and is_of_known_words(plain)))
        )


def is_of_known_words(plain: str) -> bool:
    """Whether a folded name is made of words that such interfaces use, and of up to two digits.

    A person's name or a token looks like a key too, but not like several such words.
    """
    ends = {0}
    for end in range(1, len(plain) + 1):
        if any(
            plain[start:end] in _VOCABULARY or _FEW_DIGITS.fullmatch(plain[start:end])
            for start in ends
        ):
            ends.add(end)
    return len(plain) in ends


def levels_of(content: Any, operation: Operation) -> list[Level]:
    """The objects of an answer: around the rows, and the rows; or the object itself."""
    shape = operation.answer
    if operation.rows is None:
        return [Level([content], shape)] if isinstance(content, dict) else []
    if isinstance(content, list):
        return [Level(_objects(content), operation.row)]
    if not isinstance(content, dict):
        return []
    rows = _rows_in(content, shape[ROWS].name)
    around = Level([content], shape)
    return [around] if rows is None else [around, Level(_objects(rows), operation.row)]


def _objects(rows: list[Any]) -> list[dict[str, Any]]:
    return [row for row in rows[:ROWS_LOOKED_AT] if isinstance(row, dict)]


def _rows_in(content: Mapping[str, Any], name: str) -> list[Any] | None:
    named = {folded(key): value for key, value in content.items()}.get(folded(name))
    if isinstance(named, list):
        return named
    arrays = [value for value in content.values() if isinstance(value, list)]
    return arrays[0] if len(arrays) == 1 else None


def keys_seen(levels: Sequence[Level], operation: Operation, showing: Showing) -> KeysSeen:
    """All levels of an answer put together; a key stands with the name of its array before it."""
    found: list[str] = []
    missing: list[Unmatched] = []
    unknown: list[str] = []
    forms: dict[str, tuple[str, ...]] = {}
    was_empty = False
    for level in levels:
        if not level.objects:
            was_empty = True
            continue
        names = _present(level.objects)
        known = {folded(key.name): key.name for key in level.expected.values()}
        found += [known[folded(name)] for name in names if folded(name) in known]
        others = [name for name in names if folded(name) not in known]
        rows = operation.rows
        arrays = [name for name in others if _is_taken_as_rows(name, level, rows)]
        absent = {
            means: key
            for means, key in level.expected.items()
            if key.name not in found and not (means == ROWS and arrays)
        }
        found += [key.name for key in (rows,) if key and arrays and key.name not in found]
        seen_often = [name for name in others if name not in arrays and _is_usual(name, level)]
        rare = len(others) - len(arrays) - len(seen_often)
        is_keyed_by_data = len(others) > MOST_UNKNOWN
        fine = [] if is_keyed_by_data else [n for n in seen_often if showing.may_show(n)]
        missing += _matched(absent, fine, level.objects)
        hidden = rare + len(seen_often) - len(fine)
        unknown += sorted(fine)
        unknown += [OTHER if hidden == 1 else f"{OTHER} x {hidden}"] if hidden else []
        forms |= _forms(level)
    return KeysSeen(
        tuple(dict.fromkeys(found)),
        tuple(missing),
        tuple(unknown),
        forms,
        was_empty,
        *_written(levels),
    )


def _written(levels: Sequence[Level]) -> tuple[frozenset[tuple[str, int]], bool]:
    """The keys that are there with the line of each, and whether all are in another case."""
    there: set[tuple[str, int]] = set()
    exact = False
    for level in levels:
        names = set(_present(level.objects))
        plain = {folded(name) for name in names}
        keys = [key for key in level.expected.values() if folded(key.name) in plain and key.lines]
        there |= {(key.name, key.lines[0]) for key in keys}
        exact = exact or any(key.name in names for key in keys)
    return frozenset(there), bool(there) and not exact


def _present(objects: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in objects for name in row))


def _is_taken_as_rows(name: str, level: Level, rows: Key | None) -> bool:
    """The one array in the object is taken as the rows, whatever it is called."""
    if rows is None or ROWS not in level.expected:
        return False
    [content] = level.objects
    arrays = [value for value in content.values() if isinstance(value, list)]
    return len(arrays) == 1 and isinstance(content[name], list)


def _is_usual(name: str, level: Level) -> bool:
    """Of several rows more than one has it: else it may be keyed by data."""
    return len(level.objects) == 1 or sum(name in row for row in level.objects) > 1


def _forms(level: Level) -> dict[str, tuple[str, ...]]:
    by_folded = {folded(key.name): key.name for key in level.expected.values()}
    seen: dict[str, Counter[str]] = {}
    for row in level.objects:
        for name, value in row.items():
            if ours := by_folded.get(folded(name)):
                seen.setdefault(ours, Counter())[form_of(value)] += 1
    return {
        name: tuple(form for form, _count in all_.most_common(3)) for name, all_ in seen.items()
    }


# What may be what ------------------------------------------------------------------------------


def _matched(
    absent: Mapping[str, Key], unknown: Sequence[str], objects: Sequence[Mapping[str, Any]]
) -> list[Unmatched]:
    """Each absent key with the unknown one that is nearest to it and of the same kind."""
    pairs = [
        (_likeness(means, key, name), means, name)
        for means, key in absent.items()
        for name in unknown
        if _fits(key.kind, name, objects)
    ]
    near: dict[str, tuple[str, float]] = {}
    taken: set[str] = set()
    for likeness, means, name in sorted(pairs, reverse=True):
        if likeness >= NEAR and means not in near and name not in taken:
            near[means] = name, likeness
            taken.add(name)
    return [Unmatched(means, key, *near.get(means, ())) for means, key in absent.items()]


def _likeness(means: str, key: Key, name: str) -> float:
    """From 0 to 1, by the letters as they are and by the words in whatever order."""
    plain, words = folded(name), words_of(name)
    own = (folded(key.name), folded(means))
    return max(
        *(SequenceMatcher(None, plain, other).ratio() for other in own),
        SequenceMatcher(None, words, words_of(key.name)).ratio(),
    )


_SAME_WORDS = {
    **dict.fromkeys(("count", "number", "num", "sum", "all"), "total"),
    **dict.fromkeys(("distinct", "individual"), "unique"),
    **dict.fromkeys(("date", "time", "on"), "at"),
    **dict.fromkeys(("mail", "emailaddress", "address"), "email"),
    "send": "from",
}


def words_of(name: str) -> str:
    """The words of a name in the order of the alphabet, without plurals, one for each meaning."""
    parts = _WORDS.findall(name)
    words = (part.casefold().removesuffix("s").removesuffix("er") for part in parts)
    return "".join(sorted(_SAME_WORDS.get(word, word) for word in words))


def _fits(kind: Kind, name: str, objects: Sequence[Mapping[str, Any]]) -> bool:
    forms = {form_of(row[name]) for row in objects if name in row} - {"null"}
    fitting = _FITTING.get(Kind.COUNT if kind is Kind.RATE else kind, _FITTING_TEXT)
    return forms <= fitting


# What to correct -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Correction:
    """A line of the contract file as it has to be, and why, in one sentence each."""

    line: int
    reasons: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Renaming:
    """A name in the contract file, what to call it, and where it stands.

    `likeness` is from 0 to 1, `seen` how the answers write it where `new` is written otherwise.
    """

    old: str
    new: str
    lines: tuple[int, ...]
    likeness: float = 1.0
    seen: str = ""

    @property
    def reason(self) -> str:
        """The sentence for a person."""
        return f"`{self.seen or self.new}` is there, `{self.old}` is expected"


def renamings(keys: KeysSeen, contract: Contract) -> list[Renaming]:
    """Of all missing keys that another one is near to."""
    return [
        Renaming(
            one.key.name,
            _in_case_of(one.key.name, one.near) if keys.is_in_other_case else one.near,
            _lines_everywhere(contract, one.key),
            one.likeness,
            one.near,
        )
        for one in keys.missing
        if one.near and one.key.lines
    ]


def _in_case_of(old: str, new: str) -> str:
    """The new name as the contract writes its own: case tells nothing where all are in another."""
    first, *others = (part.lower() for part in _WORDS.findall(new))
    if "_" in old:
        return "_".join((first, *others))
    start = first.capitalize() if old[:1].isupper() else first
    return "".join((start, *(part.capitalize() for part in others)))


def _lines_everywhere(contract: Contract, key: Key) -> tuple[int, ...]:
    """Other operations too can require what is described once."""
    lines = dict.fromkeys(key.lines)
    for operation in contract.operations.values():
        for shape in (operation.body, operation.answer):
            for other in _keys_in(shape):
                if other.name == key.name and other.lines[:1] == key.lines[:1]:
                    lines |= dict.fromkeys(other.lines)
    return tuple(lines)


def _keys_in(shape: Shape) -> Iterator[Key]:
    for key in shape.values():
        yield key
        yield from _keys_in(key.items)


def distinct(wanted: Iterable[Renaming], found: Set[tuple[str, int]]) -> list[Renaming]:
    """The nearest ones: no name of the answers serves two of the contract, nor the reverse.

    `found` are names that some answer has, with their first line: those need no other one.
    """
    by_new: dict[str, str] = {}
    by_place: dict[tuple[str, int], str] = {}
    kept = []
    for one in sorted(dict.fromkeys(wanted), key=lambda one: (-one.likeness, one.old, one.lines)):
        place, new = (one.old, one.lines[0]), folded(one.new)
        if place in found or by_new.setdefault(new, one.old) != one.old:
            continue
        if by_place.setdefault(place, one.new) == one.new:
            kept.append(one)
    return kept


def corrections(contract: Contract, wanted: Sequence[Renaming]) -> list[Correction]:
    """The lines that the renamings change, each once, in the order of the file."""
    try:
        lines = Path(contract.path).read_text("utf-8").splitlines()
    except OSError:
        return []
    changed: dict[int, tuple[str, dict[str, None]]] = {}
    for one in dict.fromkeys(wanted):
        for number in _all_lines(one, lines):
            text, reasons = changed.get(number, (lines[number - 1], {}))
            changed[number] = _renamed(text, one), {**reasons, one.reason: None}
    return [
        Correction(number, tuple(reasons), text)
        for number, (text, reasons) in sorted(changed.items())
        if text != lines[number - 1]
    ]


def corrected(contract: Contract, changes: Sequence[Correction]) -> str:
    """The whole contract file with these lines."""
    lines = Path(contract.path).read_text("utf-8").splitlines()
    for change in changes:
        lines[change.line - 1] = change.text
    return "\n".join(lines) + "\n"


def unloadable(contract: Contract, changes: Sequence[Correction]) -> list[str]:
    """Why the contract with these lines is refused, a sentence each; none where it isn't."""
    if not changes:
        return []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, contract.path.name)
        file.write_text(corrected(contract, changes), "utf-8")
        try:
            load(file)
        except ContractError as error:
            return [problem.removeprefix(f"{file}, ") for problem in error.problems]
    return []


def _all_lines(one: Renaming, lines: Sequence[str]) -> list[int]:
    """Where the name is to be changed: a list of the required ones may go over several lines."""
    found = [number for number in one.lines if number <= len(lines)]
    for number in one.lines[1:]:
        item = re.compile(rf"\s*-\s*[\"']?{re.escape(one.old)}[\"']?\s*$")
        below = range(number, min(number + 60, len(lines)))
        found += [place + 1 for place in below if item.match(lines[place])][:1]
        if _OPEN_LIST.search(lines[number - 1]):
            ends = (place + 1 for place in below if "]" in lines[place])
            found += range(number + 1, next(ends, number) + 1)
    return list(dict.fromkeys(found))


def _renamed(text: str, one: Renaming) -> str:
    old = re.escape(one.old)
    as_key = re.compile(rf"(?<![\w-])(?P<quote>[\"']?){old}(?P=quote)(?=\s*:)")
    text = as_key.sub(lambda found: f"{found['quote']}{one.new}{found['quote']}", text)
    as_item = re.compile(rf"^(\s*-\s*[\"']?){old}([\"']?\s*)$")
    text = as_item.sub(lambda found: f"{found[1]}{one.new}{found[2]}", text)
    in_list = re.compile(rf"(?<![\w-]){old}(?![\w-])")
    lists = r"required:\s*\[[^\]]*|^[^:\[\]]*(?=\]|$)"
    return re.sub(lists, lambda found: in_list.sub(one.new, found[0]), text)


def header_renamings(
    contract: Contract, missing: Mapping[str, str], names: Iterable[str]
) -> list[Renaming]:
    """Of headers that aren't there, by what they mean, where one of `names` is near."""
    known = {name.lower() for name in contract.headers.values()}
    others = [name for name in names if name.lower() not in known]
    found = []
    for means, name in missing.items():
        ratios = [(SequenceMatcher(None, folded(name), folded(one)).ratio(), one) for one in others]
        ratio, near = max(ratios, default=(0.0, ""))
        if ratio >= NEAR + 0.2 and (lines := contract.header_lines.get(means)):
            found.append(Renaming(name, near.lower(), lines))
    return found


def is_needed(operation: Operation, means: str, key: Key) -> bool:
    """Whether the contract promises the key and something is lost without it."""
    if means in PAGED and operation.rows is not None and means in operation.answer:
        return False
    return key.is_required or means in NEEDS[operation.means].essential or means == ROWS
