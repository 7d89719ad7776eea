"""The template database is made anew when, and only when, the addon's data or fields change."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tools import databases, places

MODEL = """\
class Thing(models.Model):
    _name = "thing"
    name = fields.Char()

    def greet(self):
        return "hello"
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], str]:
    """Write a file of an addon and give the fingerprint that the addon then has."""
    monkeypatch.setattr(places, "ADDON", tmp_path)

    def write_file(name: str, text: str) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return databases.addon_fingerprint()

    write_file("models/thing.py", MODEL)
    write_file("views/thing.xml", "<odoo/>")
    return write_file


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("models/thing.py", MODEL.replace("fields.Char()", "fields.Text()")),
        ("models/other.py", MODEL),
        ("views/thing.xml", "<odoo><data/></odoo>"),
        ("__manifest__.py", "{}"),
    ],
)
def test_what_is_loaded_into_the_database_counts(
    write: Callable[[str, str], str], name: str, text: str
) -> None:
    before = databases.addon_fingerprint()

    assert write(name, text) != before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("models/thing.py", MODEL.replace("hello", "good morning")),
        ("models/thing.py", MODEL + "# a remark\n"),
        ("tests/test_thing.py", "assert True\n"),
        ("static/src/thing.js", "let x = 1;"),
        ("i18n/de.po", 'msgid "x"'),
    ],
)
def test_what_is_read_at_each_start_does_not_count(
    write: Callable[[str, str], str], name: str, text: str
) -> None:
    before = databases.addon_fingerprint()

    assert write(name, text) == before
