"""What earlier versions stored is compared as what this one stores."""

import hashlib

from odoo.tests import tagged
from odoo.tools import SQL

from ..services import earlier_versions
from .recipient_statistics_common import ALL_OPEN, RecipientStatisticsCase

TYPED = "joerg@müller.de"
STORED = "joerg@xn--mller-kva.de"


@tagged("post_install", "-at_install")
class TestEarlierVersions(RecipientStatisticsCase):
    def sql(self, statement, *parameters):
        self.env.flush_all()
        self.env.cr.execute(SQL(statement, *parameters))  # pylint: disable=sql-injection
        self.env.invalidate_all()

    def test_address_that_was_sent_as_typed_is_not_sent_again(self):
        campaign = self.synced_campaign(self.contact(TYPED))
        recipient = campaign.cm_recipient_ids
        self.sql("UPDATE campaign_master_recipient SET email = %s", TYPED)
        earlier_versions.compare_addresses(self.env.cr)
        self.env.invalidate_all()
        self.assertEqual((recipient.email, recipient.state), (STORED, "added"))
        recipient.partner_id.email = f"Jörg <{TYPED}>"
        self.assertEqual(recipient.state, "added")
        self.run_cron()
        self.assertEqual(self.calls(), {})

    def test_who_left_as_typed_is_left_out_in_either_spelling(self):
        self.env["campaign.master.opt.out"].create({"account_id": self.account.id, "email": TYPED})
        self.env.flush_all()
        earlier_versions.compare_addresses(self.env.cr)
        for text in (TYPED, STORED.upper()):
            recipient = self.add(self.make_campaign(), self.contact(text))
            self.assertEqual(recipient.state, "opted_out")

    def test_text_of_who_is_malformed_stays_as_it_is_shown(self):
        recipient = self.add(self.make_campaign(), self.contact("müller, ann@example.com"))
        earlier_versions.compare_addresses(self.env.cr)
        recipient.invalidate_recordset()
        self.assertEqual(recipient.email, "müller, ann@example.com")

    def test_lead_and_contact_at_once_become_the_lead(self):
        lead, contact = self.lead(), self.contact()
        recipient = self.add(self.make_campaign(), lead)
        self.sql("UPDATE campaign_master_recipient SET partner_id = %s", contact.id)
        earlier_versions.keep_the_lead(self.env.cr)
        recipient.invalidate_recordset()
        self.assertEqual((recipient.lead_id, recipient.partner_id.id), (lead, False))

    def test_contact_of_a_lead_that_left_is_still_known(self):
        contact = self.contact()
        lead = self.lead(partner_id=contact.id)
        self.env["campaign.master.opt.out"].create(
            {"account_id": self.account.id, "email": "old@example.com", "lead_id": lead.id}
        )
        self.env.flush_all()
        earlier_versions.name_persons(self.env.cr)
        self.env.invalidate_all()
        self.assertEqual(self.add(self.make_campaign(), contact).state, "opted_out")

    def test_unknown_addresses_are_counted_on(self):
        self.control.add_to_list(self.customers, ["stranger@example.com"])
        campaign = self.synced_campaign(self.contact())
        self.launch(campaign, rates=ALL_OPEN)
        self.pull(campaign)
        unkeyed = hashlib.md5(b"stranger@example.com", usedforsecurity=False).hexdigest()
        self.sql("UPDATE campaign_master_unknown_address SET digest = %s", unkeyed)
        for _time in range(2):
            earlier_versions.key_digests(self.env)
        campaign.cm_recipient_statistics_after = False
        self.pull(campaign)
        self.assertEqual(campaign.cm_unknown_address_count, 1)
