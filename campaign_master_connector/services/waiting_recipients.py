"""Which campaigns have recipients that wait to be added, found without counting them."""

from odoo.tools import SQL


def campaigns_with_work(env, accounts, now):
    """Ids of the campaigns of ``accounts`` that the schedule has something to do for.

    Those of an account together; who waited longest comes first, among accounts and among the
    campaigns of one. The index of pending recipients is read from campaign to campaign, however
    many of both there are.

    :param now: naive date-time in UTC: what is put off until later than that is left out
    """
    rows = env.execute_query(
        SQL(
            """
            WITH RECURSIVE waiting(id) AS (%(waiting)s)
            SELECT campaign.id FROM utm_campaign campaign
             WHERE campaign.id = ANY(ARRAY(
                       SELECT id FROM waiting
                        UNION
                       SELECT id FROM utm_campaign WHERE cm_sync_requested))
               AND campaign.cm_account_id IN %(accounts)s AND campaign.active
               AND campaign.cm_paused IS NOT TRUE
               AND (campaign.cm_retry_at IS NULL OR campaign.cm_retry_at <= %(now)s
                    OR campaign.cm_failed_kind <> 'sync')
               AND (campaign.cm_sync_requested OR campaign.cm_external_id IS NOT NULL)
             ORDER BY MIN(COALESCE(campaign.cm_synced_at, '-infinity'))
                          OVER (PARTITION BY campaign.cm_account_id),
                      campaign.cm_account_id, campaign.cm_synced_at NULLS FIRST, campaign.id
            """,
            waiting=_from_campaign_to_campaign(),
            accounts=tuple(accounts.ids),
            now=now,
        )
    )
    return [campaign_id for [campaign_id] in rows]


def _from_campaign_to_campaign():
    """The terms of a recursive query ``waiting``: each campaign with pending recipients, a row."""
    return SQL(
        """
        SELECT MIN(campaign_id) FROM campaign_master_recipient WHERE state = 'pending'
         UNION ALL
        SELECT (SELECT MIN(recipient.campaign_id) FROM campaign_master_recipient recipient
                 WHERE recipient.state = 'pending' AND recipient.campaign_id > waiting.id)
          FROM waiting WHERE waiting.id IS NOT NULL
        """
    )


def campaigns_with(env, campaign_ids, count):
    """Ids of those of the campaigns that have at least ``count`` pending recipients."""
    rows = env.execute_query(
        SQL(
            """
            SELECT id FROM UNNEST(%s::integer[]) AS campaign(id)
             WHERE EXISTS (SELECT FROM campaign_master_recipient recipient
                            WHERE recipient.campaign_id = campaign.id
                              AND recipient.state = 'pending' OFFSET %s)
            """,
            campaign_ids,
            count - 1,
        )
    )
    return [campaign_id for [campaign_id] in rows]
