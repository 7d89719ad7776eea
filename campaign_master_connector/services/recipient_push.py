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
from typing import NamedTuple

from odoo import fields
from odoo.tools import SQL

from ..campaign_master_api import AddStatus, CampaignMasterError, NewRecipient, RequestRefused
from . import on_list, opt_outs, recipient_review, transaction
from .array_literals import array_of
from .sentences import sentence_of

BATCH_SIZE = 1000
CALLS_TO_ISOLATE = 64
# Each commit makes Odoo forget a campaign; it has many fields more, which take a tenth of a batch.
NEEDED_FIELDS = (
    "cm_list_id",
    "cm_paused",
    "cm_in_flight_first_id",
    "cm_in_flight_last_id",
    "cm_sync_counts",
)

STATE_OF_STATUS = {
    AddStatus.ADDED: "added",
    AddStatus.EXISTS: "exists",
    AddStatus.UNSUBSCRIBED: "opted_out",
    AddStatus.INVALID: "rejected",
}


class Outcome(NamedTuple):
    """What became of one recipient that was sent."""

    recipient_id: int
    email: str
    state: str
    message: str


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
        outcomes, failure = _send(env, client, chosen_list.external_id, batch.recipients)
        outcomes = [_added_by_the_first_attempt(outcome, batch) for outcome in outcomes]
        conclude = partial(
            _conclude, campaign, chosen_list, batch, outcomes, failure, may_go_on=goes_on()
        )
        counts, batch = transaction.write_durably(env, conclude)
        yield counts
        if failure:
            raise failure


def _take(campaign, size, interrupted, after=0):
    """The next batch behind the id ``after``, marked as in flight; None when there is none."""
    recipients = _next_batch(campaign, size, after)
    if not recipients:
        _mark_in_flight(campaign, NOBODY)
        return None
    first, last = recipients[0][0], recipients[-1][0]
    _mark_in_flight(campaign, range(min(first, interrupted.start), max(last + 1, interrupted.stop)))
    return Batch(recipients, interrupted)


def _conclude(campaign, chosen_list, batch, outcomes, failure, may_go_on):
    """Store what became of ``batch`` and take the next one: what is committed together."""
    counts = _store(campaign, chosen_list, outcomes)
    if failure:
        if not failure.outcome_unknown:
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


def _send(env, client, list_id, recipients):
    """Send ``recipients``; a part that is refused is halved until only the culprit is left out.

    :return: the outcomes, and the error that kept the rest from being sent, or None
    """
    outcomes = []
    parts = [recipients]
    calls = 0
    while parts:
        part = parts.pop()
        calls += 1
        try:
            outcomes += _send_part(client, list_id, part)
        except RequestRefused as error:
            if len(part) == 1:
                [(recipient_id, email)] = part
                message = error.server_message or sentence_of(env, error)
                outcomes.append(Outcome(recipient_id, email, "rejected", message))
            elif calls >= CALLS_TO_ISOLATE:
                return outcomes, error
            else:
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]
        except CampaignMasterError as error:
            return outcomes, error
    return outcomes, None


def _send_part(client, list_id, recipients):
    results = client.add_list_recipients(
        list_id, [NewRecipient(email) for _recipient_id, email in recipients]
    )
    states = STATE_OF_STATUS
    if client.lost_an_answer:
        states = {**states, AddStatus.EXISTS: "added"}
    return [
        Outcome(recipient_id, email, states[result.status], result.message)
        for (recipient_id, email), result in zip(recipients, results, strict=True)
    ]


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
    counts = Counter(dict(env.execute_query(_update_states(sent, chosen_list))))
    if counts.total() < len(outcomes):
        _remember_who_is_on_the_list(env, sent)
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


def _update_states(sent, chosen_list):
    """How many were given each state. Looked up by id, for the planner's sake as elsewhere."""
    return SQL(
        """
        WITH sent AS MATERIALIZED (SELECT * FROM %s),
        stored AS (
        UPDATE campaign_master_recipient recipient
           SET state = sent.state,
               opted_out = sent.state = 'opted_out',
               state_reason = CASE
                   WHEN sent.state = 'opted_out' THEN 'unsubscribed'
                   WHEN sent.state = 'rejected' THEN NULL
                   ELSE recipient.state_reason END,
               server_message = CASE WHEN sent.state = 'rejected' THEN sent.message END,
               added_at = CASE WHEN sent.state = 'added' THEN NOW() AT TIME ZONE 'UTC' END,
               write_date = NOW() AT TIME ZONE 'UTC'
          FROM sent
         WHERE recipient.id = ANY(ARRAY(SELECT id FROM sent))
           AND recipient.id = sent.id AND recipient.email = sent.email
           AND recipient.state = 'pending'
           AND (sent.state = 'opted_out'
                OR EXISTS (SELECT FROM utm_campaign campaign
                            WHERE campaign.id = recipient.campaign_id
                              AND campaign.cm_list_id = %s))
        RETURNING recipient.state)
        SELECT state, COUNT(*) FROM stored GROUP BY state
        """,
        sent,
        chosen_list.id,
    )


def _remember_who_is_on_the_list(env, sent):
    """Of those that became something else meanwhile: with this address or as a former one."""
    arrived = SQL(
        """
        SELECT recipient.id, sent.email, recipient.email IS DISTINCT FROM sent.email AS has_changed
          FROM campaign_master_recipient recipient JOIN %s ON recipient.id = sent.id
         WHERE sent.state IN ('added', 'exists')
        """,
        sent,
    )
    on_list.keep_former(
        env,
        SQL("SELECT id, email, NULL::integer FROM (%s) AS arrived WHERE has_changed", arrived),
    )
    on_list.was_sent(
        env, SQL("SELECT id, email FROM %s WHERE state IN ('added', 'exists', 'opted_out')", sent)
    )
    env.cr.execute(
        SQL(
            """
            UPDATE campaign_master_recipient SET was_on_list = TRUE
             WHERE id = ANY(ARRAY(SELECT id FROM (%s) AS arrived WHERE NOT has_changed))
               AND state NOT IN ('added', 'exists')
            """,
            arrived,
        )
    )
