"""Whatever happens in whatever order: the sync's promises hold, as a model of them says.

`CAMPAIGN_MASTER_STATES` is the number of examples to try, each a series of steps by chance; the
few of an ordinary run are the same ones each time.
"""

import os
from collections import Counter

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from odoo.tests import tagged

from .common import CampaignMasterCase
from .sync_states_machine import SyncStates

EXAMPLES = int(os.environ.get("CAMPAIGN_MASTER_STATES", "0"))
EXAMPLES_OF_AN_ORDINARY_RUN = 10
STEPS = 30
MUST_HAVE_HAPPENED = ("pushed", "added", "told that they left", "merged", "converted", "launched")
MUST_HAVE_HAPPENED += ("in flight", "corrected", "oddity")


@tagged("post_install", "-at_install")
class TestSyncStates(CampaignMasterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketing = cls.make_user("marketing", "mass_mailing.group_mass_mailing_user")

    def prepare_sandbox(self):
        """As `setUp` does, before each example; Odoo's rows of the one before are gone."""
        self.prepare()
        self.pull_choices()

    def test_promises_hold_in_whatever_order(self):
        self.seen = Counter()
        run_state_machine_as_test(
            lambda: SyncStates(self),
            settings=settings(
                max_examples=EXAMPLES or EXAMPLES_OF_AN_ORDINARY_RUN,
                stateful_step_count=STEPS,
                derandomize=not EXAMPLES,
                database=None,
                report_multiple_bugs=False,
                deadline=None,
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            ),
        )
        print(f"\nSteps of the sync's state machine: {dict(self.seen)}")  # pylint: disable=print-used
        for event in MUST_HAVE_HAPPENED:
            self.assertTrue(self.seen[event], f"No example had: {event}")
