"""Every text of the addons has a translation, and the templates are those of the code as it is."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest

from tools import places, postgres, translations

ADDONS = pytest.mark.parametrize("addon", places.ADDONS, ids=lambda addon: addon.name)


@ADDONS
def test_the_template_is_what_the_code_says_now(addon: Path) -> None:
    with postgres.running() as server:
        now = translations.export(server, addon)

    committed = polib.pofile(str(translations.template_of(addon)))

    hint = "run `make translations`"
    assert [entry.msgid for entry in committed] == [entry.msgid for entry in now], hint
    assert [entry.occurrences for entry in committed] == [entry.occurrences for entry in now], hint


@ADDONS
def test_each_language_is_complete(addon: Path) -> None:
    template = polib.pofile(str(translations.template_of(addon)))
    for path in translations.files_of(addon):
        assert list(translations.problems(template, path)) == []


def test_what_is_wrong_with_a_translation_is_found(tmp_path: Path) -> None:
    template, path = polib.POFile(), tmp_path / "de.po"
    wrong = {
        "Missing": "",
        "%s of %(total)s": "%s von %(summe)s",
        "<b>Bold</b>": "Fett",
        " with a space": "ohne",
    }
    catalogue = polib.POFile()
    for msgid, msgstr in {**wrong, "%s left": "%s übrig"}.items():
        template.append(polib.POEntry(msgid=msgid))
        catalogue.append(polib.POEntry(msgid=msgid, msgstr=msgstr))
    catalogue.append(polib.POEntry(msgid="Gone", msgstr="Weg"))
    catalogue.save(str(path))

    found = list(translations.problems(template, path))

    assert len(found) == len(wrong) + 1
    assert all(any(repr(msgid) in one for one in found) for msgid in (*wrong, "Gone"))
