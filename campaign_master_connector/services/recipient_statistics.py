"""Pages of individual statistics, written to a campaign's recipients in bulk."""

from dataclasses import dataclass
from operator import attrgetter

from odoo.tools import SQL

from . import opt_outs
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
    [(changed, unknown)] = env.execute_query(_write(campaign, rows))
    if gone := [row.email.lower() for row in rows if row.total_unsubscribes]:
        opt_outs.remember_addresses(campaign.cm_account_id, gone)
    env["campaign.master.recipient"].invalidate_model()
    env["campaign.master.unknown.address"].invalidate_model()
    return PageResult(changed, unknown)


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
               AND unknown.digest = MD5(recipient.email)
            RETURNING unknown.id
            """,
            campaign=campaign.id,
        )
    )
    env["campaign.master.unknown.address"].invalidate_model()
    return len(gone)


def _page(rows):
    columns = [array_of("varchar", (row.email.lower() for row in rows))]
    for name, (kind, *_rest) in COLUMNS.items():
        columns.append(array_of(kind, map(attrgetter(name), rows)))
    comma = SQL(", ")
    names = comma.join(map(SQL.identifier, ["email", *COLUMNS]))
    return SQL("UNNEST(%s) AS page(%s)", comma.join(columns), names)


def _write(campaign, rows):
    """One statement for the page, since its values are most of what goes to the database."""
    return SQL(
        """
        WITH page AS MATERIALIZED (SELECT * FROM %(page)s),
        person AS MATERIALIZED (%(people)s),
        changed AS (%(update)s RETURNING recipient.id),
        unknown AS (%(insert_unknown)s RETURNING id)
        SELECT (SELECT COUNT(*) FROM changed), (SELECT COUNT(*) FROM unknown)
        """,
        page=_page(rows),
        people=_people_of_page(campaign),
        update=_update(),
        insert_unknown=_insert_unknown(campaign),
    )


def _update():
    """Each row to whoever has its address or had it; only what differs is written.

    Looked up by id: the planner else reads the whole table for each page.
    """
    comma = SQL(", ")
    return SQL(
        """
        UPDATE campaign_master_recipient recipient
           SET (%(names)s) = ROW(%(new_values)s),
               opted_out = recipient.opted_out OR COALESCE(merged.total_unsubscribes > 0, FALSE),
               state = CASE WHEN merged.total_unsubscribes > 0 THEN 'opted_out'
                            ELSE recipient.state END,
               state_reason = CASE WHEN merged.total_unsubscribes > 0 THEN 'unsubscribed'
                                   ELSE recipient.state_reason END,
               write_date = NOW() AT TIME ZONE 'UTC'
          FROM (SELECT person.id, %(aggregates)s,
                       EXISTS (SELECT FROM campaign_master_former_address former
                                WHERE former.recipient_id = person.id) AS has_former
                  FROM person GROUP BY person.id) AS merged
         WHERE recipient.id = merged.id
           AND recipient.id = ANY(ARRAY(SELECT id FROM person))
           AND (%(old_values)s) IS DISTINCT FROM (%(new_values)s)
        """,
        aggregates=comma.join(_aggregates()),
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


def _insert_unknown(campaign):
    return SQL(
        """
        INSERT INTO campaign_master_unknown_address (campaign_id, company_id, digest)
        SELECT %(campaign)s, %(company)s, MD5(page.email)
          FROM page
         WHERE page.email NOT IN (SELECT email FROM person)
            ON CONFLICT DO NOTHING
        """,
        campaign=campaign.id,
        company=campaign.cm_account_id.company_id.id,
    )
