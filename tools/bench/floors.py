"""The least that the same work can take: plain SQL and bare calls, and what others do."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import requests
from odoo.tools import SQL
from requests.adapters import HTTPAdapter

from sandbox.testing import SandboxProcess

BATCH = 1000
# A day later, without waiting for it; the overlap of the runs is past as well.
DUE_AGAIN = {
    "cm_recipient_statistics_at": False,
    "cm_recipient_statistics_after": datetime.now() + timedelta(minutes=30),
}
PEOPLE = ("res.partner", [("ref", "=", "bench")])


def make_people(env: Any, count: int) -> None:
    """``count`` made-up contacts, one in ten a company."""
    env.cr.execute(
        SQL(
            """
            INSERT INTO res_partner (name, complete_name, ref, email, email_normalized, active,
                                     is_company, type, lang)
            SELECT 'Person ' || number, 'Person ' || number, 'bench',
                   'person-' || LPAD(number::text, 7, '0') || '@example.com',
                   'person-' || LPAD(number::text, 7, '0') || '@example.com',
                   TRUE, number %% 10 = 0, 'contact', 'en_US'
              FROM GENERATE_SERIES(1, %s) number
            """,
            count,
        )
    )
    env.cr.execute(
        SQL(
            "SELECT MIN(id), MAX(id) FILTER (WHERE is_company) FROM res_partner WHERE ref = 'bench'"
        )
    )
    first_id, last_id = env.cr.fetchone()
    env.cr.execute(
        SQL(
            # Each tenth is a company, which the nine before it belong to.
            """
            UPDATE res_partner
               SET commercial_partner_id = LEAST(id + 9 - (id - %(first)s) %% 10, %(last)s)
             WHERE ref = 'bench'
            """,
            first=first_id,
            last=last_id,
        )
    )
    env.cr.commit()
    env.cr.execute(SQL("ANALYZE res_partner"))
    env.invalidate_all()


def make_lead(env: Any) -> Any:
    """A lead of the administrator, which other salespersons don't see."""
    return env["crm.lead"].create(
        {
            "name": "Lead",
            "email_from": "lead@example.com",
            "user_id": env.ref("base.user_admin").id,
        }
    )


def salesperson(env: Any) -> Any:
    """A user who sees own leads and nobody else's."""
    login = "salesperson"
    group = env.ref("sales_team.group_sale_salesman")
    return env["res.users"].search([("login", "=", login)]) or env["res.users"].create(
        {"name": "Salesperson", "login": login, "group_ids": [(6, 0, group.ids)]}
    )


def insert(env: Any, campaign: Any) -> None:
    """The recipients by one INSERT ... SELECT that decides nothing."""
    env.cr.execute(
        SQL(
            """
            INSERT INTO campaign_master_recipient
                   (campaign_id, company_id, partner_id, kind, email, state, total_opens,
                    total_clicks, total_forwards, total_unsubscribes, bounced, opted_out,
                    create_uid, create_date, write_uid, write_date,
                    user_id, country_id, commercial_partner_id)
            SELECT %s, %s, id, CASE WHEN is_company THEN 'company' ELSE 'contact' END,
                   email_normalized, 'pending', 0, 0, 0, 0, FALSE, FALSE, 1, NOW(), 1, NOW(),
                   user_id, country_id, commercial_partner_id
              FROM res_partner WHERE ref = 'bench'
            """,
            campaign.id,
            campaign.cm_account_id.company_id.id,
        )
    )


def forget_recipients(env: Any, campaign: Any) -> None:
    """Remove the recipients, so that the next measurement begins as the first did."""
    env.cr.execute(SQL("DELETE FROM campaign_master_recipient WHERE campaign_id = %s", campaign.id))
    # Who left by the mail of this one would be left out of the next one.
    env.cr.execute(SQL("DELETE FROM campaign_master_opt_out"))
    env.cr.commit()
    env.invalidate_all()
    connection = env.cr._cnx
    connection.autocommit = True
    env.cr.execute(SQL("VACUUM ANALYZE campaign_master_recipient"))
    connection.autocommit = False


def push(env: Any, campaign: Any, sandbox: SandboxProcess, list_id: int) -> None:
    """The same addresses by a bare session, then one UPDATE of all rows."""
    session, url = _session(sandbox, list_id)
    env.cr.execute(
        SQL(
            "SELECT email FROM campaign_master_recipient WHERE campaign_id = %s ORDER BY id",
            campaign.id,
        )
    )
    emails = [email for [email] in env.cr.fetchall()]
    for start in range(0, len(emails), BATCH):
        body = {"recipients": [{"email": email} for email in emails[start : start + BATCH]]}
        session.post(url, data=json.dumps(body), timeout=60).raise_for_status()
    env.cr.execute(
        SQL(
            """
            UPDATE campaign_master_recipient SET state = 'added', write_date = NOW()
             WHERE campaign_id = %s
            """,
            campaign.id,
        )
    )


@contextmanager
def waiting_for_answers() -> Iterator[list[float]]:
    """Seconds of each call from the request to the head of its answer: what the server takes."""
    waits: list[float] = []
    send = HTTPAdapter.send

    def timed(adapter: HTTPAdapter, *arguments: Any, **options: Any) -> Any:
        started = time.perf_counter()
        try:
            return send(adapter, *arguments, **options)
        finally:
            waits.append(time.perf_counter() - started)

    with patch.object(HTTPAdapter, "send", timed):
        yield waits


def single_calls(sandbox: SandboxProcess, count: int) -> float:
    """Seconds for one call a contact."""
    session, url = _session(sandbox, sandbox.control.create_list("Single calls"))
    started = time.perf_counter()
    for number in range(count):
        body = {"recipients": [{"email": f"single-{number}@example.com"}]}
        session.post(url, data=json.dumps(body), timeout=60).raise_for_status()
    return time.perf_counter() - started


def _session(sandbox: SandboxProcess, list_id: int) -> tuple[requests.Session, str]:
    session = requests.Session()
    session.trust_env = False
    login = {"username": sandbox.username, "password": sandbox.password}
    answer = session.post(f"{sandbox.url}/api/v1/authenticate", headers=login, timeout=60)
    session.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    session.headers["Content-Type"] = "application/json"
    return session, f"{sandbox.url}/api/v1/lists/{list_id}/recipients"


def mailing_traces(env: Any) -> None:
    """What Odoo's own Email Marketing writes before it sends: a trace for each person."""
    mailing = env["mailing.mailing"].create(
        {
            "subject": "Bench",
            "mailing_model_id": env.ref("base.model_res_partner").id,
            "mailing_domain": repr([*PEOPLE[1]]),
            "body_html": "<p>Bench</p>",
        }
    )
    people = env["res.partner"].search(PEOPLE[1])
    for start in range(0, len(people), BATCH):
        env["mailing.trace"].create(
            [
                {
                    "mass_mailing_id": mailing.id,
                    "model": "res.partner",
                    "res_id": person.id,
                    "email": person.email,
                    "trace_type": "mail",
                }
                for person in people[start : start + BATCH]
            ]
        )
        env.cr.commit()


def mark_added(env: Any, campaign: Any) -> None:
    """Everybody is on the list, for measurements that begin there."""
    env.cr.execute(
        SQL(
            "UPDATE campaign_master_recipient SET state = 'added' WHERE campaign_id = %s",
            campaign.id,
        )
    )
    env.cr.commit()
    env.invalidate_all()


def statistics(env: Any, campaign: Any) -> None:
    """The statistics columns of all recipients by plain SQL, in batches and commits of 1,000."""
    env.cr.execute(
        SQL("SELECT id FROM campaign_master_recipient WHERE campaign_id = %s", campaign.id)
    )
    ids = [identifier for [identifier] in env.cr.fetchall()]
    for start in range(0, len(ids), BATCH):
        env.cr.execute(
            SQL(
                """
                UPDATE campaign_master_recipient
                   SET total_opens = 1000, total_clicks = 1, total_forwards = 0,
                       total_unsubscribes = 0, first_open = NOW(), last_open = NOW(),
                       first_click = NOW(), last_click = NOW(), bounced = FALSE,
                       write_date = NOW()
                 WHERE id = ANY(%s)
                """,
                ids[start : start + BATCH],
            )
        )
        env.cr.commit()


def make_synced_campaigns(env: Any, account: Any, campaigns: int, recipients: int) -> None:
    """Synced campaigns whose recipients are all on the list."""
    env.cr.execute(
        SQL(
            """
            WITH made AS (
                INSERT INTO utm_campaign (name, title, active, user_id, stage_id, cm_account_id,
                                          cm_reference, cm_external_id, cm_state, cm_synced_at)
                SELECT 'bench-' || number, JSONB_BUILD_OBJECT('en_US', 'Bench ' || number), TRUE, 1,
                       (SELECT MIN(id) FROM utm_stage), %(account)s, GEN_RANDOM_UUID()::varchar,
                       1000000 + number, 'sent', NOW()
                  FROM GENERATE_SERIES(1, %(campaigns)s) number
                RETURNING id)
            INSERT INTO campaign_master_recipient
                   (campaign_id, company_id, kind, email, state, create_uid, write_uid)
            SELECT made.id, %(company)s, 'contact', 'person-' || number || '@example.com',
                   'added', 1, 1
              FROM made, GENERATE_SERIES(1, %(each)s) number
            """,
            account=account.id,
            company=account.company_id.id,
            campaigns=campaigns,
            each=max(1, recipients // campaigns),
        )
    )
    env.cr.commit()
    env.cr.execute(SQL("ANALYZE utm_campaign, campaign_master_recipient"))
    env.invalidate_all()
