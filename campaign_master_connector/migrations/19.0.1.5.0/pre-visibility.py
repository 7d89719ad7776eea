from odoo.tools.sql import column_exists, create_column

COLUMNS = {"person_company_id": "int4", "person_share": "bool"}


def migrate(cr, version):
    """Make the new columns of recipients here, so that Odoo doesn't fill them one by one."""
    for name, kind in COLUMNS.items():
        if not column_exists(cr, "campaign_master_recipient", name):
            create_column(cr, "campaign_master_recipient", name, kind)
