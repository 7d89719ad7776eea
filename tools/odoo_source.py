"""Odoo 19: an own checkout that ODOO_SOURCE names, else Debian's package, unpacked."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from . import commands, places
from .problem import Problem
from .progress import step

PACKAGES = (
    "odoo-19",
    "fonts-font-awesome",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
SOURCES = (Path("/etc/apt/sources.list.d"), Path("/etc/apt/sources.list"))
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# The package leaves it out, and a backend asset bundle names it.
LEFT_OUT = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


def python_path() -> Path:
    """The folder to put on the Python path, so that ``import odoo`` is Odoo 19."""
    own = os.environ.get("ODOO_SOURCE")
    if not own:
        return places.unpacked_odoo() / "usr/lib/python3/dist-packages"
    folder = Path(own).expanduser().resolve()
    release = folder / "odoo" / "release.py"
    if not release.exists():
        raise Problem(f"ODOO_SOURCE is {own}, but there is no Odoo in it (no odoo/release.py).")
    if not re.search(r"version_info = \(['\"]?(saas~)?19\b", release.read_text(encoding="utf-8")):
        raise Problem(f"ODOO_SOURCE is {own}, but that isn't Odoo 19.")
    return folder


def addons_path() -> list[Path]:
    """Folders of addons: Odoo's own and the checkout."""
    base = python_path()
    candidates = [base / "addons", base / "odoo" / "addons", places.CHECKOUT]
    if not os.environ.get("ODOO_SOURCE"):
        candidates = candidates[1:]
    return [folder for folder in candidates if folder.is_dir()]


def ensure() -> None:
    """Have Odoo 19 at hand."""
    if os.environ.get("ODOO_SOURCE"):
        python_path()
        return
    target = places.unpacked_odoo()
    if (target / "complete").exists():
        return
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Problem(
            "Odoo 19 is fetched as a Debian package, and this system has no apt-get. Set "
            "ODOO_SOURCE to a checkout of Odoo's branch 19.0 instead."
        )
    with step("Getting Odoo 19 (130 MB)"):
        _download_and_unpack(target)


def _download_and_unpack(target: Path) -> None:
    work = places.cache() / "apt"
    log = places.logs() / "odoo-download.log"
    log.unlink(missing_ok=True)
    shutil.rmtree(work, ignore_errors=True)
    downloads = work / "downloads"
    for folder in (work / "lists/partial", work / "cache/archives/partial", downloads):
        folder.mkdir(parents=True)
    address, key = _debian_source()
    (work / "sid.list").write_text(f"deb [signed-by={key}] {address} sid main\n", encoding="utf-8")
    apt = ["apt-get", "-q", *_apt_options(work)]
    commands.run([*apt, "update"], log, "Reading Debian's package list")
    commands.run([*apt, "download", *PACKAGES], log, "Downloading Odoo 19", cwd=downloads)
    unpacked = work / "unpacked"
    for package in sorted(downloads.glob("*.deb")):
        commands.run(["dpkg-deb", "-x", package, unpacked], log, "Unpacking Odoo 19")
    left_out = unpacked / "usr/lib/python3/dist-packages" / LEFT_OUT
    left_out.parent.mkdir(parents=True, exist_ok=True)
    left_out.touch()
    (unpacked / "complete").touch()
    shutil.rmtree(target, ignore_errors=True)
    unpacked.rename(target)
    shutil.rmtree(work)


def _apt_options(work: Path) -> list[str]:
    options = {
        "Dir::Etc::SourceList": work / "sid.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::lists": work / "lists",
        "Dir::Cache": work / "cache",
        "Acquire::Retries": 2,
    }
    if os.geteuid() == 0:
        options["APT::Sandbox::User"] = "root"
    return [part for name, value in options.items() for part in ("-o", f"{name}={value}")]


def _debian_source() -> tuple[str, str]:
    """Address and key ring of the machine's own Debian archive."""
    for text in _source_texts():
        for address, key in _archives(text):
            if "security" not in address:
                return address, key or KEYRING
    raise Problem(
        "Odoo 19 is fetched from Debian's archive, and no Debian archive is configured here. Set "
        "ODOO_SOURCE to a checkout of Odoo's branch 19.0 instead."
    )


def _source_texts() -> Iterator[str]:
    for place in SOURCES:
        files = sorted(place.glob("debian*")) if place.is_dir() else [place]
        yield from (file.read_text(encoding="utf-8") for file in files if file.is_file())


def _archives(text: str) -> Iterator[tuple[str, str]]:
    """(address, key ring or empty) of each archive of a file in either of apt's two formats."""
    for stanza in re.split(r"\n\s*\n", text):
        if uris := re.search(r"^URIs:\s*(\S+)", stanza, re.MULTILINE):
            signed = re.search(r"^Signed-By:\s*(\S+)", stanza, re.MULTILINE)
            yield uris[1].rstrip("/"), signed[1] if signed else ""
    for line in re.finditer(r"^deb\s+(\[[^]]*]\s+)?(\S*debian\S*)\s", text, re.MULTILINE):
        signed = re.search(r"signed-by=([^\s\]]+)", line[1] or "")
        yield line[2].rstrip("/"), signed[1] if signed else ""
