"""What becomes of recipients when the people behind them change."""

from odoo.tests import tagged

from .common import CampaignMasterCase


@tagged("post_install", "-at_install")
class TestChangedPeople(CampaignMasterCase):
    def half_an_hour_passes(self):
        for _minute in range(2):
            self.run_cron()
            self.env["utm.campaign"]._cron_cm_update_campaign_statistics()
        self.run_cron()

    def test_former_addresses_of_many_cost_no_query_for_each(self):
        campaign = self.synced_campaign(self.contacts(20))
        recipients = campaign.cm_recipient_ids.sudo()
        moved = {
            recipient.id: ("contact", "moved@example.com", "", "", recipient.email)
            for recipient in recipients
        }
        self.env.flush_all()
        queries = self.env.cr.sql_log_count
        recipients._keep_former_addresses(moved)
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - queries, 10)
        self.assertEqual(len(recipients.former_address_ids), 20)

    def test_changed_address_of_a_contact_is_added_by_the_schedule(self):
        contact = self.contact()
        campaign = self.synced_campaign(contact)
        recipient = campaign.cm_recipient_ids
        contact.email = "changed@example.com"
        self.assertEqual((recipient.email, recipient.state), ("changed@example.com", "pending"))
        self.run_cron()
        self.assertEqual(recipient.state, "added")
        self.assertIn("changed@example.com", self.on_list())

    def test_changed_address_of_a_lead_is_pushed_also_when_it_changes_by_its_contact(self):
        contact = self.contact()
        lead = self.lead(False, partner_id=contact.id)
        other = self.lead("lead-2@example.com")
        campaign = self.synced_campaign(lead | other)
        other.email_from = "lead-2-new@example.com"
        contact.email = "changed@example.com"
        self.assertEqual(campaign.cm_recipient_ids.mapped("state"), ["pending", "pending"])
        self.run_cron()
        self.assertEqual(
            set(self.on_list()) & {"changed@example.com", "lead-2-new@example.com"},
            {"changed@example.com", "lead-2-new@example.com"},
        )

    def test_other_spelling_of_the_same_address_is_no_change(self):
        contact = self.contact()
        campaign = self.synced_campaign(contact)
        contact.email = "Person <PERSON-1@example.com>"
        self.assertEqual(campaign.cm_recipient_ids.state, "added")
        self.run_cron()
        self.assertEqual(self.calls(), {})

    def test_address_that_is_taken_away_and_comes_back(self):
        contact = self.contact()
        campaign = self.synced_campaign(contact)
        recipient = campaign.cm_recipient_ids
        contact.email = False
        self.assertEqual((recipient.state, recipient.state_reason), ("excluded", "no_address"))
        self.env.flush_all()
        contact.email = "person-1@example.com"
        self.assertEqual(recipient.state, "pending")
        self.run_cron()
        self.assertIn(recipient.state, ("added", "exists"))
        self.assertEqual(self.on_list(), ["person-1@example.com"])

    def test_archived_contact_waits_and_a_restored_one_goes_on(self):
        contact = self.contact()
        campaign = self.synced_campaign()
        recipient = self.add(campaign, contact)
        contact.active = False
        self.run_cron()
        self.assertEqual((recipient.state, recipient.state_reason), ("excluded", "archived"))
        contact.active = True
        self.assertEqual(recipient.state, "pending")
        self.run_cron()
        self.assertEqual(recipient.state, "added")

    def test_archiving_somebody_who_was_added_changes_nothing(self):
        contact = self.contact()
        campaign = self.synced_campaign(contact)
        contact.active = False
        self.assertEqual(campaign.cm_recipient_ids.state, "added")

    def test_deleted_people_are_not_sent_and_stay_counted(self):
        contact, lead = self.contact(), self.lead()
        campaign = self.synced_campaign()
        self.add(campaign, contact)
        self.add(campaign, lead)
        contact.unlink()
        lead.unlink()
        self.run_cron()
        self.assertEqual(self.states(campaign), {"excluded": 2})
        self.assertEqual(
            set(campaign.cm_recipient_ids.mapped("state_message")),
            {"The contact or lead was deleted"},
        )
        self.assertEqual(self.on_list(), [])

    def test_deleted_people_are_still_known_as_deleted_after_another_look(self):
        contact = self.contact()
        campaign = self.make_campaign()
        recipient = self.add(campaign, contact)
        contact.unlink()
        for _click in range(2):
            self.sync(campaign)
            self.assertEqual((recipient.state, recipient.state_reason), ("excluded", "deleted"))
        self.assertEqual(self.states(campaign), {"excluded": 1})

    def test_deleted_people_who_were_added_keep_their_row(self):
        contact, lead = self.contact(), self.lead()
        campaign = self.synced_campaign(contact, lead)
        contact.unlink()
        lead.unlink()
        self.sync(campaign)
        self.assertEqual(self.states(campaign), {"added": 2})
        self.assertEqual(
            sorted(campaign.cm_recipient_ids.mapped("email")),
            ["lead-1@example.com", "person-1@example.com"],
        )

    def test_duplicate_takes_over_when_the_first_is_removed(self):
        campaign = self.synced_campaign()
        first = self.add(campaign, self.contact("same@example.com"))
        second = self.add(campaign, self.lead("same@example.com"))
        self.assertEqual(second.state, "excluded")
        first.unlink()
        self.assertEqual(second.state, "pending")

    def test_duplicate_takes_over_when_the_first_gets_another_address(self):
        campaign = self.synced_campaign()
        contact, lead = self.contact("same@example.com"), self.lead("same@example.com")
        first, second = self.add(campaign, contact), self.add(campaign, lead)
        contact.email = "other@example.com"
        self.run_cron()
        self.assertEqual((first.state, second.state), ("added", "added"))
        self.assertEqual(self.on_list(), ["other@example.com", "same@example.com"])

    def test_duplicate_takes_over_when_the_first_loses_its_address(self):
        campaign = self.synced_campaign()
        contact, lead = self.contact("same@example.com"), self.lead("same@example.com")
        self.add(campaign, contact)
        second = self.add(campaign, lead)
        contact.email = False
        self.half_an_hour_passes()
        self.assertEqual(second.state, "added")

    def test_duplicate_takes_over_when_the_first_is_archived_or_deleted(self):
        for way in ("archive", "unlink"):
            with self.subTest(way=way):
                campaign = self.synced_campaign()
                contact, lead = self.contact(f"{way}@example.com"), self.lead(f"{way}@example.com")
                self.add(campaign, contact)
                second = self.add(campaign, lead)
                contact.write({"active": False}) if way == "archive" else contact.unlink()
                self.half_an_hour_passes()
                self.assertEqual(second.state, "added")

    def test_new_address_that_another_recipient_has_is_a_duplicate(self):
        first, second = self.contact("a@example.com"), self.contact("b@example.com")
        campaign = self.synced_campaign(first | second)
        second.email = "a@example.com"
        recipient = self.recipients(campaign, second)
        self.assertEqual((recipient.state, recipient.state_reason), ("excluded", "duplicate"))
        self.assertEqual(self.recipients(campaign, first).state, "added")

    def test_two_people_who_swap_addresses_are_neither_lost_nor_doubled(self):
        first, second = self.contact("a@example.com"), self.contact("b@example.com")
        campaign = self.synced_campaign(first | second)
        first.email, second.email = "b@example.com", "a@example.com"
        self.half_an_hour_passes()
        self.assertEqual(self.on_list(), ["a@example.com", "b@example.com"])
        for person in first | second:
            self.assertIn(
                self.recipients(campaign, person).state, ("added", "exists"), person.email
            )

    def test_removed_from_the_campaign_only_before_being_on_the_list(self):
        campaign = self.synced_campaign(self.contact())
        user = self.make_user("seller", "sales_team.group_sale_salesman")
        pending = self.add(campaign, self.contact("other@example.com"))
        pending.with_user(user).unlink()
        with self.assertRaisesRegex(Exception, "on the Campaign Master list already"):
            campaign.cm_recipient_ids.with_user(user).unlink()


@tagged("post_install", "-at_install")
class TestMergedPeople(CampaignMasterCase):
    def merge_contacts(self, source, target):
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (source | target).ids, target, extra_checks=False
        )

    def test_merge_of_two_recipients_keeps_one_with_the_figures_of_both(self):
        source, target = self.contact("a@example.com"), self.contact("b@example.com")
        campaign = self.synced_campaign(source | target)
        self.recipients(campaign, source).write(
            {"total_opens": 2, "first_open": "2026-01-01", "last_open": "2026-01-05"}
        )
        self.recipients(campaign, target).write(
            {"total_opens": 1, "first_open": "2026-01-02", "last_open": "2026-01-02"}
        )
        self.merge_contacts(source, target)
        recipient = campaign.cm_recipient_ids
        self.assertEqual(len(recipient), 1)
        self.assertEqual(recipient.partner_id, target)
        self.assertEqual((recipient.email, recipient.state), ("b@example.com", "added"))
        self.assertEqual(recipient.total_opens, 3)
        self.assertEqual(str(recipient.first_open.date()), "2026-01-01")
        self.assertEqual(str(recipient.last_open.date()), "2026-01-05")
        self.assertEqual(recipient.former_address_ids.mapped("email"), ["a@example.com"])

    def test_merge_keeps_the_address_of_who_was_on_the_list_whatever_the_state_now(self):
        newsletter = self.choice("list", self.newsletter)
        for state in ("pending", "opted_out"):
            with self.subTest(state=state):
                source, target = (self.contact(f"{one}-{state}@example.com") for one in "ab")
                campaign = self.synced_campaign(source | target, title=state)
                if state == "pending":
                    campaign.cm_list_id = newsletter
                else:
                    campaign.cm_recipient_ids.sudo().write({"state": state})
                self.env.flush_all()
                self.merge_contacts(source, target)
                recipient = campaign.cm_recipient_ids
                self.assertEqual((recipient.partner_id, recipient.state), (target, state))
                self.assertEqual(
                    recipient.former_address_ids.mapped("email"), [f"a-{state}@example.com"]
                )

    def test_merge_keeps_the_same_address_where_the_other_one_was_on_the_list(self):
        source, target = self.contact("same@example.com"), self.contact("same@example.com")
        campaign = self.synced_campaign(source)
        campaign.cm_list_id = self.choice("list", self.newsletter)
        source.active = False
        self.add(campaign, target)
        self.env.flush_all()
        self.sync(campaign)
        campaign.cm_list_id = self.choice("list", self.customers)
        self.merge_contacts(source, target)
        target.email = "new@example.com"
        self.assertEqual(
            campaign.cm_recipient_ids.former_address_ids.mapped("email"), ["same@example.com"]
        )

    def test_merge_moves_the_only_recipient(self):
        source, target = self.contact("a@example.com"), self.contact("b@example.com")
        campaign = self.synced_campaign(source)
        self.merge_contacts(source, target)
        self.assertEqual(campaign.cm_recipient_ids.partner_id, target)
        self.run_cron()
        self.assertEqual(self.on_list(), ["a@example.com", "b@example.com"])

    def test_merge_keeps_an_opt_out(self):
        source, target = self.contact("gone@example.com"), self.contact("b@example.com")
        self.control.suppress(["gone@example.com"])
        campaign = self.synced_campaign(source | target)
        later = self.make_campaign(title="Later")
        self.merge_contacts(source, target)
        self.assertEqual(campaign.cm_recipient_ids.state, "opted_out")
        self.assertEqual(self.add(later, target).state, "opted_out")
        self.run_cron()
        self.sync(later)
        self.assertNotIn("gone@example.com", self.on_list())

    def test_merge_of_many_campaigns_keeps_each_balanced(self):
        source, target = self.contact("a@example.com"), self.contact("b@example.com")
        both = self.synced_campaign(source | target)
        waiting = self.make_campaign(title="Waiting")
        self.add(waiting, source | target)
        self.merge_contacts(source, target)
        self.assertEqual(self.states(both), {"added": 1})
        self.assertEqual(self.states(waiting), {"pending": 1})

    def test_merge_of_leads_keeps_one_recipient(self):
        first, second = self.lead("a@example.com"), self.lead("b@example.com")
        campaign = self.synced_campaign(first | second)
        self.control.clear_calls()
        kept = (first | second).merge_opportunity()
        self.assertEqual(campaign.cm_recipient_ids.lead_id, kept)
        self.assertEqual(self.states(campaign), {"added": 1})

    def test_merge_of_leads_keeps_an_opt_out(self):
        first, second = self.lead("a@example.com"), self.lead("gone@example.com")
        self.control.suppress(["gone@example.com"])
        campaign = self.synced_campaign(first | second)
        kept = (first | second).merge_opportunity()
        self.assertEqual(self.states(campaign), {"opted_out": 1})
        later = self.make_campaign(title="Later")
        self.assertEqual(self.add(later, kept).state, "opted_out")
