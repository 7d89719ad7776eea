"""Lists and templates: pulled while a form is open, at most once a minute, and never in the way."""

import json
from datetime import timedelta
from unittest.mock import patch

import responses
from freezegun import freeze_time
from odoo import fields
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger
from psycopg2.errors import SerializationFailure

from ..models import campaign_master_account_connection as connection
from ..services import transaction
from .common import CampaignMasterCase

MINUTE_AND_A_BIT = "2020-01-01"


class ChoicesCase(CampaignMasterCase):
    def names(self, model="list", archived=False):
        records = self.env[f"campaign.master.{model}"].with_context(active_test=not archived)
        return sorted(records.search([]).mapped("name"))

    def minute_passes(self):
        self.account.choices_attempted_at = MINUTE_AND_A_BIT

    def refresh(self, campaign=None, **how):
        """What the widget of a form does; of a new campaign without one."""
        return (campaign or self.env["utm.campaign"]).cm_refresh_choices(**how)

    def answer(self, lists=(), templates=()):
        """Answers of a server that tells these rows, for the next refresh."""
        server = self.enterContext(responses.RequestsMock())
        address = f"{self.account.api_url}/api/v1"
        told = {"currentPage": 1, "isLastPage": True}
        server.get(f"{address}/lists", json={**told, "lists": list(lists)})
        server.get(f"{address}/templates", json={**told, "templates": list(templates)})


@tagged("post_install", "-at_install")
class TestChoices(ChoicesCase):
    def test_widget_of_a_new_campaign_pulls_lists_and_templates(self):
        self.assertEqual(self.names(), [])
        told = self.refresh()
        self.assertEqual(self.names(), ["Customers", "Newsletter"])
        self.assertEqual(self.names("template"), ["Spring", "Summer"])
        self.assertEqual(self.calls(), {"authenticate": 1, "listLists": 1, "listTemplates": 1})
        self.assertEqual((told["notice"], told["changed"], told["waits"]), (False, True, False))
        self.assertTrue(told["as_of"])

    def test_nothing_that_reads_makes_a_call(self):
        campaign = self.make_campaign()
        self.minute_passes()
        lists = self.env["campaign.master.list"]
        Form(self.env["utm.campaign"])
        form = Form(campaign)
        form.title = "Another title"
        form.save()
        campaign.web_read({"cm_connection_notice": {}})
        lists.name_search("")
        lists.web_name_search("", {"display_name": {}})
        lists.web_search_read([], {"name": {}})
        self.assertEqual(self.calls(), {})
        self.assertEqual(self.refresh(campaign)["changed"], False)
        self.assertEqual(self.calls(), {"listLists": 1, "listTemplates": 1})

    def test_they_are_pulled_at_most_once_a_minute(self):
        campaign = self.env["utm.campaign"].create({"title": "A campaign"})
        for _time in range(3):
            self.refresh()
            self.refresh(campaign)
            self.refresh(campaign, is_asked_for=True)
        self.assertEqual(self.calls()["listLists"], 1)
        self.minute_passes()
        self.refresh(campaign)
        self.assertEqual(self.calls()["listLists"], 2)

    def test_list_that_was_made_meanwhile_is_in_the_drop_down_when_the_window_is_back(self):
        self.refresh()
        self.control.create_list("Made just now")
        self.minute_passes()
        self.assertTrue(self.refresh()["changed"])
        found = self.env["campaign.master.list"].name_search("just now")
        self.assertEqual([name for _id, name in found], ["Made just now"])
        self.minute_passes()
        self.assertFalse(self.refresh()["changed"])

    def test_who_may_not_use_campaign_master_costs_no_call(self):
        employee = self.make_user("employee")
        told = self.env["utm.campaign"].with_user(employee).cm_refresh_choices()
        self.assertEqual(set(told.values()), {False})
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
            self.assertLessEqual(len(lists._plain(worst * 2**20, "7")), 257)
        nested = "<" * 100 + "b" + ">" * 100 + "Name"
        self.assertEqual(lists._plain(nested, "7"), "Name")

    def test_list_shows_how_many_are_on_it_where_that_is_told(self):
        self.pull_choices()
        self.minute_passes()
        self.answer(
            [{"id": 7, "name": "Told", "recipientCount": 12}, {"id": 8, "name": "Not told"}]
        )
        self.refresh()
        told, untold = self.choice("list", 7), self.choice("list", 8)
        self.assertEqual((told.recipient_count, told.is_counted), (12, True))
        self.assertFalse(untold.is_counted)
        self.assertEqual(told.as_of, self.account.choices_refreshed_at)

    def test_odd_rows_cost_nothing_but_themselves(self):
        self.pull_choices()
        self.minute_passes()
        self.answer(
            [
                {"id": str(self.customers), "name": "Customers", "recipientCount": "12"},
                {"id": "a1b2-GUID", "name": None},
                {"id": None, "name": "Without an id"},
            ],
            [{"id": 7.0, "name": "Spring again"}],
        )
        self.refresh()
        self.assertEqual(self.choice("list", self.customers).recipient_count, 12)
        self.assertEqual(self.choice("list", "a1b2-GUID").name, "Unnamed (a1b2-GUID)")
        self.assertEqual(self.choice("template", "7").name, "Spring again")
        self.assertTrue(self.choice("list", self.newsletter), "it may be what can't be read")
        self.assertIn("deviation", self.account.deviation_notice)

    def test_list_with_an_id_beyond_32_bits_can_be_chosen(self):
        self.pull_choices()
        self.minute_passes()
        self.answer([{"id": 2**40, "name": "Big"}])
        self.refresh()
        self.assertEqual(self.choice("list", 2**40).name, "Big")

    def test_button_of_the_menu_pulls_those_of_all_companies_that_are_worked_in(self):
        other = self.env["res.company"].create({"name": "Branch"})
        account = self.make_account(other)
        lists = self.env["campaign.master.list"].with_context(
            allowed_company_ids=[self.company.id, other.id]
        )
        self.assertEqual(lists.action_cm_refresh()["tag"], "soft_reload")
        self.assertTrue(self.account.choices_refreshed_at and account.choices_refreshed_at)
        self.assertEqual(self.calls()["listLists"], 2)
        self.minute_passes()
        self.control.set_fault("service_unavailable")
        self.assertIn("status 503", lists.action_cm_refresh()["params"]["message"])


@tagged("post_install", "-at_install")
class TestCostOfChoices(ChoicesCase):
    """A hundredth of the month's calls at most, whoever opens how many forms."""

    def open_forms(self, times):
        """A form every hour from the first of a month on; how many calls that took in all."""
        begin = fields.Datetime.from_string("2026-02-01 00:00:10")
        for hour in range(times):
            with freeze_time(begin + timedelta(hours=hour)):
                self.account.invalidate_recordset()
                self.refresh()
        return sum(self.calls().values())

    def test_forms_that_open_all_month_cost_a_hundredth_of_the_calls(self):
        self.account.monthly_limit = 2_000
        self.assertLessEqual(self.open_forms(28 * 24), 20)
        self.assertGreater(sum(self.calls().values()), 15)
        self.assertEqual(self.account.choices_month_calls, sum(self.calls().values()))

    def test_large_account_is_refreshed_less_often_and_says_as_of_when(self):
        self.pull_choices()
        self.account.choices_calls = 52
        now = fields.Datetime.now()
        self.account.choices_attempted_at = now - timedelta(minutes=20)
        self.account.choices_refreshed_at = now - timedelta(minutes=20)
        told = self.refresh(is_asked_for=True)
        self.assertEqual(self.calls(), {})
        self.assertTrue(told["as_of"])
        self.account.choices_attempted_at = now - timedelta(minutes=27)
        self.account.choices_refreshed_at = now - timedelta(minutes=27)
        self.refresh(is_asked_for=True)
        self.assertEqual(self.calls()["listLists"], 1)

    def test_used_up_hundredth_waits_and_says_so_but_a_person_may_ask(self):
        self.pull_choices()
        self.account.choices_month_calls = 500
        self.minute_passes()
        self.assertTrue(self.refresh()["waits"])
        self.assertEqual(self.calls(), {})
        self.refresh(is_asked_for=True)
        self.assertEqual(self.calls()["listLists"], 1)

    def test_month_that_is_nearly_used_up_keeps_its_last_calls(self):
        self.pull_choices()
        self.account.month_calls = 49_999
        self.minute_passes()
        self.assertTrue(self.refresh()["waits"])
        self.assertEqual(self.calls(), {})

    def test_server_that_is_down_uses_up_nothing(self):
        self.pull_choices()
        before = self.account.choices_month_calls
        self.control.set_fault("service_unavailable")
        for _time in range(5):
            self.minute_passes()
            self.refresh()
        self.assertEqual(self.account.choices_month_calls, before)

    def endless(self, key):
        """A server whose pages of lists or templates never end."""

        def answer(request):
            number, size = (int(request.params[name]) for name in ("page", "pageSize"))
            ids = range((number - 1) * size + 1, number * size + 1)
            rows = [{"id": one, "name": f"Number {one}", "html": "<p>"} for one in ids]
            body = {"currentPage": number, "isLastPage": False, key: rows}
            return 200, {}, json.dumps(body)

        server = responses.RequestsMock()
        address = f"{self.account.api_url}/api/v1"
        server.add_callback("GET", f"{address}/{key}", answer, content_type="application/json")
        if key == "templates":
            empty = {"currentPage": 1, "isLastPage": True, "lists": []}
            server.get(f"{address}/lists", json=empty)
        return server

    def test_more_than_anybody_chooses_from_is_refused_with_a_sentence(self):
        self.pull_choices()
        for key, most_calls in (("lists", 11), ("templates", 102)):
            with self.subTest(key=key), self.endless(key) as server:
                self.account.write({"choices_attempted_at": False, "choices_problem": False})
                told = self.refresh(is_asked_for=True)
                self.assertIn("more than 10,000 lists or templates", told["notice"])
                self.assertEqual(self.account.connection_state, "connected")
                self.assertEqual(self.names(), ["Customers", "Newsletter"])
                calls = len(server.calls)
                self.assertLessEqual(calls, most_calls)
                # Each minute so many calls would use up everybody's hour.
                self.account.choices_attempted_at = fields.Datetime.now() - timedelta(minutes=2)
                self.refresh(is_asked_for=True)
                self.assertEqual(len(server.calls), calls)
        self.minute_passes()
        self.assertFalse(self.refresh(is_asked_for=True)["notice"])


@tagged("post_install", "-at_install")
class TestChoicesWithoutServer(ChoicesCase):
    def setUp(self):
        super().setUp()
        self.campaign = self.make_campaign()
        self.account.write(
            {"choices_attempted_at": MINUTE_AND_A_BIT, "choices_refreshed_at": MINUTE_AND_A_BIT}
        )

    def notice(self):
        """What the form says once its widget has asked; it shows what was last known."""
        notice = self.refresh(self.campaign)["notice"]
        form = Form(self.campaign)
        self.assertEqual(form.cm_list_id.name, "Customers")
        self.assertEqual(form.cm_template_id.name, "Spring")
        self.assertEqual(form.cm_connection_notice or False, notice)
        self.assertEqual(len(self.env["campaign.master.list"].search([])), 2)
        return notice

    def test_notice_says_so_whatever_is_wrong_with_the_server(self):
        for fault in (
            "drop_connection",
            "server_error",
            "service_unavailable",
            "html_page",
            "malformed_json",
            "redirect",
        ):
            with self.subTest(fault=fault):
                self.control.clear_faults()
                self.control.set_fault(fault)
                self.minute_passes()
                self.assertIn("Lists and templates are as of", self.notice())
        self.control.clear_faults()
        self.minute_passes()
        self.assertFalse(self.notice())

    def test_nothing_listens(self):
        self.account.write({"api_url": "http://127.0.0.1:9", "password": "demo"})
        self.assertIn("can't be reached", self.notice())

    def test_slow_server_is_waited_for_since_nobody_waits_for_the_widget(self):
        for number in range(150):
            self.control.create_template(f"Template {number}")
        self.control.set_fault("latency", seconds=0.6)
        told = self.refresh(self.campaign)
        self.assertFalse(told["notice"])
        self.assertEqual(len(self.env["campaign.master.template"].search([])), 152)

    def test_refresh_ends_after_its_seconds(self):
        self.account._refresh_choices_if_stale(seconds=-1)
        self.assertEqual(self.calls(), {})

    def test_server_that_is_down_is_asked_once_a_minute_only(self):
        self.control.set_fault("service_unavailable")
        for _time in range(3):
            self.notice()
        self.assertEqual(sum(self.calls().values()), 1)

    def test_wrong_password_is_told_and_not_tried_again(self):
        self.account.write({"password": "wrong"})
        self.assertIn("refused the user name and password", self.notice())
        self.control.clear_calls()
        self.minute_passes()
        self.notice()
        self.assertEqual(self.calls(), {})

    def test_half_an_answer_archives_nothing(self):
        self.control.set_fault("server_error", operation="listTemplates")
        self.control.delete_list(self.newsletter)
        self.notice()
        self.assertTrue(self.choice("list", self.newsletter))


@tagged("post_install", "-at_install")
class TestChoicesOfSeveralAtOnce(ChoicesCase):
    def collide(self, times):
        """Let others change the same rows so many times, just when lists are stored."""
        lists = type(self.env["campaign.master.list"])
        store = lists._store
        collisions = iter(range(times))

        def collide(model, account, pulled, are_all):
            if next(collisions, None) is not None:
                raise SerializationFailure("could not serialize access due to concurrent update")
            return store(model, account, pulled, are_all)

        self.patch(lists, "_store", collide)

    def as_outside_of_tests(self):
        """Writing again after a collision, on the cursor of a test."""
        return patch.multiple(
            transaction,
            in_test=lambda: False,
            commit=lambda env: env.flush_all(),
            rollback=lambda env: env.invalidate_all(),
        )

    def test_collision_repeats_no_call(self):
        self.collide(2)
        with self.as_outside_of_tests():
            self.refresh()
        self.assertEqual(self.calls(), {"authenticate": 1, "listLists": 1, "listTemplates": 1})
        self.assertTrue(self.choice("list", self.customers))
        self.assertTrue(self.account.choices_refreshed_at)

    def test_collision_each_time_fails_no_form(self):
        self.collide(99)
        with self.as_outside_of_tests():
            self.assertFalse(self.refresh()["changed"])
        self.assertFalse(self.account.choices_refreshed_at)
        self.assertEqual(self.account.connection_state, "connected")

    def test_account_that_raises_stops_no_other(self):
        broken = self.make_account(self.env["res.company"].create({"name": "Second Company"}))
        accounts = type(self.account)
        are_due = accounts._choices_are_due

        def raises(account, is_asked_for=False):
            if account == broken:
                raise ZeroDivisionError
            return are_due(account, is_asked_for)

        self.patch(accounts, "_choices_are_due", raises)
        with mute_logger(connection.__name__):
            (broken | self.account)._refresh_choices_if_stale()
        self.assertTrue(self.choice("list", self.customers))

    def test_account_whose_choices_somebody_pulls_now_is_left_alone(self):
        other = self.hold_lock(transaction.ACCOUNT_LOCK_CLASS, self.account)
        self.refresh()
        self.assertEqual(self.calls(), {})
        self.release(other)
        self.refresh()
        self.assertEqual(self.calls()["listLists"], 1)


@tagged("post_install", "-at_install")
class TestChoicesOverTheWeb(ChoicesCase, HttpCase):
    """Here as with a replica of the database: a call that says it only reads can't write."""

    def call(self, model, method, *arguments):
        params = {"model": model, "method": method, "args": arguments, "kwargs": {}}
        answer = self.url_open(f"/web/dataset/call_kw/{model}/{method}", json={"params": params})
        return answer.json()["result"]

    def test_what_is_pulled_is_written_at_the_first_attempt(self):
        self.authenticate("admin", "admin")
        for model, method in (
            ("utm.campaign", "cm_refresh_choices"),
            ("campaign.master.list", "action_cm_refresh"),
        ):
            with self.subTest(method=method), self.assertNoLogs("odoo.http", "WARNING"):
                self.minute_passes()
                self.env.flush_all()
                self.assertTrue(self.call(model, method, []))
                self.env.invalidate_all()
                self.assertTrue(self.account._choices_are_fresh())
