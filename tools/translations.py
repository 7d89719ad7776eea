"""The translations of the addons: a template of all texts, and a file a language beside it.

make translations                    # after a text was changed: what is new is empty in each .po
"""

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import polib

from . import commands, databases, locks, odoo_process, packaged_addon, places, postgres
from .postgres import Server
from .progress import step

# Each with how it forms plurals, which Odoo's exporter leaves empty.
LANGUAGES = {
    "de": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
}
# Placeholders and tags, which each language needs alike; the words in a tag's attributes differ.
FIXED = re.compile(r"%\(\w+\)[sd]|%[sd]|</?\w+")
# What changes with each export, and says nothing.
DATES = ("POT-Creation-Date", "PO-Revision-Date")


def main(arguments: Sequence[str]) -> int:
    """Export the templates, merge them into each language; the status is 1 if texts are missing."""
    missing = 0
    with (
        locks.held("translations", "Translations are being exported"),
        postgres.running() as server,
    ):
        for addon in places.ADDONS:
            with step(f"Exporting the texts of {addon.name}"):
                template = export(server, addon)
            _save(template, template_of(addon))
            for path in files_of(addon):
                missing += _update(path, template)
    return int(missing > 0)


def template_of(addon: Path) -> Path:
    """The file of all texts, without a translation."""
    return addon / "i18n" / f"{addon.name}.pot"


def files_of(addon: Path) -> list[Path]:
    """The file of each language."""
    return [addon / "i18n" / f"{language}.po" for language in LANGUAGES]


def export(server: Server, addon: Path) -> polib.POFile:
    """The texts of an addon as they are now, by Odoo's own exporter; in their order, undated."""
    template = databases.ensure_template(server, with_demo=False)
    if addon == places.QUEUE_JOB_ADDON:
        template = databases.ensure_queue_job_template(server, template)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        configuration = odoo_process.write_configuration(
            folder / "odoo.conf",
            server,
            template,
            addons_path=odoo_process.addons_path(packaged_addon.QUEUE_JOB.addons()),
        )
        target = folder / f"{addon.name}.pot"
        command = odoo_process.command(configuration, subcommand="i18n")
        command[3:3] = ["export"]
        commands.run(
            [*command, "-o", str(target), addon.name],
            places.logs() / "translations.log",
            "Exporting texts",
            env={**os.environ, **server.variables()},
        )
        return _undated(polib.pofile(str(target)))


def problems(template: polib.POFile, path: Path) -> Iterator[str]:
    """What is wrong with a language's file: texts missing or gone, other placeholders or tags."""
    known = {entry.msgid: entry for entry in polib.pofile(str(path)) if not entry.obsolete}
    for msgid in [entry.msgid for entry in template]:
        entry = known.pop(msgid, None)
        if entry is None or not entry.msgstr or entry.fuzzy:
            yield f"{path.name} has no translation of {msgid!r}"
        elif _fixed_parts(entry.msgstr) != _fixed_parts(msgid):
            yield f"{path.name} has other placeholders, tags or spaces than {msgid!r}"
    for msgid in known:
        yield f"{path.name} translates what is no text any more: {msgid!r}"


def _fixed_parts(text: str) -> tuple[list[str], bool, bool]:
    return sorted(FIXED.findall(text)), text[:1].isspace(), text[-1:].isspace()


def _update(path: Path, template: polib.POFile) -> int:
    """Take over what is new and drop what is gone; the number of texts without a translation."""
    catalogue = polib.pofile(str(path)) if path.exists() else polib.POFile()
    catalogue.merge(template)
    for entry in [one for one in catalogue if one.obsolete]:
        catalogue.remove(entry)
    catalogue.metadata = {
        **template.metadata,
        "Language": path.stem,
        "Plural-Forms": LANGUAGES[path.stem],
    }
    _save(catalogue, path)
    missing = [entry for entry in catalogue if not entry.msgstr]
    print(f"{path.relative_to(places.CHECKOUT)}: {len(missing)} of {len(catalogue)} missing")
    return len(missing)


def _undated(catalogue: polib.POFile) -> polib.POFile:
    for date in DATES:
        catalogue.metadata.pop(date, None)
    return catalogue


def _save(catalogue: polib.POFile, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    catalogue.save(str(path))
