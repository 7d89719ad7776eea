from odoo.tools import SQL


def migrate(cr, version):
    """Who is opted out has the flag, before the constraint asks for it."""
    cr.execute(
        SQL(
            """
            UPDATE campaign_master_recipient SET opted_out = TRUE
             WHERE state = 'opted_out' AND opted_out IS NOT TRUE
            """
        )
    )
