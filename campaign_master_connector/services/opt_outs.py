"""Who left an account's mailings is kept for good, by address and by person."""

from odoo.tools import SQL

from . import on_list, persons


def remember(env, left):
    """Keep addresses and persons of recipients that left for good; twice is harmless.

    The person's former addresses too, but not those that a lead had with another contact:
    consent follows the person and the address of then.

    :param left: `SQL` of a query with the columns recipient id and the address that left
    """
    on_list.flush(env)
    env.cr.execute(
        SQL(
            """
            WITH gone(recipient_id, email) AS MATERIALIZED (%(left)s),
            address AS MATERIALIZED (%(addresses)s)
            INSERT INTO campaign_master_opt_out
                   (account_id, company_id, email, partner_id, lead_id,
                    create_uid, create_date, write_uid, write_date)
            SELECT DISTINCT
                   address.account_id, address.company_id, address.email,
                   address.partner_id, address.lead_id,
                   %(uid)s, NOW() AT TIME ZONE 'UTC', %(uid)s, NOW() AT TIME ZONE 'UTC'
              FROM gone
              LEFT JOIN address left_by
                ON left_by.recipient_id = gone.recipient_id AND left_by.email = gone.email
              JOIN address ON address.recipient_id = gone.recipient_id
               AND (left_by.recipient_id IS NULL
                    OR address.partner_id IS NOT DISTINCT FROM left_by.partner_id)
             WHERE NOT EXISTS (
                    SELECT FROM campaign_master_opt_out known
                     WHERE known.account_id = address.account_id
                       AND known.email = address.email
                       AND known.partner_id IS NOT DISTINCT FROM address.partner_id
                       AND known.lead_id IS NOT DISTINCT FROM address.lead_id)
            """,
            left=left,
            addresses=persons.addresses_of(SQL("SELECT recipient_id FROM gone")),
            uid=env.uid,
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


def hand_over_to_leads(contacts):
    """Before contacts are deleted: their leads are the same persons, so these left too."""
    env = contacts.env
    env["campaign.master.opt.out"].flush_model()
    env["crm.lead"].flush_model(["partner_id"])
    env.cr.execute(
        SQL(
            """
            INSERT INTO campaign_master_opt_out
                   (account_id, company_id, email, lead_id,
                    create_uid, create_date, write_uid, write_date)
            SELECT gone.account_id, gone.company_id, gone.email, lead.id,
                   gone.create_uid, gone.create_date, %(uid)s, NOW() AT TIME ZONE 'UTC'
              FROM campaign_master_opt_out gone
              JOIN res_partner contact
                ON contact.id = gone.partner_id AND contact.is_company IS NOT TRUE
              JOIN crm_lead lead ON lead.partner_id = contact.id
             WHERE gone.partner_id = ANY(%(ids)s)
            """,
            uid=env.uid,
            ids=contacts.ids,
        )
    )
    env["campaign.master.opt.out"].invalidate_model()


def _recipients_with(account, emails):
    """Query of (id, address); campaign by campaign, as the indexes are."""
    return SQL(
        """
        SELECT found.id, found.email FROM utm_campaign campaign
         CROSS JOIN LATERAL (
                SELECT recipient.id, recipient.email FROM campaign_master_recipient recipient
                 WHERE recipient.campaign_id = campaign.id AND recipient.email = ANY(%(emails)s)
                 UNION
                SELECT former.recipient_id, former.email FROM campaign_master_former_address former
                 WHERE former.campaign_id = campaign.id AND former.email = ANY(%(emails)s)) found
         WHERE campaign.cm_account_id = %(account)s
        """,
        account=account.id,
        emails=emails,
    )
