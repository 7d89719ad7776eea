"""What is stored and shown is in the language of who reads it."""

from odoo.tests import tagged

from ..campaign_master_api import HostNotFound, Sentence
from ..services.sentences import number_for, sentence_of
from .common import CampaignMasterCase


@tagged("post_install", "-at_install")
class TestSentences(CampaignMasterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")

    def test_errors_of_the_wire_package_are_translated(self):
        self.account.api_url = "https://nowhere.invalid"
        german = self.account.with_context(lang="de_DE")
        self.account.password = "for-nowhere"
        message = german.action_test_connection()["params"]["message"]
        self.assertIn("Der Host nowhere.invalid wurde nicht gefunden", message)
        self.assertIs(type(message), str)
        english = self.account.with_context(lang="en_US").action_test_connection()
        self.assertIn("The host nowhere.invalid was not found", english["params"]["message"])

    def test_values_that_are_sentences_are_translated_too(self):
        error = HostNotFound(
            Sentence("%(secret)s: %(number)s", secret=Sentence("password"), number=3)
        )
        german = self.env(context={**self.env.context, "lang": "de_DE"})
        self.assertEqual(sentence_of(german, error), "Passwort: 3")
        self.assertEqual(str(error), "password: 3")

    def test_numbers_have_the_separators_of_the_reader(self):
        german = self.env(context={**self.env.context, "lang": "de_DE"})
        self.assertEqual(number_for(german, 1_234_567), "1.234.567")
        english = self.env(context={**self.env.context, "lang": "en_US"})
        self.assertEqual(number_for(english, 1_234_567), "1,234,567")
        self.account.write({"hourly_limit": 5_000, "hourly_remaining": 4_321})
        message = self.account.with_env(german).action_test_connection()["params"]["message"]
        self.assertRegex(message, r"\d\.\d{3}\b")

    def test_schedule_writes_in_the_language_of_the_company(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.contact())
        self.company.partner_id.lang = "de_DE"
        self.control.set_fault("service_unavailable")
        self.run_cron()
        self.assertIn("Versuchen Sie es später noch einmal", campaign.cm_sync_error)

    def test_result_of_a_sync_is_in_the_language_of_who_reads_it(self):
        campaign = self.synced_campaign(self.contact())
        for lang, added in (("de_DE", "1 hinzugefügt"), ("en_US", "1 added")):
            self.assertIn(added, campaign.with_context(lang=lang).cm_sync_result)
