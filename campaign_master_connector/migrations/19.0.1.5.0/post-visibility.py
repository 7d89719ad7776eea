from odoo.addons.campaign_master_connector.services import recipient_dimensions


def migrate(cr, version):
    """Fill the new columns of recipients in one statement."""
    recipient_dimensions.store_all(cr)
