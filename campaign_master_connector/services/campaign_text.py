"""Texts as a mail header takes them."""

import unicodedata


def on_one_line(text):
    """``text`` without control characters and line breaks, single spaces, trimmed.

    Everything else stays: emoji, right-to-left letters, quotes, angle brackets.
    """
    spaced = "".join(
        " " if unicodedata.category(character) in ("Cc", "Zl", "Zp") else character
        for character in text or ""
    )
    return " ".join(spaced.split())
