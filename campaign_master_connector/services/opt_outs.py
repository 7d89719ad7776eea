"""Who left an account's mailings is kept for good, by address and by person."""

from dataclasses import dataclass
from datetime import datetime

from odoo.tools import SQL

from . import on_list, persons, recipient_review
from .array_literals import array_of


@dataclass(frozen=True)
class Source:
    """Who told of opt-outs: a `utm.campaign`, and when the run began that heard of them (UTC)."""

    campaign: object
    run_at: datetime


def remember(source, told):
    """Keep addresses and persons of recipients that left for good; twice is harmless.

    The person's former addresses too, but not those that a lead had with another contact: consent
    follows the person and the address of then. What several campaigns tell is kept once for each,
    so that one that told by mistake can be undone alone.

    :param told: `SQL` of a query with the columns recipient id, the address that left, and how
        often it did, NULL where that isn't told
    """
    env = source.campaign.env
    on_list.flush(env)
    env.cr.execute(
        SQL(
            """
            WITH gone(recipient_id, email, unsubscribes) AS MATERIALIZED (%(told)s),
            address AS MATERIALIZED (%(addresses)s)
            INSERT INTO campaign_master_opt_out
                   (account_id, company_id, email, partner_id, lead_id,
                    campaign_id, run_at, unsubscribes,
                    create_uid, create_date, write_uid, write_date)
            SELECT address.account_id, address.company_id, address.email,
                   address.partner_id, address.lead_id, %(campaign)s, %(run_at)s,
                   MAX(CASE WHEN address.email = gone.email THEN gone.unsubscribes END),
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
                       AND known.email = address.email AND known.lifted_at IS NULL
                       AND known.campaign_id IS NOT DISTINCT FROM %(campaign)s
                       AND known.partner_id IS NOT DISTINCT FROM address.partner_id
                       AND known.lead_id IS NOT DISTINCT FROM address.lead_id)
             GROUP BY address.account_id, address.company_id, address.email,
                      address.partner_id, address.lead_id
            """,
            told=told,
            addresses=persons.addresses_of(SQL("SELECT recipient_id FROM gone")),
            campaign=source.campaign.id,
            run_at=source.run_at,
            uid=env.uid,
        )
    )
    env["campaign.master.opt.out"].invalidate_model()


def remember_addresses(source, counts):
    """Keep addresses that left, and whoever has or had one in any campaign of the account.

    A launch goes to a whole list, so somebody can leave by the mail of a campaign that he is
    no recipient of; also who isn't in Odoo at all, and comes in later.

    :param counts: {address: how often it unsubscribed, None where that isn't told}
    """
    env = source.campaign.env
    account = source.campaign.cm_account_id
    env["campaign.master.opt.out"].flush_model()
    remember(source, _recipients_with(account, counts))
    env.cr.execute(
        SQL(
            """
            INSERT INTO campaign_master_opt_out
                   (account_id, company_id, email, campaign_id, run_at, unsubscribes,
                    create_uid, create_date, write_uid, write_date)
            SELECT %(account)s, %(company)s, address.email,
                   %(campaign)s, %(run_at)s, address.unsubscribes,
                   %(uid)s, NOW() AT TIME ZONE 'UTC', %(uid)s, NOW() AT TIME ZONE 'UTC'
              FROM (%(told)s) AS address(email, unsubscribes)
             WHERE NOT EXISTS (
                    SELECT FROM campaign_master_opt_out known
                     WHERE known.account_id = %(account)s AND known.email = address.email
                       AND known.lifted_at IS NULL
                       AND known.campaign_id IS NOT DISTINCT FROM %(campaign)s)
            """,
            account=account.id,
            company=account.company_id.id,
            campaign=source.campaign.id,
            run_at=source.run_at,
            told=_rows(counts),
            uid=env.uid,
        )
    )
    env["campaign.master.opt.out"].invalidate_model()


def unsettled(campaign, counts):
    """Of addresses that unsubscribed those whose opt-out nobody lifted since it was told.

    Campaign Master goes on telling of what an administrator lifted here: it counts once.

    :param counts: {address: how often it unsubscribed by ``campaign``}
    :return: the same without those that are settled
    """
    rows = campaign.env.execute_query(
        SQL(
            """
            SELECT told.email FROM (%s) AS told(email, unsubscribes)
             WHERE EXISTS (
                    SELECT FROM campaign_master_opt_out lifted
                     WHERE lifted.account_id = %s AND lifted.email = told.email
                       AND lifted.lifted_at IS NOT NULL AND lifted.campaign_id = %s
                       AND lifted.unsubscribes >= told.unsubscribes)
            """,
            _rows(counts),
            campaign.cm_account_id.id,
            campaign.id,
        )
    )
    settled = {email for [email] in rows}
    return {email: count for email, count in counts.items() if email not in settled}


def strangers_in_excess(campaign, counts):
    """Addresses of nobody here, where more people unsubscribed from ``campaign`` than got its mail.

    Nobody can unsubscribe from a mail that wasn't sent, so that these may be anybody's. Where
    Campaign Master doesn't tell how many got it, that can't be known of anybody.

    :param counts: {address: how often it unsubscribed}, of one page
    :return: {address}
    """
    return strangers_beyond_figure(campaign, counts) if campaign.cm_emails_sent_is_told else set()


def strangers_beyond_figure(campaign, counts):
    """As `strangers_in_excess`, by the number of before where none is told."""
    env = campaign.env
    strangers = counts.keys() - _people_with(campaign.cm_account_id, counts)
    if not strangers:
        return set()
    env["campaign.master.opt.out"].flush_model()
    rows = env.execute_query(
        SQL(
            """
            SELECT DISTINCT email FROM campaign_master_opt_out
             WHERE campaign_id = %s AND unsubscribes IS NOT NULL
            """,
            campaign.id,
        )
    )
    known = {email for [email] in rows}
    return strangers - known if len(known | counts.keys()) > campaign.cm_emails_sent else set()


def _people_with(account, counts):
    """The addresses that a recipient of the account, a contact or a lead has or had."""
    env = account.env
    for model, names in (
        ("campaign.master.recipient", ["email"]),
        ("res.partner", ["email_normalized"]),
        ("crm.lead", ["email_normalized"]),
    ):
        env[model].flush_model(names)
    rows = env.execute_query(
        SQL(
            """
            SELECT email FROM (%(recipients)s) AS found(id, email, unsubscribes)
             UNION
            SELECT email_normalized FROM res_partner WHERE email_normalized = ANY(%(emails)s)
             UNION
            SELECT email_normalized FROM crm_lead WHERE email_normalized = ANY(%(emails)s)
            """,
            recipients=_recipients_with(account, counts),
            emails=array_of("varchar", counts.keys()),
        )
    )
    return {email for [email] in rows}


def settle(lifted):
    """Note what campaigns told of the people of lifted opt-outs, so that it isn't heard again."""
    env = lifted.env
    env["campaign.master.opt.out"].flush_model()
    env["campaign.master.recipient"].flush_model()
    env.cr.execute(
        SQL(
            """
            INSERT INTO campaign_master_opt_out
                   (account_id, company_id, email, partner_id, lead_id, campaign_id, unsubscribes,
                    lifted_at, lifted_by_id, lift_reason,
                    create_uid, create_date, write_uid, write_date)
            SELECT DISTINCT ON (recipient.id, address.email)
                   lifted.account_id, lifted.company_id, address.email,
                   recipient.partner_id, recipient.lead_id, recipient.campaign_id,
                   recipient.total_unsubscribes,
                   lifted.lifted_at, lifted.lifted_by_id, lifted.lift_reason,
                   %(uid)s, NOW() AT TIME ZONE 'UTC', %(uid)s, NOW() AT TIME ZONE 'UTC'
              FROM (%(recipients)s) AS found(id, lifted_id)
              JOIN campaign_master_opt_out lifted ON lifted.id = found.lifted_id
              JOIN campaign_master_recipient recipient ON recipient.id = found.id
             CROSS JOIN LATERAL (
                    SELECT recipient.email WHERE recipient.email IS NOT NULL
                     UNION
                    SELECT former.email FROM campaign_master_former_address former
                     WHERE former.recipient_id = recipient.id) address
             WHERE recipient.total_unsubscribes > 0
               AND NOT EXISTS (
                    SELECT FROM campaign_master_opt_out known
                     WHERE known.account_id = lifted.account_id AND known.email = address.email
                       AND known.campaign_id = recipient.campaign_id
                       AND (known.lifted_at IS NULL
                            OR known.unsubscribes >= recipient.total_unsubscribes))
            """,
            recipients=_recipients_of(lifted),
            uid=env.uid,
        )
    )
    env["campaign.master.opt.out"].invalidate_model()


def decide_anew(lifted):
    """Let who is left out for lifted opt-outs wait again, in campaigns that aren't launched.

    Where another opt-out is in force they stay out. What a launched campaign tells of them is
    what happened, and stays.
    """
    env = lifted.env
    rows = env.execute_query(
        SQL(
            """
            UPDATE campaign_master_recipient recipient
               SET state = 'pending', state_reason = NULL, opted_out = FALSE
              FROM utm_campaign campaign
             WHERE recipient.id = ANY(ARRAY(
                    SELECT id FROM (%s) AS found(id, lifted_id)))
               AND campaign.id = recipient.campaign_id AND recipient.state = 'opted_out'
               AND campaign.cm_sent_at IS NULL AND campaign.cm_state IN ('not_synced', 'draft')
            RETURNING recipient.id
            """,
            _recipients_of(lifted),
        )
    )
    env["campaign.master.recipient"].invalidate_model()
    ids = array_of("integer", (recipient_id for [recipient_id] in rows))
    recipient_review.reconsider(env, SQL("recipient.id = ANY(%s)", ids))


def _recipients_of(lifted):
    """Query of ids of the recipients that opt-outs concern, and which of these.

    As `recipient_classification` judges: by address, and by person, of whom a contact and its
    leads are one.
    """
    return SQL(
        """
        WITH gone AS (
            SELECT * FROM campaign_master_opt_out WHERE id = ANY(%(ids)s)
        ), customer AS (
            SELECT lead.id AS lead_id, contact.id AS partner_id
              FROM crm_lead lead JOIN res_partner contact
                ON contact.id = lead.partner_id AND contact.is_company IS NOT TRUE
        ), known AS (
            SELECT recipient.*, campaign.cm_account_id AS account_id
              FROM campaign_master_recipient recipient
              JOIN utm_campaign campaign ON campaign.id = recipient.campaign_id
        )
        SELECT known.id, gone.id FROM gone
          JOIN known ON known.account_id = gone.account_id AND known.email = gone.email
         UNION
        SELECT known.id, gone.id FROM gone
          JOIN campaign_master_former_address former ON former.email = gone.email
          JOIN known ON known.account_id = gone.account_id AND known.id = former.recipient_id
         UNION
        SELECT known.id, gone.id FROM gone
          JOIN known ON known.account_id = gone.account_id AND known.partner_id = gone.partner_id
         UNION
        SELECT known.id, gone.id FROM gone
          LEFT JOIN customer ON customer.partner_id = gone.partner_id
          JOIN known ON known.account_id = gone.account_id
               AND known.lead_id IN (gone.lead_id, customer.lead_id)
        """,
        ids=array_of("integer", lifted.ids),
    )


def _rows(counts):
    """Query of {address: int or None}."""
    return SQL(
        "SELECT * FROM UNNEST(%s, %s::integer[])",
        array_of("varchar", counts.keys()),
        list(counts.values()),
    )


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
                    campaign_id, run_at, unsubscribes,
                    create_uid, create_date, write_uid, write_date)
            SELECT gone.account_id, gone.company_id, gone.email, lead.id,
                   gone.campaign_id, gone.run_at, gone.unsubscribes,
                   gone.create_uid, gone.create_date, %(uid)s, NOW() AT TIME ZONE 'UTC'
              FROM campaign_master_opt_out gone
              JOIN res_partner contact
                ON contact.id = gone.partner_id AND contact.is_company IS NOT TRUE
              JOIN crm_lead lead ON lead.partner_id = contact.id
             WHERE gone.partner_id = ANY(%(ids)s) AND gone.lifted_at IS NULL
            """,
            uid=env.uid,
            ids=contacts.ids,
        )
    )
    env["campaign.master.opt.out"].invalidate_model()


def _recipients_with(account, counts):
    """Query of the ids with address and count; campaign by campaign, as the indexes are."""
    return SQL(
        """
        SELECT found.id, told.email, told.unsubscribes FROM utm_campaign campaign
         CROSS JOIN LATERAL (
                SELECT recipient.id, recipient.email FROM campaign_master_recipient recipient
                 WHERE recipient.campaign_id = campaign.id AND recipient.email = ANY(%(emails)s)
                 UNION
                SELECT former.recipient_id, former.email FROM campaign_master_former_address former
                 WHERE former.campaign_id = campaign.id AND former.email = ANY(%(emails)s)) found
          JOIN (%(told)s) AS told(email, unsubscribes) ON told.email = found.email
         WHERE campaign.cm_account_id = %(account)s
        """,
        account=account.id,
        emails=array_of("varchar", counts.keys()),
        told=_rows(counts),
    )
