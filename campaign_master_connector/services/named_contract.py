"""The contract that an installation names instead of the addon's own, read before anything else.

Odoo starts whatever is in that file. Where it can't be used nothing is sent to Campaign Master,
since the addon's own contract would be the wrong one, and the accounts say what is wrong with it.
"""

import logging
import os

from odoo.tools import config

VARIABLE = "CAMPAIGN_MASTER_CONTRACT"

_logger = logging.getLogger(__name__)


def _without_the_variable():
    """The wire package's contract module, which would else fail with a broken file as it loads."""
    named = os.environ.pop(VARIABLE, None)
    try:
        from ..campaign_master_api import contract  # noqa: PLC0415
    finally:
        if named is not None:
            os.environ[VARIABLE] = named
    return contract


_contract = _without_the_variable()
_problems = []


def use_named_contract():
    """Take the file that the environment names, or else Odoo's configuration file."""
    path = os.environ.get(VARIABLE) or config.get(VARIABLE.lower())
    _problems.clear()
    try:
        _contract.use(path or _contract.DEFAULT_PATH)
    except _contract.ContractError as error:
        _logger.warning("Nothing is sent to Campaign Master: %s", error)
        _problems.append(str(error))


def problem():
    """What is wrong with the named file, with file and line; empty if nothing is."""
    return "\n".join(_problems)


use_named_contract()
