import json
from ast import literal_eval

from odoo.tools import SQL


def migrate(cr, version):
    """Go on without the last sync's sentence, and with who was on a list before this version."""
    _drop_the_sentence(cr)
    _remember_who_was_on_a_list(cr)
    _write_domains_as_json(cr)


def _drop_the_sentence(cr):
    """It told everybody of everybody's recipients; the counts of now come with the next sync."""
    cr.execute(SQL("ALTER TABLE utm_campaign DROP COLUMN IF EXISTS cm_sync_result"))


def _remember_who_was_on_a_list(cr):
    """When somebody was added outlived that he waits again; which address that was, did not."""
    cr.execute(
        SQL(
            """
            UPDATE campaign_master_recipient SET was_on_list = TRUE
             WHERE added_at IS NOT NULL AND email <> ''
               AND state NOT IN ('added', 'exists', 'opted_out')
            """
        )
    )


def _write_domains_as_json(cr):
    """Of who is still to be added in the background."""
    cr.execute(SQL("SELECT id, cm_additions FROM utm_campaign WHERE cm_additions IS NOT NULL"))
    for campaign_id, additions in cr.fetchall():
        for addition in additions:
            addition["domain"] = json.dumps(literal_eval(addition["domain"]))
        cr.execute(
            SQL(
                "UPDATE utm_campaign SET cm_additions = %s WHERE id = %s",
                json.dumps(additions),
                campaign_id,
            )
        )
