"""One company's trouble, of whatever kind, stays that company's."""

import time
from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..services import account_session, campaign_run, transaction
from .common import CampaignMasterCase

SERVICES = "odoo.addons.campaign_master_connector.services"
MODELS = "odoo.addons.campaign_master_connector.models"
LOUD = (f"{SERVICES}.campaign_run", f"{MODELS}.campaign_master_account_connection")


class TwoCompaniesCase(CampaignMasterCase):
    """Two companies with a synced campaign each, that of the second one always first in turn."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Second Company"})
        cls.other_account = cls.make_account(cls.other_company, username="second", password="word")

    def setUp(self):
        super().setUp()
        self.control.create_account("second", "word", any_sender=True)
        their_list = self.control.create_list("Their list", account="second")
        their_template = self.control.create_template("Their template", account="second")
        self.pull_choices()
        self.pull_choices(self.other_account)
        self.ours = self.synced_campaign(self.contact("ours@example.com"), title="Ours")
        self.theirs = self.synced_campaign(
            self.contact("theirs@example.com"),
            title="Theirs",
            cm_account_id=self.other_account.id,
            cm_list_id=self.choice("list", their_list, self.other_account).id,
            cm_template_id=self.choice("template", their_template, self.other_account).id,
        )
        self.theirs.write({"cm_synced_at": "2020-01-01", "cm_statistics_at": False})
        self.add(self.theirs, self.contact("more-theirs@example.com"))
        self.add(self.ours, self.contact("more-ours@example.com"))
        self.env.flush_all()
        self.env.invalidate_all()

    def run_schedules(self):
        campaigns = self.env["utm.campaign"]
        campaigns._cron_cm_sync_recipients()
        campaigns._cron_cm_update_campaign_statistics()
        campaigns._cron_cm_update_recipient_statistics()

    def assert_ours_went_on(self):
        # In the sandbox who was added stays, also where a test begins again.
        states = self.states(self.ours)
        self.assertEqual(states["added"] + states.get("exists", 0), 2, states)
        self.assertTrue(self.ours.cm_statistics_at)
        self.assertTrue(self.ours.cm_recipient_statistics_at)
        self.assertFalse(self.ours.cm_sync_error)


@tagged("post_install", "-at_install")
class TestIsolation(TwoCompaniesCase):
    @contextmanager
    def defect(self, model, name, only=None):
        """A method that raises for the second company's campaign or account."""
        kind = type(self.env[model])
        original = getattr(kind, name)
        concerned = self.theirs if model == "utm.campaign" else self.other_account

        def fails(records, *args, **kwargs):
            asked = args[0] if only == "argument" else records
            if getattr(asked, "id", None) == concerned.id:
                raise ZeroDivisionError(name)
            return original(records, *args, **kwargs)

        with patch.object(kind, name, fails), mute_logger(*LOUD):
            yield

    def test_defects_outside_the_lock_put_off_that_campaign_alone(self):
        for model, name in (
            ("utm.campaign", "_cm_may_go_on"),
            ("utm.campaign", "_cm_record_success"),
            ("campaign.master.account", "_may_push_now"),
            ("campaign.master.account", "_check_complete"),
            ("campaign.master.account", "_secret_to_send"),
        ):
            with self.subTest(defect=name), self.env.cr.savepoint() as savepoint:
                with self.defect(model, name):
                    self.run_schedules()
                self.assert_ours_went_on()
                if name != "_check_complete":
                    self.assertIn("Something unexpected", self.theirs.cm_sync_error)
                    self.assertGreater(self.theirs.cm_retry_at, fields.Datetime.now())
                self.env.invalidate_all()
                savepoint.rollback()

    def test_defects_of_the_account_leave_the_others_alone(self):
        for name in ("_may_call", "_due_by_age", "_due_in_the_morning", "_obstacle"):
            with self.subTest(defect=name), self.env.cr.savepoint() as savepoint:
                with self.defect("campaign.master.account", name):
                    self.run_schedules()
                self.assert_ours_went_on()
                self.env.invalidate_all()
                savepoint.rollback()

    def test_who_waited_longest_for_statistics_comes_first_whatever_the_company(self):
        kinds = ("cm_statistics", "cm_recipient_statistics")
        both = self.ours | self.theirs
        for longest in both:
            for campaign in both:
                waited_since = fields.Datetime.to_datetime(
                    "2020-01-01" if campaign == longest else "2020-02-01"
                )
                for kind in kinds:
                    campaign.write({f"{kind}_at": waited_since, f"{kind}_requested": True})
            with patch.object(transaction, "commit_progress", lambda *_arguments: 0.0):
                self.run_schedules()
            for kind in kinds:
                with self.subTest(longest=longest.title, kind=kind):
                    now = {campaign for campaign in both if campaign[f"{kind}_at"].year > 2020}
                    self.assertEqual(now, {longest})

    def test_failure_that_cannot_be_stored_ends_no_turn(self):
        with (
            self.defect("utm.campaign", "_cm_record_failure"),
            self.defect("utm.campaign", "_cm_record_success"),
        ):
            self.run_schedules()
        self.assert_ours_went_on()

    def test_session_that_cannot_begin_or_end(self):
        for name in ("__init__", "__enter__", "record"):
            original = getattr(account_session.AccountSession, name)

            def fails(session, *args, original=original, **kwargs):
                account = args[0] if args and hasattr(args[0], "_name") else session.account
                if account.id == self.other_account.id:
                    raise ZeroDivisionError
                return original(session, *args, **kwargs)

            with (
                self.subTest(name),
                self.env.cr.savepoint() as savepoint,
                patch.object(account_session.AccountSession, name, fails),
                mute_logger(*LOUD),
            ):
                self.run_schedules()
                self.assert_ours_went_on()
                self.assertIn("Something unexpected", self.theirs.cm_sync_error)
                self.env.invalidate_all()
                savepoint.rollback()

    def test_click_on_several_tells_whose_trouble_it_is(self):
        both = self.theirs | self.ours
        with self.defect("campaign.master.account", "_secret_to_send"):
            said = both.action_cm_sync()["params"]["message"]
            told = both.action_cm_update_statistics()["params"]["message"]
        theirs, ours = said.split("\n")
        self.assertIn("Theirs: Something unexpected", theirs)
        self.assertNotIn("unexpected", ours)
        self.assertIn("Something unexpected", told)
        self.assert_ours_went_on()

    def test_deactivated_language_of_a_company(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        self.other_company.partner_id.lang = "nl_NL"
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_lang SET active = FALSE WHERE code = 'nl_NL'")
        self.env.registry.clear_all_caches()
        self.env.invalidate_all()
        self.run_schedules()
        self.assert_ours_went_on()
        self.assertEqual(self.states(self.theirs), {"added": 2})
        self.assertFalse(self.theirs.cm_sync_error)
        self.control.set_fault("server_error", operation="getCampaignStatistics")
        self.theirs.cm_statistics_at = False
        self.env["utm.campaign"]._cron_cm_update_campaign_statistics()
        self.assertRegex(self.theirs.cm_sync_error, "Campaign Master")

    def test_deactivated_language_of_an_administrator(self):
        """Who is told of refused credentials gets a mail in his language."""
        self.env["res.lang"]._activate_lang("nl_NL")
        self.make_user("boss", "base.group_system", lang="nl_NL", company_id=self.other_company.id)
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_lang SET active = FALSE WHERE code = 'nl_NL'")
        self.env.registry.clear_all_caches()
        self.env.invalidate_all()
        self.control.change_password("changed", "second")
        self.control.expire_tokens("second")
        with mute_logger(f"{MODELS}.campaign_master_account_alert"):
            self.run_schedules()
        self.assert_ours_went_on()
        self.assertEqual(self.other_account.connection_state, "refused")

    def test_administrator_who_cannot_be_told_keeps_nobody_from_being_told(self):
        company = {"company_id": self.other_company.id}
        silent, told = (
            self.make_user(login, "base.group_system", **company) for login in ("silent", "told")
        )
        schedule = type(self.env["campaign.master.account"]).activity_schedule

        def fails(account, *args, user_id, **values):
            activity = schedule(account, *args, user_id=user_id, **values)
            if user_id == silent.id:
                raise ZeroDivisionError
            return activity

        with (
            patch.object(type(self.other_account), "activity_schedule", fails),
            mute_logger(f"{MODELS}.campaign_master_account_alert"),
        ):
            self.other_account._alert_administrators()
        alerted = self.other_account.activity_ids.user_id
        self.assertIn(told, alerted)
        self.assertNotIn(silent, alerted)

    def test_time_zone_that_is_none(self):
        for zone in ("Mars/Olympus", "America", "../etc", "x" * 300):
            self.env.cr.execute(
                SQL(
                    "UPDATE res_partner SET tz = %s WHERE id = %s",
                    zone,
                    self.other_company.partner_id.id,
                )
            )
            self.other_company.partner_id.invalidate_recordset()
            self.assertTrue(self.env["campaign.master.account"]._next_morning())
            self.assertTrue(self.other_account._latest_morning())
        self.run_schedules()
        self.assert_ours_went_on()

    def test_additions_of_a_deleted_user_or_of_nonsense(self):
        nobody = {"res_model": "res.partner", "domain": "[]", "user_id": 0, "company_ids": [0]}
        self.theirs.cm_additions = [{**nobody, "after": 0}]
        with mute_logger(f"{MODELS}.utm_campaign_additions", *LOUD):
            self.run_schedules()
            self.theirs.cm_additions = {"no": "list"}
            self.run_schedules()
        self.assert_ours_went_on()

    def test_campaign_that_is_gone_meanwhile(self):
        """What the schedule chose may be deleted before its turn comes."""
        chosen = self.env["utm.campaign"].sudo()._cm_with_work()
        self.assertEqual(chosen, self.theirs | self.ours)
        gone = self.theirs.id
        self.env.cr.execute(
            SQL("DELETE FROM campaign_master_sync_log WHERE campaign_id = %s", gone)
        )
        self.env.cr.execute(SQL("DELETE FROM utm_campaign WHERE id = %s", gone))
        with (
            patch.object(type(chosen), "_cm_with_work", lambda _campaigns: chosen),
            patch.object(campaign_run._logger, "exception"),
        ):
            self.env["utm.campaign"]._cron_cm_sync_recipients()
        self.assertEqual(self.states(self.ours), {"added": 2})

    def test_context_of_a_request_is_no_schedule(self):
        forged = {
            "cron_id": 1,
            "ir_cron_progress_id": 1,
            "cron_end_time": 0,
            "cm_run": [0, True],
        }
        campaign = self.ours.with_context(**forged)
        self.assertGreater(transaction.seconds_left(campaign.env), 1e9)
        self.assertFalse(transaction._run_of(campaign.env).is_of_odoo)
        said = campaign.action_cm_sync()["params"]["message"]
        self.assertIn("1 added", said)
        campaign.action_cm_update_statistics()
        self.assert_ours_went_on()

    def test_schedule_keeps_to_the_time_that_odoo_gives_it(self):
        over = self.env["utm.campaign"].with_context(cron_end_time=time.monotonic() - 1)
        over._cron_cm_sync_recipients()
        self.assertEqual(self.states(self.ours), {"added": 1, "pending": 1})


@tagged("post_install", "-at_install")
class TestArchivedCompany(TwoCompaniesCase):
    def setUp(self):
        super().setUp()
        self.administrator = self.make_user(
            "boss",
            "base.group_system",
            company_id=self.company.id,
            company_ids=[(6, 0, (self.company | self.other_company).ids)],
        )
        self.stranger = self.make_user("boss-2", "base.group_system", company_id=self.company.id)
        self.other_company.active = False
        self.control.clear_calls()

    def test_nothing_is_sent_and_nothing_is_asked(self):
        self.run_schedules()
        self.assert_ours_went_on()
        self.assertEqual(self.states(self.theirs), {"added": 1, "pending": 1})
        self.assertFalse(self.theirs.cm_statistics_at)
        self.assertFalse(self.theirs.cm_sync_error)
        self.assertEqual(len(self.control.calls("addListRecipients")), 1)
        self.theirs.action_cm_update_statistics()
        self.assertFalse(self.theirs.cm_statistics_at)
        self.assertIn("is archived", self.sync(self.theirs | self.ours))

    def test_its_account_is_found_and_switched_off(self):
        accounts = self.env["campaign.master.account"].with_user(self.administrator)
        archived = accounts.search([("company_id.active", "=", False)])
        self.assertEqual(archived, self.other_account)
        self.assertIn(archived, accounts.search([]))
        self.assertFalse(archived.read(["company_active"])[0]["company_active"])
        archived.enabled = False
        self.assertFalse(self.other_account.enabled)
        accounts = self.env["campaign.master.account"].with_user(self.stranger)
        self.assertEqual(accounts.search([]), self.account)

    def test_it_goes_on_when_it_comes_back(self):
        self.other_company.active = True
        self.run_schedules()
        self.assertEqual(self.states(self.theirs), {"added": 2})
