"""A base class for tests against a real sandbox Campaign Master, one process for a whole run."""

import atexit
import sys
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import psutil
from odoo import sql_db
from odoo.tests import TransactionCase, new_test_user
from odoo.tools import SQL

from ..campaign_master_api import CampaignMasterClient, RetryPolicy
from ..services import account_session, statistics_run, sync_run

ROOT = str(Path(__file__).resolve().parents[2])
if ROOT not in sys.path:
    # Odoo's own test runner knows the addon's folder only.
    sys.path.append(ROOT)

from sandbox.testing import SandboxProcess  # noqa: E402

SENDER = "news@example.com"
WITHOUT_MAIL = {
    "tracking_disable": True,
    "no_reset_password": True,
    "mail_create_nosubscribe": True,
}
QUIET_RETRY = RetryPolicy(attempts=3, sleep=lambda seconds: None)


class SandboxCase:
    """Mixin of Odoo's test classes: a sandbox that lives as long as the test run."""

    sandbox = SandboxProcess(empty=True, seed=7)

    @classmethod
    def setUpClass(cls):
        # Odoo ends all child processes after each class; this one is to serve them all. So each
        # class of this addon's tests is of this kind.
        children = psutil.Process.children

        def without_sandbox(process, *args, **kwargs):
            found = children(process, *args, **kwargs)
            return [child for child in found if child.pid != cls.sandbox.process.pid]

        cls.enterClassContext(patch.object(psutil.Process, "children", without_sandbox))
        if not cls.sandbox.process or cls.sandbox.process.poll() is not None:
            cls.sandbox.restart()
            atexit.register(cls.sandbox.stop)
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.prepare()

    def prepare(self):
        """A sandbox as it is at the beginning of each test."""
        self.control = self.sandbox.control
        self.control.reset(empty=True)
        self.customers = self.control.create_list("Customers")
        self.newsletter = self.control.create_list("Newsletter")
        self.spring = self.control.create_template("Spring")
        self.summer = self.control.create_template("Summer")
        self.control.register_sender(SENDER)


class CampaignMasterCase(SandboxCase, TransactionCase):
    """An enabled account, and a sandbox with two lists, two templates and a registered sender."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, **WITHOUT_MAIL})
        cls.company = cls.env.company
        cls.account = cls.make_account(cls.company)
        for patience in (account_session.BACKGROUND, account_session.AT_THE_SCREEN):
            cls.enterClassContext(patch.dict(patience, {"retry": QUIET_RETRY}))
        for run in (sync_run, statistics_run):
            # What is tested must not depend on how busy the machine is.
            cls.enterClassContext(patch.object(run, "SECONDS_AT_THE_SCREEN", 600.0))
        # Tests click as fast as they can.
        cls.enterClassContext(patch.object(statistics_run, "RECENT", timedelta()))

    @classmethod
    def make_account(cls, company, **values):
        return cls.env["campaign.master.account"].create(
            {
                "company_id": company.id,
                "enabled": True,
                "username": cls.sandbox.username,
                "password": cls.sandbox.password,
                "api_url": cls.sandbox.url,
                **values,
            }
        )

    @classmethod
    def make_user(cls, login, *groups, **values):
        return new_test_user(cls.env, login, ",".join(("base.group_user", *groups)), **values)

    def pull_choices(self, account=None):
        """Have the lists and templates of the sandbox, and no call of that in its counts."""
        account = account or self.account
        account.choices_attempted_at = False
        account._refresh_choices_if_stale(seconds=600.0)
        self.assertFalse(account._notice())
        self.control.clear_calls()

    def choice(self, model, external_id, account=None):
        return self.env[f"campaign.master.{model}"].search(
            [
                ("account_id", "=", (account or self.account).id),
                ("external_id", "=", str(external_id)),
            ]
        )

    def make_campaign(self, **values):
        """A campaign with all that a sync needs."""
        if not self.choice("list", self.customers):
            self.pull_choices()
        return self.env["utm.campaign"].create(
            {
                "title": "Spring offers",
                "cm_subject": "Our spring offers",
                "cm_description": "Who bought last spring",
                "cm_from_name": "The Sales Team",
                "cm_from_email": SENDER,
                "cm_list_id": self.choice("list", self.customers).id,
                "cm_template_id": self.choice("template", self.spring).id,
                **values,
            }
        )

    def synced_campaign(self, *people, **values):
        """A campaign that was synced, with no call of that in the sandbox's counts."""
        campaign = self.make_campaign(**values)
        for records in people:
            self.add(campaign, records)
        campaign.action_cm_sync()
        self.assertTrue(campaign.cm_external_id)
        self.assertFalse(campaign.cm_sync_error)
        self.control.clear_calls()
        return campaign

    def contact(self, email="person-1@example.com", **values):
        return self.env["res.partner"].create({"name": "Person", "email": email, **values})

    def contacts(self, count, prefix="person"):
        return self.env["res.partner"].create(
            [
                {"name": f"Person {number}", "email": f"{prefix}-{number}@example.com"}
                for number in range(1, count + 1)
            ]
        )

    def bulk_contacts(self, count, prefix="bulk"):
        """Ids of many contacts, written past the ORM, which would take minutes for them."""
        pattern = self.env["res.partner"].create({"name": "Person"})
        pattern.flush_recordset()
        # Columns that other apps require are as the ORM fills them.
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO res_partner
                SELECT made.*
                  FROM generate_series(1, %(count)s) n
                  JOIN res_partner pattern ON pattern.id = %(pattern)s
                 CROSS JOIN LATERAL jsonb_populate_record(pattern, jsonb_build_object(
                       'id', nextval('res_partner_id_seq'),
                       'commercial_partner_id', NULL,
                       'name', 'Person ' || n, 'complete_name', 'Person ' || n,
                       'email', %(prefix)s || '-' || n || '@example.com',
                       'email_normalized', %(prefix)s || '-' || n || '@example.com')) made
                RETURNING id
                """,
                prefix=prefix,
                count=count,
                pattern=pattern.id,
            )
        )
        pattern.unlink()
        return [partner_id for [partner_id] in rows]

    def lead(self, email="lead-1@example.com", **values):
        return self.env["crm.lead"].create(
            {"name": "Interest", "type": "lead", "email_from": email, **values}
        )

    def add(self, campaign, people):
        """Make people recipients as a user does; answers with their recipients."""
        campaign.cm_add_people(people._name, [("id", "in", people.ids)])
        return self.recipients(campaign, people)

    def recipients(self, campaign, people):
        field_name = "lead_id" if people._name == "crm.lead" else "partner_id"
        return self.env["campaign.master.recipient"].search(
            [("campaign_id", "=", campaign.id), (field_name, "in", people.ids)]
        )

    def states(self, campaign):
        """{state: number of recipients}; also proves that the numbers balance."""
        summary = campaign.cm_recipient_summary()
        states = {one["state"]: one["count"] for one in summary["states"] if one["count"]}
        self.assertEqual(sum(states.values()), len(campaign.cm_recipient_ids))
        self.assertEqual(summary["total"], len(campaign.cm_recipient_ids))
        self.assertEqual(sum(summary["kinds"].values()), summary["total"])
        excluded = sum(one["count"] for one in summary["excluded"])
        self.assertEqual(excluded, states.get("excluded", 0))
        return states

    def sync(self, campaigns):
        """Press the button; the text of the notification."""
        return campaigns.action_cm_sync()["params"]["message"]

    def run_cron(self):
        """One run of the every-minute schedule."""
        self.env["utm.campaign"]._cron_cm_sync_recipients()

    def retry_now(self, campaign):
        """As if the wait before the next attempt had passed."""
        campaign.cm_retry_at = "2020-01-01"

    def while_sending(self, happens, batch=1):
        """Let somebody do something between a batch's call and the storing of its answer."""
        original = CampaignMasterClient.add_list_recipients
        sent = []

        def send(client, list_id, recipients):
            results = original(client, list_id, recipients)
            sent.append(recipients)
            if len(sent) == batch:
                happens()
                self.env.flush_all()
            return results

        return patch.object(CampaignMasterClient, "add_list_recipients", send)

    def hold_lock(self, lock_class, record):
        """Work on the record as another process would: under its lock, in another session."""
        cursor = sql_db.db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(cursor.close)
        self.addCleanup(self.release, cursor)
        cursor.execute(SQL("SELECT pg_advisory_lock(%s, %s)", lock_class, record.id))
        return cursor

    def release(self, cursor):
        cursor.execute("SELECT pg_advisory_unlock_all()")

    def calls(self):
        """{operation: number of calls} since the sandbox was prepared."""
        return self.control.call_counts()

    def on_list(self, list_id=None):
        return self.control.emails_on_list(list_id or self.customers)
