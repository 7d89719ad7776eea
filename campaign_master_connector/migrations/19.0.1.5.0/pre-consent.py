from odoo.addons.campaign_master_connector.services import earlier_versions


def migrate(cr, version):
    """Nobody is a lead and a contact at once."""
    earlier_versions.keep_the_lead(cr)
