"""Settings that an installation keeps outside the database."""

import os

from odoo.tools import config


def from_outside(name, company_id):
    """A setting from the environment or Odoo's configuration file, empty where there is none.

    Looked for as ``CAMPAIGN_MASTER_<NAME>_<company id>`` and ``CAMPAIGN_MASTER_<NAME>`` in the
    environment, then in lower case in the file.

    :param name: ``password``, ``client_secret``, or ``api_url``: the only address that these
        two are sent to
    """
    general = f"campaign_master_{name}"
    keys = (f"{general}_{company_id}", general)
    found = [os.environ.get(key.upper()) for key in keys] + [config.get(key) for key in keys]
    return next(filter(None, found), "")
