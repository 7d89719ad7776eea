"""The sandbox behind the Flask request that is being answered."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from .simulation.progress import catch_up
from .state import Sandbox

_NAME = "campaign_master_sandbox"


def attach(pages: Flask, sandbox: Sandbox) -> None:
    """Make a sandbox the one that these pages are about."""
    pages.extensions[_NAME] = sandbox


def sandbox() -> Sandbox:
    """The sandbox that answers this request."""
    return cast(Sandbox, current_app.extensions[_NAME])


def now() -> int:
    """The sandbox's time, with everything done that is due by then."""
    moment = sandbox().clock.now()
    catch_up(sandbox().database, moment)
    return moment
