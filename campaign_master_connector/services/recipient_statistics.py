"""Pages of individual statistics, written to a campaign's recipients in bulk."""

from dataclasses import dataclass
from operator import attrgetter

from odoo import fields
from odoo.tools import SQL

from . import opt_outs
from .address_digests import digest_of
from .addresses import as_compared
from .array_literals import array_of

# The columns of a page: SQL type of each, and how two rows of one person become one.
COLUMNS = {
    "total_opens": ("integer", "GREATEST", "MAX"),
    "total_clicks": ("integer", "GREATEST", "MAX"),
    "total_forwards": ("integer", "GREATEST", "MAX"),
    "total_unsubscribes": ("integer", "GREATEST", "MAX"),
    "first_open": ("timestamp", "LEAST", "MIN"),
    "last_open": ("timestamp", "GREATEST", "MAX"),
    "first_click": ("timestamp", "LEAST", "MIN"),
    "last_click": ("timestamp", "GREATEST", "MAX"),
    "bounced": ("boolean", "GREATEST", "BOOL_OR"),
}


@dataclass(frozen=True)
class PageResult:
    """What a page did: recipients that changed, and addresses that are no recipient's."""

    changed: int
    unknown: int


def apply_page(campaign, rows):
    """Write one page of `RecipientStatistics` to the recipients of ``campaign``.

    A row belongs to whoever has its address now or had it when it was added to the list. Only
    what differs is written, so the same page twice writes once. What a row doesn't tell stays as it
    was known.
    """
    if not rows:
        return PageResult(0, 0)
    env = campaign.env
    env["campaign.master.recipient"].flush_model()
    env["campaign.master.former.address"].flush_model()
    told = unsubscribes_told(campaign, rows)
    excess = opt_outs.strangers_in_excess(campaign, told) if told else set()
    [(changed, unknown)] = env.execute_query(_write(campaign, rows, told, excess))
    if kept := {email: count for email, count in told.items() if email not in excess}:
        began_at = campaign.cm_recipient_statistics_started_at or fields.Datetime.now()
        opt_outs.remember_addresses(opt_outs.Source(campaign, began_at), kept)
    env["campaign.master.recipient"].invalidate_model()
    env["campaign.master.unknown.address"].invalidate_model()
    return PageResult(changed, unknown)


def unsubscribes_told(campaign, rows):
    """Who unsubscribed by the rows of a page: {address: int}, without whom nobody is to hear again.

    What an administrator lifted is told again with each change of the row.
    """
    counts = {}
    for row in rows:
        if row.total_unsubscribes:
            email = as_compared(row.email)
            counts[email] = max(row.total_unsubscribes, counts.get(email, 0))
    return opt_outs.unsettled(campaign, counts) if counts else {}


def forget_addresses_that_became_known(campaign):
    """How many addresses that were counted as unknown are a recipient's by now."""
    env = campaign.env
    env["campaign.master.recipient"].flush_model(["campaign_id", "email"])
    gone = env.execute_query(
        SQL(
            """
            DELETE FROM campaign_master_unknown_address unknown
             USING campaign_master_recipient recipient
             WHERE unknown.campaign_id = %(campaign)s AND recipient.campaign_id = %(campaign)s
               AND unknown.digest = %(digest)s
            RETURNING unknown.id
            """,
            campaign=campaign.id,
            digest=digest_of(env, SQL("recipient.email")),
        )
    )
    env["campaign.master.unknown.address"].invalidate_model()
    return len(gone)


def _page(rows):
    columns = [array_of("varchar", (as_compared(row.email) for row in rows))]
    for name, (kind, *_rest) in COLUMNS.items():
        columns.append(array_of(kind, map(attrgetter(name), rows)))
    comma = SQL(", ")
    names = comma.join(map(SQL.identifier, ["email", *COLUMNS]))
    return SQL("UNNEST(%s) AS page(%s)", comma.join(columns), names)


def _write(campaign, rows, told, excess):
    """One statement for the page, since its values are most of what goes to the database."""
    return SQL(
        """
        WITH page AS MATERIALIZED (SELECT * FROM %(page)s),
        person AS MATERIALIZED (%(people)s),
        changed AS (%(update)s RETURNING recipient.id),
        unknown AS (%(insert_unknown)s RETURNING xmax = 0 AS is_new)
        SELECT (SELECT COUNT(*) FROM changed), (SELECT COUNT(*) FROM unknown WHERE is_new)
        """,
        page=_page(rows),
        people=_people_of_page(campaign),
        update=_update(told),
        insert_unknown=_insert_unknown(campaign, excess),
    )


def _update(told):
    """Each row to whoever has its address or had it; only what differs is written.

    Looked up by id: the planner else reads the whole table for each page.
    """
    comma = SQL(", ")
    return SQL(
        """
        UPDATE campaign_master_recipient recipient
           SET (%(names)s) = ROW(%(new_values)s),
               opted_out = recipient.opted_out OR merged.has_left,
               state = CASE WHEN merged.has_left THEN 'opted_out' ELSE recipient.state END,
               state_reason = CASE WHEN merged.has_left THEN 'unsubscribed'
                                   ELSE recipient.state_reason END,
               write_date = NOW() AT TIME ZONE 'UTC'
          FROM (SELECT person.id, %(aggregates)s,
                       BOOL_OR(person.email = ANY(%(told)s)) AS has_left,
                       EXISTS (SELECT FROM campaign_master_former_address former
                                WHERE former.recipient_id = person.id) AS has_former
                  FROM person GROUP BY person.id) AS merged
         WHERE recipient.id = merged.id
           AND recipient.id = ANY(ARRAY(SELECT id FROM person))
           AND (%(old_values)s) IS DISTINCT FROM (%(new_values)s)
        """,
        aggregates=comma.join(_aggregates()),
        told=array_of("varchar", told.keys()),
        names=comma.join(SQL.identifier(name) for name in COLUMNS),
        old_values=comma.join(SQL.identifier("recipient", name) for name in COLUMNS),
        new_values=comma.join(_new_values()),
    )


def _people_of_page(campaign):
    """The lateral join keeps the planner from reading the whole campaign for each page."""
    return SQL(
        """
        SELECT found.id, page.*
          FROM page CROSS JOIN LATERAL (
               SELECT recipient.id FROM campaign_master_recipient recipient
                WHERE recipient.campaign_id = %(campaign)s AND recipient.email = page.email
               OFFSET 0) found
         UNION ALL
        SELECT former.recipient_id, page.*
          FROM page JOIN campaign_master_former_address former
            ON former.campaign_id = %(campaign)s AND former.email = page.email
        """,
        campaign=campaign.id,
    )


def _aggregates():
    """Two rows of a page that are one person's become one."""
    for name, (_kind, _merge, aggregate) in COLUMNS.items():
        yield SQL(f"{aggregate}(person.%s) AS %s", SQL.identifier(name), SQL.identifier(name))


def _new_values():
    """What the page says; of somebody with a former address the most of both addresses."""
    for name, (_kind, merge, _aggregate) in COLUMNS.items():
        yield SQL(
            f"CASE WHEN merged.has_former THEN {merge}(recipient.%s, merged.%s) "
            "ELSE COALESCE(merged.%s, recipient.%s) END",
            *[SQL.identifier(name)] * 4,
        )


def _insert_unknown(campaign, excess):
    return SQL(
        """
        INSERT INTO campaign_master_unknown_address AS known
               (campaign_id, company_id, digest, is_opt_out_in_excess)
        SELECT DISTINCT %(campaign)s, %(company)s, %(digest)s, page.email = ANY(%(excess)s)
          FROM page
         WHERE page.email NOT IN (SELECT email FROM person)
            ON CONFLICT (campaign_id, digest) DO UPDATE SET is_opt_out_in_excess = TRUE
         WHERE EXCLUDED.is_opt_out_in_excess AND known.is_opt_out_in_excess IS NOT TRUE
        """,
        excess=array_of("varchar", excess),
        campaign=campaign.id,
        company=campaign.cm_account_id.company_id.id,
        digest=digest_of(campaign.env, SQL("page.email")),
    )
