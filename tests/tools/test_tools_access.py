"""What `make test` has at hand for the tests of access, which are skipped by other runners."""

import os
from pathlib import Path

from tools.packaged_addon import DARK_MODE


def test_the_script_of_axe_is_named() -> None:
    assert Path(os.environ["CAMPAIGN_MASTER_AXE"]).is_file()


def test_the_dark_styles_are_in_the_addons_path() -> None:
    configuration = Path(os.environ["ODOO_RC"]).read_text(encoding="utf-8")

    assert str(DARK_MODE.addons()) in configuration
    assert (DARK_MODE.addons() / DARK_MODE.name / "__manifest__.py").is_file()
