"""The block of Campaign Master fields: labels, clean data, the lock of the template, copies."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..campaign_master_api import RequestRefused
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

    def test_sender_that_is_not_registered_is_told_by_its_address(self):
        campaign = self.make_campaign(cm_from_email="stranger@elsewhere.example")
        message = self.sync(campaign)
        self.assertIn(
            "The sender address stranger@elsewhere.example isn't registered with this account",
            message,
        )
        self.assertEqual(campaign.cm_sync_error, message)
        self.assertEqual(campaign.cm_refused_field, "cm_from_email")
        rows = self.env["campaign.master.sync.log"].search([("campaign_id", "=", campaign.id)])
        self.assertIn("[address]", rows[:1].error)
        with Form(campaign) as form:
            form.cm_from_email = SENDER
            self.assertFalse(form.cm_refused_field)
        self.sync(campaign)
        self.assertFalse(campaign.cm_sync_error or campaign.cm_refusal)

    def test_sender_that_is_refused_by_an_update_is_told_by_its_address(self):
        campaign = self.synced_campaign()
        campaign.cm_from_email = "stranger@elsewhere.example"
        self.assertIn("stranger@elsewhere.example isn't registered", self.sync(campaign))

    def test_template_that_is_refused_is_marked(self):
        campaign = self.make_campaign()
        self.control.delete_template(self.spring)
        self.sync(campaign)
        self.assertEqual(campaign.cm_refused_field, "cm_template_id")
        campaign.cm_template_id = self.choice("template", self.summer)
        self.assertFalse(campaign.cm_refused_field)

    def test_refusal_that_names_no_field_is_not_said_to_be_all_right(self):
        campaign = self.make_campaign()
        error = RequestRefused("Refused", server_message="Not today")
        self.assertEqual(campaign._cm_refusal_of(error), {"field": "", "value": ""})
        campaign.cm_refusal = campaign._cm_refusal_of(error)
        self.assertEqual(campaign.cm_refused_field, "other")
        error = RequestRefused("Refused", server_message=f"Unknown sender {SENDER.upper()}.")
        self.assertEqual(campaign._cm_refusal_of(error)["field"], "cm_from_email")

    def launched(self, *people):
        campaign = self.synced_campaign(*people)
        # Nobody leaves by chance: who does is drawn from the campaign's reference.
        rates = {"unsubscribe": 0}
        self.control.launch(campaign.cm_external_id, self.customers, rates=rates)
        campaign.action_cm_update_statistics()
        self.assertEqual(campaign.cm_state, "sent")
        return campaign

    def test_nothing_of_the_block_changes_after_the_launch(self):
        campaign = self.launched(self.contacts(2))
        other = self.choice("list", self.newsletter)
        for values in (
            {"cm_list_id": other.id},
            {"cm_list_id": False},
            {"cm_template_id": self.choice("template", self.summer).id},
            {"cm_subject": "Other words"},
            {"cm_from_email": "other@example.com"},
            {"cm_description": False},
        ):
            for write in (
                campaign.write,
                lambda vals: campaign.web_save({**vals, "cm_list_change_confirmed": True}, {}),
            ):
                with (
                    self.subTest(values=values),
                    self.assertRaisesRegex(UserError, "Spring offers can't be changed any more"),
                ):
                    write(values)
        self.assertEqual(self.states(campaign), {"added": 2})
        campaign.write({"cm_list_id": campaign.cm_list_id.id, "title": "Other title"})
        with self.assertRaisesRegex(AssertionError, "readonly"):
            Form(campaign).cm_list_id = other
        copy = campaign.copy()
        copy.cm_list_id = other
        self.assertEqual(copy.cm_list_id, other)

    def test_scheduled_campaign_is_locked_too(self):
        campaign = self.synced_campaign()
        for values in ({"cm_state": "scheduled"}, {"cm_sent_at": "2026-01-01"}):
            campaign.write({"cm_state": "draft", "cm_sent_at": False, **values})
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "is launched"):
                campaign.cm_list_id = self.choice("list", self.newsletter)

    def test_form_asks_before_it_changes_the_list_of_people_who_are_on_one(self):
        campaign = self.synced_campaign(self.contacts(3), self.contact(False))
        other = self.choice("list", self.newsletter)
        question = campaign.cm_ask_before_list_change(other.id)
        self.assertEqual(
            question,
            "Recipients of this campaign that are on the list Customers already: 3. They stay on "
            "it, since Odoo takes nobody off a list, and are added to Newsletter too within a "
            "minute.",
        )
        with self.assertRaisesRegex(UserError, "was not changed.*already: 3. They stay"):
            campaign.web_save({"cm_list_id": other.id}, {})
        self.assertEqual(self.states(campaign), {"added": 3, "excluded": 1})
        campaign.web_save({"cm_list_id": other.id, "cm_list_change_confirmed": True}, {})
        self.assertEqual(campaign.cm_list_id, other)
        self.assertEqual(self.states(campaign), {"pending": 3, "excluded": 1})

    def test_nothing_is_asked_where_nobody_is_on_the_list(self):
        campaign = self.make_campaign()
        self.add(campaign, self.contacts(2))
        other = self.choice("list", self.newsletter)
        self.assertEqual(campaign.cm_ask_before_list_change(other.id), "")
        campaign.web_save({"cm_list_id": other.id}, {})
        self.assertEqual(campaign.cm_list_id, other)
        synced = self.synced_campaign(self.contact("other@example.com"))
        self.assertEqual(synced.cm_ask_before_list_change(synced.cm_list_id.id), "")

    def test_file_changes_no_list_of_people_who_are_on_one(self):
        campaign = self.synced_campaign(self.contacts(2))
        answer = (
            self.env["utm.campaign"]
            .with_context(import_file=True)
            .load(
                [".id", "cm_list_id/.id"],
                [[str(campaign.id), str(self.choice("list", self.newsletter).id)]],
            )
        )
        self.assertIn("was not changed", answer["messages"][0]["message"])
        self.assertEqual(self.states(campaign), {"added": 2})

    def test_launch_that_odoo_does_not_know_of_yet_is_noticed_when_the_list_changes(self):
        campaign = self.synced_campaign(self.contacts(2))
        self.control.launch(campaign.cm_external_id, self.customers)
        self.assertEqual(campaign.cm_state, "draft")
        other = self.choice("list", self.newsletter)
        for _time in range(3):
            with self.assertRaisesRegex(UserError, "the campaign is launched"):
                campaign.cm_ask_before_list_change(other.id)
        self.assertEqual(self.calls(), {"getCampaignStatistics": 1})

    def test_who_may_not_change_campaigns_is_asked_nothing(self):
        campaign = self.synced_campaign(self.contacts(2))
        stranger = self.make_user("stranger")
        with self.assertRaises(AccessError):
            campaign.with_user(stranger).cm_ask_before_list_change(False)
