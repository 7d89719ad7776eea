"""Texts as a mail header takes them, as a list shows them, and as a spreadsheet may have them."""

import unicodedata

JOINERS = "\u200c\u200d"
# What takes no room though Unicode has it among letters, marks and symbols.
BLANK_LETTERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
# What has a picture though Unicode has it among the invisible ones: signs over Arabic numbers.
VISIBLE_FORMATS = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
VIRAMA = 9
# How a text begins that a spreadsheet takes for a formula.
BEGINS_A_FORMULA = ("=", "+", "-", "@")


def on_one_line(text):
    """``text`` without control characters and line breaks, single spaces, trimmed.

    Everything else stays: emoji, right-to-left letters, quotes, angle brackets.
    """
    spaced = "".join(
        " " if unicodedata.category(character) in ("Cc", "Zl", "Zp") else character
        for character in text or ""
    )
    return " ".join(spaced.split())


def without_invisible(text):
    """``text`` in which nothing is hidden and nothing turns the reading direction.

    Joiners stay where a script or an emoji needs them: after a virama, between letters of Arabic
    kind, within an emoji of several.
    """
    text = unicodedata.normalize("NFC", text or "")
    if text.isascii():
        return text
    shown = "".join(
        character for character in text if character in JOINERS or not _is_invisible(character)
    )
    return "".join(
        character
        for place, character in enumerate(shown)
        if character not in JOINERS or _is_joined(shown, place)
    )


def _is_invisible(character):
    return character in BLANK_LETTERS or (
        unicodedata.category(character) == "Cf" and character not in VISIBLE_FORMATS
    )


def _is_joined(text, place):
    """Whether the joiner at ``place`` makes a difference to what is seen."""
    before = text[max(0, place - 3) : place].rstrip("\ufe0e\ufe0f")[-1:]
    after = text[place + 1 : place + 2]
    if not before or not after:
        return False
    if unicodedata.combining(before) == VIRAMA:
        return True
    if {unicodedata.bidirectional(before), unicodedata.bidirectional(after)} <= {"AL", "NSM"}:
        return True
    return unicodedata.category(before) in ("So", "Sk") and unicodedata.category(after) == "So"


def as_name(text):
    """A name from outside as people choose by it: one line, nothing hidden, no formula."""
    name = on_one_line(without_invisible(text))
    return f"\u201c{name}\u201d" if name.startswith(BEGINS_A_FORMULA) else name


def in_a_cell(text):
    """``text`` as a spreadsheet shows it and doesn't calculate it."""
    begun = text.lstrip()
    while begun and _is_invisible(begun[0]):
        begun = begun[1:].lstrip()
    return f"'{begun}" if begun.startswith(BEGINS_A_FORMULA) else text.lstrip("\ufeff\t\r\n")
