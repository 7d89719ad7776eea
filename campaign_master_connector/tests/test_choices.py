"""Lists and templates: pulled by themselves, never older than a minute, never in the way."""

import json
import time
from datetime import timedelta
from unittest.mock import patch

import responses
from odoo import fields
from odoo.tests import Form, HttpCase, tagged

from ..campaign_master_api import Timeouts
from ..models import campaign_master_account_connection as connection
from ..services import account_session, transaction
from .common import CampaignMasterCase

MINUTE_AND_A_BIT = "2020-01-01"


@tagged("post_install", "-at_install")
class TestChoices(CampaignMasterCase):
    def names(self, model="list", archived=False):
        records = self.env[f"campaign.master.{model}"].with_context(active_test=not archived)
        return sorted(records.search([]).mapped("name"))

    def minute_passes(self):
        self.account.choices_attempted_at = MINUTE_AND_A_BIT

    def open_new(self):
        return Form(self.env["utm.campaign"])

    def test_lists_and_templates_are_there_when_a_new_form_opens(self):
        self.assertEqual(self.names(), [])
        self.open_new()
        self.assertEqual(self.names(), ["Customers", "Newsletter"])
        self.assertEqual(self.names("template"), ["Spring", "Summer"])
        self.assertEqual(self.calls(), {"authenticate": 1, "listLists": 1, "listTemplates": 1})

    def test_they_are_pulled_when_an_existing_campaign_is_opened(self):
        campaign = self.env["utm.campaign"].create({"title": "A campaign"})
        Form(campaign)
        self.assertEqual(self.names(), ["Customers", "Newsletter"])

    def test_they_are_pulled_at_most_once_a_minute(self):
        for _time in range(3):
            self.open_new()
        self.env["campaign.master.list"].name_search("")
        self.assertEqual(self.calls()["listLists"], 1)
        self.minute_passes()
        self.open_new()
        self.assertEqual(self.calls()["listLists"], 2)

    def test_drop_down_of_a_form_that_was_open_for_long_is_fresh(self):
        self.open_new()
        self.control.create_list("Made just now")
        self.minute_passes()
        found = self.env["campaign.master.list"].name_search("just now")
        self.assertEqual([name for _id, name in found], ["Made just now"])
        self.minute_passes()
        self.control.create_template("Also new")
        found = self.env["campaign.master.template"].web_search_read([], {"name": {}})
        self.assertIn("Also new", [record["name"] for record in found["records"]])

    def test_saving_a_form_makes_no_call(self):
        form = self.open_new()
        form.title = "A campaign"
        self.control.clear_calls()
        self.minute_passes()
        form.save()
        self.assertEqual(self.calls(), {})

    def test_one_that_is_gone_is_archived_and_stays_on_its_campaigns(self):
        campaign = self.make_campaign()
        gone = campaign.cm_list_id
        self.control.delete_list(self.customers)
        self.pull_choices()
        self.assertTrue(gone.exists())
        self.assertFalse(gone.active)
        self.assertEqual(campaign.cm_list_id, gone)
        self.assertEqual(self.names(), ["Newsletter"])
        self.assertEqual(self.names(archived=True), ["Customers", "Newsletter"])

    def test_renamed_one_keeps_its_record(self):
        self.pull_choices()
        record = self.choice("list", self.customers)
        self.control.rename_list(self.customers, "Good customers")
        self.pull_choices()
        self.assertEqual(record.name, "Good customers")
        self.assertEqual(len(self.names(archived=True)), 2)

    def test_one_that_came_back_is_active_again(self):
        self.pull_choices()
        record = self.choice("list", self.customers)
        record.active = False
        self.pull_choices()
        self.assertTrue(record.active)

    def test_more_than_a_page_of_templates_is_pulled(self):
        for number in range(120):
            self.control.create_template(f"Template {number}")
        self.pull_choices()
        self.assertEqual(len(self.names("template")), 122)

    def test_pulling_the_same_again_writes_nothing(self):
        self.pull_choices()
        records = self.env["campaign.master.list"].search([])
        self.env.flush_all()
        self.env.cr.execute("UPDATE campaign_master_list SET write_date = '2020-01-01'")
        records.invalidate_recordset()
        self.pull_choices()
        self.assertEqual(
            {str(date) for date in records.mapped("write_date")}, {"2020-01-01 00:00:00"}
        )

    def test_names_of_the_server_have_no_markup(self):
        self.control.rename_list(
            self.customers, "<script>alert(1)</script>Good <b>ones</b> & 1 < 2"
        )
        self.control.update_template(self.spring, name="<img src=x onerror=alert(1)>")
        self.control.update_template(self.summer, name="<<b>script>alert(2)<<i>/script>")
        self.pull_choices()
        self.assertEqual(self.choice("list", self.customers).name, "alert(1)Good ones & 1 < 2")
        self.assertEqual(self.choice("template", self.spring).name, f"Unnamed ({self.spring})")
        self.assertEqual(self.choice("template", self.summer).name, "alert(2)")

    def test_name_of_a_megabyte_of_brackets_is_cut_before_it_is_read(self):
        lists = self.env["campaign.master.list"]
        for worst in ("<", "<a", "<a>", "<>", ">", "< "):
            self.assertLessEqual(len(lists._plain(worst * 2**20, 7)), 255)
        nested = "<" * 100 + "b" + ">" * 100 + "Name"
        self.assertEqual(lists._plain(nested, 7), "Name")

    def endless(self, key, server):
        """Have ``server`` answer with pages of lists or templates that never end."""

        def answer(request):
            number, size = (int(request.params[name]) for name in ("page", "pageSize"))
            ids = range((number - 1) * size + 1, number * size + 1)
            rows = [{"id": one, "name": f"Number {one}", "html": "<p>"} for one in ids]
            body = {"currentPage": number, "isLastPage": False, key: rows}
            return 200, {}, json.dumps(body)

        address = f"{self.account.api_url}/api/v1/{key}"
        server.add_callback("GET", address, answer, content_type="application/json")

    def test_more_than_anybody_chooses_from_is_refused_with_a_sentence(self):
        self.pull_choices()
        for key in ("lists", "templates"):
            with self.subTest(key=key), responses.RequestsMock() as server:
                if key == "templates":
                    answer = {"currentPage": 1, "isLastPage": True, "lists": []}
                    server.get(f"{self.account.api_url}/api/v1/lists", json=answer)
                self.endless(key, server)
                self.account.write({"choices_attempted_at": False, "choices_rest_until": False})
                form = self.open_patiently()
                self.assertIn("more than 10,000 lists or templates", form.cm_connection_notice)
                self.assertEqual(self.account.connection_state, "connected")
                self.assertEqual(self.names(), ["Customers", "Newsletter"])
                calls = len(server.calls)
                self.assertLessEqual(calls, 102)
                self.minute_passes()
                self.open_patiently()
                self.run_cron()
                # Each minute so many calls would use up everybody's hour.
                self.assertEqual(len(server.calls), calls)
        self.account.choices_rest_until = False
        self.minute_passes()
        self.assertFalse(self.open_patiently().cm_connection_notice)

    def open_patiently(self):
        with (
            patch.dict(account_session.WHILE_A_FORM_OPENS, {"timeouts": Timeouts()}),
            patch.object(connection, "SECONDS_WHILE_A_FORM_OPENS", 60.0),
        ):
            return self.open_new()

    def test_too_many_are_refused_in_the_background_too(self):
        self.pull_choices()
        self.minute_passes()
        with responses.RequestsMock() as server:
            self.endless("lists", server)
            self.account.choices_attempted_at = fields.Datetime.now()
            self.account.choices_refreshed_at = MINUTE_AND_A_BIT
            self.run_cron()
            self.assertEqual(len(server.calls), 11)
            self.run_cron()
            self.assertEqual(len(server.calls), 11)
        self.assertIn("more than 10,000", self.account.choices_problem)

    def test_two_forms_at_once_pull_once(self):
        self.minute_passes()
        with patch.object(transaction, "try_account_lock", return_value=False):
            self.open_new()
        self.assertEqual(self.calls(), {})

    def test_list_with_an_id_beyond_32_bits_can_be_chosen(self):
        self.pull_choices()
        self.minute_passes()
        address = f"{self.account.api_url}/api/v1"
        answer = {"currentPage": 1, "isLastPage": True}
        with responses.RequestsMock() as server:
            server.get(f"{address}/lists", json={**answer, "lists": [{"id": 2**40, "name": "Big"}]})
            server.get(f"{address}/templates", json={**answer, "templates": []})
            self.open_new()
        self.assertEqual(self.choice("list", 2**40).name, "Big")


@tagged("post_install", "-at_install")
class TestChoicesWithoutServer(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.campaign = self.make_campaign()
        self.account.write(
            {"choices_attempted_at": MINUTE_AND_A_BIT, "choices_refreshed_at": MINUTE_AND_A_BIT}
        )

    def open_campaign(self):
        """Open the form, which must show what was last known within two seconds."""
        started = time.monotonic()
        form = Form(self.campaign)
        self.assertLess(time.monotonic() - started, 2)
        self.assertEqual(form.cm_list_id.name, "Customers")
        self.assertEqual(form.cm_template_id.name, "Spring")
        self.assertEqual(len(self.env["campaign.master.list"].search([])), 2)
        return form

    def test_form_opens_and_says_so_whatever_is_wrong_with_the_server(self):
        for fault in (
            "drop_connection",
            "server_error",
            "service_unavailable",
            "html_page",
            "malformed_json",
            "incomplete_json",
            "wrong_types",
            "redirect",
        ):
            with self.subTest(fault=fault):
                self.control.clear_faults()
                self.control.set_fault(fault)
                self.account.choices_attempted_at = MINUTE_AND_A_BIT
                notice = self.open_campaign().cm_connection_notice
                self.assertIn("Lists and templates are as of", notice)
        self.control.clear_faults()
        self.account.choices_attempted_at = MINUTE_AND_A_BIT
        self.assertFalse(self.open_campaign().cm_connection_notice)

    def test_form_opens_when_nothing_listens(self):
        self.account.write({"api_url": "http://127.0.0.1:9", "password": "demo"})
        self.assertIn("can't be reached", self.open_campaign().cm_connection_notice)

    def test_form_opens_in_time_when_each_answer_is_slow(self):
        for number in range(150):
            self.control.create_template(f"Template {number}")
        self.control.set_fault("latency", seconds=0.6)
        self.assertIn("Lists and templates are as of", self.open_campaign().cm_connection_notice)

    def test_what_takes_too_long_for_a_form_is_pulled_in_the_background(self):
        for number in range(150):
            self.control.create_template(f"Template {number}")
        self.control.set_fault("latency", seconds=0.6)
        self.open_campaign()
        self.run_cron()
        self.assertEqual(len(self.env["campaign.master.template"].search([])), 152)
        self.assertFalse(Form(self.campaign).cm_connection_notice)
        self.control.clear_calls()
        self.run_cron()
        self.assertEqual(self.calls(), {})

    def test_server_that_stays_down_is_left_alone_after_a_while(self):
        self.control.set_fault("service_unavailable")
        self.open_campaign()
        self.account.choices_attempted_at -= timedelta(minutes=3)
        self.control.clear_calls()
        self.run_cron()
        self.assertEqual(self.calls(), {})

    def test_form_opens_in_time_when_the_answer_drips(self):
        self.control.set_fault("slow_drip", seconds=30)
        self.assertIn("Lists and templates are as of", self.open_campaign().cm_connection_notice)

    def test_server_that_is_down_is_asked_once_a_minute_only(self):
        self.control.set_fault("service_unavailable")
        for _time in range(3):
            self.open_campaign()
        self.assertEqual(sum(self.calls().values()), 1)

    def test_wrong_password_is_told_and_not_tried_again(self):
        self.account.write({"password": "wrong"})
        notice = self.open_campaign().cm_connection_notice
        self.assertIn("refused the user name and password", notice)
        self.control.clear_calls()
        self.account.choices_attempted_at = MINUTE_AND_A_BIT
        self.open_campaign()
        self.assertEqual(self.calls(), {})

    def test_servers_of_many_companies_are_waited_for_together_no_longer_than_one(self):
        companies = self.env["res.company"].create([{"name": f"Branch {n}"} for n in range(1, 6)])
        for company in companies:
            self.make_account(company)
        accounts = self.env["campaign.master.account"].search([])
        self.account.choices_attempted_at = MINUTE_AND_A_BIT
        self.control.set_fault("latency", seconds=0.6)
        lists = self.env["campaign.master.list"].with_context(
            allowed_company_ids=[self.company.id, *companies.ids]
        )
        attempted = self.env["campaign.master.account"]
        for asked in range(1, 4):
            started = time.monotonic()
            lists.name_search("")
            self.assertLess(time.monotonic() - started, 2)
            attempted = accounts.filtered(lambda account: account._choices_are_fresh())
            self.assertEqual(len(attempted), asked, "the next one goes on with the others")
            self.assertIn(self.account, attempted, "who works in the company waits for its own")

    def test_half_an_answer_archives_nothing(self):
        self.control.set_fault("server_error", operation="listTemplates")
        self.control.delete_list(self.newsletter)
        self.open_campaign()
        self.assertTrue(self.choice("list", self.newsletter))


@tagged("post_install", "-at_install")
class TestChoicesOverTheWeb(CampaignMasterCase, HttpCase):
    """Here as with a replica of the database: a call that says it only reads can't write."""

    def call(self, method, *arguments):
        model = "campaign.master.list"
        params = {"model": model, "method": method, "args": arguments, "kwargs": {}}
        answer = self.url_open(f"/web/dataset/call_kw/{model}/{method}", json={"params": params})
        return answer.json()["result"]

    def test_what_is_pulled_is_written_at_the_first_attempt(self):
        self.authenticate("admin", "admin")
        for method, arguments in (
            ("name_search", ["Cust"]),
            ("web_name_search", ["Cust", {"display_name": {}}]),
            ("web_search_read", [[("name", "like", "Cust")], {"name": {}}]),
        ):
            with self.subTest(method=method), self.assertNoLogs("odoo.http", "WARNING"):
                self.account.choices_attempted_at = MINUTE_AND_A_BIT
                self.env.flush_all()
                self.assertTrue(self.call(method, *arguments))
                self.env.invalidate_all()
                self.assertTrue(self.account._choices_are_fresh())
