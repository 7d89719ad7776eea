"""Who is or may be on a list in Campaign Master: mail goes there, whatever becomes of them here.

The one place that knows it. Their addresses are kept when they change, so that what is told of
an address later still finds its person.
"""

from odoo.tools import SQL

from .array_literals import array_of


def may_be_on_list():
    """Condition on ``recipient`` and ``campaign``: whether its address of now may be on a list.

    After the state, which tells as long as the list is the same: who was left out or waits again
    since, and whose batch is under way or never was answered.
    """
    return SQL(
        """
        (recipient.state IN ('added', 'exists', 'opted_out')
         OR recipient.was_on_list IS TRUE
         OR recipient.id BETWEEN campaign.cm_in_flight_first_id AND campaign.cm_in_flight_last_id)
        """
    )


def flush(env):
    """Write what is read of recipients here."""
    env["campaign.master.recipient"].flush_model()
    env["campaign.master.former.address"].flush_model()
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
                            WHEN recipient.state = 'pending'
                                 AND recipient.id BETWEEN campaign.cm_in_flight_first_id
                                                      AND campaign.cm_in_flight_last_id
                                THEN 'under_way'
                            ELSE 'was_on_list' END
                  FROM campaign_master_recipient recipient
                  JOIN utm_campaign campaign ON campaign.id = recipient.campaign_id
                 WHERE recipient.id = ANY(%s) AND recipient.state <> 'opted_out'
                   AND (%s OR EXISTS (SELECT FROM campaign_master_former_address former
                                       WHERE former.recipient_id = recipient.id))
                 ORDER BY recipient.id
                """,
                array_of("integer", recipients.ids),
                may_be_on_list(),
            )
        )
    )


def leave_addresses(recipients, kept):
    """Keep the addresses of ``recipients`` that may be on a list as former ones of ``kept``."""
    recipients.former_address_ids.recipient_id = kept
    flush(recipients.env)
    keep_former(
        recipients.env,
        SQL(
            """
            SELECT %s, recipient.email FROM campaign_master_recipient recipient
              JOIN utm_campaign campaign ON campaign.id = recipient.campaign_id
             WHERE recipient.id = ANY(%s) AND recipient.email <> '' AND %s
            """,
            kept.id,
            array_of("integer", recipients.ids),
            may_be_on_list(),
        ),
    )


def rows_of(addresses):
    """Query of {recipient id: address}, as the functions here take it."""
    return SQL(
        "SELECT * FROM UNNEST(%s, %s)",
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

    :param addresses: `SQL` of a query with the columns recipient id and address
    """
    return SQL(
        """
        INSERT INTO campaign_master_former_address (recipient_id, campaign_id, company_id, email)
        SELECT recipient.id, recipient.campaign_id, recipient.company_id, former.email
          FROM (%s) AS former(recipient_id, email)
         CROSS JOIN LATERAL (
               SELECT id, campaign_id, company_id FROM campaign_master_recipient
                WHERE id = former.recipient_id OFFSET 0) recipient
         WHERE former.email <> ALL(ARRAY(
               SELECT known.email FROM campaign_master_former_address known
                WHERE known.recipient_id = former.recipient_id))
        """,
        addresses,
    )
