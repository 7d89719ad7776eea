"""A contract that the installation names: used, or told to be broken while Odoo goes on."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import config, mute_logger

from ..campaign_master_api import contract
from ..services import named_contract
from .common import CampaignMasterCase


@tagged("post_install", "-at_install")
class TestContractFile(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        folder = self.enterContext(TemporaryDirectory())
        self.file = Path(folder) / "renamed.yaml"
        self.file.write_text(contract.DEFAULT_PATH.read_text("utf-8"), "utf-8")
        self.addCleanup(named_contract.use_named_contract)

    def name(self, path):
        """As if Odoo had been started with this file in its configuration."""
        self.enterContext(patch.dict(os.environ))
        os.environ.pop(named_contract.VARIABLE, None)
        self.enterContext(patch.dict(config.options, {"campaign_master_contract": str(path)}))
        with mute_logger(named_contract.__name__):
            named_contract.use_named_contract()

    def test_named_file_is_used(self):
        self.name(self.file)
        self.assertEqual(contract.current().path, self.file)
        self.assertFalse(named_contract.problem())
        self.assertFalse(self.account.contract_notice)

    def test_environment_goes_before_the_configuration(self):
        with patch.dict(os.environ, {named_contract.VARIABLE: str(self.file)}):
            named_contract.use_named_contract()
        self.assertEqual(contract.current().path, self.file)

    def test_broken_file_is_told_with_its_line_and_nothing_is_sent(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.contacts(1))
        self.file.write_text("openapi: 3.1.0\npaths: [\n", "utf-8")
        self.name(self.file)
        self.assertIn(str(self.file), self.account.contract_notice)
        self.assertRegex(self.account.contract_notice, r"line \d")
        self.assertIn(str(self.file), Form(campaign).cm_connection_notice)
        self.assertIn(str(self.file), campaign.cm_refresh_choices()["notice"])
        settings = Form(self.env["res.config.settings"])
        self.assertIn(str(self.file), settings.cm_connection_message)
        settings.save().execute()
        self.run_cron()
        for click in (campaign.action_cm_sync, self.account.action_test_connection):
            with self.assertRaisesRegex(UserError, "renamed.yaml"):
                click()
        self.assertEqual(self.calls(), {})

    def test_file_that_is_not_there_is_told(self):
        self.name(self.file.with_name("missing.yaml"))
        self.assertIn("missing.yaml", self.account.contract_notice)

    def test_corrected_file_works_again(self):
        self.name(self.file.with_name("missing.yaml"))
        self.name(self.file)
        self.assertFalse(self.account._obstacle())
