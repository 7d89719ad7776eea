"""An administrator lifts opt-outs, of people or of a run, with a reason; nothing else does."""

from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..campaign_master_api import CampaignMasterClient, Page, RecipientStatistics
from .common import CampaignMasterCase

ALL_LEAVE = {"hard_bounce": 0, "soft_bounce": 0, "open": 1, "unsubscribe": 1}
MANAGER = "campaign_master_connector.group_campaign_master_manager"


@tagged("post_install", "-at_install")
class TestLiftedOptOuts(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        groups = f"{MANAGER},sales_team.group_sale_salesman_all_leads"
        self.manager = self.make_user("manager", groups)
        self.opt_outs = self.env["campaign.master.opt.out"]

    def pull(self, campaign, everything=False):
        campaign.write({"cm_retry_at": False, "cm_recipient_statistics_at": False})
        if everything:
            campaign.cm_recipient_statistics_after = False
        self.env["utm.campaign"]._cron_cm_update_campaign_statistics()
        self.env["utm.campaign"]._cron_cm_update_recipient_statistics()

    def left(self, *people, title="That they left"):
        """A launched campaign that all of ``people`` unsubscribed from."""
        campaign = self.synced_campaign(*people, title=title)
        self.control.launch(campaign.cm_external_id, self.customers, rates=ALL_LEAVE)
        self.pull(campaign)
        for email in self.control.account_state()["suppressions"]:
            self.control.lift_suppression(email)
        self.assertEqual(set(campaign.cm_recipient_ids.mapped("state")), {"opted_out"})
        return campaign

    def lift(self, opt_outs, scope="people", reason="Asked for it by letter"):
        """As the administrator does in the list and its dialog."""
        opt_outs = opt_outs.with_user(self.manager)
        action = opt_outs.action_cm_lift() if scope == "people" else opt_outs.action_cm_lift_run()
        with Form(opt_outs.env[action["res_model"]].with_context(**action["context"])) as dialog:
            dialog.reason = reason
        return dialog.record.action_lift()["params"]["message"]

    def later(self, *people):
        """A campaign that isn't synced, and the states of its people."""
        campaign = self.make_campaign(title="Later")
        for person in people:
            self.add(campaign, person)
        return campaign, campaign.cm_recipient_ids.mapped("state")

    def test_lifted_opt_out_is_kept_with_reason_and_person_and_judges_nobody(self):
        contact = self.contact()
        self.left(contact)
        campaign, states = self.later(contact)
        self.assertEqual(states, ["opted_out"])
        self.assertEqual(self.lift(self.opt_outs.search([])), "Opt-outs lifted: 1.")
        [gone] = self.opt_outs.search([])
        self.assertEqual(gone.lift_reason, "Asked for it by letter")
        self.assertEqual(gone.lifted_by_id, self.manager)
        self.assertTrue(gone.lifted_at)
        recipient = campaign.cm_recipient_ids
        self.assertEqual((recipient.state, recipient.opted_out), ("pending", False))
        self.sync(campaign)
        self.assertEqual(self.states(campaign), {"added": 1})

    def test_what_a_launched_campaign_tells_of_them_stays(self):
        sent = self.left(self.contact())
        self.lift(self.opt_outs.search([]))
        self.assertEqual(self.states(sent), {"opted_out": 1})
        self.run_cron()
        self.assertEqual(self.states(sent), {"opted_out": 1})

    def test_nothing_that_is_told_again_takes_the_lift_back(self):
        contact = self.contact("former@example.com")
        sent = self.synced_campaign(contact)
        self.control.launch(sent.cm_external_id, self.customers, rates=ALL_LEAVE)
        contact.email = "new@example.com"
        self.env.flush_all()
        self.pull(sent)
        emails = sorted(self.opt_outs.search([]).mapped("email"))
        self.assertEqual(emails, ["former@example.com", "new@example.com"])
        campaign, _states = self.later(contact)
        self.lift(self.opt_outs.search([], limit=1))
        self.assertFalse(self.opt_outs.search([("lifted_at", "=", False)]))
        for _time in range(2):
            # As after an open: the row of the unsubscribe comes once more, with other figures.
            sent.cm_recipient_ids.total_opens = 0
            self.pull(sent, everything=True)
            self.assertFalse(self.opt_outs.search([("lifted_at", "=", False)]))
            sent.cm_recipient_ids.sudo().unlink()
            self.add(sent, contact)
        self.assertEqual(self.states(campaign), {"pending": 1})
        self.assertEqual(self.states(sent), {"pending": 1})

    def test_who_leaves_again_is_left_out_again(self):
        contact = self.contact()
        self.left(contact)
        self.lift(self.opt_outs.search([]))
        again = self.left(contact, title="Again")
        self.assertEqual(self.opt_outs.search([("lifted_at", "=", False)]).campaign_id, again)
        self.assertEqual(self.later(contact)[1], ["opted_out"])

    def test_campaign_master_that_still_refuses_them_is_heard(self):
        contact = self.contact()
        self.left(contact)
        self.lift(self.opt_outs.search([]))
        self.control.suppress([contact.email])
        campaign, _states = self.later(contact)
        self.sync(campaign)
        self.assertEqual(self.states(campaign), {"opted_out": 1})
        self.assertEqual(len(self.opt_outs.search([("lifted_at", "=", False)])), 1)

    def test_contact_and_its_leads_are_one_person(self):
        contact = self.contact()
        lead = self.lead("lead@example.com", partner_id=contact.id)
        lead.email_from = "lead@example.com"
        self.left(lead)
        campaign, states = self.later(contact, lead)
        self.assertEqual(states, ["opted_out"] * 2)
        self.lift(self.opt_outs.search([]))
        # A contact and its lead share their address: one of them is a duplicate now.
        self.assertEqual(self.states(campaign), {"pending": 1, "excluded": 1})

    def test_who_has_another_opt_out_in_force_stays_out(self):
        first, second = self.contact("one@example.com"), self.contact("two@example.com")
        self.left(first, second)
        campaign, _states = self.later(first, second)
        self.lift(self.opt_outs.search([("email", "=", "one@example.com")]))
        self.assertEqual(self.states(campaign), {"pending": 1, "opted_out": 1})

    def test_run_is_lifted_alone_and_as_a_whole(self):
        both, other = self.contacts(1), self.contacts(2, "other")
        self.left(both, title="First")
        first_run = self.opt_outs.search([])
        wrong = self.synced_campaign(other, title="Wrong")
        told = dict.fromkeys((both + other).mapped("email"), 1)
        self.tell_of_unsubscribes(wrong, told)
        of_wrong = self.opt_outs.search([("campaign_id", "=", wrong.id)])
        self.assertEqual(set(of_wrong.mapped("email")), set(told))
        self.assertEqual(len(set(of_wrong.mapped("run_at"))), 1)
        campaign, states = self.later(both, other)
        self.assertEqual(states, ["opted_out"] * 3)
        self.assertEqual(self.lift(of_wrong[:1], scope="run"), "Opt-outs lifted: 3.")
        self.assertFalse(first_run.lifted_at)
        self.assertEqual(
            {one.email: one.state for one in campaign.cm_recipient_ids},
            {
                "person-1@example.com": "opted_out",
                "other-1@example.com": "pending",
                "other-2@example.com": "pending",
            },
        )

    def test_only_an_administrator_lifts_and_only_with_a_reason(self):
        self.left(self.contact())
        gone = self.opt_outs.search([])
        for reason in ("", "  ", False):
            with self.assertRaisesRegex(UserError, "Give the reason"):
                gone.with_user(self.manager)._cm_lift(reason)
        for login, group in (
            ("seller", "sales_team.group_sale_manager"),
            ("marketing", "mass_mailing.group_mass_mailing_user"),
        ):
            user = self.make_user(login, group)
            for lift in ("action_cm_lift", "action_cm_lift_run"):
                with self.subTest(login=login), self.assertRaises(AccessError):
                    getattr(gone.with_user(user), lift)()
            with self.assertRaises(AccessError):
                gone.with_user(user)._cm_lift("For fun")
        for values in ({"lifted_at": fields.Datetime.now()}, {"email": "x@example.com"}):
            with self.assertRaises(AccessError):
                gone.with_user(self.manager).write(values)
        self.assertFalse(gone.lifted_at)

    def test_lifted_opt_out_is_not_handed_over_as_one_in_force(self):
        contact = self.contact()
        lead = self.lead("lead@example.com", partner_id=contact.id)
        lead.email_from = "lead@example.com"
        self.left(contact)
        self.lift(self.opt_outs.search([]))
        contact.unlink()
        self.assertEqual(self.later(lead)[1], ["pending"])

    def test_who_is_opted_out_has_the_flag_whatever_made_it_so(self):
        contact, waiting = self.contact(), self.contact("waiting@example.com")
        earlier = self.synced_campaign(title="Earlier")
        earlier.action_cm_pause()
        self.add(earlier, contact | waiting)
        self.left(contact)
        self.later(contact)
        self.control.suppress(["waiting@example.com"])
        earlier.action_cm_resume()
        self.run_cron()
        by_hand = self.later(self.contact("hand@example.com"))[0].cm_recipient_ids
        by_hand.state = "opted_out"
        made = self.env["campaign.master.recipient"].create(
            {"campaign_id": earlier.id, "partner_id": by_hand.partner_id.id, "state": "opted_out"}
        )
        self.env.flush_all()
        self.assertEqual((made + by_hand).mapped("opted_out"), [True, True])
        gone = self.env["campaign.master.recipient"].search([("state", "=", "opted_out")])
        self.assertGreaterEqual(len(gone), 6)
        self.assertTrue(all(gone.mapped("opted_out")))

    def tell_of_unsubscribes(self, campaign, counts):
        """A page of statistics as a server writes it that tells of anybody."""
        rows = [self.row(email, count) for email, count in counts.items()]
        with self.pages_of(rows):
            self.pull(campaign)
        return campaign

    def row(self, email, unsubscribes):
        figures = dict.fromkeys(("total_opens", "total_clicks", "total_forwards"), 0)
        moments = dict.fromkeys(("first_open", "last_open", "first_click", "last_click"))
        return RecipientStatistics(
            email=email,
            total_unsubscribes=unsubscribes,
            bounced=False,
            updated_at=None,
            **figures,
            **moments,
        )

    def pages_of(self, rows):
        def pages(client, campaign_id, updated_after=None, start_page=1):
            yield Page(items=rows, number=1, is_last=True)

        return patch.object(CampaignMasterClient, "iter_campaign_recipient_pages", pages)

    def sent_to(self, count):
        """A campaign whose mail went to so many people who are on the list, strangers to Odoo."""
        campaign = self.synced_campaign(self.contacts(1))
        self.control.add_to_list(
            self.customers, [f"list-{number}@example.com" for number in range(1, count)]
        )
        rates = {"hard_bounce": 0, "soft_bounce": 0, "open": 1, "unsubscribe": 0}
        self.control.launch(campaign.cm_external_id, self.customers, rates=rates)
        return campaign

    def test_strangers_who_left_are_remembered(self):
        campaign = self.sent_to(4)
        self.tell_of_unsubscribes(campaign, {"list-1@example.com": 1, "list-2@example.com": 2})
        self.assertEqual(campaign.cm_opt_outs_in_excess, 0)
        self.assertEqual(self.later(self.contact("list-1@example.com"))[1], ["opted_out"])

    def test_more_strangers_than_mails_are_counted_and_not_kept(self):
        campaign = self.sent_to(4)
        here = self.contact("here@example.com")
        told = {f"invented-{number}@example.com": 1 for number in range(50)}
        told |= {"person-1@example.com": 1, here.email: 1}
        for _time in range(2):
            self.tell_of_unsubscribes(campaign, told)
            self.assertEqual(campaign.cm_opt_outs_in_excess, 50)
            emails = set(self.opt_outs.search([]).mapped("email"))
            self.assertEqual(emails, {"person-1@example.com", "here@example.com"})
        self.assertEqual(self.states(campaign), {"opted_out": 1})

    def test_figures_of_before_the_launch_let_nobody_be_forgotten(self):
        """The mail is launched after the figures were pulled and before the morning."""
        campaign = self.sent_to(4)
        campaign.cm_statistics_at = fields.Datetime.now() - timedelta(minutes=20)
        self.assertEqual(campaign.cm_emails_sent, 0)
        with self.pages_of([self.row("list-1@example.com", 1)]):
            campaign.cm_recipient_statistics_at = False
            self.env["utm.campaign"]._cron_cm_update_recipient_statistics()
        self.assertEqual(self.calls(), {"getCampaignStatistics": 1})
        self.assertEqual(self.opt_outs.search([]).mapped("email"), ["list-1@example.com"])

    def untold(self):
        """A server that doesn't tell how many e-mails were sent."""
        original = CampaignMasterClient.campaign_statistics

        def pull(client, campaign_id):
            return replace(original(client, campaign_id), emails_sent=None)

        return patch.object(CampaignMasterClient, "campaign_statistics", pull)

    def test_number_that_is_not_told_bounds_nobody(self):
        campaign = self.sent_to(4)
        told = {f"left-{number}@example.com": 1 for number in range(50)}
        with self.untold():
            self.tell_of_unsubscribes(campaign, told)
        self.assertEqual(campaign.cm_opt_outs_in_excess, 0)
        self.assertEqual(set(self.opt_outs.search([]).mapped("email")), told.keys())

    def test_number_of_before_bounds_nobody_once_it_is_not_told_any_more(self):
        campaign = self.synced_campaign(self.contacts(1))
        self.pull(campaign)
        self.assertEqual(campaign.cm_emails_sent, 0)
        self.control.launch(campaign.cm_external_id, self.customers)
        campaign.cm_statistics_at = fields.Datetime.now() - timedelta(hours=2)
        with self.untold(), self.pages_of([self.row("list-1@example.com", 1)]):
            campaign.cm_recipient_statistics_at = False
            self.env["utm.campaign"]._cron_cm_update_recipient_statistics()
        self.assertEqual(self.opt_outs.search([]).mapped("email"), ["list-1@example.com"])
