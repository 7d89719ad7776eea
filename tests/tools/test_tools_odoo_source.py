"""Where Odoo is taken from: the machine's own Debian archive, or a checkout that a person names."""

from pathlib import Path

import pytest

from tools import odoo_source
from tools.problem import Problem

NEW_FORMAT = """\
Types: deb
URIs: http://security.example.com/debian-security
Suites: stable-security
Signed-By: /keys/security.gpg

Types: deb
URIs: http://archive.example.com/debian/
Suites: stable
Signed-By: /keys/archive.gpg
"""
OLD_FORMAT = "deb [arch=amd64 signed-by=/keys/old.gpg] http://old.example.com/debian stable main\n"
WITHOUT_KEY = (
    "# deb http://no.example.com/debian x\ndeb http://plain.example.com/debian stable main\n"
)
OTHER_SYSTEM = "deb http://archive.example.com/ubuntu jammy main\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NEW_FORMAT, ("http://archive.example.com/debian", "/keys/archive.gpg")),
        (OLD_FORMAT, ("http://old.example.com/debian", "/keys/old.gpg")),
        (WITHOUT_KEY, ("http://plain.example.com/debian", odoo_source.KEYRING)),
    ],
)
def test_the_archive_is_the_machines_own(
    text: str, expected: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "debian.sources").write_text(text)
    monkeypatch.setattr(odoo_source, "SOURCES", (tmp_path,))

    assert odoo_source._debian_source() == expected


def test_another_system_is_told_of_odoo_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sources.list").write_text(OTHER_SYSTEM)
    monkeypatch.setattr(odoo_source, "SOURCES", (tmp_path / "sources.list",))

    with pytest.raises(Problem, match="Set ODOO_SOURCE to a checkout"):
        odoo_source._debian_source()


def test_an_own_checkout_is_used_with_its_two_folders_of_addons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("addons", "odoo/addons"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "odoo" / "release.py").write_text("version_info = (19, 0, 0, 'final', 0, '')\n")
    monkeypatch.setenv("ODOO_SOURCE", str(tmp_path))

    assert odoo_source.python_path() == tmp_path
    assert odoo_source.addons_path()[:2] == [tmp_path / "addons", tmp_path / "odoo" / "addons"]


def test_a_checkout_of_another_version_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo" / "release.py").write_text("version_info = (18, 0, 0, 'final', 0, '')\n")
    monkeypatch.setenv("ODOO_SOURCE", str(tmp_path))

    with pytest.raises(Problem, match="isn't Odoo 19"):
        odoo_source.python_path()
