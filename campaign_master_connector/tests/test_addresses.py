"""What address a text names, the same for Python, PostgreSQL, the blacklist and opt-outs."""

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tools import SQL

from ..services import addresses, named_addresses
from ..services.addresses import (
    TEXT_MAXIMUM_LENGTH,
    as_compared,
    has_foreign_local_part,
    named_address,
    single_address,
)
from .common import CampaignMasterCase

ANN = "ann@example.com"
MUELLER = "joerg@xn--mller-kva.de"
# An address is named whole, with nothing to say of it.
NAMED = {
    ANN: ANN,
    "Ann@EXAMPLE.com": ANN,
    "  ann@example.com ": ANN,
    "\nann@example.com\t": ANN,
    "<ann@example.com>": ANN,
    "< ann@example.com >": ANN,
    "Ann <ann@example.com>": ANN,
    "Ann<ann@example.com>": ANN,
    "Ann\n<ann@example.com>": ANN,
    '"Last, First" <ann@example.com>': ANN,
    '"The \\"Boss\\"" <ann@example.com>': ANN,
    'Ann "The Boss" Lee <ann@example.com>': ANN,
    "Last, First <ann@example.com>": ANN,
    "Sales / Marketing | Office <ann@example.com>": ANN,
    "Ann & Bob <ann@example.com>": ANN,
    "Ann and Bob <ann@example.com>": ANN,
    "Änne Müller <ann@example.com>": ANN,
    "ann@example.com <ann@example.com>": ANN,
    "'ann@example.com' <ann@example.com>": ANN,
    '"bob@example.com" <ann@example.com>': ANN,
    "mailto:ann@example.com": ANN,
    "MAILTO:ann@example.com": ANN,
    "ann@example.com <mailto:ann@example.com>": ANN,
    "ann@example.com;": ANN,
    ", ann@example.com,": ANN,
    "ann@example.com, ANN@example.com": ANN,
    "o'hara+news@sub.example.co.test": "o'hara+news@sub.example.co.test",
    "a@b.c": "a@b.c",
    "ann@1and1.com": "ann@1and1.com",
    # Invisible, in the text and around it
    "\ufeffann@example.com": ANN,
    "an\u200bn@exam\u00adple.com": ANN,
    "ann@example.com\u00a0": ANN,
    "\u202fann\u00a0@example.com": ANN,
    "\u202aann@example.com\u202c": ANN,
    "ann\u2060@\u200eexample\u200d.com\u2069": ANN,
    "ann\ufe0f@example.com\u3164": ANN,
    "Ann\u00a0Lee\u00a0<ann@example.com>": ANN,
    "\x00ann@example.com\x7f": ANN,
    # International domains
    "joerg@müller.de": MUELLER,
    "Joerg@MÜLLER.DE": MUELLER,
    "joerg@mu\u0308ller.de": MUELLER,
    "joerg@XN--MLLER-KVA.de": MUELLER,
    "Jörg <joerg@mü\u00adller.de>": MUELLER,
    "joerg@müller。de": MUELLER,
    "a@straße.example": "a@xn--strae-oqa.example",
    "a@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.com": "a@xn--mgba3gch31f060k.com",
    "a@\u043c\u200c\u043e\u0441\u043a\u0432\u0430.example": "a@xn--80adxhks.example",
}
SEVERAL = {
    "ann@example.com, bob@example.com": ANN,
    "ann@example.com;bob@example.com": ANN,
    "ann@example.com/bob@example.com": ANN,
    "ann@example.com|bob@example.com": ANN,
    "ann@example.com\nbob@example.com": ANN,
    "ann@example.com\r\n\r\nbob@example.com": ANN,
    "ann@example.com\u2028bob@example.com": ANN,
    "ann@example.com and bob@example.com": ANN,
    "ann@example.com & bob@example.com": ANN,
    "ann@example.com,, bob@example.com;": ANN,
    "ann@example.com\u202f; bob@example.com": ANN,
    "Ann <ann@example.com>, Bob <bob@example.com>": ANN,
    "Lee, Ann <ann@example.com>; Lee, Bob <bob@example.com>": ANN,
    "ann@example.com, Bob <bob@example.com>": ANN,
    "joerg@müller.de / ann@example.com": MUELLER,
}
MALFORMED = [
    "john,smith@example.com",
    "ann@work@example.com",
    "anna maria@example.com; office@example.com",
    "anna maria@example.com",
    "anna\u2003maria@example.com",
    "peter;mueller@example.com",
    "peter/mueller@example.com",
    "peter|mueller@example.com",
    "peter\nmueller@example.com",
    "ann and bob@example.com",
    "ann@example.com bob@example.com",
    "ann@example.com, bob",
    "ann@example.com, bob@",
    "Bob, ann@example.com",
    '"Bob" ann@example.com',
    "Bob ann@example.com",
    "Bob: ann@example.com",
    "ann@example.com (Ann)",
    "ann@example.com <bob@example.com>",
    "Lee, ann@example.com <ann@example.com>",
    "<ann@example.com> Ann",
    "Ann <ann@example.com, bob@example.com>",
    "Ann <ann@example.com",
    "Ann ann@example.com>",
    "<<ann@example.com>>",
    "Ann <>",
    '"ann@example.com',
    '"ann lee"@example.com',
    "'ann@example.com'",
    "'ann@example.com",
    "[ann@example.com]",
    "mailto:ann@example.com?subject=Hello",
    "mailto:ann%2Bnews@example.com",
    "<mailto:%61nn@example.com>",
    "mailto:ann%40example.com@example.com",
    "bob\uff20example.com <ann@example.com>",
    "bob\ufe6bexample.com, Ann <ann@example.com>",
    "mailto:mailto:ann@example.com",
    "ann@example.com.",
    "ann.@example.com",
    ".ann@example.com",
    "ann..lee@example.com",
    "ann@example..com",
    "ann@-example.com",
    "ann@exam_ple.com",
    "ann@exam ple.com",
    "ann@localhost",
    "ann@192.0.2.1",
    "ann@[192.0.2.1]",
    "ann@xn--a.example",
    "ann@☃.example",
    "ann@exa\u2100mple.com",
    "ann\uff20example.com",
    "jörg@example.com",
    "jo\u0308rg@example.com",
    "\uff41nn@example.com",
    "ann@",
    "@example.com",
    "ann",
    "; ,",
    "x" * 65 + "@example.com",
    "ann@" + "x" * 64 + ".com",
    "ann@" + "x." * 126 + "com",
    "ann@example.com," * 100,
    "Ann <script>@example.com",
]
NO_ADDRESS = [None, "", "   ", "\t\n", "\u00a0", "\u200b\ufeff"]
WORST = [
    '"',
    '\\"',
    '"\\',
    "<",
    ">",
    ",",
    "@",
    "a.",
    "-a",
    " and",
    "ü\u200c",
    "\u200d",
    "\u0308",
    "a@b.c,",
]
PIECES = [
    "ann",
    "@",
    "example.com",
    ".",
    ",",
    ";",
    "/",
    " ",
    "<",
    ">",
    '"',
    "\n",
    "ü",
    "\u200b",
    "-",
]
PIECES += ["ANN@EXAMPLE.COM", "'", "xn--", "and", "1", "_", "\\"]


@tagged("post_install", "-at_install")
class TestNamedAddresses(BaseCase):
    def test_address_that_is_named_whole_is_taken(self):
        for text, address in NAMED.items():
            with self.subTest(text=text):
                self.assertEqual(named_address(text), (address, ""))
                self.assertEqual(single_address(text), address)

    def test_of_several_the_first_is_taken_and_that_is_said(self):
        for text, address in SEVERAL.items():
            with self.subTest(text=text):
                self.assertEqual(named_address(text), (address, "first_of_several"))
                self.assertEqual(single_address(text), "")

    def test_all_else_is_malformed(self):
        for text in MALFORMED:
            with self.subTest(text=text):
                self.assertEqual(named_address(text), ("", "malformed"))

    def test_text_with_nothing_to_see_names_no_address(self):
        for text in NO_ADDRESS:
            with self.subTest(text=text):
                self.assertEqual(named_address(text), ("", "no_address"))

    def test_letters_before_the_at_sign_are_told_from_what_else_is_malformed(self):
        for text in ("jörg@example.com", "Jörg <jo\u0308rg@müller.de>", "\uff41nn@example.com"):
            self.assertTrue(has_foreign_local_part(text), text)
        for text in (ANN, "joerg@müller.de", "jö rg@example.com", "Jörg, ann@example.com", None):
            self.assertFalse(has_foreign_local_part(text), text)

    def test_address_as_told_is_compared_as_it_is_stored(self):
        for text in (*NAMED, "ANN@example.com"):
            self.assertEqual(as_compared(text), NAMED.get(text, ANN))
        for text in ("ann@example.com, bob@example.com", "Broken @example.com"):
            self.assertEqual(
                as_compared(text), text.lower(), "another's address is never made of it"
            )

    def test_worst_texts_are_read_to_the_end(self):
        """A pattern that tries each beginning anew would take hours for a megabyte."""
        patterns = [one for one in vars(addresses).values() if isinstance(one, re.Pattern)]
        self.assertGreater(len(patterns), 3)
        for piece in WORST:
            long_text = piece * (1_000_000 // len(piece))
            for pattern in patterns:
                pattern.fullmatch(long_text)
            self.assertEqual(named_address(long_text), ("", "malformed"))
            self.assertFalse(has_foreign_local_part(long_text))
            named_address(long_text[:TEXT_MAXIMUM_LENGTH])
            self.assertLessEqual(len(as_compared(long_text)), TEXT_MAXIMUM_LENGTH)


@tagged("post_install", "-at_install")
class TestNamedInPostgres(TransactionCase):
    def taken(self, texts):
        """{text: address} of those that PostgreSQL takes without asking Python."""
        texts = [text for text in texts if text and "\x00" not in text]
        rows = self.env.execute_query(
            SQL(
                "SELECT text, %s FROM UNNEST(%s::varchar[]) AS given(text) WHERE %s",
                named_addresses.lower(SQL("text")),
                texts,
                named_addresses.is_plain(SQL("text")),
            )
        )
        return dict(rows)

    def test_what_postgres_takes_is_what_python_says(self):
        texts = [*NAMED, *SEVERAL, *MALFORMED, *NO_ADDRESS]
        taken = self.taken(texts)
        self.assertIn("Ann@EXAMPLE.com", taken)
        for text, address in taken.items():
            self.assertEqual(named_address(text), (address, ""))

    @settings(
        max_examples=200,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(texts=st.lists(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), max_size=50))
    def test_they_agree_whatever_the_text(self, texts):
        for text, address in self.taken(texts).items():
            self.assertEqual(named_address(text), (address, ""), text)


@tagged("post_install", "-at_install")
class TestAddressesOfPeople(CampaignMasterCase):
    def test_nobody_gets_mail_whom_nobody_named(self):
        texts = [text for text in (*NAMED, *SEVERAL, *MALFORMED) if "\x00" not in text]
        expected = NAMED | SEVERAL
        people = self.env["res.partner"].create([{"name": "Person", "email": t} for t in texts])
        leads = self.env["crm.lead"].create([{"name": "Interest", "email_from": t} for t in texts])
        for records, name in ((people, "email"), (leads, "email_from")):
            campaign = self.make_campaign(title=name)
            for record, text in zip(records, texts, strict=True):
                recipient = self.add(campaign, record)
                with self.subTest(text=text, model=record._name):
                    if address := expected.get(text):
                        self.assertEqual(recipient.email, address)
                        self.assertIn(
                            recipient.state_reason, (False, "first_of_several", "duplicate")
                        )
                    else:
                        self.assertEqual(
                            (recipient.state, recipient.state_reason), ("excluded", "malformed")
                        )
                        self.assertEqual(recipient.email, text.strip(" ")[:254])

    def test_all_at_once_are_read_as_one_by_one(self):
        texts = [text for text in (*NAMED, *SEVERAL, *MALFORMED) if "\x00" not in text]
        people = self.env["res.partner"].create([{"name": "Person", "email": t} for t in texts])
        campaign = self.make_campaign()
        self.add(campaign, people)
        named = {address for address, _reason in map(named_address, texts) if address}
        pending = campaign.cm_recipient_ids.filtered(lambda one: one.state == "pending")
        self.assertEqual(sorted(pending.mapped("email")), sorted(named))

    def test_letters_that_campaign_master_cannot_take_are_told(self):
        recipient = self.add(self.make_campaign(), self.contact("jörg@müller.de"))
        self.assertEqual(recipient.state_reason, "malformed")
        self.assertIn("accents or foreign letters before the @", recipient.state_message)

    def test_two_spellings_of_a_domain_are_one_address(self):
        campaign = self.make_campaign()
        first = self.add(campaign, self.contact("joerg@MÜLLER.de"))
        second = self.add(campaign, self.lead(f"Joerg <{MUELLER}>"))
        self.assertEqual((first.state, second.state_reason), ("pending", "duplicate"))
        self.sync(campaign)
        self.assertEqual(self.on_list(), [MUELLER])

    def test_blacklist_is_found_in_either_spelling(self):
        spellings = ("joerg@müller.de", "JOERG@XN--MLLER-KVA.DE", "joerg\u200b@müller.de")
        for blacklisted in spellings:
            for text in spellings:
                with self.subTest(blacklisted=blacklisted, text=text):
                    row = self.env["mail.blacklist"].create({"email": blacklisted})
                    recipient = self.add(self.make_campaign(), self.contact(text))
                    self.assertEqual(recipient.state_reason, "blacklisted")
                    row.unlink()

    def test_blacklist_from_before_is_filled_in_at_once(self):
        blacklist = self.env["mail.blacklist"]
        rows = blacklist.create([{"email": "Joerg@müller.de"}, {"email": "Ann@example.com"}])
        self.env.flush_all()
        self.env.cr.execute("UPDATE mail_blacklist SET cm_address = NULL")
        blacklist._cm_fill_addresses()
        rows.invalidate_recordset()
        self.assertEqual(rows.sudo().mapped("cm_address"), [MUELLER, ANN])

    def test_opt_out_is_found_in_either_spelling(self):
        self.control.suppress([MUELLER])
        self.synced_campaign(self.contact("joerg@müller.de"))
        self.control.lift_suppression(MUELLER)
        later = self.make_campaign(title="Later")
        for text in ("Joerg <JOERG@MÜLLER.DE>", MUELLER, "joerg@mu\u0308ller.de"):
            self.assertEqual(self.add(later, self.contact(text)).state, "opted_out")

    def test_addresses_of_the_block_are_read_the_same_way(self):
        campaign = self.make_campaign(cm_test_address="Joerg <joerg@mü\u00adller.de>")
        self.assertEqual(campaign.cm_test_address, MUELLER)
