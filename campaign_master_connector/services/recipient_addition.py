"""Making any number of people recipients of a campaign, in one statement."""

from odoo.tools import SQL

from . import recipient_dimensions, transaction
from .recipient_classification import classified, new_leads, new_partners

# Below this, what the planner believes of the table's size makes no difference.
ROWS_WORTH_AN_ANALYZE = 1000
# As PostgreSQL's own autovacuum has it, which comes after the commit and so too late.
SHARE_WORTH_AN_ANALYZE = 0.1


def add_people(campaign, people):
    """Insert those of a query of people who aren't recipients of ``campaign`` yet.

    :param people: `odoo.tools.Query` of ``res.partner`` or ``crm.lead``, as the ORM's ``_search``
        gives it with the user's access rules in it
    :return: {state: number of recipients that were added in it}
    """
    source = new_leads if people.table == "crm_lead" else new_partners
    decided = classified(campaign.env, source(campaign, people.select()))
    recipient_dimensions.flush_sources(campaign.env)
    transaction.without_jit(campaign.env)
    added = dict(campaign.env.execute_query(_insert(campaign, decided)))
    _analyze_where_outgrown(campaign.env, sum(added.values()))
    return added


def _analyze_where_outgrown(env, count):
    """A table that was nearly empty when its statistics were taken makes PostgreSQL look each of
    ``count`` new rows up by reading all of them.
    """
    if count < ROWS_WORTH_AN_ANALYZE:
        return
    [(known,)] = env.execute_query(
        SQL("SELECT reltuples FROM pg_class WHERE oid = 'campaign_master_recipient'::regclass")
    )
    if count >= known * SHARE_WORTH_AN_ANALYZE:
        env.cr.execute(SQL("ANALYZE (SKIP_LOCKED) campaign_master_recipient"))


def _insert(campaign, decided):
    return SQL(
        """
        WITH added AS (
            INSERT INTO campaign_master_recipient
                   (campaign_id, company_id, partner_id, lead_id, kind, email, state,
                    state_reason, total_opens, total_clicks, total_forwards,
                    total_unsubscribes, bounced, opted_out,
                    create_uid, create_date, write_uid, write_date,
                    user_id, country_id, commercial_partner_id)
            SELECT decided.campaign_id, %(company)s, decided.partner_id, decided.lead_id,
                   decided.kind, decided.email, decided.state, decided.state_reason,
                   0, 0, 0, 0, FALSE, decided.state = 'opted_out',
                   %(uid)s, NOW() AT TIME ZONE 'UTC', %(uid)s, NOW() AT TIME ZONE 'UTC',
                   %(dimensions)s
              FROM (%(decided)s) AS decided %(people)s
             ORDER BY decided.partner_id, decided.lead_id
            ON CONFLICT DO NOTHING
            RETURNING state)
        SELECT state, COUNT(*) FROM added GROUP BY state
        """,
        company=campaign.cm_account_id.company_id.id,
        uid=campaign.env.uid,
        decided=decided,
        dimensions=recipient_dimensions.columns(),
        people=recipient_dimensions.joins("decided"),
    )
