"""Batches of a campaign's recipients, from `pending` here to the list in Campaign Master.

Steps, each safe to die after: a batch is chosen and marked as in flight (committed), sent (no
transaction open, and sending it twice adds nobody twice), and what became of each is stored,
together with the mark of the batch that follows (committed). A batch that was in flight when a
process died is sent again; who is "already on the list" then was added by the first attempt and
counts as added.
"""

from collections import Counter
from dataclasses import dataclass
from functools import partial

from odoo import fields
from odoo.tools import SQL

from . import on_list, opt_outs, recipient_review, transaction
from .array_literals import array_of
from .recipient_batch import Outcome, Sending

BATCH_SIZE = 1000
# So often a recipient is sent whom Campaign Master tells no result of.
ATTEMPTS_WITHOUT_RESULT = 4
# Each commit makes Odoo forget a campaign; it has many fields more, which take a tenth of a batch.
NEEDED_FIELDS = (
    "cm_list_id",
    "cm_paused",
    "cm_in_flight_first_id",
    "cm_in_flight_last_id",
    "cm_sync_counts",
    "cm_failure_count",
    "cm_largest_batch",
    "cm_largest_batch_until",
)


@dataclass(frozen=True)
class Batch:
    """Ids and addresses to send, and the range of ids that an earlier attempt may have sent."""

    recipients: list
    interrupted: range


NOBODY = range(2**31, 0)


def push_batches(campaign, client, size=BATCH_SIZE, goes_on=lambda: False):
    """Send pending recipients of ``campaign``, whose lock the caller holds, a batch at a time.

    :param goes_on: asked after each batch that was sent whether another one may follow
    :return: generator with a `Counter` for each batch that is stored: its recipients by the state
        they are in now
    :raises CampaignMasterError: when a batch as a whole could not be sent
    """
    env = campaign.env
    batch = transaction.write_durably(env, lambda: _take(campaign, size, _in_flight(campaign)))
    while batch:
        campaign.fetch(NEEDED_FIELDS)
        chosen_list = campaign.cm_list_id
        chosen_list.fetch(["external_id"])
        sent = Sending(campaign, client, chosen_list.external_id).send(batch.recipients)
        sent.outcomes = [_added_by_the_first_attempt(one, batch) for one in sent.outcomes]
        conclude = partial(_conclude, campaign, chosen_list, batch, sent, may_go_on=goes_on())
        counts, batch = transaction.write_durably(env, conclude)
        yield counts
        if sent.failure:
            raise sent.failure


def _take(campaign, size, interrupted, after=0):
    """The next batch behind the id ``after``, marked as in flight; None when there is none."""
    recipients = _next_batch(campaign, min(size, campaign._cm_batch_limit() or size), after)
    if not recipients:
        _mark_in_flight(campaign, NOBODY)
        return None
    first, last = recipients[0][0], recipients[-1][0]
    _mark_in_flight(campaign, range(min(first, interrupted.start), max(last + 1, interrupted.stop)))
    return Batch(recipients, interrupted)


def _conclude(campaign, chosen_list, batch, sent, may_go_on):
    """Store what became of ``batch`` and take the next one: what is committed together."""
    counts = _store(campaign, chosen_list, sent.outcomes)
    if sent.largest:
        campaign._cm_limit_batches(sent.largest)
    if sent.failure:
        if not sent.is_unknown:
            _mark_in_flight(campaign, batch.interrupted)
        campaign._cm_count_batch(counts)
        return counts, None
    # Who else chose another list or paused meanwhile is heard before the next batch.
    campaign.invalidate_recordset(NEEDED_FIELDS)
    campaign.fetch(NEEDED_FIELDS)
    campaign._cm_count_batch(counts)
    last_id = batch.recipients[-1][0]
    interrupted = range(last_id + 1, batch.interrupted.stop) or NOBODY
    if may_go_on and not campaign.cm_paused:
        return counts, _take(campaign, BATCH_SIZE, interrupted, after=last_id)
    _mark_in_flight(campaign, interrupted)
    return counts, None


def _next_batch(campaign, size, after):
    """Ids and addresses to send, after a last look at who may not get mail any more.

    It goes on behind ``after``: to begin at the first one would be to step over all that were
    pushed, whose index entries PostgreSQL keeps until it cleans up.
    """
    recipients = campaign.env["campaign.master.recipient"]
    recipients.flush_model()
    while batch := _pending(campaign, size, after):
        ids = [recipient_id for recipient_id, _email in batch]
        chosen = SQL("recipient.id = ANY(%s)", array_of("integer", ids))
        if not recipient_review.reconsider(campaign.env, chosen):
            return batch
        if still_pending := _still_pending(campaign, ids):
            return still_pending
        after = ids[-1]
    # Only at the end: it looks at all duplicates of the campaign.
    all_of_it = SQL("recipient.campaign_id = %s", campaign.id)
    released = recipient_review.release_duplicates(campaign.env, all_of_it)
    return _pending(campaign, size, 0) if released else []


def _pending(campaign, size, after):
    return campaign.env.execute_query(
        SQL(
            """
            SELECT id, email FROM campaign_master_recipient
             WHERE campaign_id = %s AND state = 'pending' AND id > %s ORDER BY id LIMIT %s
            """,
            campaign.id,
            after,
            size,
        )
    )


def _still_pending(campaign, ids):
    return campaign.env.execute_query(
        SQL(
            """
            SELECT id, email FROM campaign_master_recipient
             WHERE id = ANY(%s) AND state = 'pending' ORDER BY id
            """,
            array_of("integer", ids),
        )
    )


def _in_flight(campaign):
    """Range of the ids of a batch that was sent and whose answer never was stored."""
    if not campaign.cm_in_flight_last_id:
        return NOBODY
    return range(campaign.cm_in_flight_first_id, campaign.cm_in_flight_last_id + 1)


def _added_by_the_first_attempt(outcome, batch):
    if outcome.state == "exists" and outcome.recipient_id in batch.interrupted:
        return Outcome(outcome.recipient_id, outcome.email, "added", "")
    return outcome


def _mark_in_flight(campaign, ids):
    first, last = (ids.start, ids.stop - 1) if ids else (0, 0)
    if (campaign.cm_in_flight_first_id, campaign.cm_in_flight_last_id) != (first, last):
        campaign.write({"cm_in_flight_first_id": first, "cm_in_flight_last_id": last})


def _store(campaign, chosen_list, outcomes):
    """Write what became of each.

    Whose address changed meanwhile stays pending with the new one; after a change of the list all
    but who opted out stay pending for the new one.
    """
    env = campaign.env
    if not outcomes:
        return Counter()
    env["campaign.master.recipient"].flush_model()
    sent = _as_rows(outcomes)
    counts = Counter(dict(env.execute_query(_update_states(env, sent, chosen_list))))
    if counts.total() < len(outcomes):
        _remember_who_is_on_the_list(env, sent)
    del counts["pending"]
    if gone := [outcome for outcome in outcomes if outcome.state == "opted_out"]:
        source = opt_outs.Source(campaign, fields.Datetime.now())
        emails = [outcome.email for outcome in gone]
        ids = array_of("integer", (outcome.recipient_id for outcome in gone))
        left = SQL("SELECT *, NULL::integer FROM UNNEST(%s, %s)", ids, array_of("varchar", emails))
        opt_outs.remember(source, left)
        opt_outs.remember_addresses(source, dict.fromkeys(emails))
    env["campaign.master.recipient"].invalidate_model()
    return counts


def _as_rows(outcomes):
    return SQL(
        "UNNEST(%s, %s, %s, %s) AS sent(id, email, state, message)",
        array_of("integer", (outcome.recipient_id for outcome in outcomes)),
        array_of("varchar", (outcome.email for outcome in outcomes)),
        array_of("varchar", (outcome.state for outcome in outcomes)),
        array_of("varchar", (outcome.message or None for outcome in outcomes)),
    )


def _update_states(env, sent, chosen_list):
    """How many were given each state. Looked up by id, for the planner's sake as elsewhere.

    Who got no result stays pending, but not for ever: in the end the one is rejected, and those
    of a batch that was taken each time without a word are added. What is there at the next
    attempt was added by the one before. The number of attempts stays with who is rejected and
    may be on the list nevertheless.
    """
    return SQL(
        """
        WITH told AS MATERIALIZED (SELECT * FROM %(told)s),
        sent AS MATERIALIZED (
        SELECT told.id, told.email,
               CASE WHEN is_last AND told.state = 'accepted' THEN 'added'
                    WHEN is_last OR told.state = 'unclear' THEN 'rejected'
                    WHEN has_no_result THEN 'pending'
                    WHEN told.state = 'exists' AND attempts > 1 THEN 'added'
                    ELSE told.state END AS state,
               CASE WHEN is_last THEN %(no_result)s ELSE told.message END AS message,
               CASE WHEN has_no_result AND NOT (is_last AND told.state = 'accepted')
                         OR told.state = 'unclear' THEN attempts END AS attempts
          FROM told JOIN campaign_master_recipient known
            ON known.id = told.id AND known.id = ANY(ARRAY(SELECT id FROM told))
         CROSS JOIN LATERAL (
               SELECT COALESCE(known.unanswered_count, 0) + 1 AS attempts,
                      told.state IN ('pending', 'accepted') AS has_no_result) counted
         CROSS JOIN LATERAL (
               SELECT has_no_result AND MOD(attempts, %(most)s) = 0 AS is_last) compared),
        stored AS (
        UPDATE campaign_master_recipient recipient
           SET state = sent.state,
               opted_out = sent.state = 'opted_out',
               state_reason = CASE
                   WHEN sent.state = 'opted_out' THEN 'unsubscribed'
                   WHEN sent.state = 'rejected' THEN NULL
                   ELSE recipient.state_reason END,
               server_message = CASE WHEN sent.state = 'rejected' THEN sent.message END,
               unanswered_count = sent.attempts,
               added_at = CASE WHEN sent.state = 'added' THEN NOW() AT TIME ZONE 'UTC'
                               WHEN sent.state = 'pending' THEN recipient.added_at END,
               write_date = NOW() AT TIME ZONE 'UTC'
          FROM sent
         WHERE recipient.id = ANY(ARRAY(SELECT id FROM sent))
           AND recipient.id = sent.id AND recipient.email = sent.email
           AND recipient.state = 'pending'
           AND (sent.state = 'opted_out'
                OR EXISTS (SELECT FROM utm_campaign campaign
                            WHERE campaign.id = recipient.campaign_id
                              AND campaign.cm_list_id = %(list)s))
        RETURNING recipient.state)
        SELECT state, COUNT(*) FROM stored GROUP BY state
        """,
        told=sent,
        no_result=env._("Campaign Master gave no result for this address."),
        most=ATTEMPTS_WITHOUT_RESULT,
        list=chosen_list.id,
    )


def _remember_who_is_on_the_list(env, sent):
    """Of those that became something else meanwhile: with this address or as a former one."""
    arrived = SQL(
        """
        SELECT recipient.id, sent.email, recipient.email IS DISTINCT FROM sent.email AS has_changed
          FROM campaign_master_recipient recipient JOIN %s ON recipient.id = sent.id
         WHERE sent.state NOT IN ('opted_out', 'rejected')
        """,
        sent,
    )
    on_list.keep_former(
        env,
        SQL("SELECT id, email, NULL::integer FROM (%s) AS arrived WHERE has_changed", arrived),
    )
    on_list.was_sent(env, SQL("SELECT id, email FROM %s WHERE state <> 'rejected'", sent))
    env.cr.execute(
        SQL(
            """
            UPDATE campaign_master_recipient SET was_on_list = TRUE
             WHERE id = ANY(ARRAY(SELECT id FROM (%s) AS arrived WHERE NOT has_changed))
               AND state NOT IN ('added', 'exists') AND COALESCE(unanswered_count, 0) = 0
            """,
            arrived,
        )
    )
