"""A megabyte of the worst in a text of a person or a file costs no more than reading it."""

import signal
from contextlib import contextmanager

from odoo.tests import tagged
from odoo.tools import SQL

from ..services.addresses import single_address
from ..services.campaign_text import on_one_line
from .common import CampaignMasterCase

# Of the processor's time; what takes the square of the length would take an hour.
SECONDS = 60
MEGABYTE = 2**20
PATTERNS = (
    *("a", "@", "a@", "a.", ".a", "a-", "<", ">", "<a", "<a@b.c>", '"', '\\"', ",", "a,", " "),
    *("\n", "\u2028", "\u00a0", "\u200b", "\u200d", "\u00fc", "\u0661", "\u05d0", "xn--"),
    *("a ", "\ud800"),
)


@contextmanager
def limited_time():
    """The block must end within so much of the processor's time."""

    def too_long(_number, _frame):
        raise AssertionError(f"It took more than {SECONDS} seconds.")

    before = signal.signal(signal.SIGPROF, too_long)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def worst_texts():
    return [pattern * (MEGABYTE // len(pattern)) for pattern in PATTERNS]


@tagged("post_install", "-at_install")
class TestWorstTexts(CampaignMasterCase):
    def test_address_that_is_none(self):
        with limited_time():
            for worst in worst_texts():
                for text in (worst, f"a@{worst}.example", f"{worst}@b.example", f"A <a@{worst}>"):
                    self.assertFalse(single_address(text))

    def test_text_of_a_header(self):
        with limited_time():
            for worst in worst_texts():
                self.assertLessEqual(len(on_one_line(worst)), MEGABYTE)

    def test_address_of_a_person_as_postgresql_reads_it(self):
        campaign = self.make_campaign()
        texts = [worst for worst in worst_texts() if worst.isprintable()]
        people = self.contacts(len(texts))
        self.env.flush_all()
        for person, worst in zip(people, texts, strict=True):
            # Past Odoo's own reading of it.
            self.env.cr.execute(
                SQL(
                    "UPDATE res_partner SET email = %(worst)s, email_normalized = %(worst)s "
                    "WHERE id = %(person)s",
                    worst=worst,
                    person=person.id,
                )
            )
        self.env.invalidate_all()
        self.env.cr.execute(SQL("SET LOCAL statement_timeout = %s", f"{SECONDS}s"))
        with limited_time():
            recipients = self.add(campaign, people)
        self.assertEqual(set(recipients.mapped("state")), {"excluded"})
        self.assertLessEqual(max(map(len, recipients.mapped("email"))), 255)
