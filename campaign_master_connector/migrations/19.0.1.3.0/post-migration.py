from odoo.tools import SQL


def migrate(cr, version):
    """Drop the sentence about the last sync: it told everybody of everybody's recipients.

    The counts that sentences are made of now come with the next sync.
    """
    cr.execute(SQL("ALTER TABLE utm_campaign DROP COLUMN IF EXISTS cm_sync_result"))
