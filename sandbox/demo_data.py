"""Plausible lists, templates and senders, so that a new account isn't an empty page."""

from __future__ import annotations

from html import escape

from .database import Database
from .store import lists, senders, templates

_SIZE_BY_LIST = {"Newsletter": 240, "Customers": 120, "Event invitations": 60, "Press": 12}
_SENDERS = ("news@example.com", "sales@example.com", "@example.com")
_TEMPLATES = (
    (
        "Monthly newsletter",
        "News of the month",
        "What is new this month",
        "Three short stories from our workshop, and one date to keep free.",
        "Read all of it",
    ),
    (
        "Product announcement",
        "Something new for you",
        "It is here",
        "What you asked us for is finished. See in two minutes what it does for you.",
        "See how it works",
    ),
    (
        "Event invitation",
        "You are invited",
        "An evening with us",
        "Talks, something to eat and people worth meeting. Places are limited.",
        "Reserve a place",
    ),
)
_PAGE = """<!doctype html>
<html><body style="margin:0;background:#eef1f5;font-family:Arial,Helvetica,sans-serif">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"
 style="max-width:560px;background:#ffffff;margin:24px 0;border-radius:6px">
<tr><td style="background:#20405f;color:#ffffff;padding:22px 32px;font-size:15px">
{heading}</td></tr>
<tr><td style="padding:32px">
<h1 style="margin:0 0 14px;font-size:26px;color:#1c2733">{title}</h1>
<p style="margin:0 0 24px;font-size:16px;line-height:1.5;color:#44515e">
Hello [FirstName],<br>{text}</p>
<a href="https://www.example.com/" style="display:inline-block;background:#c8502a;color:#ffffff;
padding:12px 22px;border-radius:4px;text-decoration:none;font-size:16px">{button}</a>
</td></tr>
<tr><td style="padding:18px 32px;font-size:12px;color:#7a8794;border-top:1px solid #e3e7ec">
You get this mail because you asked for it.
<a href="https://www.example.com/unsubscribe" style="color:#7a8794">Unsubscribe</a></td></tr>
</table></td></tr></table></body></html>
"""


def fill(database: Database, account_id: int, now: int) -> None:
    """Give an account demo lists, templates and registered senders."""
    for name, size in _SIZE_BY_LIST.items():
        list_id = lists.create(database, account_id, name)
        lists.populate(database, account_id, list_id, size, now)
    for name, subject, title, text, button in _TEMPLATES:
        html = newsletter(name, title, text, button)
        templates.create(database, account_id, name, subject, html)
    for email in _SENDERS:
        senders.register(database, account_id, email)


def newsletter(heading: str, title: str, text: str, button: str) -> str:
    """The HTML of a simple mail that any mail program shows as meant."""
    return _PAGE.format(
        heading=escape(heading), title=escape(title), text=escape(text), button=escape(button)
    )
