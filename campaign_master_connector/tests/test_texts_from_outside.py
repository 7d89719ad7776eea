"""Names and answers from outside hide nothing, can be told apart and calculate nothing."""

import io
import json

import openpyxl
from odoo import http
from odoo.tests import HttpCase, TransactionCase, tagged

from ..services.campaign_text import as_name, in_a_cell
from .common import CampaignMasterCase, SandboxCase

PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
NAMES = {
    "Spring\u202egnirpS": "SpringgnirpS",
    "\u2066Spring\u2069 \u200eoffers\u200f\u061c": "Spring offers",
    "Spr\u200bing\ufeff": "Spring",
    "Spr\u00ading\u2060": "Spring",
    "Spr\u200ding": "Spring",
    "\u200cSpring\u200d": "Spring",
    "Spring\u3164\u2800": "Spring",
    "Spring\U000e0041": "Spring",
    "\u202a\u202c": "",
    # A joiner that the script needs, as in Hindi, an emoji of several.
    PERSIAN: PERSIAN,
    "\u0915\u094d\u200d\u0937": "\u0915\u094d\u200d\u0937",
    "\U0001f469\u200d\U0001f4bb": "\U0001f469\u200d\U0001f4bb",
    "\u2764\ufe0f\u200d\U0001f525": "\u2764\ufe0f\u200d\U0001f525",
    "\u05e9\u05dc\u05d5\u05dd": "\u05e9\u05dc\u05d5\u05dd",
    "Cafe\u0301": "Caf\u00e9",
    "M\u00fcller \u5f20\u4f1f": "M\u00fcller \u5f20\u4f1f",
    "=1+1": "\u201c=1+1\u201d",
    "\ufeff+1": "\u201c+1\u201d",
    " -1": "\u201c-1\u201d",
    "@SUM(A1)": "\u201c@SUM(A1)\u201d",
    "1 = 1": "1 = 1",
}
CELLS = {
    "=1+1": "'=1+1",
    "+1": "'+1",
    "-1": "'-1",
    "@SUM(A1)": "'@SUM(A1)",
    "\ufeff=1+1": "'=1+1",
    "\t=1+1": "'=1+1",
    " \u200b\u2060 =1+1": "'=1+1",
    "\ufeffplain": "plain",
    "\u202e": "\u202e",
    "a=b": "a=b",
    "": "",
}


@tagged("post_install", "-at_install")
class TestTextsFromOutside(TransactionCase):
    def test_names(self):
        for text, name in NAMES.items():
            with self.subTest(text=ascii(text)):
                self.assertEqual(ascii(as_name(text)), ascii(name))
                self.assertEqual(as_name(as_name(text)), as_name(text))

    def test_cells(self):
        for text, cell in CELLS.items():
            with self.subTest(text=ascii(text)):
                self.assertEqual(ascii(in_a_cell(text)), ascii(cell))


@tagged("post_install", "-at_install")
class TestNamesOfChoices(CampaignMasterCase):
    def test_lists_with_one_name_say_which_they_are(self):
        twin = self.control.create_list("Cust\u200bomers\u202e")
        self.pull_choices()
        seller = self.make_user("seller", "sales_team.group_sale_salesman")
        lists = self.env["campaign.master.list"].with_user(seller)
        self.assertEqual(
            {name for _id, name in lists.name_search("")},
            {f"Customers ({self.customers})", f"Customers ({twin})", "Newsletter"},
        )
        self.control.delete_list(twin)
        self.pull_choices()
        self.env.invalidate_all()
        gone = lists.with_context(active_test=False).search([("external_id", "=", twin)])
        self.assertEqual(gone.display_name, f"Customers ({twin})")


@tagged("post_install", "-at_install")
class TestExportedTexts(SandboxCase, HttpCase):
    """Files as the web client asks for them."""

    def setUp(self):
        super().setUp()
        self.authenticate("admin", "admin")
        account = self.env["campaign.master.account"].search([], limit=1)
        account = account or self.env["campaign.master.account"].create({})
        self.choice = self.env["campaign.master.list"].create(
            {"account_id": account.id, "external_id": 7, "name": "=1+1"}
        )
        self.campaign = self.env["utm.campaign"].create(
            {"title": "Exported", "cm_list_id": self.choice.id, "cm_subject": "@SUM(A1)"}
        )
        person = self.env["res.partner"].create({"name": "-2", "email": "=3"})
        self.env["campaign.master.recipient"].create(
            {"campaign_id": self.campaign.id, "partner_id": person.id}
        ).server_message = "\ufeff+4"
        self.env.flush_all()

    def exported(self, kind, model, names, ids):
        data = {
            "model": model,
            "fields": [{"name": name, "label": name, "type": "char"} for name in names],
            "ids": ids,
            "domain": [],
            "groupby": [],
            "import_compat": False,
            "context": {},
        }
        form = {"data": json.dumps(data), "csrf_token": http.Request.csrf_token(self)}
        answer = self.url_open(f"/web/export/{kind}", form)
        answer.raise_for_status()
        return answer.content

    def test_no_cell_is_a_formula(self):
        recipients = self.campaign.cm_recipient_ids
        for model, names, ids in (
            (recipients._name, ["display_name", "email", "server_message"], recipients.ids),
            (
                "utm.campaign",
                ["cm_list_id", "cm_subject", "cm_recipient_ids/email"],
                self.campaign.ids,
            ),
            ("campaign.master.list", ["name", "display_name"], self.choice.ids),
        ):
            book = openpyxl.load_workbook(io.BytesIO(self.exported("xlsx", model, names, ids)))
            cells = [cell for row in book.active.iter_rows(min_row=2) for cell in row]
            self.assertTrue(all(cell.value for cell in cells), [cell.value for cell in cells])
            for cell in cells:
                with self.subTest(model=model, cell=cell.value):
                    self.assertEqual(cell.data_type, "s")
                    self.assertIn(cell.value[0], "'\u201c")
            text = self.exported("csv", model, names, ids).decode("utf-8-sig")
            for value in text.splitlines()[1].strip('"').split('","'):
                with self.subTest(model=model, value=value):
                    self.assertIn(value[0], "'\u201c")
