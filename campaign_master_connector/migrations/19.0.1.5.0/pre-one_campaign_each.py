from odoo.tools import SQL


def migrate(cr, version):
    """Of campaigns that share an id of Campaign Master the first keeps it.

    The next sync of another one looks it up by its own reference. What was told of the first
    wasn't told of it: neither that it is launched nor how far its statistics came.
    """
    cr.execute(
        SQL(
            """
            UPDATE utm_campaign later
               SET cm_external_id = NULL, cm_state = 'not_synced', cm_sent_values = NULL,
                   cm_sent_at = NULL, cm_recipient_statistics_after = NULL,
                   cm_recipient_statistics_page = 0
             WHERE NULLIF(cm_external_id::text, '0') <> ''
               AND EXISTS (SELECT FROM utm_campaign first
                            WHERE first.cm_account_id = later.cm_account_id
                              AND first.cm_external_id = later.cm_external_id
                              AND first.id < later.id)
            """
        )
    )
