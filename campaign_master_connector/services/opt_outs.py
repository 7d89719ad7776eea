"""Who left an account's mailings is kept for good, by address and by person."""

from odoo.tools import SQL


def remember(env, recipient_ids):
    """Keep addresses and person of the recipients of an id query for good; twice is harmless.

    The former addresses too: it may have been one of them that left.

    :param recipient_ids: `SQL` of a query with one column, the ids
    """
    env.cr.execute(
        SQL(
            """
            INSERT INTO campaign_master_opt_out
                   (account_id, company_id, email, partner_id, lead_id,
                    create_uid, create_date, write_uid, write_date)
            SELECT DISTINCT
                   campaign.cm_account_id, recipient.company_id, address.email,
                   recipient.partner_id, recipient.lead_id,
                   %(uid)s, NOW() AT TIME ZONE 'UTC', %(uid)s, NOW() AT TIME ZONE 'UTC'
              FROM campaign_master_recipient recipient
              JOIN utm_campaign campaign ON campaign.id = recipient.campaign_id
             CROSS JOIN LATERAL (
                    SELECT recipient.email WHERE recipient.email IS NOT NULL
                     UNION
                    SELECT former.email FROM campaign_master_former_address former
                     WHERE former.recipient_id = recipient.id) address
             WHERE recipient.id IN (%(ids)s)
               AND NOT EXISTS (
                    SELECT FROM campaign_master_opt_out known
                     WHERE known.account_id = campaign.cm_account_id
                       AND known.email = address.email
                       AND known.partner_id IS NOT DISTINCT FROM recipient.partner_id
                       AND known.lead_id IS NOT DISTINCT FROM recipient.lead_id)
            """,
            uid=env.uid,
            ids=recipient_ids,
        )
    )
    env["campaign.master.opt.out"].invalidate_model()


def remember_addresses(account, emails):
    """Keep addresses that left, and whoever has or had one in any campaign of ``account``.

    A launch goes to a whole list, so somebody can leave by the mail of a campaign that he is
    no recipient of; also who isn't in Odoo at all, and comes in later.
    """
    env = account.env
    env["campaign.master.opt.out"].flush_model()
    remember(env, _recipients_with(account, emails))
    env.cr.execute(
        SQL(
            """
            INSERT INTO campaign_master_opt_out
                   (account_id, company_id, email,
                    create_uid, create_date, write_uid, write_date)
            SELECT DISTINCT %(account)s, %(company)s, address.email,
                   %(uid)s, NOW() AT TIME ZONE 'UTC', %(uid)s, NOW() AT TIME ZONE 'UTC'
              FROM UNNEST(%(emails)s::varchar[]) AS address(email)
             WHERE NOT EXISTS (
                    SELECT FROM campaign_master_opt_out known
                     WHERE known.account_id = %(account)s AND known.email = address.email)
            """,
            account=account.id,
            company=account.company_id.id,
            emails=emails,
            uid=env.uid,
        )
    )
    env["campaign.master.opt.out"].invalidate_model()


def hand_over(person_field, people):
    """Before people are deleted: a contact and its leads are one person, so all of them left.

    :param person_field: ``partner_id`` or ``lead_id``: what ``people`` are
    """
    env = people.env
    env["campaign.master.opt.out"].flush_model()
    env["crm.lead"].flush_model(["partner_id"])
    other_field = {"partner_id": "lead_id", "lead_id": "partner_id"}[person_field]
    env.cr.execute(
        SQL(
            """
            INSERT INTO campaign_master_opt_out
                   (account_id, company_id, email, %(other_field)s,
                    create_uid, create_date, write_uid, write_date)
            SELECT gone.account_id, gone.company_id, gone.email, link.%(other_field)s,
                   gone.create_uid, gone.create_date, %(uid)s, NOW() AT TIME ZONE 'UTC'
              FROM campaign_master_opt_out gone
              JOIN (SELECT lead.id AS lead_id, contact.id AS partner_id
                      FROM crm_lead lead JOIN res_partner contact
                        ON contact.id = lead.partner_id AND contact.is_company IS NOT TRUE
                   ) link ON link.%(person_field)s = gone.%(person_field)s
             WHERE gone.%(person_field)s = ANY(%(ids)s)
            """,
            person_field=SQL.identifier(person_field),
            other_field=SQL.identifier(other_field),
            uid=env.uid,
            ids=people.ids,
        )
    )
    env["campaign.master.opt.out"].invalidate_model()


def _recipients_with(account, emails):
    """Query of the ids; campaign by campaign, as the indexes are."""
    return SQL(
        """
        SELECT found.id FROM utm_campaign campaign
         CROSS JOIN LATERAL (
                SELECT recipient.id FROM campaign_master_recipient recipient
                 WHERE recipient.campaign_id = campaign.id AND recipient.email = ANY(%(emails)s)
                 UNION
                SELECT former.recipient_id FROM campaign_master_former_address former
                 WHERE former.campaign_id = campaign.id AND former.email = ANY(%(emails)s)) found
         WHERE campaign.cm_account_id = %(account)s
        """,
        account=account.id,
        emails=emails,
    )
