"""A campaign whose creation was lost and that is found again: it gets what Odoo has by now."""

from dataclasses import replace
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger
from psycopg2.errors import UniqueViolation

from ..campaign_master_api import CampaignMasterClient
from .common import CampaignMasterCase
from .test_secret_addresses import load_script

OTHER_SENDER = "events@example.com"


@tagged("post_install", "-at_install")
class TestFoundAgain(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.control.register_sender(OTHER_SENDER)
        self.campaign = self.make_campaign()
        self.add(self.campaign, self.contacts(1))
        self.control.set_fault("drop_connection", operation="createCampaign", when="after", count=1)
        self.control.set_fault("server_error", operation="listCampaigns", skip=1, count=1)
        self.sync(self.campaign)
        self.control.clear_faults()
        self.assertFalse(self.campaign.cm_external_id)
        [self.lost] = self.control.campaigns()

    def there(self):
        [there] = self.control.campaigns()
        self.assertEqual(there["id"], self.lost["id"])
        return there

    def test_what_was_corrected_meanwhile_is_sent(self):
        self.campaign.write(
            {"cm_from_email": OTHER_SENDER, "cm_from_name": "Events", "cm_description": "Others"}
        )
        self.assertIn("1 added", self.sync(self.campaign))
        there = self.there()
        self.assertEqual(
            (there["fromEmail"], there["fromName"], there["description"]),
            (OTHER_SENDER, "Events", "Others"),
        )
        self.assertEqual(self.campaign.cm_external_id, str(self.lost["id"]))
        self.control.clear_calls()
        self.sync(self.campaign)
        self.assertEqual(self.calls(), {})

    def test_another_template_is_told_until_both_have_the_same(self):
        chosen = self.campaign.cm_template_id
        self.campaign.write(
            {
                "cm_template_id": self.choice("template", self.summer).id,
                "cm_from_email": OTHER_SENDER,
            }
        )
        message = self.sync(self.campaign)
        self.assertIn("has another template", message)
        self.assertIn("Summer", message)
        self.assertEqual(self.campaign.cm_sync_error, message)
        self.assertFalse(self.campaign.cm_external_id)
        self.assertEqual(self.there()["fromEmail"], OTHER_SENDER)
        self.campaign.cm_template_id = chosen
        self.assertIn("1 added", self.sync(self.campaign))
        self.assertFalse(self.campaign.cm_sync_error)

    def test_campaign_that_is_deleted_there_is_created_with_the_other_template(self):
        self.campaign.cm_template_id = self.choice("template", self.summer)
        self.sync(self.campaign)
        self.control.delete_campaign(self.lost["id"])
        self.assertIn("1 added", self.sync(self.campaign))
        [there] = self.control.campaigns()
        self.assertEqual(there["templateId"], self.summer)

    def test_correction_that_comes_after_the_launch_is_told(self):
        self.control.add_to_list(self.newsletter, ["person-1@example.com"])
        self.control.launch(self.lost["id"], self.newsletter)
        self.campaign.cm_from_email = OTHER_SENDER
        for _click in range(2):
            self.assertIn("The campaign is launched", self.sync(self.campaign))
        self.assertEqual(self.campaign.cm_state, "sent")
        self.campaign.cm_from_email = self.lost["fromEmail"]
        self.assertNotIn("launched", self.sync(self.campaign))

    def test_launched_one_without_a_correction_is_as_it_should_be(self):
        self.control.add_to_list(self.newsletter, ["person-1@example.com"])
        self.control.launch(self.lost["id"], self.newsletter)
        self.assertNotIn("launched", self.sync(self.campaign))
        self.assertEqual(self.campaign.cm_state, "sent")


@tagged("post_install", "-at_install")
class TestTemplateDuringCreation(CampaignMasterCase):
    def test_template_stays_while_the_campaign_is_being_created(self):
        campaign = self.make_campaign()
        summer = self.choice("template", self.summer)
        campaign.cm_creation_began_at = self.env.cr.now()
        with self.assertRaisesRegex(UserError, "is being created"):
            campaign.cm_template_id = summer
        campaign.cm_creation_began_at = "2020-01-01"
        campaign.cm_template_id = summer


@tagged("post_install", "-at_install")
class TestOneCampaignEach(CampaignMasterCase):
    def answering_with(self, external_id):
        """Have Campaign Master answer to a creation with a campaign that is there already."""
        create = CampaignMasterClient.create_campaign

        def answer(client, values):
            return replace(create(client, values), id=external_id)

        return patch.object(CampaignMasterClient, "create_campaign", answer)

    def test_id_of_another_campaign_is_not_taken_over(self):
        first = self.synced_campaign(self.contact(), title="First")
        first.active = False
        second = self.make_campaign(title="Second")
        self.add(second, self.contact("second@example.com"))
        with self.answering_with(first.cm_external_id):
            message = self.sync(second)
        self.assertIn("which is First already", message)
        self.assertFalse(second.cm_external_id)
        self.assertEqual(second.cm_state, "not_synced")
        self.assertIn("which is First already", second.cm_problem)
        self.assertFalse(first.cm_problem)
        self.assertEqual(self.on_list(), ["person-1@example.com"])
        self.retry_now(second)
        self.assertIn("1 added", self.sync(second))

    def test_database_holds_it_whatever_the_way(self):
        first = self.synced_campaign(self.contact())
        second = self.make_campaign(title="Second")
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            second.cm_external_id = first.cm_external_id
            self.env.flush_all()
        other = self.env["res.company"].create({"name": "Other"})
        account = self.make_account(other)
        second.write({"cm_list_id": False, "cm_template_id": False, "cm_account_id": account.id})
        second.cm_external_id = first.cm_external_id
        self.env.flush_all()
        # Any number of campaigns that aren't there.
        (first | second).cm_external_id = False
        second.cm_account_id = self.account
        self.env.flush_all()

    def test_of_those_that_shared_one_before_the_first_keeps_it(self):
        first = self.synced_campaign(self.contact())
        second = self.make_campaign(title="Second")
        name = "utm_campaign_cm_external_id_unique"
        self.env.cr.execute(SQL("DROP INDEX IF EXISTS %s", SQL.identifier(name)))
        second.write({"cm_external_id": first.cm_external_id, "cm_state": "draft"})
        self.env.flush_all()
        load_script("19.0.1.5.0/pre-one_campaign_each.py").migrate(self.env.cr, "19.0.1.4.0")
        self.env.invalidate_all()
        self.assertTrue(first.cm_external_id)
        self.assertFalse(second.cm_external_id)
        self.assertEqual(second.cm_state, "not_synced")
        self.sync(second)
        self.assertNotEqual(second.cm_external_id, first.cm_external_id)
