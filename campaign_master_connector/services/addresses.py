"""What e-mail address a text names: the one place that decides it, for Python and SQL alike.

An address is taken only where the text names it whole. Whatever could mean somebody else, or
nobody, is malformed: no mail goes to whom nobody named.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import idna

ADDRESS_MAXIMUM_LENGTH = 254
LOCAL_PART_MAXIMUM_LENGTH = 64
# What is longer names no single person; patterns never meet more than this.
TEXT_MAXIMUM_LENGTH = 1000

_ATOM = r"[A-Za-z0-9!#$%&'*+=?^_`{}~-]"
# The apostrophe before a text is a spreadsheet's, or the half of a quotation.
_LOCAL_PATTERN = rf"[A-Za-z0-9!#$%&*+=?^_`{{}}~-]{_ATOM}*(?:\.{_ATOM}+)*"
# What is an address by its letters alone, read by Python and by PostgreSQL the same way. No more
# than fits into each part's length; all else is read by `named_address`.
PLAIN_MAXIMUM_LENGTH = LOCAL_PART_MAXIMUM_LENGTH
PLAIN_PATTERN = (
    rf"{_LOCAL_PATTERN}@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z][A-Za-z0-9]*[A-Za-z]"
)
_PLAIN = re.compile(PLAIN_PATTERN)
# As mail programs write it, which is what most texts are that aren't an address alone.
_AT = "@\uff20\ufe6b"
_WITH_NAME = re.compile(rf'(?:"[^"\\]*" *|[^"\\<>{_AT}]*)<({PLAIN_PATTERN})>')
_LOCAL = re.compile(_LOCAL_PATTERN)
_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+(?=[a-z0-9-]*[a-z])[a-z0-9-]+")
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|<[^<>]*>|[,;/|\n]|\s(?:and|&)(?=\s)|[^",;/|<>\s]+|.',
    re.DOTALL | re.IGNORECASE,
)
_SEPARATOR = re.compile(r"[,;/|\n]|\s(?:and|&)", re.IGNORECASE)
_LINK = "mailto:"

JOINERS = "\u200c\u200d"
# Unicode's Default_Ignorable_Code_Point as far as the category doesn't tell.
_ALSO_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
).union(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))


class NamedAddress(NamedTuple):
    """The address that a text names, in lower case and ASCII, and what there is to say of it.

    ``reason`` is empty, or ``first_of_several``, or, without an address, ``malformed`` or
    ``no_address``.
    """

    address: str
    reason: str


MALFORMED = NamedAddress("", "malformed")
NO_ADDRESS = NamedAddress("", "no_address")


def named_address(text):
    """The address that ``text`` (None as well) names, as a `NamedAddress`."""
    if not text:
        return NO_ADDRESS
    if len(text) > TEXT_MAXIMUM_LENGTH:
        return MALFORMED
    with_name = _WITH_NAME.fullmatch(text)
    short = with_name[1] if with_name else text
    if len(short) <= PLAIN_MAXIMUM_LENGTH and (with_name or _PLAIN.fullmatch(short)):
        return NamedAddress(short.lower(), "")
    seen = visible(text).strip()
    if not seen:
        return NO_ADDRESS
    found = dict.fromkeys(_Reader().addresses_of(seen))
    if not found or not all(found):
        return MALFORMED
    return NamedAddress(next(iter(found)), "first_of_several" if len(found) > 1 else "")


def single_address(text):
    """The one address in ``text``, where a name may stand before it; empty for anything else."""
    address, reason = named_address(text)
    return "" if reason else address


def as_compared(address):
    """An address as those of recipients are stored, to find whose it is."""
    return single_address(address) or visible(address[:TEXT_MAXIMUM_LENGTH]).strip().lower()


def has_foreign_local_part(text):
    """Whether letters before the @ are all that keeps ``text`` from naming an address."""
    local, at, domain = (text or "")[:TEXT_MAXIMUM_LENGTH].rpartition("@")
    in_ascii = "".join(letter if letter.isascii() else "x" for letter in visible(local))
    return not visible(local).isascii() and bool(named_address(in_ascii + at + domain).address)


def is_reordered(text):
    """Whether letters of ``text`` may be shown in another order than they are sent."""
    return any(unicodedata.bidirectional(letter) in ("LRO", "RLO") for letter in text)


def visible(text):
    """``text`` as people see it: nothing invisible, each line break ``\\n``, other blanks a space.

    A blank that doesn't break belongs to no word and ends none, so it goes too. Joiners stay
    between letters whose script may need them.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n")
    return "".join(
        _seen(text, place) if not letter.isascii() or not letter.isprintable() else letter
        for place, letter in enumerate(text)
    )


def _seen(text, place):
    letter = text[place]
    category = unicodedata.category(letter)
    if letter in "\n\r\v\f\x1c\x1d\x1e\x85" or category in ("Zl", "Zp"):
        return "\n"
    if letter == "\t" or category == "Zs":
        return "" if unicodedata.decomposition(letter).startswith("<noBreak>") else " "
    if letter in JOINERS and _is_foreign(text[place - 1 : place], text[place + 1 : place + 2]):
        return letter
    is_invisible = category in ("Cc", "Cf", "Cs") or letter in _ALSO_INVISIBLE
    return "" if is_invisible else letter


def _is_foreign(*neighbours):
    """Combining marks are letters here: scripts with joiners have them."""
    return all(
        one and not one.isascii() and unicodedata.category(one)[0] in "LM" for one in neighbours
    )


class _Reader:
    """Reads the entries of a text, each of which must be an address, with or without a name."""

    def __init__(self):
        self.words = []
        # Words before a separator: of a name such as "Last, First" without its quotes.
        self.has_open_name = False
        self.is_quoted = False
        self.is_complete = False

    def addresses_of(self, text):
        """The address of each entry; an empty one for what is none, and nothing after it."""
        for token in _TOKEN.finditer(text):
            for address in self._read(token[0]):
                yield address
                if not address:
                    return
        yield from self._end_entry()
        if self.has_open_name:
            yield ""

    def _read(self, token):
        if _SEPARATOR.fullmatch(token):
            yield from self._end_entry()
        elif token.isspace():
            self.words.append(token)
        elif self.is_complete or token in ('"', "<", ">"):
            yield ""
        elif token[0] == "<":
            yield self._bracketed(token[1:-1])
        elif token[0] == '"':
            self.is_quoted = True
        else:
            self.words.append(token)

    def _end_entry(self):
        text = self._take_words()
        if self.is_complete or not (text or self.is_quoted):
            self.is_complete = False
        elif not _has_at(text):
            self.has_open_name = True
        else:
            yield "" if self.has_open_name or self.is_quoted else _bare_address(text)

    def _bracketed(self, text):
        """A name before it must not be another address, which then may be the one that is meant."""
        address = _bare_address(text.strip())
        name = self._take_words()
        if _has_at(name) and (self.has_open_name or _bare_address(name.strip(" '")) != address):
            return ""
        self.has_open_name = self.is_quoted = False
        self.is_complete = True
        return address

    def _take_words(self):
        text = "".join(self.words).strip()
        self.words = []
        return text


def _has_at(text):
    """Whether ``text`` may be meant as an address, however its sign is typed."""
    return any(sign in text for sign in _AT)


def _bare_address(text):
    """``text`` as an address in lower case and ASCII, empty where it is none."""
    if text[: len(_LINK)].lower() == _LINK:
        text = text[len(_LINK) :]
        # In a link it stands for another character.
        if "%" in text:
            return ""
    local, _at, domain = text.rpartition("@")
    if len(local) > LOCAL_PART_MAXIMUM_LENGTH or not _LOCAL.fullmatch(local):
        return ""
    domain = _ascii_domain(domain)
    address = f"{local.lower()}@{domain}"
    return address if domain and len(address) <= ADDRESS_MAXIMUM_LENGTH else ""


@lru_cache(maxsize=10_000)
def _ascii_domain(domain):
    """By IDNA 2008; joiners that no script needs are as invisible as others."""
    if len(domain) > ADDRESS_MAXIMUM_LENGTH:
        return ""
    for spelling in dict.fromkeys((domain, re.sub(f"[{JOINERS}]", "", domain))):
        try:
            encoded = idna.encode(spelling, uts46=True).decode()
        except idna.IDNAError:
            continue
        return encoded if _DOMAIN.fullmatch(encoded) else ""
    return ""
