"""Campaigns and recipients through Odoo's own import and export, as a salesperson uses them."""

import csv
import io
import json

from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import file_open, mute_logger

from .common import CampaignMasterCase, SandboxCase

CSV_OPTIONS = {
    "quoting": '"',
    "separator": ",",
    "has_headers": True,
    "float_decimal_separator": ".",
}
STATISTICS = ["total_opens", "total_clicks", "first_open", "bounced", "opted_out"]


class ImportMixin:
    def load(self, model, header, *rows, user=None):
        """Import rows by Odoo's wizard; what it complains of."""
        text = io.StringIO()
        csv.writer(text).writerows([header, *rows])
        wizard = self.env["base_import.import"].with_user(user or self.seller)
        wizard = wizard.create(
            {
                "res_model": model,
                "file": text.getvalue().encode(),
                "file_name": "rows.csv",
                "file_type": "text/csv",
            }
        )
        result = wizard.execute_import(list(header), list(header), CSV_OPTIONS)
        return " ".join(message["message"] for message in result["messages"])

    def offered(self, model, key="name"):
        tree = self.env["base_import.import"].with_user(self.seller).get_fields_tree(model)
        return {field[key] for field in tree}


@tagged("post_install", "-at_install")
class TestImport(ImportMixin, CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.seller = self.make_user("importer", "sales_team.group_sale_salesman_all_leads")
        self.pull_choices()
        self.campaign = self.make_campaign(title="Imported people")

    def test_offers_what_people_decide_and_nothing_that_is_told(self):
        offered = self.offered("campaign.master.recipient")
        self.assertGreaterEqual(offered, {"campaign_id", "partner_id", "lead_id"})
        self.assertFalse(offered & {"state", "state_reason", "kind", "email", *STATISTICS})
        offered = self.offered("utm.campaign")
        self.assertGreaterEqual(offered, {"title", "cm_subject", "cm_list_id", "cm_template_id"})
        self.assertFalse(
            offered & {"cm_external_id", "cm_state", "cm_emails_sent", "cm_account_id"}
        )

    def test_recipients_by_name_and_by_external_id(self):
        contact, lead = self.contact(name="Known by name"), self.lead()
        self.env["ir.model.data"].create(
            {"module": "__import__", "name": "lead_1", "model": "crm.lead", "res_id": lead.id}
        )
        rows = (
            ["Imported people", "Known by name", ""],
            ["Imported people", "", "__import__.lead_1"],
        )
        header = ["campaign_id", "partner_id", "lead_id/id"]
        self.assertFalse(self.load("campaign.master.recipient", header, *rows))
        self.assertEqual(self.campaign.cm_recipient_ids.partner_id, contact)
        self.assertEqual(self.campaign.cm_recipient_ids.lead_id, lead)
        self.assertEqual(self.states(self.campaign), {"pending": 2})

    def test_contacts_by_who_may_see_no_leads(self):
        marketing = self.make_user("marketing", "mass_mailing.group_mass_mailing_user")
        contact = self.contact(name="Known by name")
        header, row = ["campaign_id", "partner_id"], ["Imported people", "Known by name"]
        self.assertFalse(self.load("campaign.master.recipient", header, row, user=marketing))
        self.assertEqual(self.campaign.cm_recipient_ids.partner_id, contact)

    def test_files_to_begin_with(self):
        marketing = self.make_user("marketing", "mass_mailing.group_mass_mailing_user")
        recipients = self.env["campaign.master.recipient"]
        offered = recipients.with_user(self.seller).get_import_templates()
        self.assertEqual(len(offered), 2)
        self.assertEqual(recipients.with_user(marketing).get_import_templates(), offered[:1])
        for one in offered:
            with file_open(one["template"].lstrip("/")) as file:
                header, *rows = csv.reader(file)
            self.assertLessEqual(set(header), self.offered(recipients._name, "string"))
            self.assertTrue(rows)

    def test_states_and_statistics_in_a_file_change_nothing(self):
        self.contact(name="Forged")
        header = ["campaign_id", "partner_id", "state", "total_opens", "opted_out", "added_at"]
        row = ["Imported people", "Forged", "added", "99", "True", "2026-01-01 00:00:00"]
        self.load("campaign.master.recipient", header, row)
        for recipient in self.campaign.cm_recipient_ids:
            self.assertEqual((recipient.state, recipient.total_opens), ("pending", 0))
            self.assertFalse(recipient.opted_out or recipient.added_at)

    def test_imported_twice_is_told_and_there_once(self):
        self.contact(name="Twice")
        header, row = ["campaign_id", "partner_id"], ["Imported people", "Twice"]
        self.assertFalse(self.load("campaign.master.recipient", header, row))
        with mute_logger("odoo.sql_db"):
            said = self.load("campaign.master.recipient", header, row)
        self.assertIn("a recipient of the campaign already", said)
        self.assertEqual(len(self.campaign.cm_recipient_ids), 1)

    def test_unknown_person_is_told(self):
        said = self.load(
            "campaign.master.recipient",
            ["campaign_id", "partner_id"],
            ["Imported people", "Nobody"],
        )
        self.assertIn("Nobody", said)
        self.assertFalse(self.campaign.cm_recipient_ids)

    def test_campaign_with_its_block(self):
        header = ["title", "cm_subject", "cm_description", "cm_from_name", "cm_from_email"]
        header += ["cm_list_id", "cm_template_id"]
        row = ["By file", "Subject", "Why", "Sales", "news@example.com", "Customers", "Spring"]
        self.assertFalse(self.load("utm.campaign", header, row))
        campaign = self.env["utm.campaign"].search([("title", "=", "By file")])
        self.assertEqual(campaign.cm_list_id.name, "Customers")
        self.assertEqual(campaign.cm_account_id, self.account)
        self.assertFalse(campaign.cm_missing_fields)
        self.add(campaign, self.contact())
        campaign.action_cm_sync()
        self.assertTrue(campaign.cm_external_id)

    def test_identity_and_figures_of_a_campaign_cannot_be_imported(self):
        for name, value in (("cm_external_id", "7"), ("cm_state", "sent"), ("cm_emails_sent", "9")):
            with self.subTest(name):
                self.assertTrue(self.load("utm.campaign", ["title", name], ["Forged", value]))
                self.assertFalse(self.env["utm.campaign"].search([("title", "=", "Forged")]))

    def test_malformed_sender_is_told(self):
        said = self.load("utm.campaign", ["title", "cm_from_email"], ["Bad", "not an address"])
        self.assertIn("full e-mail address", said)


@tagged("post_install", "-at_install")
class TestExport(ImportMixin, SandboxCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.account = CampaignMasterCase.make_account.__func__(cls, cls.company)
        groups = ("sales_team.group_sale_salesman_all_leads", "base.group_allow_export")
        cls.seller = CampaignMasterCase.make_user.__func__(cls, "exporter", *groups)
        cls.campaign = cls.env["utm.campaign"].create({"title": "Exported", "cm_subject": "Hello"})
        people = cls.env["res.partner"].create(
            [{"name": f"Exported {n}", "email": f"exported-{n}@example.com"} for n in range(3)]
        )
        cls.campaign.cm_add_people("res.partner", [("id", "in", people.ids)])
        cls.campaign.cm_recipient_ids.sudo().write({"total_opens": 4, "first_open": "2026-01-02"})

    def export(self, model, names, domain, *, is_import_compatible):
        """The rows of the file that the web client downloads, by column."""
        self.authenticate("exporter", "exporter")
        order = {
            "model": model,
            "fields": [{"name": name, "label": name} for name in names],
            "ids": False,
            "domain": domain,
            "import_compat": is_import_compatible,
            "context": {},
            "groupby": [],
        }
        token = Request.csrf_token(self)
        answer = self.url_open(
            "/web/export/csv", data={"data": json.dumps(order), "csrf_token": token}
        )
        answer.raise_for_status()
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    def test_recipients_with_their_statistics(self):
        names = ["campaign_id", "partner_id", "email", "state", *STATISTICS]
        domain = [("campaign_id", "=", self.campaign.id)]
        rows = self.export("campaign.master.recipient", names, domain, is_import_compatible=False)
        self.assertEqual(
            {row["email"] for row in rows}, {f"exported-{n}@example.com" for n in range(3)}
        )
        for row in rows:
            self.assertEqual((row["campaign_id"], row["state"]), ("Exported", "To add"))
            self.assertEqual((row["total_opens"], row["first_open"][:10]), ("4", "2026-01-02"))

    def test_exported_campaigns_come_back_by_import(self):
        names = ["id", "title", "cm_subject"]
        domain = [("id", "=", self.campaign.id)]
        [row] = self.export("utm.campaign", names, domain, is_import_compatible=True)
        changed = [row["id"], row["title"], "Another subject"]
        self.assertFalse(self.load("utm.campaign", names, changed))
        self.assertEqual(self.campaign.cm_subject, "Another subject")

    def test_exported_recipients_make_those_of_another_campaign(self):
        domain = [("campaign_id", "=", self.campaign.id)]
        rows = self.export(
            "campaign.master.recipient", ["partner_id/id"], domain, is_import_compatible=True
        )
        copy = self.campaign.copy({"title": "Imported again"})
        said = self.load(
            "campaign.master.recipient",
            ["campaign_id", "partner_id/id"],
            *(["Imported again", row["partner_id/id"]] for row in rows),
        )
        self.assertFalse(said)
        self.assertEqual(
            copy.cm_recipient_ids.partner_id, self.campaign.cm_recipient_ids.partner_id
        )
        self.assertEqual(sum(copy.cm_recipient_ids.mapped("total_opens")), 0)

    def test_recipients_that_are_there_cannot_be_changed_by_a_file(self):
        domain = [("campaign_id", "=", self.campaign.id)]
        rows = self.export("campaign.master.recipient", ["id"], domain, is_import_compatible=True)
        said = self.load("campaign.master.recipient", ["id", "total_opens"], [rows[0]["id"], "99"])
        self.assertTrue(said)
        self.assertEqual(set(self.campaign.cm_recipient_ids.mapped("total_opens")), {4})
