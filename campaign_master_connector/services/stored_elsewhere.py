"""Secrets that an installation keeps outside the database."""

import os

from odoo.tools import config


def secret_from_outside(name, company_id):
    """A secret from the environment or Odoo's configuration file, empty where there is none.

    Looked for as ``CAMPAIGN_MASTER_<NAME>_<company id>`` and ``CAMPAIGN_MASTER_<NAME>`` in the
    environment, then in lower case in the file.

    :param name: ``password`` or ``client_secret``
    """
    general = f"campaign_master_{name}"
    keys = (f"{general}_{company_id}", general)
    found = [os.environ.get(key.upper()) for key in keys] + [config.get(key) for key in keys]
    return next(filter(None, found), "")
