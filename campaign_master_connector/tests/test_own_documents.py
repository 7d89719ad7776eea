"""A salesperson limited to own documents gets no leads of others through recipients."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .rights_common import RightsCase


@tagged("post_install", "-at_install")
class TestOwnDocumentsOnly(RightsCase):
    def setUp(self):
        super().setUp()
        self.own = self.lead("own@example.com", user_id=self.seller.id, name="Own")
        self.unassigned = self.lead("free@example.com", user_id=False, name="Free")
        self.foreign = self.lead("foreign@example.com", user_id=self.colleague.id, name="Foreign")
        self.campaign = self.synced_campaign(
            self.own | self.unassigned | self.foreign, self.contacts(1)
        )

    def recipients_of(self, user):
        return self.env["campaign.master.recipient"].with_user(user)

    def emails(self, user):
        return set(self.recipients_of(user).search([]).mapped("email"))

    def test_salesperson_sees_no_leads_of_others(self):
        mine = {"own@example.com", "free@example.com", "person-1@example.com"}
        self.assertEqual(self.emails(self.seller), mine)
        self.assertEqual(self.emails(self.all_leads), mine | {"foreign@example.com"})
        self.seller.group_ids += self.env.ref("base.group_allow_export")
        foreign = self.recipients(self.campaign, self.foreign).with_user(self.seller)
        for read in (
            lambda: foreign.read(["email", "display_name"]),
            lambda: foreign.export_data(["email"]),
            lambda: foreign.mapped("total_opens"),
        ):
            with self.assertRaises(AccessError):
                read()

    def test_counts_and_groups_have_no_leads_of_others(self):
        campaign = self.campaign.with_user(self.seller)
        campaign.invalidate_recordset()
        summary = campaign.cm_recipient_summary()
        self.assertEqual(summary["total"], 3)
        self.assertFalse(summary["is_whole"])
        self.assertTrue(self.campaign.with_user(self.all_leads).cm_recipient_summary()["is_whole"])
        self.assertEqual(summary["kinds"], {"lead": 2, "contact": 1, "company": 0})
        self.assertEqual(campaign.cm_recipient_count, 3)
        self.assertEqual(len(campaign.cm_recipient_ids), 3)
        groups = self.recipients_of(self.seller).formatted_read_group(
            [("campaign_id", "=", campaign.id)], ["kind"], ["__count"]
        )
        self.assertEqual(
            {group["kind"]: group["__count"] for group in groups}, {"lead": 2, "contact": 1}
        )

    def test_report_has_no_leads_of_others(self):
        report = self.env["campaign.master.recipient.report"]
        domain = [("campaign_id", "=", self.campaign.id)]
        self.env.flush_all()
        self.assertEqual(report.with_user(self.seller).search_count(domain), 3)
        self.assertEqual(report.with_user(self.all_leads).search_count(domain), 4)
        groups = report.with_user(self.seller).formatted_read_group(
            domain, ["lead_id"], ["recipients:sum"]
        )
        names = [group["lead_id"] and group["lead_id"][1] for group in groups]
        self.assertNotIn("Foreign", names)

    def test_names_of_others_leads_cannot_be_searched_for(self):
        found = self.recipients_of(self.seller).name_search("foreign")
        self.assertEqual(found, [])
        self.assertFalse(self.recipients_of(self.seller).search([("lead_id.name", "=", "Foreign")]))

    def test_foreign_lead_cannot_be_made_a_recipient(self):
        other = self.lead("other@example.com", user_id=self.colleague.id)
        with self.assertRaises(AccessError):
            self.recipients_of(self.seller).create(
                {"campaign_id": self.campaign.id, "lead_id": other.id}
            )

    def test_deleted_foreign_lead_stays_hidden(self):
        self.foreign.unlink()
        self.assertNotIn("foreign@example.com", self.emails(self.seller))
        self.assertIn("foreign@example.com", self.emails(self.all_leads))

    def test_charts_count_what_the_user_may_see(self):
        self.campaign.cm_recipient_ids.write({"first_open": "2026-03-01 09:00:00"})
        self.env.flush_all()
        points = self.campaign.with_user(self.seller).cm_statistics_charts()["first_opens"][
            "points"
        ]
        self.assertEqual(sum(count for _start, count in points), 3)

    def test_smart_button_counts_what_the_user_may_see(self):
        contact = self.contact("shared@example.com")
        self.add(self.campaign, contact)
        self.campaign.action_cm_sync()
        for user in (self.seller, self.marketing):
            self.assertEqual(contact.with_user(user).cm_campaign_count, 1)
        self.assertEqual(self.own.with_user(self.seller).cm_campaign_count, 1)
        action = self.own.with_user(self.seller).action_cm_open_engagement()
        self.assertEqual(self.recipients_of(self.seller).search(action["domain"]).lead_id, self.own)

    def test_result_of_a_sync_counts_what_the_user_may_see(self):
        some = "The campaign is in Campaign Master."
        self.assertEqual(self.result_for(self.seller), some)
        self.assertEqual(
            self.result_for(self.all_leads), "The campaign is in Campaign Master: 4 added."
        )
        self.add(self.campaign, self.lead("late@example.com", user_id=self.colleague.id))
        notification = self.campaign.with_user(self.seller).action_cm_sync()
        self.assertEqual(
            notification["params"]["message"],
            "The campaign is in Campaign Master. Of the recipients that you see: 3 added.",
        )
        self.assertEqual(self.result_for(self.seller), some)

    def test_who_sees_all_there_are_is_told_all(self):
        campaign = self.synced_campaign(self.lead("only@example.com", user_id=self.seller.id))
        self.assertEqual(
            self.result_for(self.seller, campaign), "The campaign is in Campaign Master: 1 added."
        )

    def test_who_sees_nobody_is_told_so(self):
        campaign = self.synced_campaign(self.lead("alone@example.com", user_id=self.colleague.id))
        self.assertEqual(
            campaign.with_user(self.seller).action_cm_sync()["params"]["message"],
            "The campaign is in Campaign Master; you see no recipients of it.",
        )

    def test_result_is_told_while_the_form_is_edited(self):
        edited = self.campaign.with_user(self.seller)
        edited = edited.new({"cm_test_address": "test@example.com"}, origin=edited)
        self.assertEqual(edited.cm_sync_result, "The campaign is in Campaign Master.")

    def result_for(self, user, campaign=None):
        campaign = (campaign or self.campaign).with_user(user)
        campaign.invalidate_recordset()
        return campaign.cm_sync_result

    def test_counts_of_everybody_are_no_ones_to_read(self):
        for user in (self.seller, self.all_leads, self.manager):
            with self.assertRaises(AccessError):
                self.campaign.with_user(user).read(["cm_sync_counts"])

    def test_a_rule_of_ones_own_counts_as_well(self):
        self.env["ir.rule"].create(
            {
                "name": "Contacts alone",
                "model_id": self.env["ir.model"]._get_id("campaign.master.recipient"),
                "domain_force": [("kind", "=", "contact")],
            }
        )
        self.assertEqual(self.result_for(self.all_leads), "The campaign is in Campaign Master.")

    def test_progress_counts_what_the_user_may_see(self):
        self.add(self.campaign, self.lead("late@example.com", user_id=self.colleague.id))
        self.add(self.campaign, self.lead("mine@example.com", user_id=self.seller.id))
        for user, left in ((self.seller, 1), (self.all_leads, 2)):
            campaign = self.campaign.with_user(user)
            self.assertEqual(campaign.cm_progress()["left"], left)
            self.assertEqual(campaign.cm_recipient_summary()["left"], left)

    def test_only_who_sees_everybody_is_told_how_long_everybody_takes(self):
        self.env["campaign.master.sync.log"].create(
            {
                "kind": "recipients",
                "campaign_id": self.campaign.id,
                "account_id": self.account.id,
                "added": 1,
                "duration": 600,
            }
        )
        self.add(self.campaign, self.lead("late@example.com", user_id=self.colleague.id))
        self.add(self.campaign, self.lead("mine@example.com", user_id=self.seller.id))
        for user, minutes in ((self.seller, False), (self.all_leads, 20)):
            progress = self.campaign.with_user(user).cm_progress()
            self.assertIs(progress["minutes_left"], minutes)

    def test_opened_is_not_counted_from_others_leads(self):
        self.campaign.write({"cm_recipient_statistics_at": "2026-03-01 09:00:00"})
        self.campaign.cm_recipient_ids.write({"total_opens": 1})
        for user, opened in ((self.seller, (False, False)), (self.all_leads, (4, "recipients"))):
            charts = self.campaign.with_user(user).cm_statistics_charts()
            self.assertEqual((charts["funnel"]["opened"], charts["opened_by"]), opened)

    def test_statistics_are_brought_without_the_number_of_everybody(self):
        self.control.populate_campaign(self.campaign.cm_external_id, 4)
        params = self.campaign.with_user(self.seller).action_cm_update_statistics()["params"]
        self.assertEqual(params["message"], "Statistics are up to date.")


@tagged("post_install", "-at_install")
class TestDuplicateOfSomebodyHidden(RightsCase):
    """That an address is a recipient's already is told to who may see whose it is."""

    def setUp(self):
        super().setUp()
        foreign = self.lead("same@example.com", user_id=self.colleague.id, name="Foreign")
        self.own = self.lead("same@example.com", user_id=self.seller.id, name="Own")
        self.without = self.lead(False, user_id=self.seller.id, name="Without")
        self.campaign = self.make_campaign()
        self.add(self.campaign, foreign)
        self.campaign.with_user(self.seller).cm_add_people(
            "crm.lead", [("id", "in", (self.own | self.without).ids)]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        self.recipient = self.recipients(self.campaign, self.own)
        self.assertEqual(self.recipient.state_reason, "duplicate")

    def test_who_sees_both_is_told_the_reason(self):
        for user in (self.all_leads, self.env.user):
            recipient = self.recipient.with_user(user)
            self.assertEqual(recipient.reason, "duplicate")
            self.assertIn("another recipient", recipient.state_message)

    def test_who_sees_one_is_not(self):
        self.seller.group_ids += self.env.ref("base.group_allow_export")
        recipient = self.recipient.with_user(self.seller)
        self.assertEqual(recipient.state, "excluded")
        self.assertEqual(recipient.state_message, "Not written to in this campaign")
        values = recipient.read()[0]
        summary = self.campaign.with_user(self.seller).cm_recipient_summary()
        groups = recipient.formatted_read_group([], ["reason"], ["__count"])
        for told in (values, summary, groups, recipient.export_data(["reason", "state_message"])):
            self.assertNotIn("uplicate", repr(told))
            self.assertNotIn("another", repr(told))
        self.assertEqual(
            {one["reason"]: one["count"] for one in summary["excluded"]},
            {"unnamed": 1, "no_address": 1},
        )

    def test_no_search_tells_it(self):
        for user, found in ((self.seller, False), (self.all_leads, True)):
            recipients = self.recipient.with_user(user)
            named = recipients.search([("reason", "=", "duplicate")])
            self.assertEqual(bool(named), found)
            self.assertEqual(
                bool(recipients.filtered_domain([("reason", "=", "duplicate")])), found
            )
            unnamed = recipients.search([("reason", "in", ["unnamed"])])
            self.assertEqual(bool(unnamed), not found)
            others = recipients.search(
                [("reason", "!=", "duplicate"), ("lead_id", "=", self.own.id)]
            )
            self.assertEqual(bool(others), not found)
            self.assertFalse(
                recipients.search([("reason", "=", False), ("state", "=", "excluded")])
            )
        for use in (
            lambda: self.recipient.with_user(self.seller).search(
                [("state_reason", "=", "duplicate")]
            ),
            lambda: self.recipient.with_user(self.seller).formatted_read_group(
                [], ["state_reason"], ["__count"]
            ),
            lambda: self.recipient.with_user(self.seller).search([], order="state_reason"),
        ):
            with self.assertRaises(AccessError):
                use()
