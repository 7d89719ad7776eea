"""Who is or may be on a list in Campaign Master: mail goes there, whatever becomes of them here.

The one place that knows it. Their addresses are kept when they change, so that what is told of
an address later still finds its person.
"""

from odoo.tools import SQL

from . import persons
from .array_literals import array_of


def may_be_on_list():
    """Condition on ``recipient`` and ``campaign``: whether its address of now may be on a list.

    After the state, which tells as long as the list is the same: who was left out or waits again
    since, of whom no result came, and whose batch is under way or never was answered.
    """
    return SQL(
        """
        (recipient.state IN ('added', 'exists', 'opted_out')
         OR recipient.was_on_list IS TRUE
         OR recipient.unanswered_count > 0
         OR recipient.id BETWEEN campaign.cm_in_flight_first_id AND campaign.cm_in_flight_last_id)
        """
    )


def flush(env):
    """Write what is read of recipients here."""
    env["campaign.master.recipient"].flush_model()
    env["campaign.master.former.address"].flush_model()
    env["crm.lead"].flush_model(["partner_id"])
    env["res.partner"].flush_model(["is_company"])
    env["utm.campaign"].flush_model(["cm_in_flight_first_id", "cm_in_flight_last_id"])


def staying(recipients):
    """Those that have to stay, since figures and opt-outs of an address may still come, and why.

    Who opted out may go: that is remembered for good, of all addresses.

    :return: {id: "on_list", "under_way" for whom an answer is missing, or "was_on_list" for another
        list of before or with another address}, in the order of the ids
    """
    flush(recipients.env)
    return dict(
        recipients.env.execute_query(
            SQL(
                """
                SELECT recipient.id,
                       CASE WHEN recipient.state IN ('added', 'exists') THEN 'on_list'
                            WHEN recipient.unanswered_count > 0 THEN 'under_way'
                            WHEN recipient.state = 'pending'
                                 AND recipient.id BETWEEN campaign.cm_in_flight_first_id
                                                      AND campaign.cm_in_flight_last_id
                                THEN 'under_way'
                            ELSE 'was_on_list' END
                  FROM campaign_master_recipient recipient
                  JOIN utm_campaign campaign ON campaign.id = recipient.campaign_id
                 WHERE recipient.id = ANY(%s) AND recipient.state <> 'opted_out'
                   AND (%s OR EXISTS (SELECT FROM campaign_master_former_address former
                                       WHERE former.recipient_id = recipient.id
                                         AND COALESCE(former.merged_recipient_id, 0) = 0))
                 ORDER BY recipient.id
                """,
                array_of("integer", recipients.ids),
                may_be_on_list(),
            )
        )
    )


def leave_addresses(recipients, kept):
    """Keep the addresses of ``recipients`` that may be on a list as former ones of ``kept``.

    Also of who waits: a batch that began after this transaction did can have sent it.
    """
    flush(recipients.env)
    keep_former(
        recipients.env,
        SQL(
            """
            SELECT recipient.id, recipient.email,
                   CASE WHEN %(may_be_on_list)s IS NOT TRUE THEN recipient.id END
              FROM campaign_master_recipient recipient
              JOIN utm_campaign campaign ON campaign.id = recipient.campaign_id
             WHERE recipient.id = ANY(%(ids)s) AND recipient.email <> ''
               AND (%(may_be_on_list)s OR recipient.state = 'pending')
            """,
            ids=array_of("integer", recipients.ids),
            may_be_on_list=may_be_on_list(),
        ),
    )
    recipients.former_address_ids.recipient_id = kept


def was_sent(env, sent):
    """Of who was merged away while his batch was under way, it is known now.

    :param sent: `SQL` of a query with the columns recipient id and address
    """
    env["campaign.master.former.address"].flush_model()
    env.cr.execute(
        SQL(
            """
            UPDATE campaign_master_former_address former SET merged_recipient_id = NULL
              FROM (%s) AS sent(recipient_id, email)
             WHERE former.merged_recipient_id = sent.recipient_id AND former.email = sent.email
            """,
            sent,
        )
    )
    env["campaign.master.former.address"].invalidate_model(["merged_recipient_id"])


def leave_addresses_of_leads(leads):
    """Keep the addresses of recipients that may be on a list, with the contacts of ``leads`` now.

    Before these change: what is told of an address is of the person who had it then.
    """
    flush(leads.env)
    keep_former(
        leads.env,
        SQL(
            """
            SELECT recipient.id, recipient.email, NULL::integer
              FROM campaign_master_recipient recipient
              JOIN utm_campaign campaign ON campaign.id = recipient.campaign_id
             WHERE recipient.lead_id = ANY(%s) AND recipient.email <> '' AND %s
            """,
            array_of("integer", leads.ids),
            may_be_on_list(),
        ),
    )


def rows_of(addresses):
    """Query of {recipient id: address}, as `keep_former` takes it."""
    return SQL(
        "SELECT *, NULL::integer FROM UNNEST(%s, %s)",
        array_of("integer", addresses.keys()),
        array_of("varchar", addresses.values()),
    )


def keep_former(env, addresses):
    """Store what `inserted_former` inserts."""
    env.cr.execute(inserted_former(addresses))
    env["campaign.master.former.address"].invalidate_model(flush=False)
    env["campaign.master.recipient"].invalidate_model(["former_address_ids"], flush=False)


def inserted_former(addresses):
    """Statement that keeps former addresses of recipients, each once.

    What is looked up for each of them is so without a choice: the planner else reads all
    recipients for a batch that has no former address at all.

    :param addresses: `SQL` of a query with the columns recipient id, address, and the id of the
        recipient who had it if it isn't known to have been sent
    """
    return SQL(
        """
        INSERT INTO campaign_master_former_address
               (recipient_id, campaign_id, company_id, email, partner_id, merged_recipient_id)
        SELECT recipient.id, recipient.campaign_id, recipient.company_id, former.email,
               person.id, former.merged_recipient_id
          FROM (%s) AS former(recipient_id, email, merged_recipient_id)
         CROSS JOIN LATERAL (
               SELECT id, campaign_id, company_id, lead_id FROM campaign_master_recipient
                WHERE id = former.recipient_id OFFSET 0) recipient
          LEFT JOIN LATERAL (%s) person ON TRUE
         WHERE former.email <> ALL(ARRAY(
               SELECT known.email FROM campaign_master_former_address known
                WHERE known.recipient_id = former.recipient_id))
        """,
        addresses,
        persons.contact_of_lead(SQL("recipient.lead_id")),
    )
