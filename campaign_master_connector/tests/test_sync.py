"""The button: what it asks for, what it creates and updates, what it says."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..services import sync_run
from .common import CampaignMasterCase

SENTENCE = (
    "Unable to create the external campaign for the following reason : "
    "{} is required and has not been provided"
)
REQUIRED = {
    "cm_subject": "Campaign subject",
    "cm_description": "Campaign description",
    "cm_template_id": "Campaign template",
    "cm_list_id": "Campaign list",
    "cm_from_name": "Campaign from name",
    "cm_from_email": "Campaign from e-mail",
}


@tagged("post_install", "-at_install")
class TestSync(CampaignMasterCase):
    def there(self, campaign):
        return self.control.campaign(campaign.cm_external_id)

    def test_missing_subject_gives_exactly_the_sentence_of_the_design(self):
        campaign = self.make_campaign(cm_subject=False)
        with self.assertRaises(UserError) as refused:
            campaign.action_cm_sync()
        self.assertEqual(
            str(refused.exception),
            "Unable to create the external campaign for the following reason : "
            "Campaign subject is required and has not been provided",
        )

    def test_each_missing_field_is_named(self):
        for name, words in REQUIRED.items():
            with self.subTest(name=name):
                campaign = self.make_campaign(**{name: False})
                with self.assertRaises(UserError) as refused:
                    campaign.action_cm_sync()
                self.assertEqual(str(refused.exception), SENTENCE.format(words))
                self.assertEqual(campaign.cm_missing_fields, name)
        self.assertEqual(self.calls(), {})

    def test_several_missing_fields_are_one_sentence(self):
        prefix = "Unable to create the external campaign for the following reason : Campaign "
        suffix = " are required and have not been provided"
        empty = self.env["utm.campaign"].create({"title": "Empty"})
        three = self.make_campaign(cm_subject=False, cm_description=False, cm_list_id=False)
        two = self.make_campaign(cm_from_email=False, cm_template_id=False)
        for campaign, names in (
            (empty, "subject, description, template, list, from name and from e-mail"),
            (three, "subject, description and list"),
            (two, "template and from e-mail"),
        ):
            with self.subTest(names=names), self.assertRaises(UserError) as refused:
                campaign.action_cm_sync()
            self.assertEqual(str(refused.exception), prefix + names + suffix)
            self.sync(campaign | self.make_campaign(title="Other"))
            self.assertEqual(campaign.cm_sync_error, prefix + names + suffix)

    def test_what_is_missing_is_told_beside_another_reason(self):
        campaign = self.make_campaign(cm_subject=False, cm_description=False)
        self.account.enabled = False
        with self.assertRaises(UserError) as refused:
            campaign.action_cm_sync()
        lines = str(refused.exception).split("\n")
        self.assertEqual(len(lines), 2)
        self.assertIn("is not enabled for", lines[0])
        self.assertIn("Campaign subject and description are required", lines[1])

    def test_what_is_missing_is_not_said_to_be_tried_again(self):
        campaign = self.make_campaign(cm_subject=False)
        self.sync(campaign | self.make_campaign(title="Other"))
        self.assertEqual(campaign.cm_sync_error, SENTENCE.format(REQUIRED["cm_subject"]))
        self.assertTrue(campaign.cm_failed_since)
        self.assertFalse(campaign.cm_retry_at)

    def test_blank_text_counts_as_missing(self):
        campaign = self.make_campaign(cm_description=" \n\t ")
        with self.assertRaisesRegex(UserError, "Campaign description is required"):
            campaign.action_cm_sync()

    def test_readiness_on_the_form_follows_what_is_typed(self):
        campaign = self.make_campaign(cm_subject=False, cm_from_name=False)
        form = Form(campaign)
        self.assertEqual(form.cm_missing_fields, "cm_subject,cm_from_name")
        form.cm_subject = "Our spring offers"
        self.assertEqual(form.cm_missing_fields, "cm_from_name")

    def test_campaign_is_created_with_all_its_fields(self):
        campaign = self.make_campaign(
            cm_test_address="test@example.com", cm_redirect_address="replies@example.com"
        )
        self.assertEqual(
            self.sync(campaign), "The campaign is in Campaign Master; it has no recipients yet."
        )
        there = self.there(campaign)
        self.assertEqual(
            {key: there[key] for key in there if key not in ("id", "statistics", "seed", "sentAt")},
            {
                "externalId": campaign.cm_reference,
                "name": "Our spring offers",
                "subject": "Our spring offers",
                "description": "Who bought last spring",
                "fromName": "The Sales Team",
                "fromEmail": "news@example.com",
                "replyRedirectEmail": "replies@example.com",
                "testEmail": "test@example.com",
                "templateId": self.spring,
                "status": "draft",
                "list_name": there["list_name"],
            },
        )
        self.assertEqual(campaign.cm_state, "draft")

    def test_notification_tells_in_numbers_what_happened(self):
        self.control.add_to_list(self.customers, ["person-1@example.com"])
        self.control.suppress(["person-2@example.com"])
        self.control.refuse("person-3@example.com", "Role addresses are refused.")
        campaign = self.make_campaign()
        self.add(campaign, self.contacts(5) | self.contact(False))
        self.assertEqual(
            self.sync(campaign),
            "The campaign is in Campaign Master: 2 added, 1 already on the list, 1 opted out, "
            "1 excluded, 1 rejected.",
        )

    def test_second_click_creates_nothing_and_makes_no_call(self):
        campaign = self.synced_campaign(self.contacts(2))
        before = campaign.cm_external_id
        self.assertEqual(self.sync(campaign), "Nothing new to add.")
        self.assertEqual(self.calls(), {})
        self.assertEqual(campaign.cm_external_id, before)
        self.assertEqual(len(self.control.campaigns()), 1)

    def test_click_without_anything_to_send_says_that_the_server_is_down(self):
        campaign = self.synced_campaign(self.contacts(1))
        self.account.choices_attempted_at = False
        self.control.set_fault("service_unavailable")
        params = campaign.action_cm_sync()["params"]
        self.assertEqual(params["type"], "warning")
        self.assertRegex(
            params["message"],
            r"^Nothing new to add. Campaign Master can't be reached\. .*status 503",
        )
        self.control.clear_faults()
        self.account.choices_attempted_at = False
        self.assertEqual(self.sync(campaign), "Nothing new to add.")

    def test_second_click_updates_what_changed(self):
        campaign = self.synced_campaign(self.contacts(1))
        campaign.write({"cm_subject": "Other words", "cm_description": "Others"})
        self.sync(campaign)
        self.assertEqual(self.calls(), {"updateCampaign": 1})
        there = self.there(campaign)
        self.assertEqual((there["name"], there["subject"]), ("Other words", "Other words"))
        self.assertEqual(there["description"], "Others")
        self.control.clear_calls()
        self.sync(campaign)
        self.assertEqual(self.calls(), {})

    def test_title_in_odoo_is_not_sent(self):
        campaign = self.synced_campaign()
        campaign.title = "Internal words"
        self.sync(campaign)
        self.assertEqual(self.calls(), {})

    def test_launched_campaign_is_not_changed_any_more(self):
        campaign = self.synced_campaign(self.contacts(1))
        self.control.launch(campaign.cm_external_id, self.customers)
        campaign.cm_subject = "Too late"
        message = self.sync(campaign)
        self.assertEqual(campaign.cm_state, "sent")
        self.assertTrue(campaign.cm_sent_at)
        self.assertEqual(self.there(campaign)["subject"], "Our spring offers")
        self.assertFalse(campaign.cm_sync_error, message)
        self.assertIn("The campaign is launched, so what you changed", message)
        self.assertIn("wasn't sent", self.sync(campaign))
        self.assertEqual(campaign.action_cm_sync()["params"]["type"], "warning")
        campaign.cm_subject = "Our spring offers"
        self.assertNotIn("wasn't sent", self.sync(campaign))
        late = self.add(campaign, self.contact("late@example.com"))
        self.sync(campaign)
        self.assertEqual(late.state, "added")

    def test_what_campaign_master_refuses_is_told_and_stays_on_the_campaign(self):
        campaign = self.make_campaign()
        self.control.delete_template(self.spring)
        message = self.sync(campaign)
        self.assertIn("Campaign Master refused the request", message)
        self.assertEqual(campaign.cm_sync_error, message)
        self.assertFalse(campaign.cm_external_id)
        self.assertTrue(campaign.cm_retry_at)

    def test_deleted_campaign_is_told(self):
        campaign = self.synced_campaign()
        self.control.delete_campaign(campaign.cm_external_id)
        campaign.cm_subject = "Other words"
        self.assertIn("doesn't know the campaign", self.sync(campaign))
        self.assertEqual(self.control.campaigns(), [])

    def test_several_campaigns_have_each_its_own_result(self):
        good = self.make_campaign(title="Good")
        incomplete = self.make_campaign(title="Incomplete", cm_subject=False)
        refused = self.make_campaign(title="Refused", cm_from_email="x@elsewhere.example")
        late = self.make_campaign(title="Late")
        self.add(late, self.contacts(1))
        lines = self.sync(good | incomplete | refused | late).split("\n")
        self.assertEqual(len(lines), 4)
        self.assertEqual(
            lines[0], "Good: The campaign is in Campaign Master; it has no recipients yet."
        )
        self.assertEqual(lines[1], "Incomplete: " + SENTENCE.format("Campaign subject"))
        self.assertIn("Refused: Campaign Master refused the request", lines[2])
        self.assertEqual(lines[3], "Late: The campaign is in Campaign Master: 1 added.")
        self.assertEqual(len(self.control.campaigns()), 2)

    def test_no_campaign_says_it_is_there_when_it_is_not(self):
        campaigns = self.make_campaign(title="First") | self.make_campaign(title="Second")
        self.control.set_fault("service_unavailable")
        lines = self.sync(campaigns).split("\n")
        self.assertEqual(len(lines), 2)
        for line in lines:
            self.assertNotIn("is in Campaign Master", line)
        self.assertIn("status 503", lines[0])
        self.control.clear_faults()
        self.retry_now(campaigns)
        self.run_cron()
        self.assertTrue(all(campaign.cm_external_id for campaign in campaigns))

    def test_campaign_that_there_was_no_time_for_is_synced_by_the_schedule(self):
        campaigns = self.make_campaign(title="First") | self.make_campaign(title="Second")
        with patch.object(sync_run, "SECONDS_AT_THE_SCREEN", 0.0):
            lines = self.sync(campaigns).split("\n")
        for line in lines:
            self.assertIn("the background syncs it", line)
        self.run_cron()
        self.assertEqual(len(self.control.campaigns()), 2)

    def test_entry_of_the_actions_menu_syncs_several(self):
        campaigns = self.make_campaign(title="First") | self.make_campaign(title="Second")
        action = self.env.ref("campaign_master_connector.action_sync_campaigns")
        self.assertEqual(action.binding_model_id.model, "utm.campaign")
        action.with_context(active_model="utm.campaign", active_ids=campaigns.ids).run()
        self.assertEqual(len(self.control.campaigns()), 2)

    def test_sync_does_not_refresh_unsubscribes(self):
        campaign = self.synced_campaign(self.contacts(2))
        self.control.suppress(["person-1@example.com"])
        self.sync(campaign)
        self.assertEqual(self.states(campaign), {"added": 2})

    def test_disabled_account_and_missing_account_are_told(self):
        campaign = self.make_campaign()
        self.account.enabled = False
        with self.assertRaisesRegex(UserError, "Campaign Master is not enabled for"):
            campaign.action_cm_sync()
        company = self.env["res.company"].create({"name": "Second Company"})
        self.env.user.company_ids += company
        other = self.env["utm.campaign"].with_company(company).create({"title": "Other"})
        with self.assertRaisesRegex(UserError, "Second Company has no Campaign Master account"):
            other.action_cm_sync()
        lines = self.sync(other | other.create({"title": "Next"})).split("\n")
        self.assertEqual(len(lines), 2)
        for line in lines:
            self.assertIn("Second Company has no Campaign Master account", line)

    def test_campaign_whose_template_or_list_is_of_another_account_is_refused(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        self.control.create_account("second", "word")
        account = self.make_account(company, username="second", password="word")
        foreign = self.control.create_list("Foreign", account="second")
        self.pull_choices(account)
        campaign = self.make_campaign()
        with self.assertRaisesRegex(Exception, "must be of the Campaign Master account"):
            campaign.cm_list_id = self.choice("list", foreign, account)

    def test_result_is_that_of_the_whole_sync(self):
        self.control.refuse("last@example.com", "Role addresses are refused.")
        people = self.env["res.partner"].browse(self.bulk_contacts(1_030))
        people |= self.contact("last@example.com") | self.contact(False)
        campaign = self.make_campaign()
        self.add(campaign, people)
        self.assertIn("1,000 added", self.sync(campaign))
        self.run_cron()
        states = self.states(campaign)
        self.assertEqual(states, {"added": 1_030, "excluded": 1, "rejected": 1})
        self.assertEqual(
            campaign.cm_sync_result,
            "The campaign is in Campaign Master: 1,030 added, 1 excluded, 1 rejected.",
        )
        self.add(campaign, self.contacts(2, "later"))
        self.run_cron()
        self.assertIn(": 2 added", campaign.cm_sync_result)

    def test_result_of_a_sync_that_broke_off_counts_what_was_added_before(self):
        campaign = self.make_campaign()
        self.add(campaign, self.env["res.partner"].browse(self.bulk_contacts(2_100)))
        self.sync(campaign)
        self.control.set_fault("service_unavailable", "addListRecipients")
        self.run_cron()
        self.control.clear_faults()
        self.retry_now(campaign)
        self.assertIn("2,000 added", self.sync(campaign))
        self.run_cron()
        self.assertIn("2,100 added", campaign.cm_sync_result)
        self.assertIn("Nothing new to add.", self.sync(campaign))
        self.assertIn("Nothing new to add.", campaign.cm_sync_result)

    def test_result_goes_on_to_agree_with_the_boxes_when_people_leave(self):
        campaign = self.synced_campaign(self.contacts(6), self.contact(False))
        # Who isn't on the list any more gets no mail; all the others leave.
        unmailed = self.control.emails_on_list(self.customers)[:4]
        self.control.remove_from_list(self.customers, unmailed)
        rates = {"hard_bounce": 0, "soft_bounce": 0, "open": 1, "unsubscribe": 1}
        self.control.launch(campaign.cm_external_id, self.customers, rates=rates)
        campaign.action_cm_update_statistics()
        self.assertEqual(self.states(campaign), {"added": 4, "opted_out": 2, "excluded": 1})
        self.assertEqual(
            campaign.cm_sync_result,
            "The campaign is in Campaign Master: 4 added, 2 opted out, 1 excluded.",
        )

    def test_log_has_a_row_with_the_numbers(self):
        campaign = self.make_campaign()
        self.add(campaign, self.contacts(2))
        self.sync(campaign)
        [row] = self.env["campaign.master.sync.log"].search([("campaign_id", "=", campaign.id)])
        self.assertEqual((row.kind, row.added, row.error), ("sync", 2, False))
        self.assertEqual(row.calls, 3)
        self.assertFalse(self.env["campaign.master.sync.log"].search([("error", "like", "@")]))
