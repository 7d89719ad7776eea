from urllib.parse import urlsplit

from odoo import SUPERUSER_ID, api
from odoo.addons.campaign_master_connector.campaign_master_api import api_origin
from odoo.addons.campaign_master_connector.campaign_master_api.address import is_loopback
from odoo.addons.campaign_master_connector.services.secret_columns import write_secrets

LOOPBACK = "loopback"


def migrate(cr, version):
    """Each port of this machine itself is a host of its own now, and a usual port isn't named."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for account in env["campaign.master.account"].search([]):
        origins = {name: account[name] for name in ("password_origin", "client_secret_origin")}
        host = urlsplit(api_origin(account.api_url or "")).hostname or ""
        # It is sent there already, so there it may be sent; elsewhere than here it stays withheld.
        known = {LOOPBACK: None} if is_loopback(host) else {LOOPBACK: LOOPBACK}
        values = {
            name: known.get(origin, api_origin(origin))
            for name, origin in origins.items()
            if origin
        }
        if values:
            write_secrets(account, values)
