"""Campaigns and recipients through Odoo's own import and export, as a salesperson uses them."""

import csv
import io
import json

from odoo.exceptions import ValidationError
from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import file_open

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
        contacts, _leads, people = offered
        self.assertEqual(recipients.with_user(marketing).get_import_templates(), [contacts, people])
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
        said = self.load("campaign.master.recipient", header, row)
        self.assertIn("a recipient of the campaign already", said)
        self.assertEqual(len(self.campaign.cm_recipient_ids), 1)

    def load_recipients(self, header, *rows, user=None):
        return self.load("campaign.master.recipient", header, *rows, user=user)

    def test_file_with_external_ids_is_imported_twice(self):
        self.contact(name="First")
        self.contact("second@example.com", name="Second")
        header = ["id", "campaign_id", "partner_id"]
        first = ["row_1", "Imported people", "First"]
        self.assertFalse(self.load_recipients(header, first))
        said = self.load_recipients(header, first, ["row_2", "Imported people", "Second"])
        self.assertIn("imported before: __import__.row_1 (row 1)", said)
        self.assertEqual(
            self.campaign.cm_recipient_ids.mapped("partner_id.name"), ["First", "Second"]
        )
        self.assertIn("row_2 (row 2)", self.load_recipients(header, first, ["row_2", *first[1:]]))

    def test_one_that_is_there_does_not_stop_the_rest(self):
        there, new = self.contact(name="There"), self.contact("new@example.com", name="New")
        lead = self.lead(name="Lead there")
        self.add(self.campaign, there)
        self.add(self.campaign, lead)
        header = ["campaign_id", "partner_id", "lead_id"]
        rows = [["There", ""], ["New", ""], ["", "Lead there"], ["New", ""]]
        said = self.load_recipients(header, *(["Imported people", *row] for row in rows))
        self.assertIn("a recipient of the campaign already: row 1, row 3, row 4", said)
        self.assertEqual(self.campaign.cm_recipient_ids.partner_id, there | new)

    def test_error_in_a_row_imports_nothing_and_tells_both(self):
        self.add(self.campaign, self.contact(name="There"))
        self.contact("new@example.com", name="New")
        names = ("There", "New", "Nobody")
        said = self.load_recipients(
            ["campaign_id", "partner_id"], *(["Imported people", name] for name in names)
        )
        self.assertIn("Nobody", said)
        self.assertEqual(len(self.campaign.cm_recipient_ids), 1)

    def test_recipient_without_a_person_is_refused(self):
        said = self.load_recipients(["campaign_id", "partner_id"], ["Imported people", ""])
        self.assertIn("is a contact or a lead", said)
        for user in (self.env.user, self.seller):
            with self.assertRaisesRegex(ValidationError, "is a contact or a lead"):
                self.env["campaign.master.recipient"].with_user(user).create(
                    {"campaign_id": self.campaign.id}
                )
        self.assertFalse(self.campaign.cm_recipient_ids)
        deleted = self.contact("deleted@example.com")
        kept = self.add(self.campaign, deleted)
        deleted.unlink()
        self.assertEqual((kept.state, kept.state_reason), ("excluded", "deleted"))

    def test_known_addresses_find_their_contact_or_lead(self):
        contact = self.contact("Known@Example.com")
        one, other = (
            self.contact("two@example.com", name="One"),
            self.contact("two@example.com", name="Other"),
        )
        lead = self.lead("only-lead@example.com")
        both = self.lead("known@example.com")
        header = ["campaign_id", "import_name", "import_email"]
        rows = [
            ["Somebody", " known@example.com "],
            [" other", "Two <two@example.com>"],
            ["", "only-lead@example.com"],
            ["Nobody Known", "nobody@example.com"],
            ["No address", ""],
            ["Two addresses", "a@example.com b@example.com"],
        ]
        said = self.load_recipients(header, *(["Imported people", *row] for row in rows))
        self.assertIn("no contact or lead has the address", said)
        self.assertIn("Nobody Known, nobody@example.com (row 4)", said)
        self.assertIn(
            "No address (row 5), Two addresses, a@example.com b@example.com (row 6)", said
        )
        recipients = self.campaign.cm_recipient_ids
        self.assertEqual(recipients.partner_id, contact | other)
        self.assertEqual(recipients.lead_id, lead)
        self.assertFalse(self.env["res.partner"].search([("email", "=", "nobody@example.com")]))
        self.assertTrue(one and both)

    def test_unknown_people_become_contacts_where_the_file_says_so(self):
        known = self.contact("known@example.com")
        header = ["campaign_id", "import_name", "import_new_email"]
        rows = [
            ["Known", "known@example.com"],
            ["New Person", "NEW@example.com"],
            ["New Person", "new@example.com"],
            ["", "unnamed@example.com"],
        ]
        said = self.load_recipients(header, *(["Imported people", *row] for row in rows))
        self.assertIn("already: New Person, new@example.com (row 3)", said)
        made = self.campaign.cm_recipient_ids.partner_id - known
        self.assertEqual(
            sorted(made.mapped(lambda partner: (partner.name, partner.email))),
            [("New Person", "new@example.com"), ("unnamed@example.com", "unnamed@example.com")],
        )
        self.assertEqual(self.states(self.campaign), {"pending": 3})

    def test_people_that_the_user_may_not_see_are_unknown(self):
        self.contact(
            "elsewhere@example.com",
            company_id=self.env["res.company"].create({"name": "Second Company"}).id,
        )
        own = self.make_user("own", "sales_team.group_sale_salesman")
        self.lead("of-another@example.com", user_id=self.seller.id)
        rows = [
            ["Imported people", "elsewhere@example.com"],
            ["Imported people", "of-another@example.com"],
        ]
        said = self.load_recipients(["campaign_id", "import_email"], *rows, user=own)
        self.assertIn("elsewhere@example.com (row 1), of-another@example.com (row 2)", said)
        self.assertFalse(self.campaign.cm_recipient_ids)

    def test_columns_of_people_are_known_by_their_usual_headers(self):
        tree = (
            self.env["base_import.import"]
            .with_user(self.seller)
            .get_fields_tree("campaign.master.recipient")
        )
        names = {field["string"]: field["name"] for field in tree}
        self.assertEqual((names["Name"], names["E-mail"]), ("import_name", "import_email"))
        for header, name in (("Name", "import_name"), ("Email", "import_email")):
            suggested = self.env["base_import.import"]._get_mapping_suggestion(
                header, tree, ["char"], {}
            )
            self.assertEqual(suggested["field_path"], [name])

    def test_many_rows_take_few_queries(self):
        self.contacts(200)
        header = ["campaign_id", "import_email"]
        rows = [["Imported people", f"person-{n}@example.com"] for n in range(1, 201)]
        queries = []
        for part in (rows[:20], rows[20:]):
            before = self.env.cr.sql_log_count
            self.assertFalse(self.load_recipients(header, *part))
            queries.append(self.env.cr.sql_log_count - before)
        # Odoo itself looks the campaign up for each row.
        self.assertLess(queries[1] - queries[0], 160 + 20)
        self.assertEqual(self.states(self.campaign), {"pending": 200})

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


@tagged("post_install", "-at_install")
class TestImportPage(SandboxCase, HttpCase):
    """Odoo's import page stops at the first batch that has a message; of who is left out, not."""

    ANSWER = {
        "ids": [1],
        "nextrow": 2000,
        "messages": [
            {"left_out": True, "type": "warning", "message": "Left out: row 1"},
            {"type": "error", "message": "A real error"},
        ],
    }
    CODE = """
        const { BaseImportModel } = odoo.loader.modules.get("@base_import/import_model");
        const told = [];
        const model = Object.assign(Object.create(BaseImportModel.prototype), {
            orm: { silent: { call: async () => (%s) } },
            env: {
                services: { notification: { add: (text, { type }) => told.push([text, type]) } },
            },
        });
        Object.defineProperty(model, "importOptions", { value: {} });
        model._callImport(false, []).then(({ ids, messages, nextrow }) => {
            const texts = messages.map(({ message }) => message);
            const seen = JSON.stringify([told, texts, ids, nextrow]);
            const expected = '[[["Left out: row 1","warning"]],["A real error"],[1],2000]';
            console[seen === expected ? "log" : "error"](
                seen === expected ? "test successful" : seen
            );
        });
    """

    def test_left_out_is_told_beside_and_stops_nothing(self):
        self.browser_js(
            "/odoo",
            self.CODE % json.dumps(self.ANSWER),
            "odoo.loader.modules.has('@base_import/import_model')",
            login="admin",
        )
