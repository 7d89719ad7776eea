"""Deciding on recipients that exist: when their person changes, and before each batch."""

from odoo.tools import SQL

from . import on_list, transaction
from .recipient_classification import classified, known_recipients, without_holder

RELEASED_AT_ONCE = 10_000


def flush_sources(env):
    """Write what decisions read."""
    env["res.partner"].flush_model(["active", "email", "is_company"])
    env["crm.lead"].flush_model(["email_from", "partner_id"])
    env["mail.blacklist"].flush_model(["active", "cm_address"])
    env["campaign.master.opt.out"].flush_model()
    env["utm.campaign"].flush_model(
        ["cm_account_id", "cm_in_flight_first_id", "cm_in_flight_last_id"]
    )


def decisions_on(recipients):
    """What each of the stored recipients becomes now.

    :return: {id: (kind, email, state, state_reason, former_email)}, as of `classified`
    """
    if not recipients:
        return {}
    flush_sources(recipients.env)
    recipients.flush_recordset(
        [
            "campaign_id",
            "partner_id",
            "lead_id",
            "opted_out",
            "was_on_list",
            "unanswered_count",
        ]
    )
    rows = recipients.env.execute_query(
        SQL(
            "SELECT recipient_id, kind, email, state, state_reason, former_email "
            "FROM (%s) AS decided",
            classified(
                recipients.env,
                known_recipients(SQL("recipient.id IN %s", tuple(recipients.ids))),
            ),
        )
    )
    return {recipient_id: decision for recipient_id, *decision in rows}


def reconsider(env, condition):
    """Decide anew on the recipients of a condition that could be pushed now or no more.

    :param condition: `SQL` on the aliases ``recipient`` and ``campaign``; what was pushed is left
        alone
    :return: how many became something else
    """
    recipients = env["campaign.master.recipient"]
    recipients.flush_model()
    flush_sources(env)
    transaction.without_jit(env)
    undecided = SQL("(%s) AND recipient.state IN ('pending', 'excluded')", condition)
    # Decided once and looked up by id, also while PostgreSQL believes that the table is empty:
    # it then would decide on all of them anew for each recipient that there is.
    env.cr.execute(
        SQL(
            """
            WITH decided AS MATERIALIZED (%s), former AS (%s)
            UPDATE campaign_master_recipient recipient
               SET kind = decided.kind, email = decided.email, state = decided.state,
                   state_reason = decided.state_reason,
                   opted_out = recipient.opted_out IS TRUE OR decided.state = 'opted_out',
                   was_on_list = recipient.was_on_list AND decided.former_email IS NULL,
                   unanswered_count = CASE WHEN decided.former_email IS NULL
                                           THEN recipient.unanswered_count END
              FROM decided
             WHERE decided.recipient_id = recipient.id
               AND recipient.id = ANY(ARRAY(SELECT recipient_id FROM decided))
               AND (recipient.email, recipient.state, recipient.state_reason)
                   IS DISTINCT FROM (decided.email, decided.state, decided.state_reason)
            """,
            classified(env, known_recipients(undecided)),
            on_list.inserted_former(
                SQL(
                    "SELECT recipient_id, former_email, NULL::integer FROM decided "
                    "WHERE former_email IS NOT NULL"
                )
            ),
        )
    )
    changed = env.cr.rowcount
    recipients.invalidate_model(
        [
            "kind",
            "email",
            "state",
            "state_reason",
            "opted_out",
            "was_on_list",
            "unanswered_count",
            "former_address_ids",
        ]
    )
    return changed


def release_duplicates(env, condition):
    """Let go on who was a duplicate of somebody who has another address now, or none.

    :param condition: `SQL` on the aliases ``recipient`` and ``campaign``
    :return: how many
    """
    return reconsider(env, SQL("%s AND %s", condition, without_holder()))


def off_blacklist(env, selected):
    """Query of ``selected`` (`SQL`) of the recipients who aren't on Odoo's blacklist any more."""
    env["campaign.master.recipient"].flush_model(["campaign_id", "email", "state_reason"])
    env["mail.blacklist"].flush_model(["active", "cm_address"])
    return SQL(
        """
        SELECT %s FROM campaign_master_recipient recipient
         WHERE recipient.state_reason = 'blacklisted' AND NOT EXISTS (
                SELECT FROM mail_blacklist blacklist
                 WHERE blacklist.cm_address = recipient.email AND blacklist.active)
        """,
        selected,
    )


def release_from_blacklist(campaign):
    """Let go on who isn't on Odoo's blacklist any more, a slice of them.

    :return: how many
    """
    ids = off_blacklist(campaign.env, SQL("recipient.id"))
    of_this = SQL("recipient.campaign_id = %s", campaign.id)
    slice_of_it = SQL("%s AND %s LIMIT %s", ids, of_this, RELEASED_AT_ONCE)
    return reconsider(campaign.env, SQL("recipient.id = ANY(ARRAY(%s))", slice_of_it))


def queue_again(campaigns):
    """Let everybody who was added, or refused, be pushed again; who opted out stays out.

    What was sent without a result was sent to the list of before.
    """
    recipients = campaigns.env["campaign.master.recipient"]
    recipients.flush_model()
    campaigns.env.cr.execute(
        SQL(
            """
            UPDATE campaign_master_recipient
               SET state = CASE WHEN state = 'excluded' THEN state ELSE 'pending' END,
                   server_message = NULL,
                   was_on_list = was_on_list OR state IN ('added', 'exists')
                                 OR COALESCE(unanswered_count, 0) > 0,
                   unanswered_count = NULL
             WHERE campaign_id IN %s AND state <> 'opted_out'
               AND (state IN ('added', 'exists', 'rejected') OR unanswered_count > 0)
            """,
            tuple(campaigns.ids),
        )
    )
    recipients.invalidate_model()
