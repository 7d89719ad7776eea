"""Where things are: the checkout, and the cache outside it that all checkouts share."""

import hashlib
import os
import platform
from pathlib import Path

from . import permissions
from .problem import Problem

CHECKOUT = Path(__file__).resolve().parent.parent
ADDON = CHECKOUT / "campaign_master_connector"
QUEUE_JOB_ADDON = CHECKOUT / "campaign_master_connector_queue_job"
ADDONS = (ADDON, QUEUE_JOB_ADDON)
REQUIREMENTS = CHECKOUT / "tools" / "requirements.txt"


def cache() -> Path:
    """The cache folder, made when it isn't there: $CAMPAIGN_MASTER_CACHE or the user's own.

    Nobody else sees what is in it: databases, files of the demo, passwords. It stays as far open
    as the embedded PostgreSQL needs to pass through it.
    """
    named = os.environ.get("CAMPAIGN_MASTER_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(named) if named else Path(base) / "campaign-master-connector"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=permissions.PRIVATE)
        permissions.hide_contents(folder)
    except OSError as error:
        raise Problem(
            f"The cache folder {folder} can't be made ({error.strerror}). "
            "Set CAMPAIGN_MASTER_CACHE to a folder of yours."
        ) from None
    return folder.resolve()


def environment() -> Path:
    """The virtual environment of exactly these requirements and this Python."""
    key = REQUIREMENTS.read_bytes() + platform.python_version().encode()
    return cache() / f"venv-{hashlib.sha256(key).hexdigest()[:12]}"


def environment_python() -> Path:
    """The interpreter of the virtual environment."""
    return environment() / "bin" / "python"


def unpacked_odoo() -> Path:
    """Where Odoo 19 is unpacked to when no own checkout is named."""
    return cache() / "odoo-19"


def logs() -> Path:
    """The folder of the logs of whatever was started last."""
    return _private("logs")


def odoo_data() -> Path:
    """The folder of Odoo's own files: attachments of all databases, and who is logged in."""
    return _private("odoo-data")


def _private(name: str) -> Path:
    folder = cache() / name
    folder.mkdir(exist_ok=True, mode=permissions.PRIVATE)
    permissions.make_private(folder)
    return folder
