from odoo.tools import SQL


def migrate(cr, version):
    """As far as recipients tell: by which campaign somebody left, so that it can be lifted."""
    cr.execute(
        SQL(
            """
            UPDATE campaign_master_opt_out gone
               SET campaign_id = recipient.campaign_id, run_at = gone.create_date,
                   unsubscribes = recipient.total_unsubscribes
              FROM campaign_master_recipient recipient
              JOIN utm_campaign campaign ON campaign.id = recipient.campaign_id
             WHERE campaign.cm_account_id = gone.account_id AND recipient.email = gone.email
               AND recipient.total_unsubscribes > 0 AND gone.campaign_id IS NULL
            """
        )
    )
