"""Check the API: for administrators, within the quota, with nobody's values and nothing kept."""

import re
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..services import account_session, named_contract
from ..wizards import campaign_master_api_check
from .rights_common import RightsCase

CALLS_OF_READING = 9
CALLS_OF_WRITING = 6


@tagged("post_install", "-at_install")
class TestApiCheck(RightsCase):
    def report_of(self, action):
        self.assertEqual(action["res_model"], "campaign.master.api.check")
        self.assertEqual(action["target"], "new")
        return action["context"]["cm_report"]

    def check(self, user=None):
        return self.report_of(self.account.with_user(user or self.manager).action_check_api())

    def dialog(self, **values):
        """The dialog of a check as a form; its record when it is saved."""
        action = self.account.with_user(self.manager).action_check_api()
        form = Form(
            self.env["campaign.master.api.check"]
            .with_user(self.manager)
            .with_context(**action["context"])
        )
        self.assertIn("API check of Campaign Master", form.report)
        self.assertIn(form.conclusion, form.report)
        form.writes_too = bool(values)
        for name, value in values.items():
            form[name] = value
        record = form.save()
        self.assertEqual(record.report, action["context"]["cm_report"])
        return record

    def dialog_to_write(self, address="zoe.needle@example.com", **values):
        self.pull_choices()
        return self.dialog(
            list_id=self.choice("list", self.customers), test_address=address, **values
        )

    def launched_campaign(self):
        campaign = self.synced_campaign(self.contacts(2))
        self.control.launch(campaign.cm_external_id, self.customers)
        return campaign

    def log_rows(self):
        return self.env["campaign.master.sync.log"].search([("account_id", "=", self.account.id)])

    def test_everything_is_there(self):
        self.launched_campaign()
        before = self.account.month_calls
        report = self.check()
        self.assertIn(
            "Everything the connector needs is there, to the letter of the contract.", report
        )
        self.assertEqual(report.count("status 200"), CALLS_OF_READING)
        self.assertEqual(sum(self.calls().values()), CALLS_OF_READING)
        self.assertEqual(self.account.month_calls - before, CALLS_OF_READING)
        self.assertEqual(self.account.connection_state, "connected")
        self.assertEqual(sum(self.log_rows().mapped("calls")), self.account.month_calls)
        self.assertEqual(self.log_rows().filtered(lambda row: row.kind == "test").calls, 9)

    def test_a_dialect_is_told_without_any_value(self):
        self.launched_campaign()
        self.control.speak("dotnet")
        report = self.check()
        self.assertRegex(report, r"\d+ keys are written otherwise and were understood")
        for value in ("person-1", "example.com", "Our spring", "Customers", "demo", "127.0.0.1"):
            self.assertNotIn(value, report)
        self.assertTrue(self.account.deviation_notice)

    def test_only_administrators_check(self):
        for user in (self.seller, self.marketing, self.employee, self.portal):
            with self.assertRaises(AccessError):
                self.check(user)
            with self.assertRaises(AccessError):
                self.env["campaign.master.api.check"].with_user(user).create(
                    {"account_id": self.account.id}
                )
        self.assertEqual(self.calls(), {})

    def test_nothing_of_the_report_is_stored(self):
        record = self.dialog()
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM campaign_master_api_check WHERE id = %s", [record.id])
        self.assertNotIn("API check", str(self.env.cr.dictfetchall()))
        self.assertNotIn("API check", str(self.log_rows().mapped("support_text")))

    def test_a_wrong_password_is_tried_once(self):
        self.control.change_password("changed-there")
        report = self.check()
        self.assertIn("can't log in: the user name or password was refused", report)
        self.assertEqual(self.calls(), {"authenticate": 1})
        self.assertEqual(self.account.connection_state, "refused")

    def test_a_pause_and_used_up_clicks_are_obeyed(self):
        self.account.blocked_until = "2999-01-01 00:00:00"
        with self.assertRaisesRegex(UserError, "used up"):
            self.check()
        self.assertEqual(self.calls(), {})

    def test_what_there_was_no_time_for_is_said(self):
        self.account.invalidate_recordset()
        seconds = iter(range(0, 1000, 6))
        with patch.object(
            account_session.AccountSession, "seconds", property(lambda _: next(seconds))
        ):
            report = self.check()
        self.assertIn("not looked at, there was no time left for it", report)
        self.assertIn("Of what was looked at, everything", report)
        self.assertLess(sum(self.calls().values()), 4)

    def test_a_broken_contract_is_said_instead(self):
        with (
            patch.object(named_contract, "_problems", ["line 7: it is broken"]),
            self.assertRaisesRegex(UserError, "line 7"),
        ):
            self.check()
        self.assertEqual(self.calls(), {})

    def test_writing_says_what_it_left_behind(self):
        self.launched_campaign()
        dialog = self.dialog_to_write()
        self.control.clear_calls()
        report = self.report_of(dialog.action_write())
        left = report.partition("Left behind")[2]
        reference = re.search(r"[0-9a-f-]{36}", left)[0]
        campaigns = {one["externalId"]: one for one in self.control.account_state()["campaigns"]}
        self.assertEqual(campaigns[reference]["status"], "draft")
        self.assertIn("the test address on the chosen list (added)", left)
        self.assertIn("zoe.needle@example.com", self.control.emails_on_list(self.customers))
        self.assertNotIn("needle", report)
        self.assertEqual(sum(self.calls().values()), CALLS_OF_READING + CALLS_OF_WRITING)
        self.assertIn("Everything the connector needs is there", report)

    def test_writing_takes_a_registered_sender(self):
        report = self.report_of(self.dialog_to_write(from_email="news@example.com").action_write())
        self.assertIn("a draft campaign", report)

    def test_nobody_is_put_back_on_a_list_that_he_left(self):
        self.pull_choices()
        self.env["mail.blacklist"]._add("zoe.needle@example.com")
        self.env["campaign.master.opt.out"].create(
            {"account_id": self.account.id, "email": "ada.needle@example.com"}
        )
        for address in ("Zoe <Zoe.Needle@example.com>", "ada.needle@EXAMPLE.com", "nobody"):
            dialog = self.dialog_to_write(address)
            with self.assertRaises(UserError):
                dialog.action_write()
        self.assertEqual(self.control.emails_on_list(self.customers), [])
        self.assertNotIn("createCampaign", self.calls())

    def test_a_list_of_another_account_is_not_written_to(self):
        other = self.make_account(self.env["res.company"].create({"name": "Other"}))
        self.pull_choices(other)
        dialog = self.dialog_to_write()
        dialog.sudo().list_id = self.choice("list", self.customers, other)
        with self.assertRaises(UserError):
            dialog.action_write()
        self.assertNotIn("addListRecipients", self.calls())

    def test_a_copy_of_the_database_writes_nothing(self):
        dialog = self.dialog_to_write()
        self.account.database_uuid = "another"
        with self.assertRaisesRegex(UserError, "copy of the database"):
            dialog.action_write()

    def test_it_is_bounded(self):
        total = account_session.AT_THE_SCREEN["timeouts"].total
        self.assertLessEqual(campaign_master_api_check.SECONDS_OF_A_CHECK + total, 25)
