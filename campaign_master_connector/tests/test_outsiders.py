"""Who has no business with Campaign Master gets nothing of it, whatever model is asked."""

from contextlib import contextmanager, suppress

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .rights_common import RightsCase


@tagged("post_install", "-at_install")
class TestOutsiders(RightsCase):
    def test_no_model_answers_to_them(self):
        self.synced_campaign(self.contacts(1))
        names = [name for name in self.registry if name.startswith("campaign.master.")]
        models = [name for name in names if not self.env[name]._abstract]
        self.assertGreater(len(models), 8)
        public = self.env.ref("base.public_user")
        for user in (public, self.portal, self.employee):
            for name in models:
                model = self.env[name].with_user(user)
                for operation in ("read", "write", "create", "unlink"):
                    with self.subTest(user=user.login, model=name, operation=operation):
                        self.assertFalse(model.has_access(operation))
                with self.subTest(user=user.login, model=name), self.assertRaises(AccessError):
                    model.search([])

    def test_recipients_cannot_be_guessed_over_other_models(self):
        campaign = self.synced_campaign(self.contact("hidden@example.com"))
        for user in (self.portal, self.employee):
            for path in ("cm_recipient_ids.email", "cm_account_id.username", "cm_list_id.name"):
                with self.subTest(user=user.login, path=path), self.assertRaises(AccessError):
                    campaign.with_user(user).search([(path, "=like", "h%")])

    def test_they_cannot_find_out_who_is_a_recipient(self):
        """What is refused is the same for who is one and who is none."""
        known, stranger = self.contact("known@example.com"), self.contact("other@example.com")
        campaign = self.synced_campaign(known)
        for user in (self.portal, self.employee):
            recipients = self.env["campaign.master.recipient"].with_user(user)
            refusals = []
            for person in (known, stranger):
                told = set()
                values = {"campaign_id": campaign.id, "partner_id": person.id}
                defaults = {f"default_{name}": value for name, value in values.items()}
                by_default = recipients.with_context(**defaults)
                for model, given in ((recipients, values), (by_default, {})):
                    with self.assertRaises(AccessError) as refusal:
                        model.create(given)
                    told.add(str(refusal.exception))
                columns = [f"{name}/.id" for name in values]
                loaded = recipients.load(columns, [[str(value) for value in values.values()]])
                told.add(loaded["messages"][0]["message"])
                refusals.append(told)
            self.assertEqual(refusals[0], refusals[1])

    def test_they_cannot_change_what_goes_to_campaign_master(self):
        campaign = self.synced_campaign(self.contact())
        theirs = campaign.with_user(self.employee)
        for values in (
            {"cm_list_id": self.choice("list", self.newsletter).id},
            {"cm_subject": "Another subject"},
            {"cm_from_email": False},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                theirs.write(values)
            with self.subTest(values=values), suppress(AccessError):
                self.assertFalse(theirs.create({"title": "New", **values}).cm_account_id)
        theirs.title = "A campaign's name is Odoo's"
        self.assertEqual(campaign.cm_recipient_ids.state, "added")

    def test_their_copy_of_a_campaign_is_odoos_alone(self):
        copy = self.synced_campaign(self.contact()).with_user(self.employee).copy().sudo()
        self.assertFalse(copy.cm_subject or copy.cm_list_id or copy.cm_account_id)

    def test_they_use_up_no_calls(self):
        campaign = self.synced_campaign(self.contacts(1))
        specification = {"cm_connection_notice": {}}
        for user in (self.portal, self.employee):
            lists = self.env["campaign.master.list"].with_user(user)
            theirs = campaign.with_user(user)
            for ask in (
                lambda lists=lists: lists.name_search(""),
                lambda lists=lists: lists.web_search_read([], {"name": {}}),
                lambda theirs=theirs: theirs.web_read(specification),
                lambda theirs=theirs: theirs.browse().onchange({}, [], specification),
                lambda theirs=theirs: theirs.cm_refresh_choices(),
                lambda theirs=theirs: theirs.browse().cm_refresh_choices(),
                lambda lists=lists: lists.action_cm_refresh(),
            ):
                self.account.choices_attempted_at = False
                with suppress(AccessError):
                    ask()
        self.assertEqual(self.calls(), {})


@tagged("post_install", "-at_install")
class TestOwnDocumentsElsewhere(RightsCase):
    """A salesperson limited to own documents, over campaigns instead of recipients."""

    def setUp(self):
        super().setUp()
        self.own = self.lead("own@example.com", user_id=self.seller.id, name="Own")
        self.foreign = self.lead("foreign@example.com", user_id=self.colleague.id, name="Foreign")
        self.campaign = self.synced_campaign(self.own | self.foreign)
        self.seller.group_ids += self.env.ref("base.group_allow_export")
        self.as_seller = self.campaign.with_user(self.seller)

    def test_export_of_a_campaign_has_no_leads_of_others(self):
        self.env.invalidate_all()
        paths = ["title", "cm_recipient_ids/email", "cm_recipient_ids/lead_id/name"]
        text = repr(self.as_seller.export_data(paths))
        self.assertIn("own@example.com", text)
        self.assertNotIn("foreign@example.com", text)
        self.assertNotIn("Foreign", text)

    def test_campaigns_cannot_be_searched_by_leads_of_others(self):
        for path, own, foreign in (
            ("cm_recipient_ids.email", "own@example.com", "foreign@example.com"),
            ("cm_recipient_ids.lead_id.name", "Own", "Foreign"),
            ("cm_recipient_ids.former_address_ids.email", None, "foreign@example.com"),
        ):
            with self.subTest(path=path):
                if own:
                    self.assertTrue(self.as_seller.search([(path, "=", own)]))
                try:
                    found = self.as_seller.search([(path, "=", foreign)])
                except AccessError:
                    continue
                self.assertFalse(found)

    def test_whole_job_with_own_leads(self):
        campaign = self.make_campaign(title="Theirs").with_user(self.seller)
        domain = [("email_from", "in", ["own@example.com", "foreign@example.com"])]
        campaign.cm_add_people("crm.lead", domain)
        campaign.action_cm_sync()
        campaign.action_cm_update_statistics()
        self.assertEqual(campaign.sudo().cm_recipient_ids.lead_id, self.own)


@tagged("post_install", "-at_install")
class TestDeleting(RightsCase):
    """What has a history is archived or refused with a reason; figures stay."""

    def setUp(self):
        super().setUp()
        self.person, self.interest = self.contact(), self.lead()
        self.campaign = self.synced_campaign(self.person, self.interest)
        self.campaign.cm_recipient_ids.write({"total_opens": 3, "first_open": "2026-03-01"})
        self.env.flush_all()

    @contextmanager
    def refused_by_the_database(self):
        """Odoo makes a sentence of it for the user."""
        logger = mute_logger("odoo.sql_db")
        with self.assertRaises(IntegrityError), logger, self.cr.savepoint():
            yield

    def test_account_with_synced_campaigns_is_refused_with_a_reason(self):
        with self.assertRaisesRegex(UserError, "campaigns and their statistics belong to it"):
            self.account.with_user(self.manager).unlink()

    def test_list_and_template_in_use_are_refused(self):
        for record in (self.campaign.cm_list_id, self.campaign.cm_template_id):
            with self.assertRaises(AccessError):
                record.with_user(self.manager).unlink()
            with self.refused_by_the_database():
                record.unlink()
            self.assertTrue(record.exists())

    def test_list_in_use_that_is_gone_there_is_archived_and_still_named(self):
        self.control.delete_list(self.customers)
        self.pull_choices()
        self.assertFalse(self.campaign.cm_list_id.active)
        self.assertEqual(self.campaign.cm_list_id.name, "Customers")

    def test_company_with_an_account_is_refused(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        self.make_account(company, enabled=False)
        with self.refused_by_the_database():
            company.unlink()

    def test_people_with_a_history_leave_their_figures_behind(self):
        self.person.unlink()
        self.interest.unlink()
        recipients = self.campaign.cm_recipient_ids
        self.assertEqual(recipients.mapped("total_opens"), [3, 3])
        self.assertEqual(recipients.mapped("state"), ["added", "added"])
        points = self.campaign.cm_statistics_charts()["first_opens"]["points"]
        self.assertEqual(sum(count for _moment, count in points), 2)
