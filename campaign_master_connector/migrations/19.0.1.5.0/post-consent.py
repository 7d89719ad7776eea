from odoo import SUPERUSER_ID, api
from odoo.addons.campaign_master_connector.services import earlier_versions


def migrate(cr, version):
    """Addresses, opt-outs and digests as this version compares them."""
    earlier_versions.compare_addresses(cr)
    earlier_versions.name_persons(cr)
    earlier_versions.key_digests(api.Environment(cr, SUPERUSER_ID, {}))
