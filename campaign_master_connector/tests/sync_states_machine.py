"""The rules of the sync's state machine: what people, schedules and servers do, in any order."""

from contextlib import ExitStack
from unittest.mock import patch

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from odoo.exceptions import UserError

from ..campaign_master_api import CampaignMasterClient
from .sync_states_checks import Checks
from .sync_states_model import ADDRESSES, BAD_TEXTS, TYPED, Model, key_of

EVERYBODY_LEAVES = {"hard_bounce": 0, "soft_bounce": 0, "open": 1, "unsubscribe": 1}
NOBODY_LEAVES = {**EVERYBODY_LEAVES, "unsubscribe": 0}
FAULTS = ["drop_connection", "server_error", "service_unavailable", "malformed_json"]
FAULTS += ["hourly_limit", "token_invalid", "html_page"]
OPERATIONS = ["addListRecipients", "addListRecipients", "createCampaign", "updateCampaign"]
OPERATIONS += ["listCampaigns", "getCampaignStatistics", "listCampaignRecipients", "*"]

# Answers that are odd and cost nobody his place: who gets no result is asked for again.
ODDITIES = ["counts_as_text", "dates_of_dotnet", "dates_null", "ids_as_text", "words_in_other_case"]
ODDITIES += ["row_key_null", "row_is_text", "results_fewer", "results_shuffled", "results_doubled"]
ODDITIES += ["results_in_other_case", "results_without_address", "keys_in_pascal_case"]
ODDITIES += ["pages_smaller", "first_page_empty", "last_page_untold", "bare_array"]
ODDITIES += ["done_with_202", "done_with_204", "label_missing", "limits_missing", "resets_from_now"]
ODDITIES += ["payment_required", "maintenance", "month_without_end"]

numbers = st.integers(0, 11)
addresses = st.sampled_from([*ADDRESSES, *TYPED, *BAD_TEXTS])
kinds = st.sampled_from(["contact", "contact", "company", "lead"])


class SyncStates(Checks, RuleBasedStateMachine):
    """One example: two campaigns of one account, and whatever happens to them.

    It runs in a savepoint of the test's transaction, against a sandbox that begins anew.
    """

    def __init__(self, case):
        super().__init__()
        self.case = case
        self.env = case.env
        self.control = case.control
        self.people = []
        self.to_merge_in_flight = []
        self.odd = set()
        self.model = Model(case.env)
        self.resources = ExitStack()
        self.savepoint = case.env.cr.savepoint()
        self.resources.callback(self.savepoint.close, rollback=True)
        self.resources.callback(lambda: case.env.cr.clear())
        case.prepare_sandbox()
        self._listen()

    def _listen(self):
        add = CampaignMasterClient.add_list_recipients
        pages = CampaignMasterClient.iter_campaign_recipient_pages

        def heard_add(client, list_id, recipients):
            self.model.before_push(list_id, [recipient.email for recipient in recipients])
            answer = add(client, list_id, recipients)
            self.model.after_push(answer.results)
            while self.to_merge_in_flight:
                self.as_seen_before(self.to_merge_in_flight.pop())
            return answer

        def heard_pages(client, *arguments, **keywords):
            for page in pages(client, *arguments, **keywords):
                yield page
                for row in page.items:
                    if row.total_unsubscribes:
                        self.model.told_left(row.email.lower())

        for name, heard in (
            ("add_list_recipients", heard_add),
            ("iter_campaign_recipient_pages", heard_pages),
        ):
            self.resources.enter_context(patch.object(CampaignMasterClient, name, heard))

    @initialize(second_list=st.sampled_from(["customers", "newsletter"]), number=st.integers(3, 5))
    def two_campaigns(self, second_list, number):
        chosen = self.case.choice("list", getattr(self.case, second_list))
        self.campaigns = self.case.make_campaign(title="First")
        self.campaigns += self.case.make_campaign(title="Second", cm_list_id=chosen.id)
        for kind, address in zip(
            ["lead", "contact", "contact", "lead", "contact"], ADDRESSES[:number], strict=False
        ):
            self.somebody_new(kind, address, True, address != ADDRESSES[0])

    # People

    @rule(kind=kinds, address=addresses, first=st.booleans(), second=st.booleans())
    def somebody_new(self, kind, address, first, second):
        if kind == "lead":
            person = self.case.lead(address or False, contact_name="Person")
        else:
            person = self.case.contact(address or False, is_company=kind == "company")
        self.people.append(person)
        for campaign, chosen in zip(self.campaigns, (first, second), strict=True):
            if chosen:
                self.case.add(campaign, person)

    @rule(who=numbers, which=numbers)
    def add_to_campaign(self, who, which):
        if person := self.person(who):
            self.case.add(self.campaign(which), person)

    @rule(who=numbers, address=addresses)
    def change_address(self, who, address):
        if person := self.person(who):
            person[self.address_field(person)] = address or False

    @rule(who=numbers)
    def archive_or_restore(self, who):
        if person := self.person(who):
            person.active = not person.active

    @precondition(lambda self: len(self.people) > 3)
    @rule(who=numbers)
    def delete_person(self, who):
        person = self.person(who)
        if not person:
            return
        for other in self.leads_of(person):
            self.model.same_consent(key_of(person), key_of(other))
        self.people.remove(person)
        person.unlink()
        self.model.seen["deleted"] += 1

    @rule(who=numbers, other=numbers)
    def merge(self, who, other):
        one = self.person(who)
        candidates = [
            person for person in self.people if one and person != one and self.alike(one, person)
        ]
        if not candidates:
            return
        source = candidates[other % len(candidates)]
        sources = [key_of(one), key_of(source)]
        unnamed = [key_of(lead) for lead in one | source if lead._name == "crm.lead"]
        unnamed = [key for key in unnamed if not self.env[key[0]].browse(key[1]).partner_id]
        if one._name == "crm.lead":
            kept = (one | source).merge_opportunity()
        else:
            wizard = self.env["base.partner.merge.automatic.wizard"]
            wizard._merge((one | source).ids, one, extra_checks=False)
            kept = one
        self.model.merged(sources, key_of(kept))
        for contact in map(key_of, self.model.contact_of(kept)):
            for lead in unnamed:
                self.model.same_consent(lead, contact)
        self.people = [person for person in self.people if person.exists()]
        self.model.seen["merged"] += 1

    @rule(who=numbers, other=numbers)
    def merge_in_flight(self, who, other):
        """While the next batch is under way, by a transaction that began before it."""
        self.to_merge_in_flight.append(lambda: self.merge(who, other))

    def as_seen_before(self, change):
        self.campaigns.flush_recordset()
        names = ("cm_in_flight_first_id", "cm_in_flight_last_id")
        marks = {
            one["id"]: {name: one[name] for name in names} for one in self.campaigns.read(names)
        }
        self.campaigns.write(dict.fromkeys(names, 0))
        change()
        for campaign in self.campaigns:
            campaign.write(marks[campaign.id])
        self.env.flush_all()
        self.model.seen["in flight"] += 1

    @rule(who=numbers, other=numbers)
    def change_contact(self, who, other):
        """A lead that had none is the contact, unless it has another address; else somebody new."""
        leads = [one for one in self.people if one._name == "crm.lead"]
        contacts = [one for one in self.people if one._name == "res.partner" and not one.is_company]
        if not leads or not contacts:
            return
        lead, contact = leads[who % len(leads)], contacts[other % len(contacts)]
        same_address = self.model.address_of(lead) == self.model.address_of(contact)
        has_another = contact.email and not (same_address and self.model.address_of(lead))
        is_same = not self.model.contact_of(lead) and not has_another
        lead.partner_id = contact
        if is_same:
            self.model.same_consent(key_of(lead), key_of(contact))
        self.model.seen["same person" if is_same else "corrected"] += 1

    @rule(who=numbers)
    def convert(self, who):
        lead = self.person(who)
        if not lead or lead._name != "crm.lead" or lead.partner_id:
            return
        lead.convert_opportunity(False)
        lead.partner_id = lead._create_customer()
        if lead.partner_id:
            self.people.append(lead.partner_id)
            self.model.same_consent(key_of(lead), key_of(lead.partner_id))
        self.model.seen["converted"] += 1

    @rule(address=st.sampled_from(ADDRESSES))
    def blacklist_or_not(self, address):
        blacklist = self.env["mail.blacklist"]
        typed = self.model.as_blacklisted(address)
        if blacklist.search_count([("email", "=", typed)]):
            blacklist._remove(typed)
        else:
            blacklist._add(typed)

    @rule(which=numbers, who=numbers)
    def remove_recipient(self, which, who):
        recipients = self.campaign(which).cm_recipient_ids
        if recipients:
            recipient = recipients[who % len(recipients)]
            try:
                recipient.with_user(self.case.marketing).unlink()
            except UserError:
                self.model.seen["removal refused"] += 1

    # Campaign Master

    @rule(address=st.sampled_from(ADDRESSES))
    def unsubscribe(self, address):
        self.control.suppress([address])

    @precondition(lambda self: self.model.gone_addresses)
    @rule()
    def campaign_master_forgets(self):
        """From here on nothing but Odoo's memory keeps off the list who left."""
        for address in set(self.control.account_state()["suppressions"]):
            if address in self.model.gone_addresses:
                self.control.lift_suppression(address)

    @rule(address=st.sampled_from(ADDRESSES))
    def refuse_address(self, address):
        self.model.refused.add(address)
        self.control.refuse(address)

    @rule()
    def accept_all_again(self):
        self.control.accept_all()

    @rule(which=numbers, everybody_leaves=st.booleans(), is_told=st.booleans())
    def launch(self, which, everybody_leaves, is_told):
        """Somebody launches a campaign; the figures may come in at once, or later, or never."""
        campaign = self.campaign(which)
        if not campaign.cm_external_id:
            self.click(which % len(self.campaigns))
        list_id = campaign.cm_list_id.external_id
        if self.remote_state(campaign) != "draft" or not self.case.on_list(list_id):
            return
        rates = EVERYBODY_LEAVES if everybody_leaves else NOBODY_LEAVES
        self.control.launch(campaign.cm_external_id, list_id, rates=rates)
        self.model.seen["launched"] += 1
        if is_told:
            self.statistics()
            self.campaign_master_forgets()

    @rule(
        kind=st.sampled_from(FAULTS),
        operation=st.sampled_from(OPERATIONS),
        when=st.sampled_from(["before", "after"]),
        count=st.integers(1, 4),
    )
    def fault(self, kind, operation, when, count):
        when = when if kind == "drop_connection" else "before"
        self.control.set_fault(kind, operation, when=when, count=count)
        self.model.seen["fault"] += 1

    @rule(kind=st.sampled_from(ODDITIES), operation=st.sampled_from(OPERATIONS))
    def oddity(self, kind, operation):
        """Once each: who gets no result for the fourth time is rejected, and rightly."""
        if kind not in self.odd:
            self.odd.add(kind)
            self.control.set_oddity(kind, operation, count=1)
            self.model.seen["oddity"] += 1

    # Users and schedules

    @rule(which=st.sampled_from([0, 1, None]))
    def click(self, which):
        chosen = self.campaigns if which is None else self.campaigns[which]
        try:
            chosen.action_cm_sync()
        except UserError:
            self.model.seen["click refused"] += 1

    @rule()
    def minute(self):
        self.case.run_cron()
        self.only_who_is_on_the_blacklist_is_held()

    @rule()
    def statistics(self):
        self.campaigns.write({"cm_statistics_at": False, "cm_recipient_statistics_at": False})
        self.env["utm.campaign"]._cron_cm_update_campaign_statistics()
        self.env["utm.campaign"]._cron_cm_update_recipient_statistics()

    @rule()
    def time_passes(self):
        self.campaigns.cm_retry_at = False
        self.case.account.write({"blocked_until": False, "hourly_reset_at": False})

    @rule(which=numbers)
    def change_list(self, which):
        campaign = self.campaign(which)
        lists = self.case.choice("list", self.case.customers)
        lists += self.case.choice("list", self.case.newsletter)
        try:
            campaign.cm_list_id = lists - campaign.cm_list_id
        except UserError:
            self.case.assertTrue(campaign._cm_is_launched())
            self.model.seen["list kept after the launch"] += 1

    @rule(which=numbers)
    def change_subject(self, which):
        campaign = self.campaign(which)
        try:
            campaign.cm_subject = f"{campaign.cm_subject}!"
        except UserError:
            self.case.assertTrue(campaign._cm_is_launched())

    @rule(which=numbers)
    def pause_or_resume(self, which):
        campaign = self.campaign(which)
        campaign.action_cm_resume() if campaign.cm_paused else campaign.action_cm_pause()

    @rule()
    def fix_and_retry(self):
        self.campaigns.cm_recipient_ids.action_cm_retry()

    @rule()
    def quiet_time(self):
        self.make_quiet()
        self.check_end_state()

    # What the rules choose from

    def person(self, number):
        return self.people[number % len(self.people)] if self.people else None

    def campaign(self, number):
        return self.campaigns[number % len(self.campaigns)]

    def address_field(self, person):
        return "email_from" if person._name == "crm.lead" else "email"

    def alike(self, one, other):
        if one._name != other._name:
            return False
        return one._name == "crm.lead" or one.is_company == other.is_company

    def leads_of(self, person):
        """The leads of a contact, who are the same person."""
        if person._name == "crm.lead" or person.is_company:
            return []
        leads = self.env["crm.lead"].with_context(active_test=False)
        return leads.search([("partner_id", "=", person.id)])

    def remote_state(self, campaign):
        if not campaign.cm_external_id:
            return "none"
        return self.control.campaign(campaign.cm_external_id)["status"]
