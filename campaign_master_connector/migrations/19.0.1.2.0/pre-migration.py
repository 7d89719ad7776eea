from odoo.tools.sql import column_exists, create_column

DIMENSIONS = ("user_id", "country_id", "commercial_partner_id")


def migrate(cr, version):
    """Make the new columns of recipients here, so that Odoo doesn't fill them one by one."""
    for name in DIMENSIONS:
        if not column_exists(cr, "campaign_master_recipient", name):
            create_column(cr, "campaign_master_recipient", name, "int4")
