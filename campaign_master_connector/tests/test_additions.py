"""More people than a click can wait for: the schedule goes on adding them."""

from unittest.mock import patch

from odoo.tests import tagged
from psycopg2.errors import SerializationFailure

from ..services import recipient_addition
from ..wizards import campaign_master_add_recipients as wizards
from .common import CampaignMasterCase

EVERYBODY = (("email", "=like", "bulk-%@example.com"),)


@tagged("post_install", "-at_install")
class TestAdditions(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(wizards, "AT_ONCE", 5))
        self.enterContext(patch.object(wizards, "IN_THE_BACKGROUND", 3))
        self.campaign = self.make_campaign()

    def add_all(self, campaign=None, model="res.partner", domain=EVERYBODY):
        action = (campaign or self.campaign).cm_add_people(model, [*domain])
        return action["params"]["message"]

    def test_click_adds_the_first_and_the_schedule_the_others_in_slices(self):
        self.bulk_contacts(12)
        self.assertEqual(
            self.add_all(),
            "Recipients added to Spring offers: 5. 7 more are added in the background; the tabs "
            "show how many there are.",
        )
        for expected in (8, 11, 12):
            self.run_cron()
            self.assertEqual(self.states(self.campaign), {"pending": expected})
        triggers = self.env["ir.cron.trigger"].search_count([])
        self.assertFalse(self.campaign.sudo().cm_additions)
        self.run_cron()
        self.assertEqual(self.env["ir.cron.trigger"].search_count([]), triggers)
        self.assertEqual(len(set(self.campaign.cm_recipient_ids.partner_id.ids)), 12)

    def test_who_is_on_several_slices_with_one_address_is_a_duplicate(self):
        self.bulk_contacts(5)
        self.env["res.partner"].browse(self.bulk_contacts(5))
        self.add_all()
        self.run_cron()
        self.run_cron()
        self.assertEqual(self.states(self.campaign), {"pending": 5, "excluded": 5})

    def test_as_many_as_a_click_adds_leave_nothing_for_later(self):
        self.bulk_contacts(5)
        self.add_all()
        self.run_cron()
        self.assertEqual(self.states(self.campaign), {"pending": 5})
        self.assertFalse(self.campaign.sudo().cm_additions)

    def test_planner_learns_of_what_the_table_outgrew_and_not_of_each_slice(self):
        self.enterContext(patch.object(recipient_addition, "ROWS_WORTH_AN_ANALYZE", 1))
        self.env.cr.execute("ANALYZE campaign_master_recipient")
        self.bulk_contacts(100)
        self.enterContext(patch.object(wizards, "AT_ONCE", 94))
        before = self.recipients_as_planned()
        self.add_all()
        after_the_click = self.recipients_as_planned()
        self.assertEqual(after_the_click, before + 94)
        self.run_cron()
        self.assertEqual(self.recipients_as_planned(), after_the_click)

    def recipients_as_planned(self):
        """How many recipients PostgreSQL believes there are."""
        self.env.cr.execute(
            "SELECT GREATEST(reltuples, 0)::integer FROM pg_class "
            "WHERE oid = 'campaign_master_recipient'::regclass"
        )
        return self.env.cr.fetchone()[0]

    def test_two_clicks_are_carried_on_one_after_the_other(self):
        self.bulk_contacts(7)
        self.bulk_contacts(7, "more")
        self.add_all()
        self.add_all(domain=[("email", "=like", "more-%@example.com")])
        for _run in range(2):
            self.run_cron()
        self.assertEqual(self.states(self.campaign), {"pending": 14})

    def test_background_adds_under_the_access_rules_of_who_clicked(self):
        seller = self.make_user("seller", "sales_team.group_sale_salesman")
        own = self.env["crm.lead"].concat(
            *(self.lead(f"own-{number}@example.com", user_id=seller.id) for number in range(7))
        )
        admin = self.env.ref("base.user_admin")
        for number in range(7):
            self.lead(f"foreign-{number}@example.com", user_id=admin.id)
        own_or_foreign = [
            "|",
            ("email_from", "=like", "own-%"),
            ("email_from", "=like", "foreign-%"),
        ]
        self.add_all(self.campaign.with_user(seller), "crm.lead", own_or_foreign)
        for _run in range(3):
            self.run_cron()
        self.assertEqual(self.campaign.cm_recipient_ids.lead_id, own)

    def test_others_changes_of_the_same_moment_put_it_off_and_lose_nobody(self):
        self.bulk_contacts(7)
        self.add_all()
        with patch.object(type(self.campaign), "_cm_add_slice", side_effect=SerializationFailure):
            self.run_cron()
        self.assertFalse(self.campaign.cm_sync_error)
        self.run_cron()
        self.assertEqual(len(self.campaign.cm_recipient_ids), 7)

    def break_first(self):
        """What the first of the queued additions asks for can't be found any more."""
        campaign = self.campaign.sudo()
        first, *others = campaign.cm_additions
        campaign.cm_additions = [{**first, "domain": '[["gone", "=", 1]]'}, *others]

    def run_and_fail(self):
        with self.assertLogs("odoo.addons.campaign_master_connector", "ERROR"):
            self.run_cron()

    def assertTold(self):
        self.assertIn("Not everybody could be added", self.campaign.cm_problem)

    def test_what_cannot_go_on_is_told_and_does_not_stop_the_schedule(self):
        self.bulk_contacts(7)
        self.add_all()
        self.break_first()
        other = self.synced_campaign(title="Other")
        self.add(other, self.contact())
        self.run_and_fail()
        self.assertTold()
        self.assertFalse(self.campaign.sudo().cm_additions)
        self.assertEqual(self.states(other), {"added": 1})

    def test_what_cannot_go_on_takes_nobody_elses_additions_along(self):
        self.bulk_contacts(7)
        self.bulk_contacts(7, "more")
        self.add_all()
        self.add_all(domain=[("email", "=like", "more-%@example.com")])
        self.break_first()
        self.run_and_fail()
        self.run_cron()
        self.assertEqual(self.states(self.campaign), {"pending": 5 + 7})
        self.assertTold()

    def test_what_cannot_go_on_is_told_until_a_person_adds_again(self):
        self.bulk_contacts(7)
        self.sync(self.campaign)
        self.add_all()
        self.break_first()
        self.run_and_fail()
        self.assertEqual(self.states(self.campaign), {"added": 5}, "the push need not wait")
        self.assertTold()
        self.sync(self.campaign)
        self.assertTold()
        self.add_all()
        self.assertFalse(self.campaign.cm_problem)

    def test_what_cannot_go_on_hides_no_problem_of_a_sync_and_is_hidden_by_none(self):
        self.bulk_contacts(7)
        self.sync(self.campaign)
        self.control.delete_list(self.customers)
        self.add_all()
        self.run_cron()
        since = self.campaign.cm_retry_at
        self.add_all()
        self.campaign.sudo().cm_additions = [
            {"res_model": "gone", "domain": "[]", "user_id": 1, "company_ids": [], "after": 0}
        ]
        self.run_and_fail()
        self.assertIn("its list or its template", self.campaign.cm_sync_error)
        self.assertEqual(self.campaign.cm_retry_at, since)
        self.assertTold()
        self.assertIn(self.campaign.cm_sync_error, self.campaign.cm_problem)
        self.assertEqual(self.campaign.cm_progress()["error"], self.campaign.cm_problem)

    def test_what_cannot_go_on_is_logged_with_who_asked_for_it(self):
        seller = self.make_user("seller", "sales_team.group_sale_salesman")
        self.bulk_contacts(7)
        self.add_all(self.campaign.with_user(seller))
        self.break_first()
        self.run_and_fail()
        [row] = self.env["campaign.master.sync.log"].search([("kind", "=", "additions")])
        self.assertEqual((row.campaign_id, row.user_id), (self.campaign, seller))
        self.assertEqual(row.account_id, self.account)
        self.assertEqual(row.error, self.campaign.cm_problem)

    def test_who_asked_and_is_deleted_meanwhile_is_no_obstacle_to_the_others(self):
        seller = self.make_user("seller", "sales_team.group_sale_salesman")
        self.bulk_contacts(7)
        self.add_all(self.campaign.with_user(seller))
        campaign = self.campaign.sudo()
        campaign.cm_additions = [{**campaign.cm_additions[0], "user_id": seller.id + 1000}]
        self.run_and_fail()
        self.assertTold()
        self.assertFalse(campaign.cm_additions)
