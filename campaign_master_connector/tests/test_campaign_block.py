"""The block of Campaign Master fields: labels, clean data, the lock of the template, copies."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import SENDER, CampaignMasterCase

LABELS = {
    "cm_list_id": "Campaign Master List",
    "cm_subject": "Campaign Master Subject",
    "cm_from_name": "Campaign Mail From Name",
    "cm_test_address": "Campaign Master Test Address",
    "cm_from_email": "Campaign Master From Email",
    "cm_redirect_address": "Campaign Master Redirect Domain",
    "cm_template_id": "Campaign Master Template",
    "cm_description": "Description",
}
TEXTS = ("cm_subject", "cm_from_name")
ADDRESSES = ("cm_test_address", "cm_from_email", "cm_redirect_address")
NASTY_TEXTS = (
    "🌷 Spring 🌷",
    "عروض الربيع",
    "<b>Bold</b> & <script>alert(1)</script>",
    "\"double\", 'single', `back` and \\ slash",
    "100 % of {title} $(x) %(y)s",
)


@tagged("post_install", "-at_install")
class TestCampaignBlock(CampaignMasterCase):
    def test_labels_are_those_of_the_design_and_each_has_a_help(self):
        described = self.env["utm.campaign"].fields_get(LABELS, ["string", "help"])
        self.assertEqual({name: field["string"] for name, field in described.items()}, LABELS)
        for name, field in described.items():
            with self.subTest(name=name):
                self.assertGreater(len(field.get("help") or ""), 30)

    def test_form_says_that_the_list_is_not_set_on_the_campaign(self):
        arch = self.env["utm.campaign"].get_view(view_type="form")["arch"]
        self.assertIn("The list is not set on the campaign", " ".join(arch.split()))

    def test_any_text_goes_to_campaign_master_as_it_was_written(self):
        campaign = self.synced_campaign()
        for text in NASTY_TEXTS:
            with self.subTest(text=text):
                campaign.write({"cm_subject": text, "cm_from_name": text, "cm_description": text})
                self.sync(campaign)
                there = self.control.campaign(campaign.cm_external_id)
                for key in ("subject", "name", "fromName", "description"):
                    self.assertEqual(there[key], text, key)

    def test_line_breaks_and_control_characters_leave_one_line(self):
        campaign = self.make_campaign()
        for name in TEXTS:
            campaign[name] = "  Spring\r\noffers\x0b of\u2028the \x00 year\x7f \t\n"
            self.assertEqual(campaign[name], "Spring offers of the year")

    def test_header_cannot_be_smuggled_into_a_text(self):
        campaign = self.make_campaign(cm_from_name="Sales\r\nBcc: somebody@example.com")
        self.assertEqual(campaign.cm_from_name, "Sales Bcc: somebody@example.com")

    def test_blank_text_is_an_empty_field(self):
        campaign = self.make_campaign()
        for name in (*TEXTS, *ADDRESSES):
            for blank in ("", "   ", "\n\t", False):
                with self.subTest(name=name, blank=blank):
                    campaign[name] = blank
                    self.assertFalse(campaign[name])

    def test_text_of_300_characters_is_refused_and_nothing_is_half_written(self):
        campaign = self.make_campaign()
        for name in TEXTS:
            with self.subTest(name=name), self.assertRaises(ValidationError) as refused:
                campaign.write({"cm_description": "changed", name: "x" * 300})
            self.assertIn(LABELS[name], str(refused.exception))
            self.assertIn("300 characters", str(refused.exception))
            self.assertEqual(campaign.cm_description, "Who bought last spring")
        campaign.cm_subject = "x" * 255
        self.sync(campaign)
        self.assertEqual(self.control.campaign(campaign.cm_external_id)["subject"], "x" * 255)

    def test_long_description_with_line_breaks_is_kept(self):
        text = "First line\nSecond line\n" + "x" * 5000
        campaign = self.synced_campaign(cm_description=text)
        self.assertEqual(self.control.campaign(campaign.cm_external_id)["description"], text)

    def test_address_is_stored_plain(self):
        campaign = self.make_campaign()
        for given in (
            "news@example.com",
            "  NEWS@Example.COM ",
            '"News, of us" <news@example.com>',
            "News <News@example.com>",
            "\nnews@example.com\n",
        ):
            for name in ADDRESSES:
                with self.subTest(name=name, given=given):
                    campaign[name] = given
                    self.assertEqual(campaign[name], "news@example.com")

    def test_what_is_no_single_full_address_is_refused_by_its_label(self):
        campaign = self.make_campaign()
        for given in (
            "a@example.com, b@example.com",
            "a@example.com;b@example.com",
            "no address",
            "@example.com",
            "news@",
            "news@localhost",
            "ne ws@example.com",
            "news@exa mple.com",
            "news@@example.com",
            "x" * 65 + "@example.com",
            "x@" + "example." * 40 + "com",
            "n\u00e4ws@example.com",
            "news@example.com\u202e",
            "<script>@example.com",
            "a@example.com <b@example.com>, c@example.com",
        ):
            for name in ADDRESSES:
                with self.subTest(name=name, given=given):
                    with self.assertRaises(ValidationError) as refused:
                        campaign[name] = given
                    self.assertIn(LABELS[name], str(refused.exception))
                    self.assertIn("must be one full e-mail address", str(refused.exception))

    def test_international_domain_is_stored_as_campaign_master_takes_it(self):
        campaign = self.make_campaign(cm_from_email="news@bücher.example")
        self.assertEqual(campaign.cm_from_email, "news@xn--bcher-kva.example")
        self.control.register_sender("news@xn--bcher-kva.example")
        self.sync(campaign)
        self.assertTrue(campaign.cm_external_id)

    def test_template_is_free_before_the_first_sync_and_locked_after(self):
        campaign = self.make_campaign()
        summer = self.choice("template", self.summer)
        campaign.cm_template_id = summer
        self.sync(campaign)
        for value in (self.choice("template", self.spring).id, False):
            with self.assertRaisesRegex(UserError, "can't be changed.*in Campaign Master already"):
                campaign.write({"cm_template_id": value})
        self.assertEqual(campaign.cm_template_id, summer)
        campaign.write({"cm_template_id": summer.id, "cm_subject": "Other words"})
        self.assertEqual(campaign.cm_subject, "Other words")

    def test_template_is_read_only_on_the_form_after_the_first_sync(self):
        campaign = self.synced_campaign()
        with self.assertRaisesRegex(AssertionError, "readonly"):
            Form(campaign).cm_template_id = self.choice("template", self.summer)

    def test_copy_takes_the_block_and_nothing_that_happened(self):
        campaign = self.synced_campaign(self.contacts(2), cm_test_address="test@example.com")
        campaign.write({"cm_emails_sent": 2, "cm_total_opens": 1, "cm_sync_error": "Something."})
        copy = campaign.copy()
        for name in LABELS:
            self.assertEqual(copy[name], campaign[name], name)
        self.assertEqual(copy.cm_account_id, self.account)
        self.assertFalse(copy.cm_external_id)
        self.assertEqual(copy.cm_state, "not_synced")
        self.assertNotEqual(copy.cm_reference, campaign.cm_reference)
        self.assertFalse(copy.cm_recipient_ids)
        self.assertFalse(copy.cm_emails_sent or copy.cm_total_opens or copy.cm_sync_error)
        self.sync(copy)
        self.assertNotEqual(copy.cm_external_id, campaign.cm_external_id)
        self.assertEqual(len(self.control.campaigns()), 2)

    def test_nothing_shows_while_the_account_is_not_enabled(self):
        campaign = self.make_campaign()
        self.assertTrue(campaign.cm_available)
        self.account.enabled = False
        self.assertFalse(campaign.cm_available)
        self.assertFalse(Form(self.env["utm.campaign"]).cm_available)
        form = Form(campaign)
        self.assertFalse(form.cm_available)
        self.assertFalse(form.cm_connection_notice)
        self.assertEqual(self.calls(), {})

    def test_ordinary_campaign_is_left_alone(self):
        campaign = self.env["utm.campaign"].create({"title": "Only for Odoo"})
        campaign.title = "Still only for Odoo"
        self.assertFalse(campaign.cm_account_id)
        campaign.unlink()
        self.assertEqual(self.calls(), {})

    def test_each_campaign_has_a_reference_of_its_own(self):
        campaigns = self.env["utm.campaign"].create([{"title": "A"}, {"title": "B"}])
        self.assertEqual(len(set(campaigns.mapped("cm_reference"))), 2)

    def test_synced_campaign_cannot_be_deleted(self):
        campaign = self.synced_campaign()
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            campaign.unlink()

    def test_sender_that_is_not_registered_is_told_in_a_sentence(self):
        campaign = self.make_campaign(cm_from_email="stranger@elsewhere.example")
        message = self.sync(campaign)
        self.assertIn("isn't registered with this account", message)
        self.assertEqual(campaign.cm_sync_error, message)
        campaign.cm_from_email = SENDER
        self.sync(campaign)
        self.assertFalse(campaign.cm_sync_error)
